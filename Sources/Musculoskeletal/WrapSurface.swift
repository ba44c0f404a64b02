internal import RealModule

/// A surface that a path may lie on, in the wrap object's frame.
///
/// Constant; its functions keep nothing from pose to pose, so that the same two points always give the
/// same path.
struct WrapSurface: Sendable {
  /// What is implemented of `WrapObjectDescription.Shape`.
  enum Shape: Sendable {
    /// About the z axis, with half its length [m].
    case cylinder(radius: Double, halfLength: Double)
    /// About the origin [m].
    case sphere(radius: Double)
    /// Half axes along x, y and z [m].
    case ellipsoid(radii: Vector3)
  }

  /// The surface.
  let shape: Shape
  /// The direction of the side of a cylinder or sphere that a path must lie on; zero is any side [1].
  let side: Vector3

  /// Compiles `object`; nil when its shape cannot be computed (a torus, or a radius that is not positive).
  init?(_ object: WrapObjectDescription) {
    switch object.shape {
    case .cylinder(let radius, let length):
      guard radius > 0 else { return nil }
      shape = .cylinder(radius: radius, halfLength: length / 2)
    case .sphere(let radius):
      guard radius > 0 else { return nil }
      shape = .sphere(radius: radius)
    case .ellipsoid(let radii):
      guard radii.x > 0, radii.y > 0, radii.z > 0 else { return nil }
      shape = .ellipsoid(radii: radii)
    case .torus: return nil
    }
    side = object.quadrant.direction
  }

  /// True when there are two ways round.
  var hasBranches: Bool {
    if case .ellipsoid = shape { return true }
    return false
  }

  /// The taut path from `start` to `end` with its derivatives.
  ///
  /// A point inside the surface does not wrap, as in OpenSim, whose path jumps when a point enters the
  /// surface or slides past a cylinder's end. Here the surface shrinks before a point that enters it, to
  /// nothing at 0.93 of its size, and a cylinder's effect fades out over a fifth of its half length
  /// beyond the end, so that length and moment arm stay continuous.
  func stretch(
    from start: Vector3, to end: Vector3, branch: WrapBranch = .shorter
  ) -> WrappedStretch {
    let straight = WrappedStretch(from: start, to: end)
    let startSize = relativeSize(start)
    let endSize = relativeSize(end)
    let startScale = Fade.shrinking(startSize)
    let endScale = Fade.shrinking(endSize)
    let scale = startScale.value * endScale.value
    guard scale > 1e-3, straight.length > 0, straight.length < .infinity else { return straight }

    var weight = PairWeight()
    if case .cylinder(_, let halfLength) = shape {
      weight = PairWeight(sliding: start, end, halfLength: halfLength)
      guard weight.value > 0 else { return straight }
    }
    guard let contact = contact(from: start, to: end, scale: scale, branch: branch) else {
      return straight
    }
    var wrapped = WrappedStretch(contact)
    guard wrapped.length < .infinity else { return straight }
    if scale < 1 {
      let sizes = PairWeight(
        of: startScale, endScale, startForm: form(start), endForm: form(end),
        startSize: startSize, endSize: endSize, form: formBlock)
      wrapped.shrink(by: sizes, start: start, end: end)
    }
    if weight.value < 1 { wrapped.fade(weight, from: straight) }
    return wrapped
  }

  /// True when the taut path from `start` to `end` lies on the surface; cheap for an ellipsoid.
  func touches(from start: Vector3, to end: Vector3) -> Bool {
    guard case .ellipsoid(let radii) = shape else {
      return stretch(from: start, to: end).touches
    }
    let scale =
      Fade.shrinking(relativeSize(start)).value * Fade.shrinking(relativeSize(end)).value
    return scale > 1e-3
      && EllipsoidGeodesic(radii: radii * scale).isMet(from: start, to: end)
  }

  /// Where the taut path touches the surface, shrunk to `scale` of its size.
  private func contact(
    from start: Vector3, to end: Vector3, scale: Double, branch: WrapBranch
  ) -> SurfaceContact? {
    switch shape {
    case .cylinder(let radius, _):
      cylinderContact(from: start, to: end, radius: scale * radius, side: side)
    case .sphere(let radius):
      sphereContact(from: start, to: end, radius: scale * radius, side: side)
    case .ellipsoid(let radii):
      EllipsoidGeodesic(radii: radii * scale)
        .contact(from: start, to: end, branch: branch)
    }
  }

  /// How far out `point` lies: 1 on the surface, proportional to the distance from the centre [1].
  func relativeSize(_ point: Vector3) -> Double { .sqrt(dot(point, form(point))) }

  /// The surface's quadratic form applied to `point`: its product with the point is 1 on the surface [1/m].
  private func form(_ point: Vector3) -> Vector3 {
    switch shape {
    case .cylinder(let radius, _):
      return Vector3(point.x, point.y, 0) / (radius * radius)
    case .sphere(let radius):
      return point / (radius * radius)
    case .ellipsoid(let radii):
      return Vector3(
        point.x / (radii.x * radii.x), point.y / (radii.y * radii.y),
        point.z / (radii.z * radii.z))
    }
  }

  /// The form as a matrix [1/m^2].
  private var formBlock: Block {
    Block(
      x: form(Vector3(1, 0, 0)), y: form(Vector3(0, 1, 0)), z: form(Vector3(0, 0, 1)))
  }
}

extension WrapObjectDescription.Quadrant {
  /// The direction that the quadrant names; zero for all.
  var direction: Vector3 {
    switch self {
    case .all: .zero
    case .positiveX: Vector3(1, 0, 0)
    case .negativeX: Vector3(-1, 0, 0)
    case .positiveY: Vector3(0, 1, 0)
    case .negativeY: Vector3(0, -1, 0)
    case .positiveZ: Vector3(0, 0, 1)
    case .negativeZ: Vector3(0, 0, -1)
    }
  }
}
