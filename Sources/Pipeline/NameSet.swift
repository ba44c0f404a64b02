/// Some names of a list, as an event tells them: bits beside a list that all share, so that it makes no storage.
///
/// In words, in JSON too, it is the names in the order of the list.
public struct NameSet: Sendable, Hashable, Codable {
  /// The list (at most 32).
  private let list: [String]
  /// One bit a name.
  private let bits: UInt32

  /// Those names of `list` whose bits are set.
  public init(_ bits: UInt32, of list: [String]) {
    self.list = list
    self.bits = bits
  }

  /// The names themselves.
  public var names: [String] {
    list.indices.filter { bits & (1 << UInt32($0)) != 0 }.map { list[$0] }
  }

  /// True when they are the same names, of whatever list.
  public static func == (left: NameSet, right: NameSet) -> Bool { left.names == right.names }

  /// Feeds the names.
  public func hash(into hasher: inout Hasher) { hasher.combine(names) }

  /// Reads a list of names.
  public init(from decoder: any Decoder) throws {
    let names = try decoder.singleValueContainer().decode([String].self)
    guard names.count <= UInt32.bitWidth else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "at most 32 names"))
    }
    self.init(UInt32((UInt64(1) << UInt64(names.count)) - 1), of: names)
  }

  /// Writes a list of names.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(names)
  }
}
