internal import Pipeline
public import Signals

/// Why a recording does not calibrate: what was not good enough, in a sentence.
public struct CalibrationRefusal: Error, Hashable, Sendable {
  /// What kind of thing, for programs.
  public var code: String
  /// What is wrong and what to do about it.
  public var message: String
}

/// How much a person's EMG and joint sensors say, from a recording made for that.
public struct Calibration: Hashable, Sendable {
  /// One EMG signal.
  public struct Signal: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Mean envelope at rest [V].
    public var rest: Double
    /// Mean envelope over the plateaus of the strongest contractions [V].
    public var mvc: Double
    /// How long these plateaus were together [s].
    public var plateau: Double
  }

  /// One joint sensor.
  public struct Sensor: Hashable, Sendable {
    /// Its coordinate's name.
    public var coordinate: String
    /// The reading where the coordinate is zero [rad].
    public var zero: Double
    /// Plus or minus one: whether reading and coordinate grow together [1].
    public var sign: Double
    /// Spread of the reading in the pose [rad].
    public var spread: Double
    /// How far the joint was moved [rad].
    public var range: Double
    /// How inertial units lie on the segments; nil for a sensor of its own.
    public var hinge: Hinge?
  }

  /// How the inertial units of a joint lie on its segments.
  public struct Hinge: Hashable, Sendable {
    /// The joint's axis in the axes of the unit beyond it (3) [1].
    public var axis: SIMD3<Double>
    /// That unit's orientation in the one's before the joint, in the pose.
    public var pose: Orientation
    /// The joint's angle in the pose [rad].
    public var poseAngle: Double
    /// How much of the movement was about the axis [1].
    public var share: Double
  }

  /// When motion follows EMG.
  public struct Delay: Hashable, Sendable {
    /// From the envelope to the joint's acceleration [s].
    public var seconds: Double
    /// Their correlation at that delay [1].
    public var correlation: Double
    /// The signal that tells it best.
    public var signal: String
    /// The coordinate that moves.
    public var coordinate: String
  }

  /// The signals, in the session's order (channelCount).
  public var signals: [Signal]
  /// The sensors, in the order of the free coordinates (coordinateCount).
  public var sensors: [Sensor]
  /// A start value for the electromechanical delay; nil when no signal tells it.
  public var delay: Delay?
  /// The curves that all this was taken from.
  public var evidence: CalibrationEvidence

  /// Figures from which a recording is good enough.
  enum Limit {
    /// Shortest rest [s].
    static let rest = 2.0
    /// Largest movement at rest or in the pose [rad].
    static let stillness = 3.0 * .pi / 180
    /// Least contraction over rest [1].
    static let contrast = 4.0
    /// Shortest plateau of a contraction [s].
    static let plateau = 1.0
    /// Shortest pose [s].
    static let pose = 1.0
    /// Least movement of a joint [rad].
    static let movement = 20.0 * .pi / 180
    /// Least part of a movement about one axis that makes it a hinge's [1].
    static let share = 0.9
    /// Least effect of a wrong heading on the part of the movement about one axis [1].
    static let contrastOfHeadings = 0.05
    /// Least correlation that tells a delay [1].
    static let correlation = 0.5
  }

  /// Calibrates, or refuses with every reason.
  ///
  /// `pose`: the coordinates in the static pose (coordinateCount) [rad].
  public static func make(
    _ material: CalibrationMaterial, pose: [Double]
  ) -> (calibration: Calibration?, refusals: [CalibrationRefusal]) {
    precondition(pose.count == material.coordinates.count, "a pose has every coordinate")
    var work = CalibrationWork(material)
    for joint in material.joints { work.align(joint, poseAngle: pose[joint.coordinate]) }
    let rest = work.rest()
    let signals = material.signals.indices.map { work.signal($0, rest: rest) }
    let sensors = material.coordinates.indices.map { work.sensor($0, poseAngle: pose[$0]) }
    guard work.refusals.isEmpty else { return (nil, work.refusals) }
    let delay = work.delay()
    return (
      Calibration(
        signals: signals.compactMap(\.self), sensors: sensors.compactMap(\.self),
        delay: delay?.delay,
        evidence: work.evidence(rest: rest, correlations: delay?.correlations ?? [])), []
    )
  }
}
