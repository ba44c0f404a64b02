internal import Foundation

/// Reads the XML that OpenSim writes into elements that know their bytes.
///
/// What XML has and OpenSim never writes is refused: document types and the entities they declare.
/// Foundation's parser is not used because damaged files can crash it and it does not tell bytes.
struct MarkupParser {
  /// Elements inside elements at most [1].
  static let depthLimit = 100
  /// Elements in a file at most; a full-body model has ten thousand [1].
  static let countLimit = 400_000
  /// Bytes in a file at most [1].
  static let sizeLimit = 64 << 20

  private let file: String
  private let bytes: [UInt8]
  /// The next byte [1].
  private var place = 0
  /// Its line, counted from one [1].
  private var line = 1
  private var open: [OpenSimElement] = []
  private var root: OpenSimElement?
  private var count = 0
  /// True when the file declares an encoding of one byte a character.
  private var isLatin = false

  private init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// The root element of a document; `file` is what messages call it.
  static func root(of contents: Data, file: String) throws(OpenSimError) -> OpenSimElement {
    guard contents.count <= sizeLimit else {
      throw OpenSimError(
        file: file, line: 1, message: "the file has more than \(sizeLimit >> 20) MiB",
        remedy: "give a model file; take meshes and tables out of it")
    }
    var parser = MarkupParser(Array(contents), file: file)
    return try parser.document()
  }

  // MARK: document

  private mutating func document() throws(OpenSimError) -> OpenSimElement {
    // a byte order mark says nothing
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "<") { try markup() } else { try characters() }
    }
    guard open.isEmpty, let root else { throw broken() }
    return root
  }

  /// Whatever begins with an angle bracket.
  private mutating func markup() throws(OpenSimError) {
    if starts(with: "<!--") {
      guard let end = find("-->", from: place + 4) else { throw broken() }
      move(to: end + 3)
    } else if starts(with: "<![CDATA[") {
      guard let end = find("]]>", from: place + 9), !open.isEmpty else { throw broken() }
      open[open.count - 1].text += try text(place + 9..<end)
      move(to: end + 3)
    } else if starts(with: "<?") {
      guard let end = find("?>", from: place + 2) else { throw broken() }
      if place < 4, starts(with: "<?xml") {
        let declaration = String(decoding: bytes[place..<end], as: UTF8.self).lowercased()
        isLatin = ["iso-8859-1", "windows-1252", "latin1"].contains { declaration.contains($0) }
      }
      move(to: end + 2)
    } else if starts(with: "<!DOCTYPE") {
      throw OpenSimError(
        file: file, line: line, message: "the file declares a document type",
        remedy: "delete the <!DOCTYPE ...> declaration, OpenSim files have none")
    } else if starts(with: "</") {
      try closingTag()
    } else {
      try openingTag()
    }
  }

  /// Text up to the next bracket.
  private mutating func characters() throws(OpenSimError) {
    let end = bytes[place...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    if open.isEmpty {
      guard bytes[place..<end].allSatisfy(Self.isSpace) else { throw broken() }
    } else {
      open[open.count - 1].text += try unescaped(place..<end)
    }
    move(to: end)
  }

  private mutating func openingTag() throws(OpenSimError) {
    let start = place
    let startLine = line
    guard open.count > 0 || root == nil else { throw broken() }
    let tag = try name(from: place + 1)
    var attributes: [String: String] = [:]
    var next = place + 1 + tag.utf8.count
    while true {
      let gap = next
      while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
      guard next < bytes.count else { throw broken() }
      if bytes[next] == UInt8(ascii: ">") || bytes[next] == UInt8(ascii: "/") { break }
      guard next > gap else { throw broken() }
      let key = try name(from: next)
      next += key.utf8.count
      while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
      guard next < bytes.count, bytes[next] == UInt8(ascii: "=") else { throw broken() }
      next += 1
      while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
      guard next < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[next]),
        let end = bytes[(next + 1)...].firstIndex(of: bytes[next]),
        !bytes[next..<end].contains(UInt8(ascii: "<")), attributes[key] == nil
      else { throw broken() }
      attributes[key] = try unescaped(next + 1..<end)
      next = end + 1
    }
    let isClosed = bytes[next] == UInt8(ascii: "/")
    if isClosed {
      next += 1
      guard next < bytes.count, bytes[next] == UInt8(ascii: ">") else { throw broken() }
    }
    let end = next + 1
    let element = OpenSimElement(
      file: file, tag: tag, name: attributes["name"], version: attributes["Version"],
      line: startLine, bytes: start..<end, content: end..<end)
    move(to: end)
    count += 1
    guard open.count < Self.depthLimit else {
      throw element.error(
        "elements lie more than \(Self.depthLimit) deep",
        remedy: "give the .osim file of a model, as OpenSim writes it")
    }
    guard count <= Self.countLimit else {
      throw element.error(
        "the file has more than \(Self.countLimit) elements",
        remedy: "give the .osim file of a model, as OpenSim writes it")
    }
    open.append(element)
    if isClosed { close() }
  }

  private mutating func closingTag() throws(OpenSimError) {
    let tag = try name(from: place + 2)
    var next = place + 2 + tag.utf8.count
    while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
    guard let last = open.last, last.tag == tag, next < bytes.count,
      bytes[next] == UInt8(ascii: ">")
    else { throw broken() }
    open[open.count - 1].content = last.bytes.upperBound..<place
    open[open.count - 1].bytes = last.bytes.lowerBound..<next + 1
    move(to: next + 1)
    close()
  }

  /// The innermost open element is complete.
  private mutating func close() {
    let closed = open.removeLast()
    if open.isEmpty { root = closed } else { open[open.count - 1].children.append(closed) }
  }

  // MARK: words

  /// The name that begins at `start`.
  private func name(from start: Int) throws(OpenSimError) -> String {
    var end = start
    while end < bytes.count, Self.isNameByte(bytes[end], isFirst: end == start) { end += 1 }
    guard end > start else { throw broken() }
    return try text(start..<end)
  }

  /// The text in `range` with its references resolved.
  private func unescaped(_ range: Range<Int>) throws(OpenSimError) -> String {
    guard bytes[range].contains(UInt8(ascii: "&")) else { return try text(range) }
    var result = ""
    var next = range.lowerBound
    while let ampersand = bytes[next..<range.upperBound].firstIndex(of: UInt8(ascii: "&")) {
      result += try text(next..<ampersand)
      // no reference is longer than that
      let limit = min(range.upperBound, ampersand + 12)
      guard let end = bytes[ampersand..<limit].firstIndex(of: UInt8(ascii: ";")),
        let character = Self.reference(
          String(decoding: bytes[ampersand + 1..<end], as: UTF8.self))
      else { throw broken() }
      result.unicodeScalars.append(character)
      next = end + 1
    }
    return result + (try text(next..<range.upperBound))
  }

  /// The character that `&name;` means.
  private static func reference(_ name: String) -> Unicode.Scalar? {
    switch name {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard name.hasPrefix("#") else { return nil }
      let digits = name.dropFirst()
      let code =
        digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      guard let code, code > 0 else { return nil }
      // OpenSim itself writes control characters so, against the rules of XML: dashes of old code pages
      let isControl = code < 0x20 && ![0x9, 0xA, 0xD].contains(code)
      return isControl ? "\u{FFFD}" : Unicode.Scalar(code)
    }
  }

  /// The characters of `range`.
  private func text(_ range: Range<Int>) throws(OpenSimError) -> String {
    let slice = bytes[range]
    guard slice.allSatisfy({ $0 >= 0x20 || Self.isSpace($0) }) else { throw broken() }
    if isLatin {
      var result = ""
      result.unicodeScalars.append(contentsOf: slice.map { Unicode.Scalar($0) })
      return result
    }
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw OpenSimError(
        file: file, line: line, message: "the file holds bytes that are not UTF-8",
        remedy: "save it as UTF-8")
    }
    return text
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...:
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
    default: false
    }
  }

  // MARK: places

  private func starts(with word: StaticString) -> Bool {
    word.withUTF8Buffer { word in
      guard place + word.count <= bytes.count else { return false }
      for index in word.indices where bytes[place + index] != word[index] { return false }
      return true
    }
  }

  private func find(_ word: StaticString, from start: Int) -> Int? {
    word.withUTF8Buffer { word in
      var next = start
      while next + word.count <= bytes.count {
        if word.indices.allSatisfy({ bytes[next + $0] == word[$0] }) { return next }
        next += 1
      }
      return nil
    }
  }

  private mutating func move(to end: Int) {
    for byte in bytes[place..<end] where byte == 0x0A { line += 1 }
    place = end
  }

  private func broken() -> OpenSimError {
    let remark = open.last.map { " (inside \($0.label), opened on line \($0.line))" } ?? ""
    return OpenSimError(
      file: file, line: line, message: "the file is not well-formed XML" + remark,
      remedy: "repair the markup at or just above this line, or export the model again")
  }
}
