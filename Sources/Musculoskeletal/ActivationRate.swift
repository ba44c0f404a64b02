internal import RealModule

/// The rate of activation of one muscle with its exact partial derivatives.
public struct ActivationRate: Sendable {
  /// da/dt [1/s].
  public var value: Double
  /// By the activation a [1/s].
  public var byActivation: Double
  /// By the excitation e [1/s].
  public var byExcitation: Double
  /// By ln tau_a [1/s].
  public var byLogActivationTimeConstant: Double
  /// By ln tau_d [1/s].
  public var byLogDeactivationTimeConstant: Double
}

extension ActivationDynamics {
  /// The rate of De Groote and others' law with its derivatives by both time constants too.
  @inline(__always)
  public func rateWithPartials(activation: Double, excitation: Double) -> ActivationRate {
    let rate = rate(activation: activation, excitation: excitation)
    // each time constant divides one of the two summands
    let f = 0.5 * Double.tanh(smoothing * (excitation - activation))
    let z = 0.5 + 1.5 * activation
    let rising = (f + 0.5) / (activationTimeConstant * z) * (excitation - activation)
    return ActivationRate(
      value: rate.value, byActivation: rate.byActivation, byExcitation: rate.byExcitation,
      byLogActivationTimeConstant: -rising, byLogDeactivationTimeConstant: rising - rate.value)
  }
}
