internal import Musculoskeletal

/// Which of a model's numbers go where in the hot loop; nil when the hot loop has not all of its parts.
///
/// The hot loop knows De Groote-Fregly's muscles on rigid tendons whose paths are straight stretches or
/// polynomials of at most two angles. One or two plain hinges it integrates itself, unless a distribution is
/// free; of any other skeleton the reference equations give the motion, see `TreeStep`.
struct StepKernelPlan: Sendable {
  /// The path of each muscle (muscleCount).
  let paths: [PairPath]
  /// True for one or two hinges in closed form.
  let isClosed: Bool
  /// The harmonics of a closed form by its masses.
  private let basis: HingeHarmonicsBasis?
  /// The inertial unknowns of a closed form, one a lane.
  private(set) var inertias: [HingeInertia] = []
  /// What unknowns move in another skeleton besides muscles, one a lane.
  private(set) var movers: [Quantity] = []
  /// Muscles' numbers that unknowns move.
  private(set) var muscleColumns: [(muscle: Int, number: Int, unknown: Int)] = []
  /// Joints' numbers of a closed form.
  private(set) var jointColumns: [(joint: Int, number: Int, unknown: Int)] = []
  /// Inertial numbers, or movers.
  private(set) var inertiaColumns: [(lane: Int, unknown: Int)] = []

  /// The plan of `model`.
  init?(_ model: LimbEstimationModel) {
    let limb = model.limb
    guard limb.elasticMuscles.isEmpty else { return nil }
    guard limb.nominalParameters.muscles.allSatisfy(\.isDeGrooteFregly) else { return nil }
    let paths = (0..<limb.muscleCount).compactMap { limb.pairPath($0) }
    guard paths.count == limb.muscleCount else { return nil }
    self.paths = paths
    isClosed = limb.isHingePair && model.parameters.distributions.isEmpty
    basis = isClosed ? HingeHarmonicsBasis(limb, model.parameters.base.limb) : nil
    for move in model.parameters.moves where !addMuscle(move) {
      if isClosed { addClosed(move) } else { addMover(move) }
    }
  }

  /// Makes a column of a muscle's number, where `move` is one of it.
  private mutating func addMuscle(_ move: ParameterSet.Move) -> Bool {
    guard case .muscle(let muscle, let property) = move.quantity else { return false }
    let number: Int? =
      switch property {
      case .maxIsometricForce: 0
      case .optimalFiberLength: 1
      case .tendonSlackLength: 2
      case .maxContractionVelocity: 3
      case .pennation: 4
      case .fiberDamping: 5
      // a rigid tendon does not stretch; time constants act through the track's activations
      case .tendonStrain, .activationTimeConstant, .deactivationTimeConstant: nil
      }
    if let number { muscleColumns.append((muscle, number, move.parameter)) }
    return true
  }

  /// Makes a column of what moves one hinge or two.
  private mutating func addClosed(_ move: ParameterSet.Move) {
    func inertia(_ number: HingeInertia) {
      if !inertias.contains(number) { inertias.append(number) }
      inertiaColumns.append((inertias.firstIndex(of: number) ?? 0, move.parameter))
    }
    switch move.quantity {
    case .body(let body, .mass): inertia(.mass(body))
    case .body(let body, .massCenter): inertia(.massCenter(body))
    case .body(let body, .inertia): inertia(.inertia(body))
    case .payload(.mass): inertia(.payloadMass)
    case .payload(.location): inertia(.payloadLocation)
    case .tilt: inertia(.tilt)
    case .coordinate(let index, .damping): jointColumns.append((index, 0, move.parameter))
    case .coordinate(let index, .stiffness): jointColumns.append((index, 1, move.parameter))
    case .coordinate(let index, .restAngle): jointColumns.append((index, 2, move.parameter))
    case .coordinate(let index, .limitTorque): jointColumns.append((index, 3, move.parameter))
    case .coordinate(let index, .limitAngle): jointColumns.append((index, 4, move.parameter))
    case .coordinate(_, .offset), .emg, .muscle, .distribution: break
    }
  }

  /// Makes a column of what moves any skeleton.
  private mutating func addMover(_ move: ParameterSet.Move) {
    switch move.quantity {
    case .coordinate(_, .offset), .emg, .muscle: return
    case .body, .distribution, .coordinate, .tilt, .payload: break
    }
    if !movers.contains(move.quantity) { movers.append(move.quantity) }
    inertiaColumns.append((movers.firstIndex(of: move.quantity) ?? 0, move.parameter))
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
      inertiaLanes: isClosed ? inertias.count : movers.count,
      activationDisturbances: model.activationDisturbances,
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
  func set<Variant: StepVariant>(_ kernel: inout Variant, _ parameters: LimbParameters) {
    for (index, muscle) in parameters.muscles.enumerated() {
      kernel.setNumbers(
        muscle: index, maxIsometricForce: muscle.maxIsometricForce,
        optimalFiberLength: muscle.optimalFiberLength,
        tendonSlackLength: muscle.tendonSlackLength,
        maxContractionVelocity: muscle.maxContractionVelocity, fiberDamping: muscle.fiberDamping,
        pennation: (muscle.pennationSine, muscle.pennationCosine), passive: muscle.passiveCurve,
        narrowing: muscle.activeNarrowing)
    }
    guard let basis else { return }
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
    let empty = basis.numbers(parameters, payloadMass: 0)
    let loaded = basis.numbers(parameters, payloadMass: 1)
    kernel.setLimb(empty, byPayload: zip(loaded, empty).map { $0 - $1 })
    for (lane, number) in inertias.enumerated() {
      let empty = basis.numbers(parameters, payloadMass: 0, by: number)
      let loaded = basis.numbers(parameters, payloadMass: 1, by: number)
      kernel.setInertia(lane: lane, empty, byPayload: zip(loaded, empty).map { $0 - $1 })
    }
  }
}
