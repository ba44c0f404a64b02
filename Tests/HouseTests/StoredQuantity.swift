import Foundation

/// A stored property whose type is a `Double`, or an array of them, as far as its line says.
struct StoredQuantity {
  /// Its name.
  let name: String
  /// Where it stands, from one.
  let line: Int
  /// True when a line of its doc comment ends with something in brackets.
  let hasUnit: Bool

  /// The stored quantities of `file`: declared in a type's own braces, and not computed.
  static func all(in file: SourceFile) -> [StoredQuantity] {
    var found: [StoredQuantity] = []
    // true where the braces are a type's
    var scopes: [Bool] = []
    var docs: [String] = []
    for (index, line) in file.lines.enumerated() {
      let text = line.trimmingCharacters(in: .whitespaces)
      if text.hasPrefix("///") {
        docs.append(text)
        continue
      }
      let code = text.replacing(/"(\\.|[^"\\])*"/, with: "").replacing(/\/\/.*$/, with: "")
      let next = index + 1 < file.lines.count ? file.lines[index + 1] : ""
      if scopes.last == true, let name = quantity(in: code, next: next) {
        // a unit may close the summary or the last line
        let hasUnit = docs.contains { $0.contains(/\[[^\]]+\]\.?$/) }
        found.append(StoredQuantity(name: name, line: index + 1, hasUnit: hasUnit))
      }
      let isType = code.contains(/\b(struct|class|enum|extension|actor|protocol)\b/)
      for character in code {
        if character == "{" { scopes.append(isType) }
        if character == "}" { _ = scopes.popLast() }
      }
      if !text.hasPrefix("@") || text.contains("var ") || text.contains("let ") { docs = [] }
    }
    return found
  }

  /// The property's name when the line declares a stored quantity.
  private static func quantity(in code: String, next: String) -> String? {
    let declaration = /^[\w()@ ]*\b(?:let|var) (\w+)(: (?:Double|\[Double\])\??| = -?\d+\.\d+)(.*)$/
    guard let match = code.wholeMatch(of: declaration) else { return nil }
    let rest = match.output.3.trimmingCharacters(in: .whitespaces)
    let observes = next.contains("didSet") || next.contains("willSet")
    if rest.hasPrefix("{") && !observes { return nil }
    return String(match.output.1)
  }
}
