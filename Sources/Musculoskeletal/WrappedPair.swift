/// What of a stretch's surfaces the taut path touches: none, one, or two one after the other.
///
/// Two surfaces share the straight line between them. With a point x on it,
///
///     L(p, s) = min over x of L_1(p, x) + L_2(x, s)
///
/// which is the shortest path over both; x can slide along the line without a change, so that its
/// Hessian M is singular in that direction d and M + d d^T / L is solved instead.
struct WrappedPair: Sendable {
  /// The first surface that it touches (index); nil when it is straight.
  var first: Int?
  /// The second (index).
  var second: Int?
  /// The length up to `between`, or all of it.
  var start: WrappedStretch
  /// The length from `between` on, when there are two.
  var end: WrappedStretch
  /// A point on the straight line between the two surfaces [m].
  var between: Vector3
  /// Inverse of the Hessian of `between` [m].
  var inverse = Block()

  /// The whole length [m].
  var length: Double { second == nil ? start.length : start.length + end.length }

  /// Finds the path from `from` to `to`, ground axes, over those of `surfaces` in `range` that it touches.
  init(
    _ surfaces: [StretchSurface], in range: Range<Int>, from: Vector3, to: Vector3,
    state: SkeletonState
  ) {
    start = WrappedStretch(from: from, to: to)
    end = start
    between = to

    // those that the straight line meets
    for index in range {
      let stretch = surfaces[index].stretch(from: from, to: to, state: state)
      guard stretch.touches else { continue }
      if first == nil {
        first = index
        start = stretch
      } else if second == nil {
        second = index
      }
    }
    guard let only = first else { return }
    // and those that it meets only when bent
    if second == nil {
      for index in range where index != only {
        let isBefore = index < only
        let stretch = surfaces[index].stretch(
          from: isBefore ? from : start.land, to: isBefore ? start.leave : to, state: state)
        guard stretch.touches else { continue }
        first = min(index, only)
        second = max(index, only)
        break
      }
    }
    guard let one = first, let other = second else { return }

    // one after the other, then Newton's method for the point between
    var leave = from
    var land = to
    start = surfaces[one].stretch(from: from, to: to, state: state)
    for _ in 0..<3 {
      leave = start.touches ? start.land : from
      end = surfaces[other].stretch(from: leave, to: to, state: state)
      land = end.touches ? end.leave : to
      start = surfaces[one].stretch(from: from, to: land, state: state)
    }
    leave = start.touches ? start.land : from
    between = (leave + land) * 0.5
    for _ in 0..<12 {
      start = surfaces[one].stretch(from: from, to: between, state: state)
      end = surfaces[other].stretch(from: between, to: to, state: state)
      var matrix = start.endEnd
      matrix.add(1, end.startStart)
      let direction = start.byEnd
      matrix.add(1 / max(length, .leastNormalMagnitude), direction, direction)
      inverse = matrix.inverse
      let change = inverse.apply(start.byEnd + end.byStart)
      guard change.norm > 1e-14 * length, change.norm.isFinite else { break }
      between -= change
    }
  }
}

extension Block {
  /// The inverse; zero for a matrix that has none.
  var inverse: Block {
    let first = cross(y, z)
    let second = cross(z, x)
    let third = cross(x, y)
    let determinant = dot(x, first)
    guard determinant != 0, determinant.isFinite else { return Block() }
    let scale = 1 / determinant
    return Block(
      x: Vector3(first.x, second.x, third.x) * scale,
      y: Vector3(first.y, second.y, third.y) * scale,
      z: Vector3(first.z, second.z, third.z) * scale)
  }
}
