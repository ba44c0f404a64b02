internal import Algebra
internal import RealModule

/// A limb as a system of equations: angles, rates and activations in, accelerations out.
///
/// M(q) udot + c(q, u) + g(q) = sum_m r_m(q) F_m(q, u, a_m) - D u + tau_passive(q) + tau
/// with moment arms r = -dL/dq. Constant; what changes is in `LimbState`.
public struct LimbModel: Sendable {
  /// The model as its file states it.
  public let description: ModelDescription
  /// The tree of links.
  public let skeleton: Skeleton
  /// The line of action of each muscle (muscleCount).
  let paths: [MusculotendonPath]
  /// Where each muscle's coordinates stand in `spanCoordinates` (muscleCount).
  let spans: [Range<Int>]
  /// The coordinates that each muscle spans, one muscle after the other (indices).
  let spanCoordinates: [Int]
  /// Where each muscle's Hessian starts in the state (muscleCount) [1].
  let hessianPlaces: [Int]
  /// True for each muscle whose tendon does not stretch (muscleCount).
  let isTendonRigid: [Bool]
  /// Where a payload is held, when the session has one.
  public let payload: Payload?

  /// Compiles `description`, with a place where a payload may be held.
  public init(_ description: ModelDescription, payload: Payload? = nil) {
    let skeleton = Skeleton(description)
    self.init(
      description, payload: payload, skeleton: skeleton,
      paths: description.muscles.indices.map {
        MusculotendonPath(muscle: $0, model: description, skeleton: skeleton)
      })
  }

  /// A model of compiled parts.
  init(
    _ description: ModelDescription, payload: Payload?, skeleton: Skeleton,
    paths: [MusculotendonPath]
  ) {
    self.description = description
    self.payload = payload
    isTendonRigid = description.muscles.map(\.isTendonRigid)
    self.skeleton = skeleton
    self.paths = paths
    var spans: [Range<Int>] = []
    for path in paths {
      let start = spans.last?.upperBound ?? 0
      spans.append(start..<(start + path.coordinates.count))
    }
    self.spans = spans
    var places: [Int] = []
    var hessianPlace = 0
    for span in spans {
      places.append(hessianPlace)
      hessianPlace += span.count * span.count
    }
    hessianPlaces = places
    spanCoordinates = paths.flatMap(\.coordinates)
  }

  /// What the paths do not follow of their descriptions.
  public var pathLimitations: [PathLimitation] { paths.flatMap(\.limitations) }
  /// Free coordinates [1].
  public var coordinateCount: Int { skeleton.coordinateCount }
  /// Muscles [1].
  public var muscleCount: Int { paths.count }
  /// True when a payload is held by something that moves.
  public var carriesPayload: Bool { skeleton.payloadLink(payload) != nil }
  /// The file's own parameter values.
  public var nominalParameters: LimbParameters { LimbParameters(description, skeleton: skeleton) }

  /// The muscles whose tendons stretch, in order (indices).
  public var elasticMuscles: [Int] { isTendonRigid.indices.filter { !isTendonRigid[$0] } }

  /// All moment arms in `state`, -dL/dq (muscleCount x coordinateCount) [m/rad].
  public func momentArms(_ state: LimbState) -> [Double] {
    var arms = Array(repeating: 0.0, count: muscleCount * coordinateCount)
    for muscle in spans.indices {
      for place in spans[muscle] {
        arms[muscle * coordinateCount + spanCoordinates[place]] = -state.lengthGradient[place]
      }
    }
    return arms
  }

  /// Computes lengths, moment arms, forces and accelerations at one instant.
  ///
  /// - `q`: angles (coordinateCount) [rad].
  /// - `u`: angular rates (coordinateCount) [rad/s].
  /// - `activations`: one a muscle (muscleCount) [1].
  /// - `torque`: external joint torque, a worn device's among them (coordinateCount) [N·m].
  /// - `payloadMass`: announced payload, zero when nothing is held [kg].
  /// - `base`: how the ground frame itself moves and hangs.
  /// - `tendonStates`: the states of elastic tendons, one a muscle (muscleCount) [1 or m]; empty when
  ///   all are rigid.
  /// - `forDerivatives`: also computes what `differentiate` needs.
  public func evaluate(
    q: [Double], u: [Double], activations: [Double], torque: [Double], payloadMass: Double,
    base: BaseMotion = .still, parameters: LimbParameters, state: inout LimbState,
    tendonStates: [Double] = [], forDerivatives: Bool = true
  ) {
    place(
      q: q, u: u, torque: torque, payloadMass: payloadMass, base: base, parameters: parameters,
      state: &state)

    // muscles pull on the joints
    for muscle in 0..<muscleCount {
      let span = spans[muscle]
      let length = paths[muscle].length(
        skeleton, state: state.skeleton, q: q, gradient: &state.lengthGradient,
        at: span.lowerBound, hessian: &state.lengthHessian, at: hessianPlaces[muscle],
        withHessian: forDerivatives, scratch: &state.scratch)
      var speed = 0.0
      for place in span { speed += state.lengthGradient[place] * u[spanCoordinates[place]] }
      state.length[muscle] = length
      state.lengtheningSpeed[muscle] = speed
      if isTendonRigid[muscle] {
        state.force[muscle] = MuscleForce(
          parameters.muscles, at: muscle, length: length, lengtheningSpeed: speed,
          activation: activations[muscle])
      } else {
        state.elastic[muscle] = ElasticMuscle(
          parameters.muscles[muscle], state: tendonStates[muscle], length: length,
          lengtheningSpeed: speed, activation: activations[muscle])
        state.force[muscle] = MuscleForce(state.elastic[muscle])
      }
      let force = state.force[muscle].force
      for place in span {
        state.jointTorque[spanCoordinates[place]] -= state.lengthGradient[place] * force
      }
    }
    accelerate(u: u, state: &state)
  }

  /// The same for muscles that are known from elsewhere, their torques being part of `torque`.
  public func evaluateSkeleton(
    q: [Double], u: [Double], torque: [Double], payloadMass: Double, parameters: LimbParameters,
    state: inout LimbState
  ) {
    place(
      q: q, u: u, torque: torque, payloadMass: payloadMass, base: .still, parameters: parameters,
      state: &state)
    accelerate(u: u, state: &state)
  }

  /// Poses the skeleton and begins the joints' torques.
  private func place(
    q: [Double], u: [Double], torque: [Double], payloadMass: Double, base: BaseMotion,
    parameters: LimbParameters, state: inout LimbState
  ) {
    let (gravity, byTilt) = parameters.gravity(base.gravity ?? skeleton.gravity)
    state.gravity = gravity - base.acceleration
    state.gravityByTilt = byTilt
    skeleton.pose(
      q, parameters: parameters, payload: payload,
      payloadMass: payloadMass * parameters.payloadMassFactor, state: &state.skeleton)
    for index in 0..<coordinateCount {
      let joint = parameters.joints[index]
      state.jointTorque[index] =
        torque[index] + joint.frictionTorque(at: u[index]).value
        + joint.passiveTorque(at: q[index]).value
    }
  }

  /// The accelerations that the joints' torques cause.
  private func accelerate(u: [Double], state: inout LimbState) {
    let count = coordinateCount
    // what gravity and motion take
    skeleton.inverseDynamics(
      u: u, udot: state.zeros, gravity: state.gravity, state: &state.skeleton, torque: &state.bias)
    skeleton.fillMassMatrix(state: &state.skeleton, matrix: &state.massMatrix)

    // the rest accelerates
    state.isRegular = state.massFactor.refactor(state.massMatrix)
    state.invertMassMatrix()
    for index in 0..<count {
      state.change[index] = state.jointTorque[index] - state.bias[index]
    }
    state.accelerate(count)
    for index in 0..<count { state.acceleration[index] = state.change[index] }
  }
}

extension LimbModel {
  /// The states of elastic tendons in which fiber and tendon pull alike, into `tendonStates` (muscleCount).
  ///
  /// `known`: the muscles whose states are there already (indices).
  /// - Throws: the first muscle without such a state.
  public func equilibrate(
    q: [Double], u: [Double], activations: [Double], parameters: LimbParameters,
    state: inout LimbState, tendonStates: inout [Double], known: Set<Int> = []
  ) throws(TendonEquilibriumFailure) {
    guard !elasticMuscles.isEmpty else { return }
    skeleton.pose(
      q, parameters: parameters, payload: payload, payloadMass: 0, state: &state.skeleton)
    for muscle in elasticMuscles where !known.contains(muscle) {
      let span = spans[muscle]
      let length = paths[muscle].length(
        skeleton, state: state.skeleton, q: q, gradient: &state.lengthGradient,
        at: span.lowerBound, hessian: &state.lengthHessian, at: 0, withHessian: false,
        scratch: &state.scratch)
      var speed = 0.0
      for place in span { speed += state.lengthGradient[place] * u[spanCoordinates[place]] }
      let equilibrium = MuscleEquilibrium(
        parameters.muscles[muscle], length: length, lengtheningSpeed: speed,
        activation: activations[muscle])
      guard equilibrium.outcome != .unbalanced else {
        throw TendonEquilibriumFailure(muscle: description.muscles[muscle].name)
      }
      tendonStates[muscle] = equilibrium.state
    }
  }

  /// The first coordinate that moves no mass of its own in `state`, whose acceleration is therefore
  /// undefined or noise; nil when there is none.
  ///
  /// What is left of a diagonal element of the mass matrix after the coordinates before it, the square
  /// of Cholesky's pivot, is compared with the element and with the largest of all.
  public func masslessCoordinate(_ state: LimbState) -> Int? {
    let matrix = state.massMatrix
    guard matrix.elements.allSatisfy(\.isFinite) else { return nil }
    let largest = (0..<coordinateCount).map { abs(matrix[$0, $0]) }.max() ?? 0
    var factor = Matrix(rows: coordinateCount, columns: coordinateCount)
    for row in 0..<coordinateCount {
      for column in 0...row {
        var rest = matrix[row, column]
        for inner in 0..<column { rest -= factor[row, inner] * factor[column, inner] }
        if column < row {
          factor[row, column] = rest / factor[column, column]
          continue
        }
        guard rest > 1e-12 * matrix[row, row], rest > 1e-17 * largest else { return row }
        factor[row, row] = .sqrt(rest)
      }
    }
    return nil
  }

  /// d(dL/dt)/dq of a muscle by one of the coordinates it spans, after `evaluate` for derivatives [m/s/rad].
  func speedByAngle(_ muscle: Int, slot: Int, u: [Double], state: LimbState) -> Double {
    let span = spans[muscle]
    let place = hessianPlaces[muscle]
    var sum = 0.0
    for other in 0..<span.count {
      sum +=
        state.lengthHessian[place + other * span.count + slot]
        * u[spanCoordinates[span.lowerBound + other]]
    }
    return sum
  }
}

/// That fiber and tendon of a muscle find no common force.
public struct TendonEquilibriumFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The muscle's name.
  public var muscle: String

  /// One sentence.
  public var description: String {
    "fiber and tendon of \(muscle) find no length at which they pull alike"
  }
}

/// How the ground frame itself moves: a limb on a trunk or a platform that carries an inertial sensor.
public struct BaseMotion: Hashable, Sendable {
  /// Gravity in the ground frame; nil is the model's own [m/s^2].
  public var gravity: Vector3?
  /// Acceleration of the ground frame, in its own axes [m/s^2].
  public var acceleration: Vector3

  /// A ground that accelerates or hangs differently.
  public init(gravity: Vector3? = nil, acceleration: Vector3 = .zero) {
    self.gravity = gravity
    self.acceleration = acceleration
  }

  /// At rest, as the model states it.
  public static let still = BaseMotion()
}
