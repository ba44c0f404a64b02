/// The rigid-body tree of a model: a chain of elementary axes a joint, everything else welded on.
///
/// Each axis turns or slides one link against the one before it by theta_k = f_k(q), a function of one
/// free coordinate; coupled coordinates are functions of others and locked ones constants, so they
/// vanish into the functions and every motion left is free. A plain hinge is one axis with
/// f(q) = q. Link k is the frame beyond axis k; the ground is link nil. Constant.
public struct Skeleton: Sendable {
  /// One turn or slide of the tree and the link beyond it.
  struct Axis: Sendable {
    /// The link it hangs on; nil is the ground (index into axes).
    let parent: Int?
    /// The frame of the axis in the parent's link frame, before it turns or slides.
    let frameInParent: Placement
    /// The unit vector that it turns about or slides along [1].
    let direction: Vector3
    /// True when it turns, false when it slides.
    let isRotation: Bool
    /// The free coordinate that drives it (index).
    let coordinate: Int
    /// How far it goes, by the free coordinate.
    let function: CoordinateFunction
    /// True when it goes as far as the coordinate says.
    let isDirect: Bool
  }

  /// A body's mass, welded to a link.
  struct MassElement: Sendable {
    /// The link that carries it (index into axes).
    let link: Int
    /// The body it comes from (index into the model's bodies).
    let body: Int
    /// Where the body sits in the link frame.
    let placement: Placement
  }

  /// The model's name for each free coordinate (coordinateCount).
  public let coordinateNames: [String]
  /// The model's coordinate index for each free coordinate (coordinateCount).
  public let modelCoordinates: [Int]
  /// How each of the model's coordinates follows from the free ones (model's coordinate count).
  public let coordinateSources: [DrivenValue]
  /// Gravity in the ground frame [m/s^2].
  public let gravity: Vector3
  /// The axes, parents first (axisCount).
  let axes: [Axis]
  /// The bodies that move (any number).
  let massElements: [MassElement]
  /// True where axis `j` moves link `i` (axisCount x axisCount, row i).
  let isMovedBy: [Bool]
  /// Where each body sits: its link and its placement in the link frame (bodyCount).
  let bodyPlacements: [(link: Int?, placement: Placement)]
  /// Where each point of each muscle's path sits (muscleCount x points): its link and place there [m].
  let pathPlaces: [[(link: Int?, location: Vector3)]]

  /// The number of free coordinates [1].
  public var coordinateCount: Int { coordinateNames.count }
  /// The number of axes [1].
  public var axisCount: Int { axes.count }

  /// Builds the tree of `model`, whose joints are in order, parents before children.
  public init(_ model: ModelDescription) {
    let sources = Self.sources(model)
    var builder = SkeletonBuilder(model, sources: sources)
    for joint in model.joints { builder.hang(joint) }
    for muscle in model.muscles {
      builder.pathPlaces.append(muscle.path.map { builder.place(of: $0) })
    }

    // coordinates in the model's order, those that drive something
    let driving = Set(builder.axes.compactMap(\.motion.coordinate)).sorted()
    let freeIndex = Dictionary(uniqueKeysWithValues: zip(driving, driving.indices))
    modelCoordinates = driving
    coordinateNames = driving.map { model.coordinates[$0].name }
    coordinateSources = sources.map { source in
      DrivenValue(
        coordinate: source.coordinate.flatMap { freeIndex[$0] }, function: source.function)
    }
    axes = builder.axes.map { axis in
      guard let coordinate = axis.motion.coordinate, let free = freeIndex[coordinate] else {
        preconditionFailure("an axis of the tree follows a coordinate")
      }
      return Axis(
        parent: axis.parent, frameInParent: axis.frameInParent, direction: axis.direction,
        isRotation: axis.isRotation, coordinate: free, function: axis.motion.function,
        isDirect: axis.motion.function.isIdentity)
    }
    gravity = model.gravity
    bodyPlacements = builder.bodyPlacements
    pathPlaces = builder.pathPlaces

    // the masses that move
    var elements: [MassElement] = []
    for (index, body) in model.bodies.enumerated() {
      let hasInertia = body.mass > 0 || body.momentsOfInertia != .zero
      guard let link = bodyPlacements[index].link, hasInertia else { continue }
      elements.append(
        MassElement(link: link, body: index, placement: bodyPlacements[index].placement))
    }
    massElements = elements

    // who moves whom
    var moved = Array(repeating: false, count: axes.count * axes.count)
    for index in axes.indices {
      var ancestor: Int? = index
      while let current = ancestor {
        moved[index * axes.count + current] = true
        ancestor = axes[current].parent
      }
    }
    isMovedBy = moved
  }

  /// True when `axis` moves what is fixed to `link`; nothing moves the ground.
  @inline(__always)
  func moves(_ axis: Int, link: Int?) -> Bool {
    guard let link else { return false }
    return isMovedBy[link * axes.count + axis]
  }

  /// All of the model's coordinates for free ones `q` (coordinateCount) [rad or m].
  public func modelPose(_ q: [Double]) -> [Double] {
    coordinateSources.map { source in
      source.function.evaluate(at: source.coordinate.map { q[$0] } ?? 0).value
    }
  }

  /// How each model coordinate follows from one free model coordinate, couplings and locks resolved.
  private static func sources(_ model: ModelDescription) -> [DrivenValue] {
    var sources = [DrivenValue?](repeating: nil, count: model.coordinates.count)
    for start in model.coordinates.indices where sources[start] == nil {
      // a chain of couplings is followed to what is known, then back
      var chain = [start]
      while let next = model.coordinates[chain[chain.count - 1]].driver, sources[next] == nil {
        precondition(chain.count <= sources.count, "coordinates are not coupled in a circle")
        chain.append(next)
      }
      for index in chain.reversed() {
        let coordinate = model.coordinates[index]
        if coordinate.isLocked {
          sources[index] = DrivenValue(
            coordinate: nil, function: .constant(coordinate.defaultValue))
        } else if let coupling = coordinate.coupling {
          sources[index] =
            coupling.coordinate.flatMap { sources[$0] }.map(coupling.following)
            ?? coupling
        } else {
          sources[index] = DrivenValue(coordinate: index, function: .identity)
        }
      }
    }
    return sources.compactMap { $0 }
  }
}

extension CoordinateDescription {
  /// The coordinate that this one follows; nil when it is free or stands still.
  fileprivate var driver: Int? { isLocked ? nil : coupling?.coordinate }
}

extension DrivenValue {
  /// This function of what `source` makes of its coordinate.
  func following(_ source: DrivenValue) -> DrivenValue {
    guard let coordinate = source.coordinate else {
      let value = function.evaluate(at: source.function.evaluate(at: 0).value).value
      return DrivenValue(coordinate: nil, function: .constant(value))
    }
    if source.function.isIdentity { return DrivenValue(coordinate: coordinate, function: function) }
    if function.isIdentity { return source }
    return DrivenValue(coordinate: coordinate, function: .composed(function, of: source.function))
  }
}
