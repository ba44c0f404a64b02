import Signals
import Testing

@testable import Estimation

@Suite struct FloorContactTests {
  /// Ten seconds, measured every 0.1 s, that lie at zero except from 3 to 6 s.
  private var stretch: MotionStretch {
    var window = Window(
      index: 0, start: SampleTime(seconds: 0), step: 0.1, stepCount: 100, historySteps: 0,
      channelCount: 0, coordinateCount: 1, measurementStride: 1, followsPrevious: false)
    for row in 0...100 {
      window.angles[row] = (30...60).contains(row) ? 1 : 0
      window.isMeasured[row] = true
    }
    return MotionStretch(window)
  }

  @Test func predictionsWithContactAreLeftOutAndCounted() {
    let contact = FloorContact(coordinate: 0, angle: 0.5)
    var plan = PredictionPlan(lead: 1, duration: 1, interval: 1, contact: contact)
    // starts at 1, 2, .. 9 s; free of contact are those whose second lies within 3 to 6 s
    #expect(plan.starts(in: 0...100, of: stretch) == [30, 40, 50])
    #expect(plan.contactCount(in: 0...100, of: stretch) == 6)
    plan.contact = nil
    #expect(plan.starts(in: 0...100, of: stretch) == Array(stride(from: 10, through: 90, by: 10)))
    #expect(plan.contactCount(in: 0...100, of: stretch) == 0)
  }

  @Test func theLeadMayHaveContact() {
    let contact = FloorContact(coordinate: 0, angle: 0.5)
    let plan = PredictionPlan(lead: 2, duration: 1, interval: 0.5, contact: contact)
    #expect(plan.starts(in: 0...100, of: stretch).first == 30)
  }

  @Test func whatIsNotMeasuredIsNoContact() {
    var window = Window(
      index: 0, start: SampleTime(seconds: 0), step: 0.1, stepCount: 30, historySteps: 0,
      channelCount: 0, coordinateCount: 1, measurementStride: 1, followsPrevious: false)
    for row in 0...30 { window.isMeasured[row] = false }
    let plan = PredictionPlan(
      lead: 1, duration: 1, interval: 1, contact: FloorContact(coordinate: 0, angle: 0.5))
    #expect(plan.starts(in: 0...30, of: MotionStretch(window)) == [10, 20])
  }
}
