internal import Algebra

/// The characteristic curves of Millard and others (2013), precomputed: quintic Bezier corners, straight outside.
///
/// The joints are those of OpenSim's `SmoothSegmentedFunctionFactory`. All curves are dimensionless
/// [1]. Passive and tendon curve also give their derivative by the logarithm of the strain at one
/// norm force, automatic stiffnesses included. A fiber that is damped, or whose tendon is rigid, has
/// no active force outside its range and a level force-velocity curve at both ends; an undamped one
/// behind an elastic tendon must be invertible, so that its active curve stays above a tenth and the
/// ends keep half their near slope (OpenSim's `Millard2012EquilibriumMuscle`, 4.6).
public struct MillardCurves: Hashable, Sendable {
  /// A value, its derivative by the argument, and by the logarithm of the strain at one norm force [1].
  public typealias StrainPoint = (value: Double, slope: Double, byLogStrain: Double)

  /// All corners: five of the active curve, four of force-velocity, two passive, two of the tendon, four inverse.
  private var corners: [QuinticCorner]
  /// The shape, out of line so that muscles of other models stay small; always one.
  private var shapes: [MillardShape]
  /// True for the classic elastic model without damping, which inverts the force-velocity curve.
  public let isUndamped: Bool
  /// Smallest normalised fiber length with active force [1].
  let minActiveFiberLength: Double

  /// The curves of `shape`, for a fiber that is `isUndamped` behind an elastic tendon or any other.
  public init(_ shape: MillardShape, isUndamped: Bool = false) {
    shapes = [shape]
    self.isUndamped = isUndamped
    minActiveFiberLength = shape.minActiveFiberLength
    corners =
      Self.active(shape, minimum: isUndamped ? max(shape.minimumActiveForce, 0.1) : 0)
      + Self.velocity(shape, isUndamped: isUndamped) + Self.passive(shape) + Self.tendon(shape)
      + Self.inverseVelocity(shape)
  }

  /// The shape, with the strains in use.
  public var shape: MillardShape { shapes[0] }

  /// The active force-length curve at normalised fiber length `length`.
  @inline(__always)
  public func activeForceLength(_ length: Double) -> MuscleCurves.Point {
    let point = point(length, 0, 5)
    return (point.value, point.slope)
  }

  /// The force-velocity curve at normalised velocity `velocity`, negative when shortening.
  @inline(__always)
  public func forceVelocity(_ velocity: Double) -> MuscleCurves.Point {
    let point = point(velocity, 5, 9)
    return (point.value, point.slope)
  }

  /// The passive force-length curve at normalised fiber length `length`.
  @inline(__always)
  public func passiveForceLength(_ length: Double) -> StrainPoint {
    let point = point(length, 9, 11)
    return (point.value, point.slope, point.byParameter)
  }

  /// The tendon force-length curve at normalised tendon length `length`.
  @inline(__always)
  public func tendonForceLength(_ length: Double) -> StrainPoint {
    let point = point(length, 11, 13)
    return (point.value, point.slope, point.byParameter)
  }

  /// OpenSim's inverse force-velocity curve; beyond the near slopes its ends are steeper than the true inverse.
  @inline(__always)
  public func forceVelocityInverse(_ multiplier: Double) -> MuscleCurves.Point {
    let point = point(multiplier, 13, 17)
    return (point.value, point.slope)
  }

  /// Bends the passive curve to reach one at the strain `strain` [1].
  mutating func setPassiveStrain(_ strain: Double) {
    shapes[0].passiveStrainAtOneNormForce = strain
    corners.replaceSubrange(9..<11, with: Self.passive(shapes[0]))
  }

  /// Bends the tendon curve to reach one at the strain `strain` [1].
  mutating func setTendonStrain(_ strain: Double) {
    shapes[0].tendonStrainAtOneNormForce = strain
    corners.replaceSubrange(11..<13, with: Self.tendon(shapes[0]))
  }

  /// The largest value of the force-velocity curve of a damped fiber [1].
  var maxEccentricForce: Double { corners[8].y[3] }

  @inline(__always)
  private func point(_ place: Double, _ first: Int, _ end: Int) -> QuinticCorner.Point {
    let span = corners.span
    if place <= span[first].x[0] { return span[first].before(place) }
    if place >= span[end - 1].x[3] { return span[end - 1].after(place) }
    var index = first
    while index + 1 < end && place > span[index].x[3] { index += 1 }
    return span[index].point(at: place)
  }

  /// Corners through all joints in turn.
  private static func chain(
    _ joints: [QuinticCorner.Joint], curviness: (Int) -> Double
  ) -> [QuinticCorner] {
    (1..<joints.count).map {
      QuinticCorner(from: joints[$0 - 1], to: joints[$0], curviness: curviness($0 - 1))
    }
  }

  /// `createFiberActiveForceLengthCurve`, always with curviness one.
  private static func active(_ shape: MillardShape, minimum: Double) -> [QuinticCorner] {
    let (x0, x1, x3) = (
      shape.minActiveFiberLength, shape.transitionFiberLength, shape.maxActiveFiberLength
    )
    let x2 = 1.0
    // half the plateau, in OpenSim's numbers
    let plateau = 0.05 * x2
    let shoulder = x2 - plateau
    let rise = shape.shallowAscendingSlope
    let y1 = 1 - rise * (shoulder - x1)
    let steep = 1.25 * (y1 / (x1 - x0))
    let x01 = x0 + 0.5 * (x1 - x0)
    let fall = -1 / ((x3 - plateau) - (x2 + plateau))
    let x23 = (x2 + plateau) + 0.5 * (x3 - (x2 + plateau))
    return chain(
      [
        (Dual(x0), Dual(minimum), 0), (Dual(x01), Dual(0.5 * y1), Dual(steep)),
        (Dual(x1 + 0.5 * (shoulder - x1)), Dual(y1 + 0.5 * (1 - y1)), Dual(rise)),
        (Dual(x2), 1, 0), (Dual(x23), 0.5, Dual(fall)), (Dual(x3), Dual(minimum), 0),
      ], curviness: { _ in 1 })
  }

  /// `createFiberForceVelocityCurve` between the slopes at both ends.
  private static func velocity(
    _ shape: MillardShape, concentric: Double, eccentric: Double
  ) -> [QuinticCorner] {
    let (nearC, nearE) = (shape.concentricSlopeNearVmax, shape.eccentricSlopeNearVmax)
    let lowest = 0.5 * nearC * 0.1 + 0.5 * concentric * 0.1
    let highest = shape.maxEccentricForce - 0.5 * nearE * 0.1 - 0.5 * eccentric * 0.1
    return chain(
      [
        (-1, 0, Dual(concentric)), (Dual(-0.9), Dual(lowest), Dual(nearC)),
        (0, 1, Dual(shape.isometricSlope)), (Dual(0.9), Dual(highest), Dual(nearE)),
        (1, Dual(shape.maxEccentricForce), Dual(eccentric)),
      ], curviness: { $0 < 2 ? shape.concentricCurviness : shape.eccentricCurviness })
  }

  private static func velocity(_ shape: MillardShape, isUndamped: Bool) -> [QuinticCorner] {
    velocity(
      shape,
      concentric: isUndamped
        ? max(shape.concentricSlopeAtVmax, 0.5 * shape.concentricSlopeNearVmax) : 0,
      eccentric: isUndamped
        ? max(shape.eccentricSlopeAtVmax, 0.5 * shape.eccentricSlopeNearVmax) : 0)
  }

  private static func inverseVelocity(_ shape: MillardShape) -> [QuinticCorner] {
    velocity(
      shape, concentric: 0.5 * shape.concentricSlopeNearVmax,
      eccentric: 0.5 * shape.eccentricSlopeNearVmax
    ).map(\.inverse)
  }

  /// `createFiberForceLengthCurve`; what the shape leaves open is OpenSim's 0.2, 2 / (e1 - e0) and 0.75.
  private static func passive(_ shape: MillardShape) -> [QuinticCorner] {
    let zero = Dual(shape.passiveStrainAtZeroForce)
    // by the logarithm of the strain: d e1 / d ln e1 = e1
    let one = Dual(
      shape.passiveStrainAtOneNormForce, slope: shape.passiveStrainAtOneNormForce)
    let low = Dual(shape.passiveStiffnessAtLowForce ?? 0.2)
    let stiffness = shape.passiveStiffnessAtOneNormForce.map { Dual($0) } ?? 2 / (one - zero)
    let curviness = shape.passiveCurviness ?? 0.75
    let (start, end) = (1 + zero, 1 + one)
    let (short, long) = (Dual(0.1) / stiffness, Dual(0.1) * (end - start))
    let toe = short < long ? short : long
    let foot = start + Dual(0.5) * toe
    let knee = start + toe
    return chain(
      [(start, 0, 0), (knee, low * (knee - foot), low), (end, 1, stiffness)],
      curviness: { _ in curviness })
  }

  /// `createTendonForceLengthCurve`; what the shape leaves open is OpenSim's 1.375 / e, 2/3 and 0.5.
  private static func tendon(_ shape: MillardShape) -> [QuinticCorner] {
    let strain = Dual(
      shape.tendonStrainAtOneNormForce, slope: shape.tendonStrainAtOneNormForce)
    let stiffness =
      shape.tendonStiffnessAtOneNormForce.map { Dual($0) } ?? Dual(1.375) / strain
    let toe = Dual(shape.tendonNormForceAtToeEnd ?? 2.0 / 3)
    let curviness = shape.tendonCurviness ?? 0.5
    let end = 1 + strain
    let toeEnd = (toe - 1) / stiffness + end
    let foot = 1 + (toeEnd - 1) / 10
    let middle = toe / 2
    let middleEnd = (middle - 1) / stiffness + end
    let slope = middle / (middleEnd - foot)
    let control = foot + Dual(0.5) * (middleEnd - foot)
    return chain(
      [(1, 0, 0), (control, slope * (control - foot), slope), (toeEnd, toe, stiffness)],
      curviness: { _ in curviness })
  }
}
