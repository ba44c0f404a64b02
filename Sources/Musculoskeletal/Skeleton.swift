/// The rigid-body tree of a model: one link per free coordinate, everything else welded on.
///
/// Constant. Link frames have their origin on the hinge and turn with the child; the ground is link
/// nil. Locked coordinates count as welds at their default angle.
public struct Skeleton: Sendable {
  /// A link of the tree and the hinge it turns about.
  struct Link: Sendable {
    /// The link it hangs on; nil is the ground (index into links).
    let parent: Int?
    /// The hinge frame in the parent's link frame at zero angle.
    let frameInParent: Placement
    /// The hinge axis in the hinge frame [1].
    let axis: Vector3
  }

  /// A body's mass, welded to a link.
  struct MassElement: Sendable {
    /// The link that carries it (index into links).
    let link: Int
    /// The body it comes from (index into the model's bodies).
    let body: Int
    /// The body's origin in the link frame [m].
    let origin: Vector3
    /// From the body's origin to its centre of mass, link axes [m].
    let massCenter: Vector3
    /// Inertia about the centre of mass, link axes, as three columns [kg·m^2].
    let inertia: Rotation
  }

  /// The model's name for each coordinate (coordinateCount).
  public let coordinateNames: [String]
  /// The model's coordinate index for each link (coordinateCount).
  public let modelCoordinates: [Int]
  /// Gravity in the ground frame [m/s^2].
  public let gravity: Vector3
  /// The links, parents first (coordinateCount).
  let links: [Link]
  /// The bodies that move (any number).
  let massElements: [MassElement]
  /// True where turning link `j` moves link `i` (coordinateCount x coordinateCount, row i).
  let isMovedBy: [Bool]
  /// Where each body sits: its link and its placement in the link frame (bodyCount).
  let bodyPlacements: [(link: Int?, placement: Placement)]

  /// The number of free coordinates [1].
  public var coordinateCount: Int { links.count }

  /// Builds the tree of `model`, whose joints are in order, parents before children.
  public init(_ model: ModelDescription) {
    var links: [Link] = []
    var names: [String] = []
    var modelCoordinates: [Int] = []
    var placements = [(link: Int?, placement: Placement)](
      repeating: (nil, Placement()), count: model.bodies.count)

    // hang each joint's child on its parent's link, or make it a link of its own
    for joint in model.joints {
      let parent = joint.parent.map { placements[$0] } ?? (link: nil, placement: Placement())
      let hinge = parent.placement * joint.frameInParent
      guard let (axis, coordinate) = joint.motion.asHinge else {
        precondition(joint.motion == .weld, "only welds and hinges")
        placements[joint.child] = (parent.link, hinge * joint.frameInChild.inverse)
        continue
      }
      if model.coordinates[coordinate].isLocked {
        let turn = Placement(
          rotation: Rotation(axis: axis, angle: model.coordinates[coordinate].defaultValue))
        placements[joint.child] = (parent.link, hinge * turn * joint.frameInChild.inverse)
      } else {
        links.append(Link(parent: parent.link, frameInParent: hinge, axis: axis))
        names.append(model.coordinates[coordinate].name)
        modelCoordinates.append(coordinate)
        placements[joint.child] = (links.count - 1, joint.frameInChild.inverse)
      }
    }

    // the masses that move
    var elements: [MassElement] = []
    for (index, body) in model.bodies.enumerated() {
      let hasInertia = body.mass > 0 || body.momentsOfInertia != .zero
      guard let link = placements[index].link, hasInertia else { continue }
      let placement = placements[index].placement
      elements.append(
        MassElement(
          link: link, body: index, origin: placement.translation,
          massCenter: placement.rotation.apply(body.massCenter),
          inertia: body.inertia(in: placement.rotation)))
    }

    // who moves whom
    var moved = Array(repeating: false, count: links.count * links.count)
    for index in links.indices {
      var ancestor: Int? = index
      while let current = ancestor {
        moved[index * links.count + current] = true
        ancestor = links[current].parent
      }
    }

    self.coordinateNames = names
    self.modelCoordinates = modelCoordinates
    self.gravity = model.gravity
    self.links = links
    self.massElements = elements
    self.isMovedBy = moved
    self.bodyPlacements = placements
  }

  /// True when turning `coordinate` moves what is fixed to `link`; nothing moves the ground.
  @inline(__always)
  func moves(_ coordinate: Int, link: Int?) -> Bool {
    guard let link else { return false }
    return isMovedBy[link * links.count + coordinate]
  }
}

extension BodyDescription {
  /// The inertia about the centre of mass in axes from which `rotation` leads to the body [kg·m^2].
  func inertia(in rotation: Rotation) -> Rotation {
    let moments = momentsOfInertia
    let products = productsOfInertia
    let own = Rotation(
      x: Vector3(moments.x, products.x, products.y), y: Vector3(products.x, moments.y, products.z),
      z: Vector3(products.y, products.z, moments.z))
    return rotation * own * rotation.inverse
  }
}
