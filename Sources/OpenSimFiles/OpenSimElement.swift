internal import Foundation
internal import FoundationXML

/// One element of an OpenSim file: its name, where it stands, and what is in it.
struct OpenSimElement: Sendable {
  /// The file it stands in, as the caller named it.
  var file: String
  /// The tag: `Body`, `mass`.
  var tag: String
  /// The `name` attribute, if there is one.
  var name: String?
  /// Line of the opening tag, counted from one [1].
  var line: Int
  /// Its own text, without that of its children.
  var text: String = ""
  /// The elements directly inside, in file order.
  var children: [OpenSimElement] = []

  /// The element in the words of a message: `Body "r_humerus"`.
  var label: String { name.map { "\(tag) \(quoted($0))" } ?? "<\(tag)>" }

  /// A fault of this element.
  func error(_ message: String, remedy: String) -> OpenSimError {
    OpenSimError(file: file, line: line, message: message, remedy: remedy)
  }

  /// The root element of a document.
  static func root(of contents: Data, file: String) throws(OpenSimError) -> OpenSimElement {
    // OpenSim never writes entity declarations; refusing them keeps hostile expansions out.
    if let declaration = contents.range(of: Data("<!DOCTYPE".utf8)) {
      let line = contents[..<declaration.lowerBound].count { $0 == UInt8(ascii: "\n") } + 1
      throw OpenSimError(
        file: file, line: line, message: "the file declares a document type",
        remedy: "delete the <!DOCTYPE ...> declaration, OpenSim files have none")
    }
    let builder = ElementTreeBuilder(file: file)
    let parser = XMLParser(data: contents)
    parser.delegate = builder
    let complete = parser.parse()
    guard complete, let root = builder.root else {
      throw OpenSimError(
        file: file, line: max(1, builder.faultLine ?? parser.lineNumber),
        message: "the file is not well-formed XML" + builder.openTagRemark,
        remedy: "repair the markup at or just above this line, or export the model again")
    }
    return root
  }
}

/// Collects the elements that XMLParser reports; used by one call of `OpenSimElement.root` and thread.
private final class ElementTreeBuilder: NSObject, XMLParserDelegate {
  let file: String
  private(set) var root: OpenSimElement?
  /// Where the markup broke first [1].
  private(set) var faultLine: Int?
  /// Which element was open when the markup broke.
  private(set) var openTagRemark = ""
  private var open: [OpenSimElement] = []

  init(file: String) {
    self.file = file
  }

  func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) {
    // the parser goes on after the first fault, and closes what it likes
    guard faultLine == nil else { return }
    faultLine = parser.lineNumber
    if let last = open.last {
      openTagRemark = " (inside \(last.label), opened on line \(last.line))"
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append(
      OpenSimElement(
        file: file, tag: elementName, name: attributes["name"], line: parser.lineNumber))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    guard !open.isEmpty else { return }
    open[open.count - 1].text += string
  }

  func parser(_ parser: XMLParser, foundCDATA CDATABlock: Data) {
    guard !open.isEmpty else { return }
    open[open.count - 1].text += String(decoding: CDATABlock, as: UTF8.self)
  }

  func parser(
    _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?,
    qualifiedName: String?
  ) {
    guard let closed = open.popLast() else { return }
    if open.isEmpty {
      root = closed
    } else {
      open[open.count - 1].children.append(closed)
    }
  }
}
