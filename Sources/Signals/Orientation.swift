import RealModule

/// How something is turned in space: a unit quaternion q = w + x i + y j + z k.
///
///     rotated v = q v q*,   the product a b rotates by b first
public struct Orientation: Hashable, Sendable {
  /// The real part, the cosine of half the angle [1].
  public private(set) var w: Double
  /// The vector part, the axis times the sine of half the angle [1].
  public private(set) var v: SIMD3<Double>

  /// No rotation.
  public static let identity = Orientation(w: 1, v: .zero)

  private init(w: Double, v: SIMD3<Double>) {
    self.w = w
    self.v = v
  }

  /// The rotation of the quaternion w, x, y, z, brought to unit length; nil when it is nearly zero or no number.
  public init?(quaternion: SIMD4<Double>) {
    let length = (quaternion * quaternion).sum().squareRoot()
    guard length.isFinite, length > 0.1 else { return nil }
    self.init(
      w: quaternion.x / length, v: SIMD3(quaternion.y, quaternion.z, quaternion.w) / length)
  }

  /// Its quaternion w, x, y, z, of unit length [1].
  public var quaternion: SIMD4<Double> { SIMD4(w, v.x, v.y, v.z) }

  /// The rotation by a vector whose direction is the axis and whose length is the angle [rad].
  public init(vector: SIMD3<Double>) {
    let angle = (vector * vector).sum().squareRoot()
    // sin(angle / 2) / angle, which is 1/2 at zero
    let ratio = angle < 1e-8 ? 0.5 - angle * angle / 48 : Double.sin(0.5 * angle) / angle
    self.init(w: .cos(0.5 * angle), v: ratio * vector)
  }

  /// The rotation by `angle` [rad] about `axis`, of any length.
  public init(angle: Double, about axis: SIMD3<Double>) {
    let length = (axis * axis).sum().squareRoot()
    precondition(length > 0, "an axis has a direction")
    self.init(vector: angle / length * axis)
  }

  /// The rotation that takes the frame with the rows `x`, `y`, `z`, orthonormal, to the present one.
  ///
  /// The rows are the axes of the new frame in the old one; a vector's old coordinates become its new ones.
  public init(rows x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>) {
    // Shepperd's method: the largest component first, so that nothing cancels
    let trace = x.x + y.y + z.z
    let squares = [1 + trace, 1 + 2 * x.x - trace, 1 + 2 * y.y - trace, 1 + 2 * z.z - trace]
    let largest = squares.indices.max { squares[$0] < squares[$1] } ?? 0
    let double = squares[largest].squareRoot()
    let scale = 0.5 / double
    switch largest {
    case 0: self.init(w: 0.5 * double, v: scale * SIMD3(z.y - y.z, x.z - z.x, y.x - x.y))
    case 1:
      self.init(
        w: scale * (z.y - y.z), v: SIMD3(0.5 * double, scale * (y.x + x.y), scale * (x.z + z.x)))
    case 2:
      self.init(
        w: scale * (x.z - z.x), v: SIMD3(scale * (y.x + x.y), 0.5 * double, scale * (z.y + y.z)))
    default:
      self.init(
        w: scale * (y.x - x.y), v: SIMD3(scale * (x.z + z.x), scale * (z.y + y.z), 0.5 * double))
    }
    self = normalised
  }

  /// The rotation `right` first, then `left`.
  public static func * (left: Orientation, right: Orientation) -> Orientation {
    Orientation(
      w: left.w * right.w - (left.v * right.v).sum(),
      v: left.w * right.v + right.w * left.v + cross(left.v, right.v))
  }

  /// The rotation back.
  public var inverse: Orientation { Orientation(w: w, v: -v) }

  /// This rotation on the unit sphere again, after products have rounded.
  public var normalised: Orientation {
    let length = (w * w + (v * v).sum()).squareRoot()
    return Orientation(w: w / length, v: v / length)
  }

  /// The vector `vector` after the rotation.
  public func rotated(_ vector: SIMD3<Double>) -> SIMD3<Double> {
    let twice = 2 * cross(v, vector)
    return vector + w * twice + cross(v, twice)
  }

  /// The rotation's vector, its axis times its angle between zero and pi [rad].
  public var vector: SIMD3<Double> {
    let sine = (v * v).sum().squareRoot()
    guard sine > 1e-12 else { return (w < 0 ? -2 : 2) * v }
    let angle = 2 * Double.atan2(y: sine, x: w.magnitude)
    return (w < 0 ? -angle : angle) / sine * v
  }

  /// The part of the rotation that turns about `axis`, of unit length, between -pi and pi [rad].
  ///
  /// Of all rotations about the axis it is the nearest (swing-twist decomposition).
  public func twist(about axis: SIMD3<Double>) -> Double {
    let sine = (v * axis).sum()
    return 2 * (w < 0 ? Double.atan2(y: -sine, x: -w) : .atan2(y: sine, x: w))
  }
}

/// The vector product.
func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

/// The length of a vector.
func length(_ a: SIMD3<Double>) -> Double { (a * a).sum().squareRoot() }

extension Orientation: Resumable {
  /// The quaternion.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&w)
    archive.carry(&v)
  }
}
