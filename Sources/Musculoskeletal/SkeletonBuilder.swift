/// Hangs joints and moving path points on a tree of axes, one after the other.
struct SkeletonBuilder {
  /// An axis whose coordinate is still the model's.
  struct DraftAxis {
    /// The link it hangs on; nil is the ground.
    var parent: Int?
    /// The frame of the axis in the parent's link frame.
    var frameInParent: Placement
    /// The unit vector that it turns about or slides along [1].
    var direction: Vector3
    /// True when it turns.
    var isRotation: Bool
    /// What drives it: a free coordinate of the model.
    var motion: DrivenValue
  }

  /// The axes so far, parents first.
  var axes: [DraftAxis] = []
  /// Where each body sits (bodyCount).
  var bodyPlacements: [(link: Int?, placement: Placement)]
  /// Where each point of each muscle sits.
  var pathPlaces: [[(link: Int?, location: Vector3)]] = []
  /// How each model coordinate follows from a free one.
  private let sources: [DrivenValue]

  /// A tree of nothing but the ground.
  init(_ model: ModelDescription, sources: [DrivenValue]) {
    self.sources = sources
    bodyPlacements = Array(repeating: (nil, Placement()), count: model.bodies.count)
  }

  /// Hangs a joint's child on its parent's link, beyond the joint's axes.
  mutating func hang(_ joint: JointDescription) {
    var seat = joint.parent.map { bodyPlacements[$0] } ?? (link: nil, placement: Placement())
    seat.placement = seat.placement * joint.frameInParent
    for axis in joint.motion.axes {
      seat = beyond(
        seat, direction: axis.axis, isRotation: axis.kind == .rotation, motion: axis.motion)
    }
    bodyPlacements[joint.child] = (seat.link, seat.placement * joint.frameInChild.inverse)
  }

  /// Where a path point sits; a moving one goes on slides of its own.
  mutating func place(of point: PathPoint) -> (link: Int?, location: Vector3) {
    var seat = point.body.map { bodyPlacements[$0] } ?? (link: nil, placement: Placement())
    guard case .moving(let x, let y, let z) = point.motion else {
      return (seat.link, seat.placement.apply(point.location))
    }
    seat.placement =
      seat.placement * Placement(rotation: point.axes, translation: point.location)
    for (direction, motion) in [
      (Vector3(1, 0, 0), x), (Vector3(0, 1, 0), y), (Vector3(0, 0, 1), z),
    ] {
      seat = beyond(seat, direction: direction, isRotation: false, motion: motion)
    }
    return (seat.link, seat.placement.translation)
  }

  /// The frame beyond one step: a new link when something free drives it, else the same link.
  private mutating func beyond(
    _ seat: (link: Int?, placement: Placement), direction: Vector3, isRotation: Bool,
    motion: DrivenValue
  ) -> (link: Int?, placement: Placement) {
    let driven = motion.coordinate.map { motion.following(sources[$0]) } ?? motion
    guard driven.coordinate != nil else {
      let value = driven.function.evaluate(at: 0).value
      let step =
        isRotation
        ? Placement(rotation: Rotation(axis: direction, angle: value))
        : Placement(translation: direction * value)
      return (seat.link, seat.placement * step)
    }
    axes.append(
      DraftAxis(
        parent: seat.link, frameInParent: seat.placement, direction: direction,
        isRotation: isRotation, motion: driven))
    return (axes.count - 1, Placement())
  }
}
