public import Pipeline
public import Signals

/// What a calibration recording holds: envelopes in volts, readings of joint sensors, and its markers.
public struct CalibrationMaterial: Sendable {
  /// What the person was asked to do from a marker on.
  enum Task: Hashable, Sendable {
    /// Lie still and let go.
    case rest
    /// Contract a signal's muscles as hard as possible (EMG signal index).
    case contraction(Int)
    /// Hold the pose whose angles are known.
    case pose
    /// Move a joint, beginning in its positive direction (free-coordinate index).
    case movement(Int)
    /// Nothing in particular.
    case pause

    /// True when a joint is moved.
    var isMovement: Bool {
      if case .movement = self { true } else { false }
    }
  }

  /// A task and how long it was done.
  struct Stretch: Sendable {
    /// What was asked for.
    var task: Task
    /// From when [s].
    var start: Double
    /// Until when [s].
    var end: Double
  }

  /// Names of the EMG signals (channelCount).
  public let signals: [String]
  /// Names of the coordinates with a sensor, in the order of the free ones (coordinateCount).
  public let coordinates: [String]
  /// Moments of the envelopes, ascending, with gaps where the recording has some [s].
  private(set) var times: [Double] = []
  /// Envelopes at these moments (times x channelCount) [V].
  private(set) var envelopes: [Double] = []
  /// What was wrong with each channel then (times x channelCount).
  private(set) var quality: [QualityFlags] = []
  /// Sensor readings at these moments (times x coordinateCount) [rad].
  private(set) var readings: [Double] = []
  /// How the inertial units stood and turned at these moments (times x unitCount).
  private(set) var units: [InertialUnit.State?] = []
  /// Joints whose angles inertial units tell.
  let joints: [InertialJoint]
  /// Inertial units [1].
  private let unitCount: Int
  /// True when the next frame is of a half step, which is left out.
  private var isBetween = false
  /// Markers in time order.
  private(set) var markers: [(time: Double, text: String)] = []

  /// The pipeline that makes material of a session's streams: no MVC, no zero, no delay, short windows.
  public static func pipeline(of session: PipelineConfiguration) -> PipelineConfiguration {
    var configuration = session
    configuration.step = 0.01
    configuration.windowSteps = 10
    configuration.historySteps = 0
    configuration.measurementStride = 1
    configuration.electromechanicalDelay = 0
    for signal in configuration.emg.indices {
      for electrode in configuration.emg[signal].electrodes.indices {
        configuration.emg[signal].electrodes[electrode].mvc = 1
      }
    }
    configuration.joints = []
    for angle in configuration.angles.indices {
      configuration.angles[angle].sign = 1
      configuration.angles[angle].zero = 0
      configuration.angles[angle].center = 0
    }
    return configuration
  }

  /// Nothing yet, of the signals and coordinates of a session.
  public init(_ session: PipelineConfiguration) {
    signals = session.emg.map(\.name)
    coordinates = session.coordinateNames
    joints = session.joints
    unitCount = session.units.count
  }

  /// Takes a frame of the pipeline that `pipeline(of:)` describes.
  public mutating func add(_ frame: Frame) {
    precondition(
      frame.envelopes.count == signals.count && frame.angles.count == coordinates.count
        && frame.units.count == unitCount, "its shape")
    guard frame.isValid else {
      isBetween = false
      return
    }
    isBetween.toggle()
    guard isBetween else { return }
    times.append(frame.time.seconds)
    envelopes += frame.envelopes
    quality += frame.quality
    readings += frame.angles
    units += frame.units
  }

  /// Fills in the readings of a joint that inertial units tell [rad].
  mutating func setReadings(of coordinate: Int, _ angle: (Int) -> Double?) {
    for row in times.indices {
      let place = row * coordinates.count + coordinate
      if let angle = angle(row) {
        readings[place] = angle
      } else if row > 0 {
        readings[place] = readings[place - coordinates.count]
      }
    }
  }

  /// How both units of a joint stood in a row, their rates taken from their turning where they have no gyroscope.
  func pair(_ joint: InertialJoint, row: Int) -> (
    first: InertialUnit.State, second: InertialUnit.State
  )? {
    func state(_ unit: Int) -> InertialUnit.State? {
      guard var state = units[row * unitCount + unit] else { return nil }
      if state.rate == nil {
        guard row > 0, let before = units[(row - 1) * unitCount + unit], times[row] > times[row - 1]
        else { return nil }
        let turn = (before.orientation.inverse * state.orientation).vector
        state.rate = turn / (times[row] - times[row - 1])
      }
      return state
    }
    guard let second = state(joint.second) else { return nil }
    guard let first = joint.first else {
      return (InertialUnit.State(orientation: .identity, rate: .zero), second)
    }
    return state(first).map { ($0, second) }
  }

  /// Takes a marker at `time`.
  public mutating func addMarker(_ text: String, at time: SampleTime) {
    markers.append((time.seconds, text))
  }

  /// What was asked for when; markers that are none of ours do not end anything.
  func stretches(_ refusals: inout [CalibrationRefusal]) -> [Stretch] {
    var stretches: [Stretch] = []
    for marker in markers {
      guard let task = task(marker.text, &refusals) else { continue }
      if !stretches.isEmpty { stretches[stretches.count - 1].end = marker.time }
      stretches.append(Stretch(task: task, start: marker.time, end: times.last ?? marker.time))
    }
    return stretches
  }

  /// The task that a marker begins; nil when it is something else.
  private func task(_ text: String, _ refusals: inout [CalibrationRefusal]) -> Task? {
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    let name = words.count > 1 ? words[1] : ""
    switch words.first {
    case "rest" where name.isEmpty: return .rest
    case "pose" where name.isEmpty: return .pose
    case "end" where name.isEmpty: return .pause
    case "mvc":
      if let signal = signals.firstIndex(of: name) { return .contraction(signal) }
      refusals.append(
        CalibrationRefusal(
          code: "unknown_name",
          message: "the marker '\(text)' names no EMG signal; there are: "
            + signals.joined(separator: ", ")))
      return .pause
    case "move":
      if let coordinate = coordinates.firstIndex(of: name) { return .movement(coordinate) }
      refusals.append(
        CalibrationRefusal(
          code: "unknown_name",
          message: "the marker '\(text)' names no coordinate; there are: "
            + coordinates.joined(separator: ", ")))
      return .pause
    default: return nil
    }
  }

  /// The rows of `times` in a stretch, less `margin` at either end [s].
  func rows(_ stretch: Stretch, margin: Double = 0) -> [Int] {
    times.indices.filter {
      times[$0] >= stretch.start + margin && times[$0] <= stretch.end - margin
    }
  }

  /// The envelopes of `signal` in `rows` [V].
  func envelope(_ signal: Int, _ rows: [Int]) -> [Double] {
    rows.map { envelopes[$0 * signals.count + signal] }
  }

  /// The readings of `coordinate`'s sensor in `rows` [rad].
  func reading(_ coordinate: Int, _ rows: [Int]) -> [Double] {
    rows.map { readings[$0 * coordinates.count + coordinate] }
  }

  /// Everything that was wrong with `signal` in `rows`.
  func faults(_ signal: Int, _ rows: [Int]) -> QualityFlags {
    rows.reduce(into: []) { $0.formUnion(quality[$1 * signals.count + signal]) }
  }
}
