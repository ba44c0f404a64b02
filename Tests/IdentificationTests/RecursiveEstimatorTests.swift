import Algebra
import Foundation
import Identification
import Musculoskeletal
import Signals
import TestSupport
import Testing

@Suite struct RecursiveEstimatorTests {
  let truth = [0.12, -0.1, 0.08, -0.15, 0.1]
  private let startState = [0.2, 1.0, 0.4, -0.6]

  func model(angle: Double = 1e-4) throws -> LimbEstimationModel {
    let (limb, base) = try arm()
    let free = [
      FreeParameter(
        name: "muscle/BIClong/max_isometric_force", targets: [.muscle(3, .maxIsometricForce)],
        base: 624.3, priorDeviation: 0.1),
      FreeParameter(
        name: "muscle/BRA/optimal_fiber_length", targets: [.muscle(5, .optimalFiberLength)],
        base: 0.0858, priorDeviation: 0.1),
      FreeParameter(
        name: "muscle/TRIlat/max_isometric_force", targets: [.muscle(1, .maxIsometricForce)],
        base: 624.3, priorDeviation: 0.1),
      FreeParameter(
        name: "coordinate/r_elbow_flex/damping", targets: [.coordinate(1, .damping)], base: 0.8,
        priorDeviation: 0.1),
      FreeParameter(
        name: "body/r_ulna_radius_hand/mass", targets: [.body(2, .mass)], base: 1.534315,
        priorDeviation: 0.1),
    ]
    return LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [angle, angle]), channels: Array(0..<6))
  }

  /// Windows of the truth's motion, without noise; a payload from the middle on.
  func windows(_ model: LimbEstimationModel, count: Int) throws -> [Window] {
    var long = smoothWindow(stepCount: 30 * count, stride: 2)
    for step in (15 * count)..<(30 * count) { long.payload[step] = 2 }
    var residual = WindowResidual(model)
    let angles = residual.predict(long, theta: truth, from: startState)
    long.angles = try #require(angles)
    for row in 0..<(long.angles.count / 2) {
      for coordinate in 0..<2 {
        long.angles[2 * row + coordinate] += model.parameters.base.angleOffsets[coordinate]
      }
    }
    return long.cut(steps: 30)
  }

  @Test func findsTheTruthOfANoiseFreeMotion() throws {
    let model = try model()
    var estimator = RecursiveEstimator(model, evaluations: 6, hasGains: true)
    var last: ParameterEstimate?
    var errors: [Double] = []
    for window in try windows(model, count: 6) {
      let estimate = estimator.consume(window)
      #expect(estimate.termination == .converged || estimate.termination == .iterationLimit)
      #expect(estimate.window == window.index && estimate.end == window.end)
      errors.append(zip(estimate.theta, truth).map { abs($0 - $1) }.max()!)
      last = estimate
    }
    let estimate = try #require(last)
    #expect(errors.last! < 1e-3, "largest error after each window: \(errors)")
    #expect(estimate.status == Array(repeating: .identified, count: 5))
    #expect(estimate.scale == .newtons)
    #expect(estimate.unidentified.isEmpty)
    #expect(estimate.meanSquaredResidual < 1e-2)
    for (index, value) in estimate.values.enumerated() {
      let expected = model.parameters.value(of: index, theta: estimate.theta[index])
      #expect(value == expected)
      // the covariance's diagonal is the square of the deviations
      let diagonal = estimate.covariance[index * (index + 1) / 2 + index]
      #expect(abs(diagonal - pow(estimate.deviations[index], 2)) < 1e-9 * diagonal)
    }
    // a start state that the last window's data and all before it agree on
    let start = try #require(estimator.windowStartState)
    let window = try windows(model, count: 6)[5]
    let predicted = try #require(
      WindowResidual(model).predicted(window, theta: estimate.theta, from: start))
    for (row, angle) in predicted.enumerated() {
      let offset = model.parameters.base.angleOffsets[row % 2]
      #expect(abs(angle + offset - window.angles[row]) < 1e-4)
    }
  }

  @Test func aNaNIsRejectedAndTheBeliefStays() throws {
    let model = try model()
    var estimator = RecursiveEstimator(model, evaluations: 4, hasGains: true)
    let all = try windows(model, count: 4)
    _ = estimator.consume(all[0])
    let before = estimator.posterior
    var broken = all[1]
    broken.angles[7] = .nan
    let refused = estimator.consume(broken)
    #expect(refused.termination == .notFinite)
    #expect(estimator.posterior == before)
    #expect(estimator.state == nil)
    #expect(estimator.windowStartState == nil)
    #expect(refused.theta == before.mean)
    #expect(AdoptionPolicy().refusal(of: refused) == .notFinite)
    // an envelope that is not finite is no better
    broken = all[1]
    broken.envelopes[40] = .infinity
    #expect(estimator.consume(broken).termination == .notFinite)
    #expect(estimator.posterior == before)
    // and the next good window is used, from a fresh start
    let next = estimator.consume(all[2])
    #expect(next.termination != .notFinite)
    #expect(estimator.posterior != before)
    #expect(estimator.lastWindow == 2)
  }

  @Test func theAnchorIsAHeldPayloadNotItsAnnouncementBeforeData() throws {
    let model = try model()
    var estimator = RecursiveEstimator(model, evaluations: 2, hasGains: true)
    let all = try windows(model, count: 4)
    _ = estimator.consume(all[0])
    #expect(!estimator.hasAnchor)
    _ = estimator.consume(all[1])
    #expect(!estimator.hasAnchor)
    _ = estimator.consume(all[2])
    #expect(estimator.hasAnchor)
  }

  @Test func theSameWindowsGiveTheSameDigits() throws {
    let model = try model()
    let all = try windows(model, count: 2)
    func run() -> [ParameterEstimate] {
      var estimator = RecursiveEstimator(model, evaluations: 3, hasGains: false)
      return all.map { estimator.consume($0) }
    }
    #expect(run() == run())
  }
}
