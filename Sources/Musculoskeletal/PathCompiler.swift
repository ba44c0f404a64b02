/// Builds a `MusculotendonPath` from points and wrap objects.
struct PathCompiler {
  /// The skeleton that carries the path.
  let skeleton: Skeleton
  /// The muscle as the file states it.
  let muscle: MuscleDescription
  /// The model's wrap objects.
  let wrapObjects: [WrapObjectDescription]
  /// Where each point sits: its link and its place there [m].
  let points: [(link: Int?, location: Vector3)]
  /// When each point is on the path; nil is always.
  let conditions: [PathCondition?]
  /// See `MusculotendonPath`.
  private(set) var coordinates: [Int] = []
  /// See `MusculotendonPath` [m].
  private(set) var constantLength = 0.0
  /// See `MusculotendonPath`.
  private(set) var stretches: [PathStretch] = []
  /// See `MusculotendonPath`.
  private(set) var movers: [StretchMover] = []
  /// See `MusculotendonPath`.
  private(set) var surfaces: [StretchSurface] = []
  /// See `MusculotendonPath`.
  private(set) var surfaceMovers: [SurfaceMover] = []
  /// See `MusculotendonPath`.
  private(set) var firstStretch: [Int] = []
  /// See `MusculotendonPath`.
  private(set) var limitations: [PathLimitation] = []

  /// True when points come and go.
  var hasConditions: Bool { conditions.contains { $0 != nil } }

  /// Prepares to compile the path of `muscle` (index) of `model`.
  init(muscle: Int, model: ModelDescription, skeleton: Skeleton) {
    self.skeleton = skeleton
    self.muscle = model.muscles[muscle]
    wrapObjects = model.wrapObjects
    points = skeleton.pathPlaces[muscle]
    conditions = model.muscles[muscle].path.map { point in
      guard case .conditional(let coordinate, let range) = point.motion else { return nil }
      return PathCondition(source: skeleton.coordinateSources[coordinate], range: range)
    }
  }

  /// A wrap that can be computed.
  private struct Wrap {
    /// The surface.
    let surface: WrapSurface
    /// The link that carries it; nil is the ground.
    let link: Int?
    /// Where its frame sits in the link.
    let placement: Placement
    /// The points between which it may be wrapped (indices).
    let range: ClosedRange<Int>
  }

  /// Compiles every stretch that can be on the path.
  mutating func compile() {
    let wraps = usableWraps()
    let axes = Set(
      pairs().flatMap { pair in
        changingAxes(pair, wraps: wraps.filter { $0.range.contains(pair) })
      })
    coordinates = Set(axes.map { skeleton.axes[$0].coordinate }).sorted()
    for start in points.indices {
      firstStretch.append(stretches.count)
      for pair in pairs(from: start) {
        let stretch = stretch(pair, wraps: wraps.filter { $0.range.contains(pair) })
        if !hasConditions, let constant = stretch.constantLength {
          constantLength += constant
        } else {
          stretches.append(stretch)
        }
      }
    }
  }

  /// The pairs of points that can follow each other from `start` on, nearest first.
  private func pairs(from start: Int) -> [ClosedRange<Int>] {
    var pairs: [ClosedRange<Int>] = []
    for end in points.indices.dropFirst(start + 1) {
      pairs.append(start...end)
      if conditions[end] == nil { break }
    }
    return pairs
  }

  private func pairs() -> [ClosedRange<Int>] { points.indices.flatMap { pairs(from: $0) } }

  private mutating func usableWraps() -> [Wrap] {
    var wraps: [Wrap] = []
    for wrap in muscle.wraps {
      let object = wrapObjects[wrap.wrapObject]
      guard object.isActive, points.count > 1 else { continue }
      guard let surface = WrapSurface(object) else {
        limitations.append(.surface(muscle: muscle.name, wrapObject: object.name))
        continue
      }
      let body =
        object.body.map { skeleton.bodyPlacements[$0] } ?? (link: nil, placement: Placement())
      let all = 0...(points.count - 1)
      let range = wrap.range.map { $0.clamped(to: all) } ?? all
      wraps.append(
        Wrap(
          surface: surface, link: body.link, placement: body.placement * object.placement,
          range: range))
    }
    return wraps
  }

  /// The axes that can change the length between two points.
  private func changingAxes(_ pair: ClosedRange<Int>, wraps: [Wrap]) -> [Int] {
    let start = points[pair.lowerBound].link
    let end = points[pair.upperBound].link
    return skeleton.axes.indices.filter { axis in
      let movesStart = skeleton.moves(axis, link: start)
      let movesEnd = skeleton.moves(axis, link: end)
      return movesStart != movesEnd
        || wraps.contains { skeleton.moves(axis, link: $0.link) != movesStart }
    }
  }

  private mutating func stretch(_ pair: ClosedRange<Int>, wraps: [Wrap]) -> PathStretch {
    let (start, end) = (points[pair.lowerBound], points[pair.upperBound])
    var constant: Double?
    if changingAxes(pair, wraps: wraps).isEmpty {
      constant = constantLength(from: start.location, to: end.location, wraps: wraps)
    }
    let firstMover = movers.count
    let firstSurface = surfaces.count
    if constant == nil {
      for axis in skeleton.axes.indices {
        let movesEnd = skeleton.moves(axis, link: end.link)
        guard movesEnd != skeleton.moves(axis, link: start.link) else { continue }
        movers.append(StretchMover(axis: axis, slot: slot(of: axis), movesEnd: movesEnd))
      }
      for wrap in ordered(wraps, from: start.link) {
        append(wrap, start: start.link, end: end.link)
      }
    }
    return PathStretch(
      startLink: start.link, start: start.location, endLink: end.link, end: end.location,
      constantLength: constant, movers: firstMover..<movers.count,
      surfaces: firstSurface..<surfaces.count)
  }

  /// Along the path, surfaces on links near the start's come first; else the file's order.
  private func ordered(_ wraps: [Wrap], from start: Int?) -> [Wrap] {
    func distance(_ wrap: Wrap) -> Int {
      skeleton.axes.indices.count { axis in
        skeleton.moves(axis, link: wrap.link) != skeleton.moves(axis, link: start)
      }
    }
    return wraps.enumerated().sorted { left, right in
      (distance(left.element), left.offset) < (distance(right.element), right.offset)
    }.map(\.element)
  }

  private mutating func append(_ wrap: Wrap, start: Int?, end: Int?) {
    let first = surfaceMovers.count
    // on the way from the surface: down to where the chains meet, then out to the points
    let inward = skeleton.axes.indices.reversed().filter { skeleton.moves($0, link: wrap.link) }
    let outward = skeleton.axes.indices.filter { !skeleton.moves($0, link: wrap.link) }
    for axis in inward + outward {
      let own = skeleton.moves(axis, link: wrap.link) ? 1.0 : 0
      let byStart = (skeleton.moves(axis, link: start) ? 1.0 : 0) - own
      let byEnd = (skeleton.moves(axis, link: end) ? 1.0 : 0) - own
      guard byStart != 0 || byEnd != 0 else { continue }
      let movesBoth = skeleton.moves(axis, link: start) && skeleton.moves(axis, link: end)
      surfaceMovers.append(
        SurfaceMover(
          axis: axis, slot: slot(of: axis), start: byStart, end: byEnd,
          between: (movesBoth ? 1.0 : 0) - own))
    }
    surfaces.append(
      StretchSurface(
        surface: wrap.surface, link: wrap.link, placement: wrap.placement,
        movers: first..<surfaceMovers.count))
  }

  private func slot(of axis: Int) -> Int {
    guard let slot = coordinates.firstIndex(of: skeleton.axes[axis].coordinate) else {
      preconditionFailure("every axis that changes the path drives one of its coordinates")
    }
    return slot
  }

  /// The length between points of one link over surfaces of the same link.
  private func constantLength(from start: Vector3, to end: Vector3, wraps: [Wrap]) -> Double {
    let surfaces = wraps.map { wrap in
      StretchSurface(
        surface: wrap.surface, link: nil, placement: wrap.placement, movers: 0..<0)
    }
    return WrappedPair(
      surfaces, in: surfaces.indices, from: start, to: end, state: SkeletonState(skeleton)
    ).length
  }
}

extension ClosedRange<Int> {
  /// True when both ends of `other` are inside.
  func contains(_ other: ClosedRange<Int>) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }
}
