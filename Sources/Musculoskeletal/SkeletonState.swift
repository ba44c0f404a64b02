/// Everything about a skeleton's motion at one instant, in ground axes; recomputed, never integrated.
public struct SkeletonState: Sendable {
  // POSITION dependent, made by `pose`

  /// Orientation of each link (coordinateCount).
  var rotation: [Rotation]
  /// Hinge axes (coordinateCount) [1].
  var axis: [Vector3]
  /// Hinge centres (coordinateCount) [m].
  var center: [Vector3]
  /// From the hinge centre to each element's centre of mass (massElementCount) [m].
  var arm: [Vector3]
  /// From the element's body origin to its centre of mass (massElementCount) [m].
  var massCenter: [Vector3]
  /// From the hinge centre to the payload [m].
  var payloadArm: Vector3
  /// From the payload's body origin to the payload [m].
  var payloadOffset: Vector3

  // MOTION dependent, made by `inverseDynamics`

  /// Angular velocity (coordinateCount) [rad/s].
  var angularVelocity: [Vector3]
  /// Angular acceleration (coordinateCount) [rad/s^2].
  var angularAcceleration: [Vector3]
  /// Acceleration of the hinge centre, minus gravity (coordinateCount) [m/s^2].
  var acceleration: [Vector3]
  /// Force through the hinge on the link and all beyond (coordinateCount) [N].
  var force: [Vector3]
  /// Moment about the hinge centre on the link and all beyond (coordinateCount) [N·m].
  var moment: [Vector3]

  // TANGENTS of the motion in one direction, scratch of `inverseDynamicsTangent`

  /// Change of the angular velocity (coordinateCount) [rad/s per unit].
  var angularVelocityChange: [Vector3]
  /// Change of the angular acceleration (coordinateCount) [rad/s^2 per unit].
  var angularAccelerationChange: [Vector3]
  /// Change of the hinge centre's acceleration (coordinateCount) [m/s^2 per unit].
  var accelerationChange: [Vector3]
  /// Change of the hinge force (coordinateCount) [N per unit].
  var forceChange: [Vector3]
  /// Change of the hinge moment (coordinateCount) [N·m per unit].
  var momentChange: [Vector3]

  /// Room for the states of `skeleton`.
  public init(_ skeleton: Skeleton) {
    let zeros = Array(repeating: Vector3.zero, count: skeleton.coordinateCount)
    let elementZeros = Array(repeating: Vector3.zero, count: skeleton.massElements.count)
    rotation = Array(repeating: .identity, count: skeleton.coordinateCount)
    axis = zeros
    center = zeros
    arm = elementZeros
    massCenter = elementZeros
    payloadArm = .zero
    payloadOffset = .zero
    angularVelocity = zeros
    angularAcceleration = zeros
    acceleration = zeros
    force = zeros
    moment = zeros
    angularVelocityChange = zeros
    angularAccelerationChange = zeros
    accelerationChange = zeros
    forceChange = zeros
    momentChange = zeros
  }
}
