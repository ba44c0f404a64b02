internal import RealModule

/// The strengths and lengths of one muscle that an identification may change.
public struct MuscleParameters: Hashable, Sendable {
  /// Maximum isometric force F^M_0 [N].
  public var maxIsometricForce: Double
  /// Optimal fiber length l^M_0 [m].
  public var optimalFiberLength: Double
  /// Tendon slack length l^T_s [m].
  public var tendonSlackLength: Double
  /// Maximum contraction velocity in optimal fiber lengths per second [1/s].
  public var maxContractionVelocity: Double
  /// Sine of the pennation angle at optimal fiber length [1].
  public let pennationSine: Double
  /// Passive fiber strain at one norm force e_0 [1].
  public let passiveFiberStrainAtOneNormForce: Double
  /// What the passive curve subtracts to be zero at a fifth of the optimal length [1].
  let passiveOffset: Double
  /// Fiber damping beta [1].
  public let fiberDamping: Double

  /// The file's own values.
  public init(_ muscle: MuscleDescription) {
    maxIsometricForce = muscle.maxIsometricForce
    optimalFiberLength = muscle.optimalFiberLength
    tendonSlackLength = muscle.tendonSlackLength
    maxContractionVelocity = muscle.maxContractionVelocity
    pennationSine = .sin(muscle.pennationAngleAtOptimal)
    passiveFiberStrainAtOneNormForce = muscle.passiveFiberStrainAtOneNormForce
    passiveOffset = MuscleCurves.passiveOffset(
      strainAtOneNormForce: muscle.passiveFiberStrainAtOneNormForce)
    fiberDamping = muscle.fiberDamping
  }
}

/// The tendon force of a rigid-tendon muscle with its exact partial derivatives.
///
/// F = F0 (a f_AL(l) f_V(v) + f_PE(l) + beta v) cos(phi), with the fiber's height h = l0 sin(phi0)
/// constant, x = L - l_Ts = l_M cos(phi), l = l_M / l0 and v = L' cos(phi) / (vmax l0); De Groote et
/// al. 2016, rigid tendon. A path shorter than the tendon would turn the force's sign, so below a
/// twentieth of the optimal fiber length x continues as a positive exponential with the same slope.
public struct MuscleForce: Sendable {
  /// Tendon force F [N].
  public var force = 0.0
  /// dF/dL by the path length [N/m].
  public var byLength = 0.0
  /// dF/dL' by the lengthening speed [N·s/m].
  public var byLengtheningSpeed = 0.0
  /// dF/da by the activation [N].
  public var byActivation = 0.0
  /// dF/d ln F0 [N].
  public var byLogMaxIsometricForce = 0.0
  /// dF/d ln l0 [N].
  public var byLogOptimalFiberLength = 0.0
  /// dF/d ln l_Ts [N].
  public var byLogTendonSlackLength = 0.0
  /// dF/d ln vmax [N].
  public var byLogMaxContractionVelocity = 0.0
  /// Fiber length over optimal fiber length [1].
  public var normalizedFiberLength = 0.0

  /// The force of a slack muscle.
  public init() {}

  /// Evaluates force and partials at path length `length` [m], lengthening speed `speed` [m/s] and `activation` [1].
  @inline(__always)
  public init(
    _ muscle: MuscleParameters, length: Double, lengtheningSpeed speed: Double,
    activation: Double
  ) {
    let optimal = muscle.optimalFiberLength
    let height = optimal * muscle.pennationSine

    // fiber length along the tendon, kept positive
    let raw = length - muscle.tendonSlackLength
    let edge = 0.05 * optimal
    let slackness = raw >= edge ? 0 : (raw - edge) / edge
    let along = raw >= edge ? raw : edge * Double.exp(slackness)
    let alongByRaw = raw >= edge ? 1 : along / edge
    // the edge moves with l0 where the exponential rules
    let alongByLogOptimal = raw >= edge ? 0 : along - raw * alongByRaw

    // fiber length, pennation and velocity
    let fiber = Double.sqrt(along * along + height * height)
    let cosine = along / fiber
    let sine = height / fiber
    let cosineByAlong = sine * sine / fiber
    let normalizedLength = fiber / optimal
    let velocityScale = 1 / (muscle.maxContractionVelocity * optimal)
    let normalizedVelocity = speed * cosine * velocityScale

    // the curves
    let active = MuscleCurves.activeForceLength(normalizedLength)
    let velocity = MuscleCurves.forceVelocity(normalizedVelocity)
    let passive = MuscleCurves.passiveForceLength(
      normalizedLength, strainAtOneNormForce: muscle.passiveFiberStrainAtOneNormForce,
      offset: muscle.passiveOffset)
    let normalizedForce =
      activation * active.value * velocity.value + passive.value
      + muscle.fiberDamping * normalizedVelocity
    let byNormalizedLength = activation * active.slope * velocity.value + passive.slope
    let byNormalizedVelocity = activation * active.value * velocity.slope + muscle.fiberDamping

    // the force and what it depends on
    let strength = muscle.maxIsometricForce
    let forceByAlong =
      strength
      * ((byNormalizedLength * cosine / optimal
        + byNormalizedVelocity * speed * velocityScale * cosineByAlong) * cosine
        + normalizedForce * cosineByAlong)
    force = strength * normalizedForce * cosine
    byLength = forceByAlong * alongByRaw
    byLengtheningSpeed = strength * byNormalizedVelocity * cosine * velocityScale * cosine
    byActivation = strength * active.value * velocity.value * cosine
    byLogMaxIsometricForce = force
    byLogTendonSlackLength = -muscle.tendonSlackLength * byLength
    byLogMaxContractionVelocity = -strength * byNormalizedVelocity * normalizedVelocity * cosine
    // at constant x, d ln l0 raises h: dl = s h / l0 - l, dcos = -cos s^2, dv = L' dcos / (vmax l0) - v
    let cosineByLogOptimal = -cosine * sine * sine
    let lengthByLogOptimal = sine * height / optimal - normalizedLength
    let velocityByLogOptimal = speed * cosineByLogOptimal * velocityScale - normalizedVelocity
    byLogOptimalFiberLength =
      strength
      * ((byNormalizedLength * lengthByLogOptimal + byNormalizedVelocity * velocityByLogOptimal)
        * cosine + normalizedForce * cosineByLogOptimal)
      + forceByAlong * alongByLogOptimal
    normalizedFiberLength = normalizedLength
  }
}
