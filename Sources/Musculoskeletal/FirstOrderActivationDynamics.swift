/// From excitation to activation: the first-order law of Thelen's and Millard's muscles in OpenSim.
///
/// da/dt = (e - a) / tau, tau = tau_a (1/2 + 3/2 a) while e > a and tau_d / (1/2 + 3/2 a) else, with
/// e and a held inside [amin, 1]; Thelen 2003, equations 1-2, and OpenSim's
/// `MuscleFirstOrderActivationDynamicModel`. The rate is continuous, its slope turns at e = a.
public struct FirstOrderActivationDynamics: Hashable, Sendable {
  /// Activation time constant tau_a [s].
  public var activationTimeConstant: Double
  /// Deactivation time constant tau_d [s].
  public var deactivationTimeConstant: Double
  /// Smallest activation amin [1].
  public var minimumActivation: Double

  /// The dynamics with these time constants [s] and smallest activation [1].
  public init(
    activationTimeConstant: Double, deactivationTimeConstant: Double,
    minimumActivation: Double = 0.01
  ) {
    self.activationTimeConstant = activationTimeConstant
    self.deactivationTimeConstant = deactivationTimeConstant
    self.minimumActivation = minimumActivation
  }

  /// The rate of activation [1/s] with its derivatives.
  @inline(__always)
  public func rateWithPartials(activation: Double, excitation: Double) -> ActivationRate {
    let a = min(max(activation, minimumActivation), 1)
    let e = min(max(excitation, minimumActivation), 1)
    let aIsFree = activation >= minimumActivation && activation <= 1
    let eIsFree = excitation >= minimumActivation && excitation <= 1
    let z = 0.5 + 1.5 * a
    let difference = e - a
    if difference > 0 {
      let speed = 1 / (activationTimeConstant * z)
      let value = difference * speed
      return ActivationRate(
        value: value, byActivation: aIsFree ? -speed - value * 1.5 / z : 0,
        byExcitation: eIsFree ? speed : 0, byLogActivationTimeConstant: -value,
        byLogDeactivationTimeConstant: 0)
    }
    let speed = z / deactivationTimeConstant
    let value = difference * speed
    return ActivationRate(
      value: value, byActivation: aIsFree ? -speed + value * 1.5 / z : 0,
      byExcitation: eIsFree ? speed : 0, byLogActivationTimeConstant: 0,
      byLogDeactivationTimeConstant: -value)
  }
}
