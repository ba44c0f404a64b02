extension MusculotendonPath {
  /// Adds one stretch to the gradient and Hessian and returns its length [m].
  func add(
    _ stretch: PathStretch, _ skeleton: Skeleton, state: SkeletonState,
    gradient: inout [Double], at offset: Int, hessian: inout [Double], at hessianOffset: Int,
    withHessian: Bool, scratch: inout [Vector3]
  ) -> Double {
    if let constant = stretch.constantLength { return constant }
    let start = skeleton.position(stretch.start, link: stretch.startLink, state: state)
    let end = skeleton.position(stretch.end, link: stretch.endLink, state: state)
    if !stretch.surfaces.isEmpty {
      let pair = WrappedPair(surfaces, in: stretch.surfaces, from: start, to: end, state: state)
      if let first = pair.first {
        guard let second = pair.second else {
          add(
            pair.start, over: first, from: start, to: end, roles: .whole, skeleton,
            state: state, gradient: &gradient, at: offset, hessian: &hessian,
            at: hessianOffset, withHessian: withHessian, scratch: &scratch)
          return pair.length
        }
        let couplings = 2 * skeleton.axisCount
        for slot in coordinates.indices { scratch[couplings + slot] = .zero }
        add(
          pair.start, over: first, from: start, to: pair.between, roles: .first, skeleton,
          state: state, gradient: &gradient, at: offset, hessian: &hessian,
          at: hessianOffset, withHessian: withHessian, scratch: &scratch)
        add(
          pair.end, over: second, from: pair.between, to: end, roles: .last, skeleton,
          state: state, gradient: &gradient, at: offset, hessian: &hessian,
          at: hessianOffset, withHessian: withHessian, scratch: &scratch)
        if withHessian {
          // the point between follows the coordinates: L_qq - L_qx M^-1 L_xq
          let count = coordinates.count
          for row in 0..<count {
            let solved = pair.inverse.apply(scratch[couplings + row])
            for column in 0..<count {
              hessian[hessianOffset + row * count + column] -=
                dot(solved, scratch[couplings + column])
            }
          }
        }
        return pair.length
      }
    }
    return addStraight(
      stretch, from: start, to: end, skeleton, state: state, gradient: &gradient, at: offset,
      hessian: &hessian, at: hessianOffset, withHessian: withHessian, scratch: &scratch)
  }

  /// Adds a straight stretch.
  ///
  /// L = |e - s|; with d = e - s and l = |d|: l_i = d·d_i / l, l_ij = (d_i·d_j + d·d_ij - l_i l_j) / l,
  /// where turning axis i moves a point p by z_i x (p - o_i), and axes i before j by
  /// z_i x (z_j x (p - o_j)); a slide moves it by z_i. An axis that carries both ends stretches nothing.
  /// Axes follow coordinates by theta(q), so the chain rule adds theta'' l_i.
  private func addStraight(
    _ stretch: PathStretch, from start: Vector3, to end: Vector3, _ skeleton: Skeleton,
    state: SkeletonState, gradient: inout [Double], at offset: Int, hessian: inout [Double],
    at hessianOffset: Int, withHessian: Bool, scratch: inout [Vector3]
  ) -> Double {
    let count = coordinates.count
    let span = end - start
    let length = span.norm
    let inverse = length > 0 ? 1 / length : 0
    let direction = span * inverse

    // how each axis moves its end; the first end counts against the span
    for place in stretch.movers {
      let axis = movers[place].axis
      let movesEnd = movers[place].movesEnd
      let motion = skeleton.motion(axis, of: movesEnd ? end : start, state: state)
      scratch[axis] = movesEnd ? motion : -motion
    }
    for place in stretch.movers {
      let axis = movers[place].axis
      let slot = movers[place].slot
      let byAxis = scratch[axis]
      let change = dot(direction, byAxis)
      gradient[offset + slot] += change * state.slope[axis]
      if !withHessian { continue }
      hessian[hessianOffset + slot * count + slot] += change * state.bend[axis]
      for otherPlace in place..<stretch.movers.upperBound {
        let other = movers[otherPlace].axis
        let byOther = scratch[other]
        var value = (dot(byAxis, byOther) - change * dot(direction, byOther)) * inverse
        // the same end moves a second time with the turn
        if movers[otherPlace].movesEnd == movers[place].movesEnd,
          skeleton.axes[axis].isRotation
        {
          value += dot(direction, cross(state.axis[axis], byOther))
        }
        value *= state.slope[axis] * state.slope[other]
        let column = movers[otherPlace].slot
        hessian[hessianOffset + slot * count + column] += value
        if other != axis { hessian[hessianOffset + column * count + slot] += value }
      }
    }
    return length
  }

  /// Which of a stretch's points the ends of a part are.
  private enum Roles {
    /// From the start to the end.
    case whole
    /// From the start to the point between.
    case first
    /// From the point between to the end.
    case last
  }

  /// Adds a stretch over the surface `index` with the ends `from` and `to`, ground axes.
  ///
  /// With the points' motions m against the surface, H_ij = m_i^T L'' m_j + L'·m_ij. Of two axes the one
  /// nearer to the surface turns what the other moves: m_ij = c_i z_i x m_j, with c_i = +1 beyond the
  /// surface and -1 when the axis moves the surface.
  private func add(
    _ part: WrappedStretch, over index: Int, from: Vector3, to: Vector3, roles: Roles,
    _ skeleton: Skeleton, state: SkeletonState, gradient: inout [Double], at offset: Int,
    hessian: inout [Double], at hessianOffset: Int, withHessian: Bool, scratch: inout [Vector3]
  ) {
    let count = coordinates.count
    let range = surfaces[index].movers
    for place in range {
      let mover = surfaceMovers[place]
      let entry = 2 * (place - range.lowerBound)
      let fromFactor = roles == .last ? mover.between : mover.start
      let toFactor = roles == .first ? mover.between : mover.end
      scratch[entry] = skeleton.motion(mover.axis, of: from, state: state) * fromFactor
      scratch[entry + 1] = skeleton.motion(mover.axis, of: to, state: state) * toFactor
    }
    for place in range {
      let mover = surfaceMovers[place]
      let entry = 2 * (place - range.lowerBound)
      let (fromMotion, toMotion) = (scratch[entry], scratch[entry + 1])
      let change = dot(part.byStart, fromMotion) + dot(part.byEnd, toMotion)
      let slope = state.slope[mover.axis]
      gradient[offset + mover.slot] += change * slope
      if !withHessian { continue }
      hessian[hessianOffset + mover.slot * count + mover.slot] += change * state.bend[mover.axis]

      let isRotation = skeleton.axes[mover.axis].isRotation
      let turn = isRotation ? state.axis[mover.axis] : .zero
      let fromFactor = roles == .last ? mover.between : mover.start
      let toFactor = roles == .first ? mover.between : mover.end
      // c g·(z x m) = m·(c g x z)
      let byFrom =
        part.startStart.apply(fromMotion) + part.startEnd.apply(toMotion)
        + cross(part.byStart, turn) * fromFactor
      let byTo =
        part.startEnd.applyTransposed(fromMotion) + part.endEnd.apply(toMotion)
        + cross(part.byEnd, turn) * toFactor
      for otherPlace in place..<range.upperBound {
        let other = surfaceMovers[otherPlace]
        let otherEntry = 2 * (otherPlace - range.lowerBound)
        let value =
          (dot(byFrom, scratch[otherEntry]) + dot(byTo, scratch[otherEntry + 1]))
          * slope * state.slope[other.axis]
        hessian[hessianOffset + mover.slot * count + other.slot] += value
        if otherPlace != place {
          hessian[hessianOffset + other.slot * count + mover.slot] += value
        }
      }
      let couplings = 2 * skeleton.axisCount
      switch roles {
      case .whole: break
      case .first: scratch[couplings + mover.slot] += byTo * slope
      case .last: scratch[couplings + mover.slot] += byFrom * slope
      }
    }
  }
}

extension Skeleton {
  /// How `axis` moves a point beyond it, per unit of its turn or slide [m/rad or 1].
  @inline(__always)
  func motion(_ axis: Int, of point: Vector3, state: SkeletonState) -> Vector3 {
    axes[axis].isRotation
      ? cross(state.axis[axis], point - state.center[axis]) : state.axis[axis]
  }
}
