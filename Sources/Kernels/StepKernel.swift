/// RK4 steps of a limb with muscles and their exact derivatives: the hot loop.
///
/// Structured forward sensitivity as `Identification.LimbStep` states it. Everything is held in lanes of
/// eight. One hinge or two are done here in closed form (`advance`); of other skeletons the muscles and
/// the sensitivities are (`begin`, `pull`, `combine`), and the owner knows the rest.
public struct StepKernel: Sendable {
  /// Paths and muscles.
  var muscles: MuscleKernel
  /// The first joint's own torque.
  private var firstJoint = JointTorque()
  /// The second's.
  private var secondJoint = JointTorque()
  /// False when the mass matrix was singular or a number not finite in some stage.
  public private(set) var isRegular = true

  /// Coordinates [1].
  let count: Int
  /// The columns that are wanted.
  let columns: StepColumns
  /// Where they stand.
  let layout: ColumnLayout
  /// Lanes of inertial unknowns [1].
  let inertiaLanes: Int
  /// Disturbances on activations [1].
  let activationDisturbances: Int
  /// Disturbances on torques [1].
  let torqueDisturbances: Int
  /// Eighteen numbers of the limb without payload, see `HingePair` (18) [kg·m^2, J].
  private var limb = Array(repeating: 0.0, count: 18)
  /// Their change by one kilogram of payload (18) [m^2, J/kg].
  private var limbByPayload = Array(repeating: 0.0, count: 18)
  /// The same of the inertial unknowns, in lanes (18 a block).
  private var inertias: [Lanes]
  /// The same by one kilogram of payload (18 a block).
  private var inertiasByPayload: [Lanes]
  /// The present payload; nil when the numbers are new [kg].
  private var payload: Double?

  /// What a step reads and writes; see `Workspace`.
  private var store: [Lanes] = []
  /// True when muscles or paths have changed since `store` was filled.
  var isStale = true

  /// A kernel of `count` coordinates, with all numbers still to be set.
  ///
  /// - `coordinates`: what each muscle spans, at most two (indices).
  /// - `muscleColumns`: which muscles' numbers unknowns move, and so on; see `StepColumns`.
  /// - `inertiaLanes`: lanes of inertial unknowns [1].
  public init(
    count: Int, coordinates: [[Int]], unknownCount: Int,
    muscleColumns: [StepColumns.MuscleColumn], jointColumns: [StepColumns.JointColumn],
    inertiaColumns: [StepColumns.InertiaColumn], activationColumns: [StepColumns.ActivationColumn],
    inertiaLanes: Int, activationDisturbances: Int, torqueDisturbances: Int
  ) {
    self.count = count
    muscles = MuscleKernel(coordinateCount: count, coordinates: coordinates)
    var columns = StepColumns(unknownCount: unknownCount)
    columns.muscles = muscleColumns
    columns.joints = jointColumns
    columns.inertias = inertiaColumns
    columns.activations = activationColumns
    self.columns = columns
    self.inertiaLanes = inertiaLanes
    layout = ColumnLayout(
      columns, lanes: muscles.lanes, blocks: muscles.blockCount, inertiaLanes: inertiaLanes)
    self.activationDisturbances = activationDisturbances
    self.torqueDisturbances = torqueDisturbances
    inertias = Array(repeating: all(0), count: 18 * layout.moverBlocks)
    inertiasByPayload = inertias
  }

  /// Which columns of a sensitivity make which unknown's derivative.
  public var links: [(column: Int, unknown: Int)] { layout.links }
  /// A column of each unknown that no other has (index).
  public var homes: [Int] { layout.homes }
  /// Blocks of eight columns [1].
  public var blockCount: Int { layout.blockCount }
  /// The first column of the joints' movers and how many there are: inertial numbers, then joints'.
  public var movers: (first: Int, count: Int) {
    (8 * layout.moverStart, 8 * layout.moverBlocks)
  }

  /// The numbers of a joint of one hinge or two; see `JointTorque`.
  public mutating func setJoint(
    _ joint: Int, damping: Double, deviceDamping: Double,
    coulomb: (friction: Double, speed: Double), spring: (stiffness: Double, restAngle: Double),
    limit: (torque: Double, width: Double), range: ClosedRange<Double>
  ) {
    let torque = JointTorque(
      damping: damping, deviceDamping: deviceDamping, coulombFriction: coulomb.friction,
      coulombSpeed: coulomb.speed, stiffness: spring.stiffness, restAngle: spring.restAngle,
      limitTorque: limit.torque, limitWidth: limit.width, rangeMinimum: range.lowerBound,
      rangeMaximum: range.upperBound)
    if joint == 0 { firstJoint = torque } else { secondJoint = torque }
  }

  /// The limb's eighteen numbers without payload and their change by a kilogram of it.
  public mutating func setLimb(_ numbers: [Double], byPayload: [Double]) {
    precondition(numbers.count == 18 && byPayload.count == 18, "eighteen numbers")
    limb = numbers
    limbByPayload = byPayload
    payload = nil
  }

  /// The derivative of those by the inertial unknown in `lane`.
  public mutating func setInertia(lane: Int, _ numbers: [Double], byPayload: [Double]) {
    precondition(numbers.count == 18 && byPayload.count == 18, "eighteen numbers")
    for index in 0..<18 {
      inertias[lane / 8 * 18 + index][lane % 8] = numbers[index]
      inertiasByPayload[lane / 8 * 18 + index][lane % 8] = byPayload[index]
    }
    payload = nil
  }

  // MARK: one hinge or two

  /// Advances the angles and rates that `z` begins with over `step` [s].
  ///
  /// - `z`: angles, rates, then disturbances of activations and torques, which stay.
  /// - `activations`: at the step's start, middle and end (3 x muscles) from `row` on [1].
  /// - `changes`: of them by the activation columns (3 x columns) from `changeRow` on.
  /// - `external`: what a worn device gives to the joints [N·m].
  /// - `retention`: factors of the disturbances over the step.
  /// - `transition`: d x(end)/d z(start), row by row (2 count x states).
  /// - `sensitivity`: d z/d columns (states x blocks), taken along.
  public mutating func advance(
    _ z: inout MutableSpan<Double>, activations: Span<Double>, from row: Int,
    changes: Span<Double>, from changeRow: Int, step: Double, payloadMass: Double,
    external: (first: Double, second: Double), retention: Span<Double>,
    transition: inout MutableSpan<Double>, sensitivity: inout MutableSpan<SIMD8<Double>>,
    differentiating: Bool
  ) {
    precondition(count <= 2, "one hinge or two")
    if isStale { fillStore() }
    if payload != payloadMass { hold(payloadMass) }
    let pair = PairStep(
      isPair: count == 2, first: firstJoint, second: secondJoint, step: step, external: external,
      torquePlace: torqueDisturbances > 0 ? 2 * count + activationDisturbances : nil)
    isRegular = store.withUnsafeMutableBufferPointer { memory in
      let workspace = Workspace(memory.baseAddress!)
      workspace.excite(z, activations, from: row)
      guard differentiating else { return pair.advance(&z, workspace) }
      let isRegular = pair.differentiate(&z, workspace)
      workspace.fillDisturbances()
      workspace.finish(
        changes: changes, from: changeRow, retention: retention, moverGains: workspace.gains,
        transition: &transition, sensitivity: &sensitivity)
      return isRegular
    }
  }

  /// Holds `mass` [kg].
  @inline(never)
  private mutating func hold(_ mass: Double) {
    payload = mass
    let (limb, limbByPayload) = (limb, limbByPayload)
    let (inertias, inertiasByPayload) = (inertias, inertiasByPayload)
    store.withUnsafeMutableBufferPointer { memory in
      let workspace = Workspace(memory.baseAddress!)
      for index in 0..<18 { workspace.limb[index] = limb[index] + mass * limbByPayload[index] }
      for index in inertias.indices {
        workspace.inertias[index] = inertias[index] + mass * inertiasByPayload[index]
      }
    }
  }

  // MARK: any skeleton

  /// Begins a step of a skeleton that the owner knows: activations as in `advance`.
  public mutating func begin(
    _ z: borrowing MutableSpan<Double>, activations: Span<Double>, from row: Int
  ) {
    if isStale { fillStore() }
    store.withUnsafeMutableBufferPointer { memory in
      Workspace(memory.baseAddress!).excite(z, activations, from: row)
    }
  }

  /// Adds the muscles' torques at a stage (count) [N·m] and their derivatives, row by row (count x count).
  public mutating func pull(
    _ stage: Int, q: Span<Double>, u: Span<Double>, torque: inout MutableSpan<Double>,
    byAngle: inout MutableSpan<Double>, byRate: inout MutableSpan<Double>, differentiating: Bool
  ) {
    let count = count
    store.withUnsafeMutableBufferPointer { memory in
      let workspace = Workspace(memory.baseAddress!)
      var start = 0
      while start < workspace.places.blocks {
        let first = workspace.paths[start].first
        let second = workspace.paths[start].second
        var end = start + 1
        while end < workspace.places.blocks, workspace.paths[end].first == first,
          workspace.paths[end].second == second
        { end += 1 }
        let angle = SIMD2(q[first], q[second])
        let (sine, cosine) = sinesAndCosines(angle)
        let motion = PairMotion(
          angle: angle, rate: SIMD2(u[first], u[second]), sine: sine, cosine: cosine)
        if differentiating {
          let pulled = workspace.differentiate(start, end, stage: stage, motion: motion)
          torque[first] += pulled.torque.x
          torque[second] += pulled.torque.y
          byAngle[first * count + first] += pulled.byAngle.x
          byAngle[first * count + second] += pulled.byAngle.y
          byAngle[second * count + first] += pulled.byAngle.z
          byAngle[second * count + second] += pulled.byAngle.w
          byRate[first * count + first] += pulled.byRate.x
          byRate[first * count + second] += pulled.byRate.y
          byRate[second * count + first] += pulled.byRate.z
          byRate[second * count + second] += pulled.byRate.w
        } else {
          let pulled = workspace.pull(start, end, stage: stage, motion: motion)
          torque[first] += pulled.x
          torque[second] += pulled.y
        }
        start = end
      }
    }
  }

  /// Ends a step: transition and sensitivity as in `advance`.
  ///
  /// - `jacobians`: accelerations by angles and rates at each stage (4 x count x 2 count).
  /// - `inverses`: inverse mass matrices (4 x count x count) [1/(kg·m^2)].
  /// - `movers`: accelerations by the joints' movers (4 x count x movers) [rad/s^2 per unit].
  public mutating func combine(
    step: Double, jacobians: Span<Double>, inverses: Span<Double>, movers: Span<Double>,
    changes: Span<Double>, from changeRow: Int, retention: Span<Double>,
    transition: inout MutableSpan<Double>, sensitivity: inout MutableSpan<SIMD8<Double>>
  ) {
    store.withUnsafeMutableBufferPointer { memory in
      let workspace = Workspace(memory.baseAddress!)
      workspace.recur(step: step, jacobians: jacobians, inverses: inverses)
      let to = UnsafeMutableRawPointer(workspace.movers).assumingMemoryBound(to: Double.self)
      for index in 0..<movers.count { to[index] = movers[index] }
      workspace.fillDisturbances()
      workspace.finish(
        changes: changes, from: changeRow, retention: retention, moverGains: workspace.moverGains,
        transition: &transition, sensitivity: &sensitivity)
    }
  }

  // MARK: storage

  /// Lays everything out and copies what does not change in a step; allocates when sizes have changed.
  private mutating func fillStore() {
    isStale = false
    var sizes = Workspace.Places()
    sizes.muscleCount = muscles.lanes.count
    sizes.blocks = muscles.blockCount
    sizes.coordinates = count
    sizes.states = 2 * count + activationDisturbances + torqueDisturbances
    sizes.groups = (2 * count + 3) / 4
    sizes.inertiaLanes = inertiaLanes
    sizes.jointColumns = columns.joints.count
    sizes.tangentCount = columns.activations.count
    sizes.activationDisturbances = activationDisturbances
    sizes.torqueDisturbances = torqueDisturbances
    sizes.moverStart = layout.moverStart
    sizes.moverBlocks = layout.moverBlocks
    sizes.hasColumns = columns.unknownCount > 0
    func take(_ bytes: Int) -> Int {
      let place = sizes.count
      sizes.count += (bytes + 63) / 64
      return place
    }
    let blocks = sizes.blocks
    let column = 32 * sizes.groups
    _ = take(MemoryLayout<Workspace.Places>.stride)
    sizes.paths = take(blocks * MemoryLayout<PathBlock>.stride)
    sizes.muscles = take(blocks * MemoryLayout<MuscleBlock>.stride)
    sizes.stretches = take(muscles.stretches.count * MemoryLayout<StretchBlock>.stride)
    sizes.coefficients = take(64 * muscles.coefficients.count)
    sizes.lanes = take(8 * sizes.muscleCount)
    sizes.members = take(64 * blocks)
    sizes.starts = take(8 * (blocks + 1))
    sizes.numbers = take(8 * layout.numbers.count)
    sizes.tangents = take(8 * layout.tangents.count)
    sizes.joints = take(16 * columns.joints.count)
    sizes.factor = take(64 * blocks)
    sizes.levels = take(3 * 64 * blocks)
    sizes.activation = take(3 * 64 * blocks)
    sizes.kept = take(4 * 64 * blocks * MuscleKernel.Kept.count)
    sizes.limb = take(8 * 18)
    sizes.inertias = take(18 * 64 * sizes.moverBlocks)
    sizes.movers = take(4 * 64 * count * sizes.moverBlocks)
    sizes.transition = take(sizes.states * column)
    sizes.gains = take(4 * count * column)
    sizes.recursion = take((4 * count + 4 * count) * column)
    sizes.stages = take(4 * MemoryLayout<PairStep.Stage>.stride)
    sizes.arms = take(16 * 64 * sizes.groups)
    sizes.drive = take(4 * 64)
    sizes.column = take(64 * sizes.states)
    payload = nil
    if store.count != sizes.count { store = Array(repeating: all(0), count: sizes.count) }
    let (paths, numbers) = (muscles.paths, muscles.muscles)
    let (stretches, coefficients) = (muscles.stretches, muscles.coefficients)
    let (lanes, layout, joints) = (muscles.lanes, layout, columns.joints)
    store.withUnsafeMutableBufferPointer { memory in
      UnsafeMutableRawPointer(memory.baseAddress!).assumingMemoryBound(to: Workspace.Places.self)
        .pointee = sizes
      let workspace = Workspace(memory.baseAddress!)
      for index in 0..<blocks {
        workspace.paths[index] = paths[index]
        workspace.muscles[index] = numbers[index]
        workspace.factor[index] = all(1)
      }
      for index in stretches.indices { workspace.stretches[index] = stretches[index] }
      for index in coefficients.indices { workspace.coefficients[index] = coefficients[index] }
      for index in 0..<(8 * blocks) { workspace.members[index] = -1 }
      for index in lanes.indices {
        workspace.lanes[index] = lanes[index]
        workspace.members[lanes[index]] = index
      }
      for index in layout.starts.indices { workspace.starts[index] = layout.starts[index] }
      for index in layout.numbers.indices { workspace.numbers[index] = layout.numbers[index] }
      for index in layout.tangents.indices { workspace.tangents[index] = layout.tangents[index] }
      for index in joints.indices {
        workspace.joints[2 * index] = joints[index].joint
        workspace.joints[2 * index + 1] = joints[index].number
      }
    }
  }
}
