/// Decides whether an estimate may replace the parameters in use.
public struct AdoptionPolicy: Sendable, Hashable {
  /// Largest mean squared whitened residual that still counts as a fit [1].
  public var residualLimit: Double

  /// A policy with this limit [1].
  public init(residualLimit: Double = 25) {
    self.residualLimit = residualLimit
  }

  /// Why an estimate was not adopted.
  public enum Refusal: String, Sendable, Codable, Hashable {
    /// The residuals were not finite.
    case notFinite = "not_finite"
    /// The independent integrator disagrees, or was not asked.
    case crossCheckFailed = "cross_check_failed"
    /// The model does not explain the window.
    case poorFit = "poor_fit"
  }

  /// Nil when `estimate` may be adopted.
  public func refusal(of estimate: ParameterEstimate) -> Refusal? {
    guard estimate.termination != .notFinite, estimate.values.allSatisfy(\.isFinite),
      estimate.deviations.allSatisfy(\.isFinite)
    else { return .notFinite }
    guard estimate.crossCheck?.passed == true else { return .crossCheckFailed }
    guard estimate.meanSquaredResidual <= residualLimit else { return .poorFit }
    return nil
  }
}
