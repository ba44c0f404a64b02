/// The numbers of eight De Groote-Fregly muscles on rigid tendons, and what follows from them alone.
struct MuscleBlock {
  /// Maximum isometric force F0, zero in lanes without a muscle [N].
  var strength = all(0)
  /// Optimal fiber length l0 [m].
  var optimal = all(0.1)
  /// Tendon slack length [m].
  var slack = all(0.2)
  /// Fiber damping [1].
  var damping = all(0)
  /// The fiber's height l0 sin(pennation) [m].
  var height = all(0)
  /// Its derivative by the pennation, l0 cos(pennation) [m/rad].
  var heightByPennation = all(0)
  /// 1 / l0 [1/m].
  var inverseOptimal = all(10)
  /// 1 / (vmax l0) [s/m].
  var velocityScale = all(1)
  /// Steepness of the passive curve [1].
  var steepness = all(4)
  /// Its exponential at l = 0.2 [1].
  var passiveOffset = all(0)
  /// Its scale, zero where passive force is ignored [1].
  var passiveScale = all(0)
  /// One over the widening of the active curve [1].
  var narrowing = all(1)
}

/// Forces of eight muscles at one stage and all their partial derivatives.
struct ForceLanes {
  /// Tendon force F [N].
  var force = all(0)
  /// dF/dL [N/m].
  var byLength = all(0)
  /// dF/dL' [N·s/m].
  var bySpeed = all(0)
  /// dF/d activation [N].
  var byActivation = all(0)
  /// dF/d ln l0 [N].
  var byLogOptimal = all(0)
  /// dF/d ln slack length [N].
  var byLogSlack = all(0)
  /// dF/d ln vmax [N].
  var byLogVelocity = all(0)
  /// dF/d pennation [N/rad].
  var byPennation = all(0)
  /// dF/d ln fiber damping [N].
  var byLogDamping = all(0)

  /// The force at path length [m], lengthening speed [m/s] and activation [1].
  ///
  /// The equations are those of `Musculoskeletal.MuscleForce`, which states and cites them; only the
  /// order of rounding differs.
  @inline(__always)
  init(
    _ muscles: UnsafePointer<MuscleBlock>, at index: Int, length: Lanes, speed: Lanes,
    activation: Lanes,
    withPartials: Bool
  ) {
    let muscle = muscles + index
    let raw = length - muscle.pointee.slack
    let edge = 0.05 * muscle.pointee.optimal
    // the fiber along the tendon, an exponential below the edge
    var along = raw
    var alongByRaw = all(1)
    var alongByLogOptimal = all(0)
    let anySlack = anyNegative(raw - edge)
    if anySlack {
      let tail = edge * exponential(larger((raw - edge) / edge, all(-30)))
      along = choose(where: raw, isBelow: edge, tail, raw)
      alongByRaw = choose(where: raw, isBelow: edge, tail / edge, all(1))
      alongByLogOptimal = choose(
        where: raw, isBelow: edge, along - raw * alongByRaw, all(0))
    }
    let fiber = squareRoot(fused(along, along, muscle.pointee.height * muscle.pointee.height))
    let inverseFiber = 1 / fiber
    let cosine = along * inverseFiber
    let sine = muscle.pointee.height * inverseFiber
    let normalized = fiber * muscle.pointee.inverseOptimal
    let scaledSpeed = speed * muscle.pointee.velocityScale
    let velocity = scaledSpeed * cosine

    // active force-length
    let l = fused(normalized - 1, muscle.pointee.narrowing, all(1))
    let width1 = fused(l, all(0.063303448465465), all(0.162384573599574))
    var width2 = fused(l, all(0.200356847296188), all(-0.029947116970696))
    let distance2 = l - 0.716775413397760
    // where its width is none the second gaussian is none
    let (reach, distance) = (38 * magnitude(width2), magnitude(distance2))
    width2 = choose(where: reach, isBelow: distance, all(1), width2)
    // one division for both
    let w12 = 1 / (width1 * width2)
    let w1 = w12 * width2
    let w2 = w12 * width1
    let u1 = (l - 1.055033428970575) * w1
    let u2 = choose(where: reach, isBelow: distance, all(40), distance2 * w2)
    let w3 = 1 / 0.353553390593274
    let u3 = (l - 1) * w3
    let g1 = 0.8150671134243542 * exponential(-0.5 * u1 * u1)
    let g2 = choose(
      where: reach, isBelow: distance, all(0),
      0.433004984392647 * exponential(-0.5 * u2 * u2))
    let g3 = 0.1 * exponential(-0.5 * u3 * u3)
    let active = g1 + g2 + g3

    // passive force-length, the tangent beyond exponent 40
    let exponent = muscle.pointee.steepness * (normalized - 1)
    let inner = smaller(exponent, all(40))
    let rise = exponential(inner) * muscle.pointee.passiveScale
    let passive = fused(
      rise, 1 + exponent - inner, -(muscle.pointee.passiveOffset * muscle.pointee.passiveScale))

    // force-velocity
    let z = fused(velocity, all(-8.149), all(-0.374))
    let root = squareRoot(fused(z, z, all(1)))
    let arsinh = signed(logarithm(magnitude(z) + root), like: z)
    let speedForce = fused(arsinh, all(-0.3211346127989808), all(0.8825327733249912))

    // the force
    let activeForce = active * speedForce
    let value = fused(
      activation, activeForce, fused(velocity, muscle.pointee.damping, passive))
    let pull = muscle.pointee.strength * cosine
    force = pull * value
    var fall = all(1)
    var fallChange = all(0)
    if anySlack {
      // a path shorter than the tendon: exp(s) (1 - s + s^2 / 2)
      let s = raw / edge - 1
      let tail = exponential(s)
      fall = choose(where: raw, isBelow: edge, tail * (1 - s + 0.5 * s * s), all(1))
      fallChange = choose(where: raw, isBelow: edge, tail * 0.5 * s * s * force, all(0))
      force *= fall
    }
    guard withPartials else { return }

    // what it depends on
    let slope1 = g1 * u1 * fused(u1, all(0.063303448465465), all(-1)) * w1
    // zero where the gaussian is
    let slope2 = g2 * u2 * fused(u2, all(0.200356847296188), all(-1)) * w2
    let slope3 = g3 * u3 * (-w3)
    let activeSlope = (slope1 + slope2 + slope3) * muscle.pointee.narrowing
    let speedSlope = (-0.3211346127989808 * -8.149) / root
    let valueByLength = fused(
      activation * activeSlope, speedForce, muscle.pointee.steepness * rise)
    let valueByVelocity = fused(activation * active, speedSlope, muscle.pointee.damping)
    let cosineByAlong = sine * sine * inverseFiber
    let cosineByHeight = -(cosine * sine * inverseFiber)
    // by x along the tendon and by the height h, over F0
    let byCosine = fused(valueByVelocity * scaledSpeed, cosine, value)
    let steep = valueByLength * cosine * muscle.pointee.inverseOptimal
    let forceByAlong = muscle.pointee.strength * fused(steep, cosine, byCosine * cosineByAlong)
    let forceByHeight = muscle.pointee.strength * fused(steep, sine, byCosine * cosineByHeight)
    byLength = forceByAlong * alongByRaw
    bySpeed = pull * valueByVelocity * muscle.pointee.velocityScale * cosine
    byActivation = pull * activeForce
    byLogVelocity = -(pull * valueByVelocity * velocity)
    byLogOptimal =
      fused(forceByHeight, muscle.pointee.height, byLogVelocity) - pull * valueByLength * normalized
    byPennation = forceByHeight * muscle.pointee.heightByPennation
    byLogDamping = pull * velocity * muscle.pointee.damping
    if anySlack {
      byLogOptimal = fused(forceByAlong, alongByLogOptimal, byLogOptimal)
      byLength = fused(fall, byLength, fallChange / edge)
      byLogOptimal = fused(fall, byLogOptimal, -(fallChange * raw / edge))
      bySpeed *= fall
      byActivation *= fall
      byLogVelocity *= fall
      byPennation *= fall
      byLogDamping *= fall
    }
    byLogSlack = -(muscle.pointee.slack * byLength)
  }
}
