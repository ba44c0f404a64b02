/// Where things are in one pose, composed joint by joint as the file states them.
///
/// For showing, scaling and checking a model; `Skeleton` is what the motion is computed with.
extension ModelDescription {
  /// The default pose, coupled coordinates where their couplings say (coordinateCount) [rad or m].
  public var defaultPose: [Double] { coupled(coordinates.map(\.defaultValue)) }

  /// `values` with coupled coordinates where their couplings say (coordinateCount) [rad or m].
  public func coupled(_ values: [Double]) -> [Double] {
    precondition(values.count == coordinates.count, "a pose has one value per coordinate")
    var result = values
    var isKnown = coordinates.map { $0.coupling == nil }
    // a chain of couplings is followed to what is known, then back
    for start in coordinates.indices where !isKnown[start] {
      var chain = [start]
      while let coupling = coordinates[chain[chain.count - 1]].coupling,
        let next = coupling.coordinate, !isKnown[next]
      {
        precondition(chain.count <= coordinates.count, "couplings go in no circle")
        chain.append(next)
      }
      for coordinate in chain.reversed() {
        if let coupling = coordinates[coordinate].coupling {
          result[coordinate] = coupling.value(at: result)
        }
        isKnown[coordinate] = true
      }
    }
    return result
  }

  /// Where each body is when the coordinates have these values (bodyCount).
  public func bodyPlacements(at values: [Double]) -> [Placement] {
    let values = coupled(values)
    var placements = Array(repeating: Placement(), count: bodies.count)
    for joint in joints {
      var frame = (joint.parent.map { placements[$0] } ?? Placement()) * joint.frameInParent
      for step in joint.motion.axes {
        let amount = step.motion.value(at: values)
        frame =
          switch step.kind {
          case .rotation: frame * Placement(rotation: Rotation(axis: step.axis, angle: amount))
          case .translation: frame * Placement(translation: step.axis * amount)
          }
      }
      placements[joint.child] = frame * joint.frameInChild.inverse
    }
    return placements
  }

  /// The points of a muscle's path that are on it in a pose, in the ground frame [m].
  public func pathPoints(
    of muscle: MuscleDescription, at values: [Double], bodies placements: [Placement]
  ) -> [Vector3] {
    muscle.path.compactMap { point in
      if case .conditional(let coordinate, let range) = point.motion,
        !PathCondition.holds(range, at: values[coordinate])
      {
        return nil
      }
      let place = point.location(at: values)
      return point.body.map { placements[$0].apply(place) } ?? place
    }
  }
}

extension DrivenValue {
  /// The number when the coordinates have these values [the function's unit].
  public func value(at values: [Double]) -> Double {
    function.evaluate(at: coordinate.map { values[$0] } ?? 0).value
  }
}

extension PathPoint {
  /// Where it is in its body when the coordinates have these values [m].
  public func location(at values: [Double]) -> Vector3 {
    guard case .moving(let x, let y, let z) = motion else { return location }
    let own = Vector3(x.value(at: values), y.value(at: values), z.value(at: values))
    return location + axes.apply(own)
  }
}
