internal import CrossCheck
public import Identification
public import Signals

/// What became of one window: the estimate, and why it may not be used.
public struct EstimatorOutcome: Sendable, Hashable {
  /// The estimate, with the independent integrator's opinion where there is one.
  public var estimate: ParameterEstimate
  /// Why it is not adopted; nil when it may be.
  public var refusal: AdoptionPolicy.Refusal?

  /// An estimate and the policy's verdict on it.
  public init(estimate: ParameterEstimate, refusal: AdoptionPolicy.Refusal?) {
    self.estimate = estimate
    self.refusal = refusal
  }
}

/// Window in, verdict out: the fit, the cross-check and the adoption policy in one stage.
///
/// The same stage serves live runs on a thread of its own, replays inline and everything offline. It
/// reads no clock, so that windows in the same order give the same digits.
public struct EstimatorWorker: Sendable {
  /// The fit and its belief.
  public private(set) var estimator: RecursiveEstimator
  private var residual: WindowResidual
  private var crossCheck: TrajectoryCrossCheck
  private let policy: AdoptionPolicy

  /// A worker around `estimator`.
  public init(_ estimator: RecursiveEstimator, policy: AdoptionPolicy = AdoptionPolicy()) {
    self.estimator = estimator
    self.policy = policy
    residual = WindowResidual(estimator.model)
    crossCheck = TrajectoryCrossCheck(estimator.model)
  }

  /// Fits `window`, asks the independent integrator and the policy.
  public mutating func consume(_ window: Window) -> EstimatorOutcome {
    var estimate = estimator.consume(window)
    estimate.crossCheck = secondOpinion(on: window)
    return EstimatorOutcome(estimate: estimate, refusal: policy.refusal(of: estimate))
  }

  /// The window's trajectory, integrated once more by another method; nil when either fails.
  private mutating func secondOpinion(on window: Window) -> CrossCheckResult? {
    guard let start = estimator.windowStartState else { return nil }
    let theta = estimator.posterior.mean
    guard let predicted = residual.predict(window, theta: theta, from: start) else { return nil }
    return crossCheck.check(window, theta: theta, start: start, predicted: predicted).result
  }
}
