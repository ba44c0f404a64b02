import Algebra
import Devices
import Foundation
import Pipeline
import Signals
import Testing

/// Drop-outs longer than a device's counter can tell, from packets to frames.
@Suite("Drop-outs with a wrapped counter")
struct CounterWrapTests {
  /// One joint in the packets of a board whose counter is 8 or 16 bits wide.
  private static func board(_ width: CounterField.Width, rate: Double) -> DeviceDescription {
    DeviceDescription(
      name: "board", title: "One joint", nominalRate: rate,
      packet: PacketLayout(
        sync: [0xA5, 0x5A], length: 14, checksum: .crc16CCITT, samplesPerPacket: 4,
        samplesOffset: 4, sampleStride: 2),
      counter: CounterField(byteOffset: 2, width: width),
      channels: [
        ChannelField(
          label: "joint", kind: .auxiliary, byteOffset: 0, type: .int16, byteOrder: .little,
          unit: "rad", scale: 1e-4)
      ])
  }

  /// The largest error of any frame's angle in time, and of any after the silence, with the samples said to be lost [s].
  private func run(
    _ device: DeviceDescription, silence: Range<Double>, isTold: Bool, knowsRange: Bool = true,
    seed: UInt64
  ) -> (error: Double, lost: Int64, true: Int64) {
    var stream = device.streamDescription
    if !knowsRange { stream.counterRange = nil }
    let angle = { (time: Double) in 0.08 * time }
    var pipeline = Pipeline(
      PipelineConfiguration(
        streams: [stream], emg: [],
        angles: [
          AngleSignal(
            stream: 0, channel: 0, coordinate: 0, sign: 1, zero: 0, center: 0, smoothing: nil)
        ], coordinateCount: 1, envelope: EnvelopeConfiguration(), electromechanicalDelay: 0,
        step: 0.01, windowSteps: 10, historySteps: 2, measurementStride: 1))
    let encoder = PacketEncoder(device)
    var decoder = PacketDecoder(device, stream: 0)
    var random = RandomSource(seed: seed)
    var native = SampleBlock(capacity: 4)
    var block = SampleBlock(capacity: 4)
    let drift = 120e-6
    let rate = device.nominalRate
    var (error, lost) = (0.0, Int64(0))
    var (lastHeard, missed) = (0.0, Int64(0))
    for packet in 0..<Int64(40 * rate / 4) {
      let first = 4 * packet
      let last = Double(first + 3) / rate * (1 + drift)
      if silence.contains(last) {
        missed += 4
        continue
      }
      native.begin(stream: 0, channelCount: 1, firstSample: first)
      for sample in first..<(first + 4) {
        let row = native.appendSample()
        native[row, 0] = (angle(Double(sample) / rate * (1 + drift)) / 1e-4).rounded()
      }
      var bytes: [UInt8] = []
      encoder.encode(native, appendingTo: &bytes)
      let arrival = last - 1e-3 * log(1 - random.uniform())
      if isTold, arrival - lastHeard > 0.3, let next = decoder.nextSample {
        // as the USB source does after a silence
        decoder.expect(about: next + Int64(((arrival - lastHeard) * rate - 4).rounded()))
      }
      lastHeard = arrival
      var progress = decoder.decode(bytes.span, from: 0, into: &block)
      while progress.hasMore, block.sampleCount == 0 {
        progress = decoder.decode(bytes.span, from: progress.nextOffset, into: &block)
      }
      guard block.sampleCount == 4 else {
        // a counter that seems to have gone back is believed at the fourth packet
        missed += 4
        continue
      }
      block.arrival = SampleTime(seconds: arrival)
      pipeline.consume(.block, block: block)
      for event in pipeline.takeEvents() {
        if case .gap(_, _, let samples) = event { lost += samples }
      }
      for index in 0..<pipeline.freshFrameCount {
        let frame = pipeline.freshFrame(index)
        guard frame.isValid, frame.time.seconds > 12 else { continue }
        error = max(error, abs(frame.angles[0] - angle(frame.time.seconds)) / 0.08)
      }
    }
    return (error, lost, missed)
  }

  @Test(
    "after three seconds no sample is in the wrong second, whether the source tells of the silence or not",
    arguments: [1, 2, 3] as [UInt64])
  func threeSeconds(seed: UInt64) {
    // ranges of 256 packets: 4.1 s, 1.02 s, 0.51 s and 0.1 s; of 65536 at 16 kHz 16 s
    let boards: [(CounterField.Width, Double)] = [
      (.bits8, 250), (.bits8, 1000), (.bits8, 2000), (.bits8, 10_000), (.bits16, 16_000),
    ]
    for (width, rate) in boards {
      for isTold in [true, false] {
        let device = Self.board(width, rate: rate)
        let (error, lost, missed) = run(device, silence: 20..<23, isTold: isTold, seed: seed)
        #expect(error < 1.2e-3, "\(width) at \(rate) Hz, told \(isTold): \(error) s")
        #expect(lost == missed, "\(width) at \(rate) Hz, told \(isTold)")
      }
    }
    // what it is worth: a clock that does not know the range puts later samples two seconds early
    let blind = run(
      Self.board(.bits8, rate: 1000), silence: 20..<23, isTold: false, knowsRange: false, seed: seed
    )
    #expect(blind.error > 1 && blind.lost < blind.true)
  }

  @Test("drop-outs too short to be a silence are measured too", arguments: [4, 5] as [UInt64])
  func short(seed: UInt64) {
    // 0.25 s with a counter that comes round every 0.1 s
    let (error, lost, missed) = run(
      Self.board(.bits8, rate: 10_000), silence: 20..<20.25, isTold: true, seed: seed)
    #expect(error < 1.2e-3, "\(error)")
    #expect(lost == missed)
  }
}
