/// Finds whole packets in a stream of bytes that may start anywhere, break anywhere and hold garbage.
///
/// A candidate carries the sync bytes and marks, and is refused when a checksum is wrong; the search then
/// goes on one byte further, inside the refused candidate, so that a good packet behind a broken or
/// shortened one is not lost. A line of text is a candidate whatever it holds; one that is too long is
/// skipped to its end.
struct PacketFramer: Sendable {
  /// The candidate; its first `count` bytes are valid once it is whole (layout length).
  private(set) var packet: [UInt8]
  /// Length of the whole packet [bytes].
  private(set) var count = 0
  /// Bytes that belonged to no good packet [bytes].
  private(set) var skippedBytes = 0
  /// Candidates refused for their checksum [packets].
  private(set) var badChecksums = 0

  private let layout: PacketLayout
  /// Bytes at hand [bytes].
  private var filled = 0
  private var isWhole = false
  /// True while the rest of a line that is too long goes by.
  private var isSkippingLine = false

  init(_ layout: PacketLayout) {
    self.layout = layout
    packet = Array(repeating: 0, count: layout.length)
  }

  /// Takes bytes from `offset` on, which it advances, until `packet` is whole; false when it lacks bytes.
  mutating func advance(_ bytes: Span<UInt8>, from offset: inout Int) -> Bool {
    if layout.text != nil { return advanceLine(bytes, from: &offset) }
    while !isWhole {
      align(from: 0)
      let wanted = wantedLength
      if filled < wanted {
        let taken = min(wanted - filled, bytes.count - offset)
        guard taken > 0 else { return false }
        let start = filled
        let from = offset
        var room = packet.mutableSpan
        for index in 0..<taken { room[start + index] = bytes[from + index] }
        filled += taken
        offset += taken
        continue
      }
      if let tagged = layout.tagged, filled < tagged.prefix { continue }
      if mayBegin(at: 0), areChecksumsRight(wanted) {
        isWhole = true
        count = wanted
      } else {
        badChecksums += 1
        align(from: 1)
      }
    }
    return true
  }

  /// Makes room for the next packet after `packet` has been used.
  mutating func release() {
    precondition(isWhole, "only a whole packet is released")
    isWhole = false
    drop(count)
  }

  /// Takes note that the whole packet, which is still to be released, was none.
  mutating func disown() {
    skippedBytes += count
  }

  /// Forgets an unfinished packet, as when the stream was interrupted.
  mutating func reset() {
    skippedBytes += filled
    filled = 0
    isWhole = false
    // what comes next may be the rest of a line
    isSkippingLine = layout.text != nil
  }

  // MARK: lines

  private mutating func advanceLine(_ bytes: Span<UInt8>, from offset: inout Int) -> Bool {
    while !isWhole {
      guard offset < bytes.count else { return false }
      let byte = bytes[offset]
      offset += 1
      if isSkippingLine {
        skippedBytes += 1
        isSkippingLine = byte != 0x0A
      } else if byte == 0x0A {
        count = filled
        isWhole = true
      } else if filled == layout.length {
        skippedBytes += filled + 1
        badChecksums += 1
        filled = 0
        isSkippingLine = true
      } else {
        packet[filled] = byte
        filled += 1
      }
    }
    return true
  }

  // MARK: packets

  /// Bytes needed before the candidate at the front can be judged, or its length be told.
  private var wantedLength: Int {
    guard let tagged = layout.tagged else { return layout.length }
    guard filled >= tagged.prefix else { return tagged.prefix }
    return Int(packet[tagged.lengthOffset]) + tagged.overhead
  }

  private func areChecksumsRight(_ length: Int) -> Bool {
    let end = length - layout.checksum.byteCount
    let start = layout.checksum.coverage
    guard layout.checksum.matches(packet, in: start..<max(start, end), at: end) else {
      return false
    }
    for check in layout.checks
    where !check.kind.matches(packet, in: check.covers, at: check.byteOffset) {
      return false
    }
    return true
  }

  /// Moves the first possible beginning of a packet at or after `start` to the front.
  private mutating func align(from start: Int) {
    var first = start
    while first < filled && !mayBegin(at: first) { first += 1 }
    guard first > 0 else { return }
    skippedBytes += first
    drop(first)
  }

  /// Moves the bytes after the first `number` to the front.
  private mutating func drop(_ number: Int) {
    let first = min(number, filled)
    if first < filled {
      for index in first..<filled { packet[index - first] = packet[index] }
    }
    filled -= first
  }

  /// True when nothing among the bytes at hand contradicts a packet that begins at `start`.
  private func mayBegin(at start: Int) -> Bool {
    for index in layout.sync.indices {
      let place = start + layout.syncOffset + index
      guard place < filled else { break }
      if packet[place] != layout.sync[index] { return false }
    }
    for mark in layout.marks {
      let place = start + mark.byteOffset
      if place < filled, packet[place] & mark.mask != mark.value { return false }
    }
    if let tagged = layout.tagged {
      let place = start + tagged.lengthOffset
      if place < filled {
        let length = Int(packet[place]) + tagged.overhead
        if length > layout.length || length < tagged.firstItem { return false }
      }
    }
    return true
  }
}
