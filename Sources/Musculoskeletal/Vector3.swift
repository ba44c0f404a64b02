internal import RealModule

/// A point or direction in space; its unit is given where it is stored.
///
/// Three plain doubles rather than `SIMD3`: without AVX the shuffles of a padded vector cost the
/// cross products of the hot loop twice the time.
public struct Vector3: Hashable, Sendable {
  /// First component [the vector's unit].
  public var x: Double
  /// Second component [the vector's unit].
  public var y: Double
  /// Third component [the vector's unit].
  public var z: Double

  /// The vector with these components.
  @inlinable
  public init(_ x: Double, _ y: Double, _ z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }

  /// Nothing in any direction.
  public static let zero = Vector3(0, 0, 0)

  /// The component in place `index`, 0 to 2.
  public subscript(index: Int) -> Double {
    switch index {
    case 0: x
    case 1: y
    case 2: z
    default: preconditionFailure("a vector has three components")
    }
  }

  /// The sum.
  @inlinable
  public static func + (left: Vector3, right: Vector3) -> Vector3 {
    Vector3(left.x + right.x, left.y + right.y, left.z + right.z)
  }

  /// The difference.
  @inlinable
  public static func - (left: Vector3, right: Vector3) -> Vector3 {
    Vector3(left.x - right.x, left.y - right.y, left.z - right.z)
  }

  /// The opposite.
  @inlinable
  public static prefix func - (vector: Vector3) -> Vector3 {
    Vector3(-vector.x, -vector.y, -vector.z)
  }

  /// The multiple.
  @inlinable
  public static func * (vector: Vector3, factor: Double) -> Vector3 {
    Vector3(vector.x * factor, vector.y * factor, vector.z * factor)
  }

  /// The fraction.
  @inlinable
  public static func / (vector: Vector3, divisor: Double) -> Vector3 {
    vector * (1 / divisor)
  }

  /// Adds.
  @inlinable
  public static func += (left: inout Vector3, right: Vector3) {
    left = left + right
  }

  /// Subtracts.
  @inlinable
  public static func -= (left: inout Vector3, right: Vector3) {
    left = left - right
  }

  /// x + y + z [the vector's unit].
  public func sum() -> Double { x + y + z }

  /// Euclidean length [the vector's unit].
  public var norm: Double { .sqrt(dot(self, self)) }
}

/// The scalar product.
@inline(__always)
func dot(_ left: Vector3, _ right: Vector3) -> Double {
  left.x * right.x + left.y * right.y + left.z * right.z
}

/// The vector product.
@inline(__always)
func cross(_ left: Vector3, _ right: Vector3) -> Vector3 {
  Vector3(
    left.y * right.z - left.z * right.y, left.z * right.x - left.x * right.z,
    left.x * right.y - left.y * right.x)
}
