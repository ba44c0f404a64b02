import Devices
import Signals
import Testing

/// Every shipped decoder on bytes that nobody should send.
@Suite struct DeviceFuzzTests {
  /// After garbage, so many good packets may be lost before samples are whole again: candidates that swallow
  /// packets are searched, and a counter that garbage moved is believed again after four packets.
  static let packetsToResynchronise = 12

  static let cases = ShippedDevices.names.flatMap { name in (1...4).map { (name, UInt64($0)) } }

  @Test(arguments: cases)
  func garbageNeitherBreaksNorStaysLong(name: String, seed: UInt64) throws {
    let device = try ShippedDevices.read(name)
    let link = try #require(device.link)
    var random = SplitMix64(seed: seed)
    var unwrapper = TransferUnwrapper(link)
    var decoder = PacketDecoder(device, stream: 0)
    let channels = device.channels.count
    var block = SampleBlock(capacity: 64 * channels)
    var stream: [UInt8] = []
    stream.reserveCapacity(8192)
    let perPacket = device.packet.samplesPerPacket
    var clean = ShippedDevices.bytes(device, first: 0, count: 60 * perPacket)

    func decode() {
      var progress = DecodingProgress(nextOffset: 0, stop: .gap)
      var calls = 0
      while progress.hasMore {
        progress = decoder.decode(stream.span, from: progress.nextOffset, into: &block)
        calls += 1
        #expect(block.sampleCount * channels <= 64 * channels)
        guard calls < 10_000 else {
          Issue.record("the decoder does not end, seed \(seed)")
          return
        }
      }
    }
    for round in 0..<60 {
      stream.removeAll(keepingCapacity: true)
      if round % 2 == 0 {
        let noise = (0..<Int.random(in: 1...2048, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        unwrapper.unwrap(noise.span, appendingTo: &stream)
      } else {
        // a mutation of good bytes: flipped, cut out, doubled
        for _ in 0..<Int.random(in: 1...8, using: &random) where clean.count > 200 {
          let place = Int.random(in: 0..<clean.count - 100, using: &random)
          switch UInt8.random(in: 0..<3, using: &random) {
          case 0: clean[place] ^= UInt8.random(in: 1...255, using: &random)
          case 1: clean.removeSubrange(place..<place + Int.random(in: 1...80, using: &random))
          default: clean.insert(contentsOf: clean[place..<place + 40], at: place)
          }
        }
        stream += clean
        clean = ShippedDevices.bytes(device, first: 0, count: 60 * perPacket)
      }
      #expect(stream.count <= 65536)
      decode()
    }

    // a bare stream has nothing to find its place by but the start of a transfer after a pause
    if device.packet.sync.isEmpty, device.packet.marks.isEmpty, device.packet.text == nil {
      decoder.interrupt(missing: 0)
    }
    let count = 40 * perPacket
    let before = decoder.nextSample ?? 0
    stream = ShippedDevices.bytes(device, first: 100_000 * Int64(perPacket), count: count)
    var values: [[Double]] = []
    var progress = DecodingProgress(nextOffset: 0, stop: .gap)
    while progress.hasMore {
      progress = decoder.decode(stream.span, from: progress.nextOffset, into: &block)
      for row in 0..<block.sampleCount { values.append((0..<channels).map { block[row, $0] }) }
    }
    #expect((decoder.nextSample ?? 0) > before, "seed \(seed)")
    let kept = count - Self.packetsToResynchronise * perPacket
    try #require(values.count >= kept, "seed \(seed): \(values.count) of \(count)")
    for (index, sample) in values.suffix(kept).enumerated() {
      let number = Int64(100_000 * perPacket + count - kept + index)
      for channel in 0..<channels {
        let field = device.channels[channel]
        let meant = ShippedDevices.value(device, channel: channel, sample: number)
        if field.kind == .encoder {
          // whole turns, or ranges, may have been counted during the garbage
          let range = Double(field.wraps == .revolution ? field.countsPerRevolution! : 1 << 16)
          let turns = (sample[channel] - meant) / range
          #expect(turns == turns.rounded(), "seed \(seed)")
        } else {
          #expect(sample[channel] == meant, "seed \(seed), sample \(number), channel \(channel)")
        }
      }
    }
  }

  @Test(arguments: ShippedDevices.names)
  func noCorruptedPacketPassesAChecksum(name: String) throws {
    let device = try ShippedDevices.read(name)
    let hasChecksum =
      device.packet.checksum != .none || !device.packet.checks.isEmpty
      || device.packet.text?.isChecked == true
    let channels = device.channels.count
    var random = SplitMix64(seed: 9)
    var wrong = 0
    for _ in 0..<300 {
      let perPacket = device.packet.samplesPerPacket
      var wire = ShippedDevices.bytes(device, first: 0, count: 20 * perPacket)
      // what comes before the first packet is nobody's loss, so that one stays whole
      let first = wire.count / 20
      wire[Int.random(in: first + 8..<wire.count, using: &random)] ^=
        1 << UInt8.random(in: 0..<8, using: &random)
      var decoder = PacketDecoder(device, stream: 0)
      for sample in decoder.samples(wire, channels: channels) {
        let meant = (0..<channels).map {
          ShippedDevices.value(device, channel: $0, sample: sample.number)
        }
        // an accelerometer that holds shows a value again
        if sample.values != meant { wrong += 1 }
      }
    }
    // one flipped bit is always found by a checksum; without one, most go through
    #expect(hasChecksum ? wrong == 0 : wrong > 0, "\(wrong) wrong samples")
  }
}
