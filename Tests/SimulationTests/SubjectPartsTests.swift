import Algebra
import Signals
import Testing

@testable import Simulation

@Suite struct SubjectPartsTests {
  @Test func smoothProcessHasUnitVarianceAndNoMean() {
    var random = RandomSource(seed: 7)
    let process = SmoothProcess(bandwidth: 2, random: &random)
    let values = (0..<200_000).map { process.value(at: Double($0) * 0.01) }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(mean) < 0.02)
    #expect(abs(variance - 1) < 0.02)
  }

  @Test func reachIsMinimumJerk() {
    let configuration = VirtualSubjectConfiguration(
      seed: 1, reach: [0...1], reachDuration: 0.8...0.8, holdDuration: 0.2...0.2)
    var random = RandomSource(seed: 1)
    var plan = ReachPlan(configuration, posture: [0.2])
    plan.append(to: [0.7], random: &random, past: 0)
    let begin = 0.5
    // closed form at a quarter: s = 1/4 gives 10 s^3 - 15 s^4 + 6 s^5 = 0.103515625
    #expect(abs(plan.point(at: begin + 0.2).q[0] - (0.2 + 0.5 * 0.103515625)) < 1e-12)
    #expect(abs(plan.point(at: begin + 0.4).q[0] - 0.45) < 1e-12)
    // fastest in the middle: 15/8 of the mean speed
    #expect(abs(plan.point(at: begin + 0.4).u[0] - 15.0 / 8 * 0.5 / 0.8) < 1e-12)
    let difference =
      (plan.point(at: begin + 0.301).u[0] - plan.point(at: begin + 0.299).u[0]) / 0.002
    #expect(abs(plan.point(at: begin + 0.3).a[0] - difference) < 1e-4)
    #expect(plan.point(at: begin + 0.9).q[0] == 0.7 && plan.point(at: begin + 0.9).u[0] == 0)
    #expect(abs(plan.end - 1.5) < 1e-12)
  }

  @Test func sharingMakesWhatIsWantedWithinBounds() {
    // two antagonist pairs on one joint; the second of each is twice as strong
    let sharing = ActivationSharing(
      momentArms: [0.03, 0.03, -0.03, -0.03], coordinateCount: 1, bounds: 0.02...0.9)
    let effect = [100.0, 200, -100, -200]
    for wanted in [-150.0, 0, 20, 150] {
      let (activations, miss) = sharing.share(
        effect: effect, wanted: [wanted], coContraction: [0.1, 0.1, 0.1, 0.1],
        weights: [1, 1, 1, 1])
      let made = zip(effect, activations).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(made - wanted) < 0.1)
      #expect(miss < 0.5)
      #expect(activations.allSatisfy { $0 > 0.01 && $0 < 0.91 })
    }
    // more than the muscles have is missed, and said
    let (_, miss) = sharing.share(
      effect: effect, wanted: [1000], coContraction: [0.1, 0.1, 0.1, 0.1], weights: [1, 1, 1, 1])
    #expect(miss > 500)
  }

  @Test(arguments: [(0.0, 0.08, 0.10), (0.9, 0.03, 0.05)])
  func envelopeOfTheVirtualEMGIsItsExcitation(steadiness: Double, least: Double, most: Double) {
    let rate = 2000.0
    let factor = SurfaceEMG.meanRectified(steadiness: steadiness, rate: rate)
    var muscle = SurfaceEMG(
      mvc: 2e-3, baselineNoise: 0, steadiness: steadiness, meanRectified: factor, rate: rate,
      random: RandomSource(seed: 11))
    var envelope = LinearEnvelope(EnvelopeConfiguration(), rate: rate, mvc: 2e-3)
    var values: [Double] = []
    for index in 0..<240_000 {
      let value = envelope.advance(muscle.sample(excitation: 0.4))
      if index > 4000 { values.append(value) }
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(mean / 0.4 - 1) < 0.02)
    // one pair of electrodes leaves 9 % in an envelope of 6 Hz, a steady pattern less
    let relative = variance.squareRoot() / mean
    #expect(relative > least && relative < most)
  }
}
