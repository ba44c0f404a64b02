import Devices
import Signals
import TestSupport
import Testing

@Suite struct PacketEncoderTests {
  @Test func writesThePacketOfTheByteTable() {
    var bytes: [UInt8] = []
    PacketEncoder(Boards.small).encode(
      block([PacketDecoderTests.first, PacketDecoderTests.second]), appendingTo: &bytes)
    #expect(bytes == PacketDecoderTests.packet)
  }

  @Test func roundsSaturatesAndWraps() {
    let intended: [(emg: Double, encoder: Double)] = [
      (1e9, -1), (-1e9, 4096), (.infinity, 4095.6), (-.infinity, -8192), (0.5, 2.4), (-2.6, 1e300),
      (.nan, .nan), (8_388_607.4, 0),
    ]
    var bytes: [UInt8] = []
    let encoder = PacketEncoder(Boards.small)
    encoder.encode(
      block(
        intended.enumerated().map {
          Sample(number: Int64($0), values: [$1.emg, $1.encoder])
        }), appendingTo: &bytes)
    // Read with a device that does not unwrap, so that the wire's own numbers show.
    var plain = Boards.small
    plain.channels[1] = ChannelField(
      label: "A", kind: .auxiliary, byteOffset: 3, type: .uint16, unit: "1", scale: 1)
    var decoder = PacketDecoder(plain, stream: 0)
    var decoded = SampleBlock(capacity: 100)
    _ = decoder.decode(bytes.span, from: 0, into: &decoded)
    #expect(
      samples(of: decoded).map { $0.values[0] } == [
        8_388_607, -8_388_608, 8_388_607, -8_388_608, 1, -3, 0, 8_388_607,
      ])
    #expect(samples(of: decoded).map { $0.values[1] } == [4095, 0, 0, 0, 2, 0, 0, 0])
  }

  @Test(arguments: [Checksum.none, .sum8, .xor8, .crc16CCITT], [1, 2, 3] as [UInt64])
  func decodingGivesBackWhatWasEncoded(checksum: Checksum, seed: UInt64) {
    for (counter, first) in [
      (CounterField(byteOffset: 2, width: .bits8, counts: .packets), Int64(0)),
      (CounterField(byteOffset: 2, width: .bits8, counts: .samples), 128),
      (CounterField(byteOffset: 2, width: .bits16, byteOrder: .big, counts: .samples), 65528),
      (CounterField(byteOffset: 2, width: .bits32, counts: .packets), 4),
    ] {
      var description = Boards.virtual
      description.packet = PacketLayout(
        sync: [0xA5, 0x5A], length: 2 + 4 + 4 * 52 + checksum.byteCount, checksum: checksum,
        samplesPerPacket: 4, samplesOffset: 6, sampleStride: 52)
      description.counter = counter
      #expect(description.validate() == [])
      var random = SplitMix64(seed: seed)
      let meant = randomSamples(description, count: 320, from: first, using: &random)
      var wire: [UInt8] = []
      let encoder = PacketEncoder(description)
      var start = 0
      while start < meant.count {
        let end = min(start + 4 * Int.random(in: 1...30, using: &random), meant.count)
        encoder.encode(block(Array(meant[start..<end])), appendingTo: &wire)
        start = end
      }
      #expect(wire.count == encoder.byteCount(ofSamples: meant.count))

      for longest in [1, 64, 214, 5000] {
        var decoder = PacketDecoder(description, stream: 0)
        var block = SampleBlock(capacity: 18 * Int.random(in: 4...60, using: &random))
        var decoded: [Sample] = []
        var position = 0
        while position < wire.count {
          let end = min(position + Int.random(in: 1...longest, using: &random), wire.count)
          decoded += decodeBlocks(Array(wire[position..<end]), with: &decoder, into: &block)
            .flatMap { $0 }
          position = end
        }
        #expect(decoded == meant, "seed \(seed), chunks up to \(longest)")
        #expect(decoder.statistics.packets == 80)
        #expect(decoder.statistics.skippedBytes == 0)
        #expect(decoder.statistics.lostSamples == 0)
      }
    }
  }

  @Test func valuesGroupedByChannelGoThereAndBack() {
    var description = Boards.small
    description.packet.length = 4 + 2 * 5 + 2
    description.channels[0].stride = 3
    description.channels[1].byteOffset = 6
    description.channels[1].stride = 2
    #expect(description.validate() == [])
    var bytes: [UInt8] = []
    PacketEncoder(description).encode(
      block([Sample(number: 0, values: [1, 0x102]), Sample(number: 1, values: [2, 0x304])]),
      appendingTo: &bytes)
    #expect(bytes[4..<14] == [0, 0, 1, 0, 0, 2, 2, 1, 4, 3])
    var decoder = PacketDecoder(description, stream: 0)
    var decoded = SampleBlock(capacity: 4)
    _ = decoder.decode(bytes.span, from: 0, into: &decoded)
    #expect(samples(of: decoded).map(\.values) == [[1, 0x102], [2, 0x304]])
  }

  @Test func encodingAllocatesNothing() {
    var random = SplitMix64(seed: 1)
    let source = block(randomSamples(Boards.virtual, count: 40, from: 0, using: &random))
    let encoder = PacketEncoder(Boards.virtual)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(encoder.byteCount(ofSamples: 40))
    encoder.encode(source, appendingTo: &bytes)
    let count = allocations {
      for _ in 0..<20 {
        bytes.removeAll(keepingCapacity: true)
        encoder.encode(source, appendingTo: &bytes)
      }
    }
    #expect(count == 0)
    #expect(bytes.count == 10 * 214)
  }
}
