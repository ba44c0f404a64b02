/// The plain numbers of a muscle that its fiber's force needs, taken out of `MuscleParameters`.
///
/// They hold no reference: the hot loop loads them from their place in the array of muscles, where
/// the muscle itself, with its curves, would be copied and counted.
struct FiberNumbers {
  /// The equations it follows.
  let equations: MuscleParameters.Equations
  /// Maximum isometric force F0 [N].
  let maxIsometricForce: Double
  /// Optimal fiber length l0 [m].
  let optimalFiberLength: Double
  /// Tendon slack length l_Ts [m].
  let tendonSlackLength: Double
  /// Maximum contraction velocity vmax in optimal fiber lengths per second [1/s].
  let maxContractionVelocity: Double
  /// Fiber damping beta [1].
  let fiberDamping: Double
  /// Sine of the pennation angle at optimal fiber length [1].
  let pennationSine: Double
  /// Its cosine [1].
  let pennationCosine: Double
  /// De Groote-Fregly's passive curve.
  let passive: ExponentialPassiveCurve
  /// One over the widening of De Groote-Fregly's active force-length curve [1].
  let activeForceNarrowing: Double
  /// One, or zero where De Groote-Fregly's passive force is ignored [1].
  let passiveWeight: Double

  /// The numbers of `muscle`.
  @inline(__always)
  init(_ muscle: MuscleParameters) {
    equations = muscle.equations
    maxIsometricForce = muscle.maxIsometricForce
    optimalFiberLength = muscle.optimalFiberLength
    tendonSlackLength = muscle.tendonSlackLength
    maxContractionVelocity = muscle.maxContractionVelocity
    fiberDamping = muscle.fiberDamping
    pennationSine = muscle.pennationSine
    pennationCosine = muscle.pennationCosine
    passive = muscle.passive
    activeForceNarrowing = muscle.activeForceNarrowing
    passiveWeight = muscle.passiveWeight
  }
}

extension MuscleParameters {
  /// True for De Groote and others 2016.
  public var isDeGrooteFregly: Bool { equations == .deGrooteFregly2016 }
  /// De Groote-Fregly's passive curve: steepness, offset and scale, zero where it is ignored [1].
  public var passiveCurve: (steepness: Double, offset: Double, scale: Double) {
    (passive.steepness, passive.offset, passive.scale * passiveWeight)
  }
  /// One over the widening of De Groote-Fregly's active force-length curve [1].
  public var activeNarrowing: Double { activeForceNarrowing }
}
