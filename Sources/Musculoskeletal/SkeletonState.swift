/// Everything about a skeleton's motion at one instant, in ground axes; recomputed, never integrated.
public struct SkeletonState: Sendable {
  // POSITION dependent, made by `pose`

  /// Orientation of each link (axisCount).
  var rotation: [Rotation]
  /// The direction of each axis (axisCount) [1].
  var axis: [Vector3]
  /// Origin of each link, on its axis (axisCount) [m].
  var center: [Vector3]
  /// The motion of everything beyond each axis when it moves at unit rate (axisCount).
  var twist: [SpatialVector]
  /// d theta/dq of each axis by its coordinate (axisCount) [rad or m per unit of q].
  var slope: [Double]
  /// d2 theta/dq2 (axisCount) [rad or m per squared unit of q].
  var bend: [Double]
  /// d3 theta/dq3 (axisCount) [rad or m per cubed unit of q].
  var curl: [Double]
  /// Centre of mass of each element (massElementCount) [m].
  var massCenter: [Vector3]
  /// From the element's body origin to its centre of mass (massElementCount) [m].
  var massArm: [Vector3]
  /// Inertia of each element about its centre of mass, ground axes (massElementCount).
  var elementInertia: [SymmetricMatrix3]
  /// The payload's place [m].
  var payloadPlace: Vector3
  /// From the payload's body origin to the payload [m].
  var payloadArm: Vector3
  /// Inertia of each link's own masses (axisCount).
  var inertia: [SpatialInertia]

  // made by `compose`

  /// Inertia of each link and all beyond (axisCount).
  var composite: [SpatialInertia]

  // MOTION dependent, made by `inverseDynamics`

  /// Motion of each link (axisCount).
  var velocity: [SpatialVector]
  /// Acceleration of each link, minus gravity (axisCount).
  var acceleration: [SpatialVector]
  /// Acceleration of the ground minus gravity.
  var groundAcceleration: SpatialVector
  /// Force through each axis on its link and all beyond (axisCount).
  var force: [SpatialVector]

  // made by `prepareDerivatives`

  /// Response of each link's and all later masses' forces to changes of motion (axisCount).
  var response: [MotionResponse]
  /// V x S: how each twist is carried along (axisCount).
  var twistRate: [SpatialVector]
  /// A x S + V x (V x S) (axisCount).
  var twistAcceleration: [SpatialVector]
  /// I S of each axis with its composite inertia (axisCount).
  var twistMomentum: [SpatialVector]
  /// The transposed response to each twist (axisCount) [N·m·s or N·s].
  var twistResponse: [Vector3]

  /// Room for the states of `skeleton`.
  public init(_ skeleton: Skeleton) {
    let count = skeleton.axisCount
    let elements = skeleton.massElements.count
    rotation = Array(repeating: .identity, count: count)
    axis = Array(repeating: .zero, count: count)
    center = axis
    twist = Array(repeating: .zero, count: count)
    slope = Array(repeating: 1, count: count)
    bend = Array(repeating: 0, count: count)
    curl = bend
    massCenter = Array(repeating: .zero, count: elements)
    massArm = massCenter
    elementInertia = Array(repeating: .zero, count: elements)
    payloadPlace = .zero
    payloadArm = .zero
    inertia = Array(repeating: .zero, count: count)
    composite = inertia
    velocity = twist
    acceleration = twist
    groundAcceleration = .zero
    force = twist
    response = Array(repeating: .zero, count: count)
    twistRate = twist
    twistAcceleration = twist
    twistMomentum = twist
    twistResponse = axis
  }
}
