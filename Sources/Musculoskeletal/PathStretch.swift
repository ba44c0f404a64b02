/// A stretch of a path between two points that follow each other, and what can change its length.
struct PathStretch: Sendable {
  /// The link of the first point; nil is the ground.
  let startLink: Int?
  /// The first point in its link frame [m].
  let start: Vector3
  /// The link of the second point; nil is the ground.
  let endLink: Int?
  /// The second point in its link frame [m].
  let end: Vector3
  /// The length when nothing can change it [m].
  let constantLength: Double?
  /// The axes between the two links, the only ones that can stretch a straight one (range in `movers`).
  let movers: Range<Int>
  /// The surfaces that it may lie on, from the start to the end (range in `surfaces`).
  let surfaces: Range<Int>
}

/// An axis that moves one end of a straight stretch and not the other.
struct StretchMover: Sendable {
  /// The axis (index).
  let axis: Int
  /// Its coordinate among those that the path spans (index into `coordinates`).
  let slot: Int
  /// True when it moves the second point, false when it moves the first.
  let movesEnd: Bool
}

/// A surface that a stretch may lie on.
struct StretchSurface: Sendable {
  /// The surface.
  let surface: WrapSurface
  /// The link that carries it; nil is the ground.
  let link: Int?
  /// Where its frame sits in the link frame.
  let placement: Placement
  /// The axes that move an end of the stretch against it, those nearest to it first (range in
  /// `surfaceMovers`).
  let movers: Range<Int>

  /// The surface's frame in ground axes.
  func frame(_ state: SkeletonState) -> Placement {
    guard let link else { return placement }
    let rotation = state.rotation[link]
    return Placement(
      rotation: rotation * placement.rotation,
      translation: state.center[link] + rotation.apply(placement.translation))
  }

  /// True when the taut path between two points, in ground axes, lies on the surface.
  func touches(from start: Vector3, to end: Vector3, state: SkeletonState) -> Bool {
    let frame = frame(state)
    return surface.touches(
      from: frame.rotation.applyInverse(start - frame.translation),
      to: frame.rotation.applyInverse(end - frame.translation))
  }

  /// The taut path over the surface between two points, all in ground axes.
  func stretch(
    from start: Vector3, to end: Vector3, branch: WrapBranch = .shorter, state: SkeletonState
  ) -> WrappedStretch {
    let frame = frame(state)
    let turn = frame.rotation
    let local = surface.stretch(
      from: turn.applyInverse(start - frame.translation),
      to: turn.applyInverse(end - frame.translation), branch: branch)
    guard local.touches else { return WrappedStretch(from: start, to: end) }
    return local.placed(by: frame)
  }
}

/// An axis that moves something against a surface: +1 beyond it, -1 when it moves the surface, 0 neither.
struct SurfaceMover: Sendable {
  /// The axis (index).
  let axis: Int
  /// Its coordinate among those that the path spans (index into `coordinates`).
  let slot: Int
  /// How it moves the start [1].
  let start: Double
  /// How it moves the end [1].
  let end: Double
  /// How it moves a point between that every axis moves which moves start and end alike [1].
  let between: Double
}

/// When a conditional point is on the path.
struct PathCondition: Sendable {
  /// The coordinate's value by a free one.
  let source: DrivenValue
  /// Where it is on the path, both ends included [rad].
  let range: ClosedRange<Double>

  /// OpenSim's tolerance of the range (ConditionalPathPoint) [rad].
  static let tolerance = 1e-5

  /// True when the point is on the path at free coordinates `q`.
  func holds(_ q: [Double]) -> Bool {
    let argument = source.coordinate.map { q[$0] } ?? 0
    let value =
      source.function.isIdentity ? argument : source.function.evaluate(at: argument).value
    return Self.holds(range, at: value)
  }

  /// True when a coordinate at `value` is in `range`, as OpenSim sees it [rad].
  @inline(__always)
  static func holds(_ range: ClosedRange<Double>, at value: Double) -> Bool {
    value >= range.lowerBound - tolerance && value <= range.upperBound + tolerance
  }
}

extension WrappedStretch {
  /// This stretch, given in `frame`, seen from outside.
  func placed(by frame: Placement) -> WrappedStretch {
    var outside = self
    outside.byStart = frame.rotation.apply(byStart)
    outside.byEnd = frame.rotation.apply(byEnd)
    outside.startStart = startStart.turned(by: frame.rotation)
    outside.startEnd = startEnd.turned(by: frame.rotation)
    outside.endEnd = endEnd.turned(by: frame.rotation)
    outside.leave = frame.apply(leave)
    outside.land = frame.apply(land)
    return outside
  }
}
