public import Signals

/// What a decoder has seen since it was made.
public struct DecodingStatistics: Hashable, Sendable {
  /// Packets whose samples reached a block [packets].
  public var packets = 0
  /// Candidates refused because their checksum was wrong [packets].
  public var badChecksums = 0
  /// Bytes that belonged to no good packet [bytes].
  public var skippedBytes = 0
  /// Samples that the counter, or broken bytes where there is none, show to be missing [samples].
  public var lostSamples = 0
  /// Good packets refused because their counter had been seen already or was too late [packets].
  public var duplicates = 0
  /// How often the device began to count anew; what is lost there is not in `lostSamples` [1].
  public var counterRestarts = 0

  /// Nothing seen.
  public init() {}
}

/// Why a decoder stopped, and where it goes on.
public struct DecodingProgress: Hashable, Sendable {
  /// Why a decoder stopped.
  public enum Stop: Hashable, Sendable {
    /// All bytes are used; the decoder needs the next transfer.
    case bytesUsed
    /// The next packet does not fit into the block.
    case blockFull
    /// The next packet does not follow the block's last sample.
    case gap
  }

  /// The index of the first unused byte, to be given to the next call [bytes].
  public var nextOffset: Int
  /// Why the decoder stopped.
  public var stop: Stop

  /// True when the same bytes yield more samples: hand the block on and call again.
  public var hasMore: Bool { stop != .bytesUsed }

  /// A stop at this index.
  public init(nextOffset: Int, stop: Stop) {
    self.nextOffset = nextOffset
    self.stop = stop
  }
}

/// Turns the bytes of one device into blocks of native values.
///
/// Bytes come in transfers that may split and join packets in any way. For each transfer:
///
///     var progress = decoder.decode(bytes, from: 0, into: &block)
///     deliver(block)                       // when block.sampleCount > 0
///     while progress.hasMore {
///       progress = decoder.decode(bytes, from: progress.nextOffset, into: &block)
///       deliver(block)
///     }
///
/// Every call empties the block first, so a block holds samples of one call that follow each other
/// without a gap, in whole packets. Encoder values are continuous counts: the first one is as it came
/// from the wire, each later one is the value nearest to its predecessor, also across a gap. After
/// `init` nothing is allocated and nothing is thrown.
public struct PacketDecoder: Sendable {
  /// What has been decoded; its framing counts are the framer's.
  public var statistics: DecodingStatistics {
    var all = counted
    all.badChecksums = framer.badChecksums
    all.skippedBytes = framer.skippedBytes
    return all
  }

  /// Where and how a channel's values lie in a packet.
  private struct Place: Sendable {
    /// Of the first sample's value [bytes from the packet's start].
    var start: Int
    /// From one sample's value to the next [bytes].
    var stride: Int
    var type: NumberType
    var order: ByteOrder
    /// Where an encoder wraps [counts].
    var modulus: Int64?
  }

  private let stream: Int
  private let samplesPerPacket: Int
  private let places: [Place]
  private var framer: PacketFramer
  private var counter: PacketCounter
  private var counted = DecodingStatistics()
  /// The last continuous count of each encoder, nil before the first (channelCount) [counts].
  private var counts: [Int64?]
  /// First sample of the framer's packet while it waits for the next block [samples].
  private var waiting: Int64?
  /// The framer's skipped bytes when the last packet was placed [bytes].
  private var skippedBefore = 0

  /// A decoder for one device, whose blocks carry the index `stream`.
  public init(_ description: DeviceDescription, stream: Int) {
    let problems = description.validate()
    precondition(problems.isEmpty, "an invalid description: \(problems)")
    self.stream = stream
    samplesPerPacket = description.packet.samplesPerPacket
    places = description.channels.indices.map { index in
      let field = description.channels[index]
      return Place(
        start: description.valueOffset(sample: 0, channel: index),
        stride: field.stride ?? description.packet.sampleStride,
        type: field.type, order: field.byteOrder, modulus: field.modulus)
    }
    framer = PacketFramer(description.packet)
    counter = PacketCounter(description)
    counts = Array(repeating: nil, count: places.count)
  }

  /// Empties `block` and fills it with samples from `bytes`, from index `offset` on.
  ///
  /// The block must have room for one packet's samples. Its arrival is the caller's to set.
  public mutating func decode(
    _ bytes: Span<UInt8>, from offset: Int, into block: inout SampleBlock
  ) -> DecodingProgress {
    precondition(offset >= 0 && offset <= bytes.count, "the offset lies inside the bytes")
    block.begin(
      stream: stream, channelCount: places.count, firstSample: counter.nextSample ?? 0)
    precondition(block.sampleCapacity >= samplesPerPacket, "a block has room for one packet")
    var position = offset
    while true {
      if waiting == nil {
        guard framer.advance(bytes, from: &position) else {
          return DecodingProgress(nextOffset: position, stop: .bytesUsed)
        }
        waiting = placePacket()
      }
      guard let first = waiting else {
        framer.release()
        continue
      }
      if block.sampleCount == 0 {
        block.begin(stream: stream, channelCount: places.count, firstSample: first)
      } else if first != block.firstSample + Int64(block.sampleCount) {
        return DecodingProgress(nextOffset: position, stop: .gap)
      } else if block.sampleCapacity - block.sampleCount < samplesPerPacket {
        return DecodingProgress(nextOffset: position, stop: .blockFull)
      }
      appendPacket(to: &block)
      counted.packets += 1
      waiting = nil
      framer.release()
    }
  }

  /// The number of the framer's packet's first sample; nil when the packet is refused.
  private mutating func placePacket() -> Int64? {
    let skipped = framer.skippedBytes - skippedBefore
    skippedBefore = framer.skippedBytes
    switch counter.place(framer.packet, skipped: skipped) {
    case .at(let first, let lost):
      counted.lostSamples += Int(lost)
      return first
    case .restarted(let first):
      counted.counterRestarts += 1
      return first
    case .duplicate:
      counted.duplicates += 1
      return nil
    }
  }

  /// Appends the samples of the framer's packet.
  private mutating func appendPacket(to block: inout SampleBlock) {
    for sample in 0..<samplesPerPacket {
      let row = block.appendSample()
      for channel in places.indices {
        let place = places[channel]
        var value = place.type.read(
          framer.packet, at: place.start + sample * place.stride, place.order)
        if let modulus = place.modulus {
          value = unwrap(value, channel: channel, modulus: modulus)
        }
        block[row, channel] = Double(value)
      }
    }
  }

  /// The continuous count that is congruent to `value` and nearest to the channel's last one.
  private mutating func unwrap(_ value: Int64, channel: Int, modulus: Int64) -> Int64 {
    var continuous = value
    if let last = counts[channel] {
      let ahead = wrapped(value - last, modulo: modulus)
      continuous = last + (ahead > modulus / 2 ? ahead - modulus : ahead)
    }
    counts[channel] = continuous
    return continuous
  }
}
