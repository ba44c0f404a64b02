/// The exact derivatives of Newton-Euler by coordinates and rates, in closed form.
///
/// With S_j the twist of axis j, V and A its link's motion, s = V x S, r = A x S + V x s, I and B the
/// inertia and response of the link and all beyond, F the force through it, i before j in the chain:
///
///     d tau_j/d theta_i  = S_j·(I_j r_i + B_j s_i)           d tau_j/d theta'_i = S_j·(B_j S_i + 2 I_j s_i)
///     d tau_i/d theta_j  = S_i·(I_j r_j + B_j s_j + S_j x* F_j)   and so on
///
/// after Carpentier and Mansard (2018) and Singh, Russell and Wensing (2022), here in ground axes.
extension Skeleton {
  /// What the derivatives of one instant share, from the state that `inverseDynamics` left.
  func prepareDerivatives(state: inout SkeletonState) {
    for index in axes.indices {
      state.response[index] = MotionResponse(
        state.inertia[index], velocity: state.velocity[index])
      let twist = state.twist[index]
      let rate = state.velocity[index].crossMotion(twist)
      state.twistRate[index] = rate
      state.twistAcceleration[index] =
        state.acceleration[index].crossMotion(twist) + state.velocity[index].crossMotion(rate)
    }
    for index in stride(from: axes.count - 1, through: 0, by: -1) {
      state.twistResponse[index] = state.response[index].transposed(state.twist[index])
      if let parent = axes[index].parent { state.response[parent] += state.response[index] }
    }
  }

  /// Adds d tau/dq and d tau/du of the required torques (coordinateCount x coordinateCount, row by row)
  /// [N·m/rad], [N·m·s/rad].
  func addTorqueDerivatives(
    u: [Double], udot: [Double], state: SkeletonState, byAngle: inout [Double],
    byRate: inout [Double]
  ) {
    let count = coordinateCount
    for index in axes.indices {
      let coordinate = axes[index].coordinate
      let slope = state.slope[index]
      let twist = state.twist[index]
      let rate = state.twistRate[index]

      // what one unit of q, and of u, does to the motion beyond the axis
      var accelerationByAngle = state.twistAcceleration[index] * slope
      var velocityByAngle = rate * slope
      var accelerationByRate = rate * (2 * slope)
      let velocityByRate = twist * slope
      if !axes[index].isDirect {
        let bend = state.bend[index] * u[coordinate]
        let lift =
          state.bend[index] * udot[coordinate]
          + state.curl[index] * u[coordinate] * u[coordinate]
        accelerationByAngle += rate * (2 * bend) + twist * lift
        velocityByAngle += twist * bend
        accelerationByRate += twist * (2 * bend)
        // the same force through a lever that changes
        byAngle[coordinate * count + coordinate] +=
          state.bend[index] * twist.dot(state.force[index])
      }

      // torques of this axis and those before it
      let response = state.response[index]
      let composite = state.composite[index]
      let forceByAngle =
        composite.apply(accelerationByAngle) + response.apply(velocityByAngle.angular)
        + twist.crossForce(state.force[index]) * slope
      let forceByRate =
        composite.apply(accelerationByRate) + response.apply(velocityByRate.angular)
      var ancestor: Int? = index
      while let other = ancestor {
        let row = axes[other].coordinate * count + coordinate
        let lever = state.twist[other] * state.slope[other]
        byAngle[row] += lever.dot(forceByAngle)
        byRate[row] += lever.dot(forceByRate)
        ancestor = axes[other].parent
      }

      // torques of the axes beyond it
      for other in (index + 1)..<max(axes.count, index + 1) where moves(index, link: other) {
        let row = axes[other].coordinate * count + coordinate
        let share = state.slope[other]
        let momentum = state.twistMomentum[other]
        let turned = state.twistResponse[other]
        byAngle[row] +=
          share
          * (momentum.dot(accelerationByAngle) + dot(turned, velocityByAngle.angular))
        byRate[row] +=
          share * (momentum.dot(accelerationByRate) + dot(turned, velocityByRate.angular))
      }
    }
  }

  /// The torques (coordinateCount) [N·m] that a force on `link` takes, into `torque`.
  @inline(__always)
  func project(
    _ force: SpatialVector, link: Int, state: SkeletonState, torque: inout [Double]
  ) {
    for index in torque.indices { torque[index] = 0 }
    var ancestor: Int? = link
    while let axis = ancestor {
      torque[axes[axis].coordinate] += state.slope[axis] * state.twist[axis].dot(force)
      ancestor = axes[axis].parent
    }
  }
}
