internal import Algebra
public import Signals

/// How far the product's integrator strays from an independent one over the same window.
public struct CrossCheckResult: Sendable, Codable, Hashable {
  /// Largest difference of any angle at any measurement time [rad].
  public var maxAngleDifference: Double
  /// The difference that would have failed [rad].
  public var threshold: Double
  /// Largest difference between the exact derivative along a random direction of theta and the numerical
  /// one of the independent trajectory, relative to the derivative; nil when it was not asked [1].
  public var maxJacobianDifference: Double?
  /// The difference of derivatives that would have failed [1].
  public var jacobianThreshold: Double?

  /// A comparison of trajectories with its threshold [rad].
  public init(maxAngleDifference: Double, threshold: Double) {
    self.maxAngleDifference = maxAngleDifference
    self.threshold = threshold
  }

  /// True when the integrators agree, and so do the derivatives where they were asked.
  public var passed: Bool {
    maxAngleDifference <= threshold
      && (maxJacobianDifference ?? 0) <= jacobianThreshold ?? .infinity
  }

  /// The larger difference of each kind.
  public func joined(with other: CrossCheckResult) -> CrossCheckResult {
    var result = self
    // a NaN is the largest of all, and stays
    if !(other.maxAngleDifference <= maxAngleDifference) {
      result.maxAngleDifference = other.maxAngleDifference
    }
    if let difference = other.maxJacobianDifference,
      !(difference <= maxJacobianDifference ?? -1)
    {
      result.maxJacobianDifference = difference
      result.jacobianThreshold = other.jacobianThreshold
    }
    return result
  }

  private enum CodingKeys: String, CodingKey {
    case maxAngleDifference = "max_angle_difference"
    case threshold
    case maxJacobianDifference = "max_jacobian_difference"
    case jacobianThreshold = "jacobian_threshold"
  }
}

/// What the estimator believes after a window: values, error bars and how they were reached.
///
/// A bad estimate is still one of these; whether it is used is the adoption policy's business.
public struct ParameterEstimate: Sendable, Codable, Hashable {
  /// The window it was made with [1].
  public var window: Int
  /// Where the window ends [ns on the session timeline].
  public var end: SampleTime
  /// ln(value / base), or value - base (parameterCount) [1, or the quantity's unit].
  public var theta: [Double]
  /// Values (parameterCount) [the parameter's unit].
  public var values: [Double]
  /// Posterior standard deviations of theta, a maximum isometric force's with the error of its moment
  /// arm (parameterCount) [1, or the quantity's unit].
  public var deviations: [Double]
  /// Posterior covariance on the model's moment arms, lower triangle
  /// (parameterCount (parameterCount + 1) / 2) [theta's units].
  public var covariance: [Double]
  /// The verdict on each parameter (parameterCount).
  public var status: [ParameterStatus]
  /// Whether forces are known in newtons.
  public var scale: ScaleLabel
  /// Each direction the data cannot tell, in words.
  public var unidentified: [String]
  /// Why the fit of this window stopped.
  public var termination: Termination
  /// Evaluations of the window's residuals [1].
  public var evaluations: Int
  /// Mean squared whitened residual; one when model and noise fit the data [1].
  public var meanSquaredResidual: Double
  /// Root mean square of the one-step prediction error of each coordinate (coordinateCount) [rad].
  public var innovation: [Double]
  /// The independent integrator's opinion, when it was asked.
  public var crossCheck: CrossCheckResult?

  private enum CodingKeys: String, CodingKey {
    case window, end, theta, values, deviations, covariance, status, scale, unidentified
    case termination, evaluations, innovation
    case meanSquaredResidual = "mean_squared_residual"
    case crossCheck = "cross_check"
  }
}

extension ParameterEstimate {
  /// The estimate that `posterior` amounts to.
  public init(
    _ posterior: ArrivalCost, parameters: ParameterSet, window: Int, end: SampleTime,
    hasAnchor: Bool, hasGains: Bool, termination: Termination, evaluations: Int,
    meanSquaredResidual: Double, innovation: [Double]
  ) {
    let verdict = Identifiability(posterior: posterior, parameters: parameters)
    let count = parameters.count
    var lower: [Double] = []
    if let covariance = Cholesky(posterior.information)?.inverse() {
      for row in 0..<count {
        for column in 0...row { lower.append(covariance[row, column]) }
      }
    }
    self.init(
      window: window, end: end, theta: posterior.mean,
      values: (0..<count).map { parameters.value(of: $0, theta: posterior.mean[$0]) },
      deviations: verdict?.deviation ?? Array(repeating: .infinity, count: count),
      covariance: lower,
      status: verdict?.status ?? Array(repeating: .unidentifiable, count: count),
      scale: verdict?.scaleLabel(hasAnchor: hasAnchor, hasGains: hasGains) ?? .ratiosOnly,
      unidentified: verdict?.unidentified ?? [], termination: termination,
      evaluations: evaluations, meanSquaredResidual: meanSquaredResidual, innovation: innovation)
  }
}

extension CrossCheckResult: Resumable {
  /// Differences and thresholds.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&maxAngleDifference)
    archive.carry(&threshold)
    archive.carry(&maxJacobianDifference, blank: 0)
    archive.carry(&jacobianThreshold, blank: 0)
  }
}

extension ParameterStatus: Resumable {}
extension ScaleLabel: Resumable {}
extension Termination: Resumable {}

extension ParameterEstimate: Resumable {
  /// An estimate of nothing.
  public static let empty = ParameterEstimate(
    window: 0, end: SampleTime(nanoseconds: 0), theta: [], values: [], deviations: [],
    covariance: [], status: [], scale: .ratiosOnly, unidentified: [], termination: .noProgress,
    evaluations: 0, meanSquaredResidual: 0, innovation: [])

  /// Every number and word.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&window)
    archive.carry(&end)
    archive.carry(growing: &theta, blank: 0)
    archive.carry(growing: &values, blank: 0)
    archive.carry(growing: &deviations, blank: 0)
    archive.carry(growing: &covariance, blank: 0)
    archive.carry(growing: &status, blank: .unidentifiable)
    archive.carry(&scale)
    archive.carry(growing: &unidentified, blank: "")
    archive.carry(&termination)
    archive.carry(&evaluations)
    archive.carry(&meanSquaredResidual)
    archive.carry(growing: &innovation, blank: 0)
    archive.carry(&crossCheck, blank: CrossCheckResult(maxAngleDifference: 0, threshold: 0))
  }
}
