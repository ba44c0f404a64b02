/// The equations a muscle follows, with what only they need.
public enum MuscleModel: Hashable, Sendable {
  /// De Groote and others 2016: smooth curves, the product's own choice.
  case deGrooteFregly2016
  /// Thelen 2003.
  case thelen2003(ThelenShape)
  /// Millard and others 2013, OpenSim's `Millard2012EquilibriumMuscle`.
  case millard2012(MillardShape)
}

/// What Thelen's curves can be told; the defaults are OpenSim's `Thelen2003Muscle`.
public struct ThelenShape: Hashable, Sendable {
  /// Shape factor K^active of the active force-length curve [1].
  public var activeForceLengthShape = 0.45
  /// Exponential shape factor K^PE of the passive force-length curve [1].
  public var passiveForceLengthShape = 5.0
  /// Force-velocity shape factor A_f [1].
  public var forceVelocityShape = 0.25
  /// Maximum normalised lengthening force F_len [1].
  public var maxLengtheningForce = 1.4
  /// Fraction of F_len beyond which the force-velocity curve is straight [1].
  public var extrapolationThreshold = 0.95

  /// OpenSim's defaults.
  public init() {}
}

/// What Millard's curves can be told; the defaults are those of OpenSim's curve classes.
public struct MillardShape: Hashable, Sendable {
  /// Smallest normalised fiber length with active force [1].
  public var minActiveFiberLength = 0.4441
  /// Where the steep ascending limb meets the shallow one [1].
  public var transitionFiberLength = 0.73
  /// Largest normalised fiber length with active force [1].
  public var maxActiveFiberLength = 1.8123
  /// Slope of the shallow ascending limb [1].
  public var shallowAscendingSlope = 0.8616
  /// Smallest value of the active force-length curve with an elastic, undamped fiber [1].
  public var minimumActiveForce = 0.1
  /// Force-velocity slope at the largest shortening velocity [1].
  public var concentricSlopeAtVmax = 0.0
  /// Force-velocity slope just before it [1].
  public var concentricSlopeNearVmax = 0.25
  /// Force-velocity slope at zero velocity [1].
  public var isometricSlope = 5.0
  /// Force-velocity slope at the largest lengthening velocity [1].
  public var eccentricSlopeAtVmax = 0.0
  /// Force-velocity slope just before it [1].
  public var eccentricSlopeNearVmax = 0.15
  /// Largest lengthening force multiplier [1].
  public var maxEccentricForce = 1.4
  /// Curviness of the concentric side [1].
  public var concentricCurviness = 0.6
  /// Curviness of the eccentric side [1].
  public var eccentricCurviness = 0.9
  /// Fiber strain at which the passive curve starts [1].
  public var passiveStrainAtZeroForce = 0.0
  /// Fiber strain at which the passive curve reaches one; OpenSim's `strain_at_one_norm_force` [1].
  public var passiveStrainAtOneNormForce = 0.7
  /// Passive stiffness where the curve leaves zero; nil is OpenSim's choice [1].
  public var passiveStiffnessAtLowForce: Double?
  /// Passive stiffness at one norm force; nil is OpenSim's choice [1].
  public var passiveStiffnessAtOneNormForce: Double?
  /// Curviness of the passive curve; nil is OpenSim's choice [1].
  public var passiveCurviness: Double?
  /// Tendon strain at one norm force [1].
  public var tendonStrainAtOneNormForce = 0.049
  /// Tendon stiffness at one norm force; nil is OpenSim's choice [1].
  public var tendonStiffnessAtOneNormForce: Double?
  /// Normalised force at the end of the tendon's toe; nil is OpenSim's choice [1].
  public var tendonNormForceAtToeEnd: Double?
  /// Curviness of the tendon's toe; nil is OpenSim's choice [1].
  public var tendonCurviness: Double?

  /// OpenSim's defaults.
  public init() {}
}

/// A Hill-type muscle-tendon unit, in the words of OpenSim's `Muscle`.
public struct MuscleDescription: Hashable, Sendable {
  /// OpenSim's name.
  public var name: String
  /// The equations it follows.
  public var model = MuscleModel.deGrooteFregly2016
  /// Maximum isometric force F^M_0 of the fibers [N].
  public var maxIsometricForce: Double
  /// Optimal fiber length l^M_0 [m].
  public var optimalFiberLength: Double
  /// Tendon slack length l^T_s [m].
  public var tendonSlackLength: Double
  /// Pennation angle at optimal fiber length [rad].
  public var pennationAngleAtOptimal: Double
  /// Maximum contraction velocity in optimal fiber lengths per second [1/s].
  public var maxContractionVelocity: Double
  /// True when the tendon does not stretch (`ignore_tendon_compliance`).
  public var isTendonRigid = false
  /// Tendon strain at one norm force e^T_0; Millard keeps its own in its shape [1].
  public var tendonStrainAtOneNormForce = 0.049
  /// Passive fiber strain at one norm force e_0; Millard keeps its own in its shape [1].
  public var passiveFiberStrainAtOneNormForce: Double
  /// Fiber damping beta, normalised by force and maximum contraction velocity [1].
  public var fiberDamping: Double
  /// Widening of the active force-length curve, De Groote-Fregly only [1].
  public var activeForceWidthScale = 1.0
  /// True when the fiber has no passive force, De Groote-Fregly only.
  public var ignoresPassiveFiberForce = false
  /// True when activation is excitation (`ignore_activation_dynamics`).
  public var ignoresActivationDynamics = false
  /// Activation time constant [s].
  public var activationTimeConstant: Double
  /// Deactivation time constant [s].
  public var deactivationTimeConstant: Double
  /// Steepness b of De Groote-Fregly's switch between activation and deactivation, OpenSim's
  /// `activation_dynamics_smoothing`; what OpenSim recommends, though its own default is 0.1 [1].
  public var activationDynamicsSmoothing = 10.0
  /// Smallest activation of Thelen's and Millard's activation dynamics [1].
  public var minimumActivation = 0.01
  /// Origin, via points and insertion, in order; empty when `lengthFunction` says it all.
  public var path: [PathPoint]
  /// The wrap objects that the path may lie on, in the file's order.
  public var wraps: [PathWrap] = []
  /// The path as a polynomial of coordinates (`FunctionBasedPath`).
  public var lengthFunction: FunctionBasedPath?

  /// A muscle with De Groote-Fregly defaults where the file says nothing.
  public init(
    name: String, maxIsometricForce: Double, optimalFiberLength: Double,
    tendonSlackLength: Double, pennationAngleAtOptimal: Double,
    maxContractionVelocity: Double = 10, passiveFiberStrainAtOneNormForce: Double = 0.6,
    fiberDamping: Double = 0, activationTimeConstant: Double = 0.015,
    deactivationTimeConstant: Double = 0.06, path: [PathPoint]
  ) {
    self.name = name
    self.maxIsometricForce = maxIsometricForce
    self.optimalFiberLength = optimalFiberLength
    self.tendonSlackLength = tendonSlackLength
    self.pennationAngleAtOptimal = pennationAngleAtOptimal
    self.maxContractionVelocity = maxContractionVelocity
    self.passiveFiberStrainAtOneNormForce = passiveFiberStrainAtOneNormForce
    self.fiberDamping = fiberDamping
    self.activationTimeConstant = activationTimeConstant
    self.deactivationTimeConstant = deactivationTimeConstant
    self.path = path
  }
}
