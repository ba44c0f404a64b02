internal import Foundation

/// Any JSON value, so that a file which lacks or bends something can still be read as far as it goes.
enum JSONValue: Sendable, Hashable, Decodable {
  case null
  case boolean(Bool)
  /// A number [its own unit].
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// A finite number; nil for anything else [its own unit].
  var double: Double? {
    if case .number(let value) = self, value.isFinite { value } else { nil }
  }
  /// A whole number that fits.
  var int: Int? { double.flatMap { abs($0) < 1e15 ? Int($0) : nil } }
  /// A text.
  var string: String? { if case .text(let value) = self { value } else { nil } }
  /// True or false.
  var bool: Bool? { if case .boolean(let value) = self { value } else { nil } }
  /// The elements of a list; empty for anything else.
  var elements: [JSONValue] { if case .list(let value) = self { value } else { [] } }
  /// The members of an object; empty for anything else.
  var members: [String: JSONValue] { if case .object(let value) = self { value } else { [:] } }
  /// The numbers of a list, nil where one is none [their own unit].
  var doubles: [Double?] { elements.map(\.double) }
  /// The texts of a list.
  var strings: [String] { elements.compactMap(\.string) }

  /// The member `key`; null where there is none.
  subscript(key: String) -> JSONValue { members[key] ?? .null }
}
