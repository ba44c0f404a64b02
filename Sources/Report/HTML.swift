internal import Foundation

/// A piece of HTML or SVG, into which text can only be put escaped.
///
/// Interpolating a `String` escapes it, interpolating `HTML` does not, and numbers are written as SVG
/// reads them; so a name from a foreign file can never become a tag or an attribute.
struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// The markup.
  var text: String

  /// Markup as written in the source.
  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  /// Pieces one after the other.
  init(_ pieces: [HTML], separator: String = "\n") {
    text = pieces.map(\.text).joined(separator: separator)
  }

  /// Nothing.
  static let nothing: HTML = ""

  /// What is built from a literal and its interpolations.
  struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ html: HTML) { text += html.text }
    mutating func appendInterpolation(_ text: String) { self.text += HTML.escaped(text) }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
    mutating func appendInterpolation(_ number: Double) { text += HTML.coordinate(number) }
  }

  /// `text` as it may stand in elements and quoted attributes; what could steer a page or turn the
  /// direction of writing is replaced.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      default:
        let isControl =
          scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
          || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        if isControl { result += "\u{FFFD}" } else { result.unicodeScalars.append(scalar) }
      }
    }
    return result
  }

  /// A number as SVG reads it, with at most two digits behind the point.
  private static func coordinate(_ number: Double) -> String {
    guard number.isFinite else { return "0" }
    let text = String(format: "%.2f", number)
    let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()
    return trimmed.isEmpty || text == "-0.00" ? "0" : text.contains(".") ? String(trimmed) : text
  }
}
