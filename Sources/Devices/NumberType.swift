/// How a number lies in a packet.
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
  /// Two bytes of seven bits each, the top bit of both left to the framing: 0 to 16383.
  case pair14
  /// Four bytes, IEEE 754.
  case float32
  /// Eight bytes, IEEE 754.
  case float64

  /// Length in a packet [bytes].
  public var byteCount: Int {
    switch self {
    case .uint8: 1
    case .int16, .uint16, .pair14: 2
    case .int24: 3
    case .int32, .uint32, .float32: 4
    case .float64: 8
    }
  }

  /// True when negative numbers are possible.
  public var isSigned: Bool {
    switch self {
    case .int16, .int24, .int32, .float32, .float64: true
    case .uint8, .uint16, .uint32, .pair14: false
    }
  }

  /// True when only whole numbers are possible.
  public var isWhole: Bool { self != .float32 && self != .float64 }

  /// The numbers that the type holds; for floating point, whole numbers that are surely exact [native units].
  public var range: ClosedRange<Int64> {
    switch self {
    case .float32: return -(1 << 24)...(1 << 24)
    case .float64: return -(1 << 53)...(1 << 53)
    case .pair14: return 0...16383
    default:
      let distinct = Int64(1) << (8 * byteCount)
      return isSigned ? -distinct / 2...distinct / 2 - 1 : 0...distinct - 1
    }
  }
}

/// Which byte of a number comes first.
public enum ByteOrder: String, Hashable, Sendable, CaseIterable {
  /// Most significant byte first.
  case big
  /// Least significant byte first.
  case little
}
