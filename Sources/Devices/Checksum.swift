/// The check value that closes a packet and covers every byte before it, sync bytes included.
public enum Checksum: String, Hashable, Sendable, CaseIterable {
  /// No check value.
  case none
  /// One byte: the sum of all bytes modulo 256.
  case sum8
  /// One byte: all bytes exclusive-ored.
  case xor8
  /// Two bytes, most significant first: polynomial 0x1021, initial value 0xFFFF, no reflection.
  case crc16CCITT = "crc16-ccitt"

  /// Length at the end of a packet [bytes].
  public var byteCount: Int {
    switch self {
    case .none: 0
    case .sum8, .xor8: 1
    case .crc16CCITT: 2
    }
  }
}
