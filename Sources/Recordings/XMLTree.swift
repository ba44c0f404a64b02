internal import OpenSimFiles

/// An XML element with its text and children; attributes play no part in XDF.
struct XMLTree {
  var name: String
  var text: String
  var children: [XMLTree]

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

  /// The root element of a document, or where it stops being one.
  static func parse(_ bytes: [UInt8]) -> Result<XMLTree, ParseFailure> {
    // bytes that are no UTF-8 (a Latin-1 µ in a unit) must not cost the whole recording
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(OpenSimError) {
      return .success(XMLTree(try MarkupTree(Array(text.utf8), of: "header")))
    } catch {
      return .failure(ParseFailure(line: error.line))
    }
  }

  private init(_ tree: MarkupTree) {
    name = tree.name
    text = tree.text
    children = tree.children.map { XMLTree($0) }
  }

  /// Where a document stopped being XML.
  struct ParseFailure: Error {
    let line: Int
  }
}
