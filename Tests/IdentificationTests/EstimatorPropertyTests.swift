import Algebra
import Foundation
import Musculoskeletal
import Signals
import Testing

@testable import Identification

/// What must hold of any estimator of this kind, whatever its numbers.
@Suite struct EstimatorPropertyTests {
  private let truth = [0.12, -0.1, 0.08, -0.15, 0.1]

  private func model(activation: Double = 0, angle: Double = 1e-3) throws -> LimbEstimationModel {
    let (limb, base) = try arm()
    let targets: [Quantity] = [
      .muscle(3, .maxIsometricForce), .muscle(5, .optimalFiberLength),
      .muscle(1, .maxIsometricForce), .coordinate(1, .damping), .body(2, .mass),
    ]
    let free = targets.map {
      FreeParameter(name: "\($0)", targets: [$0], base: base[$0], priorDeviation: 0.1)
    }
    return LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [angle, angle], activation: activation), channels: Array(0..<6))
  }

  /// Windows of the truth's motion with sensor noise, none of which follows another.
  private func windows(
    _ model: LimbEstimationModel, count: Int, steps: Int, seed: UInt64, noise: Double = 1e-3
  ) throws -> [Window] {
    var random = RandomSource(seed: seed)
    var long = smoothWindow(stepCount: steps * count, stride: 2)
    for step in (steps * count / 2)..<(steps * count) { long.payload[step] = 2 }
    var residual = WindowResidual(model)
    let angles = residual.predict(long, theta: truth, from: [0.2, 1.0, 0.4, -0.6])
    long.angles = try #require(angles)
    for index in long.angles.indices {
      long.angles[index] +=
        model.parameters.base.angleOffsets[index % 2] + noise * random.gaussian()
    }
    return long.cut(steps: steps).map { window in
      var window = window
      window.followsPrevious = false
      return window
    }
  }

  // MARK: permutations

  @Test func thePermutationOfWindowsMovesTheMultipleShootingFitByNothing() throws {
    let model = try model(angle: 1e-4)
    let all = try windows(model, count: 5, steps: 40, seed: 7, noise: 1e-4)
    let fit = MultipleShootingFit(
      model,
      stages: [
        MultipleShootingFit.Stage(duration: 0.1, evaluations: 12, stepTolerance: 1e-3),
        MultipleShootingFit.Stage(duration: 1, evaluations: 12, stepTolerance: 1e-8),
      ])
    let arrival = ArrivalCost(prior: model.parameters)
    let first = try #require(
      fit.solve(
        all, arrival: arrival, from: model.parameters.priorMean))
    // the answer is an answer: the data, not the prior, made it
    #expect(zip(first.posterior.mean, truth).allSatisfy { abs($0 - $1) < 0.05 })
    for order in [[4, 3, 2, 1, 0], [2, 4, 0, 3, 1]] {
      let other = try #require(
        fit.solve(
          order.map { all[$0] }, arrival: arrival, from: model.parameters.priorMean))
      for index in truth.indices {
        #expect(
          abs(other.posterior.mean[index] - first.posterior.mean[index]) < 1e-9,
          "\(order), \(index)")
      }
      for (a, b) in zip(
        other.posterior.information.elements, first.posterior.information.elements)
      {
        #expect(abs(a - b) <= 1e-7 * max(abs(a), 1))
      }
    }
  }

  @Test func thePermutationOfWindowsMovesTheFilteredFitByNothing() throws {
    // with activation noise marginalised, as on real EMG
    let model = try model(activation: 0.05)
    let all = try windows(model, count: 4, steps: 20, seed: 8)
    func solve(_ windows: [Window]) -> [Double]? {
      var chain = WindowChain(
        windows, arrival: ArrivalCost(prior: model.parameters), start: nil,
        residual: WindowResidual(model))
      let solver = LevenbergMarquardt(
        evaluationLimit: 30, stepTolerance: 1e-11, costSlack: Double(truth.count))
      return solver.minimise(&chain, from: model.parameters.priorMean)?.theta
    }
    let first = try #require(solve(all))
    #expect(zip(first, model.parameters.priorMean).contains { abs($0 - $1) > 0.01 })
    for order in [[3, 2, 1, 0], [1, 3, 0, 2]] {
      let other = try #require(solve(order.map { all[$0] }))
      for index in first.indices {
        #expect(abs(other[index] - first[index]) < 1e-9, "\(order), \(index)")
      }
    }
  }

  // MARK: the scale law

  /// Everything that has the dimension of a force, a mass or an inertia, times `factor`.
  private func scaled(_ base: SystemParameters, by factor: Double) -> SystemParameters {
    var result = base
    for index in result.limb.muscles.indices {
      result.limb.muscles[index].maxIsometricForce *= factor
    }
    for index in result.limb.bodies.indices {
      result.limb.bodies[index].mass *= factor
      result.limb.bodies[index].inertiaFactor *= factor
    }
    for index in result.limb.joints.indices {
      result.limb.joints[index].damping *= factor
      result.limb.joints[index].stiffness *= factor
      result.limb.joints[index].limitTorque *= factor
    }
    return result
  }

  @Test(arguments: [0.4, 1.7, 12])
  func theCommonScaleMovesNoResidual(factor: Double) throws {
    let model = try model(activation: 0.05)
    let window = try windows(model, count: 2, steps: 40, seed: 9)[0]
    #expect(window.payload.allSatisfy { $0 == 0 })
    let other = LimbEstimationModel(
      limb: model.limb,
      parameters: ParameterSet(
        free: model.parameters.free, base: scaled(model.parameters.base, by: factor)),
      noise: model.noise, channels: model.channels)
    func residuals(_ model: LimbEstimationModel, _ window: Window) -> [Double] {
      var kept = FrozenGains()
      kept.isKept = true
      var residual = WindowResidual(model)
      _ = residual.evaluate(
        window, theta: truth, start: model.freshStart(window, theta: truth), gains: &kept,
        isFrozen: false)
      return kept.residuals
    }
    let own = residuals(model, window)
    let theirs = residuals(other, window)
    #expect(own.count == 40)  // 20 measurements of two angles
    for (a, b) in zip(own, theirs) { #expect(abs(a - b) < 1e-8 * max(abs(a), 1)) }
    // an anchor makes the same change visible: a payload does not scale
    var held = window
    held.payload = held.payload.map { _ in 2 }
    let change = zip(residuals(model, held), residuals(other, held)).map { abs($0 - $1) }
    #expect(change.max()! > 1)
  }

  // MARK: what is not finite

  @Test func aWindowThatIsNotFiniteIsRefusedByNameOffline() throws {
    let model = try model()
    var all = try windows(model, count: 2, steps: 20, seed: 10)
    all[1].angles[13] = .nan
    let flaw = try #require(all[1].flaw)
    #expect(flaw == Window.Flaw(quantity: .angle, row: 6, column: 1))
    #expect(all[0].flaw == nil)
    var chain = WindowChain(
      all, arrival: ArrivalCost(prior: model.parameters), start: nil,
      residual: WindowResidual(model))
    #expect(chain.evaluate(model.parameters.priorMean) == nil)
    #expect(chain.ends.isEmpty)
  }
}
