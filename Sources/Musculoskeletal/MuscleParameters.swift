internal import RealModule

/// The numbers of one muscle that an identification may change, with the curves of its constant model.
///
/// Curves are precomputed here and whenever a strain changes, so that evaluation allocates nothing.
public struct MuscleParameters: Hashable, Sendable {
  /// Which equations the muscle follows; what only they need stands beside it.
  enum Equations: UInt8, Hashable, Sendable {
    /// De Groote and others 2016.
    case deGrooteFregly2016
    /// Thelen 2003.
    case thelen2003
    /// Millard and others 2013.
    case millard2012
  }

  /// Curves that are computed before.
  enum PrecomputedCurves: Hashable, Sendable {
    /// Thelen's.
    case thelen(ThelenCurves)
    /// Millard's.
    case millard(MillardCurves)
  }

  /// The equations it follows.
  let equations: Equations
  /// Maximum isometric force F^M_0 [N].
  public var maxIsometricForce: Double
  /// Optimal fiber length l^M_0 [m].
  public var optimalFiberLength: Double
  /// Tendon slack length l^T_s [m].
  public var tendonSlackLength: Double
  /// Maximum contraction velocity in optimal fiber lengths per second [1/s].
  public var maxContractionVelocity: Double
  /// Fiber damping beta, normalised by force and maximum contraction velocity; Thelen has none [1].
  public var fiberDamping: Double
  /// Pennation angle at optimal fiber length [rad].
  public var pennationAngleAtOptimal: Double {
    didSet {
      pennationSine = .sin(pennationAngleAtOptimal)
      pennationCosine = .cos(pennationAngleAtOptimal)
    }
  }
  /// Sine of the pennation angle at optimal fiber length [1].
  public private(set) var pennationSine: Double
  /// Its cosine [1].
  public private(set) var pennationCosine: Double
  /// Passive fiber strain at one norm force e_0 [1].
  public var passiveFiberStrainAtOneNormForce: Double {
    didSet {
      passive = ExponentialPassiveCurve(strainAtOneNormForce: passiveFiberStrainAtOneNormForce)
      guard var changed = millard else { return }
      changed.setPassiveStrain(passiveFiberStrainAtOneNormForce)
      curves = [.millard(changed)]
    }
  }
  /// De Groote-Fregly's passive curve of that strain.
  private(set) var passive: ExponentialPassiveCurve
  /// Tendon strain at one norm force e^T_0; a rigid tendon has no use for it [1].
  public var tendonStrainAtOneNormForce: Double {
    didSet {
      guard var changed = millard else { return }
      changed.setTendonStrain(tendonStrainAtOneNormForce)
      curves = [.millard(changed)]
    }
  }
  /// Activation time constant [s].
  public var activationTimeConstant: Double
  /// Deactivation time constant [s].
  public var deactivationTimeConstant: Double
  /// Steepness of De Groote-Fregly's switch between activation and deactivation [1].
  let activationDynamicsSmoothing: Double
  /// Smallest activation of Thelen's and Millard's muscles [1].
  let minimumActivation: Double
  /// One over the widening of De Groote-Fregly's active force-length curve [1].
  let activeForceNarrowing: Double
  /// One, or zero where De Groote-Fregly's passive force is ignored [1].
  let passiveWeight: Double
  /// Curves that De Groote-Fregly's muscles have not: none for them, else one, out of line to keep copies small.
  private(set) var curves: [PrecomputedCurves]

  /// OpenSim treats a smaller damping as none [1].
  private static let smallestMillardDamping = 0.001

  /// The file's own values.
  public init(_ muscle: MuscleDescription) {
    maxIsometricForce = muscle.maxIsometricForce
    optimalFiberLength = muscle.optimalFiberLength
    tendonSlackLength = muscle.tendonSlackLength
    maxContractionVelocity = muscle.maxContractionVelocity
    fiberDamping = muscle.fiberDamping
    pennationAngleAtOptimal = muscle.pennationAngleAtOptimal
    pennationSine = .sin(muscle.pennationAngleAtOptimal)
    pennationCosine = .cos(muscle.pennationAngleAtOptimal)
    passiveFiberStrainAtOneNormForce = muscle.passiveFiberStrainAtOneNormForce
    tendonStrainAtOneNormForce = muscle.tendonStrainAtOneNormForce
    activationTimeConstant = muscle.activationTimeConstant
    deactivationTimeConstant = muscle.deactivationTimeConstant
    activationDynamicsSmoothing = muscle.activationDynamicsSmoothing
    minimumActivation = muscle.minimumActivation
    activeForceNarrowing = 1 / muscle.activeForceWidthScale
    passiveWeight = muscle.ignoresPassiveFiberForce ? 0 : 1
    switch muscle.model {
    case .deGrooteFregly2016:
      equations = .deGrooteFregly2016
      curves = []
    case .thelen2003(let shape):
      equations = .thelen2003
      curves = [.thelen(ThelenCurves(shape))]
    case .millard2012(let shape):
      equations = .millard2012
      passiveFiberStrainAtOneNormForce = shape.passiveStrainAtOneNormForce
      tendonStrainAtOneNormForce = shape.tendonStrainAtOneNormForce
      let isUndamped =
        !muscle.isTendonRigid && muscle.fiberDamping < Self.smallestMillardDamping
      if isUndamped { fiberDamping = 0 }
      curves = [.millard(MillardCurves(shape, isUndamped: isUndamped))]
    }
    passive = ExponentialPassiveCurve(strainAtOneNormForce: passiveFiberStrainAtOneNormForce)
  }

  /// Thelen's curves, nil for other models.
  var thelen: ThelenCurves? {
    if !curves.isEmpty, case .thelen(let thelen) = curves[0] { thelen } else { nil }
  }

  /// Millard's curves, nil for other models.
  var millard: MillardCurves? {
    if !curves.isEmpty, case .millard(let millard) = curves[0] { millard } else { nil }
  }

  /// Where Millard's active force begins, zero for other models [1].
  var smallestActiveFiberLength: Double { millard?.minActiveFiberLength ?? 0 }

  /// The activation that Thelen's and Millard's fibers feel.
  @inline(__always)
  func held(_ activation: Double) -> (value: Double, slope: Double) {
    Self.held(activation, minimum: minimumActivation)
  }

  /// An activation inside [minimum, 1], with its derivative.
  @inline(__always)
  static func held(_ activation: Double, minimum: Double) -> (value: Double, slope: Double) {
    activation < minimum ? (minimum, 0) : activation > 1 ? (1, 0) : (activation, 1)
  }
}
