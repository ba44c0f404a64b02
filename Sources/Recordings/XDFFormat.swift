/// How an XDF stream stores the values of its channels.
public enum XDFFormat: String, Hashable, Sendable, CaseIterable, Codable {
  /// Signed integers of one byte.
  case int8
  /// Signed integers of two bytes.
  case int16
  /// Signed integers of four bytes.
  case int32
  /// Signed integers of eight bytes.
  case int64
  /// IEEE numbers of four bytes.
  case float32
  /// IEEE numbers of eight bytes.
  case double64
  /// Text of any length.
  case string

  /// The size of one value; nil for text [bytes].
  public var valueSize: Int? {
    switch self {
    case .int8: 1
    case .int16: 2
    case .int32, .float32: 4
    case .int64, .double64: 8
    case .string: nil
    }
  }

  /// True for integers of at most 32 bits.
  var fitsInt32: Bool { self == .int8 || self == .int16 || self == .int32 }
}

/// The number that ties the chunks of one stream together inside one file.
public struct XDFStreamID: Hashable, Sendable, Comparable {
  /// The number as written in the file [1].
  public let number: UInt32

  /// The stream numbered `number` [1].
  public init(_ number: UInt32) {
    self.number = number
  }

  /// Smaller number.
  public static func < (left: XDFStreamID, right: XDFStreamID) -> Bool {
    left.number < right.number
  }
}

/// The tags of the chunks that XDF 1.0 knows.
enum XDFTag {
  static let fileHeader: UInt16 = 1
  static let streamHeader: UInt16 = 2
  static let samples: UInt16 = 3
  static let clockOffset: UInt16 = 4
  static let boundary: UInt16 = 5
  static let streamFooter: UInt16 = 6

  /// The four bytes that open every file: `XDF:`.
  static let magic: [UInt8] = [0x58, 0x44, 0x46, 0x3A]

  /// The content of boundary chunks, by which readers find their way in damaged files.
  static let boundaryIdentifier: [UInt8] = [
    0x43, 0xA5, 0x46, 0xDC, 0xCB, 0xF5, 0x41, 0x0F, 0xB3, 0x0E, 0xD5, 0x46, 0x73, 0x83, 0xCB, 0xE4,
  ]
}
