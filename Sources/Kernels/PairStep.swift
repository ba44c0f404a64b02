/// One RK4 step of one hinge or two in closed form; a single hinge is the first of two, the second being free
/// and at rest.
struct PairStep {
  /// What the reverse recursion needs of a stage.
  struct Stage {
    /// Acceleration of the first by angles and rates.
    var first = SIMD4(0.0, 0, 0, 0)
    /// Of the second.
    var second = SIMD4(0.0, 0, 0, 0)
    /// The inverse mass matrix, row by row.
    var inverse = SIMD4(0.0, 0, 0, 0)
  }

  /// False for a single hinge.
  let isPair: Bool
  /// The first joint's own torque.
  let first: JointTorque
  /// The second's.
  let second: JointTorque
  /// The step [s].
  let step: Double
  /// What a worn device gives; constant in the step, so no derivative knows of it [N·m].
  let external: (first: Double, second: Double)
  /// Where disturbing torques stand in the state; nil when there are none (index).
  let torquePlace: Int?

  /// Advances `z`; false when it leaves the numbers.
  @inline(never)
  func advance(_ z: inout MutableSpan<Double>, _ workspace: Workspace) -> Bool {
    advance(&z, workspace, differentiating: false)
  }

  /// The same with transition, gains and movers of the step.
  @inline(never)
  func differentiate(_ z: inout MutableSpan<Double>, _ workspace: Workspace) -> Bool {
    let isRegular = advance(&z, workspace, differentiating: true)
    fillTransition(workspace)
    return isRegular
  }

  @inline(__always)
  private func advance(
    _ z: inout MutableSpan<Double>, _ workspace: Workspace, differentiating: Bool
  ) -> Bool {
    let start = SIMD2(z[0], isPair ? z[1] : 0)
    let startRate = SIMD2(z[isPair ? 2 : 1], isPair ? z[3] : 0)
    var disturbing = SIMD2(external.first, external.second)
    if let torquePlace {
      disturbing += SIMD2(z[torquePlace], isPair ? z[torquePlace + 1] : 0)
    }
    var isRegular = true
    var q = start
    var u = startRate
    var rates = SIMD2(0.0, 0)
    var accelerations = SIMD2(0.0, 0)
    var v = SIMD2(0.0, 0)
    for stage in 0..<4 {
      if stage > 0 {
        let fraction = stage == 3 ? step : 0.5 * step
        q = start + fraction * u
        u = startRate + fraction * v
      }
      let (sine, cosine) = sinesAndCosines(q)
      let motion = PairMotion(angle: q, rate: u, sine: sine, cosine: cosine)
      if differentiating {
        v = differentiate(
          stage, motion, workspace, disturbing: disturbing, isRegular: &isRegular)
      } else {
        v = evaluate(stage, motion, workspace, disturbing: disturbing, isRegular: &isRegular)
      }
      let share = stage == 0 || stage == 3 ? 1.0 : 2.0
      rates += share * u
      accelerations += share * v
    }
    let end = start + step / 6 * rates
    let endRate = startRate + step / 6 * accelerations
    z[0] = end.x
    z[isPair ? 2 : 1] = endRate.x
    if isPair {
      z[1] = end.y
      z[3] = endRate.y
    }
    // what is beyond a thousand turns or a million a second is no motion
    return isRegular && abs(end.x) < 1e4 && abs(end.y) < 1e4 && abs(endRate.x) < 1e6
      && abs(endRate.y) < 1e6
  }

  /// The accelerations at one stage.
  @inline(__always)
  private func evaluate(
    _ stage: Int, _ motion: PairMotion, _ workspace: Workspace, disturbing: SIMD2<Double>,
    isRegular: inout Bool
  ) -> SIMD2<Double> {
    let turned = HingePair.Motion(sine: motion.sine, cosine: motion.cosine)
    let pair = HingePair(workspace.limb, at: turned, differentiating: false)
    let inverse = pair.inverse
    // positive definite, or nothing follows
    if !(pair.a.x > 0 && inverse.x > 0 && inverse.x.isFinite) { isRegular = false }
    let first = first.evaluate(q: motion.angle.x, u: motion.rate.x)
    let second = second.evaluate(q: motion.angle.y, u: motion.rate.y)
    let rest = disturbing + SIMD2(first.value, second.value) - pair.bias(motion.rate)
    let torque =
      workspace.pull(0, workspace.places.blocks, stage: stage, motion: motion) + rest
    return Self.times(inverse, torque)
  }

  /// The same with what the combination needs of it.
  @inline(__always)
  private func differentiate(
    _ stage: Int, _ motion: PairMotion, _ workspace: Workspace,
    disturbing: SIMD2<Double>, isRegular: inout Bool
  ) -> SIMD2<Double> {
    let (q, u) = (motion.angle, motion.rate)
    let turned = HingePair.Motion(sine: motion.sine, cosine: motion.cosine)
    let pair = HingePair(workspace.limb, at: turned, differentiating: true)
    let inverse = pair.inverse
    if !(pair.a.x > 0 && inverse.x > 0 && inverse.x.isFinite) { isRegular = false }
    let first = first.evaluate(q: q.x, u: u.x)
    let second = second.evaluate(q: q.y, u: u.y)
    let rest = disturbing + SIMD2(first.value, second.value) - pair.bias(u)
    let pulled = workspace.differentiate(
      0, workspace.places.blocks, stage: stage, motion: motion)
    let v = Self.times(inverse, pulled.torque + rest)

    // what the required torques lack when angles and rates change
    let curve = (pair.a.z * u.x + pair.b.z * u.y) * u.y
    let k01 = pair.a.y * v.x + pair.b.y * v.y + curve + pair.stiffness.y
    let k11 = pair.b.y * v.x - 0.5 * pair.a.z * u.x * u.x + pair.stiffness.z
    let k =
      pulled.byAngle
      - SIMD4(
        pair.stiffness.x - first.byAngle, k01, pair.stiffness.y, k11 - second.byAngle)
    let c =
      pulled.byRate
      - SIMD4(
        pair.a.y * u.y - first.byRate, pair.a.y * u.x + 2 * pair.b.y * u.y, -pair.a.y * u.x,
        -second.byRate)
    let upper = SIMD4(lowHalf: k.lowHalf, highHalf: c.lowHalf)
    let lower = SIMD4(lowHalf: k.highHalf, highHalf: c.highHalf)
    workspace.stages[stage] = Stage(
      first: fused(lower, inverse.y, upper * inverse.x),
      second: fused(lower, inverse.w, upper * inverse.z), inverse: inverse)
    fillMovers(stage, turned, q, u, v, workspace)
    return v
  }

  /// Torques that inertial unknowns take away and joints' numbers give at a stage.
  @inline(__always)
  private func fillMovers(
    _ stage: Int, _ turned: HingePair.Motion, _ q: SIMD2<Double>, _ u: SIMD2<Double>,
    _ v: SIMD2<Double>, _ workspace: Workspace
  ) {
    let blocks = workspace.places.moverBlocks
    let coordinates = workspace.places.coordinates
    for block in 0..<blocks {
      let required = HingePair.torques(
        workspace.inertias + 18 * block, at: turned, u: u, v: v)
      let to = workspace.movers + stage * coordinates * blocks + block
      to[0] = -required.first
      if isPair { to[blocks] = -required.second }
    }
    let own = workspace.places.jointColumns
    guard own > 0 else { return }
    let to = UnsafeMutableRawPointer(workspace.movers).assumingMemoryBound(to: Double.self)
    for index in 0..<own {
      let joint = workspace.joints[2 * index]
      let number = workspace.joints[2 * index + 1]
      to[
        (stage * coordinates + joint) * 8 * blocks
          + workspace.places.inertiaLanes + index] =
        joint == 0
        ? first.change(by: number, q: q.x, u: u.x) : second.change(by: number, q: q.y, u: u.y)
    }
  }

  /// A symmetric matrix of two rows times a vector.
  @inline(__always)
  private static func times(_ a: SIMD4<Double>, _ b: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(a.x * b.x + a.y * b.y, a.z * b.x + a.w * b.y)
  }

  /// The reverse recursion over the stages, column by column of W, P = W J and A.
  ///
  /// W4 = h/6, W3 = h/3 + h W4 J4, W2 = h/3 + h/2 W3 J3, W1 = h/6 + h/2 W2 J2, A = 1 + sum W_s J_s; the
  /// torque on a joint at stage s moves the end by G_s = W_s[:, rates] M_s^-1.
  @inline(__always)
  private func fillTransition(_ workspace: Workspace) {
    typealias Column = SIMD4<Double>
    let unit = (
      Column(1, 0, 0, 0), Column(0, 1, 0, 0), Column(0, 0, 1, 0), Column(0, 0, 0, 1)
    )
    var p = (Column(), Column(), Column(), Column())
    var a = unit
    let gains = workspace.gains
    for later in 0..<4 {
      let stage = 3 - later
      let own = (stage == 0 || stage == 3 ? 1.0 / 6 : 1.0 / 3) * step
      let chain = stage == 3 ? 0 : stage == 2 ? step : 0.5 * step
      let w0 = fused(unit.0, own, p.0 * chain)
      let w1 = fused(unit.1, own, p.1 * chain)
      let w2 = fused(unit.2, own, p.2 * chain)
      let w3 = fused(unit.3, own, p.3 * chain)
      let (j0, j1) = (workspace.stages[stage].first, workspace.stages[stage].second)
      p.0 = fused(w2, j0.x, w3 * j1.x)
      p.1 = fused(w2, j0.y, w3 * j1.y)
      p.2 = fused(w2, j0.z, fused(w3, j1.z, w0))
      p.3 = fused(w2, j0.w, fused(w3, j1.w, w1))
      a.0 += p.0
      a.1 += p.1
      a.2 += p.2
      a.3 += p.3
      let inverse = workspace.stages[stage].inverse
      let firstGain = fused(w2, inverse.x, w3 * inverse.z)
      let secondGain = fused(w2, inverse.y, w3 * inverse.w)
      if isPair {
        gains[2 * stage] = firstGain
        gains[2 * stage + 1] = secondGain
      } else {
        gains[stage] = Column(firstGain.x, firstGain.z, 0, 0)
      }
    }
    let transition = workspace.transition
    if isPair {
      transition[0] = a.0
      transition[1] = a.1
      transition[2] = a.2
      transition[3] = a.3
    } else {
      transition[0] = Column(a.0.x, a.0.z, 0, 0)
      transition[1] = Column(a.2.x, a.2.z, 0, 0)
    }
  }
}
