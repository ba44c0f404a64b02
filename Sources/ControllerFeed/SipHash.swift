/// SipHash-2-4 (Aumasson and Bernstein 2012): a 64-bit tag that only the holder of a 128-bit key can make.
public struct SipHash: Sendable {
  private let key: (UInt64, UInt64)

  /// Tags under a key of 16 bytes.
  public init(key: [UInt8]) {
    precondition(key.count == 16, "a key has 16 bytes")
    self.key = (Self.word(key, at: 0, count: 8), Self.word(key, at: 8, count: 8))
  }

  /// The tag of the first `count` of `bytes`.
  public func tag(of bytes: [UInt8], count: Int) -> UInt64 {
    var v0 = key.0 ^ 0x736F_6D65_7073_6575
    var v1 = key.1 ^ 0x646F_7261_6E64_6F6D
    var v2 = key.0 ^ 0x6C79_6765_6E65_7261
    var v3 = key.1 ^ 0x7465_6462_7974_6573
    func left(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
    func round() {
      v0 = v0 &+ v1
      v1 = left(v1, 13) ^ v0
      v0 = left(v0, 32)
      v2 = v2 &+ v3
      v3 = left(v3, 16) ^ v2
      v0 = v0 &+ v3
      v3 = left(v3, 21) ^ v0
      v2 = v2 &+ v1
      v1 = left(v1, 17) ^ v2
      v2 = left(v2, 32)
    }
    func take(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }
    let whole = count / 8
    for index in 0..<whole { take(Self.word(bytes, at: 8 * index, count: 8)) }
    take(
      Self.word(bytes, at: 8 * whole, count: count - 8 * whole) | UInt64(count & 0xFF) << 56)
    v2 ^= 0xFF
    for _ in 0..<4 { round() }
    return v0 ^ v1 ^ v2 ^ v3
  }

  /// `count` bytes as a little-endian number.
  private static func word(_ bytes: [UInt8], at place: Int, count: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<count { word |= UInt64(bytes[place + index]) << UInt64(8 * index) }
    return word
  }
}
