/// A system of ordinary differential equations y' = f(t, y).
public protocol FirstOrderSystem {
  /// Numbers in y [1].
  var dimension: Int { get }
  /// Writes f(t, y) into `rates` (dimension); false when it is not finite.
  mutating func fillRates(at time: Double, _ y: [Double], into rates: inout [Double]) -> Bool
  /// Writes df/dy into `jacobian` (dimension x dimension); false when it is not finite.
  mutating func fillJacobian(at time: Double, _ y: [Double], into jacobian: inout Matrix) -> Bool
}

/// Why an integration did not reach its end.
public enum IntegrationFailure: Error, Hashable, Sendable {
  /// The rates were not finite from this time on.
  case notFinite(at: Double)
  /// The steps became shorter than the time's own resolution.
  case stepTooSmall(at: Double)
  /// More steps than allowed.
  case tooManySteps(at: Double)
}

/// How an integrator chooses its steps.
public enum StepChoice: Hashable, Sendable {
  /// Every step as long as this, but for the last before a stop [s].
  case fixed(Double)
  /// As long as the estimated error of a step, relative and absolute, allows [1].
  case adaptive(tolerance: Double)
}
