/// Where everything lies that a step reads and writes: one block of memory, so that a step asks once for it.
///
/// Made from `StepKernel`'s own storage for the length of one call and never kept. All places are inside that
/// storage, whose size `Places` adds up.
struct Workspace {
  /// Sizes and places, the same for all steps (index of the first lane).
  struct Places: Sendable {
    /// Muscles [1].
    var muscleCount = 0
    /// Blocks of eight muscles [1].
    var blocks = 0
    /// Coordinates [1].
    var coordinates = 0
    /// Angles, rates and disturbances [1].
    var states = 0
    /// Groups of four rows of angles and rates [1].
    var groups = 0
    /// Lanes of inertial numbers among the movers [1].
    var inertiaLanes = 0
    /// Joints' numbers among the movers, behind them [1].
    var jointColumns = 0
    /// Tangents of activations [1].
    var tangentCount = 0
    /// Disturbances of activations [1].
    var activationDisturbances = 0
    /// Disturbances of torques [1].
    var torqueDisturbances = 0
    /// Blocks of columns before the joints' movers [1].
    var moverStart = 0
    /// Blocks of the joints' movers [1].
    var moverBlocks = 0
    /// True when there is any column.
    var hasColumns = false
    // each with what is there
    var paths = 0
    var muscles = 0
    var stretches = 0
    var coefficients = 0
    var lanes = 0
    var members = 0
    var starts = 0
    var numbers = 0
    var tangents = 0
    var joints = 0
    var factor = 0
    var levels = 0
    var activation = 0
    var kept = 0
    var limb = 0
    var inertias = 0
    var movers = 0
    var transition = 0
    var gains = 0
    var recursion = 0
    var stages = 0
    var arms = 0
    var drive = 0
    var column = 0
    /// All lanes [1].
    var count = 0
  }

  /// The beginning, where the places stand themselves.
  private let base: UnsafeMutablePointer<Lanes>

  /// A view of `base`, which begins with its `Places`.
  @inline(__always)
  init(_ base: UnsafeMutablePointer<Lanes>) { self.base = base }

  /// Sizes and places.
  var places: Places {
    @inline(__always) get {
      UnsafeMutableRawPointer(base).assumingMemoryBound(to: Places.self).pointee
    }
  }

  @inline(__always)
  private func integers(_ place: Int) -> UnsafeMutablePointer<Int> {
    UnsafeMutableRawPointer(base + place).assumingMemoryBound(to: Int.self)
  }

  @inline(__always)
  private func doubles(_ place: Int) -> UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(base + place).assumingMemoryBound(to: Double.self)
  }

  @inline(__always)
  private func fours(_ place: Int) -> UnsafeMutablePointer<SIMD4<Double>> {
    UnsafeMutableRawPointer(base + place).assumingMemoryBound(to: SIMD4<Double>.self)
  }

  /// Paths (blocks).
  var paths: UnsafeMutablePointer<PathBlock> {
    @inline(__always) get {
      UnsafeMutableRawPointer(base + places.paths).assumingMemoryBound(to: PathBlock.self)
    }
  }
  /// Muscles' numbers (blocks).
  var muscles: UnsafeMutablePointer<MuscleBlock> {
    @inline(__always) get {
      UnsafeMutableRawPointer(base + places.muscles).assumingMemoryBound(to: MuscleBlock.self)
    }
  }
  /// Stretches.
  var stretches: UnsafeMutablePointer<StretchBlock> {
    @inline(__always) get {
      UnsafeMutableRawPointer(base + places.stretches).assumingMemoryBound(to: StretchBlock.self)
    }
  }
  /// Polynomials.
  var coefficients: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.coefficients }
  }
  /// The lane of each muscle (muscleCount) (index).
  var lanes: UnsafeMutablePointer<Int> {
    @inline(__always) get { integers(places.lanes) }
  }
  /// The muscle of each lane, -1 where there is none (8 x blocks) (index).
  var members: UnsafeMutablePointer<Int> {
    @inline(__always) get { integers(places.members) }
  }
  /// Where the columns of each block of muscles begin (blocks + 1); see `ColumnLayout`.
  var starts: UnsafeMutablePointer<Int> {
    @inline(__always) get { integers(places.starts) }
  }
  /// What each block of muscles' columns is; see `ColumnLayout`.
  var numbers: UnsafeMutablePointer<Int> {
    @inline(__always) get { integers(places.numbers) }
  }
  /// Tangents in its lanes (8 a block of columns).
  var tangents: UnsafeMutablePointer<Int> {
    @inline(__always) get { integers(places.tangents) }
  }
  /// Joint and number of each joint column (2 x jointColumns).
  var joints: UnsafeMutablePointer<Int> {
    @inline(__always) get { integers(places.joints) }
  }
  /// What disturbances multiply activations by (blocks) [1].
  var factor: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.factor }
  }
  /// Activations at a step's start, middle and end (3 x blocks) [1].
  var levels: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.levels }
  }
  /// The same with their disturbances (3 x blocks) [1].
  var activation: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.activation }
  }
  /// What is kept of each stage (4 x blocks x `Kept.count`).
  var kept: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.kept }
  }
  /// The limb's eighteen numbers with the present payload (18) [kg·m^2, J].
  var limb: UnsafeMutablePointer<Double> {
    @inline(__always) get { doubles(places.limb) }
  }
  /// The same of the inertial unknowns (18 a block).
  var inertias: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.inertias }
  }
  /// What the joints' movers give at each stage (4 x coordinates x moverBlocks).
  var movers: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.movers }
  }
  /// The step's transition, column by column (states x groups).
  var transition: UnsafeMutablePointer<SIMD4<Double>> {
    @inline(__always) get { fours(places.transition) }
  }
  /// Change of the end by a torque at each stage (4 x coordinates x groups).
  var gains: UnsafeMutablePointer<SIMD4<Double>> {
    @inline(__always) get { fours(places.gains) }
  }
  /// Stage weights W and their products P, and W of the movers (2n, 2n and 4n columns of groups).
  var recursion: UnsafeMutablePointer<SIMD4<Double>> {
    @inline(__always) get { fours(places.recursion) }
  }
  /// What the reverse recursion of one hinge or two needs of each stage (4).
  var stages: UnsafeMutablePointer<PairStep.Stage> {
    @inline(__always) get {
      UnsafeMutableRawPointer(base + places.stages).assumingMemoryBound(to: PairStep.Stage.self)
    }
  }
  /// Change of the end by the forces of a block of muscles at each stage (groups x 4 stages x 4 rows).
  var arms: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.arms }
  }
  /// A tangent's derivatives of force at each stage (4).
  var drive: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.drive }
  }
  /// One block of columns of the sensitivity (states).
  var column: UnsafeMutablePointer<Lanes> {
    @inline(__always) get { base + places.column }
  }

  /// The middle's two stages share an activation.
  @inline(__always)
  static func time(_ stage: Int) -> Int { stage == 0 ? 0 : stage == 3 ? 2 : 1 }

  /// Puts the activations of a step's three times into lanes, with their disturbances in `z`.
  @inline(__always)
  func excite(_ z: borrowing MutableSpan<Double>, _ activations: Span<Double>, from row: Int) {
    if places.activationDisturbances > 0 {
      let factors = doubles(places.factor)
      let start = 2 * places.coordinates
      for muscle in 0..<places.muscleCount { factors[lanes[muscle]] = 1 + z[start + muscle] }
    }
    excite(activations, from: row)
  }

  /// The same with the factors as they are.
  @inline(__always)
  private func excite(_ activations: Span<Double>, from row: Int) {
    let width = 8 * places.blocks
    let level = doubles(places.levels)
    let lanes = lanes
    let count = places.muscleCount
    for muscle in 0..<count {
      let lane = lanes[muscle]
      level[lane] = activations[row + muscle]
      level[lane + width] = activations[row + muscle + count]
      level[lane + 2 * width] = activations[row + muscle + 2 * count]
    }
    for time in 0..<3 {
      for block in 0..<places.blocks {
        let index = time * places.blocks + block
        activation[index] = levels[index] * factor[block]
      }
    }
  }

  /// Takes the sensitivity along and hands the transition out, row by row (2 n x states).
  @inline(__always)
  func finish(
    changes: Span<Double>, from changeRow: Int, retention: Span<Double>,
    moverGains: UnsafeMutablePointer<SIMD4<Double>>, transition whole: inout MutableSpan<Double>,
    sensitivity: inout MutableSpan<SIMD8<Double>>
  ) {
    let groups = places.groups
    let columns = UnsafeMutableRawPointer(transition).assumingMemoryBound(to: Double.self)
    for row in 0..<(2 * places.coordinates) {
      for state in 0..<places.states {
        whole[row * places.states + state] = columns[4 * (state * groups + row / 4) + row % 4]
      }
    }
    guard places.hasColumns else { return }
    changes.withUnsafeBufferPointer { changes in
      retention.withUnsafeBufferPointer { retention in
        sensitivity.withUnsafeMutableBufferPointer { sensitivity in
          propagate(
            sensitivity.baseAddress!, moverGains: moverGains,
            changes: changes.baseAddress.map { $0 + changeRow },
            retention: retention.baseAddress)
        }
      }
    }
  }
}

/// Angles and rates of two hinges.
struct PairMotion {
  /// Angles [rad].
  var angle: SIMD2<Double>
  /// Rates [rad/s].
  var rate: SIMD2<Double>
  /// Sines of the angles [1].
  var sine: SIMD2<Double>
  /// Their cosines [1].
  var cosine: SIMD2<Double>
}

/// The muscles' torques on two coordinates and their derivatives, row by row.
struct PairTorques {
  /// Torques [N·m].
  var torque = SIMD2(0.0, 0)
  /// By the angles [N·m/rad].
  var byAngle = SIMD4(0.0, 0, 0, 0)
  /// By the rates: first by first, either by the other, second by second [N·m·s/rad].
  var byRate = SIMD4(0.0, 0, 0, 0)
}

/// One stage's sums over blocks of muscles.
private struct TorqueLanes {
  var first = all(0)
  var second = all(0)
  var byAngle = (all(0), all(0), all(0), all(0))
  var byRate = (all(0), all(0), all(0))
}

extension Workspace {
  /// Torques of the blocks from `start` to `end`, which span one pair of coordinates.
  @inline(never)
  func pull(_ start: Int, _ end: Int, stage: Int, motion: PairMotion) -> SIMD2<Double> {
    var sums = TorqueLanes()
    for index in start..<end {
      add(index, stage: stage, motion: motion, sums: &sums, differentiating: false)
    }
    return SIMD2(total(sums.first), total(sums.second))
  }

  /// The same with their derivatives, and what the step needs of each block.
  @inline(never)
  func differentiate(
    _ start: Int, _ end: Int, stage: Int, motion: PairMotion
  ) -> PairTorques {
    var sums = TorqueLanes()
    for index in start..<end {
      add(index, stage: stage, motion: motion, sums: &sums, differentiating: true)
    }
    var result = PairTorques()
    result.torque = SIMD2(total(sums.first), total(sums.second))
    result.byAngle = SIMD4(
      total(sums.byAngle.0), total(sums.byAngle.1), total(sums.byAngle.2),
      total(sums.byAngle.3))
    let mixed = total(sums.byRate.1)
    result.byRate = SIMD4(total(sums.byRate.0), mixed, mixed, total(sums.byRate.2))
    return result
  }

  /// Adds one block: torques r F with r = -dL/dq, and their derivatives.
  @inline(__always)
  private func add(
    _ index: Int, stage: Int, motion: PairMotion, sums: inout TorqueLanes, differentiating: Bool
  ) {
    var path = PathLanes()
    let block = paths + index
    path.length = block.pointee.constant
    var stretch = block.pointee.stretches.lowerBound
    let end = block.pointee.stretches.upperBound
    while stretch < end {
      path.add(
        stretches + stretch, sine: motion.sine, cosine: motion.cosine,
        withHessian: differentiating)
      stretch += 1
    }
    if block.pointee.order > 0 {
      path.add(
        polynomial: coefficients, of: block, first: motion.angle.x, second: motion.angle.y,
        withHessian: differentiating)
    }
    let (ua, ub) = (all(motion.rate.x), all(motion.rate.y))
    let speed = fused(path.byFirst, ua, path.bySecond * ub)
    let force = ForceLanes(
      muscles, at: index, length: path.length, speed: speed,
      activation: activation[Self.time(stage) * places.blocks + index],
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
    let own = kept + (stage * places.blocks + index) * MuscleKernel.Kept.count
    own[0] = force.force
    own[1] = force.byLogOptimal
    own[2] = force.byLogSlack
    own[3] = force.byLogVelocity
    own[4] = force.byPennation
    own[5] = force.byLogDamping
    own[MuscleKernel.Kept.activation] = force.byActivation
    own[MuscleKernel.Kept.firstArm] = -path.byFirst
    own[MuscleKernel.Kept.secondArm] = -path.bySecond
  }
}
