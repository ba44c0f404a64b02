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

  /// Evaluates force and partials at path length `length` [m], lengthening speed [m/s] and `activation` [1].
  ///
  /// Lengths and speeds beyond a million are taken as a million, so that every result is finite.
  public init(
    _ muscle: MuscleParameters, length: Double, lengtheningSpeed: Double, activation: Double
  ) {
    self.init(
      FiberNumbers(muscle), length: length, lengtheningSpeed: lengtheningSpeed,
      activation: activation
    ) { Self.otherFiberForce(muscle, length: $0, velocity: $1, activation: activation) }
  }

  /// The same for the muscle at `index` of many, read where it lies: the hot loop.
  @inline(__always)
  init(
    _ muscles: [MuscleParameters], at index: Int, length: Double, lengtheningSpeed: Double,
    activation: Double
  ) {
    self.init(
      FiberNumbers(muscles[index]), length: length, lengtheningSpeed: lengtheningSpeed,
      activation: activation
    ) { Self.otherFiberForce(muscles, at: index, length: $0, velocity: $1, activation: activation) }
  }

  /// Force and partials from plain numbers; `others` is Thelen's or Millard's fiber force.
  @inline(__always)
  private init(
    _ muscle: FiberNumbers, length: Double, lengtheningSpeed: Double, activation: Double,
    others: (_ length: Double, _ velocity: Double) -> FiberForce
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
      default: others(normalizedLength, normalizedVelocity)
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
    // at constant x: dl = s dh / l0, dcos = -cos s dh / l_M, dv = L' dcos / (vmax l0)
    let cosineByHeight = -cosine * sine / fiber.length
    let forceByHeight =
      strength
      * ((fiberForce.byLength * sine / optimal
        + fiberForce.byVelocity * speed * velocityScale * cosineByHeight) * cosine
        + fiberForce.value * cosineByHeight)
    // d ln l0 raises h, shrinks l and v, and moves the edge of slackness
    byLogOptimalFiberLength =
      forceByHeight * height
      - pull
      * (fiberForce.byLength * normalizedLength + fiberForce.byVelocity * normalizedVelocity)
      + forceByAlong * fiber.alongByLogOptimal
    byPennation = forceByHeight * optimal * muscle.pennationCosine
    normalizedFiberLength = normalizedLength
    fiberVelocity = speed * cosine
    if fiber.alongByRaw != 1 {
      slacken(raw: raw, edge: FiberGeometry.edge * optimal, slack: muscle.tendonSlackLength)
    }
  }

  /// Thelen's and Millard's fibers, out of the way of the hot loop.
  @inline(never)
  private static func otherFiberForce(
    _ muscles: [MuscleParameters], at index: Int, length: Double, velocity: Double,
    activation: Double
  ) -> FiberForce {
    otherFiberForce(muscles[index], length: length, velocity: velocity, activation: activation)
  }

  private static func otherFiberForce(
    _ muscle: MuscleParameters, length: Double, velocity: Double, activation: Double
  ) -> FiberForce {
    let held = muscle.held(activation)
    switch muscle.curves[0] {
    case .millard(let curves):
      return FiberForce(
        millard: curves, damping: muscle.fiberDamping, length: length, velocity: velocity,
        held: held)
    case .thelen(let curves):
      return FiberForce(
        thelen: curves, passiveStrain: muscle.passiveFiberStrainAtOneNormForce, length: length,
        velocity: velocity, held: held)
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
