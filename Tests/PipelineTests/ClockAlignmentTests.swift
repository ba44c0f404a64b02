import Algebra
import Devices
import Foundation
import Pipeline
import Signals
import Testing

@Suite struct ClockAlignmentTests {
  /// One joint seen by two devices whose crystals, rates and transports differ.
  @Test(arguments: [1, 2] as [UInt64])
  func twoDevicesWithDriftAndJitterAgreeOnOneJoint(seed: UInt64) {
    let rates = [500.0, 400]
    let drifts = [150e-6, -120e-6]
    let bursts: [Int64] = [8, 2]
    let angle = { (time: Double) in 0.5 * sin(2 * .pi * time) }
    let configuration = PipelineConfiguration(
      streams: rates.map { rate in
        StreamDescription(
          name: "\(rate)", type: "Encoder", nominalRate: rate,
          channels: [ChannelDescription(label: "joint", unit: "rad")], isInteger: false)
      }, emg: [],
      angles: (0..<2).map {
        AngleSignal(
          stream: $0, channel: 0, coordinate: $0, sign: 1, zero: 0, center: 0, smoothing: nil)
      }, coordinateCount: 2, envelope: EnvelopeConfiguration(), electromechanicalDelay: 0,
      step: 0.005, windowSteps: 50, historySteps: 10, measurementStride: 2)
    var random = RandomSource(seed: seed)
    var deliveries: [(arrival: Double, stream: Int, first: Int64)] = []
    for stream in 0..<2 {
      var first: Int64 = 0
      while Double(first) < 40 * rates[stream] {
        let last = Double(first + bursts[stream] - 1) / rates[stream] * (1 + drifts[stream])
        deliveries.append((last - 1e-3 * log(1 - random.uniform()), stream, first))
        first += bursts[stream]
      }
    }
    // a device delivers in order, whatever its transport does
    let order = deliveries.indices.sorted { deliveries[$0].arrival < deliveries[$1].arrival }
    var pipeline = Pipeline(configuration)
    var block = SampleBlock(capacity: 8)
    var next: [Int64] = [0, 0]
    var (difference, error) = (0.0, 0.0)
    for index in order {
      let (arrival, stream, _) = deliveries[index]
      let first = next[stream]
      next[stream] += bursts[stream]
      block.begin(stream: stream, channelCount: 1, firstSample: first)
      for sample in first..<(first + bursts[stream]) {
        let row = block.appendSample()
        block[row, 0] = angle(Double(sample) / rates[stream] * (1 + drifts[stream]))
      }
      block.arrival = SampleTime(seconds: arrival)
      pipeline.consume(.block, block: block)
      guard pipeline.frame.isValid, pipeline.frame.time.seconds > 10.5 else { continue }
      let frame = pipeline.frame
      difference = max(difference, abs(frame.angles[0] - frame.angles[1]))
      error = max(error, abs(frame.angles[0] - angle(frame.time.seconds)))
    }
    // 0.2 ms of a joint that moves at 3.14 rad/s
    print("two devices: \(difference / Double.pi) s apart, \(error / Double.pi) s from the truth")
    #expect(difference < 0.2e-3 * .pi && error < 0.2e-3 * .pi)
    #expect(difference > 0)
    for (stream, figures) in pipeline.clocks.enumerated() {
      #expect(abs(figures.drift - drifts[stream]) < 5e-6, "\(figures)")
      #expect(figures.alignmentDeviation < 0.1e-3)
    }
  }
}
