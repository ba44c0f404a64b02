/// How packets of one fixed length are framed.
public struct PacketLayout: Hashable, Sendable {
  /// The bytes that open every packet; may be empty (sync length).
  public var sync: [UInt8]
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

  /// A layout; the samples begin right after the sync bytes unless `samplesOffset` is given.
  ///
  /// Without `sampleStride` a sample takes all the room up to the checksum.
  public init(
    sync: [UInt8] = [], length: Int, checksum: Checksum = .none, samplesPerPacket: Int = 1,
    samplesOffset: Int? = nil, sampleStride: Int? = nil
  ) {
    self.sync = sync
    self.length = length
    self.checksum = checksum
    self.samplesPerPacket = samplesPerPacket
    let start = samplesOffset ?? sync.count
    self.samplesOffset = start
    self.sampleStride = sampleStride ?? (length - checksum.byteCount - start)
  }

  /// Where the checksum begins, or the packet's end without one [bytes from the packet's start].
  public var checksumOffset: Int { length - checksum.byteCount }
}
