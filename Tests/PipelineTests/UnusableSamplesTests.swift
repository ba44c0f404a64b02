import Devices
import Foundation
import Pipeline
import Signals
import Testing

@Suite struct UnusableSamplesTests {
  /// Feeds `seconds` of both devices, calling `spoil` on each EMG block, and gathers what comes out.
  private func run(
    seconds: Double, spoil: (inout SampleBlock) -> Void
  ) -> (events: [Event], windows: [Window]) {
    var pipeline = Pipeline(SyntheticSession.configuration())
    var events: [Event] = []
    var windows: [Window] = []
    var emg = SampleBlock(capacity: 60)
    var angles = SampleBlock(capacity: 5)
    for number in 0..<Int(seconds * 100) {
      let end = Double(number + 1) * 0.01
      emg.begin(stream: 0, channelCount: 3, firstSample: Int64(number * 20))
      for sample in 0..<20 {
        let time = Double(number * 20 + sample) / SyntheticSession.emgRate
        let row = emg.appendSample()
        emg[row, 1] = 300 * sin(2 * .pi * SyntheticSession.carrier * time)
        emg[row, 2] = 100 * sin(2 * .pi * SyntheticSession.carrier * time)
      }
      emg.arrival = SampleTime(seconds: end)
      spoil(&emg)
      pipeline.consume(.block, block: emg)
      angles.begin(stream: 1, channelCount: 1, firstSample: Int64(number * 5))
      for sample in 0..<5 {
        let time = Double(number * 5 + sample) / SyntheticSession.angleRate
        let row = angles.appendSample()
        angles[row, 0] = SyntheticSession.angle(time) * SyntheticSession.counts / (2 * .pi)
      }
      angles.arrival = SampleTime(seconds: end)
      pipeline.consume(.block, block: angles)
      events += pipeline.takeEvents()
      windows += pipeline.takeWindows()
    }
    return (events, windows)
  }

  @Test(arguments: [Double.nan, .infinity])
  func oneValueThatIsNoNumberIsAGapAndNothingMore(value: Double) {
    let clean = run(seconds: 5) { _ in }
    let spoiled = run(seconds: 5) { block in
      if block.firstSample == 3000 { block[7, 1] = value }
    }
    func losses(_ events: [Event]) -> [Int64] {
      events.compactMap { event in
        if case .gap("emg", _, let lost) = event { lost } else { nil }
      }
    }
    #expect(losses(clean.events) == [])
    #expect(losses(spoiled.events) == [20])
    // the session goes on with sound numbers, and no window spans the gap
    let unsound = spoiled.windows.filter { !$0.isFinite }
    let spanning = spoiled.windows.filter { $0.start.seconds < 1.5 && $0.end.seconds > 1.51 }
    let later = spoiled.windows.filter { $0.start.seconds > 2 }
    #expect(unsound.isEmpty && spanning.isEmpty && !later.isEmpty)
    #expect(spoiled.windows.count < clean.windows.count)
  }

  @Test func aStreamThatNeverSpeaksIsReported() {
    var pipeline = Pipeline(SyntheticSession.configuration())
    let block = SampleBlock(capacity: 1)
    for number in 0..<100 {
      pipeline.consume(.tick(SampleTime(seconds: Double(number) * 0.005)), block: block)
    }
    let lost = pipeline.takeEvents().compactMap { event -> String? in
      if case .inputLost(let stream, _) = event { stream } else { nil }
    }
    #expect(lost == ["emg", "angles"])
    #expect(pipeline.isInputLost)
  }
}
