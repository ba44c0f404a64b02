internal import Algebra

/// The direction in which `inverseDynamicsTangent` differentiates.
enum MotionDirection {
  /// By the angle of a coordinate.
  case angle(Int)
  /// By the rate of a coordinate.
  case rate(Int)
}

/// Newton-Euler in ground axes: a sweep outward for accelerations, a sweep inward for moments.
///
/// Equations as in Featherstone, Rigid Body Dynamics Algorithms (2008), section 5.3, written with
/// three-vectors; the tangents are their exact derivatives. Gravity enters as an acceleration of the
/// ground by -g.
extension Skeleton {
  /// Places all links for the angles `q` (coordinateCount) [rad].
  func pose(
    _ q: [Double], parameters: LimbParameters, payload: Payload?, state: inout SkeletonState
  ) {
    for index in links.indices {
      let link = links[index]
      let turn = Rotation(axis: link.axis, angle: q[index])
      if let parent = link.parent {
        let outer = state.rotation[parent]
        state.center[index] = state.center[parent] + outer.apply(link.frameInParent.translation)
        state.rotation[index] = outer * link.frameInParent.rotation * turn
      } else {
        state.center[index] = link.frameInParent.translation
        state.rotation[index] = link.frameInParent.rotation * turn
      }
      // the turn leaves its axis where it was
      state.axis[index] = state.rotation[index].apply(link.axis)
    }
    for index in massElements.indices {
      let element = massElements[index]
      let rotation = state.rotation[element.link]
      let offset = rotation.apply(element.massCenter)
      let scaled = offset * parameters.bodies[element.body].massCenterFactor
      state.massCenter[index] = scaled
      state.arm[index] = rotation.apply(element.origin) + scaled
    }
    if let payload {
      let (link, placement) = bodyPlacements[payload.body]
      if let link {
        let rotation = state.rotation[link]
        let offset = rotation.apply(placement.rotation.apply(payload.location))
        state.payloadOffset = offset * parameters.payloadLocationFactor
        state.payloadArm = rotation.apply(placement.translation) + state.payloadOffset
      }
    }
  }

  /// The mass matrix of the posed state, M_ij = sum m v_i·v_j + z_i·I z_j with v_j = z_j x (c - o_j) [kg·m^2].
  func fillMassMatrix(
    parameters: LimbParameters, payload: Payload?, payloadMass: Double,
    state: inout SkeletonState, matrix: inout Matrix
  ) {
    let count = links.count
    matrix.fill(0)
    for index in massElements.indices {
      let element = massElements[index]
      let body = parameters.bodies[element.body]
      addPointMass(
        body.mass, at: state.arm[index], link: element.link, state: state, matrix: &matrix)
      for column in 0..<count where isMovedBy[element.link * count + column] {
        let spin = inertia(index, of: state.axis[column], state: state) * body.inertiaFactor
        for row in 0...column where isMovedBy[element.link * count + row] {
          matrix[column, row] += dot(state.axis[row], spin)
        }
      }
    }
    if let link = payloadLink(payload), payloadMass != 0 {
      addPointMass(payloadMass, at: state.payloadArm, link: link, state: state, matrix: &matrix)
    }
    for row in 0..<count {
      for column in 0..<row { matrix[column, row] = matrix[row, column] }
    }
  }

  /// Adds m v_i·v_j of a point mass to the lower triangle.
  @inline(__always)
  private func addPointMass(
    _ mass: Double, at arm: Vector3, link: Int, state: SkeletonState, matrix: inout Matrix
  ) {
    let count = links.count
    let point = state.center[link] + arm
    for column in 0..<count where isMovedBy[link * count + column] {
      let motion = cross(state.axis[column], point - state.center[column]) * mass
      for row in 0...column where isMovedBy[link * count + row] {
        let other = cross(state.axis[row], point - state.center[row])
        matrix[column, row] += dot(other, motion)
      }
    }
  }

  /// The torques that produce `udot` (coordinateCount) [rad/s^2] from the posed state, into `torque` [N·m].
  ///
  /// - Parameter payloadMass: mass at the payload's place, zero when nothing is held [kg].
  func inverseDynamics(
    u: [Double], udot: [Double], parameters: LimbParameters, payload: Payload?,
    payloadMass: Double, state: inout SkeletonState, torque: inout [Double]
  ) {
    let ground = -parameters.gravity(gravity).value

    // outward: velocities and accelerations of the links
    for index in links.indices {
      let z = state.axis[index]
      var velocity = Vector3.zero
      var angular = Vector3.zero
      var linear = ground
      if let parent = links[index].parent {
        let lever = state.center[index] - state.center[parent]
        velocity = state.angularVelocity[parent]
        angular = state.angularAcceleration[parent]
        linear = state.acceleration[parent]
          + cross(angular, lever) + cross(velocity, cross(velocity, lever))
      }
      state.acceleration[index] = linear
      state.angularAcceleration[index] = angular + z * udot[index] + cross(velocity, z) * u[index]
      state.angularVelocity[index] = velocity + z * u[index]
      state.force[index] = .zero
      state.moment[index] = .zero
    }

    // what moves the masses
    for index in massElements.indices {
      let element = massElements[index]
      let link = element.link
      let arm = state.arm[index]
      let velocity = state.angularVelocity[link]
      let angular = state.angularAcceleration[link]
      let body = parameters.bodies[element.body]
      let force =
        (state.acceleration[link] + cross(angular, arm) + cross(velocity, cross(velocity, arm)))
        * body.mass
      let spin = inertia(index, of: angular, state: state) * body.inertiaFactor
      let gyroscopic = cross(velocity, inertia(index, of: velocity, state: state))
        * body.inertiaFactor
      state.force[link] += force
      state.moment[link] += spin + gyroscopic + cross(arm, force)
    }
    if let link = payloadLink(payload), payloadMass != 0 {
      let arm = state.payloadArm
      let velocity = state.angularVelocity[link]
      let force =
        (state.acceleration[link] + cross(state.angularAcceleration[link], arm)
          + cross(velocity, cross(velocity, arm))) * payloadMass
      state.force[link] += force
      state.moment[link] += cross(arm, force)
    }

    // inward: moments through the hinges
    for index in stride(from: links.count - 1, through: 0, by: -1) {
      torque[index] = dot(state.axis[index], state.moment[index])
      if let parent = links[index].parent {
        let lever = state.center[index] - state.center[parent]
        state.force[parent] += state.force[index]
        state.moment[parent] += state.moment[index] + cross(lever, state.force[index])
      }
    }
  }

  /// The derivative of `inverseDynamics`, in the state it left behind, in one direction, into `torqueChange`.
  func inverseDynamicsTangent(
    _ direction: MotionDirection, u: [Double], udot: [Double], parameters: LimbParameters,
    payload: Payload?, payloadMass: Double, state: inout SkeletonState,
    torqueChange: inout [Double]
  ) {
    let turned: Int
    var isAngle = false
    switch direction {
    case .angle(let index):
      turned = index
      isAngle = true
    case .rate(let index):
      turned = index
    }
    let turn = isAngle ? state.axis[turned] : .zero

    // outward: everything beyond the turned hinge changes
    for index in links.indices {
      state.forceChange[index] = .zero
      state.momentChange[index] = .zero
      guard isMovedBy[index * links.count + turned] else {
        state.angularVelocityChange[index] = .zero
        state.angularAccelerationChange[index] = .zero
        state.accelerationChange[index] = .zero
        continue
      }
      let z = state.axis[index]
      var velocity = Vector3.zero
      var velocityChange = Vector3.zero
      var angularChange = Vector3.zero
      var linearChange = Vector3.zero
      if let parent = links[index].parent {
        let lever = state.center[index] - state.center[parent]
        let leverChange = index == turned ? Vector3.zero : cross(turn, lever)
        velocity = state.angularVelocity[parent]
        velocityChange = state.angularVelocityChange[parent]
        angularChange = state.angularAccelerationChange[parent]
        let sweep = cross(velocity, lever)
        let sweepChange = cross(velocityChange, lever) + cross(velocity, leverChange)
        linearChange = state.accelerationChange[parent]
          + cross(angularChange, lever) + cross(state.angularAcceleration[parent], leverChange)
          + cross(velocityChange, sweep) + cross(velocity, sweepChange)
      }
      // the hinge's own turn leaves its axis where it was
      let axisChange = index == turned ? Vector3.zero : cross(turn, z)
      var ownAngular = angularChange + axisChange * udot[index]
      ownAngular += (cross(velocityChange, z) + cross(velocity, axisChange)) * u[index]
      var ownVelocity = velocityChange + axisChange * u[index]
      if index == turned {
        switch direction {
        case .angle: break
        case .rate:
          ownVelocity += z
          ownAngular += cross(velocity, z)
        }
      }
      state.accelerationChange[index] = linearChange
      state.angularAccelerationChange[index] = ownAngular
      state.angularVelocityChange[index] = ownVelocity
    }

    // the masses beyond it
    for index in massElements.indices {
      let element = massElements[index]
      let link = element.link
      guard isMovedBy[link * links.count + turned] else { continue }
      let body = parameters.bodies[element.body]
      let velocity = state.angularVelocity[link]
      let angular = state.angularAcceleration[link]
      let velocityChange = state.angularVelocityChange[link]
      let angularChange = state.angularAccelerationChange[link]
      addPointMassTangent(
        mass: body.mass, arm: state.arm[index], link: link, turn: turn, state: &state)
      // d(I w) = t x (I w) + I (dw - t x w), for the inertia turns with the link
      let spin = inertia(index, of: angular, state: state)
      let spinChange = cross(turn, spin)
        + inertia(index, of: angularChange - cross(turn, angular), state: state)
      let whirl = inertia(index, of: velocity, state: state)
      let whirlChange = cross(turn, whirl)
        + inertia(index, of: velocityChange - cross(turn, velocity), state: state)
      state.momentChange[link] +=
        (spinChange + cross(velocityChange, whirl) + cross(velocity, whirlChange))
        * body.inertiaFactor
    }
    if let link = payloadLink(payload), payloadMass != 0, isMovedBy[link * links.count + turned] {
      addPointMassTangent(
        mass: payloadMass, arm: state.payloadArm, link: link, turn: turn, state: &state)
    }

    // inward, and past the turned hinge to the ground
    for index in stride(from: links.count - 1, through: 0, by: -1) {
      let isBeyond = isMovedBy[index * links.count + turned]
      let axisChange = isBeyond && index != turned ? cross(turn, state.axis[index]) : .zero
      torqueChange[index] =
        dot(axisChange, state.moment[index]) + dot(state.axis[index], state.momentChange[index])
      if let parent = links[index].parent {
        let lever = state.center[index] - state.center[parent]
        let leverChange = isBeyond && index != turned ? cross(turn, lever) : .zero
        state.forceChange[parent] += state.forceChange[index]
        state.momentChange[parent] += state.momentChange[index]
          + cross(leverChange, state.force[index]) + cross(lever, state.forceChange[index])
      }
    }
  }

  /// The link that carries the payload, if anything that moves does.
  func payloadLink(_ payload: Payload?) -> Int? {
    payload.flatMap { bodyPlacements[$0.body].link }
  }

  /// I·`vector` in ground axes for one element, without its factor [kg·m^2 times the vector's unit].
  @inline(__always)
  func inertia(_ element: Int, of vector: Vector3, state: SkeletonState) -> Vector3 {
    let rotation = state.rotation[massElements[element].link]
    return rotation.apply(massElements[element].inertia.apply(rotation.applyInverse(vector)))
  }

  @inline(__always)
  private func addPointMassTangent(
    mass: Double, arm: Vector3, link: Int, turn: Vector3, state: inout SkeletonState
  ) {
    let velocity = state.angularVelocity[link]
    let angular = state.angularAcceleration[link]
    let velocityChange = state.angularVelocityChange[link]
    let angularChange = state.angularAccelerationChange[link]
    let armChange = cross(turn, arm)
    let sweep = cross(velocity, arm)
    let sweepChange = cross(velocityChange, arm) + cross(velocity, armChange)
    let force = (state.acceleration[link] + cross(angular, arm) + cross(velocity, sweep)) * mass
    let forceChange =
      (state.accelerationChange[link] + cross(angularChange, arm) + cross(angular, armChange)
        + cross(velocityChange, sweep) + cross(velocity, sweepChange)) * mass
    state.forceChange[link] += forceChange
    state.momentChange[link] += cross(armChange, force) + cross(arm, forceChange)
  }
}
