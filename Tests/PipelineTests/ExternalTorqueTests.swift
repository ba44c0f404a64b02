import Devices
import Pipeline
import Signals
import Testing

/// A worn device's torque on its way into windows.
@Suite struct ExternalTorqueTests {
  private static func told(_ torque: Double, at time: SampleTime) -> (Double, SourceStep) {
    (time.seconds, .command(.externalTorque([torque]), at: time))
  }

  @Test func whatIsToldLandsInItsStepAndIsNoEvent() {
    var configuration = SyntheticSession.configuration()
    let plain = SyntheticSession().run(configuration, until: 3)
    #expect(plain.windows.allSatisfy { $0.externalTorque.isEmpty })
    configuration.torqueMessageLife = 0.05
    // every 20 ms from the session's beginning on; another torque from within step 12 of window 2
    let change = plain.windows[2].start.advanced(seconds: 12.3 * 0.005)
    var extra = (0..<150).map { index in
      let time = SampleTime(seconds: 0.02 * Double(index))
      return Self.told(time < change ? 1.5 : -2, at: time)
    }
    extra.append(Self.told(-2, at: change))
    extra.sort { $0.0 < $1.0 }
    let outcome = SyntheticSession().run(configuration, until: 3, extra: extra)
    #expect(outcome.windows[2].externalTorque == (0..<50).map { $0 < 12 ? 1.5 : -2 })
    #expect(outcome.windows[2].envelopes == plain.windows[2].envelopes)
    #expect(
      !outcome.events.contains { if case .command = $0 { true } else { false } })
    // a part of a window has its part of the torque
    let part = outcome.windows[2].part(2...10, index: 0, followsPrevious: false)
    #expect(part.externalTorque == (4..<20).map { $0 < 12 ? 1.5 : -2 })
  }

  @Test func whatIsNotToldAnyMoreIsAGap() {
    var configuration = SyntheticSession.configuration()
    configuration.torqueMessageLife = 0.05
    let untold = SyntheticSession().run(configuration, until: 2)
    #expect(untold.windows.isEmpty, "nobody knows what the device does")
    let extra = (0..<400).filter { !(200..<230).contains($0) }.map {
      Self.told(1, at: SampleTime(seconds: 0.005 * Double($0)))
    }
    let outcome = SyntheticSession().run(configuration, until: 2, extra: extra)
    #expect(!outcome.windows.isEmpty)
    for window in outcome.windows {
      // no window holds what was in force between 1.05 s, when the last telling was too old, and 1.15 s
      #expect(
        !(window.start < SampleTime(seconds: 1.06) && window.end > SampleTime(seconds: 1.14)))
    }
    #expect(outcome.events.contains { if case .framesDropped = $0 { true } else { false } })
  }

  @Test func aSensorIsReadWithItsSignAndZero() {
    var configuration = SyntheticSession.configuration()
    // the angle's own channel once more, as if it were a torque: reading in radians, less a zero
    configuration.torques = [
      TorqueSignal(stream: 1, channel: 0, coordinate: 0, sign: 2, zero: 0.25, smoothing: nil)
    ]
    let window = SyntheticSession().run(configuration, until: 3).windows[2]
    for step in 0..<window.stepCount {
      let time = window.start.advanced(seconds: (Double(step) + 0.5) * window.step).seconds
      let reading = -(SyntheticSession.angle(time) + 0.3) + 2 * .pi
      #expect(abs(window.externalTorque[step] - (2 * reading - 0.25)) < 2e-3)
    }
  }
}
