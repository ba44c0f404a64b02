import RealModule

/// What is known beforehand about two inertial units on the segments of one hinge.
public struct HingeAlignment: Hashable, Sendable {
  /// The joint's axis in the axes of the unit beyond it, flexion positive, of unit length; nil as long
  /// as nobody knows it, and then there is no angle (3) [1].
  public var axis: SIMD3<Double>?
  /// The same in the axes of the unit before it; nil where `pose` tells it (3) [1].
  public var firstAxis: SIMD3<Double>?
  /// The second unit's orientation in the first's in the static pose; nil finds it when both lie still.
  public var pose: Orientation?
  /// The joint's angle in that pose [rad].
  public var poseAngle: Double
  /// True where magnetometers give both units one world, so that its heading is not looked for.
  public var sharesHeading: Bool

  /// An alignment; the axes are brought to unit length.
  public init(
    axis: SIMD3<Double>?, firstAxis: SIMD3<Double>? = nil, pose: Orientation? = nil,
    poseAngle: Double, sharesHeading: Bool = false
  ) {
    self.axis = axis.map { $0 / length($0) }
    self.firstAxis = firstAxis.map { $0 / length($0) }
    self.pose = pose
    self.poseAngle = poseAngle
    self.sharesHeading = sharesHeading
  }
}

/// Follows a hinge by the orientations of two inertial units, or of one where the other segment is held still.
///
/// The hinge's axis is one line in the world, seen by both units. So without magnetometers the turn h
/// between their worlds about the vertical is what brings the horizontal part of one's axis onto the other's,
///
///     q1 a1 = Rz(h) q2 a2
///
/// found at once and kept by a slow mean, as long as the axis is not nearly vertical: the angle then
/// does not drift with the headings (the kinematic constraint of Laidig, Schauer and Seel 2017). While it is,
/// headings drift into the angle one to one; after `untoldLimit` that is a fault, and once the axis
/// leans again the heading is found anew.
public struct HingeAngle: Hashable, Sendable {
  /// One moment of the joint.
  public struct Reading: Hashable, Sendable {
    /// Its angle; nil when faults forbid one [rad].
    public var angle: Double?
    /// Its rate; nil without gyroscopes on all units [rad/s].
    public var rate: Double?
    /// What is wrong.
    public var faults: AngleFaults

    /// A moment.
    public init(angle: Double?, rate: Double?, faults: AngleFaults) {
      self.angle = angle
      self.rate = rate
      self.faults = faults
    }
  }

  /// Horizontal part of an axis above which it tells the heading [1].
  static let leastHorizontal = 0.3
  /// In what time the heading follows [s].
  static let headingTime = 10.0
  /// How long the heading may go untold [s].
  static let untoldLimit = 10.0
  /// How long units lie still before that is the static pose [s].
  static let stillTime = 1.0
  /// By how much they may turn meanwhile [rad].
  static let stillness = 1.5 * .pi / 180
  /// Turn beside the axis above which the motion is no hinge's [rad].
  static let largestSwing = 15.0 * .pi / 180

  /// How both units stand.
  fileprivate struct Pair: Hashable, Sendable {
    /// The unit before the joint; no rotation where its segment is held still.
    var first: Orientation
    /// The unit beyond it.
    var second: Orientation
  }

  /// What was known beforehand.
  public let given: HingeAlignment
  /// The alignment; nil before it is known.
  public private(set) var alignment: JointAlignment?
  /// How much was heard about the heading [s].
  private var headingWeight = 0.0
  /// How long the axis has not told the heading [s].
  private var untoldFor = 0.0
  /// The units' orientations since they lie still.
  private var still: Pair?
  /// How long they have [s].
  private var stillFor = 0.0

  /// A hinge that has not been looked at.
  public init(_ given: HingeAlignment) {
    self.given = given
    guard let pose = given.pose, let axis = given.axis else { return }
    alignment = JointAlignment(
      axis: pose.rotated(axis), pose: pose, poseAngle: given.poseAngle)
    if given.sharesHeading { headingWeight = Self.headingTime }
  }

  /// Takes both units `period` after the last time; `first` is nil where its segment is held still [s].
  public mutating func advance(
    _ first: InertialUnit.State?, _ second: InertialUnit.State, period: Double
  ) -> Reading {
    var faults: AngleFaults = []
    if second.isFieldDisturbed || first?.isFieldDisturbed == true { faults.insert(.fieldDisturbed) }
    let pair = Pair(first: first?.orientation ?? .identity, second: second.orientation)
    if let axis = given.axis {
      if alignment == nil { watchPose(pair, axis: axis, period: period) }
      followHeading(pair, axis: axis, period: period)
    }
    guard let alignment, headingWeight > 0 else {
      return Reading(angle: nil, rate: nil, faults: faults.union(.unaligned))
    }
    if untoldFor > Self.untoldLimit { faults.insert(.headingUntold) }
    if alignment.swing(pair.first, pair.second) > Self.largestSwing { faults.insert(.noHinge) }
    var rate: Double?
    if let secondRate = second.rate, first == nil || first?.rate != nil {
      rate = alignment.rate(
        first?.rate ?? .zero, secondRate, first: pair.first, second: pair.second)
    }
    return Reading(
      angle: alignment.angle(pair.first, pair.second), rate: rate, faults: faults)
  }

  /// Lets the heading be found anew where the units tell it, as after a gap.
  public mutating func forgetHeading() {
    if !given.sharesHeading { headingWeight = min(headingWeight, 0.05) }
  }

  /// Takes a second of lying still for the static pose.
  private mutating func watchPose(
    _ pair: Pair, axis: SIMD3<Double>, period: Double
  ) {
    func turn(_ from: Orientation, _ to: Orientation) -> Double {
      length((from.inverse * to).vector)
    }
    guard let start = still, turn(start.first, pair.first) < Self.stillness,
      turn(start.second, pair.second) < Self.stillness
    else {
      (still, stillFor) = (pair, 0)
      return
    }
    stillFor += period
    guard stillFor >= Self.stillTime else { return }
    var heading = 0.0
    if let firstAxis = given.firstAxis, !given.sharesHeading {
      let ahead = pair.first.rotated(firstAxis)
      guard let found = Self.heading(from: pair.second.rotated(axis), to: ahead) else {
        return
      }
      heading = found.angle
    }
    let pose = JointAlignment.relative(pair.first, pair.second, heading: heading)
    alignment = JointAlignment(
      axis: given.firstAxis ?? pose.rotated(axis), heading: heading, pose: pose,
      poseAngle: given.poseAngle)
    headingWeight = given.sharesHeading || given.firstAxis == nil ? Self.headingTime : period
  }

  /// Follows the turn between the units' worlds, where the axis tells it.
  private mutating func followHeading(
    _ pair: Pair, axis: SIMD3<Double>, period: Double
  ) {
    guard !given.sharesHeading, let alignment else { return }
    guard
      let seen = Self.heading(
        from: pair.second.rotated(axis), to: pair.first.rotated(alignment.axis))
    else {
      untoldFor += period
      return
    }
    if untoldFor > Self.untoldLimit { forgetHeading() }
    untoldFor = 0
    guard headingWeight > 0 else {
      self.alignment?.heading = seen.angle
      headingWeight = seen.weight * period
      return
    }
    headingWeight = min(headingWeight + seen.weight * period, Self.headingTime)
    let error = (seen.angle - alignment.heading).remainder(dividingBy: 2 * .pi)
    self.alignment?.heading += seen.weight * period / headingWeight * error
  }

  /// The turn about the vertical that brings `from` over `to`, and how well it is told; nil when it is not.
  private static func heading(
    from: SIMD3<Double>, to: SIMD3<Double>
  ) -> (angle: Double, weight: Double)? {
    let (p, q) = (from.x * from.x + from.y * from.y, to.x * to.x + to.y * to.y)
    let least = leastHorizontal * leastHorizontal
    guard p > least, q > least else { return nil }
    let angle = Double.atan2(
      y: from.x * to.y - from.y * to.x, x: from.x * to.x + from.y * to.y)
    return (angle, (p * q).squareRoot())
  }
}

extension HingeAngle: Resumable {
  /// The alignment and how it is being found.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(
      &alignment,
      blank: JointAlignment(axis: SIMD3(1, 0, 0), pose: .identity, poseAngle: 0))
    archive.carry(&headingWeight)
    archive.carry(&still, blank: Pair(first: .identity, second: .identity))
    archive.carry(&stillFor)
    archive.carry(&untoldFor)
  }
}

extension HingeAngle.Pair: Resumable {
  /// Both orientations.
  fileprivate mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&first)
    archive.carry(&second)
  }
}
