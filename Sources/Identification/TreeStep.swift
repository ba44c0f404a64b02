internal import Algebra
internal import Musculoskeletal

/// RK4 steps of a limb whose skeleton the reference equations move; its muscles by a kernel, or by them too.
struct TreeStep: Sendable {
  /// What a step is given besides state and numbers.
  struct Moment {
    /// Where it begins (half steps) [1].
    var halfStep: Int
    /// The step [s].
    var step: Double
    /// Payload held [kg].
    var payloadMass: Double
    /// What a worn device gives.
    var external: ExternalTorque
  }

  /// Coordinates n [1].
  private let count: Int
  /// Disturbances on activations [1].
  private let activationDisturbances: Int
  /// All disturbances [1].
  private let disturbanceCount: Int
  /// Unknowns [1].
  private let parameterCount: Int
  /// What unknowns move besides muscles, where a kernel has these (movers).
  private let movers: [Quantity]
  /// Columns of movers [1].
  private let moverWidth: Int
  /// True when some of them is inertial.
  private let hasInertialMovers: Bool

  /// d x(end)/d x(start) (2n x 2n) [units of x].
  private var whole: [Double]
  /// d x(end)/d disturbance (2n x disturbanceCount) [units of x per disturbance].
  private var byDisturbance: [Double]
  /// d x(end)/d theta with the start held (2n x parameterCount) [units of x per unit of theta].
  private var byParameter: [Double]
  /// The limb at the present stage.
  private var state: LimbState
  /// d xdot/dx, the lower half of each stage (4 x n x 2n) [1/s^2, 1/s].
  private var jacobians: [Double]
  /// Inverse mass matrices of each stage (4 x n x n) [1/(kg·m^2)].
  private var inverses: [Double]
  /// d udot/d movers of each stage (4 x n x moverWidth) [rad/s^2 per unit].
  private var moved: [Double]
  /// How muscles' torques change with angles (n x n) [N·m/rad].
  private var torqueByAngle: [Double]
  /// With rates (n x n) [N·m·s/rad].
  private var torqueByRate: [Double]
  /// d udot/d disturbance of each stage (4 x n x disturbanceCount) [rad/s^2 per disturbance].
  private var disturbances: [Double]
  /// d udot/d theta of each stage (4 x n x parameterCount) [rad/s^2 per unit of theta].
  private var inputs: [Double]
  /// Stage weights W (2n x 2n) [s].
  private var weight: [Double]
  /// Weight times Jacobian (2n x 2n) [units of x].
  private var product: [Double]
  /// Stage state, angles (n) [rad].
  private var q: [Double]
  /// Stage state, rates (n) [rad/s].
  private var u: [Double]
  /// Sum of the stages' rates (n) [rad/s].
  private var rateSum: [Double]
  /// Sum of the stages' accelerations (n) [rad/s^2].
  private var accelerationSum: [Double]
  /// Activations with their disturbances (muscleCount) [1].
  private var activations: [Double]
  /// Disturbing torques (n) [N·m].
  private var torque: [Double]
  /// Those with the muscles' (n) [N·m].
  private var pulled: [Double]
  /// Rows of the sensitivity before the step (stateCount) [as its columns].
  private var column: [SIMD8<Double>]
  /// d udot/d ten linear mass numbers of one body (10 x n) [rad/s^2 per unit].
  private var byMassNumbers: [Double]
  /// d udot/d unknowns of free distributions (bodyCount x 10 x n) [rad/s^2 per unit of theta].
  private var byDistribution: [Double]

  /// A step of `model`, in which a kernel has `movers` in `moverWidth` columns, if it has anything.
  init(_ model: LimbEstimationModel, movers: [Quantity], moverWidth: Int) {
    let n = model.limb.coordinateCount
    count = n
    self.movers = movers
    self.moverWidth = moverWidth
    hasInertialMovers = movers.contains {
      switch $0 {
      case .body, .payload, .tilt: true
      default: false
      }
    }
    activationDisturbances = model.activationDisturbances
    disturbanceCount = model.activationDisturbances + model.torqueDisturbances
    parameterCount = model.parameters.count
    func zeros(_ count: Int) -> [Double] { Array(repeating: 0, count: count) }
    // what only the reference equations need is left out where a kernel is
    let own = moverWidth > 0 ? 0 : 1
    whole = zeros(own * 4 * n * n)
    byDisturbance = zeros(own * 2 * n * disturbanceCount)
    byParameter = zeros(own * 2 * n * parameterCount)
    state = LimbState(model.limb)
    jacobians = zeros(8 * n * n)
    inverses = zeros(4 * n * n)
    moved = zeros(4 * n * moverWidth)
    torqueByAngle = zeros(n * n)
    torqueByRate = zeros(n * n)
    disturbances = zeros(own * 4 * n * disturbanceCount)
    inputs = zeros(own * 4 * n * parameterCount)
    weight = zeros(own * 4 * n * n)
    product = zeros(own * 4 * n * n)
    q = zeros(n)
    u = zeros(n)
    rateSum = zeros(n)
    accelerationSum = zeros(n)
    activations = zeros(model.limb.muscleCount)
    torque = zeros(n)
    pulled = zeros(n)
    column = Array(repeating: SIMD8(repeating: 0), count: model.stateCount)
    let isFree = !model.parameters.distributions.isEmpty
    byMassNumbers = zeros(isFree ? 10 * n : 0)
    byDistribution = zeros(isFree ? 10 * n * model.limb.description.bodies.count : 0)
  }

  // MARK: with a kernel

  /// A step in which a kernel has the muscles and the sensitivities; false when it left the numbers.
  mutating func advance<Kernel: StepVariant>(
    _ kernel: inout Kernel, _ z: inout [Double], at moment: Moment, model: LimbEstimationModel,
    system: SystemParameters, track: ActivationTrack, retention: [Double],
    transition: inout [Double], sensitivity: inout [SIMD8<Double>], differentiating: Bool
  ) -> Bool {
    let n = count
    var isRegular = true
    begin(z, external: moment.external)
    Self.begin(&kernel, &z, activations: track, from: moment.halfStep)
    for stage in 0..<4 {
      move(z, stage: stage, step: moment.step)
      for index in 0..<n { pulled[index] = torque[index] }
      if differentiating {
        for index in 0..<(n * n) {
          torqueByAngle[index] = 0
          torqueByRate[index] = 0
        }
      }
      Self.pull(
        &kernel, stage, q: q, u: u, torque: &pulled, byAngle: &torqueByAngle,
        byRate: &torqueByRate, differentiating: differentiating)
      model.limb.evaluateSkeleton(
        q: q, u: u, torque: pulled, payloadMass: moment.payloadMass, parameters: system.limb,
        state: &state)
      if !state.isRegular { isRegular = false }
      addUp(stage)
      guard differentiating else { continue }
      model.limb.differentiateSkeleton(
        q: q, u: u, payloadMass: moment.payloadMass, parameters: system.limb,
        muscleTorqueByAngle: torqueByAngle, muscleTorqueByRate: torqueByRate,
        byMasses: hasInertialMovers, state: &state)
      keepJacobian(stage)
      for index in 0..<(n * n) {
        inverses[stage * n * n + index] = state.accelerationByTorque[index]
      }
      for index in system.distributionChanges.indices {
        keepDistribution(system.distributionChanges[index], model: model)
      }
      for index in movers.indices {
        for i in 0..<n {
          moved[(stage * n + i) * moverWidth + index] = acceleration(
            i, by: movers[index], system: system)
        }
      }
    }
    guard end(&z, step: moment.step), isRegular else { return false }
    guard differentiating else { return true }
    var all = transition.mutableSpan
    var lanes = sensitivity.mutableSpan
    kernel.combine(
      step: moment.step, jacobians: jacobians.span, inverses: inverses.span, movers: moved.span,
      changes: track.activationChanges.span, from: moment.halfStep * track.tangents.count,
      retention: retention.span, transition: &all, sensitivity: &lanes)
    return true
  }

  @inline(__always)
  private static func begin<Kernel: StepVariant>(
    _ kernel: inout Kernel, _ z: inout [Double], activations track: ActivationTrack,
    from halfStep: Int
  ) {
    let state = z.mutableSpan
    kernel.begin(
      state, activations: track.activations.span, from: halfStep * track.drives.count)
  }

  @inline(__always)
  private static func pull<Kernel: StepVariant>(
    _ kernel: inout Kernel, _ stage: Int, q: [Double], u: [Double], torque: inout [Double],
    byAngle: inout [Double], byRate: inout [Double], differentiating: Bool
  ) {
    var sum = torque.mutableSpan
    var angles = byAngle.mutableSpan
    var rates = byRate.mutableSpan
    kernel.pull(
      stage, q: q.span, u: u.span, torque: &sum, byAngle: &angles, byRate: &rates,
      differentiating: differentiating)
  }

  // MARK: reference equations

  /// A step by the reference equations alone; false when it left the numbers.
  mutating func advance(
    _ z: inout [Double], at moment: Moment, model: LimbEstimationModel, system: SystemParameters,
    track: ActivationTrack, retention: [Double], transition: inout [Double],
    sensitivity: inout [SIMD8<Double>], differentiating: Bool
  ) -> Bool {
    let n = count
    var isRegular = true
    begin(z, external: moment.external)
    for stage in 0..<4 {
      move(z, stage: stage, step: moment.step)
      let row = moment.halfStep + (stage == 0 ? 0 : stage == 3 ? 2 : 1)
      let muscles = activations.count
      for muscle in 0..<muscles {
        let disturbance = activationDisturbances > 0 ? z[2 * n + muscle] : 0
        activations[muscle] = track.activations[row * muscles + muscle] * (1 + disturbance)
      }
      model.limb.evaluate(
        q: q, u: u, activations: activations, torque: torque, payloadMass: moment.payloadMass,
        parameters: system.limb, state: &state, forDerivatives: differentiating)
      if !state.isRegular { isRegular = false }
      addUp(stage)
      if differentiating {
        model.limb.differentiate(
          q: q, u: u, payloadMass: moment.payloadMass, parameters: system.limb, state: &state)
        keepStage(stage, model: model, system: system, track: track, row: row, z: z)
      }
    }
    if !end(&z, step: moment.step) { isRegular = false }
    guard differentiating else { return isRegular }
    combineStages(step: moment.step)
    let side = 2 * n
    let states = side + disturbanceCount
    for i in 0..<side {
      for j in 0..<side { transition[i * states + j] = whole[i * side + j] }
      for j in 0..<disturbanceCount {
        transition[i * states + side + j] = byDisturbance[i * disturbanceCount + j]
      }
    }
    propagate(&sensitivity, transition: transition, retention: retention)
    return isRegular
  }

  /// S <- A S + B, disturbances fading.
  private mutating func propagate(
    _ sensitivity: inout [SIMD8<Double>], transition: [Double], retention: [Double]
  ) {
    let side = 2 * count
    let states = side + disturbanceCount
    let blocks = (parameterCount + 7) / 8
    for block in 0..<blocks {
      for state in 0..<states { column[state] = sensitivity[state * blocks + block] }
      for i in 0..<side {
        var sum = SIMD8<Double>(repeating: 0)
        for lane in 0..<min(8, parameterCount - 8 * block) {
          sum[lane] = byParameter[i * parameterCount + 8 * block + lane]
        }
        for state in 0..<states { sum += transition[i * states + state] * column[state] }
        sensitivity[i * blocks + block] = sum
      }
      for j in retention.indices {
        sensitivity[(side + j) * blocks + block] = column[side + j] * retention[j]
      }
    }
  }

  // MARK: both

  /// Begins a step: sums and torques.
  private mutating func begin(_ z: [Double], external: ExternalTorque) {
    for index in 0..<count {
      rateSum[index] = 0
      accelerationSum[index] = 0
      torque[index] =
        (disturbanceCount > activationDisturbances
          ? z[2 * count + activationDisturbances + index] : 0) + external[index]
    }
  }

  /// The state of a stage: start, two middles, end.
  private mutating func move(_ z: [Double], stage: Int, step: Double) {
    let fraction = stage == 0 ? 0 : stage == 3 ? step : 0.5 * step
    for index in 0..<count {
      let rate = stage == 0 ? 0 : u[index]
      let acceleration = stage == 0 ? 0 : state.acceleration[index]
      q[index] = z[index] + fraction * rate
      u[index] = z[count + index] + fraction * acceleration
    }
  }

  private mutating func addUp(_ stage: Int) {
    let share = stage == 0 || stage == 3 ? 1.0 : 2.0
    for index in 0..<count {
      rateSum[index] += share * u[index]
      accelerationSum[index] += share * state.acceleration[index]
    }
  }

  /// Ends a step; false when it left the numbers.
  private func end(_ z: inout [Double], step: Double) -> Bool {
    var isFinite = true
    for index in 0..<count {
      z[index] += step / 6 * rateSum[index]
      z[count + index] += step / 6 * accelerationSum[index]
      if !z[index].isFinite || !z[count + index].isFinite { isFinite = false }
    }
    return isFinite
  }

  private mutating func keepJacobian(_ stage: Int) {
    let n = count
    for i in 0..<n {
      for j in 0..<n {
        let at = stage * 2 * n * n + i * 2 * n
        jacobians[at + j] = state.accelerationByAngle[i * n + j]
        jacobians[at + n + j] = state.accelerationByRate[i * n + j]
      }
    }
  }

  /// Stores the derivatives of one stage.
  private mutating func keepStage(
    _ stage: Int, model: LimbEstimationModel, system: SystemParameters, track: ActivationTrack,
    row: Int, z: [Double]
  ) {
    let n = count
    keepJacobian(stage)

    // disturbances: epsilon times activation, then torques
    let muscles = activations.count
    for i in 0..<n {
      let at = (stage * n + i) * disturbanceCount
      for muscle in 0..<activationDisturbances {
        disturbances[at + muscle] =
          state.accelerationByForce[muscle * n + i] * state.force[muscle].byActivation
          * track.activations[row * muscles + muscle]
      }
      for j in 0..<(disturbanceCount - activationDisturbances) {
        disturbances[at + activationDisturbances + j] = state.accelerationByTorque[i * n + j]
      }
    }

    for index in system.distributionChanges.indices {
      keepDistribution(system.distributionChanges[index], model: model)
    }

    // unknowns
    let base = stage * n * parameterCount
    for index in 0..<(n * parameterCount) { inputs[base + index] = 0 }
    for move in model.parameters.moves {
      for i in 0..<n {
        inputs[base + i * parameterCount + move.parameter] += acceleration(
          i, by: move.quantity, system: system)
      }
    }
    for (index, tangent) in track.tangents.enumerated() {
      let muscle = tangent.muscle
      let disturbance = activationDisturbances > 0 ? z[2 * n + muscle] : 0
      let change =
        track.activationChanges[row * track.tangents.count + index] * (1 + disturbance)
        * state.force[muscle].byActivation
      for i in 0..<n {
        inputs[base + i * parameterCount + tangent.parameter] +=
          state.accelerationByForce[muscle * n + i] * change
      }
    }
  }

  /// d udot by the unknowns of a body's distribution, at the motion that `differentiate` left.
  private mutating func keepDistribution(_ change: DistributionChange, model: LimbEstimationModel) {
    let n = count
    model.limb.differentiateByInertia(ofBody: change.body, state: &state, into: &byMassNumbers)
    for place in 0..<10 {
      for i in 0..<n {
        var sum = 0.0
        for number in 0..<10 {
          sum += byMassNumbers[number * n + i] * change.jacobian[10 * number + place]
        }
        byDistribution[(10 * change.body + place) * n + i] = sum
      }
    }
  }

  /// d udot_i by one quantity's coordinate of theta; activations come from the track.
  @inline(__always)
  private func acceleration(_ i: Int, by quantity: Quantity, system: SystemParameters) -> Double {
    let n = count
    switch quantity {
    case .muscle(let muscle, let property):
      let force = state.force[muscle]
      let change =
        switch property {
        case .maxIsometricForce: force.byLogMaxIsometricForce
        case .optimalFiberLength: force.byLogOptimalFiberLength
        case .tendonSlackLength: force.byLogTendonSlackLength
        case .maxContractionVelocity: force.byLogMaxContractionVelocity
        case .pennation: force.byPennation
        case .fiberDamping: system.limb.muscles[muscle].fiberDamping * force.byFiberDamping
        // a rigid tendon does not stretch; time constants act through the track's activations
        case .tendonStrain, .activationTimeConstant, .deactivationTimeConstant: 0.0
        }
      return state.accelerationByForce[muscle * n + i] * change
    case .body(let body, .mass): return state.accelerationByLogMass[body * n + i]
    case .body(let body, .massCenter): return state.accelerationByLogMassCenter[body * n + i]
    case .body(let body, .inertia): return state.accelerationByLogInertia[body * n + i]
    case .distribution(let body, let property):
      return byDistribution[(10 * body + property.place) * n + i]
    case .coordinate(let j, .damping):
      return -state.accelerationByTorque[i * n + j] * system.limb.joints[j].damping * u[j]
    case .coordinate(let j, .stiffness):
      let joint = system.limb.joints[j]
      return -state.accelerationByTorque[i * n + j] * joint.stiffness * (q[j] - joint.restAngle)
    case .coordinate(let j, .restAngle):
      return state.accelerationByTorque[i * n + j] * system.limb.joints[j].stiffness
    case .coordinate(let j, .limitTorque):
      let joint = system.limb.joints[j]
      return state.accelerationByTorque[i * n + j] * joint.limitTorque
        * joint.limitShape(at: q[j]).value
    case .coordinate(let j, .limitAngle):
      let joint = system.limb.joints[j]
      return state.accelerationByTorque[i * n + j] * joint.limitTorque
        * joint.upperLimitByAngle(at: q[j])
    case .tilt: return state.accelerationByTilt[i]
    case .coordinate(_, .offset), .emg: return 0
    case .payload(.mass): return state.accelerationByLogPayloadMass[i]
    case .payload(.location): return state.accelerationByLogPayloadLocation[i]
    }
  }

  /// The reverse recursion over the stages.
  private mutating func combineStages(step: Double) {
    let n = count
    let side = 2 * n
    for index in 0..<(side * side) { whole[index] = 0 }
    for i in 0..<side { whole[i * side + i] = 1 }
    for index in byDisturbance.indices { byDisturbance[index] = 0 }
    for index in byParameter.indices { byParameter[index] = 0 }
    for stage in (0..<4).reversed() {
      // W of this stage from the product of the next one
      let own = (stage == 0 || stage == 3 ? 1.0 / 6 : 1.0 / 3) * step
      let chain = stage == 2 ? step : 0.5 * step
      for i in 0..<side {
        for j in 0..<side {
          // the last stage has no successor; what an earlier, failed step left is not even times zero
          let later = stage == 3 ? 0 : chain * product[i * side + j]
          weight[i * side + j] = (i == j ? own : 0) + later
        }
      }
      // product = W J with J = [0 1; Jq Jv]
      let at = stage * side * n
      for i in 0..<side {
        for j in 0..<side {
          var sum = j >= n ? weight[i * side + j - n] : 0
          for k in 0..<n { sum += weight[i * side + n + k] * jacobians[at + k * side + j] }
          product[i * side + j] = sum
          whole[i * side + j] += sum
        }
      }
      Self.accumulate(
        stage, disturbances, width: disturbanceCount, weight: weight, count: n,
        into: &byDisturbance)
      Self.accumulate(
        stage, inputs, width: parameterCount, weight: weight, count: n, into: &byParameter)
    }
  }

  /// Adds W[:, rates] times a stage's inputs (n x width) to `total` (2n x width).
  @inline(__always)
  private static func accumulate(
    _ stage: Int, _ inputs: [Double], width: Int, weight: [Double], count n: Int,
    into total: inout [Double]
  ) {
    var sum = total.mutableSpan
    let given = inputs.span
    for i in 0..<(2 * n) {
      for k in 0..<n {
        let factor = weight[i * 2 * n + n + k]
        let from = (stage * n + k) * width
        let to = i * width
        for column in 0..<width {
          sum[to + column] += factor * given[from + column]
        }
      }
    }
  }
}
