internal import Algebra
internal import Identification
internal import Musculoskeletal
internal import RealModule
internal import Signals

/// How a fit takes activations that are measured with noise.
public enum StudyEstimator: String, Sendable, CaseIterable {
  /// As measured, their noise propagated to first order along the filtered motion: what the product does.
  case firstOrder = "first_order"
  /// As unknown inputs under a smooth prior, estimated with everything else.
  case latent
  /// As exact.
  case naive
}

/// What one way of fitting made of one trial.
public struct StudyFitResult: Sendable {
  /// The way.
  public let estimator: StudyEstimator
  /// Estimate minus truth (parameterCount) [theta's units].
  let error: [Double]
  /// Posterior standard deviations (parameterCount) [theta's units].
  let deviation: [Double]
  /// Gain times maximum isometric force of each muscle, estimate over truth minus one (muscleCount) [1].
  let strengthError: [Double]
  /// Mean force of each muscle over the trial, estimate over truth minus one (muscleCount) [1].
  let forceError: [Double]

  /// The fit `solution` of `trial`; nil where its covariance is singular.
  init?(_ solution: TrajectoryFit.Solution, by estimator: StudyEstimator, of trial: StudyTrial) {
    guard let covariance = solution.covariance else { return nil }
    self.estimator = estimator
    let theta = solution.posterior.mean
    error = zip(theta, trial.truth).map { $0 - $1 }
    deviation = theta.indices.map { Double.sqrt(max(covariance[$0, $0], 0)) }
    let parameters = trial.model.parameters
    let own = parameters.system(at: theta)
    let truth = parameters.system(at: trial.truth)
    strengthError = trial.model.limb.description.muscles.indices.map { muscle in
      func strength(_ system: SystemParameters) -> Double {
        system.limb.muscles[muscle].maxIsometricForce
          * system.channels[trial.model.channels[muscle]].gain
      }
      return strength(own) / strength(truth) - 1
    }
    forceError = zip(trial.meanForces(at: theta), trial.meanForces(at: trial.truth)).map {
      $0 / $1 - 1
    }
  }
}

extension StudyTrial {
  /// Mean force of each muscle over the measured motion with the numbers of `theta` (muscleCount) [N].
  func meanForces(at theta: [Double]) -> [Double] {
    let limb = model.limb
    let count = limb.coordinateCount
    let system = model.parameters.system(at: theta)
    var residual = WindowResidual(model)
    let activations = residual.activations(window, theta: theta)
    var state = LimbState(limb)
    var sums = Array(repeating: 0.0, count: limb.muscleCount)
    let still = Array(repeating: 0.0, count: count)
    for row in 0...window.measurementCount {
      let place = row * count..<(row + 1) * count
      let first = 2 * row * window.measurementStride * limb.muscleCount
      limb.evaluate(
        q: Array(window.angles[place]),
        u: window.rates.isEmpty ? still : Array(window.rates[place]),
        activations: Array(activations[first..<(first + limb.muscleCount)]), torque: still,
        payloadMass: 0, parameters: system.limb, state: &state, forDerivatives: false)
      for muscle in sums.indices { sums[muscle] += state.force[muscle].force }
    }
    return sums.map { $0 / Double(window.measurementCount + 1) }
  }
}
