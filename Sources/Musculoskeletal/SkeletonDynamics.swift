internal import Algebra

/// Rigid-body dynamics about the ground's origin, in ground axes.
///
/// Composite rigid bodies for the mass matrix and Newton-Euler for the torques, Featherstone, Rigid Body
/// Dynamics Algorithms (2008), tables 6.2 and 5.1, over elementary axes theta; by the coordinates it is
/// M = Fᵀ M_theta F and tau = Fᵀ tau_theta with F = d theta/dq. Gravity enters as an acceleration of the
/// ground by -g.
extension Skeleton {
  /// Places all links and masses for the coordinates `q` (coordinateCount) [rad or m].
  ///
  /// - Parameter payloadMass: mass at the payload's place, zero when nothing is held [kg].
  func pose(
    _ q: [Double], parameters: LimbParameters, payload: Payload?, payloadMass: Double,
    state: inout SkeletonState
  ) {
    for index in axes.indices {
      let value: Double
      if axes[index].isDirect {
        value = q[axes[index].coordinate]
      } else {
        let jet = axes[index].function.evaluate(at: q[axes[index].coordinate])
        value = jet.value
        state.slope[index] = jet.first
        state.bend[index] = jet.second
        state.curl[index] = jet.third
      }
      var center = axes[index].frameInParent.translation
      var rotation = axes[index].frameInParent.rotation
      if let parent = axes[index].parent {
        center = state.center[parent] + state.rotation[parent].apply(center)
        rotation = state.rotation[parent] * rotation
      }
      let direction = rotation.apply(axes[index].direction)
      if axes[index].isRotation {
        // the turn leaves its axis where it was
        rotation = rotation * Rotation(axis: axes[index].direction, angle: value)
        state.twist[index] = SpatialVector(direction, cross(center, direction))
      } else {
        center += direction * value
        state.twist[index] = SpatialVector(.zero, direction)
      }
      state.axis[index] = direction
      state.center[index] = center
      state.rotation[index] = rotation
      state.inertia[index] = .zero
    }
    placeMasses(parameters: parameters, state: &state)
    placePayload(parameters: parameters, payload: payload, mass: payloadMass, state: &state)
  }

  /// The masses of each link about the ground's origin.
  private func placeMasses(parameters: LimbParameters, state: inout SkeletonState) {
    for index in massElements.indices {
      let link = massElements[index].link
      let body = parameters.bodies[massElements[index].body]
      let rotation = state.rotation[link] * massElements[index].placement.rotation
      let arm = rotation.apply(body.distribution.massCenter) * body.massCenterFactor
      let center =
        state.center[link] + state.rotation[link].apply(massElements[index].placement.translation)
        + arm
      let own = body.distribution.inertia.turned(by: rotation)
      state.massArm[index] = arm
      state.massCenter[index] = center
      state.elementInertia[index] = own
      state.inertia[link] += SpatialInertia(
        mass: body.mass, firstMoment: center * body.mass,
        inertia: own * body.inertiaFactor + .pointMass(body.mass, at: center))
    }
  }

  /// The payload as a point mass of its link.
  private func placePayload(
    parameters: LimbParameters, payload: Payload?, mass: Double, state: inout SkeletonState
  ) {
    guard let payload, let link = bodyPlacements[payload.body].link else { return }
    let placement = bodyPlacements[payload.body].placement
    let rotation = state.rotation[link]
    state.payloadArm =
      rotation.apply(placement.rotation.apply(payload.location)) * parameters.payloadLocationFactor
    let place = state.center[link] + rotation.apply(placement.translation) + state.payloadArm
    state.payloadPlace = place
    if mass != 0 {
      state.inertia[link] += SpatialInertia(
        mass: mass, firstMoment: place * mass, inertia: .pointMass(mass, at: place))
    }
  }

  /// Composite inertias and the mass matrix of the posed state (coordinateCount x coordinateCount) [kg·m^2].
  func fillMassMatrix(state: inout SkeletonState, matrix: inout Matrix) {
    for index in axes.indices { state.composite[index] = state.inertia[index] }
    for index in stride(from: axes.count - 1, through: 0, by: -1) {
      if let parent = axes[index].parent { state.composite[parent] += state.composite[index] }
    }
    matrix.fill(0)
    for index in axes.indices {
      let momentum = state.composite[index].apply(state.twist[index])
      state.twistMomentum[index] = momentum
      let column = axes[index].coordinate
      let share = state.slope[index]
      matrix[column, column] += share * share * state.twist[index].dot(momentum)
      var ancestor = axes[index].parent
      while let other = ancestor {
        let row = axes[other].coordinate
        let product = share * state.slope[other] * state.twist[other].dot(momentum)
        matrix[row, column] += product
        matrix[column, row] += product
        ancestor = axes[other].parent
      }
    }
  }

  /// The torques that produce `udot` (coordinateCount) [rad/s^2] from the posed state, into `torque` [N·m].
  ///
  /// - Parameter gravity: gravity less the acceleration of the base, in the ground frame [m/s^2].
  func inverseDynamics(
    u: [Double], udot: [Double], gravity: Vector3, state: inout SkeletonState,
    torque: inout [Double]
  ) {
    state.groundAcceleration = SpatialVector(.zero, -gravity)

    // outward: velocities, accelerations and what moves each link
    for index in axes.indices {
      let coordinate = axes[index].coordinate
      let rate = state.slope[index] * u[coordinate]
      let change =
        state.slope[index] * udot[coordinate]
        + state.bend[index] * u[coordinate] * u[coordinate]
      var velocity = SpatialVector.zero
      var acceleration = state.groundAcceleration
      if let parent = axes[index].parent {
        velocity = state.velocity[parent]
        acceleration = state.acceleration[parent]
      }
      let twist = state.twist[index]
      acceleration += twist * change + velocity.crossMotion(twist) * rate
      velocity += twist * rate
      state.velocity[index] = velocity
      state.acceleration[index] = acceleration
      state.force[index] =
        state.inertia[index].apply(acceleration)
        + velocity.crossForce(state.inertia[index].apply(velocity))
    }

    // inward: forces through the axes
    for index in torque.indices { torque[index] = 0 }
    for index in stride(from: axes.count - 1, through: 0, by: -1) {
      torque[axes[index].coordinate] +=
        state.slope[index] * state.twist[index].dot(state.force[index])
      if let parent = axes[index].parent { state.force[parent] += state.force[index] }
    }
  }

  /// The link that carries the payload, if anything that moves does.
  func payloadLink(_ payload: Payload?) -> Int? {
    payload.flatMap { bodyPlacements[$0.body].link }
  }

  /// A point of a link in ground axes [m].
  @inline(__always)
  func position(_ point: Vector3, link: Int?, state: SkeletonState) -> Vector3 {
    guard let link else { return point }
    return state.center[link] + state.rotation[link].apply(point)
  }
}
