import Signals
import Testing

@testable import Estimation

/// Faults are pure functions of what was recorded.
@Suite struct StudyFaultTests {
  /// Six channels, two coordinates, a payload in steps 10 to 20 and 30 to 40 of 50.
  private var window: Window {
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: 0.01, stepCount: 50, historySteps: 5,
      channelCount: 6, coordinateCount: 2, measurementStride: 1, followsPrevious: false)
    for index in window.envelopes.indices { window.envelopes[index] = 0.01 * Double(index % 97) }
    for index in window.angles.indices { window.angles[index] = 0.1 * Double(index) }
    window.rates = window.angles.map { 2 * $0 }
    for step in 0..<50 where (10..<20).contains(step) || (30..<40).contains(step) {
      window.payload[step] = 2
    }
    return window
  }

  /// One channel's envelope.
  private func envelope(_ window: Window, _ channel: Int) -> [Double] {
    stride(from: channel, to: window.envelopes.count, by: 6).map { window.envelopes[$0] }
  }

  @Test func exchangedElectrodesAreExchangedAndNothingElse() {
    let wrong = StudyFault.swappedElectrodes(1, 4).applied(to: window)
    #expect(envelope(wrong, 1) == envelope(window, 4))
    #expect(envelope(wrong, 4) == envelope(window, 1))
    #expect(envelope(wrong, 0) == envelope(window, 0))
    #expect(wrong.angles == window.angles && wrong.payload == window.payload)
    #expect(StudyFault.swappedElectrodes(4, 1).applied(to: wrong) == window)
  }

  @Test func aDeadElectrodeShowsTheAmplifiersNoise() {
    let wrong = StudyFault.deadElectrode(channel: 3).applied(to: window)
    let envelope = envelope(wrong, 3)
    #expect(envelope.allSatisfy { $0 > 0 && $0 < 0.01 })
    #expect(Set(envelope).count > 10)
    for channel in [0, 1, 2, 4, 5] {
      #expect(self.envelope(wrong, channel) == self.envelope(window, channel))
    }
  }

  @Test func aSensorCountsTheOtherWayOrFromElsewhere() {
    let flipped = StudyFault.encoderSign(coordinate: 1).applied(to: window)
    let moved = StudyFault.encoderZero(coordinate: 0, offset: 0.25).applied(to: window)
    for index in window.angles.indices {
      let sign = index % 2 == 1 ? -1.0 : 1
      #expect(flipped.angles[index] == sign * window.angles[index])
      #expect(flipped.rates[index] == sign * window.rates[index])
      #expect(moved.angles[index] == window.angles[index] + (index % 2 == 0 ? 0.25 : 0))
    }
    #expect(moved.rates == window.rates)
  }

  @Test func aPayloadThatWasPutDownIsStillAnnounced() {
    let wrong = StudyFault.payloadPutDown(period: 0, delay: 0.5).applied(to: window)
    func held(_ window: Window) -> [Int] {
      window.payload.indices.filter { window.payload[$0] > 0 }
    }
    #expect(held(wrong) == Array(10..<25) + Array(30..<40))
    let last = StudyFault.payloadPutDown(period: 1, delay: 1).applied(to: window)
    #expect(held(last) == Array(10..<20) + Array(30..<50))
    #expect(StudyFault.payloadPutDown(period: 2, delay: 1).applied(to: window) == window)
  }

  @Test func misalignedEnvelopesComeLater() {
    let wrong = StudyFault.misalignment(time: 0.02).applied(to: window)
    #expect(wrong.envelopes[6 * 30 + 2] == window.envelopes[6 * 26 + 2])
    #expect(wrong.envelopes[2] == window.envelopes[2])
  }
}
