internal import RealModule

/// A muscle with an elastic tendon at one instant: its tendon force and the rate of its state, with all partials.
///
/// De Groote-Fregly's state is the tendon force over F0 [1], as in OpenSim's explicit mode. Thelen's
/// and Millard's state is the fiber length [m]: their tendon curves are zero below slack length, so
/// that force does not tell how long a slack tendon is and cannot be the state. For De Groote-Fregly
/// see `evaluateDeGrooteFregly`; the other two follow OpenSim 4.6, `Thelen2003Muscle` and
/// `Millard2012EquilibriumMuscle`:
///
///   l = max(state, lmin), cos = sqrt(1 - (h / l)^2), n = (L - l cos) / l_Ts, F = F0 f_T(n)
///   a f_AL(l / l0) f_V(v) + beta v = f_T(n) / cos - f_PE(l / l0), state rate = v vmax l0
///
/// with lmin where the pennation angle is acos 0.1 or, for Millard, active force begins; a fiber at
/// lmin that would shorten stands still. A fiber without pennation is never shorter than a hundredth
/// of l0. Every result is finite for finite arguments.
public struct ElasticMuscle: Sendable {
  /// Tendon force F [N].
  public var force = MuscleSensitivity()
  /// Rate of the state: [1/s] for De Groote-Fregly, [m/s] for the others.
  public var rate = MuscleSensitivity()
  /// Fiber length over optimal fiber length [1].
  public var normalizedFiberLength = 0.0
  /// Fiber velocity [m/s].
  public var fiberVelocity = 0.0

  /// A muscle that does nothing.
  public init() {}

  /// Evaluates force, rate and partials of a muscle in `state` at path length `length` [m], lengthening speed [m/s] and `activation` [1].
  @inline(__always)
  public init(
    _ muscle: borrowing MuscleParameters, state: Double, length: Double,
    lengtheningSpeed: Double, activation: Double
  ) {
    switch muscle.equations {
    case .deGrooteFregly2016:
      evaluateDeGrooteFregly(
        muscle, state: state, length: length, lengtheningSpeed: lengtheningSpeed,
        activation: activation)
    default:
      evaluateFiberLengthState(muscle, state: state, length: length, activation: activation)
    }
  }

  /// Smallest active force a f_AL by which a fiber's force is divided [1].
  static let smallestActiveForce = 1e-9

  /// What the fiber's force-velocity relation makes of the force that it must carry.
  private struct Velocity {
    /// Normalised fiber velocity v [1].
    var value: Double
    /// dv/dg by the normalised force that is left for the contractile element [1].
    var byForce: Double
    /// dv/da [1].
    var byActivation: Double
    /// dv/df_AL [1].
    var byActive: Double
    /// dv/d beta [1].
    var byDamping: Double
  }

  /// Thelen's and Millard's muscle, whose state is the fiber length.
  private mutating func evaluateFiberLengthState(
    _ muscle: borrowing MuscleParameters, state: Double, length: Double, activation: Double
  ) {
    let optimal = muscle.optimalFiberLength
    let slack = muscle.tendonSlackLength
    let height = optimal * muscle.pennationSine
    let heightByPennation = optimal * muscle.pennationCosine
    let minimum = FiberLimit(muscle)
    let isShort = state <= minimum.length
    let fiber = isShort ? minimum.length : min(state, 1e6)

    // geometry; c = cos, s = sin of the pennation angle
    let s = height / fiber
    let c = (1 - s * s).squareRoot()
    let n = (FiberGeometry.held(length) - fiber * c) / slack
    let l = fiber / optimal

    // the curves
    let held = muscle.held(activation)
    let active: MuscleCurves.Point
    let passive: MillardCurves.StrainPoint
    let tendon: MillardCurves.StrainPoint
    let (thelen, millard) = (muscle.thelen, muscle.millard)
    if let curves = millard {
      active = curves.activeForceLength(l)
      passive = curves.passiveForceLength(l)
      tendon = curves.tendonForceLength(n)
    } else if let curves = thelen {
      active = curves.activeForceLength(l)
      passive = curves.passiveForceLength(
        l, strainAtOneNormForce: muscle.passiveFiberStrainAtOneNormForce)
      tendon = curves.tendonForceLength(
        n, strainAtOneNormForce: muscle.tendonStrainAtOneNormForce)
    } else {
      preconditionFailure("a muscle whose state is its fiber length has curves")
    }

    // force and how it depends on fiber length and height: d(l c) = dl / c - s / c dh
    let strength = muscle.maxIsometricForce
    let nByFiber = -1 / (c * slack)
    let nByHeight = s / (c * slack)
    // the fiber moves with the state, or with what sets its smallest length
    let fiberByState = isShort ? 0 : state > 1e6 ? 0 : 1.0
    let fiberByLogOptimal = isShort ? minimum.length : 0
    let fiberByPennation = isShort ? minimum.byPennation : 0
    force.value = strength * tendon.value
    force.byState = strength * tendon.slope * nByFiber * fiberByState
    force.byLength = strength * tendon.slope / slack
    force.byLogMaxIsometricForce = force.value
    force.byLogOptimalFiberLength =
      strength * tendon.slope * (nByFiber * fiberByLogOptimal + nByHeight * height)
    force.byLogTendonSlackLength = -strength * tendon.slope * n
    force.byPennation =
      strength * tendon.slope * (nByFiber * fiberByPennation + nByHeight * heightByPennation)
    force.byLogTendonStrain = strength * tendon.byLogStrain
    normalizedFiberLength = l

    // velocity from the force left for the contractile element
    let g = tendon.value / c - passive.value
    let v: Velocity
    if let curves = millard {
      v = Self.millardVelocity(
        curves, force: g, active: active.value, activation: held.value,
        damping: muscle.fiberDamping)
    } else if let curves = thelen {
      v = Self.thelenVelocity(
        curves, force: g, active: active.value, activation: held.value)
    } else {
      preconditionFailure("a muscle whose state is its fiber length has curves")
    }
    // at its smallest length a fiber does not shorten
    if isShort && v.value <= 0 { return }
    let scale = muscle.maxContractionVelocity * optimal
    rate.value = v.value * scale
    fiberVelocity = rate.value

    // dg = f_T' dn / c - f_T / c^2 dc - f_PE' dl, with dc = s^2 / (l c) dl_M - s / (l c) dh
    let cByFiber = s * s / (fiber * c)
    let cByHeight = -s / (fiber * c)
    let gByCosine = -tendon.value / (c * c)
    let drive = scale * v.byForce
    let rateByFiber = drive * (tendon.slope / c * nByFiber + gByCosine * cByFiber)
    let rateByHeight = drive * (tendon.slope / c * nByHeight + gByCosine * cByHeight)
    let rateByTendon = drive * tendon.slope / c
    let rateByNormalized = scale * v.byActive * active.slope - drive * passive.slope
    rate.byState = (rateByFiber + rateByNormalized / optimal) * fiberByState
    rate.byLength = rateByTendon / slack
    rate.byActivation = scale * held.slope * v.byActivation
    rate.byLogOptimalFiberLength =
      rate.value + rateByFiber * fiberByLogOptimal + rateByHeight * height
      + rateByNormalized * (fiberByLogOptimal / optimal - l)
    rate.byLogTendonSlackLength = -rateByTendon * n
    rate.byLogMaxContractionVelocity = rate.value
    rate.byPennation =
      rateByFiber * fiberByPennation + rateByHeight * heightByPennation
      + rateByNormalized * fiberByPennation / optimal
    rate.byLogTendonStrain = scale * v.byForce * tendon.byLogStrain / c
    rate.byLogPassiveStrain = -scale * v.byForce * passive.byLogStrain
    rate.byFiberDamping = scale * v.byDamping
  }

  /// v with a f_AL f_V(v, a) = g, equations 6 and 7 of Thelen 2003.
  private static func thelenVelocity(
    _ curves: borrowing ThelenCurves, force: Double, active: Double, activation: Double
  ) -> Velocity {
    let divisor = max(activation * active, smallestActiveForce)
    let isHeld = activation * active < smallestActiveForce
    let multiplier = force / divisor
    let inverse = curves.forceVelocityInverse(multiplier, activation: activation)
    let byDivisor = isHeld ? 0 : -inverse.slope * multiplier / divisor
    return Velocity(
      value: inverse.value, byForce: inverse.slope / divisor,
      byActivation: inverse.byActivation + byDivisor * active, byActive: byDivisor * activation,
      byDamping: 0)
  }

  /// v with a f_AL f_V(v) + beta v = g, equation 8 of Millard and others 2013, or equation 6 without damping.
  private static func millardVelocity(
    _ curves: borrowing MillardCurves, force: Double, active: Double, activation: Double,
    damping: Double
  ) -> Velocity {
    if curves.isUndamped {
      let divisor = max(activation * active, smallestActiveForce)
      let isHeld = activation * active < smallestActiveForce
      let multiplier = force / divisor
      let inverse = curves.forceVelocityInverse(multiplier)
      let byDivisor = isHeld ? 0 : -inverse.slope * multiplier / divisor
      return Velocity(
        value: inverse.value, byForce: inverse.slope / divisor, byActivation: byDivisor * active,
        byActive: byDivisor * activation, byDamping: 0)
    }
    // Newton's method in a bracket: f_V lies between zero and its plateau, and the sum grows with v;
    // a damping that was freed down to nothing keeps a trace
    let beta = max(damping, 1e-6)
    let strength = activation * active
    var low = (force - strength * curves.maxEccentricForce) / beta
    var high = force / beta
    let guess =
      strength > 1e-4 ? curves.forceVelocityInverse(force / strength).value : force / beta
    var v = min(max(min(max(guess, -1), 1), low), high)
    var curve = curves.forceVelocity(v)
    for _ in 0..<100 {
      let error = strength * curve.value + beta * v - force
      if error == 0 { break }
      if error > 0 { high = min(high, v) } else { low = max(low, v) }
      let step = error / (strength * curve.slope + beta)
      let next = v - step
      let last = v
      v = next >= low && next <= high ? next : 0.5 * (low + high)
      curve = curves.forceVelocity(v)
      if abs(v - last) <= 1e-15 * max(abs(v), 1e-3) { break }
    }
    let byForce = 1 / (strength * curve.slope + beta)
    return Velocity(
      value: v, byForce: byForce, byActivation: -active * curve.value * byForce,
      byActive: -activation * curve.value * byForce, byDamping: damping < 1e-6 ? 0 : -v * byForce)
  }
}

/// The smallest fiber length of Thelen's and Millard's muscles; OpenSim's `getMinimumFiberLength`.
struct FiberLimit {
  /// The length; it scales with the optimal fiber length [m].
  let length: Double
  /// Its derivative by the pennation angle at optimal fiber length [m/rad].
  let byPennation: Double

  /// Sine of the largest pennation angle, acos 0.1 [1].
  static let largestSine = (1 - 0.1 * 0.1).squareRoot()

  /// The limit of this muscle.
  @inline(__always)
  init(_ muscle: borrowing MuscleParameters) {
    let pennated = muscle.pennationSine / Self.largestSine
    let active = muscle.smallestActiveFiberLength
    let optimal = muscle.optimalFiberLength
    let isPennated = pennated > max(active, 0.01)
    length = optimal * (isPennated ? pennated : max(active, 0.01))
    byPennation = isPennated ? optimal * muscle.pennationCosine / Self.largestSine : 0
  }
}
