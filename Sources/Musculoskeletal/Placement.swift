internal import RealModule

extension Rotation {
  /// The turn by `angle` [rad] about the unit vector `axis` [1] (Rodrigues).
  public init(axis: Vector3, angle: Double) {
    let cosine = Double.cos(angle)
    let sine = Double.sin(angle)
    func turned(_ vector: Vector3) -> Vector3 {
      vector * cosine + cross(axis, vector) * sine + axis * (dot(axis, vector) * (1 - cosine))
    }
    self.init(
      x: turned(Vector3(1, 0, 0)), y: turned(Vector3(0, 1, 0)), z: turned(Vector3(0, 0, 1)))
  }

  /// The image of `vector`.
  @inline(__always)
  public func apply(_ vector: Vector3) -> Vector3 {
    x * vector.x + y * vector.y + z * vector.z
  }

  /// The vector whose image is `vector`.
  @inline(__always)
  public func applyInverse(_ vector: Vector3) -> Vector3 {
    Vector3(dot(x, vector), dot(y, vector), dot(z, vector))
  }

  /// First `right`, then `left`.
  @inline(__always)
  public static func * (left: Rotation, right: Rotation) -> Rotation {
    Rotation(x: left.apply(right.x), y: left.apply(right.y), z: left.apply(right.z))
  }

  /// The turn back.
  public var inverse: Rotation {
    Rotation(
      x: Vector3(x.x, y.x, z.x), y: Vector3(x.y, y.y, z.y), z: Vector3(x.z, y.z, z.z))
  }
}

extension Placement {
  /// A point of the frame, seen from outside [m].
  @inline(__always)
  public func apply(_ point: Vector3) -> Vector3 {
    rotation.apply(point) + translation
  }

  /// The frame `inner`, given in `outer`, seen from outside.
  public static func * (outer: Placement, inner: Placement) -> Placement {
    Placement(
      rotation: outer.rotation * inner.rotation, translation: outer.apply(inner.translation))
  }

  /// The outside seen from the frame.
  public var inverse: Placement {
    let back = rotation.inverse
    return Placement(rotation: back, translation: -back.apply(translation))
  }
}
