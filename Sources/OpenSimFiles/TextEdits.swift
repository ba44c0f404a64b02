internal import Foundation

/// Replacements of pieces of a text; every byte outside them stays.
struct TextEdits {
  private let bytes: [UInt8]
  private var edits: [(range: Range<Int>, text: String)] = []

  /// No replacement of anything in `bytes` yet.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The text with all replacements, which must not overlap.
  var result: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 32 * edits.count)
    var place = 0
    // insertions at one place keep their order
    let ordered = edits.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }
    for (_, edit) in ordered {
      precondition(edit.range.lowerBound >= place, "replacements do not overlap")
      result += bytes[place..<edit.range.lowerBound]
      result += Array(edit.text.utf8)
      place = edit.range.upperBound
    }
    return result + bytes[place...]
  }

  /// Writes `number` where the number `place` stands; adds a line where the file says nothing.
  ///
  /// - Returns: the line of the file that changes; nil when the file says the number already.
  mutating func write(_ number: Double, at place: NumberPlace) throws(OpenSimError) -> Int? {
    if let property = try place.property() {
      let words = words(in: property.content)
      let texts = words.map { String(decoding: bytes[$0], as: UTF8.self) }
      let isPlain =
        texts.count == place.count && property.children.isEmpty
        && texts == property.text.split(whereSeparator: \.isWhitespace).map(String.init)
      guard isPlain, let old = Double(texts[place.index]) else {
        throw property.error(
          "\(place.words) is not written as plain numbers",
          remedy: "write \(place.count == 1 ? "one number" : "\(place.count) numbers") and no more")
      }
      if old == number { return nil }
      edits.append((words[place.index], shortestText(number)))
      return property.line
    }
    return try insert(number, at: place)
  }

  /// The words in `range`, without those in remarks.
  private func words(in range: Range<Int>) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start: Int?
    var next = range.lowerBound
    while next < range.upperBound {
      let byte = bytes[next]
      let isRemark = bytes[next..<range.upperBound].starts(with: Array("<!--".utf8))
      if isRemark || byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
        if let first = start { words.append(first..<next) }
        start = nil
      } else if start == nil {
        start = next
      }
      next += 1
      if isRemark {
        let end = Array("-->".utf8)
        while next < range.upperBound, !bytes[..<next].hasSuffix(end) { next += 1 }
      }
    }
    if let first = start { words.append(first..<range.upperBound) }
    return words
  }

  /// Adds a line for a property that the file leaves to the default, in its neighbours' indentation.
  private mutating func insert(
    _ number: Double, at place: NumberPlace
  ) throws(OpenSimError) -> Int {
    var element = place.owner
    var missing = place.path
    while let tag = missing.first, let next = try element.property(tag) {
      element = next
      missing.removeFirst()
    }
    // an object inside, such as a curve, has its own name
    var text = shortestText(number)
    for tag in missing.reversed() {
      let isProperty = tag == place.path.last
      text = "<\(tag)\(isProperty ? "" : " name=\"\(tag)\"")>\(text)</\(tag)>"
    }
    if element.closesItself {
      // "/>" becomes ">...</Tag>"
      let end = element.bytes.upperBound
      edits.append((end - 2..<end, ">\(text)</\(element.tag)>"))
      return element.line
    }
    guard let last = element.children.last else {
      edits.append((element.content.lowerBound..<element.content.lowerBound, text))
      return element.line
    }
    let end = last.bytes.upperBound
    edits.append((end..<end, lineBreak(before: last.bytes.lowerBound) + text))
    return element.line
  }

  /// The line's end and blanks before `place`; nothing when something else stands before it.
  private func lineBreak(before place: Int) -> String {
    var start = place
    while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
    guard start > 0, bytes[start - 1] == 0x0A else { return "" }
    start -= 1
    if start > 0, bytes[start - 1] == 0x0D { start -= 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }
}

extension ArraySlice<UInt8> {
  /// True when its last bytes are `end`.
  fileprivate func hasSuffix(_ end: [UInt8]) -> Bool {
    count >= end.count && suffix(end.count).elementsEqual(end)
  }
}

/// The shortest text that reads back as `number`.
func shortestText(_ number: Double) -> String {
  let text = "\(number)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
