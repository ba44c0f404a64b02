internal import RealModule

/// The tendon force of a rigid-tendon muscle with its exact partial derivatives.
///
/// F = F0 y(l, v, a) cos(phi) with the normalised fiber force y of the muscle's model, the fiber's
/// height h = l0 sin(phi0) constant, x = L - l_Ts = l_M cos(phi), l = l_M / l0 and
/// v = L' cos(phi) / (vmax l0); De Groote et al. 2016, rigid tendon. A path shorter than the tendon
/// would turn the force's sign, so below the edge of a twentieth of the optimal fiber length x
/// continues as a positive exponential with the same slope, and the force is multiplied by
/// exp(s) (1 - s + s^2 / 2) with s = x / edge - 1, which takes it smoothly to zero.
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
  /// dF/d phi0 by the pennation angle at optimal fiber length [N/rad].
  public var byPennation = 0.0
  /// dF/d ln e0 by the passive fiber strain at one norm force [N].
  public var byLogPassiveStrain = 0.0
  /// dF/d beta by the fiber damping [N].
  public var byFiberDamping = 0.0
  /// Fiber length over optimal fiber length [1].
  public var normalizedFiberLength = 0.0
  /// Fiber velocity [m/s].
  public var fiberVelocity = 0.0

  /// The force of a slack muscle.
  public init() {}

  /// Evaluates force and partials at path length `length` [m], lengthening speed `speed` [m/s] and `activation` [1].
  ///
  /// Lengths and speeds beyond a million are taken as a million, so that every result is finite.
  @inline(__always)
  public init(
    _ muscle: MuscleParameters, length: Double, lengtheningSpeed: Double,
    activation: Double
  ) {
    let optimal = muscle.optimalFiberLength
    let height = optimal * muscle.pennationSine
    let speed = FiberGeometry.held(lengtheningSpeed)
    let raw = FiberGeometry.held(length) - muscle.tendonSlackLength
    let fiber = FiberGeometry(along: raw, height: height, optimalFiberLength: optimal)

    // fiber length, pennation and velocity
    let (cosine, sine) = (fiber.cosine, fiber.sine)
    let cosineByAlong = sine * sine / fiber.length
    let normalizedLength = fiber.length / optimal
    let velocityScale = 1 / (muscle.maxContractionVelocity * optimal)
    let normalizedVelocity = speed * cosine * velocityScale

    // the curves
    let fiberForce =
      switch muscle.equations {
      case .deGrooteFregly2016:
        FiberForce(
          deGrooteFregly: muscle, length: normalizedLength, velocity: normalizedVelocity,
          activation: FiberGeometry.held(activation))
      default:
        Self.otherFiberForce(
          muscle.curves, damping: muscle.fiberDamping,
          passiveStrain: muscle.passiveFiberStrainAtOneNormForce,
          minimumActivation: muscle.minimumActivation, length: normalizedLength,
          velocity: normalizedVelocity, activation: activation)
      }

    // the force and what it depends on
    let strength = muscle.maxIsometricForce
    let forceByAlong =
      strength
      * ((fiberForce.byLength * cosine / optimal
        + fiberForce.byVelocity * speed * velocityScale * cosineByAlong) * cosine
        + fiberForce.value * cosineByAlong)
    let pull = strength * cosine
    force = pull * fiberForce.value
    byLength = forceByAlong * fiber.alongByRaw
    byLengtheningSpeed = pull * fiberForce.byVelocity * velocityScale * cosine
    byActivation = pull * fiberForce.byActivation
    byLogMaxIsometricForce = force
    byLogTendonSlackLength = -muscle.tendonSlackLength * byLength
    byLogMaxContractionVelocity = -pull * fiberForce.byVelocity * normalizedVelocity
    byLogPassiveStrain = pull * fiberForce.byLogPassiveStrain
    byFiberDamping = pull * fiberForce.byDamping
    // at constant x, d ln h: dl = s h / l0, dcos = -cos s^2, dv = L' dcos / (vmax l0)
    let cosineByLogHeight = -cosine * sine * sine
    let forceByLogHeight =
      strength
      * ((fiberForce.byLength * sine * height / optimal
        + fiberForce.byVelocity * speed * cosineByLogHeight * velocityScale) * cosine
        + fiberForce.value * cosineByLogHeight)
    // d ln l0 raises h, shrinks l and v, and moves the edge of slackness
    byLogOptimalFiberLength =
      forceByLogHeight
      - pull
      * (fiberForce.byLength * normalizedLength + fiberForce.byVelocity * normalizedVelocity)
      + forceByAlong * fiber.alongByLogOptimal
    // d phi0 raises h by l0 cos(phi0); h dcos/dh = -cos s^2 divides by h, zero without pennation
    let heightByPennation = optimal * muscle.pennationCosine
    let cosineByPennation = -cosine * sine / fiber.length * heightByPennation
    byPennation =
      strength
      * ((fiberForce.byLength * sine * heightByPennation / optimal
        + fiberForce.byVelocity * speed * cosineByPennation * velocityScale) * cosine
        + fiberForce.value * cosineByPennation)
    normalizedFiberLength = normalizedLength
    fiberVelocity = speed * cosine
    if fiber.alongByRaw != 1 {
      slacken(raw: raw, edge: FiberGeometry.edge * optimal, slack: muscle.tendonSlackLength)
    }
  }

  /// Thelen's and Millard's fibers, out of the way of the hot loop; taking the muscle whole would copy it there.
  @inline(never)
  private static func otherFiberForce(
    _ curves: [MuscleParameters.PrecomputedCurves], damping: Double, passiveStrain: Double,
    minimumActivation: Double, length: Double, velocity: Double, activation: Double
  ) -> FiberForce {
    let held = MuscleParameters.held(activation, minimum: minimumActivation)
    switch curves[0] {
    case .millard(let curves):
      return FiberForce(
        millard: curves, damping: damping, length: length, velocity: velocity, held: held)
    case .thelen(let curves):
      return FiberForce(
        thelen: curves, passiveStrain: passiveStrain, length: length, velocity: velocity,
        held: held)
    }
  }

  /// Takes the force of a path shorter than the tendon to zero, with all its derivatives.
  @inline(never)
  private mutating func slacken(raw: Double, edge: Double, slack: Double) {
    let s = raw / edge - 1
    let fall = Double.exp(s)
    let weight = fall * (1 - s + 0.5 * s * s)
    let change = fall * 0.5 * s * s * force
    byLength = weight * byLength + change / edge
    byLogTendonSlackLength = -slack * byLength
    byLogOptimalFiberLength = weight * byLogOptimalFiberLength - change * raw / edge
    force *= weight
    byLengtheningSpeed *= weight
    byActivation *= weight
    byLogMaxIsometricForce *= weight
    byLogMaxContractionVelocity *= weight
    byPennation *= weight
    byLogPassiveStrain *= weight
    byFiberDamping *= weight
  }
}
