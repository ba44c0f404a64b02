internal import RealModule

/// From excitation to activation: the smooth first-order law of De Groote and others (2016).
///
/// f = tanh(b (e - a)) / 2, z = 1/2 + 3/2 a,
/// da/dt = ((f + 1/2) / (tau_a z) + (1/2 - f) z / tau_d) (e - a), eq. 1-2 of the paper,
/// with the steeper switch b = 10 that OpenSim recommends.
public struct ActivationDynamics: Hashable, Sendable {
  /// Activation time constant tau_a [s].
  public var activationTimeConstant: Double
  /// Deactivation time constant tau_d [s].
  public var deactivationTimeConstant: Double
  /// Steepness b of the switch between the two [1].
  public var smoothing: Double

  /// The dynamics with these time constants [s].
  public init(
    activationTimeConstant: Double, deactivationTimeConstant: Double, smoothing: Double = 10
  ) {
    self.activationTimeConstant = activationTimeConstant
    self.deactivationTimeConstant = deactivationTimeConstant
    self.smoothing = smoothing
  }

  /// The rate of activation [1/s] with its derivatives by activation and excitation [1/s].
  @inline(__always)
  public func rate(
    activation: Double, excitation: Double
  ) -> (value: Double, byActivation: Double, byExcitation: Double) {
    let difference = excitation - activation
    let tangent = Double.tanh(smoothing * difference)
    let f = 0.5 * tangent
    let fByDifference = 0.5 * smoothing * (1 - tangent * tangent)
    let z = 0.5 + 1.5 * activation
    let rising = 1 / (activationTimeConstant * z)
    let falling = z / deactivationTimeConstant
    let speed = (f + 0.5) * rising + (0.5 - f) * falling
    let speedByDifference = fByDifference * (rising - falling)
    let speedByZ = -(f + 0.5) * rising / z + (0.5 - f) / deactivationTimeConstant
    let byExcitation = speed + speedByDifference * difference
    return (
      speed * difference, -byExcitation + 1.5 * speedByZ * difference, byExcitation
    )
  }

  /// The activation after `step` [s] of linearly changing excitation, by RK4.
  public func advance(
    activation: Double, from start: Double, to end: Double, step: Double
  ) -> Double {
    let middle = 0.5 * (start + end)
    let first = rate(activation: activation, excitation: start).value
    let second = rate(activation: activation + 0.5 * step * first, excitation: middle).value
    let third = rate(activation: activation + 0.5 * step * second, excitation: middle).value
    let fourth = rate(activation: activation + step * third, excitation: end).value
    return activation + step / 6 * (first + 2 * second + 2 * third + fourth)
  }
}
