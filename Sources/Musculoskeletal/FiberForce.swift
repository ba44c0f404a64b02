internal import RealModule

/// The force of a muscle's fiber over its maximum isometric force, with its partial derivatives.
///
/// y = a f_AL(l) f_V(v) + f_PE(l) + beta v of normalised length l, normalised velocity v and
/// activation a. Thelen's fiber has no damping and a force-velocity curve that depends on a. Thelen's
/// and Millard's fibers do not push: below zero y is zero, joined by the cubic y^2 (2 d - y) / d^2
/// over d = 1e-5, so that it stays smooth (OpenSim's Millard with a rigid tendon has a corner there).
struct FiberForce {
  /// Normalised fiber force y [1].
  var value: Double
  /// dy/dl [1].
  var byLength: Double
  /// dy/dv [1].
  var byVelocity: Double
  /// dy/da [1].
  var byActivation: Double
  /// dy/d ln e0 by the passive strain [1].
  var byLogPassiveStrain: Double
  /// dy/d beta [1].
  var byDamping: Double

  /// De Groote and others 2016.
  @inline(__always)
  init(deGrooteFregly muscle: FiberNumbers, length: Double, velocity: Double, activation: Double) {
    let narrowing = muscle.activeForceNarrowing
    let active = MuscleCurves.activeForceLength((length - 1) * narrowing + 1)
    let speed = MuscleCurves.forceVelocity(velocity)
    let passive = muscle.passive.point(length)
    let weight = muscle.passiveWeight
    let damping = muscle.fiberDamping
    value = activation * active.value * speed.value + weight * passive.value + damping * velocity
    byLength = activation * active.slope * narrowing * speed.value + weight * passive.slope
    byVelocity = activation * active.value * speed.slope + damping
    byActivation = active.value * speed.value
    byLogPassiveStrain = weight * passive.byLogStrain
    byDamping = velocity
  }

  /// Thelen 2003, whose rigid tendon is this house's: OpenSim has none.
  init(
    thelen curves: ThelenCurves, passiveStrain: Double, length: Double, velocity: Double,
    held: (value: Double, slope: Double)
  ) {
    let active = curves.activeForceLength(length)
    let speed = curves.forceVelocity(velocity, activation: held.value)
    let passive = curves.passiveForceLength(length, strainAtOneNormForce: passiveStrain)
    value = held.value * active.value * speed.value + passive.value
    byLength = held.value * active.slope * speed.value + passive.slope
    byVelocity = held.value * active.value * speed.slope
    byActivation = held.slope * active.value * (speed.value + held.value * speed.byActivation)
    byLogPassiveStrain = passive.byLogStrain
    byDamping = 0
    neverPush()
  }

  /// Millard and others 2013.
  init(
    millard curves: MillardCurves, damping: Double, length: Double, velocity: Double,
    held: (value: Double, slope: Double)
  ) {
    let active = curves.activeForceLength(length)
    let speed = curves.forceVelocity(velocity)
    let passive = curves.passiveForceLength(length)
    value = held.value * active.value * speed.value + passive.value + damping * velocity
    byLength = held.value * active.slope * speed.value + passive.slope
    byVelocity = held.value * active.value * speed.slope + damping
    byActivation = held.slope * active.value * speed.value
    byLogPassiveStrain = passive.byLogStrain
    byDamping = velocity
    neverPush()
  }

  /// Zero below zero, joined smoothly.
  private mutating func neverPush() {
    let width = 1e-5
    guard value < width else { return }
    let inner = max(value, 0)
    let slope = inner * (4 * width - 3 * inner) / (width * width)
    value = inner * inner * (2 * width - inner) / (width * width)
    byLength *= slope
    byVelocity *= slope
    byActivation *= slope
    byLogPassiveStrain *= slope
    byDamping *= slope
  }
}
