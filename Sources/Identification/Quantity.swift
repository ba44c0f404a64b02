/// A number of the model or of the measurement chain that an identification may free.
public enum Quantity: Hashable, Sendable {
  /// A muscle's property (muscle index).
  case muscle(Int, MuscleProperty)
  /// A body's property (body index).
  case body(Int, BodyProperty)
  /// A number of a body's whole mass distribution, instead of its properties (body index).
  case distribution(Int, DistributionProperty)
  /// A coordinate's property (free-coordinate index).
  case coordinate(Int, CoordinateProperty)
  /// An EMG channel's property (channel index).
  case emg(Int, ChannelProperty)
  /// A property of the payload that is held at times.
  case payload(PayloadProperty)
  /// The turn of the whole model against gravity.
  case tilt

  /// What can be freed of a muscle.
  public enum MuscleProperty: String, Hashable, Sendable, CaseIterable {
    /// Maximum isometric force [N].
    case maxIsometricForce = "max_isometric_force"
    /// Optimal fiber length [m].
    case optimalFiberLength = "optimal_fiber_length"
    /// Tendon slack length [m].
    case tendonSlackLength = "tendon_slack_length"
    /// Maximum contraction velocity [1/s].
    case maxContractionVelocity = "max_contraction_velocity"
    /// Pennation angle at optimal fiber length [rad].
    case pennation = "pennation_angle_at_optimal"
    /// Tendon strain at one norm force, which a rigid tendon does not show [1].
    case tendonStrain = "tendon_strain_at_one_norm_force"
    /// Fiber damping, normalised by force and maximum contraction velocity [1].
    case fiberDamping = "fiber_damping"
    /// Activation time constant [s].
    case activationTimeConstant = "activation_time_constant"
    /// Deactivation time constant [s].
    case deactivationTimeConstant = "deactivation_time_constant"
  }

  /// What can be freed of a body.
  public enum BodyProperty: String, Hashable, Sendable, CaseIterable {
    /// Mass [kg].
    case mass
    /// Factor on the vector to the centre of mass [1].
    case massCenter = "mass_center"
    /// Factor on the inertia about the centre of mass [1].
    case inertia
  }

  /// What can be freed of a coordinate.
  public enum CoordinateProperty: String, Hashable, Sendable, CaseIterable {
    /// Viscous damping [N·m·s/rad].
    case damping
    /// Passive stiffness [N·m/rad].
    case stiffness
    /// Angle of zero spring torque [rad].
    case restAngle = "rest_angle"
    /// Passive torque at the ends of the range [N·m].
    case limitTorque = "limit_torque"
    /// Angle at which the upper end of the range begins, where seat or floor stop a limb [rad].
    case limitAngle = "limit_angle"
    /// What the sensor shows at angle zero [rad].
    case offset
  }

  /// What can be freed of an EMG channel.
  public enum ChannelProperty: String, Hashable, Sendable, CaseIterable {
    /// Factor on the envelope [1].
    case gain
    /// Exponential shape factor A between excitation and envelope [1].
    case shapeFactor = "shape_factor"
    /// Delay on top of the nominal one [s].
    case delay
  }

  /// What can be freed of the payload.
  public enum PayloadProperty: String, Hashable, Sendable, CaseIterable {
    /// Factor on the announced mass [1].
    case mass
    /// Factor on the distance of the grip from the body's origin [1].
    case location
  }

  /// True when multiplying this by the same number as all its kind leaves the motion unchanged: the scale law.
  public var scalesWithForce: Bool {
    switch self {
    case .muscle(_, .maxIsometricForce), .body(_, .mass), .body(_, .inertia),
      .distribution(_, .mass), .coordinate(_, .damping), .coordinate(_, .stiffness),
      .coordinate(_, .limitTorque):
      true
    default: false
    }
  }

  /// True when it is positive and fitted as a logarithm, false when it is fitted as it is.
  public var isLogarithmic: Bool {
    switch self {
    case .coordinate(_, .offset), .coordinate(_, .restAngle), .coordinate(_, .limitAngle),
      .emg(_, .delay), .emg(_, .shapeFactor), .muscle(_, .pennation), .tilt:
      false
    case .distribution(_, let property): property.isLogarithmic
    default: true
    }
  }

  /// The SI unit of the value.
  public var unit: String {
    switch self {
    case .muscle(_, .maxIsometricForce): "N"
    case .muscle(_, .optimalFiberLength), .muscle(_, .tendonSlackLength): "m"
    case .muscle(_, .maxContractionVelocity): "1/s"
    case .muscle(_, .activationTimeConstant), .muscle(_, .deactivationTimeConstant): "s"
    case .muscle(_, .tendonStrain), .muscle(_, .fiberDamping): "1"
    case .body(_, .mass), .distribution(_, .mass): "kg"
    case .distribution: "m"
    case .coordinate(_, .damping): "N*m*s/rad"
    case .coordinate(_, .stiffness): "N*m/rad"
    case .coordinate(_, .limitTorque): "N*m"
    case .coordinate(_, .offset), .coordinate(_, .restAngle), .coordinate(_, .limitAngle),
      .muscle(_, .pennation), .tilt:
      "rad"
    case .emg(_, .delay): "s"
    case .body(_, .massCenter), .body(_, .inertia), .emg, .payload: "1"
    }
  }
}
