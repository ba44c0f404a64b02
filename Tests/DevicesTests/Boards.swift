import Devices
import Signals

/// Descriptions that several tests use.
enum Boards {
  /// What devices/virtual-emg16-enc2.yaml says.
  static let virtual = DeviceDescription(
    name: "virtual-emg16-enc2", title: "Virtual board, 16 EMG channels and 2 joint encoders",
    nominalRate: 2000,
    packet: PacketLayout(
      sync: [0xA5, 0x5A], length: 214, checksum: .crc16CCITT, samplesPerPacket: 4, samplesOffset: 4,
      sampleStride: 52),
    counter: CounterField(byteOffset: 2, width: .bits16),
    channels: (0..<16).map {
      ChannelField(
        label: "EMG\($0 + 1)", kind: .emg, byteOffset: 3 * $0, type: .int24, byteOrder: .big,
        unit: "V", scale: 4.5 / 24 / 8_388_607)
    }
      + (0..<2).map {
        .encoder(
          label: "ENC\($0 + 1)", byteOffset: 48 + 2 * $0, type: .uint16, countsPerRevolution: 4096)
      })

  /// Two samples of one EMG channel and one encoder in 16 bytes, for byte tables.
  static let small = DeviceDescription(
    name: "small", title: "Two samples of two channels", nominalRate: 1000,
    packet: PacketLayout(
      sync: [0xA5, 0x5A], length: 16, checksum: .crc16CCITT, samplesPerPacket: 2, samplesOffset: 4,
      sampleStride: 5),
    counter: CounterField(byteOffset: 2, width: .bits16),
    channels: [
      ChannelField(
        label: "E", kind: .emg, byteOffset: 0, type: .int24, byteOrder: .big, unit: "V",
        scale: 1e-6),
      .encoder(label: "A", byteOffset: 3, type: .uint16, countsPerRevolution: 4096),
    ])

  /// An OpenBCI Cyton: one sample a packet, 8-bit counter, no checksum.
  static let cyton = DeviceDescription(
    name: "cyton", title: "OpenBCI Cyton", usb: USBMatch(vendorID: 0x0403, productID: 0x6015),
    nominalRate: 250, packet: PacketLayout(sync: [0xA0], length: 33),
    counter: CounterField(byteOffset: 1, width: .bits8),
    channels: (0..<8).map {
      ChannelField(
        label: "EXG\($0 + 1)", kind: .emg, byteOffset: 1 + 3 * $0, type: .int24, byteOrder: .big,
        unit: "V", scale: 4.5 / 24 / 8_388_607)
    })

  /// Raw scans as of a USB-1608FS-Plus: no sync, no counter, no checksum.
  static let raw = DeviceDescription(
    name: "raw", title: "Two raw channels", nominalRate: 1000,
    packet: PacketLayout(length: 4),
    channels: (0..<2).map {
      ChannelField(
        label: "V\($0)", kind: .auxiliary, byteOffset: 2 * $0, type: .uint16, unit: "V",
        scale: 20 / 65536, offset: -10)
    })
}

/// A seeded source of random numbers (SplitMix64), so that failing cases can be repeated.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// One decoded or intended sample.
struct Sample: Equatable {
  var number: Int64
  var values: [Double]
}

/// The samples of a block.
func samples(of block: SampleBlock) -> [Sample] {
  (0..<block.sampleCount).map { sample in
    Sample(
      number: block.firstSample + Int64(sample),
      values: (0..<block.channelCount).map { block[sample, $0] })
  }
}

/// A block with these samples, which follow each other.
func block(_ samples: [Sample]) -> SampleBlock {
  let channelCount = samples[0].values.count
  var block = SampleBlock(capacity: samples.count * channelCount)
  block.begin(stream: 0, channelCount: channelCount, firstSample: samples[0].number)
  for sample in samples {
    let row = block.appendSample()
    for (channel, value) in sample.values.enumerated() { block[row, channel] = value }
  }
  return block
}

/// Everything one transfer yields, block by block.
func decodeBlocks(
  _ bytes: [UInt8], with decoder: inout PacketDecoder, into block: inout SampleBlock
) -> [[Sample]] {
  var blocks: [[Sample]] = []
  var progress = DecodingProgress(nextOffset: 0, stop: .gap)
  while progress.hasMore {
    progress = decoder.decode(bytes.span, from: progress.nextOffset, into: &block)
    if block.sampleCount > 0 { blocks.append(samples(of: block)) }
  }
  return blocks
}

/// Random EMG over the whole range and encoders that wander over several turns.
func randomSamples(
  _ description: DeviceDescription, count: Int, from first: Int64,
  using random: inout SplitMix64
) -> [Sample] {
  var counts = description.channels.map {
    Int64.random(in: 0..<Int64($0.countsPerRevolution ?? 1), using: &random)
  }
  return (0..<count).map { index in
    let values = description.channels.indices.map { channel -> Double in
      let field = description.channels[channel]
      guard let turn = field.countsPerRevolution else {
        return Double(Int64.random(in: field.type.range, using: &random))
      }
      if index > 0 {
        counts[channel] += Int64.random(in: -Int64(turn) / 2 + 1...Int64(turn) / 2, using: &random)
      }
      return Double(counts[channel])
    }
    return Sample(number: first + Int64(index), values: values)
  }
}
