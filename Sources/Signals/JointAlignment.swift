internal import Algebra
import RealModule

/// How two inertial units lie on the segments of one hinge: what turns their orientations into its angle.
///
///     angle = static angle + twist of (q1* h q2)(q1* h q2)_static* about the joint's axis
///
/// with q the units' orientations, h the turn about the vertical that their worlds differ by without
/// magnetometers, and the axis in the first unit's axes. So a static pose of known angle and
/// one movement of the joint suffice, however the units are turned on the segments.
public struct JointAlignment: Hashable, Sendable {
  /// The joint's axis in the first unit's axes, of unit length (3) [1].
  public var axis: SIMD3<Double>
  /// By how much the second unit's world is turned against the first's about the vertical [rad].
  public var heading: Double
  /// The second unit's orientation in the first's, in the static pose.
  public var pose: Orientation
  /// The joint's angle in that pose [rad].
  public var poseAngle: Double

  /// An alignment from the units' orientations in a pose; the axis is brought to unit length.
  public init(
    axis: SIMD3<Double>, heading: Double = 0, pose: (first: Orientation, second: Orientation),
    poseAngle: Double
  ) {
    precondition(length(axis) > 0, "an axis has a direction")
    self.axis = axis / length(axis)
    self.heading = heading
    self.poseAngle = poseAngle
    self.pose = Self.relative(pose.first, pose.second, heading: heading)
  }

  /// An alignment from the second unit's orientation in the first's in a pose; the axis is brought to unit length.
  public init(axis: SIMD3<Double>, heading: Double = 0, pose: Orientation, poseAngle: Double) {
    precondition(length(axis) > 0, "an axis has a direction")
    self.axis = axis / length(axis)
    self.heading = heading
    self.pose = pose
    self.poseAngle = poseAngle
  }

  /// The joint's angle when the units stand so, within half a turn of the pose's [rad].
  public func angle(_ first: Orientation, _ second: Orientation) -> Double {
    poseAngle + turn(first, second).twist(about: axis)
  }

  /// How far the units are turned against each other beside the axis; a hinge has none [rad].
  public func swing(_ first: Orientation, _ second: Orientation) -> Double {
    let turn = turn(first, second)
    let rest = Orientation(angle: -turn.twist(about: axis), about: axis) * turn
    return length(rest.vector)
  }

  /// The joint's rate by the units' gyroscopes, biases already taken off [rad/s].
  public func rate(
    _ firstRate: SIMD3<Double>, _ secondRate: SIMD3<Double>, first: Orientation, second: Orientation
  ) -> Double {
    let relative =
      Self.relative(first, second, heading: heading).rotated(secondRate) - firstRate
    return (relative * axis).sum()
  }

  /// From the pose to now, in the first unit's axes.
  private func turn(_ first: Orientation, _ second: Orientation) -> Orientation {
    Self.relative(first, second, heading: heading) * pose.inverse
  }

  /// The second unit's orientation in the first's.
  public static func relative(
    _ first: Orientation, _ second: Orientation, heading: Double
  ) -> Orientation {
    first.inverse * Orientation(vector: SIMD3(0, 0, heading)) * second
  }
}

/// The axis of a hinge from a functional movement: the direction that the relative rate keeps.
///
/// In the first unit's axes the relative rate is, for a turn h of the second unit's world about the vertical,
///
///     r = a + cos(h) b + sin(h) c
///
/// with a, b, c known from rates and orientations. The axis is the principal direction of the sum of
/// r r^T, and without magnetometers h is the angle for which that direction holds most of the movement.
public struct FunctionalAxis: Hashable, Sendable {
  /// Sums of the products of a, b and c: aa, bb, cc, ab, ac, bc (6 of 3 x 3) [rad^2/s^2].
  private var products: [Matrix]
  /// Sums of a, b and c over the beginning of the movement (3 of 3) [rad/s].
  private var beginning = [SIMD3<Double>](repeating: .zero, count: 3)
  /// Samples so far [1].
  public private(set) var count = 0

  /// Nothing seen.
  public init() {
    products = Array(repeating: Matrix(rows: 3, columns: 3), count: 6)
  }

  /// Takes both units' rates, biases taken off, in their own axes [rad/s], and their orientations.
  public mutating func add(
    _ firstRate: SIMD3<Double>, _ secondRate: SIMD3<Double>, first: Orientation,
    second: Orientation
  ) {
    let world = second.rotated(secondRate)
    let back = first.inverse
    let parts = [
      back.rotated(SIMD3(0, 0, world.z)) - firstRate, back.rotated(SIMD3(world.x, world.y, 0)),
      back.rotated(SIMD3(-world.y, world.x, 0)),
    ]
    let pairs = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
    for (index, pair) in pairs.enumerated() {
      for row in 0..<3 {
        for column in 0..<3 {
          let product = parts[pair.0][row] * parts[pair.1][column]
          let mirrored = parts[pair.1][row] * parts[pair.0][column]
          products[index][row, column] += pair.0 == pair.1 ? product : product + mirrored
        }
      }
    }
    // what moves first says which way is positive; what comes back must not undo it
    let told = length(beginning[0]) + length(beginning[1])
    if length(firstRate - back.rotated(world)) > 0.2, told < 20 {
      for index in 0..<3 { beginning[index] += parts[index] }
    }
    count += 1
  }

  /// How much less of the movement is about one axis for the worst heading than for the best; small where
  /// the movement does not tell the heading, as when the first unit does not move [1].
  public var headingContrast: Double {
    let shares = (0..<72).map { share(at: Double($0) * 2 * .pi / 72) }
    return (shares.max() ?? 0) - (shares.min() ?? 0)
  }

  /// The axis, pointing so that the first movement is positive, and how much of the motion is about it.
  ///
  /// Nil when there was no movement. A share below 0.9 is no hinge.
  ///
  /// - Parameter known: the turn between the units' worlds where magnetometers tell it, zero; nil
  ///   finds it.
  public func axis(
    heading known: Double? = 0
  ) -> (axis: SIMD3<Double>, heading: Double, share: Double)? {
    guard count > 0 else { return nil }
    var heading = known ?? 0
    if known == nil {
      // a coarse search, then thirds of the interval around the best
      var width = 2 * Double.pi / 72
      heading = (0..<72).map { Double($0) * width }.max { share(at: $0) < share(at: $1) } ?? 0
      for _ in 0..<40 {
        width *= 0.75
        heading =
          [heading - width, heading, heading + width]
          .max { share(at: $0) < share(at: $1) } ?? heading
      }
    }
    guard let eigen = SymmetricEigen(sum(at: heading)) else { return nil }
    let total = eigen.values.reduce(0, +)
    guard total / Double(count) > 1e-4 else { return nil }
    var axis = SIMD3(eigen.vectors[0, 2], eigen.vectors[1, 2], eigen.vectors[2, 2])
    let first =
      beginning[0] + Double.cos(heading) * beginning[1] + Double.sin(heading) * beginning[2]
    if (axis * first).sum() < 0 { axis = -axis }
    return (axis, heading, eigen.values[2] / total)
  }

  /// The sum of r r^T for a turn of the second unit's world.
  private func sum(at heading: Double) -> Matrix {
    let (c, s) = (Double.cos(heading), Double.sin(heading))
    let weights = [1, c * c, s * s, c, s, c * s]
    var sum = Matrix(rows: 3, columns: 3)
    for (weight, product) in zip(weights, products) {
      for index in sum.elements.indices {
        sum.elements[index] += weight * product.elements[index]
      }
    }
    return sum
  }

  /// The part of the movement that is about one axis [1].
  private func share(at heading: Double) -> Double {
    guard let eigen = SymmetricEigen(sum(at: heading)) else { return 0 }
    let total = eigen.values.reduce(0, +)
    return total > 0 ? eigen.values[2] / total : 0
  }
}

extension JointAlignment: Resumable {
  /// Axis, heading and pose.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&axis)
    archive.carry(&heading)
    archive.carry(&pose)
    archive.carry(&poseAngle)
  }
}
