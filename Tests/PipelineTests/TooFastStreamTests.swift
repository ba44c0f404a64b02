import Devices
import Foundation
import Pipeline
import Signals
import Testing

/// A device that sends ten times what its description says, and later what it says.
@Suite struct TooFastStreamTests {
  /// What became of a session whose EMG comes `factor` times as fast between two moments.
  private struct Outcome {
    var events: [Event] = []
    var windows: [Window] = []
    /// How far the latest frame lay ahead of the clock, at most [s].
    var furthestAhead = -Double.infinity
    /// How far it lay behind at the end [s].
    var behindAtEnd = 0.0
    /// Samples that the device sent, and those counted as lost [samples].
    var (sent, lost): (Int64, Int64) = (0, 0)
    var isInputLost = false
  }

  private func run(
    seconds: Double, fast: Range<Double>, factor: Int = 10, firstIsLate late: Double = 0
  ) -> Outcome {
    var pipeline = Pipeline(SyntheticSession.configuration())
    var outcome = Outcome()
    var emg = SampleBlock(capacity: 60)
    var angles = SampleBlock(capacity: 5)
    for number in 0..<Int(seconds * 100) {
      let end = SampleTime(seconds: Double(number + 1) * 0.01)
      for _ in 0..<(fast.contains(Double(number) * 0.01) ? factor : 1) {
        emg.begin(stream: 0, channelCount: 3, firstSample: outcome.sent)
        for _ in 0..<20 {
          let row = emg.appendSample()
          let time = Double(outcome.sent) / SyntheticSession.emgRate
          emg[row, 1] = 300 * sin(2 * .pi * SyntheticSession.carrier * time)
          emg[row, 2] = 100 * sin(2 * .pi * SyntheticSession.carrier * time)
          outcome.sent += 1
        }
        emg.arrival = max(end, SampleTime(seconds: late))
        pipeline.consume(.block, block: emg)
      }
      angles.begin(stream: 1, channelCount: 1, firstSample: Int64(number * 5))
      for sample in 0..<5 {
        let time = Double(number * 5 + sample) / SyntheticSession.angleRate
        let row = angles.appendSample()
        angles[row, 0] = SyntheticSession.angle(time) * SyntheticSession.counts / (2 * .pi)
      }
      angles.arrival = end
      pipeline.consume(.block, block: angles)
      outcome.events += pipeline.takeEvents()
      outcome.windows += pipeline.takeWindows()
      if pipeline.frameCount > 0 {
        outcome.furthestAhead = max(
          outcome.furthestAhead, pipeline.frame.time.seconds(since: end))
        outcome.behindAtEnd = end.seconds(since: pipeline.frame.time)
      }
    }
    outcome.lost = pipeline.lostSamples
    outcome.isInputLost = pipeline.isInputLost
    return outcome
  }

  @Test(
    "the surplus is lost and counted, and the session is as before when the rate is",
    arguments: [
      0.04, 0.3, 2.0, 2.055,
    ])
  func surplus(duration: Double) throws {
    let clean = run(seconds: 10, fast: 0..<0)
    let run = run(seconds: 10, fast: 2..<(2 + duration))
    // twenty samples in ten milliseconds are what the stream has room for
    let surplus = Int64((duration * 100).rounded()) * 20 * 9
    #expect(abs(run.lost - surplus) < 1000 + surplus / 5, "\(run.lost) of \(surplus)")
    #expect(!run.isInputLost && run.furthestAhead < 1.1)
    #expect(
      run.behindAtEnd < clean.behindAtEnd + 0.06, "\(run.behindAtEnd) after \(clean.behindAtEnd)")
    #expect(!run.events.contains { if case .inputLost = $0 { true } else { false } })
    let later = run.windows.filter { $0.start.seconds > 4.6 }.count
    #expect(later >= clean.windows.filter { $0.start.seconds > 4.6 }.count - 1, "\(later)")
    for (one, next) in zip(run.windows, run.windows.dropFirst()) {
      #expect(next.start >= one.end, "time goes on")
    }
  }

  @Test func aLateFirstBlockCostsNothing() {
    let run = run(seconds: 6, fast: 0..<0, firstIsLate: 0.9)
    #expect(run.lost == 0)
  }
}
