/// A byte of a packet whose bits are always the same.
public struct PacketMark: Hashable, Sendable {
  /// Which byte [bytes from the packet's start].
  public var byteOffset: Int
  /// Which bits of it.
  public var mask: UInt8
  /// What these bits are.
  public var value: UInt8

  /// A byte whose bits under `mask` are those of `value`.
  public init(byteOffset: Int, mask: UInt8 = 0xFF, value: UInt8) {
    self.byteOffset = byteOffset
    self.mask = mask
    self.value = value & mask
  }
}

/// How packets are framed: all of one length, or, with `tagged` or `text`, of any length up to `length`.
public struct PacketLayout: Hashable, Sendable {
  /// The bytes that every packet carries at `syncOffset`; may be empty (sync length).
  public var sync: [UInt8]
  /// Where they stand [bytes from the packet's start].
  public var syncOffset: Int
  /// Length of a whole packet, sync bytes and checksum included [bytes].
  public var length: Int
  /// The check value at the packet's end.
  public var checksum: Checksum
  /// Samples in one packet [samples].
  public var samplesPerPacket: Int
  /// Where the first sample begins [bytes from the packet's start].
  public var samplesOffset: Int
  /// From the start of one sample to the start of the next [bytes].
  public var sampleStride: Int
  /// Further bytes that are always the same.
  public var marks: [PacketMark]
  /// Further check values, inside the packet.
  public var checks: [PlacedChecksum]
  /// How the packet is made of items, when it is; channels then lie in items.
  public var tagged: TaggedLayout?
  /// How the packet is a line of text, when it is; channels then lie in columns.
  public var text: TextLayout?

  /// A layout; the samples begin right after the sync bytes unless `samplesOffset` is given.
  ///
  /// Without `sampleStride` a sample takes all the room up to the checksum.
  public init(
    sync: [UInt8] = [], syncOffset: Int = 0, length: Int, checksum: Checksum = .none,
    samplesPerPacket: Int = 1, samplesOffset: Int? = nil, sampleStride: Int? = nil,
    marks: [PacketMark] = [], checks: [PlacedChecksum] = [], tagged: TaggedLayout? = nil,
    text: TextLayout? = nil
  ) {
    self.sync = sync
    self.syncOffset = syncOffset
    self.length = length
    self.checksum = checksum
    self.samplesPerPacket = samplesPerPacket
    let start = samplesOffset ?? (syncOffset + sync.count)
    self.samplesOffset = start
    self.sampleStride = sampleStride ?? (length - checksum.byteCount - start)
    self.marks = marks
    self.checks = checks
    self.tagged = tagged
    self.text = text
  }

  /// Where the checksum begins, or the packet's end without one [bytes from the packet's start].
  public var checksumOffset: Int { length - checksum.byteCount }

  /// True when every packet has the same length and places.
  public var isFixed: Bool { tagged == nil && text == nil }

  /// How long packets of samples usually are [bytes].
  var usualLength: Int {
    if let text { return min(length, 6 * text.columns + 1) }
    guard let tagged else { return length }
    return tagged.overhead
      + tagged.items.reduce(tagged.firstItem - tagged.prefix) {
        $0 + tagged.header.byteCount + $1.length
      }
  }
}
