/// A number of a limb by which its rates have an exact derivative.
///
/// Positive numbers are taken by their logarithm, as estimators vary them.
public enum RateParameter: Hashable, Sendable {
  /// A muscle's number (muscle index).
  case muscle(Int, Muscle)
  /// One of a body's ten linear mass numbers, `RigidBodyInertia.linearParameters` (body index, 0 to 9).
  case inertia(Int, Int)
  /// A free coordinate's number (free-coordinate index).
  case joint(Int, Joint)
  /// The turn of the whole model against gravity [rad].
  case tilt
  /// The logarithm of the payload's mass.
  case logPayloadMass
  /// The logarithm of the payload's distance from its body's origin.
  case logPayloadLocation

  /// What a muscle has.
  public enum Muscle: String, Hashable, Sendable, CaseIterable {
    /// ln of the maximum isometric force.
    case logMaxIsometricForce
    /// ln of the optimal fiber length.
    case logOptimalFiberLength
    /// ln of the tendon slack length.
    case logTendonSlackLength
    /// ln of the maximum contraction velocity.
    case logMaxContractionVelocity
    /// Pennation angle at optimal fiber length [rad].
    case pennation
    /// ln of the tendon strain at one norm force.
    case logTendonStrain
    /// ln of the passive fiber strain at one norm force.
    case logPassiveStrain
    /// Fiber damping [1].
    case fiberDamping
    /// ln of the activation time constant.
    case logActivationTimeConstant
    /// ln of the deactivation time constant.
    case logDeactivationTimeConstant
  }

  /// What a coordinate has.
  public enum Joint: String, Hashable, Sendable, CaseIterable {
    /// Viscous damping [N·m·s/rad].
    case damping
    /// Passive stiffness [N·m/rad].
    case stiffness
    /// The angle at which the spring's torque is zero [rad].
    case restAngle
    /// Passive torque at either end of the range [N·m].
    case limitTorque
    /// Dry friction of a worn device [N·m].
    case coulombFriction
  }
}

extension MuscleSensitivity {
  /// The partial by one of the muscle's numbers; time constants do not reach it [the quantity's unit].
  @inline(__always)
  func partial(by parameter: RateParameter.Muscle) -> Double {
    switch parameter {
    case .logMaxIsometricForce: byLogMaxIsometricForce
    case .logOptimalFiberLength: byLogOptimalFiberLength
    case .logTendonSlackLength: byLogTendonSlackLength
    case .logMaxContractionVelocity: byLogMaxContractionVelocity
    case .pennation: byPennation
    case .logTendonStrain: byLogTendonStrain
    case .logPassiveStrain: byLogPassiveStrain
    case .fiberDamping: byFiberDamping
    case .logActivationTimeConstant, .logDeactivationTimeConstant: 0
    }
  }
}

extension MuscleForce {
  /// The partial by one of the muscle's numbers; a rigid tendon has no strain [N].
  @inline(__always)
  func partial(by parameter: RateParameter.Muscle) -> Double {
    switch parameter {
    case .logMaxIsometricForce: byLogMaxIsometricForce
    case .logOptimalFiberLength: byLogOptimalFiberLength
    case .logTendonSlackLength: byLogTendonSlackLength
    case .logMaxContractionVelocity: byLogMaxContractionVelocity
    case .pennation: byPennation
    case .logPassiveStrain: byLogPassiveStrain
    case .fiberDamping: byFiberDamping
    case .logTendonStrain, .logActivationTimeConstant, .logDeactivationTimeConstant: 0
    }
  }
}
