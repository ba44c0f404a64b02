import Devices
import Signals
import TestSupport
import Testing

@Suite struct PacketDecoderTests {
  // p = A5 5A, struct.pack('<H', 0xFFFF), then (-2, 4095) and (8388607, 1), each as
  // e.to_bytes(3, 'big', signed=True) + struct.pack('<H', c); struct.pack('>H', binascii.crc_hqx(p, 0xFFFF))
  static let packet: [UInt8] = [
    0xA5, 0x5A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0x0F, 0x7F, 0xFF, 0xFF, 0x01, 0x00, 0x31, 0x47,
  ]
  static let first = Sample(number: 131_070, values: [-2, 4095])
  /// The encoder went two counts on, past the full turn.
  static let second = Sample(number: 131_071, values: [8_388_607, 4097])

  /// The bytes of samples `numbers` of the small board, EMG n and encoder n.
  static func packets(_ numbers: Range<Int64>) -> [UInt8] {
    var bytes: [UInt8] = []
    PacketEncoder(Boards.small).encode(
      block(numbers.map { Sample(number: $0, values: [Double($0 % 1000), Double($0)]) }),
      appendingTo: &bytes)
    return bytes
  }

  @Test func readsAPacketOfTheByteTable() {
    var decoder = PacketDecoder(Boards.small, stream: 3)
    var block = SampleBlock(capacity: 4)
    let progress = decoder.decode(Self.packet.span, from: 0, into: &block)
    #expect(progress == DecodingProgress(nextOffset: 16, stop: .bytesUsed))
    #expect(block.stream == 3)
    #expect(samples(of: block) == [Self.first, Self.second])
    #expect(decoder.statistics.packets == 1)
    #expect(decoder.statistics.skippedBytes == 0)
  }

  @Test func counterGoesOnAcrossItsWrap() {
    var decoder = PacketDecoder(Boards.small, stream: 0)
    var block = SampleBlock(capacity: 100)
    let blocks = decodeBlocks(
      Self.packet + Self.packets(0..<4), with: &decoder, into: &block)
    #expect(blocks.count == 1)
    #expect(blocks[0].map(\.number) == Array(131_070..<131_076))
    #expect(decoder.statistics.lostSamples == 0)
  }

  @Test func garbageAroundPacketsIsSkippedAndCounted() {
    var decoder = PacketDecoder(Boards.small, stream: 0)
    var block = SampleBlock(capacity: 100)
    // The garbage ends in a lone sync byte, and holds a whole false beginning.
    let garbage: [UInt8] = [0x00, 0x5A, 0xA5, 0x5A, 0x01, 0xA5, 0xA5]
    let bytes = garbage + Self.packets(0..<2) + garbage + Self.packets(2..<4)
    let blocks = decodeBlocks(bytes, with: &decoder, into: &block)
    #expect(blocks.map { $0.map(\.number) } == [[0, 1, 2, 3]])
    #expect(decoder.statistics.packets == 2)
    #expect(decoder.statistics.skippedBytes == 14)
    // The false beginning A5 5A 01 A5 A5 + packet is refused once each time.
    #expect(decoder.statistics.badChecksums == 2)
    #expect(decoder.statistics.lostSamples == 0)
  }

  @Test func aBrokenPacketIsAGap() {
    var decoder = PacketDecoder(Boards.small, stream: 0)
    var block = SampleBlock(capacity: 100)
    var bytes = Self.packets(0..<8)
    bytes[16 + 9] ^= 0x10
    let blocks = decodeBlocks(bytes, with: &decoder, into: &block)
    #expect(blocks.map { $0.map(\.number) } == [[0, 1], [4, 5, 6, 7]])
    #expect(blocks[1].map { $0.values[1] } == [4, 5, 6, 7])
    #expect(decoder.statistics.badChecksums == 1)
    #expect(decoder.statistics.skippedBytes == 16)
    #expect(decoder.statistics.lostSamples == 2)
  }

  @Test func aShortenedPacketDoesNotTakeTheNextWithIt() {
    var decoder = PacketDecoder(Boards.small, stream: 0)
    var block = SampleBlock(capacity: 100)
    var bytes = Self.packets(0..<6)
    bytes.remove(at: 16 + 7)
    let blocks = decodeBlocks(bytes, with: &decoder, into: &block)
    #expect(blocks.map { $0.map(\.number) } == [[0, 1], [4, 5]])
    #expect(decoder.statistics.skippedBytes == 15)
  }

  @Test func aFullBlockLeavesTheRestForTheNextCall() {
    var decoder = PacketDecoder(Boards.small, stream: 0)
    // Room for five samples, that is two packets of two.
    var block = SampleBlock(capacity: 10)
    let bytes = Self.packets(0..<10)
    let progress = decoder.decode(bytes.span, from: 0, into: &block)
    #expect(progress.stop == .blockFull)
    #expect(samples(of: block).map(\.number) == [0, 1, 2, 3])
    let next = decoder.decode(bytes.span, from: progress.nextOffset, into: &block)
    #expect(next.stop == .blockFull)
    #expect(samples(of: block).map(\.number) == [4, 5, 6, 7])
    let last = decoder.decode(bytes.span, from: next.nextOffset, into: &block)
    #expect(last == DecodingProgress(nextOffset: bytes.count, stop: .bytesUsed))
    #expect(samples(of: block).map(\.number) == [8, 9])
  }

  @Test func aGapWaitsForTheNextCallAlsoWithNewBytes() {
    var decoder = PacketDecoder(Boards.small, stream: 0)
    var block = SampleBlock(capacity: 100)
    let bytes = Self.packets(0..<2) + Self.packets(10..<12)
    let progress = decoder.decode(bytes.span, from: 0, into: &block)
    #expect(progress == DecodingProgress(nextOffset: bytes.count, stop: .gap))
    // The waiting packet is inside the decoder: the caller may pass the end of the same bytes or others.
    let more = Self.packets(12..<14)
    let next = decoder.decode(more.span, from: 0, into: &block)
    #expect(next.stop == .bytesUsed)
    #expect(samples(of: block).map(\.number) == [10, 11, 12, 13])
    #expect(decoder.statistics.lostSamples == 8)
  }

  @Test func duplicatesAndLatePacketsAreDropped() {
    var decoder = PacketDecoder(Boards.small, stream: 0)
    var block = SampleBlock(capacity: 100)
    let bytes =
      Self.packets(0..<6) + Self.packets(4..<6) + Self.packets(2..<4) + Self.packets(6..<8)
    let blocks = decodeBlocks(bytes, with: &decoder, into: &block)
    #expect(blocks.map { $0.map(\.number) } == [[0, 1, 2, 3, 4, 5, 6, 7]])
    #expect(decoder.statistics.duplicates == 2)
    #expect(decoder.statistics.lostSamples == 0)
  }

  @Test func aRestartedCounterIsAcceptedAfterFourPackets() {
    var decoder = PacketDecoder(Boards.small, stream: 0)
    var block = SampleBlock(capacity: 100)
    let bytes = Self.packets(2000..<2004) + Self.packets(0..<12)
    let blocks = decodeBlocks(bytes, with: &decoder, into: &block)
    // Counter 1001 then 0: three packets are refused, the fourth (counter 3, samples 6 and 7) is taken
    // for 65536 + 3 packets.
    #expect(
      blocks.map { $0.map(\.number) } == [
        Array(2000..<2004), Array(131_078..<131_084),
      ])
    #expect(decoder.statistics.duplicates == 3)
    #expect(decoder.statistics.counterRestarts == 1)
    #expect(decoder.statistics.lostSamples == 0)
  }

  @Test func encodersTakeTheNearestTurnAcrossAGap() {
    var decoder = PacketDecoder(Boards.small, stream: 0)
    var block = SampleBlock(capacity: 100)
    var bytes: [UInt8] = []
    // Down through zero: 10, -10 | gap | -2000 (on the wire 2096) | gap | -5000 is 3096 counts away by
    // the other side, so it is read as the turn above: -904.
    for (number, counts) in [(Int64(0), [10.0, -10]), (4, [-2000, -2100]), (10, [-5000, -5000])] {
      PacketEncoder(Boards.small).encode(
        encoderBlock(number, counts), appendingTo: &bytes)
    }
    let blocks = decodeBlocks(bytes, with: &decoder, into: &block)
    #expect(
      blocks.map { $0.map { $0.values[1] } } == [[10, -10], [-2000, -2100], [-904, -904]])
  }

  private func encoderBlock(_ number: Int64, _ counts: [Double]) -> SampleBlock {
    block(counts.enumerated().map { Sample(number: number + Int64($0), values: [0, $1]) })
  }

  @Test func readsACyton() {
    // Channel 1 of the documented example, 01 23 45 (1666.658 uV at gain 24), channel 8 = -1; the counter
    // wraps from 255 to 0, then 3 packets are missing.
    func packet(_ counter: UInt8) -> [UInt8] {
      [0xA0, counter, 0x01, 0x23, 0x45] + [UInt8](repeating: 0, count: 18) + [0xFF, 0xFF, 0xFF]
        + [0, 0, 0, 0, 0, 0, 0xC0]
    }
    var decoder = PacketDecoder(Boards.cyton, stream: 0)
    var block = SampleBlock(capacity: 800)
    let blocks = decodeBlocks(
      packet(255) + packet(0) + packet(4), with: &decoder, into: &block)
    #expect(blocks.map { $0.map(\.number) } == [[255, 256], [260]])
    #expect(blocks[0][0].values == [74565, 0, 0, 0, 0, 0, 0, -1])
    #expect(decoder.statistics.lostSamples == 3)
  }

  @Test func readsRawScansWithoutSyncAndCounter() {
    var decoder = PacketDecoder(Boards.raw, stream: 0)
    var block = SampleBlock(capacity: 100)
    let bytes: [UInt8] = [0x00, 0x80, 0xFF, 0xFF, 0x01, 0x80, 0x00]
    var blocks = decodeBlocks(bytes, with: &decoder, into: &block)
    blocks += decodeBlocks([0x00], with: &decoder, into: &block)
    #expect(
      blocks == [
        [Sample(number: 0, values: [32768, 65535])], [Sample(number: 1, values: [32769, 0])],
      ])
  }

  @Test func withoutACounterBrokenBytesAreCountedAsPackets() {
    var description = Boards.small
    description.counter = nil
    var bytes: [UInt8] = []
    let encoder = PacketEncoder(description)
    for number in stride(from: Int64(0), to: 10, by: 2) {
      encoder.encode(
        block([
          Sample(number: number, values: [Double(number), 0]),
          Sample(number: number + 1, values: [Double(number + 1), 0]),
        ]), appendingTo: &bytes)
    }
    bytes[16 + 5] ^= 1
    bytes[32 + 5] ^= 1
    var decoder = PacketDecoder(description, stream: 0)
    var block = SampleBlock(capacity: 100)
    let blocks = decodeBlocks(bytes, with: &decoder, into: &block)
    #expect(blocks.map { $0.map(\.number) } == [[0, 1], [6, 7, 8, 9]])
    #expect(decoder.statistics.lostSamples == 4)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func damageNeverInventsASample(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let truth = randomSamples(Boards.virtual, count: 400, from: 0, using: &random)
    let encoder = PacketEncoder(Boards.virtual)
    var wire: [UInt8] = []
    for start in stride(from: 0, to: truth.count, by: 4) {
      var packet: [UInt8] = []
      encoder.encode(block(Array(truth[start..<start + 4])), appendingTo: &packet)
      // The first and last stay whole, so that every loss lies between packets that are seen.
      if start > 0 && start + 4 < truth.count {
        switch UInt8.random(in: 0..<10, using: &random) {
        case 0: packet[Int.random(in: 0..<214, using: &random)] ^= 0x40
        case 1: packet.removeSubrange(..<Int.random(in: 1...214, using: &random))
        case 2: packet += (0..<50).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 3: packet += packet
        default: break
        }
      }
      wire += packet
    }
    var decoder = PacketDecoder(Boards.virtual, stream: 0)
    var block = SampleBlock(capacity: 18 * 37)
    var decoded: [Sample] = []
    var position = 0
    while position < wire.count {
      let end = min(position + Int.random(in: 1...700, using: &random), wire.count)
      decoded += decodeBlocks(Array(wire[position..<end]), with: &decoder, into: &block)
        .flatMap { $0 }
      position = end
    }
    for sample in decoded {
      let meant = truth[Int(sample.number)]
      #expect(sample.values[..<16] == meant.values[..<16], "seed \(seed)")
      for channel in 16..<18 {
        let turns = (sample.values[channel] - meant.values[channel]) / 4096
        #expect(turns == turns.rounded(), "seed \(seed)")
      }
    }
    #expect(decoded.map(\.number) == decoded.map(\.number).sorted(), "seed \(seed)")
    #expect(decoded.count + decoder.statistics.lostSamples == truth.count, "seed \(seed)")
    #expect(decoded.count < truth.count && decoded.count > truth.count / 2, "seed \(seed)")
  }

  @Test func decodingAllocatesNothing() {
    var random = SplitMix64(seed: 1)
    var wire: [UInt8] = [1, 2, 3, 0xA5, 0x5A]
    let encoder = PacketEncoder(Boards.virtual)
    for start in [Int64(0), 40, 48, 400] {
      encoder.encode(
        block(randomSamples(Boards.virtual, count: 40, from: start, using: &random)),
        appendingTo: &wire)
    }
    wire[1000] ^= 1
    var decoder = PacketDecoder(Boards.virtual, stream: 0)
    var block = SampleBlock(capacity: 18 * 8)
    func decodeAll() {
      var progress = DecodingProgress(nextOffset: 0, stop: .gap)
      while progress.hasMore {
        progress = decoder.decode(wire.span, from: progress.nextOffset, into: &block)
      }
    }
    decodeAll()
    let before = decoder.statistics.packets
    #expect(allocations { for _ in 0..<20 { decodeAll() } } == 0)
    #expect(decoder.statistics.packets > before)
    #expect(decoder.statistics.badChecksums > 0)
  }
}
