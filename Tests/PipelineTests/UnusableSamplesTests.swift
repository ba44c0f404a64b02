import Devices
import Foundation
import Pipeline
import Signals
import Testing

@Suite struct UnusableSamplesTests {
  /// Feeds `seconds` of both devices, calling `spoil` on each EMG block, and gathers what comes out.
  private func run(
    seconds: Double, _ configuration: PipelineConfiguration = SyntheticSession.configuration(),
    spoil: (inout SampleBlock) -> Void
  ) -> (events: [Event], windows: [Window]) {
    var pipeline = Pipeline(configuration)
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

  /// From 2 to 3.5 s the first signal's electrode reads a constant.
  private func detach(_ block: inout SampleBlock) {
    guard (4000..<7000).contains(block.firstSample) else { return }
    for sample in 0..<block.sampleCount { block[sample, 1] = 12 }
  }

  @Test func faultsOfAnElectrodeReachWindowsAndAreSaid() throws {
    let (events, windows) = run(seconds: 8, spoil: detach)
    let said = events.compactMap { event -> (String, QualityFlags, Double)? in
      if case .channelQuality(let name, let faults, let at) = event {
        (name, faults, at.seconds)
      } else {
        nil
      }
    }
    // flat after 0.1 s, off after a second without change, sound a second after the last hop with it;
    // each verdict counts from the next hop on, and a frame reads an envelope its delay later
    #expect(said.allSatisfy { $0.0 == "biceps" })
    #expect(said.map(\.1) == [.flat, [.flat, .electrodeOff], .flat, []])
    #expect(said[0].2 > 2.0 && said[0].2 < 2.6, "\(said)")
    #expect(said[3].2 > 4.0 && said[3].2 < 5.0, "\(said)")

    let bad = windows.filter { !$0.quality[0].isEmpty }
    let history = 30 * 0.005
    #expect(!bad.isEmpty && windows.allSatisfy { $0.quality[1] == [] })
    for window in windows {
      let reads = (window.start.seconds - history)...window.end.seconds
      let expected = reads.overlaps(said[0].2...(said[3].2 - 0.0025))
      #expect((window.quality[0] != []) == expected, "\(reads)")
    }
  }

  @Test func aSecondElectrodeStandsInForOneThatIsOff() throws {
    var configuration = SyntheticSession.configuration()
    configuration.emg = [
      EMGSignal(
        name: "both",
        electrodes: [
          Electrode(stream: 0, channel: 1, mvc: SyntheticSession.mvc[0]),
          Electrode(stream: 0, channel: 2, mvc: SyntheticSession.mvc[1]),
        ])
    ]
    let clean = run(seconds: 5, configuration) { _ in }
    let spoiled = run(seconds: 5, configuration, spoil: detach)
    #expect(spoiled.windows.count == clean.windows.count)
    // while the first is known to be off the mean is the second's alone, and nothing is wrong with it
    let second = 200e-6 * 2 / Double.pi / SyntheticSession.mvc[1]
    let window = try #require(spoiled.windows.first { $0.start.seconds > 2.7 })
    #expect(window.quality == [[]])
    #expect(
      window.envelopes.allSatisfy { abs($0 - second) < 0.01 }, "\(window.envelopes[0]), \(second)")
    #expect(!spoiled.events.contains { if case .channelQuality = $0 { true } else { false } })
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
