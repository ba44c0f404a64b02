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

/// A window's fit before anybody else was asked about it.
public struct FittedWindow: Sendable {
  /// The window.
  public var window: Window
  /// The estimate, without a cross-check yet.
  public var estimate: ParameterEstimate
  /// Angles and rates at the window's start by the fit; nil when the window could not be used
  /// (2 coordinateCount) [rad, rad/s].
  public var start: [Double]?
}

/// The independent integrator's and the adoption policy's word on a fitted window.
public struct SecondOpinion: Sendable {
  private var residual: WindowResidual
  private var crossCheck: TrajectoryCrossCheck
  private var derivativeCheck: DerivativeCrossCheck
  private let policy: AdoptionPolicy

  /// Opinions on fits of `model`.
  public init(_ model: LimbEstimationModel, policy: AdoptionPolicy = AdoptionPolicy()) {
    self.policy = policy
    residual = WindowResidual(model)
    crossCheck = TrajectoryCrossCheck(model)
    derivativeCheck = DerivativeCrossCheck(model)
  }

  /// Integrates the window's trajectory once more by another method, differentiates it, and applies the
  /// policy.
  public mutating func outcome(of fitted: FittedWindow) -> EstimatorOutcome {
    var estimate = fitted.estimate
    if let start = fitted.start {
      estimate.crossCheck = check(fitted.window, theta: estimate.theta, from: start)
    }
    return EstimatorOutcome(estimate: estimate, refusal: policy.refusal(of: estimate))
  }

  /// The independent integrator's opinion on trajectory and derivative; nil when it could not follow.
  ///
  /// `start`: angles and rates at the window's start (2 coordinateCount) [rad, rad/s].
  public mutating func check(
    _ window: Window, theta: [Double], from start: [Double]
  ) -> CrossCheckResult? {
    guard let predicted = residual.predict(window, theta: theta, from: start),
      var result = crossCheck.check(window, theta: theta, start: start, predicted: predicted).result
    else { return nil }
    // a trajectory that differs already needs no derivative
    guard result.passed, let question = derivativeCheck.question(window) else { return result }
    guard
      let change = residual.predictionChange(
        question.window, theta: theta, from: start, along: question.direction),
      let difference = try? derivativeCheck.difference(
        question, theta: theta, start: start, change: change)
    else { return nil }
    result.maxJacobianDifference = difference
    result.jacobianThreshold = derivativeCheck.threshold
    return result
  }
}

/// Window in, verdict out: the fit, the cross-check and the adoption policy in one stage.
///
/// The same stages serve live runs on a thread of their own, replays and everything offline. They read
/// no clock, so that windows in the same order give the same digits.
public struct EstimatorWorker: Sendable {
  /// The fit and its belief.
  public private(set) var estimator: RecursiveEstimator
  private var opinion: SecondOpinion

  /// A worker around `estimator`.
  public init(_ estimator: RecursiveEstimator, policy: AdoptionPolicy = AdoptionPolicy()) {
    self.estimator = estimator
    opinion = SecondOpinion(estimator.model, policy: policy)
  }

  /// Fits `window`, asks the independent integrator and the policy.
  public mutating func consume(_ window: Window) -> EstimatorOutcome {
    opinion.outcome(of: estimator.fit(window))
  }
}

extension RecursiveEstimator {
  /// Fits `window` and keeps what a second opinion on it needs.
  public mutating func fit(_ window: Window) -> FittedWindow {
    let estimate = consume(window)
    return FittedWindow(window: window, estimate: estimate, start: windowStartState)
  }
}
