extension NumberType {
  /// The number whose first byte is `bytes[start]`, as a native value.
  @inline(__always)
  func native(_ bytes: [UInt8], at start: Int, _ order: ByteOrder) -> Double {
    switch self {
    case .float32: Double(Float(bitPattern: UInt32(bits(bytes, at: start, order))))
    case .float64: Double(bitPattern: bits(bytes, at: start, order))
    default: Double(read(bytes, at: start, order))
    }
  }

  /// The whole number whose first byte is `bytes[start]`; the bits of floating-point ones.
  @inline(__always)
  func read(_ bytes: [UInt8], at start: Int, _ order: ByteOrder) -> Int64 {
    switch self {
    case .uint8: return Int64(bytes[start])
    case .pair14: return Int64(bytes[start] & 0x7F) << 7 | Int64(bytes[start + 1] & 0x7F)
    case .int16:
      return Int64(Int16(truncatingIfNeeded: bits(bytes, at: start, order)))
    case .int32:
      return Int64(Int32(truncatingIfNeeded: bits(bytes, at: start, order)))
    case .int24:
      // Two's complement: move the sign bit to the top and let the arithmetic shift copy it down.
      return Int64(bitPattern: bits(bytes, at: start, order) << 40) >> 40
    case .uint16, .uint32, .float32, .float64:
      return Int64(bitPattern: bits(bytes, at: start, order))
    }
  }

  @inline(__always)
  private func bits(_ bytes: [UInt8], at start: Int, _ order: ByteOrder) -> UInt64 {
    ByteBits.join(bytes, at: start, count: byteCount, order)
  }

  /// Puts the low bytes of `number`, which wraps when it does not fit, at `bytes[start]`.
  func write(_ number: Int64, to bytes: inout [UInt8], at start: Int, _ order: ByteOrder) {
    if self == .pair14 {
      // the top bits belong to the framing
      bytes[start] = bytes[start] & 0x80 | UInt8(truncatingIfNeeded: number >> 7) & 0x7F
      bytes[start + 1] = bytes[start + 1] & 0x80 | UInt8(truncatingIfNeeded: number) & 0x7F
      return
    }
    let count = byteCount
    let bits = UInt64(bitPattern: number)
    for index in 0..<count {
      let place = order == .little ? index : count - 1 - index
      bytes[start + place] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))
    }
  }
}

/// Bytes to whole numbers.
enum ByteBits {
  /// The unsigned number of `count` bytes from `bytes[start]` on.
  @inline(__always)
  static func join(_ bytes: [UInt8], at start: Int, count: Int, _ order: ByteOrder) -> UInt64 {
    var bits: UInt64 = 0
    switch order {
    case .big:
      for index in 0..<count { bits = bits << 8 | UInt64(bytes[start + index]) }
    case .little:
      for index in 0..<count { bits |= UInt64(bytes[start + index]) << UInt64(8 * index) }
    }
    return bits
  }
}

/// `number` modulo `modulus`, between zero and `modulus` - 1 whatever its sign.
func wrapped(_ number: Int64, modulo modulus: Int64) -> Int64 {
  let remainder = number % modulus
  return remainder < 0 ? remainder + modulus : remainder
}
