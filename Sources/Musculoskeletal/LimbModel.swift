internal import Algebra

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
  /// Where a payload is held, when the session has one.
  public let payload: Payload?

  /// Compiles `description`, with a place where a payload may be held.
  public init(_ description: ModelDescription, payload: Payload? = nil) {
    self.description = description
    self.payload = payload
    let skeleton = Skeleton(description)
    self.skeleton = skeleton
    paths = description.muscles.map { MusculotendonPath($0, skeleton: skeleton) }
  }

  /// Free coordinates [1].
  public var coordinateCount: Int { skeleton.coordinateCount }
  /// Muscles [1].
  public var muscleCount: Int { paths.count }
  /// True when a payload is held by something that moves.
  public var carriesPayload: Bool { skeleton.payloadLink(payload) != nil }
  /// The file's own parameter values.
  public var nominalParameters: LimbParameters { LimbParameters(description, skeleton: skeleton) }

  /// Computes lengths, moment arms, forces and accelerations at one instant.
  ///
  /// - Parameters:
  ///   - q: angles (coordinateCount) [rad].
  ///   - u: angular rates (coordinateCount) [rad/s].
  ///   - activations: one a muscle (muscleCount) [1].
  ///   - torque: external joint torque (coordinateCount) [N·m].
  ///   - payloadMass: announced payload, zero when nothing is held [kg].
  ///   - forDerivatives: also computes what `differentiate` needs.
  public func evaluate(
    q: [Double], u: [Double], activations: [Double], torque: [Double], payloadMass: Double,
    parameters: LimbParameters, state: inout LimbState, forDerivatives: Bool = true
  ) {
    let count = coordinateCount
    skeleton.pose(q, parameters: parameters, payload: payload, state: &state.skeleton)

    // muscles pull on the joints
    for index in 0..<count {
      let joint = parameters.joints[index]
      state.jointTorque[index] =
        torque[index] - joint.damping * u[index] + joint.passiveTorque(at: q[index]).value
    }
    for muscle in 0..<muscleCount {
      let offset = muscle * count
      let length = paths[muscle].length(
        skeleton, state: state.skeleton, gradient: &state.lengthGradient,
        hessian: &state.lengthHessian, withHessian: forDerivatives, at: offset,
        scratch: &state.scratch)
      var speed = 0.0
      for index in 0..<count { speed += state.lengthGradient[offset + index] * u[index] }
      let force = MuscleForce(
        parameters.muscles[muscle], length: length, lengtheningSpeed: speed,
        activation: activations[muscle])
      state.length[muscle] = length
      state.lengtheningSpeed[muscle] = speed
      state.force[muscle] = force
      for index in 0..<count {
        state.jointTorque[index] -= state.lengthGradient[offset + index] * force.force
      }
    }

    // what gravity and motion take
    let held = payloadMass * parameters.payloadMassFactor
    skeleton.inverseDynamics(
      u: u, udot: state.zeros, parameters: parameters, payload: payload, payloadMass: held,
      state: &state.skeleton, torque: &state.bias)
    skeleton.fillMassMatrix(
      parameters: parameters, payload: payload, payloadMass: held, state: &state.skeleton,
      matrix: &state.massMatrix)

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
