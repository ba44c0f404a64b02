/// The exact partial derivatives of the accelerations, from M udot = tau - h by implicit differentiation.
extension LimbModel {
  /// Differentiates the accelerations at the instant that `evaluate` left in `state`; same arguments.
  public func differentiate(
    q: [Double], u: [Double], payloadMass: Double, parameters: LimbParameters,
    state: inout LimbState
  ) {
    let count = coordinateCount
    let held = payloadMass * parameters.payloadMassFactor

    // leave the skeleton at the true accelerations
    let acceleration = state.acceleration
    skeleton.inverseDynamics(
      u: u, udot: acceleration, parameters: parameters, payload: payload, payloadMass: held,
      state: &state.skeleton, torque: &state.change)

    // by angles and rates: skeleton, then muscles and joints
    for column in 0..<count {
      skeleton.inverseDynamicsTangent(
        .angle(column), u: u, udot: acceleration, parameters: parameters, payload: payload,
        payloadMass: held, state: &state.skeleton, torqueChange: &state.change)
      for row in 0..<count { state.change[row].negate() }
      state.change[column] += parameters.joints[column].passiveTorque(at: q[column]).byAngle
      for muscle in 0..<muscleCount {
        let force = state.force[muscle]
        let gradient = muscle * count
        let hessian = gradient * count
        var speedByAngle = 0.0
        for index in 0..<count {
          speedByAngle += state.lengthHessian[hessian + index * count + column] * u[index]
        }
        let forceByAngle =
          force.byLength * state.lengthGradient[gradient + column]
          + force.byLengtheningSpeed * speedByAngle
        for row in 0..<count {
          state.change[row] -=
            state.lengthGradient[gradient + row] * forceByAngle
            + state.lengthHessian[hessian + row * count + column] * force.force
        }
      }
      state.accelerate(count)
      for row in 0..<count { state.accelerationByAngle[row * count + column] = state.change[row] }

      skeleton.inverseDynamicsTangent(
        .rate(column), u: u, udot: acceleration, parameters: parameters, payload: payload,
        payloadMass: held, state: &state.skeleton, torqueChange: &state.change)
      for row in 0..<count { state.change[row].negate() }
      state.change[column] -= parameters.joints[column].damping
      for muscle in 0..<muscleCount {
        let gradient = muscle * count
        let forceByRate =
          state.force[muscle].byLengtheningSpeed * state.lengthGradient[gradient + column]
        for row in 0..<count {
          state.change[row] -= state.lengthGradient[gradient + row] * forceByRate
        }
      }
      state.accelerate(count)
      for row in 0..<count { state.accelerationByRate[row * count + column] = state.change[row] }
    }

    // by muscle forces; by joint torques it is the inverse mass matrix
    for muscle in 0..<muscleCount {
      for row in 0..<count { state.change[row] = -state.lengthGradient[muscle * count + row] }
      state.accelerate(count)
      for row in 0..<count { state.accelerationByForce[muscle * count + row] = state.change[row] }
    }

    differentiateByMasses(held: held, parameters: parameters, state: &state)
  }

  /// By the mass properties of each body and of the payload, and by the tilt that turns their weight.
  private func differentiateByMasses(
    held: Double, parameters: LimbParameters, state: inout LimbState
  ) {
    let count = coordinateCount
    let fall = -parameters.gravity(skeleton.gravity).byTilt
    for index in 0..<count { state.accelerationByTilt[index] = 0 }
    for index in skeleton.massElements.indices {
      let element = skeleton.massElements[index]
      let body = parameters.bodies[element.body]
      let link = element.link
      let arm = state.skeleton.arm[index]
      let offset = state.skeleton.massCenter[index]
      let velocity = state.skeleton.angularVelocity[link]
      let angular = state.skeleton.angularAcceleration[link]
      let force = pointForce(mass: body.mass, arm: arm, link: link, state: state)
      let forceByOffset =
        (cross(angular, offset) + cross(velocity, cross(velocity, offset))) * body.mass
      let whirl = skeleton.inertia(index, of: velocity, state: state.skeleton)
      let spin =
        (skeleton.inertia(index, of: angular, state: state.skeleton) + cross(velocity, whirl))
        * body.inertiaFactor
      let row = element.body * count

      project(force: force, at: arm, moment: .zero, link: link, state: &state)
      for index in 0..<count { state.accelerationByLogMass[row + index] = state.change[index] }
      project(
        force: forceByOffset, at: arm, moment: cross(offset, force), link: link, state: &state)
      for index in 0..<count {
        state.accelerationByLogMassCenter[row + index] = state.change[index]
      }
      project(force: .zero, at: arm, moment: spin, link: link, state: &state)
      for index in 0..<count { state.accelerationByLogInertia[row + index] = state.change[index] }
      project(force: fall * body.mass, at: arm, moment: .zero, link: link, state: &state)
      for index in 0..<count { state.accelerationByTilt[index] += state.change[index] }
    }

    guard let link = skeleton.payloadLink(payload) else { return }
    let arm = state.skeleton.payloadArm
    let offset = state.skeleton.payloadOffset
    let velocity = state.skeleton.angularVelocity[link]
    let angular = state.skeleton.angularAcceleration[link]
    let force = pointForce(mass: held, arm: arm, link: link, state: state)
    let forceByOffset = (cross(angular, offset) + cross(velocity, cross(velocity, offset))) * held
    project(force: force, at: arm, moment: .zero, link: link, state: &state)
    for index in 0..<count { state.accelerationByLogPayloadMass[index] = state.change[index] }
    project(force: forceByOffset, at: arm, moment: cross(offset, force), link: link, state: &state)
    for index in 0..<count { state.accelerationByLogPayloadLocation[index] = state.change[index] }
    project(force: fall * held, at: arm, moment: .zero, link: link, state: &state)
    for index in 0..<count { state.accelerationByTilt[index] += state.change[index] }
  }

  /// The force that moves a point mass on a link [N].
  @inline(__always)
  private func pointForce(mass: Double, arm: Vector3, link: Int, state: LimbState) -> Vector3 {
    let velocity = state.skeleton.angularVelocity[link]
    let angular = state.skeleton.angularAcceleration[link]
    return
      (state.skeleton.acceleration[link] + cross(angular, arm)
      + cross(velocity, cross(velocity, arm))) * mass
  }

  /// What the accelerations lose, into `state.change`, when a force at `arm` and a moment on `link` are asked for.
  @inline(__always)
  private func project(
    force: Vector3, at arm: Vector3, moment: Vector3, link: Int, state: inout LimbState
  ) {
    let point = state.skeleton.center[link] + arm
    let count = coordinateCount
    for index in 0..<count {
      guard skeleton.moves(index, link: link) else {
        state.change[index] = 0
        continue
      }
      let axis = state.skeleton.axis[index]
      let lever = point - state.skeleton.center[index]
      state.change[index] = -dot(axis, cross(lever, force) + moment)
    }
    state.accelerate(count)
  }
}
