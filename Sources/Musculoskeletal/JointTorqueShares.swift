extension LimbModel {
  /// Writes all moment arms in `state`, -dL/dq, into `arms` (muscleCount x coordinateCount) [m/rad].
  ///
  /// As `momentArms`, into storage that is there already.
  public func fillMomentArms(_ state: LimbState, into arms: inout [Double]) {
    precondition(arms.count == muscleCount * coordinateCount, "one arm a muscle and coordinate")
    for index in arms.indices { arms[index] = 0 }
    for muscle in spans.indices {
      for place in spans[muscle] {
        arms[muscle * coordinateCount + spanCoordinates[place]] = -state.lengthGradient[place]
      }
    }
  }

  /// Replaces `state.bias` by the torque that holds the limb still against gravity, after `evaluate` [N·m].
  public func replaceBiasByGravity(_ state: inout LimbState) {
    skeleton.inverseDynamics(
      u: state.zeros, udot: state.zeros, gravity: state.gravity, state: &state.skeleton,
      torque: &state.bias)
  }
}
