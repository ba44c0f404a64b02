import Algebra
import Foundation
import Identification
import Signals
import Testing

@Suite struct ParameterEstimateTests {
  private func estimate() throws -> ParameterEstimate {
    let (_, base) = oscillator(stiffness: 3, damping: 0.2, inertia: 1)
    let parameters = ParameterSet(
      free: [
        FreeParameter(
          name: "coordinate/swing/stiffness", targets: [.coordinate(0, .stiffness)], base: 3,
          priorDeviation: 0.1),
        FreeParameter(
          name: "coordinate/swing/offset", targets: [.coordinate(0, .offset)], base: 0.5,
          priorDeviation: 0.02),
      ], base: base)
    var posterior = ArrivalCost(prior: parameters)
    posterior.mean = [0.1, -0.01]
    posterior.information[0, 0] = 1e4
    posterior.information[0, 1] = 30
    posterior.information[1, 0] = 30
    return ParameterEstimate(
      posterior, parameters: parameters, window: 12, end: SampleTime(nanoseconds: 7_000_000_001),
      hasAnchor: true, hasGains: true, termination: .converged, evaluations: 3,
      meanSquaredResidual: 1.0625, innovation: [0.001])
  }

  @Test func jsonGivesBackWhatWentIn() throws {
    var estimate = try estimate()
    #expect(estimate.values[0] == 3 * exp(0.1))
    #expect(estimate.values[1] == 0.49)
    for crossCheck in [nil, CrossCheckResult(maxAngleDifference: 1.25e-5, threshold: 5e-4)] {
      estimate.crossCheck = crossCheck
      let bytes = try JSONEncoder().encode(estimate)
      #expect(try JSONDecoder().decode(ParameterEstimate.self, from: bytes) == estimate)
      let keys = try #require(
        try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
      #expect(keys["mean_squared_residual"] as? Double == 1.0625)
      #expect(keys["end"] as? Int == 7_000_000_001)
      #expect((keys["cross_check"] != nil) == (crossCheck != nil))
    }
  }

  @Test func theAdoptionPolicyWantsAFitThatWasChecked() throws {
    var estimate = try estimate()
    let policy = AdoptionPolicy(residualLimit: 4)
    #expect(policy.refusal(of: estimate) == .crossCheckFailed)
    estimate.crossCheck = CrossCheckResult(maxAngleDifference: 6e-4, threshold: 5e-4)
    #expect(policy.refusal(of: estimate) == .crossCheckFailed)
    estimate.crossCheck = CrossCheckResult(maxAngleDifference: 5e-4, threshold: 5e-4)
    #expect(policy.refusal(of: estimate) == nil)
    // a derivative that the independent trajectory does not have is as bad
    estimate.crossCheck?.jacobianThreshold = 2e-3
    estimate.crossCheck?.maxJacobianDifference = 3e-3
    #expect(policy.refusal(of: estimate) == .crossCheckFailed)
    estimate.crossCheck?.maxJacobianDifference = .nan
    #expect(policy.refusal(of: estimate) == .crossCheckFailed)
    estimate.crossCheck?.maxJacobianDifference = 1e-4
    #expect(policy.refusal(of: estimate) == nil)
    estimate.meanSquaredResidual = 4.1
    #expect(policy.refusal(of: estimate) == .poorFit)
    estimate.deviations[0] = .infinity
    #expect(policy.refusal(of: estimate) == .notFinite)
    // a comparison with a NaN is no agreement
    #expect(!CrossCheckResult(maxAngleDifference: .nan, threshold: 1).passed)
  }
}
