/// One RK4 step of one or two hinges with muscles and the exact derivative of the step: the hot loop.
///
/// Structured forward sensitivity as `Identification.LimbStep` states it. Everything is held in lanes of
/// eight and in fixed shapes; a single hinge is the first of two, the second being free and at rest.
public struct StepKernel: Sendable {
  /// Paths and muscles.
  var muscles: MuscleKernel
  /// The joints' own torques (2).
  var joints = [JointTorque(), JointTorque()]
  /// False when the mass matrix was singular or a number not finite in some stage.
  public private(set) var isRegular = true

  /// Coordinates, one or two [1].
  let count: Int
  /// The columns that are wanted.
  let columns: StepColumns
  /// Where each muscle column stands among the sums (index).
  let musclePlaces: [Int]
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
  /// With the present payload (18) [kg·m^2, J].
  private var loaded = Array(repeating: 0.0, count: 18)
  /// The same of the inertial unknowns (18 a block).
  private var loadedInertias: [Lanes]
  /// The present payload; nil when the numbers are new [kg].
  private var payload: Double?

  // kept of each stage for `combine`

  /// Torques that inertial unknowns take at the first joint (4 x blocks) [N·m].
  var inertiaFirst: [Lanes]
  /// At the second (4 x blocks) [N·m].
  var inertiaSecond: [Lanes]
  /// Torques of the joints' unknowns (4 x columns) [N·m].
  var jointTorques: [Double]
  /// Stage weights times effect on the accelerations times arm and force by activation (4 x 4 x blocks).
  var activationEffects: [Lanes]
  /// Columns of muscles' numbers (4 rows x 4 numbers x blocks).
  var muscleSums: [Lanes]
  /// Columns of inertial unknowns (4 rows x blocks).
  var inertiaSums: [Lanes]

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
    precondition(count == 1 || count == 2, "one hinge or two")
    self.count = count
    muscles = MuscleKernel(coordinateCount: 2, coordinates: coordinates)
    var columns = StepColumns(unknownCount: unknownCount)
    columns.muscles = muscleColumns
    columns.joints = jointColumns
    columns.inertias = inertiaColumns
    columns.activations = activationColumns
    self.columns = columns
    let lanes = muscles.lanes
    let width = 8 * muscles.blockCount
    musclePlaces = muscleColumns.map { $0.number * width + lanes[$0.muscle] }
    self.activationDisturbances = activationDisturbances
    self.torqueDisturbances = torqueDisturbances
    let blocks = (inertiaLanes + 7) / 8
    inertias = Array(repeating: all(0), count: 18 * blocks)
    inertiasByPayload = inertias
    loadedInertias = inertias
    inertiaFirst = Array(repeating: all(0), count: 4 * blocks)
    inertiaSecond = inertiaFirst
    jointTorques = Array(repeating: 0, count: 4 * columns.joints.count)
    activationEffects = Array(repeating: all(0), count: 16 * muscles.blockCount)
    muscleSums = Array(repeating: all(0), count: 16 * muscles.blockCount)
    inertiaSums = Array(repeating: all(0), count: 4 * blocks)
  }

  /// The numbers of a joint; see `JointTorque`.
  public mutating func setJoint(
    _ joint: Int, damping: Double, deviceDamping: Double,
    coulomb: (friction: Double, speed: Double), spring: (stiffness: Double, restAngle: Double),
    limit: (torque: Double, width: Double), range: ClosedRange<Double>
  ) {
    joints[joint] = JointTorque(
      damping: damping, deviceDamping: deviceDamping, coulombFriction: coulomb.friction,
      coulombSpeed: coulomb.speed, stiffness: spring.stiffness, restAngle: spring.restAngle,
      limitTorque: limit.torque, limitWidth: limit.width, rangeMinimum: range.lowerBound,
      rangeMaximum: range.upperBound)
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

  /// Holds `mass` [kg].
  @inline(__always)
  private mutating func hold(_ mass: Double) {
    if payload == mass { return }
    payload = mass
    for index in 0..<18 { loaded[index] = limb[index] + mass * limbByPayload[index] }
    for index in inertias.indices {
      loadedInertias[index] = inertias[index] + mass * inertiasByPayload[index]
    }
  }

  /// Advances the angles and rates that `z` begins with over `step` [s].
  ///
  /// - `z`: angles, rates, then disturbances of activations and torques, which stay.
  /// - `activations`: at the step's start, middle and end (3 x muscles) from `row` on [1].
  /// - `changes`: of them by the activation columns (3 x columns) from `changeRow` on.
  /// - `external`: what a worn device gives to the joints [N·m].
  /// - `transition`: d x(end)/d x(start), row by row (2 count squared).
  /// - `byDisturbance`: (2 count x disturbances).
  /// - `byParameter`: (2 count x unknowns).
  public mutating func advance(
    _ z: inout MutableSpan<Double>, activations: Span<Double>, from row: Int,
    changes: Span<Double>, from changeRow: Int, step: Double, payloadMass: Double,
    external: (first: Double, second: Double),
    transition: inout MutableSpan<Double>, byDisturbance: inout MutableSpan<Double>,
    byParameter: inout MutableSpan<Double>, differentiating: Bool
  ) {
    hold(payloadMass)
    isRegular = true
    let isPair = count == 2
    let start = SIMD2(z[0], isPair ? z[1] : 0)
    let startRate = SIMD2(z[count], isPair ? z[3] : 0)
    var disturbing = SIMD2(0.0, 0)
    if torqueDisturbances > 0 {
      let place = 2 * count + activationDisturbances
      disturbing = SIMD2(z[place], isPair ? z[place + 1] : 0)
    }
    // constant in the step, as a payload is, so no derivative knows of it
    disturbing += SIMD2(external.first, external.second)
    var q = start
    var u = startRate
    var rates = SIMD2(0.0, 0)
    var accelerations = SIMD2(0.0, 0)
    var v = SIMD2(0.0, 0)
    var stages = InlineArray<4, Stage>(repeating: Stage())
    for stage in 0..<4 {
      if stage > 0 {
        let fraction = stage == 3 ? step : 0.5 * step
        q = start + fraction * u
        u = startRate + fraction * v
      }
      if stage != 2 {
        let time = stage == 0 ? 0 : stage == 3 ? 2 : 1
        Self.excite(
          &muscles.activation, lanes: muscles.lanes, z,
          disturbances: activationDisturbances > 0 ? 2 * count : nil, activations: activations,
          from: row + time * muscles.lanes.count)
      }
      v = evaluate(
        stage, q: q, u: u, disturbing: disturbing, kept: &stages[stage],
        differentiating: differentiating)
      let share = stage == 0 || stage == 3 ? 1.0 : 2.0
      rates += share * u
      accelerations += share * v
    }
    let end = start + step / 6 * rates
    let endRate = startRate + step / 6 * accelerations
    // what is beyond a thousand turns or a million a second is no motion
    let isSane =
      abs(end.x) < 1e4 && abs(end.y) < 1e4 && abs(endRate.x) < 1e6 && abs(endRate.y) < 1e6
    if !isSane { isRegular = false }
    z[0] = end.x
    z[count] = endRate.x
    if isPair {
      z[1] = end.y
      z[3] = endRate.y
    }
    guard differentiating else { return }
    combine(
      stages, z, activations: activations, from: row, changes: changes, from: changeRow,
      step: step, transition: &transition, byDisturbance: &byDisturbance,
      byParameter: &byParameter)
  }

  /// What `combine` needs of a stage besides the lanes.
  struct Stage {
    /// d v/dq, row by row.
    var byAngle = SIMD4(0.0, 0, 0, 0)
    /// d v/du.
    var byRate = SIMD4(0.0, 0, 0, 0)
    /// The inverse mass matrix.
    var inverse = SIMD4(0.0, 0, 0, 0)
  }

  /// Puts the activations of a stage, with their disturbances, into the muscles' lanes.
  @inline(__always)
  private static func excite(
    _ activation: inout [Double], lanes: [Int], _ z: borrowing MutableSpan<Double>,
    disturbances place: Int?, activations: Span<Double>, from first: Int
  ) {
    var excited = activation.mutableSpan
    let places = lanes.span
    for muscle in 0..<places.count {
      var disturbance = 0.0
      if let place { disturbance = z[place + muscle] }
      excited[places[muscle]] = activations[first + muscle] * (1 + disturbance)
    }
  }

  /// The accelerations at one stage, and what the combination needs of it.
  @inline(__always)
  private mutating func evaluate(
    _ stage: Int, q: SIMD2<Double>, u: SIMD2<Double>, disturbing: SIMD2<Double>,
    kept: inout Stage, differentiating: Bool
  ) -> SIMD2<Double> {
    let (sine, cosine) = sinesAndCosines(q)
    let motion = HingePair.Motion(sine: sine, cosine: cosine)
    var pulled = MuscleKernel.PairTorques()
    muscles.pairTorques(
      &pulled, angles: q, rates: u, sine: sine, cosine: cosine, stage: stage,
      differentiating: differentiating)
    let first = joints[0].evaluate(q: q.x, u: u.x)
    let second = joints[1].evaluate(q: q.y, u: u.y)
    let pair = HingePair(loaded.span, at: motion, differentiating: differentiating)
    let torque =
      pulled.torque + disturbing + SIMD2(first.value, second.value) - pair.bias(u)
    let inverse = pair.inverse
    // positive definite, or nothing follows
    if !(pair.a.x > 0 && inverse.x > 0 && inverse.x.isFinite) { isRegular = false }
    let v = SIMD2(
      inverse.x * torque.x + inverse.y * torque.y, inverse.z * torque.x + inverse.w * torque.y)
    guard differentiating else { return v }

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
    kept.byAngle = Self.product(inverse, k)
    kept.byRate = Self.product(inverse, c)
    kept.inverse = inverse
    Self.fillInertias(
      &inertiaFirst, &inertiaSecond, loadedInertias, stage: stage, at: motion, u: u, v: v)
    let own = columns.joints.count
    for column in 0..<own {
      let joint = columns.joints[column].joint
      jointTorques[stage * own + column] = joints[joint].change(
        by: columns.joints[column].number, q: q[joint], u: u[joint])
    }
    return v
  }

  /// What the inertial unknowns take at a stage.
  @inline(never)
  private static func fillInertias(
    _ first: inout [Lanes], _ second: inout [Lanes], _ numbers: [Lanes], stage: Int,
    at motion: HingePair.Motion, u: SIMD2<Double>, v: SIMD2<Double>
  ) {
    let blocks = numbers.count / 18
    let given = numbers.span
    var firsts = first.mutableSpan
    var seconds = second.mutableSpan
    for block in 0..<blocks {
      let required = HingePair.torques(given, from: 18 * block, at: motion, u: u, v: v)
      firsts[stage * blocks + block] = required.first
      seconds[stage * blocks + block] = required.second
    }
  }

  /// The product of two matrices of two rows and columns, row by row.
  @inline(__always)
  private static func product(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> SIMD4<Double> {
    SIMD4(
      a.x * b.x + a.y * b.z, a.x * b.y + a.y * b.w, a.z * b.x + a.w * b.z, a.z * b.y + a.w * b.w)
  }
}
