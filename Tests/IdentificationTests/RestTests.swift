import Algebra
import Foundation
import Musculoskeletal
import Signals
import Testing

@testable import Identification

/// Ten minutes in which nothing happens.
@Suite struct RestTests {
  /// Prior deviation of every unknown [1].
  private let prior = 0.1

  private func model(
    activation: Double, isChanging: Bool = false
  ) throws -> LimbEstimationModel {
    let (limb, base) = try arm()
    let targets: [Quantity] = [
      .muscle(3, .maxIsometricForce), .muscle(1, .maxIsometricForce), .body(2, .mass),
      .coordinate(1, .damping),
    ]
    let free = targets.map { target in
      var parameter = FreeParameter(
        name: "\(target)", targets: [target], base: base[target], priorDeviation: prior)
      if isChanging { parameter.processNoise = ProcessNoise.usual(target) }
      return parameter
    }
    return LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [1e-3, 1e-3], activation: activation), channels: Array(0..<6))
  }

  /// A window of one second, four measurements, where the limb hangs still.
  private func window(_ model: LimbEstimationModel) throws -> Window {
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: 0.05, stepCount: 20, historySteps: 2,
      channelCount: 6, coordinateCount: 2, measurementStride: 5, followsPrevious: false)
    window.isMeasured = window.isMeasured.map { _ in true }
    for index in window.envelopes.indices { window.envelopes[index] = 0.05 }
    let residual = WindowResidual(model)
    var posture = [0.0, 0.5, 0, 0]
    for _ in 0..<60 {
      let angles = try #require(
        residual.predicted(window, theta: model.parameters.priorMean, from: posture))
      posture = [angles[angles.count - 2], angles[angles.count - 1], 0, 0]
    }
    for index in window.angles.indices {
      window.angles[index] = posture[index % 2] + model.parameters.base.angleOffsets[index % 2]
    }
    return window
  }

  /// The same window again and again with new sensor noise.
  private func repeated(_ window: Window, index: Int, random: inout RandomSource) -> Window {
    var own = window
    own.index = index
    own.start = SampleTime(nanoseconds: Int64(index) * 1_000_000_000)
    own.followsPrevious = index > 0
    for place in own.angles.indices { own.angles[place] += 1e-3 * random.gaussian() }
    return own
  }

  // without noise of the activations, and with five per cent believed where there is none
  @Test(arguments: [0.0, 0.05])
  func tenMinutesOfRestTeachNothingMore(activation: Double) throws {
    let model = try model(activation: activation)
    let window = try window(model)
    var estimator = RecursiveEstimator(
      model, configuration: RecursionConfiguration(evaluations: 3, memory: 20), hasGains: true)
    var random = RandomSource(seed: 5)
    var early: ParameterEstimate?
    var used = 0
    for index in 0..<600 {
      let estimate = estimator.consume(repeated(window, index: index, random: &random))
      if estimate.termination != .repetition { used += 1 }
      if index == 4 { early = estimate }
      guard let early else { continue }
      for place in estimate.theta.indices {
        // no drift, and error bars neither above the prior's nor below what the first seconds left
        #expect(abs(estimate.theta[place]) < 2 * prior)
        #expect(abs(estimate.theta[place] - early.theta[place]) < 0.5 * prior, "window \(index)")
        #expect(estimate.deviations[place] < 1.001 * prior)
        #expect(estimate.deviations[place] > 0.8 * early.deviations[place])
      }
    }
    #expect(used < 12, "of 600 windows")
    // damping does not show in rest
    #expect(try #require(early).deviations[3] > 0.95 * prior)
  }

  @Test func whatChangesFadesInTenMinutesOfRestButNotBeyondThePrior() throws {
    let model = try model(activation: 0, isChanging: true)
    let window = try window(model)
    var estimator = RecursiveEstimator(
      model, configuration: RecursionConfiguration(evaluations: 3, memory: 20), hasGains: true)
    var random = RandomSource(seed: 5)
    var early: ParameterEstimate?
    var before: ParameterEstimate?
    for index in 0..<600 {
      let estimate = estimator.consume(repeated(window, index: index, random: &random))
      if index == 12 { early = estimate }
      if let before, estimate.termination == .repetition {
        for place in estimate.theta.indices {
          #expect(estimate.deviations[place] > before.deviations[place] * (1 - 1e-10))
          #expect(estimate.deviations[place] < prior * (1 + 1e-9))
          #expect(abs(estimate.theta[place]) < prior)
        }
      }
      before = estimate
    }
    let start = try #require(early)
    let end = try #require(before)
    // the mass is known as it was, to the last digit
    #expect(abs(end.deviations[2] - start.deviations[2]) < 1e-9 * start.deviations[2])
    #expect(end.deviations[0] > start.deviations[0])
  }

  @Test func motionEndsARest() throws {
    let model = try model(activation: 0)
    let window = try window(model)
    var watch = RestWatch()
    func isRepetition(_ window: Window) -> Bool {
      watch.isRepetition(window, noise: model.noise.angle)
    }
    #expect(!isRepetition(window))
    #expect(!isRepetition(window))
    #expect(isRepetition(window))
    #expect(isRepetition(window))
    // other muscles at work, the same posture: news
    var tense = window
    for index in tense.envelopes.indices where index % 6 < 3 { tense.envelopes[index] = 0.1 }
    #expect(!isRepetition(tense))
    // the payload in the hand
    var held = window
    held.payload = held.payload.map { _ in 1 }
    #expect(!isRepetition(held))
    var moving = window
    moving.angles[4] += 0.1
    #expect(!isRepetition(moving))
    #expect(!isRepetition(window))
  }
}
