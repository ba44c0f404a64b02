internal import Algebra
public import Identification
internal import Musculoskeletal
internal import RealModule
internal import Signals

/// What came of one trial.
public struct StudyTrialResult: Sendable {
  /// Number of the trial [1].
  public let index: Int
  /// Estimate minus truth (parameterCount) [theta's units].
  public let error: [Double]
  /// Posterior standard deviations (parameterCount) [theta's units].
  public let deviation: [Double]
  /// Covariance of the bound (parameterCount x parameterCount).
  let bound: Matrix
  /// Mean relative error of the muscles' numbers [%].
  public let muscleError: Double
  /// The largest of them [%].
  public let largestMuscleError: Double
  /// The same for the initial guess [%].
  public let initialMuscleError: Double
  /// Mean squared whitened residual [1].
  public let meanSquaredResidual: Double
  /// True when the search ended above what the noise explains.
  public let hasFailed: Bool
  /// Why the search stopped.
  public let termination: Termination
  /// Evaluations of the residuals [1].
  public let evaluations: Int
  /// Searches made [1].
  public let starts: Int
  /// Lowest cost after each evaluation, one list a stage [1].
  public let costs: [[Double]]
  /// Whether forces are known in newtons.
  public let scale: ScaleLabel
  /// Mean relative error of the muscles' numbers after the online fit of the whole trial; nil when it was
  /// not asked for [%].
  public let onlineError: Double?
  /// Where activations are noisy, what each way of taking them made of the trial, the product's first.
  public let fits: [StudyFitResult]

  /// The offline fit of `trial`, and the online one with windows of `onlineWindow` [s] where asked for.
  ///
  /// Nil when no start of the search is finite.
  public init?(_ trial: StudyTrial, online: RecursionConfiguration?, onlineWindow: Double) {
    let parameters = trial.model.parameters
    guard let solution = trial.fit(), let covariance = solution.covariance,
      let bound = trial.bound()
    else { return nil }
    index = trial.index
    error = zip(solution.posterior.mean, trial.truth).map { $0 - $1 }
    deviation = (0..<parameters.count).map { Double.sqrt(covariance[$0, $0]) }
    self.bound = bound
    let errors = Self.muscleErrors(solution.posterior.mean, trial: trial)
    muscleError = Self.mean(errors)
    largestMuscleError = errors.max() ?? 0
    initialMuscleError = Self.mean(Self.muscleErrors(parameters.priorMean, trial: trial))
    meanSquaredResidual = solution.meanSquaredResidual
    hasFailed = !solution.isComplete || solution.meanSquaredResidual > 1.5
    termination = solution.termination
    evaluations = solution.evaluations
    starts = solution.starts
    costs = solution.costs
    let hasAnchor = trial.window.payload.contains { $0 > 0 }
    let hasGains = !parameters.free.contains { parameter in
      parameter.targets.contains { if case .emg(_, .gain) = $0 { true } else { false } }
    }
    scale =
      Identifiability(posterior: solution.posterior, parameters: parameters)?
      .scaleLabel(hasAnchor: hasAnchor, hasGains: hasGains) ?? .ratiosOnly
    fits =
      trial.model.noise.activation > 0
      ? StudyEstimator.allCases.compactMap { estimator in
        (estimator == .firstOrder ? solution : trial.fit(by: estimator))
          .flatMap { StudyFitResult($0, by: estimator, of: trial) }
      } : []
    onlineError = online.map { configuration in
      var estimator = RecursiveEstimator(
        trial.model, configuration: configuration, hasGains: hasGains)
      for window in trial.windows(of: onlineWindow) { _ = estimator.consume(window) }
      return Self.mean(Self.muscleErrors(estimator.posterior.mean, trial: trial))
    }
  }

  /// Relative errors of the muscles' numbers, without aligning the scale [%].
  private static func muscleErrors(_ theta: [Double], trial: StudyTrial) -> [Double] {
    let parameters = trial.model.parameters
    return parameters.free.indices.compactMap { index in
      guard case .muscle = parameters.free[index].targets[0] else { return nil }
      let truth = parameters.value(of: index, theta: trial.truth[index])
      return abs(parameters.value(of: index, theta: theta[index]) / truth - 1) * 100
    }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(values.count, 1))
  }
}
