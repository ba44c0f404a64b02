extension StepKernel {
  /// The reverse recursion over the stages and what it makes of their derivatives.
  ///
  /// W4 = h/6, W3 = h/3 + h W4 J4, W2 = h/3 + h/2 W3 J3, W1 = h/6 + h/2 W2 J2, A = 1 + sum W_s J_s; the
  /// torque on a joint at stage s moves the end by G_s = W_s[:, rates] M_s^-1.
  @inline(never)
  mutating func combine(
    _ stages: borrowing InlineArray<4, Stage>, _ z: borrowing MutableSpan<Double>,
    activations: Span<Double>, from row: Int, changes: Span<Double>, from changeRow: Int,
    step: Double, transition: inout MutableSpan<Double>,
    byDisturbance: inout MutableSpan<Double>, byParameter: inout MutableSpan<Double>
  ) {
    var w = Small<4, 4>()
    var p = Small<4, 4>()
    var a = Small<4, 4>()
    for i in 0..<4 { a[i, i] = 1 }
    var gains = InlineArray<4, Small<4, 2>>(repeating: Small())
    for later in 0..<4 {
      let stage = 3 - later
      let own = (stage == 0 || stage == 3 ? 1.0 / 6 : 1.0 / 3) * step
      let chain = stage == 3 ? 0 : stage == 2 ? step : 0.5 * step
      for i in 0..<4 {
        for j in 0..<4 { w[i, j] = (i == j ? own : 0) + chain * p[i, j] }
      }
      let byAngle = stages[stage].byAngle
      let byRate = stages[stage].byRate
      let inverse = stages[stage].inverse
      for i in 0..<4 {
        let (x, y) = (w[i, 2], w[i, 3])
        p[i, 0] = x * byAngle.x + y * byAngle.z
        p[i, 1] = x * byAngle.y + y * byAngle.w
        p[i, 2] = w[i, 0] + x * byRate.x + y * byRate.z
        p[i, 3] = w[i, 1] + x * byRate.y + y * byRate.w
        for j in 0..<4 { a[i, j] += p[i, j] }
        gains[stage][i, 0] = x * inverse.x + y * inverse.z
        gains[stage][i, 1] = x * inverse.y + y * inverse.w
      }
    }
    let side = 2 * count
    for i in 0..<side {
      for j in 0..<side { transition[i * side + j] = a[internalRow(i), internalRow(j)] }
    }
    Self.sumMuscles(gains, muscles.kept, sums: &muscleSums)
    if activationDisturbances > 0 || !columns.activations.isEmpty {
      Self.sumActivations(gains, muscles.kept, effects: &activationEffects)
    }
    Self.sumInertias(gains, inertiaFirst, inertiaSecond, sums: &inertiaSums)
    addUp(
      gains, z, activations: activations, from: row, changes: changes, from: changeRow,
      byDisturbance: &byDisturbance, byParameter: &byParameter)
  }

  /// Where row `i` of the result stands among those of two hinges.
  @inline(__always)
  private func internalRow(_ i: Int) -> Int { count == 2 ? i : 2 * i }

  /// Columns of muscles in lanes: rank one a muscle and stage.
  @inline(__always)
  private static func sumMuscles(
    _ g: borrowing InlineArray<4, Small<4, 2>>, _ stages: [MuscleKernel.KeptMuscles],
    sums wholes: inout [Lanes]
  ) {
    let kept = stages.span
    var sums = wholes.mutableSpan
    let blocks = kept.count / 4
    for block in 0..<blocks {
      for i in 0..<4 {
        var force = all(0)
        var optimal = all(0)
        var slack = all(0)
        var velocity = all(0)
        for stage in 0..<4 {
          let place = stage * blocks + block
          let u = fused(
            all(g[stage][i, 0]), kept[place].firstArm,
            all(g[stage][i, 1]) * kept[place].secondArm)
          force = fused(u, kept[place].force, force)
          optimal = fused(u, kept[place].byLogOptimal, optimal)
          slack = fused(u, kept[place].byLogSlack, slack)
          velocity = fused(u, kept[place].byLogVelocity, velocity)
        }
        let to = i * 4 * blocks + block
        sums[to] = force
        sums[to + blocks] = optimal
        sums[to + 2 * blocks] = slack
        sums[to + 3 * blocks] = velocity
      }
    }
  }

  /// What activations do at each stage, for unknowns and disturbances that move them.
  @inline(__always)
  private static func sumActivations(
    _ g: borrowing InlineArray<4, Small<4, 2>>, _ stages: [MuscleKernel.KeptMuscles],
    effects parts: inout [Lanes]
  ) {
    let blocks = stages.count / 4
    let kept = stages.span
    var effects = parts.mutableSpan
    for stage in 0..<4 {
      for block in 0..<blocks {
        let place = stage * blocks + block
        for i in 0..<4 {
          let u = fused(
            all(g[stage][i, 0]), kept[place].firstArm,
            all(g[stage][i, 1]) * kept[place].secondArm)
          effects[(stage * 4 + i) * blocks + block] = u * kept[place].byActivation
        }
      }
    }
  }

  /// Columns of inertial unknowns in lanes.
  @inline(__always)
  private static func sumInertias(
    _ g: borrowing InlineArray<4, Small<4, 2>>, _ firsts: [Lanes], _ seconds: [Lanes],
    sums wholes: inout [Lanes]
  ) {
    let first = firsts.span
    let second = seconds.span
    var sums = wholes.mutableSpan
    let blocks = sums.count / 4
    for block in 0..<blocks {
      for i in 0..<4 {
        var sum = all(0)
        for stage in 0..<4 {
          let place = stage * blocks + block
          // a torque that is required is missing
          sum = fused(all(-g[stage][i, 0]), first[place], sum)
          sum = fused(all(-g[stage][i, 1]), second[place], sum)
        }
        sums[i * blocks + block] = sum
      }
    }
  }

  /// Columns to unknowns and disturbances.
  @inline(__always)
  private func addUp(
    _ g: borrowing InlineArray<4, Small<4, 2>>, _ z: borrowing MutableSpan<Double>,
    activations: Span<Double>, from row: Int, changes: Span<Double>, from changeRow: Int,
    byDisturbance: inout MutableSpan<Double>, byParameter: inout MutableSpan<Double>
  ) {
    let side = 2 * count
    let unknowns = columns.unknownCount
    for index in 0..<(side * unknowns) { byParameter[index] = 0 }
    let muscleColumns = columns.muscles.span
    let places = musclePlaces.span
    let inertiaColumns = columns.inertias.span
    let jointColumns = columns.joints.span
    let sums = muscleSums.span.bytes
    let inertial = inertiaSums.span.bytes
    let width = 32 * muscles.blockCount
    let inertialWidth = inertiaSums.count / 4 * 8
    for i in 0..<side {
      let own = internalRow(i)
      let to = i * unknowns
      for index in 0..<muscleColumns.count {
        byParameter[to + muscleColumns[index].unknown] += sums.unsafeLoad(
          fromByteOffset: 8 * (own * width + places[index]), as: Double.self)
      }
      for index in 0..<inertiaColumns.count {
        byParameter[to + inertiaColumns[index].unknown] += inertial.unsafeLoad(
          fromByteOffset: 8 * (own * inertialWidth + inertiaColumns[index].lane),
          as: Double.self)
      }
      for index in 0..<jointColumns.count {
        let joint = jointColumns[index].joint
        var sum = 0.0
        for stage in 0..<4 {
          sum = fused(
            g[stage][own, joint], jointTorques[stage * jointColumns.count + index], sum)
        }
        byParameter[to + jointColumns[index].unknown] += sum
      }
    }
    addActivations(z, changes: changes, from: changeRow, byParameter: &byParameter)
    disturb(g, activations: activations, from: row, byDisturbance: &byDisturbance)
  }

  /// Unknowns of the measurement chain move activations.
  @inline(__always)
  private func addActivations(
    _ z: borrowing MutableSpan<Double>, changes: Span<Double>, from changeRow: Int,
    byParameter: inout MutableSpan<Double>
  ) {
    let effects = activationEffects.span.bytes
    let width = 8 * muscles.blockCount
    let own = columns.activations.count
    for column in 0..<own {
      let muscle = columns.activations[column].muscle
      let disturbance = activationDisturbances > 0 ? z[2 * count + muscle] : 0
      for i in 0..<(2 * count) {
        var sum = 0.0
        for stage in 0..<4 {
          let time = stage == 0 ? 0 : stage == 3 ? 2 : 1
          let place = (stage * 4 + internalRow(i)) * width + muscles.lanes[muscle]
          sum = fused(
            effects.unsafeLoad(fromByteOffset: 8 * place, as: Double.self),
            changes[changeRow + time * own + column], sum)
        }
        byParameter[i * columns.unknownCount + columns.activations[column].unknown] +=
          sum * (1 + disturbance)
      }
    }
  }

  /// Disturbances multiply activations and add to torques.
  @inline(__always)
  private func disturb(
    _ g: borrowing InlineArray<4, Small<4, 2>>, activations: Span<Double>, from row: Int,
    byDisturbance: inout MutableSpan<Double>
  ) {
    let effects = activationEffects.span.bytes
    let width = 8 * muscles.blockCount
    let muscleCount = muscles.lanes.count
    let disturbances = activationDisturbances + torqueDisturbances
    for i in 0..<(2 * count) {
      let own = internalRow(i)
      for muscle in 0..<activationDisturbances {
        var sum = 0.0
        for stage in 0..<4 {
          let time = stage == 0 ? 0 : stage == 3 ? 2 : 1
          let place = (stage * 4 + own) * width + muscles.lanes[muscle]
          sum = fused(
            effects.unsafeLoad(fromByteOffset: 8 * place, as: Double.self),
            activations[row + time * muscleCount + muscle], sum)
        }
        byDisturbance[i * disturbances + muscle] = sum
      }
      for joint in 0..<torqueDisturbances {
        let sum = g[0][own, joint] + g[1][own, joint] + g[2][own, joint] + g[3][own, joint]
        byDisturbance[i * disturbances + activationDisturbances + joint] = sum
      }
    }
  }
}
