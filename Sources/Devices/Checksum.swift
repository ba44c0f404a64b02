/// A check value of a packet: the one that closes it, or one that stands among its bytes.
public enum Checksum: String, Hashable, Sendable, CaseIterable {
  /// No check value.
  case none
  /// One byte: the sum of all bytes modulo 256.
  case sum8
  /// One byte: all bytes exclusive-ored.
  case xor8
  /// Two bytes, most significant first: polynomial 0x1021, initial value 0xFFFF, no reflection.
  case crc16CCITT = "crc16-ccitt"
  /// One byte that makes the sum of all bytes after the packet's first one zero (Xsens Xbus).
  case sum8Zero = "sum8-zero"
  /// One byte: the sum of all bytes, its carry added twice (LabJack).
  case sum8Carry = "sum8-carry"
  /// Two bytes, least significant first: the sum of all bytes modulo 65536 (LabJack).
  case sum16Little = "sum16-little"
  /// Two bytes: the sum of all bytes, then the sum of those sums, modulo 256 each (MicroStrain MIP).
  case fletcher16 = "fletcher16"

  /// Length in a packet [bytes].
  public var byteCount: Int {
    switch self {
    case .none: 0
    case .sum8, .xor8, .sum8Zero, .sum8Carry: 1
    case .crc16CCITT, .sum16Little, .fletcher16: 2
    }
  }

  /// Where the bytes that a closing check value covers begin [bytes from the packet's start].
  var coverage: Int { self == .sum8Zero ? 1 : 0 }

  /// True when the least significant byte of the value comes first.
  private var isLittle: Bool { self == .sum16Little }

  /// True when the bytes at `place` are the check value of `bytes[range]`.
  func matches(_ bytes: [UInt8], in range: Range<Int>, at place: Int) -> Bool {
    let value = value(of: bytes, in: range)
    switch byteCount {
    case 0: return true
    case 1: return UInt16(bytes[place]) == value
    default:
      let first = UInt16(bytes[place])
      let second = UInt16(bytes[place + 1])
      return value == (isLittle ? second << 8 | first : first << 8 | second)
    }
  }

  /// Writes the check value of `bytes[range]` at `place`.
  func write(to bytes: inout [UInt8], of range: Range<Int>, at place: Int) {
    let value = value(of: bytes, in: range)
    let low = UInt8(truncatingIfNeeded: value)
    let high = UInt8(truncatingIfNeeded: value >> 8)
    switch byteCount {
    case 0: break
    case 1: bytes[place] = low
    default:
      bytes[place] = isLittle ? low : high
      bytes[place + 1] = isLittle ? high : low
    }
  }

  /// The check value of `bytes[range]`; zero for `none`.
  func value(of bytes: [UInt8], in range: Range<Int>) -> UInt16 {
    switch self {
    case .none:
      return 0
    case .sum8:
      return sum(of: bytes, in: range) & 0xFF
    case .sum8Zero:
      return (0 &- sum(of: bytes, in: range)) & 0xFF
    case .sum16Little:
      return sum(of: bytes, in: range)
    case .sum8Carry:
      let once = sum(of: bytes, in: range)
      let twice = once >> 8 + once & 0xFF
      return (twice >> 8 + twice & 0xFF) & 0xFF
    case .fletcher16:
      var first: UInt8 = 0
      var second: UInt8 = 0
      for index in range {
        first &+= bytes[index]
        second &+= first
      }
      return UInt16(first) << 8 | UInt16(second)
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

  private func sum(of bytes: [UInt8], in range: Range<Int>) -> UInt16 {
    // no packet is long enough to fill 32 bits
    var sum: UInt32 = 0
    let span = bytes.span
    for index in range { sum &+= UInt32(span[index]) }
    return UInt16(truncatingIfNeeded: sum)
  }
}

/// A check value that stands among a packet's bytes.
public struct PlacedChecksum: Hashable, Sendable {
  /// What it is.
  public var kind: Checksum
  /// Where it stands [bytes from the packet's start].
  public var byteOffset: Int
  /// What it covers [bytes from the packet's start].
  public var covers: Range<Int>

  /// A check value at this place.
  public init(_ kind: Checksum, byteOffset: Int, covers: Range<Int>) {
    self.kind = kind
    self.byteOffset = byteOffset
    self.covers = covers
  }
}

extension PlacedChecksum {
  /// Makes the check value of a whole packet right again.
  public func seal(_ packet: inout [UInt8]) {
    kind.write(to: &packet, of: covers, at: byteOffset)
  }
}
