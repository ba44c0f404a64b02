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
    let difference = excitation - activation
    let tangent = Double.tanh(smoothing * difference)
    let f = 0.5 * tangent
    let fByDifference = 0.5 * smoothing * (1 - tangent * tangent)
    let z = 0.5 + 1.5 * activation
    let rising = 1 / (activationTimeConstant * z)
    let falling = z / deactivationTimeConstant
    // each time constant divides one of the two summands
    let rise = (f + 0.5) * rising
    let fall = (0.5 - f) * falling
    let speed = rise + fall
    let byExcitation = speed + fByDifference * (rising - falling) * difference
    let speedByZ = (fall - rise) / z
    return ActivationRate(
      value: speed * difference, byActivation: -byExcitation + 1.5 * speedByZ * difference,
      byExcitation: byExcitation, byLogActivationTimeConstant: -rise * difference,
      byLogDeactivationTimeConstant: -fall * difference)
  }
}
