/// Paths and forces of all muscles, eight at a time, with everything the sensitivity step needs.
///
/// Muscles that span the same pair of coordinates share blocks; those that span one coordinate join a
/// pair that has it. What a differentiating stage computes is kept until the step is combined.
struct MuscleKernel: Sendable {
  /// Coordinates [1].
  let coordinateCount: Int
  /// The lane of each muscle: eight times its block and its place there (muscleCount) [1].
  let lanes: [Int]
  /// Blocks of eight muscles [1].
  var blockCount: Int { muscles.count }

  /// The paths.
  var paths: [PathBlock] = []
  /// All stretches.
  var stretches: [StretchBlock] = []
  /// All polynomials.
  var coefficients: [Lanes] = []
  /// The numbers.
  var muscles: [MuscleBlock]
  /// Activations of the present stage, in lanes (8 blockCount) [1].
  var activation: [Double]
  /// What is kept of each stage (4 x blockCount).
  var kept: [KeptMuscles]

  /// What a stage keeps of eight muscles.
  struct KeptMuscles: Sendable {
    /// Moment arm of the first coordinate, -dL/dq [m/rad].
    var firstArm = all(0)
    /// Moment arm of the second [m/rad].
    var secondArm = all(0)
    /// Forces and partials.
    var force = all(0)
    /// dF/d ln l0 [N].
    var byLogOptimal = all(0)
    /// dF/d ln slack length [N].
    var byLogSlack = all(0)
    /// dF/d ln vmax [N].
    var byLogVelocity = all(0)
    /// dF/d activation [N].
    var byActivation = all(0)
  }

  /// One stage's sums over the blocks of a pair.
  struct Torques {
    /// Torque on the first coordinate.
    var first = all(0)
    /// Torque on the second.
    var second = all(0)
    /// Their derivatives by the two angles, row by row.
    var byAngle = (all(0), all(0), all(0), all(0))
    /// By the two rates: first by first, either by the other, second by second.
    var byRate = (all(0), all(0), all(0))
  }

  /// The muscles' torques on two coordinates and their derivatives, row by row.
  struct PairTorques {
    /// Torques.
    var torque = SIMD2(0.0, 0)
    /// By the angles.
    var byAngle = SIMD4(0.0, 0, 0, 0)
    /// By the rates.
    var byRate = SIMD4(0.0, 0, 0, 0)
  }

  /// Muscles that span `coordinates` (one list of at most two a muscle) of `coordinateCount`.
  init(coordinateCount: Int, coordinates: [[Int]]) {
    self.coordinateCount = coordinateCount
    // the pairs that are there, then what fits into them
    var pairs: [[Int]] = []
    for pair in coordinates where pair.count == 2 && !pairs.contains(pair) { pairs.append(pair) }
    var members: [[Int]] = pairs.map { _ in [] }
    for (muscle, spanned) in coordinates.enumerated() {
      precondition(spanned.count <= 2, "a muscle of the hot loop spans two coordinates at most")
      if let pair = pairs.firstIndex(where: { Set(spanned).isSubset(of: $0) }) {
        members[pair].append(muscle)
      } else {
        let own = spanned.first ?? 0
        let partner = own == 0 ? min(1, coordinateCount - 1) : own - 1
        pairs.append([min(own, partner), max(own, partner)])
        members.append([muscle])
      }
    }
    var lanes = Array(repeating: 0, count: coordinates.count)
    for (pair, own) in zip(pairs, members) {
      for (index, muscle) in own.enumerated() {
        if index % 8 == 0 { paths.append(PathBlock(first: pair[0], second: pair[1])) }
        lanes[muscle] = 8 * (paths.count - 1) + index % 8
      }
    }
    self.lanes = lanes
    muscles = Array(repeating: MuscleBlock(), count: paths.count)
    for block in paths.indices { paths[block].constant = all(0.3) }
    activation = Array(repeating: 0, count: 8 * paths.count)
    kept = Array(repeating: KeptMuscles(), count: 4 * paths.count)
  }

  /// Torques of all muscles of a limb of two coordinates, summed over the lanes.
  @inline(never)
  mutating func pairTorques(
    _ sums: inout PairTorques, angles: SIMD2<Double>, rates: SIMD2<Double>, sine: SIMD2<Double>,
    cosine: SIMD2<Double>, stage: Int, differentiating: Bool
  ) {
    let count = muscles.count
    var lanes = Torques()
    if differentiating {
      for index in 0..<count {
        addBlock(
          index, keptAt: stage * count + index, angles: angles, rates: rates, sine: sine,
          cosine: cosine, sums: &lanes, differentiating: true)
      }
      sums.byAngle = SIMD4(
        total(lanes.byAngle.0), total(lanes.byAngle.1), total(lanes.byAngle.2),
        total(lanes.byAngle.3))
      let mixed = total(lanes.byRate.1)
      sums.byRate = SIMD4(total(lanes.byRate.0), mixed, mixed, total(lanes.byRate.2))
    } else {
      for index in 0..<count {
        addBlock(
          index, keptAt: 0, angles: angles, rates: rates, sine: sine, cosine: cosine,
          sums: &lanes, differentiating: false)
      }
    }
    sums.torque = SIMD2(total(lanes.first), total(lanes.second))
  }

  /// Adds one block: torques r F with r = -dL/dq, and their derivatives.
  @inline(__always)
  private mutating func addBlock(
    _ index: Int, keptAt place: Int, angles: SIMD2<Double>, rates: SIMD2<Double>,
    sine: SIMD2<Double>, cosine: SIMD2<Double>, sums: inout Torques, differentiating: Bool
  ) {
    var path = PathLanes()
    path.length = paths[index].constant
    for stretch in paths[index].stretches {
      path.add(stretches[stretch], sine: sine, cosine: cosine, withHessian: differentiating)
    }
    if paths[index].order > 0 {
      path.add(
        polynomial: coefficients.span, from: paths[index].polynomial, of: paths[index],
        first: angles.x, second: angles.y)
    }
    let (ua, ub) = (all(rates.x), all(rates.y))
    let speed = fused(path.byFirst, ua, path.bySecond * ub)
    let active = activation.span.bytes.unsafeLoadUnaligned(
      fromByteOffset: 64 * index, as: Lanes.self)
    let force = ForceLanes(
      muscles[index], length: path.length, speed: speed, activation: active,
      withPartials: differentiating)
    sums.first = fused(-path.byFirst, force.force, sums.first)
    sums.second = fused(-path.bySecond, force.force, sums.second)
    guard differentiating else { return }
    let speedByFirst = fused(path.byFirstFirst, ua, path.byFirstSecond * ub)
    let speedBySecond = fused(path.byFirstSecond, ua, path.bySecondSecond * ub)
    let byFirst = fused(force.byLength, path.byFirst, force.bySpeed * speedByFirst)
    let bySecond = fused(force.byLength, path.bySecond, force.bySpeed * speedBySecond)
    sums.byAngle.0 -= fused(path.byFirst, byFirst, path.byFirstFirst * force.force)
    sums.byAngle.1 -= fused(path.byFirst, bySecond, path.byFirstSecond * force.force)
    sums.byAngle.2 -= fused(path.bySecond, byFirst, path.byFirstSecond * force.force)
    sums.byAngle.3 -= fused(path.bySecond, bySecond, path.bySecondSecond * force.force)
    let drag = force.bySpeed * path.byFirst
    sums.byRate.0 = fused(-drag, path.byFirst, sums.byRate.0)
    sums.byRate.1 = fused(-drag, path.bySecond, sums.byRate.1)
    sums.byRate.2 = fused(-(force.bySpeed * path.bySecond), path.bySecond, sums.byRate.2)
    kept[place] = KeptMuscles(
      firstArm: -path.byFirst, secondArm: -path.bySecond, force: force.force,
      byLogOptimal: force.byLogOptimal, byLogSlack: force.byLogSlack,
      byLogVelocity: force.byLogVelocity, byActivation: force.byActivation)
  }
}
