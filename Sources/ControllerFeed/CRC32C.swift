/// CRC-32C (Castagnoli): polynomial 0x1EDC6F41 reflected, initial value and final exclusive-or all ones.
public struct CRC32C: Sendable {
  /// The remainder of each byte [1].
  private let table: [UInt32]

  /// The table, made once.
  public init() {
    table = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { rest, _ in
        rest & 1 == 0 ? rest >> 1 : rest >> 1 ^ 0x82F6_3B78
      }
    }
  }

  /// The check value of the first `count` of `bytes`.
  public func value(of bytes: [UInt8], count: Int) -> UInt32 {
    var rest: UInt32 = 0xFFFF_FFFF
    for index in 0..<count {
      rest = rest >> 8 ^ table[Int((rest ^ UInt32(bytes[index])) & 0xFF)]
    }
    return ~rest
  }
}
