/// The curves of a calibration's tasks, by which people judge what was made of them.
public struct CalibrationEvidence: Hashable, Sendable {
  /// Time between two values of a curve of a task [s].
  public static let interval = 0.05
  /// Time between two lags [s].
  public static let lagInterval = 0.01

  /// An EMG signal's envelopes.
  public struct Signal: Hashable, Sendable {
    /// The signal's name.
    public var name: String
    /// At rest (any number) [V].
    public var rest: [Double]
    /// In each contraction (contractions x any number) [V].
    public var contractions: [[Double]]

    /// A signal's envelopes.
    public init(name: String, rest: [Double] = [], contractions: [[Double]] = []) {
      self.name = name
      self.rest = rest
      self.contractions = contractions
    }
  }

  /// A joint sensor's readings.
  public struct Sensor: Hashable, Sendable {
    /// Its coordinate's name.
    public var coordinate: String
    /// At rest (any number) [rad].
    public var rest: [Double]
    /// In the static pose (any number) [rad].
    public var pose: [Double]
    /// In the joint's own movement (any number) [rad].
    public var movement: [Double]

    /// A sensor's readings.
    public init(
      coordinate: String, rest: [Double] = [], pose: [Double] = [], movement: [Double] = []
    ) {
      self.coordinate = coordinate
      self.rest = rest
      self.pose = pose
      self.movement = movement
    }
  }

  /// The signals, in the session's order (channelCount).
  public var signals: [Signal]
  /// The sensors, in the order of the free coordinates (coordinateCount).
  public var sensors: [Sensor]
  /// Correlation of the telling signal's envelope with the joint's acceleration, by lag; empty where none tells the delay [1].
  public var correlations: [Double]

  /// Some curves.
  public init(signals: [Signal] = [], sensors: [Sensor] = [], correlations: [Double] = []) {
    self.signals = signals
    self.sensors = sensors
    self.correlations = correlations
  }
}

/// What a calibration file says, for people.
public struct CalibrationRecord: Hashable, Sendable {
  /// An EMG signal.
  public struct Signal: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Mean envelope at rest; nil where the file does not say [V].
    public var rest: Double?
    /// Mean envelope over the plateaus of the strongest contractions [V].
    public var mvc: Double
    /// How long these plateaus were together; nil where the file does not say [s].
    public var plateau: Double?

    /// A signal.
    public init(name: String, rest: Double?, mvc: Double, plateau: Double?) {
      self.name = name
      self.rest = rest
      self.mvc = mvc
      self.plateau = plateau
    }
  }

  /// A joint sensor.
  public struct Sensor: Hashable, Sendable {
    /// Its coordinate's name.
    public var coordinate: String
    /// The reading where the coordinate is zero; nil for inertial units [rad].
    public var zero: Double?
    /// Plus or minus one; nil for inertial units [1].
    public var sign: Double?
    /// Spread of the reading in the pose; nil where the file does not say [rad].
    public var spread: Double?
    /// How far the joint was moved; nil where the file does not say [rad].
    public var range: Double?
    /// How much of the movement of inertial units was about one axis; nil for other sensors [1].
    public var share: Double?

    /// A sensor.
    public init(coordinate: String) { self.coordinate = coordinate }
  }

  /// When motion follows EMG.
  public struct Delay: Hashable, Sendable {
    /// From envelope to acceleration [s].
    public var seconds: Double
    /// Their correlation there; nil where the file does not say [1].
    public var correlation: Double?
    /// The signal that tells it.
    public var signal: String?
    /// The coordinate that moves.
    public var coordinate: String?

    /// A delay.
    public init(seconds: Double) { self.seconds = seconds }
  }

  /// The subject's code; nil where the file does not say.
  public var subject: String?
  /// When the trial was recorded, in ISO 8601; nil where the file does not say.
  public var made: String?
  /// The signals, in file order.
  public var signals: [Signal] = []
  /// The sensors, in file order.
  public var sensors: [Sensor] = []
  /// The delay; nil where no signal tells it.
  public var delay: Delay?
  /// The curves of the tasks; nil in files of old versions.
  public var evidence: CalibrationEvidence?

  /// A record of nothing.
  public init() {}
}
