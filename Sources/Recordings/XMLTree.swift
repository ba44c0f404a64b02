import Foundation
import FoundationXML

/// An XML element with its text and children; attributes play no part in XDF.
struct XMLTree {
  var name: String
  var text = ""
  var children: [XMLTree] = []

  /// The first child called `name`.
  subscript(name: String) -> XMLTree? {
    children.first { $0.name == name }
  }

  /// Text that may stand inside an element; characters that XML forbids become U+FFFD.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\t", "\n": escaped.unicodeScalars.append(scalar)
      case "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
      default:
        if scalar.value < 32 {
          escaped += "\u{FFFD}"
        } else {
          escaped.unicodeScalars.append(scalar)
        }
      }
    }
    return escaped
  }

  /// The root element of a document, or a sentence that says why there is none.
  static func parse(_ bytes: [UInt8]) -> Result<XMLTree, ParseFailure> {
    // Bytes that are no UTF-8 (a Latin-1 µ in a unit) must not cost the whole recording.
    let text = String(decoding: bytes, as: UTF8.self)
    let parser = XMLParser(data: Data(text.utf8))
    let builder = Builder()
    parser.delegate = builder
    guard parser.parse(), let root = builder.root else {
      let reason = parser.parserError.map { ($0 as NSError).code } ?? 0
      return .failure(ParseFailure(line: parser.lineNumber, code: reason))
    }
    return .success(root)
  }

  /// Where a document stopped being XML.
  struct ParseFailure: Error {
    let line: Int
    let code: Int
  }

  /// Collects elements on a stack; used by one call of `parse` on one thread.
  private final class Builder: NSObject, XMLParserDelegate {
    var root: XMLTree?
    private var open: [XMLTree] = []

    func parser(
      _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      open.append(XMLTree(name: elementName))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      if !open.isEmpty { open[open.count - 1].text += string }
    }

    func parser(
      _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?,
      qualifiedName: String?
    ) {
      guard var element = open.popLast() else { return }
      element.text = element.text.trimmingCharacters(in: .whitespacesAndNewlines)
      if open.isEmpty {
        root = element
      } else {
        open[open.count - 1].children.append(element)
      }
    }
  }
}
