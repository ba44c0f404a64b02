internal import Musculoskeletal

/// Which of a model's numbers go where in the hot loop; nil when the hot loop has not all of its parts.
///
/// The hot loop knows one or two plain hinges, De Groote-Fregly's muscles on rigid tendons whose paths are
/// straight stretches or polynomials of at most two angles, and the quantities below. Everything else takes
/// the reference equations.
struct StepKernelPlan: Sendable {
  /// The path of each muscle (muscleCount).
  let paths: [PairPath]
  /// The inertial unknowns, one a lane.
  private(set) var inertias: [HingeInertia] = []
  /// Muscles' numbers that unknowns move.
  private(set) var muscleColumns: [(muscle: Int, number: Int, unknown: Int)] = []
  /// Joints' numbers.
  private(set) var jointColumns: [(joint: Int, number: Int, unknown: Int)] = []
  /// Inertial numbers.
  private(set) var inertiaColumns: [(lane: Int, unknown: Int)] = []

  /// The plan of `model`.
  init?(_ model: LimbEstimationModel) {
    let limb = model.limb
    guard limb.isHingePair, limb.elasticMuscles.isEmpty else { return nil }
    guard limb.nominalParameters.muscles.allSatisfy(\.isDeGrooteFregly) else { return nil }
    let paths = (0..<limb.muscleCount).compactMap { limb.pairPath($0) }
    guard paths.count == limb.muscleCount else { return nil }
    self.paths = paths
    for move in model.parameters.moves {
      guard add(move) else { return nil }
    }
  }

  /// Makes a column of `move`; false when the hot loop does not know its quantity.
  private mutating func add(_ move: ParameterSet.Move) -> Bool {
    func inertia(_ number: HingeInertia) -> Bool {
      if !inertias.contains(number) { inertias.append(number) }
      inertiaColumns.append((inertias.firstIndex(of: number) ?? 0, move.parameter))
      return true
    }
    func joint(_ joint: Int, _ number: Int) -> Bool {
      jointColumns.append((joint, number, move.parameter))
      return true
    }
    switch move.quantity {
    case .muscle(let muscle, .maxIsometricForce): muscleColumns.append((muscle, 0, move.parameter))
    case .muscle(let muscle, .optimalFiberLength): muscleColumns.append((muscle, 1, move.parameter))
    case .muscle(let muscle, .tendonSlackLength): muscleColumns.append((muscle, 2, move.parameter))
    case .muscle(let muscle, .maxContractionVelocity):
      muscleColumns.append((muscle, 3, move.parameter))
    case .body(let body, .mass): return inertia(.mass(body))
    case .body(let body, .massCenter): return inertia(.massCenter(body))
    case .body(let body, .inertia): return inertia(.inertia(body))
    case .payload(.mass): return inertia(.payloadMass)
    case .payload(.location): return inertia(.payloadLocation)
    case .tilt: return inertia(.tilt)
    case .coordinate(let index, .damping): return joint(index, 0)
    case .coordinate(let index, .stiffness): return joint(index, 1)
    case .coordinate(let index, .restAngle): return joint(index, 2)
    case .coordinate(let index, .limitTorque): return joint(index, 3)
    // a rigid tendon does not stretch; time constants act through the track's activations
    case .coordinate(_, .offset), .emg, .muscle(_, .tendonStrain),
      .muscle(_, .activationTimeConstant), .muscle(_, .deactivationTimeConstant):
      break
    case .muscle(_, .pennation), .muscle(_, .fiberDamping), .distribution,
      .coordinate(_, .limitAngle):
      return false
    }
    return true
  }

  /// A kernel of this plan, its paths set and its numbers not.
  func kernel<Variant: StepVariant>(_: Variant.Type, model: LimbEstimationModel) -> Variant {
    let track = ActivationTrack(
      drives: model.drives, parameters: model.parameters, isDirect: model.drivesActivation)
    var kernel = Variant(
      count: model.limb.coordinateCount, coordinates: paths.map(\.coordinates),
      unknownCount: model.parameters.count, muscleColumns: muscleColumns,
      jointColumns: jointColumns, inertiaColumns: inertiaColumns,
      activationColumns: track.tangents.map { ($0.muscle, $0.parameter) },
      inertiaLanes: inertias.count, activationDisturbances: model.activationDisturbances,
      torqueDisturbances: model.torqueDisturbances)
    for (muscle, path) in paths.enumerated() {
      kernel.setPath(
        muscle: muscle, coordinates: path.coordinates, constantLength: path.constantLength,
        stretches: path.stretches, order: path.order, polynomial: path.coefficients,
        centers: path.centers, scales: path.scales)
    }
    return kernel
  }

  /// Gives `kernel` the numbers of `parameters`.
  func set<Variant: StepVariant>(
    _ kernel: inout Variant, _ parameters: LimbParameters, limb: LimbModel
  ) {
    for (index, muscle) in parameters.muscles.enumerated() {
      kernel.setNumbers(
        muscle: index, maxIsometricForce: muscle.maxIsometricForce,
        optimalFiberLength: muscle.optimalFiberLength,
        tendonSlackLength: muscle.tendonSlackLength,
        maxContractionVelocity: muscle.maxContractionVelocity, fiberDamping: muscle.fiberDamping,
        pennationSine: muscle.pennationSine, passive: muscle.passiveCurve,
        narrowing: muscle.activeNarrowing)
    }
    for (index, joint) in parameters.joints.enumerated() {
      kernel.setJoint(
        index, damping: joint.damping, deviceDamping: joint.deviceDamping,
        coulomb: (joint.coulombFriction, joint.coulombSpeed),
        spring: (joint.stiffness, joint.restAngle), limit: (joint.limitTorque, joint.limitWidth),
        range: min(
          joint.rangeMinimum, joint.rangeMaximum)...max(
            joint.rangeMinimum, joint.rangeMaximum))
    }
    // everything is linear in the payload's mass
    let empty = limb.hingeHarmonics(parameters, payloadMass: 0).all
    let loaded = limb.hingeHarmonics(parameters, payloadMass: 1).all
    kernel.setLimb(empty, byPayload: zip(loaded, empty).map { $0 - $1 })
    for (lane, number) in inertias.enumerated() {
      let empty = limb.hingeHarmonics(parameters, payloadMass: 0, by: number).all
      let loaded = limb.hingeHarmonics(parameters, payloadMass: 1, by: number).all
      kernel.setInertia(lane: lane, empty, byPayload: zip(loaded, empty).map { $0 - $1 })
    }
  }
}
