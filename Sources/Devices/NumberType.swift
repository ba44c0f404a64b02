/// How a whole number lies in a packet.
public enum NumberType: String, Hashable, Sendable, CaseIterable {
  /// One byte, 0 to 255.
  case uint8
  /// Two bytes, two's complement.
  case int16
  /// Two bytes, 0 to 65535.
  case uint16
  /// Three bytes, two's complement.
  case int24
  /// Four bytes, two's complement.
  case int32
  /// Four bytes, 0 to 4294967295.
  case uint32

  /// Length in a packet [bytes].
  public var byteCount: Int {
    switch self {
    case .uint8: 1
    case .int16, .uint16: 2
    case .int24: 3
    case .int32, .uint32: 4
    }
  }

  /// True when negative numbers are possible.
  public var isSigned: Bool {
    switch self {
    case .int16, .int24, .int32: true
    case .uint8, .uint16, .uint32: false
    }
  }

  /// The numbers that the type holds [native units].
  public var range: ClosedRange<Int64> {
    let distinct = Int64(1) << (8 * byteCount)
    return isSigned ? -distinct / 2...distinct / 2 - 1 : 0...distinct - 1
  }
}

/// Which byte of a number comes first.
public enum ByteOrder: String, Hashable, Sendable, CaseIterable {
  /// Most significant byte first.
  case big
  /// Least significant byte first.
  case little
}
