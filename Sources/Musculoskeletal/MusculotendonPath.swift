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
    /// The axes between the two links, the only ones that can stretch it (range in `stretchers`).
    let stretchers: Range<Int>
  }

  /// An axis that moves one end of a stretch and not the other.
  struct Stretcher: Sendable {
    /// The axis (index).
    let axis: Int
    /// Its coordinate among those that the path spans (index into `coordinates`).
    let slot: Int
    /// True when it moves the second point, false when it moves the first.
    let movesEnd: Bool
  }

  /// The free coordinates that can change the length, ascending (indices).
  let coordinates: [Int]
  /// The length that never changes [m].
  let constantLength: Double
  /// The stretches that do (any number).
  let segments: [Segment]
  /// The axes of all stretches, parents first in each.
  let stretchers: [Stretcher]

  /// Compiles the path of `muscle` (index) on `skeleton`.
  init(muscle: Int, skeleton: Skeleton) {
    let points = skeleton.pathPlaces[muscle]
    var constant = 0.0
    var between: [(start: Int, axes: [(axis: Int, movesEnd: Bool)])] = []
    for index in points.indices.dropLast() {
      let (start, end) = (points[index], points[index + 1])
      let axes = skeleton.axes.indices.compactMap { axis -> (axis: Int, movesEnd: Bool)? in
        let movesEnd = skeleton.moves(axis, link: end.link)
        return movesEnd == skeleton.moves(axis, link: start.link) ? nil : (axis, movesEnd)
      }
      if axes.isEmpty {
        constant += (end.location - start.location).norm
      } else {
        between.append((index, axes))
      }
    }
    let coordinates = Set(between.flatMap { $0.axes.map { skeleton.axes[$0.axis].coordinate } })
      .sorted()
    var segments: [Segment] = []
    var stretchers: [Stretcher] = []
    for (index, axes) in between {
      let first = stretchers.count
      for (axis, movesEnd) in axes {
        guard let slot = coordinates.firstIndex(of: skeleton.axes[axis].coordinate) else {
          continue
        }
        stretchers.append(Stretcher(axis: axis, slot: slot, movesEnd: movesEnd))
      }
      segments.append(
        Segment(
          startLink: points[index].link, start: points[index].location,
          endLink: points[index + 1].link, end: points[index + 1].location,
          stretchers: first..<stretchers.count))
    }
    self.coordinates = coordinates
    constantLength = constant
    self.segments = segments
    self.stretchers = stretchers
  }

  /// The path's length [m] in the posed state, with its gradient and Hessian by the coordinates it spans.
  ///
  /// L = sum |e - s|; with d = e - s and l = |d|: l_i = d·d_i / l, l_ij = (d_i·d_j + d·d_ij - l_i l_j) / l,
  /// where turning axis i moves a point p by z_i x (p - o_i), and axes i before j by
  /// z_i x (z_j x (p - o_j)); a slide moves it by z_i. An axis that carries both ends stretches nothing.
  /// Axes follow coordinates by theta(q), so the chain rule adds theta'' l_i. The moment arm is
  /// -gradient.
  ///
  /// - Parameters:
  ///   - gradient: dL/dq of the spanned coordinates from `offset` [m/rad].
  ///   - hessian: d2L/dq2 of them, row by row, from `hessianOffset` [m/rad^2].
  ///   - withHessian: leaves the Hessian as it is when false.
  ///   - scratch: room for one vector an axis (axisCount).
  func length(
    _ skeleton: Skeleton, state: SkeletonState, gradient: inout [Double], at offset: Int,
    hessian: inout [Double], at hessianOffset: Int, withHessian: Bool, scratch: inout [Vector3]
  ) -> Double {
    let count = coordinates.count
    for index in 0..<count { gradient[offset + index] = 0 }
    if withHessian {
      for index in 0..<(count * count) { hessian[hessianOffset + index] = 0 }
    }
    var total = constantLength
    for index in segments.indices {
      let segment = segments[index]
      let start = skeleton.position(segment.start, link: segment.startLink, state: state)
      let end = skeleton.position(segment.end, link: segment.endLink, state: state)
      let span = end - start
      let length = span.norm
      let direction = span / length
      total += length

      // how each axis moves its end; the first end counts against the span
      for place in segment.stretchers {
        let axis = stretchers[place].axis
        let movesEnd = stretchers[place].movesEnd
        let motion =
          skeleton.axes[axis].isRotation
          ? cross(state.axis[axis], (movesEnd ? end : start) - state.center[axis])
          : state.axis[axis]
        scratch[axis] = movesEnd ? motion : -motion
      }
      for place in segment.stretchers {
        let axis = stretchers[place].axis
        let slot = stretchers[place].slot
        let byAxis = scratch[axis]
        let stretch = dot(direction, byAxis)
        gradient[offset + slot] += stretch * state.slope[axis]
        if !withHessian { continue }
        hessian[hessianOffset + slot * count + slot] += stretch * state.bend[axis]
        for otherPlace in place..<segment.stretchers.upperBound {
          let other = stretchers[otherPlace].axis
          let byOther = scratch[other]
          var value = (dot(byAxis, byOther) - stretch * dot(direction, byOther)) / length
          // the same end moves a second time with the turn
          if stretchers[otherPlace].movesEnd == stretchers[place].movesEnd,
            skeleton.axes[axis].isRotation
          {
            value += dot(direction, cross(state.axis[axis], byOther))
          }
          value *= state.slope[axis] * state.slope[other]
          let column = stretchers[otherPlace].slot
          hessian[hessianOffset + slot * count + column] += value
          if other != axis { hessian[hessianOffset + column * count + slot] += value }
        }
      }
    }
    return total
  }
}
