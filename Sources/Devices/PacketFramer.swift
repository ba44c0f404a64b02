/// Finds whole packets in a stream of bytes that may start anywhere, break anywhere and hold garbage.
///
/// A candidate begins with the sync bytes and is refused when its checksum is wrong; the search then
/// goes on one byte further, inside the refused candidate, so that a good packet behind a broken or
/// shortened one is not lost.
struct PacketFramer: Sendable {
  /// The candidate; its first `filled` bytes are valid (layout length).
  private(set) var packet: [UInt8]
  /// Bytes that belonged to no good packet [bytes].
  private(set) var skippedBytes = 0
  /// Candidates refused for their checksum [packets].
  private(set) var badChecksums = 0

  private let layout: PacketLayout
  private var filled = 0
  private var isWhole = false

  init(_ layout: PacketLayout) {
    self.layout = layout
    packet = Array(repeating: 0, count: layout.length)
  }

  /// Takes bytes from `offset` on, which it advances, until `packet` is whole; false when it lacks bytes.
  mutating func advance(_ bytes: Span<UInt8>, from offset: inout Int) -> Bool {
    while !isWhole {
      let taken = min(layout.length - filled, bytes.count - offset)
      for index in 0..<taken { packet[filled + index] = bytes[offset + index] }
      filled += taken
      offset += taken
      align(from: 0)
      if filled == layout.length {
        isWhole = isChecksumRight
        if !isWhole {
          badChecksums += 1
          align(from: 1)
        }
      } else if offset == bytes.count {
        return false
      }
    }
    return true
  }

  /// Makes room for the next packet after `packet` has been used.
  mutating func release() {
    precondition(isWhole, "only a whole packet is released")
    isWhole = false
    filled = 0
  }

  private var isChecksumRight: Bool {
    let end = layout.checksumOffset
    let value = layout.checksum.value(of: packet, in: 0..<end)
    switch layout.checksum.byteCount {
    case 0: return true
    case 1: return UInt16(packet[end]) == value
    default: return UInt16(packet[end]) << 8 | UInt16(packet[end + 1]) == value
    }
  }

  /// Moves the first possible beginning of a packet at or after `start` to the front.
  private mutating func align(from start: Int) {
    var first = start
    while first < filled && !mayBegin(at: first) { first += 1 }
    guard first > 0 else { return }
    for index in first..<max(first, filled) { packet[index - first] = packet[index] }
    filled -= first
    skippedBytes += first
  }

  /// True when nothing among the bytes at hand contradicts a packet that begins at `start`.
  private func mayBegin(at start: Int) -> Bool {
    for index in 0..<min(layout.sync.count, filled - start)
    where packet[start + index] != layout.sync[index] {
      return false
    }
    return true
  }
}
