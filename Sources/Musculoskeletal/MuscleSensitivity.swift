/// One quantity of an elastic muscle with its exact partial derivatives.
public struct MuscleSensitivity: Sendable {
  /// The quantity [N] or [1/s] or [m/s].
  public var value = 0.0
  /// By the muscle's state [the quantity's unit per unit of the state].
  public var byState = 0.0
  /// By the path length L [the quantity's unit per m].
  public var byLength = 0.0
  /// By the lengthening speed L' [the quantity's unit per m/s].
  public var byLengtheningSpeed = 0.0
  /// By the activation a [the quantity's unit].
  public var byActivation = 0.0
  /// By ln F0 [the quantity's unit].
  public var byLogMaxIsometricForce = 0.0
  /// By ln l0 [the quantity's unit].
  public var byLogOptimalFiberLength = 0.0
  /// By ln l_Ts [the quantity's unit].
  public var byLogTendonSlackLength = 0.0
  /// By ln vmax [the quantity's unit].
  public var byLogMaxContractionVelocity = 0.0
  /// By the pennation angle phi0 at optimal fiber length [the quantity's unit per rad].
  public var byPennation = 0.0
  /// By ln e^T_0, the tendon strain at one norm force [the quantity's unit].
  public var byLogTendonStrain = 0.0
  /// By ln e_0, the passive fiber strain at one norm force [the quantity's unit].
  public var byLogPassiveStrain = 0.0
  /// By the fiber damping beta [the quantity's unit].
  public var byFiberDamping = 0.0

  /// Nothing that depends on nothing.
  public init() {}
}
