/// A motion or a force of a rigid body about the ground's origin, in ground axes.
///
/// Plücker coordinates after Featherstone, Rigid Body Dynamics Algorithms (2008), ch. 2. As a motion:
/// angular velocity [rad/s] and the velocity of the point that passes the ground's origin [m/s]. As a
/// force: moment about the ground's origin [N·m] and force [N].
public struct SpatialVector: Hashable, Sendable {
  /// Angular velocity or moment [rad/s or N·m].
  public var angular: Vector3
  /// Linear velocity or force [m/s or N].
  public var linear: Vector3

  /// A motion or force of these parts.
  @inline(__always)
  public init(_ angular: Vector3, _ linear: Vector3) {
    self.angular = angular
    self.linear = linear
  }

  /// Neither motion nor force.
  public static let zero = SpatialVector(.zero, .zero)

  /// The sum.
  @inline(__always)
  public static func + (left: SpatialVector, right: SpatialVector) -> SpatialVector {
    SpatialVector(left.angular + right.angular, left.linear + right.linear)
  }

  /// The multiple.
  @inline(__always)
  public static func * (vector: SpatialVector, factor: Double) -> SpatialVector {
    SpatialVector(vector.angular * factor, vector.linear * factor)
  }

  /// Adds.
  @inline(__always)
  public static func += (left: inout SpatialVector, right: SpatialVector) {
    left = left + right
  }

  /// The power of a force along a motion.
  @inline(__always)
  func dot(_ other: SpatialVector) -> Double {
    angular.x * other.angular.x + angular.y * other.angular.y + angular.z * other.angular.z
      + linear.x * other.linear.x + linear.y * other.linear.y + linear.z * other.linear.z
  }

  /// How the motion `other` changes when it is carried along with this motion, v x m (2.31).
  @inline(__always)
  func crossMotion(_ other: SpatialVector) -> SpatialVector {
    SpatialVector(
      cross(angular, other.angular), cross(angular, other.linear) + cross(linear, other.angular))
  }

  /// How the force `other` changes when it is carried along with this motion, v x* f (2.32).
  @inline(__always)
  func crossForce(_ other: SpatialVector) -> SpatialVector {
    SpatialVector(
      cross(angular, other.angular) + cross(linear, other.linear), cross(angular, other.linear))
  }
}
