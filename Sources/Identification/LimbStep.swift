internal import Algebra
internal import CShim
internal import Kernels
internal import KernelsV3
internal import Musculoskeletal

/// One RK4 step of the limb with the exact derivative of the step: the hot loop.
///
/// Structured forward sensitivity: each stage gives J = d xdot/dx, the accelerations' derivatives by
/// every unknown and by every disturbance; a reverse recursion over the four stages,
///   W4 = h/6, W3 = h/3 + h W4 J4, W2 = h/3 + h/2 W3 J3, W1 = h/6 + h/2 W2 J2,
/// makes the step's transition A = 1 + sum W_s J_s and its inputs sum W_s b_s, so that the sensitivity
/// meets one product with A a step instead of four.
///
/// Where the model is one that `StepKernelPlan` knows the kernels do all this, eight muscles at a time; else
/// the reference equations do. Both agree to rounding.
struct LimbStep: Sendable {
  /// Who computes the step.
  enum Variant: Sendable {
    /// The reference equations.
    case reference
    /// The kernel for every processor.
    case baseline
    /// The kernel for AVX2 and FMA.
    case version3

    /// The fastest that this processor has.
    static var fastest: Variant { diffmsm_has_avx2_and_fma() ? .version3 : .baseline }
  }

  /// d x(end)/d x(start) (2n x 2n) [units of x].
  private(set) var transition: [Double]
  /// d x(end)/d disturbance (2n x disturbanceCount) [units of x per disturbance].
  private(set) var byDisturbance: [Double]
  /// d x(end)/d theta with the start held (2n x parameterCount) [units of x per unit of theta].
  private(set) var byParameter: [Double]
  /// False when the mass matrix was singular or a number not finite in some stage.
  private(set) var isRegular = true

  /// Coordinates n [1].
  private let count: Int
  /// Disturbances on activations [1].
  private let activationDisturbances: Int
  /// All disturbances [1].
  private let disturbanceCount: Int
  /// Unknowns [1].
  private let parameterCount: Int

  /// The limb at the present stage.
  private var state: LimbState
  /// d xdot/dx, the lower half of each stage (4 x n x 2n) [1/s^2, 1/s].
  private var jacobians: [Double]
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
  /// d udot/d ten linear mass numbers of one body (10 x n) [rad/s^2 per unit].
  private var byMassNumbers: [Double]
  /// d udot/d unknowns of free distributions (bodyCount x 10 x n) [rad/s^2 per unit of theta].
  private var byDistribution: [Double]

  /// What goes where in the kernel; nil where the reference equations do it.
  private let plan: StepKernelPlan?
  /// The kernel for every processor.
  private var baseline: Kernels.StepKernel?
  /// The kernel for AVX2 and FMA.
  private var version3: KernelsV3.StepKernel?
  /// The numbers that the kernel has.
  private var known: LimbParameters?

  /// A step of `model`, by the fastest variant that the processor and the model allow, or by another.
  init(_ model: LimbEstimationModel, variant: Variant = .fastest) {
    plan = variant == .reference ? nil : StepKernelPlan(model)
    if let plan {
      if variant == .version3 {
        version3 = plan.kernel(KernelsV3.StepKernel.self, model: model)
      } else {
        baseline = plan.kernel(Kernels.StepKernel.self, model: model)
      }
    }
    let n = model.limb.coordinateCount
    count = n
    activationDisturbances = model.activationDisturbances
    disturbanceCount = model.activationDisturbances + model.torqueDisturbances
    parameterCount = model.parameters.count
    func zeros(_ count: Int) -> [Double] { Array(repeating: 0, count: count) }
    transition = zeros(4 * n * n)
    byDisturbance = zeros(2 * n * disturbanceCount)
    byParameter = zeros(2 * n * parameterCount)
    state = LimbState(model.limb)
    jacobians = zeros(8 * n * n)
    disturbances = zeros(4 * n * disturbanceCount)
    inputs = zeros(4 * n * parameterCount)
    weight = zeros(4 * n * n)
    product = zeros(4 * n * n)
    q = zeros(n)
    u = zeros(n)
    rateSum = zeros(n)
    accelerationSum = zeros(n)
    activations = zeros(model.limb.muscleCount)
    torque = zeros(n)
    let isFree = !model.parameters.distributions.isEmpty
    byMassNumbers = zeros(isFree ? 10 * n : 0)
    byDistribution = zeros(isFree ? 10 * n * model.limb.description.bodies.count : 0)
  }

  /// Advances `z` (2n states, then disturbances, which stay) over `step` [s] from half step `halfStep`.
  ///
  /// - Parameter differentiating: also fills `transition`, `byDisturbance` and `byParameter`.
  mutating func advance(
    _ z: inout [Double], model: LimbEstimationModel, system: SystemParameters,
    track: ActivationTrack, halfStep: Int, step: Double, payloadMass: Double,
    external: ExternalTorque = ExternalTorque(), differentiating: Bool
  ) {
    if let plan {
      // equal arrays that were not copied are told by their place, so that this costs nothing
      let isNew = known != system.limb
      if isNew { known = system.limb }
      if version3 != nil {
        if isNew { plan.set(&version3!, system.limb, limb: model.limb) }
        isRegular = Self.advance(
          &version3!, &z, track: track, halfStep: halfStep, step: step, payloadMass: payloadMass,
          external: external, transition: &transition, byDisturbance: &byDisturbance,
          byParameter: &byParameter,
          differentiating: differentiating)
      } else {
        if isNew { plan.set(&baseline!, system.limb, limb: model.limb) }
        isRegular = Self.advance(
          &baseline!, &z, track: track, halfStep: halfStep, step: step, payloadMass: payloadMass,
          external: external, transition: &transition, byDisturbance: &byDisturbance,
          byParameter: &byParameter,
          differentiating: differentiating)
      }
      return
    }
    let n = count
    isRegular = true
    for index in 0..<n {
      rateSum[index] = 0
      accelerationSum[index] = 0
      torque[index] =
        (disturbanceCount > activationDisturbances ? z[2 * n + activationDisturbances + index] : 0)
        + external[index]
    }
    for stage in 0..<4 {
      // the state of this stage: start, two middles, end
      let fraction = stage == 0 ? 0 : stage == 3 ? step : 0.5 * step
      for index in 0..<n {
        let rate = stage == 0 ? 0 : u[index]
        let acceleration = stage == 0 ? 0 : state.acceleration[index]
        q[index] = z[index] + fraction * rate
        u[index] = z[n + index] + fraction * acceleration
      }
      let row = halfStep + (stage == 0 ? 0 : stage == 3 ? 2 : 1)
      let muscles = activations.count
      for muscle in 0..<muscles {
        let disturbance = activationDisturbances > 0 ? z[2 * n + muscle] : 0
        activations[muscle] = track.activations[row * muscles + muscle] * (1 + disturbance)
      }
      model.limb.evaluate(
        q: q, u: u, activations: activations, torque: torque, payloadMass: payloadMass,
        parameters: system.limb, state: &state, forDerivatives: differentiating)
      if !state.isRegular { isRegular = false }
      let share = stage == 0 || stage == 3 ? 1.0 : 2.0
      for index in 0..<n {
        rateSum[index] += share * u[index]
        accelerationSum[index] += share * state.acceleration[index]
      }
      if differentiating {
        model.limb.differentiate(
          q: q, u: u, payloadMass: payloadMass, parameters: system.limb, state: &state)
        keepStage(stage, model: model, system: system, track: track, row: row, z: z)
      }
    }
    for index in 0..<n {
      z[index] += step / 6 * rateSum[index]
      z[n + index] += step / 6 * accelerationSum[index]
      if !z[index].isFinite || !z[n + index].isFinite { isRegular = false }
    }
    if differentiating { combineStages(step: step) }
  }

  /// The step by a kernel; false when it left the numbers.
  @inline(__always)
  private static func advance<Kernel: StepVariant>(
    _ kernel: inout Kernel, _ z: inout [Double], track: ActivationTrack, halfStep: Int,
    step: Double, payloadMass: Double, external: ExternalTorque, transition: inout [Double],
    byDisturbance: inout [Double], byParameter: inout [Double], differentiating: Bool
  ) -> Bool {
    var state = z.mutableSpan
    var whole = transition.mutableSpan
    var disturbed = byDisturbance.mutableSpan
    var columns = byParameter.mutableSpan
    kernel.advance(
      &state, activations: track.activations.span, from: halfStep * track.drives.count,
      changes: track.activationChanges.span, from: halfStep * track.tangents.count, step: step,
      payloadMass: payloadMass, external: (external[0], external[1]), transition: &whole,
      byDisturbance: &disturbed,
      byParameter: &columns, differentiating: differentiating)
    return kernel.isRegular
  }

  /// Stores the derivatives of one stage.
  private mutating func keepStage(
    _ stage: Int, model: LimbEstimationModel, system: SystemParameters, track: ActivationTrack,
    row: Int, z: [Double]
  ) {
    let n = count
    for i in 0..<n {
      for j in 0..<n {
        let at = stage * 2 * n * n + i * 2 * n
        jacobians[at + j] = state.accelerationByAngle[i * n + j]
        jacobians[at + n + j] = state.accelerationByRate[i * n + j]
      }
    }

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
    for index in 0..<(side * side) { transition[index] = 0 }
    for i in 0..<side { transition[i * side + i] = 1 }
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
          transition[i * side + j] += sum
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
