/// The exact partial derivatives of the accelerations, from M udot = tau - h by implicit differentiation.
extension LimbModel {
  /// Differentiates the accelerations at the instant that `evaluate` left in `state`; same arguments.
  public func differentiate(
    q: [Double], u: [Double], payloadMass: Double, parameters: LimbParameters,
    state: inout LimbState
  ) {
    prepareDifferentiation(q: q, u: u, parameters: parameters, state: &state)
    addMuscles(u: u, state: &state)
    differentiateAccelerations(state: &state)

    let count = coordinateCount
    // by muscle forces; by joint torques it is the inverse mass matrix
    for muscle in 0..<muscleCount {
      for row in 0..<count {
        var sum = 0.0
        for place in spans[muscle] {
          sum -=
            state.accelerationByTorque[row * count + spanCoordinates[place]]
            * state.lengthGradient[place]
        }
        state.accelerationByForce[muscle * count + row] = sum
      }
    }

    let held = payloadMass * parameters.payloadMassFactor
    differentiateByMasses(held: held, parameters: parameters, state: &state)
  }

  /// The same after `evaluateSkeleton`, without derivatives by muscles' forces.
  ///
  /// - Parameters:
  ///   - muscleTorqueByAngle: how the muscles' torques change with angles, row by row
  ///     (coordinateCount x coordinateCount) [N·m/rad].
  ///   - muscleTorqueByRate: with rates [N·m·s/rad].
  ///   - byMasses: also fills what the inertial numbers do.
  public func differentiateSkeleton(
    q: [Double], u: [Double], payloadMass: Double, parameters: LimbParameters,
    muscleTorqueByAngle: [Double], muscleTorqueByRate: [Double], byMasses: Bool,
    state: inout LimbState
  ) {
    prepareDifferentiation(q: q, u: u, parameters: parameters, state: &state)
    for index in muscleTorqueByAngle.indices {
      state.torqueByAngle[index] -= muscleTorqueByAngle[index]
      state.torqueByRate[index] -= muscleTorqueByRate[index]
    }
    differentiateAccelerations(state: &state)
    guard byMasses else { return }
    let held = payloadMass * parameters.payloadMassFactor
    differentiateByMasses(held: held, parameters: parameters, state: &state)
  }

  /// What the required torques without muscles' depend on.
  private func prepareDifferentiation(
    q: [Double], u: [Double], parameters: LimbParameters, state: inout LimbState
  ) {
    let count = coordinateCount
    // leave the skeleton at the true accelerations
    let acceleration = state.acceleration
    skeleton.inverseDynamics(
      u: u, udot: acceleration, gravity: state.gravity, state: &state.skeleton,
      torque: &state.change)
    skeleton.prepareDerivatives(state: &state.skeleton)
    for index in 0..<(count * count) {
      state.torqueByAngle[index] = 0
      state.torqueByRate[index] = 0
    }
    skeleton.addTorqueDerivatives(
      u: u, udot: acceleration, state: state.skeleton, byAngle: &state.torqueByAngle,
      byRate: &state.torqueByRate)

    // less what joints and muscles give
    for index in 0..<count {
      let joint = parameters.joints[index]
      state.torqueByAngle[index * count + index] -= joint.passiveTorque(at: q[index]).byAngle
      state.torqueByRate[index * count + index] -= joint.frictionTorque(at: u[index]).byRate
    }
  }

  /// The accelerations by angles and rates.
  private func differentiateAccelerations(state: inout LimbState) {
    let count = coordinateCount
    for column in 0..<count {
      for row in 0..<count { state.change[row] = -state.torqueByAngle[row * count + column] }
      state.accelerate(count)
      for row in 0..<count { state.accelerationByAngle[row * count + column] = state.change[row] }
      for row in 0..<count { state.change[row] = -state.torqueByRate[row * count + column] }
      state.accelerate(count)
      for row in 0..<count { state.accelerationByRate[row * count + column] = state.change[row] }
    }
  }

  /// Adds how the muscles' torques -dL/dq F change with angles and rates, as torque that is missing.
  private func addMuscles(u: [Double], state: inout LimbState) {
    let count = coordinateCount
    for muscle in 0..<muscleCount {
      let force = state.force[muscle]
      let span = spans[muscle]
      let hessianPlace = hessianPlaces[muscle]
      for slot in 0..<span.count {
        let place = span.lowerBound + slot
        let column = spanCoordinates[place]
        let forceByAngle =
          force.byLength * state.lengthGradient[place]
          + force.byLengtheningSpeed * speedByAngle(muscle, slot: slot, u: u, state: state)
        let forceByRate = force.byLengtheningSpeed * state.lengthGradient[place]
        for other in 0..<span.count {
          let arm = state.lengthGradient[span.lowerBound + other]
          let at = spanCoordinates[span.lowerBound + other] * count + column
          state.torqueByAngle[at] +=
            arm * forceByAngle
            + state.lengthHessian[hessianPlace + other * span.count + slot] * force.force
          state.torqueByRate[at] += arm * forceByRate
        }
      }
    }
  }

  /// By the mass properties of each body and of the payload, and by the tilt that turns their weight.
  private func differentiateByMasses(
    held: Double, parameters: LimbParameters, state: inout LimbState
  ) {
    let count = coordinateCount
    let fall = -state.gravityByTilt
    for index in 0..<count { state.accelerationByTilt[index] = 0 }
    for index in skeleton.massElements.indices {
      let element = skeleton.massElements[index]
      let body = parameters.bodies[element.body]
      let link = element.link
      let center = state.skeleton.massCenter[index]
      let arm = state.skeleton.massArm[index]
      let turn = state.skeleton.velocity[link].angular
      let twist = state.skeleton.acceleration[link].angular
      let force = pointForce(mass: body.mass, at: center, link: link, state: state)
      let forceByArm = (cross(twist, arm) + cross(turn, cross(turn, arm))) * body.mass
      let own = state.skeleton.elementInertia[index]
      let spin = (own.apply(twist) + cross(turn, own.apply(turn))) * body.inertiaFactor
      let row = element.body * count

      project(force: force, at: center, moment: .zero, link: link, state: &state)
      for index in 0..<count { state.accelerationByLogMass[row + index] = state.change[index] }
      project(
        force: forceByArm, at: center, moment: cross(arm, force), link: link, state: &state)
      for index in 0..<count {
        state.accelerationByLogMassCenter[row + index] = state.change[index]
      }
      project(force: .zero, at: center, moment: spin, link: link, state: &state)
      for index in 0..<count { state.accelerationByLogInertia[row + index] = state.change[index] }
      project(force: fall * body.mass, at: center, moment: .zero, link: link, state: &state)
      for index in 0..<count { state.accelerationByTilt[index] += state.change[index] }
    }

    guard let link = skeleton.payloadLink(payload) else { return }
    let place = state.skeleton.payloadPlace
    let arm = state.skeleton.payloadArm
    let turn = state.skeleton.velocity[link].angular
    let twist = state.skeleton.acceleration[link].angular
    let force = pointForce(mass: held, at: place, link: link, state: state)
    let forceByArm = (cross(twist, arm) + cross(turn, cross(turn, arm))) * held
    project(force: force, at: place, moment: .zero, link: link, state: &state)
    for index in 0..<count { state.accelerationByLogPayloadMass[index] = state.change[index] }
    project(force: forceByArm, at: place, moment: cross(arm, force), link: link, state: &state)
    for index in 0..<count { state.accelerationByLogPayloadLocation[index] = state.change[index] }
    project(force: fall * held, at: place, moment: .zero, link: link, state: &state)
    for index in 0..<count { state.accelerationByTilt[index] += state.change[index] }
  }

  /// The force that moves a point mass of a link, its weight included [N].
  @inline(__always)
  private func pointForce(
    mass: Double, at point: Vector3, link: Int, state: LimbState
  ) -> Vector3 {
    let velocity = state.skeleton.velocity[link]
    let acceleration = state.skeleton.acceleration[link]
    return
      (acceleration.linear + cross(acceleration.angular, point)
      + cross(velocity.angular, velocity.linear + cross(velocity.angular, point))) * mass
  }

  /// What the accelerations lose, into `state.change`, when a force at `point` and a moment on `link` are asked for.
  @inline(__always)
  private func project(
    force: Vector3, at point: Vector3, moment: Vector3, link: Int, state: inout LimbState
  ) {
    let whole = SpatialVector(cross(point, force) + moment, force)
    skeleton.project(whole * -1, link: link, state: state.skeleton, torque: &state.change)
    state.accelerate(coordinateCount)
  }
}
