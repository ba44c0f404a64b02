internal import RealModule

/// A muscle's line of action through points fixed in links, reduced to what the motion can change.
///
/// Constant. Stretches between points of the same link keep their length and are summed once; the
/// others are straight segments between two links.
struct MusculotendonPath: Sendable {
  /// A straight stretch between two links.
  struct Segment: Sendable {
    /// The link of the first point; nil is the ground.
    let startLink: Int?
    /// The first point in its link frame [m].
    let start: Vector3
    /// The link of the second point; nil is the ground.
    let endLink: Int?
    /// The second point in its link frame [m].
    let end: Vector3
    /// The hinges between the two links, the only ones that can stretch it, parents first.
    let hinges: [Hinge]
  }

  /// A hinge that moves one end of a stretch and not the other.
  struct Hinge: Sendable {
    /// The coordinate that turns it (index).
    let coordinate: Int
    /// True when it moves the second point, false when it moves the first.
    let movesEnd: Bool
  }

  /// The length that never changes [m].
  let constantLength: Double
  /// The stretches that do (any number).
  let segments: [Segment]

  /// Compiles the path of `muscle` on `skeleton`.
  init(_ muscle: MuscleDescription, skeleton: Skeleton) {
    var constant = 0.0
    var segments: [Segment] = []
    let points = muscle.path.map { point -> (link: Int?, location: Vector3) in
      guard let body = point.body else { return (nil, point.location) }
      let (link, placement) = skeleton.bodyPlacements[body]
      return (link, placement.apply(point.location))
    }
    for (start, end) in zip(points, points.dropFirst()) {
      if start.link == end.link {
        constant += (end.location - start.location).norm
      } else {
        let hinges = (0..<skeleton.coordinateCount).compactMap { coordinate -> Hinge? in
          let movesEnd = skeleton.moves(coordinate, link: end.link)
          guard movesEnd != skeleton.moves(coordinate, link: start.link) else { return nil }
          return Hinge(coordinate: coordinate, movesEnd: movesEnd)
        }
        segments.append(
          Segment(
            startLink: start.link, start: start.location, endLink: end.link, end: end.location,
            hinges: hinges))
      }
    }
    self.constantLength = constant
    self.segments = segments
  }

  /// The path's length [m] in the posed state, with its gradient and Hessian by the coordinates.
  ///
  /// L = sum |e - s|; with d = e - s and l = |d|: l_i = d·d_i / l, l_ij = (d_i·d_j + d·d_ij - l_i l_j) / l,
  /// where turning hinge i moves a point p by z_i x (p - o_i), and hinges i before j by
  /// z_i x (z_j x (p - o_j)). A hinge that carries both ends stretches nothing. The moment arm is
  /// -gradient.
  ///
  /// - Parameters:
  ///   - gradient: dL/dq (coordinateCount) [m/rad].
  ///   - hessian: d2L/dq2 (coordinateCount x coordinateCount) [m/rad^2].
  ///   - offset: index of the muscle times coordinateCount, where its gradient starts.
  ///   - scratch: room for one vector a coordinate (coordinateCount).
  func length(
    _ skeleton: Skeleton, state: SkeletonState, gradient: inout [Double],
    hessian: inout [Double], at offset: Int, scratch: inout [Vector3]
  ) -> Double {
    let count = skeleton.coordinateCount
    let hessianOffset = offset * count
    for index in 0..<count { gradient[offset + index] = 0 }
    for index in 0..<(count * count) { hessian[hessianOffset + index] = 0 }
    var total = constantLength
    for index in segments.indices {
      let segment = segments[index]
      let start = skeleton.position(segment.start, link: segment.startLink, state: state)
      let end = skeleton.position(segment.end, link: segment.endLink, state: state)
      let span = end - start
      let length = span.norm
      let direction = span / length
      total += length

      // how each hinge moves its end; the first end counts against the span
      for hinge in segment.hinges {
        let index = hinge.coordinate
        let point = hinge.movesEnd ? end : start
        let motion = cross(state.axis[index], point - state.center[index])
        scratch[index] = hinge.movesEnd ? motion : -motion
      }
      for (place, hinge) in segment.hinges.enumerated() {
        let row = hinge.coordinate
        let byRow = scratch[row]
        let stretchByRow = dot(direction, byRow)
        gradient[offset + row] += stretchByRow
        for other in segment.hinges[place...] {
          let column = other.coordinate
          let byColumn = scratch[column]
          var value = (dot(byRow, byColumn) - stretchByRow * dot(direction, byColumn)) / length
          // the same end moves a second time with the hinge
          if other.movesEnd == hinge.movesEnd {
            value += dot(direction, cross(state.axis[row], byColumn))
          }
          hessian[hessianOffset + row * count + column] += value
          if column != row { hessian[hessianOffset + column * count + row] += value }
        }
      }
    }
    return total
  }
}

extension Skeleton {
  /// A point of a link in ground axes [m].
  @inline(__always)
  func position(_ point: Vector3, link: Int?, state: SkeletonState) -> Vector3 {
    guard let link else { return point }
    return state.center[link] + state.rotation[link].apply(point)
  }
}
