public import Algebra
public import Signals

/// What is known of the state where a window begins or ends, given the unknowns.
///
/// The state z holds angles, rates and the noise model's disturbances. Its mean depends on theta; the
/// sensitivity carries that dependence from one window into the next, so that consecutive windows are
/// one long fit rather than many short ones.
public struct StateBelief: Sendable, Hashable {
  /// Mean of z at `theta` (stateCount) [rad, rad/s, disturbance units].
  public var mean: [Double]
  /// Covariance of z given theta (stateCount x stateCount).
  public var covariance: Matrix
  /// d mean/d theta (stateCount x parameterCount).
  public var sensitivity: Matrix
  /// Where mean and sensitivity were taken (parameterCount) [1].
  public var theta: [Double]

  /// A belief with these moments.
  public init(mean: [Double], covariance: Matrix, sensitivity: Matrix, theta: [Double]) {
    self.mean = mean
    self.covariance = covariance
    self.sensitivity = sensitivity
    self.theta = theta
  }
}

extension StateBelief: Resumable {
  /// Mean, covariance and how both follow theta.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(growing: &mean, blank: 0)
    covariance.carry(&archive)
    sensitivity.carry(&archive)
    archive.carry(growing: &theta, blank: 0)
  }
}

extension StateBelief {
  /// A belief about nothing.
  static let empty = StateBelief(
    mean: [], covariance: Matrix(rows: 0, columns: 0), sensitivity: Matrix(rows: 0, columns: 0),
    theta: [])
}
