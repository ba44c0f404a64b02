/// How a number of a feed message is stored: little-endian, at a multiple of its own size.
public enum FeedNumber: String, Sendable, Hashable, CaseIterable {
  /// An unsigned byte.
  case u8
  /// Two bytes, unsigned.
  case u16
  /// Four bytes, unsigned.
  case u32
  /// Eight bytes, unsigned.
  case u64
  /// Eight bytes, two's complement.
  case i64
  /// IEEE 754, four bytes.
  case f32

  /// Size of one number [bytes].
  public var byteCount: Int {
    switch self {
    case .u8: 1
    case .u16: 2
    case .u32, .f32: 4
    case .u64, .i64: 8
    }
  }
}

/// One field of a feed message: a number, or several in a row.
public struct FeedField: Sendable, Hashable {
  /// Its name in every language.
  public var name: String
  /// How each number is stored.
  public var number: FeedNumber
  /// How many there are [1].
  public var count: Int
  /// The SI unit, or what an unsigned number is.
  public var unit: String
  /// One sentence.
  public var summary: String
  /// Where it begins [bytes].
  public fileprivate(set) var offset = 0

  /// A field that has no place yet.
  init(_ name: String, _ number: FeedNumber, _ count: Int, _ unit: String, _ summary: String) {
    self.name = name
    self.number = number
    self.count = count
    self.unit = unit
    self.summary = summary
  }

  /// A field of one number.
  init(_ name: String, _ number: FeedNumber, _ unit: String, _ summary: String) {
    self.init(name, number, 1, unit, summary)
  }

  /// Its size [bytes].
  public var byteCount: Int { count * number.byteCount }
}

/// The layout of one kind of message: fields one after the other, without gaps.
public struct FeedLayout: Sendable, Hashable {
  /// Its name in every language.
  public let name: String
  /// What the field `kind` holds.
  public let kind: UInt8
  /// One sentence.
  public let summary: String
  /// The fields in order, each at its offset.
  public let fields: [FeedField]
  /// The whole message [bytes].
  public let byteCount: Int

  /// A layout of `fields`, each of which must fall on a multiple of its number's size.
  init(_ name: String, kind: UInt8, _ summary: String, _ fields: [FeedField]) {
    var placed: [FeedField] = []
    var offset = 0
    for var field in fields {
      precondition(
        offset.isMultiple(of: field.number.byteCount), "\(name).\(field.name) is not aligned")
      field.offset = offset
      offset += field.byteCount
      placed.append(field)
    }
    precondition(offset.isMultiple(of: 8), "\(name) would be padded by a C compiler")
    precondition(offset <= FeedContract.largestMessage, "\(name) is longer than a datagram may be")
    self.name = name
    self.kind = kind
    self.summary = summary
    self.fields = placed
    byteCount = offset
  }

  /// Where the field called `name` begins [bytes].
  func offset(of name: String) -> Int {
    guard let field = fields.first(where: { $0.name == name }) else {
      preconditionFailure("\(self.name) has no field \(name)")
    }
    return field.offset
  }
}

/// A number with a name: a state, a flag or a reason.
public struct FeedConstant: Sendable, Hashable {
  /// Its name in every language, in capitals there.
  public var name: String
  /// Its value: a code, or one bit.
  public var value: UInt32
  /// One sentence.
  public var summary: String

  init(_ name: String, _ value: UInt32, _ summary: String) {
    self.name = name
    self.value = value
    self.summary = summary
  }
}
