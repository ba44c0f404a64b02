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
    for index in range where second == nil {
      guard surfaces[index].touches(from: from, to: to, state: state) else { continue }
      if first == nil { first = index } else { second = index }
    }
    guard let only = first else { return }
    // and those that it meets only when bent
    if second == nil {
      start = surfaces[only].stretch(from: from, to: to, state: state)
      for index in range where index != only {
        let isBefore = index < only
        let meets = surfaces[index].touches(
          from: isBefore ? from : start.land, to: isBefore ? start.leave : to, state: state)
        guard meets else { continue }
        first = min(index, only)
        second = max(index, only)
        break
      }
    }
    guard let one = first, let other = second else { return }

    // the shortest of the ways round both
    var best = Double.infinity
    var bestPair = self
    let oneBranches = surfaces[one].surface.hasBranches ? 2 : 1
    let otherBranches = surfaces[other].surface.hasBranches ? 2 : 1
    for branch in 0..<oneBranches * otherBranches {
      let isTaut = tighten(
        surfaces[one], branch % oneBranches == 0 ? .left : .right,
        surfaces[other], branch / oneBranches == 0 ? .left : .right, from: from, to: to,
        state: state)
      if isTaut, length < best {
        best = length
        bestPair = self
      }
    }
    self = bestPair
    guard best == .infinity else { return }
    // should none settle, the longer of the ways round one
    second = nil
    start = surfaces[one].stretch(from: from, to: to, state: state)
    let alone = surfaces[other].stretch(from: from, to: to, state: state)
    if alone.length > start.length {
      first = other
      start = alone
    }
  }

  /// Moves the point between two surfaces to where the path is shortest; false when it does not settle
  /// or leaves one of them, which a path over both does not.
  private mutating func tighten(
    _ one: StretchSurface, _ oneBranch: WrapBranch, _ other: StretchSurface,
    _ otherBranch: WrapBranch, from: Vector3, to: Vector3, state: SkeletonState
  ) -> Bool {
    // one after the other
    start = one.stretch(from: from, to: to, branch: oneBranch, state: state)
    var leave = from
    var land = to
    for _ in 0..<3 {
      leave = start.touches ? start.land : from
      end = other.stretch(from: leave, to: to, branch: otherBranch, state: state)
      land = end.touches ? end.leave : to
      start = one.stretch(from: from, to: land, branch: oneBranch, state: state)
    }
    leave = start.touches ? start.land : from
    between = (leave + land) * 0.5

    // then both at once by Newton's method
    for _ in 0..<12 {
      start = one.stretch(from: from, to: between, branch: oneBranch, state: state)
      end = other.stretch(from: between, to: to, branch: otherBranch, state: state)
      var matrix = start.endEnd
      matrix.add(1, end.startStart)
      let direction = start.byEnd
      matrix.add(1 / max(length, .leastNormalMagnitude), direction, direction)
      inverse = matrix.inverse
      let change = inverse.apply(start.byEnd + end.byStart)
      let size = change.norm
      guard size < length else { return false }
      if size <= 1e-9 * length { return start.touches && end.touches }
      between -= change
    }
    return false
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
