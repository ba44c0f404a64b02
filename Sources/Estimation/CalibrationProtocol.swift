/// What a person is asked to do for a calibration, in order, and when.
public struct CalibrationProtocol: Sendable, Hashable {
  /// One thing to do.
  public struct Step: Sendable, Hashable {
    /// What it is, where programs ask.
    public enum Kind: Sendable, Hashable {
      /// Lie still.
      case rest
      /// Contract a signal's muscles (EMG signal index).
      case contraction(Int)
      /// Hold the static pose.
      case pose
      /// Move a joint (free-coordinate index).
      case movement(Int)
    }

    /// What it is.
    public var kind: Kind
    /// The marker that the recording gets.
    public var marker: String
    /// What the person is told.
    public var prompt: String
    /// When it begins, from the first announcement [s].
    public var start: Double
    /// When it ends [s].
    public var end: Double
  }

  /// How long things take.
  public struct Timing: Sendable, Hashable {
    /// From an announcement to its beginning [s].
    public var pause = 4.0
    /// Rest [s].
    public var rest = 4.0
    /// A contraction [s].
    public var contraction = 5.0
    /// Contractions of each signal [1].
    public var repeats = 3
    /// The static pose [s].
    public var pose = 3.0
    /// A movement [s].
    public var movement = 7.0

    /// The documented defaults.
    public init() {}
  }

  /// The steps, in order.
  public private(set) var steps: [Step] = []
  /// From an announcement to its beginning [s].
  public let pause: Double

  /// The steps for these EMG signals and coordinates.
  ///
  /// `pose`: the static pose in words, as in `r_elbow_flex 90 deg`.
  public init(signals: [String], coordinates: [String], pose: String, timing: Timing = Timing()) {
    precondition(timing.repeats > 0 && timing.pause >= 0, "a contraction is asked for once or more")
    pause = timing.pause
    add(.rest, "rest", "lie still and let go", timing.rest)
    for (signal, name) in signals.enumerated() {
      for time in 1...timing.repeats {
        add(
          .contraction(signal), "mvc \(name)",
          "contract \(name) as hard as you can, and hold it (\(time) of \(timing.repeats))",
          timing.contraction)
      }
    }
    add(.pose, "pose", "hold the pose: \(pose)", timing.pose)
    for (coordinate, name) in coordinates.enumerated() {
      add(
        .movement(coordinate), "move \(name)",
        "move \(name) to and fro by 20 deg or more, in its positive direction first; keep others still",
        timing.movement)
    }
  }

  /// How long everything takes [s].
  public var duration: Double { steps.last?.end ?? 0 }

  private mutating func add(
    _ kind: Step.Kind, _ marker: String, _ prompt: String, _ duration: Double
  ) {
    let start = self.duration + pause
    steps.append(
      Step(kind: kind, marker: marker, prompt: prompt, start: start, end: start + duration))
  }
}
