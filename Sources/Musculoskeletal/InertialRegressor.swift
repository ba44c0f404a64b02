/// Torque as a linear function of each body's ten mass numbers.
///
/// tau = Y(q, u, udot) phi with phi = (m, m c, I about the body's origin) of each body
/// (`RigidBodyInertia.linearParameters`); Atkeson, An and Hollerbach (1986), eq. 5-8.
extension LimbModel {
  /// What one unit of each mass number of a body asks of the joints, into `regressor` from `offset`
  /// (10 x coordinateCount, row by row) [N·m per unit].
  ///
  /// The state must hold the motion that `differentiate` left, or `moveTo` for chosen accelerations. A
  /// body that nothing moves asks for nothing.
  public func fillRegressor(
    ofBody body: Int, state: inout LimbState, regressor: inout [Double], at offset: Int = 0
  ) {
    let count = coordinateCount
    guard let link = skeleton.bodyPlacements[body].link else {
      for index in 0..<(10 * count) { regressor[offset + index] = 0 }
      return
    }
    let placement = skeleton.bodyPlacements[body].placement
    let axes = state.skeleton.rotation[link] * placement.rotation
    let origin =
      state.skeleton.center[link] + state.skeleton.rotation[link].apply(placement.translation)
    let turn = state.skeleton.velocity[link].angular
    let twist = state.skeleton.acceleration[link].angular
    let slide = state.skeleton.velocity[link].linear
    let fall =
      state.skeleton.acceleration[link].linear + cross(twist, origin)
      + cross(turn, slide + cross(turn, origin))
    for number in 0..<10 {
      var force = Vector3.zero
      var moment = Vector3.zero
      switch number {
      case 0: force = fall
      case 1...3:
        let arm = axes[number - 1]
        force = cross(twist, arm) + cross(turn, cross(turn, arm))
        moment = cross(arm, fall)
      default:
        let (first, second) = Self.inertiaElements[number - 4]
        moment = Self.spin(axes[first], axes[second], twist)
        moment += cross(turn, Self.spin(axes[first], axes[second], turn))
      }
      skeleton.project(
        SpatialVector(cross(origin, force) + moment, force), link: link, state: state.skeleton,
        torque: &state.change)
      for index in 0..<count { regressor[offset + number * count + index] = state.change[index] }
    }
  }

  /// Puts the skeleton in motion at chosen accelerations without any force model.
  ///
  /// `udot`: accelerations (coordinateCount) [rad/s^2].
  /// - Returns: the torques they take (coordinateCount) [N·m].
  public func moveTo(
    q: [Double], u: [Double], udot: [Double], base: BaseMotion = .still,
    parameters: LimbParameters, state: inout LimbState
  ) -> [Double] {
    let gravity = parameters.gravity(base.gravity ?? skeleton.gravity).value - base.acceleration
    skeleton.pose(
      q, parameters: parameters, payload: payload, payloadMass: 0, state: &state.skeleton)
    skeleton.inverseDynamics(
      u: u, udot: udot, gravity: gravity, state: &state.skeleton, torque: &state.bias)
    return state.bias
  }

  /// d udot by the ten linear mass numbers of a body, into `result` (10 x coordinateCount, row by row)
  /// [rad/s^2 per unit], after `differentiate`.
  public func differentiateByInertia(
    ofBody body: Int, state: inout LimbState, into result: inout [Double]
  ) {
    let count = coordinateCount
    fillRegressor(ofBody: body, state: &state, regressor: &result)
    for number in 0..<10 {
      for index in 0..<count { state.change[index] = -result[number * count + index] }
      state.accelerate(count)
      for index in 0..<count { result[number * count + index] = state.change[index] }
    }
  }

  /// Rows and columns of xx, yy, zz, xy, xz, yz.
  private static let inertiaElements = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]

  /// E v for the inertia whose only element stands at two axes.
  @inline(__always)
  private static func spin(_ first: Vector3, _ second: Vector3, _ vector: Vector3) -> Vector3 {
    if first == second { return first * dot(first, vector) }
    return first * dot(second, vector) + second * dot(first, vector)
  }
}

extension Rotation {
  /// The image of axis `index`, 0 to 2 [1].
  subscript(index: Int) -> Vector3 {
    switch index {
    case 0: x
    case 1: y
    default: z
    }
  }
}
