extension NumberType {
  /// The number whose first byte is `bytes[start]`.
  func read(_ bytes: [UInt8], at start: Int, _ order: ByteOrder) -> Int64 {
    let count = byteCount
    var bits: UInt64 = 0
    switch order {
    case .big:
      for index in 0..<count { bits = bits << 8 | UInt64(bytes[start + index]) }
    case .little:
      for index in 0..<count { bits |= UInt64(bytes[start + index]) << UInt64(8 * index) }
    }
    guard isSigned else { return Int64(bits) }
    // Two's complement: move the sign bit to the top and let the arithmetic shift copy it down.
    let spare = Int64(64 - 8 * count)
    return Int64(bitPattern: bits << UInt64(spare)) >> spare
  }

  /// Puts the low bytes of `number`, which wraps when it does not fit, at `bytes[start]`.
  func write(_ number: Int64, to bytes: inout [UInt8], at start: Int, _ order: ByteOrder) {
    let count = byteCount
    let bits = UInt64(bitPattern: number)
    for index in 0..<count {
      let place = order == .little ? index : count - 1 - index
      bytes[start + place] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))
    }
  }
}

extension Checksum {
  /// The check value of `bytes[range]`; zero for `none`.
  func value(of bytes: [UInt8], in range: Range<Int>) -> UInt16 {
    switch self {
    case .none:
      return 0
    case .sum8:
      var sum: UInt8 = 0
      for index in range { sum &+= bytes[index] }
      return UInt16(sum)
    case .xor8:
      var parity: UInt8 = 0
      for index in range { parity ^= bytes[index] }
      return UInt16(parity)
    case .crc16CCITT:
      // Division by x^16 + x^12 + x^5 + 1, eight bits at a time: with f the byte that falls out,
      // folded by f ^= f >> 4, the remainder gains f x^12 + f x^5 + f.
      var remainder: UInt16 = 0xFFFF
      for index in range {
        var fallen = remainder >> 8 ^ UInt16(bytes[index])
        fallen ^= fallen >> 4
        remainder = remainder << 8 ^ fallen << 12 ^ fallen << 5 ^ fallen
      }
      return remainder
    }
  }
}

/// `number` modulo `modulus`, between zero and `modulus` - 1 whatever its sign.
func wrapped(_ number: Int64, modulo modulus: Int64) -> Int64 {
  let remainder = number % modulus
  return remainder < 0 ? remainder + modulus : remainder
}
