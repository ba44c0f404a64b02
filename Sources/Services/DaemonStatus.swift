internal import Foundation

/// How a running session is getting on, as `diffmsm status --json` prints it.
public struct DaemonStatus: Hashable, Sendable, Codable {
  /// One stream of samples.
  public struct Stream: Hashable, Sendable, Codable {
    /// Its name.
    public var name: String
    /// Samples so far [samples].
    public var samples: Int64
    /// What its device promises; zero for irregular ones [Hz].
    public var nominalRate: Double

    /// A stream; see the properties.
    public init(name: String, samples: Int64, nominalRate: Double) {
      self.name = name
      self.samples = samples
      self.nominalRate = nominalRate
    }
  }

  /// A bounded queue between two threads.
  public struct Ring: Hashable, Sendable, Codable {
    /// Where from and where to.
    public var name: String
    /// Elements that may wait [elements].
    public var capacity: Int
    /// Elements accepted so far [elements].
    public var pushed: Int
    /// Elements refused because it was full [elements].
    public var dropped: Int
    /// What happens to an element that finds no room.
    public var whenFull: String

    /// A ring; see the properties.
    public init(name: String, capacity: Int, pushed: Int, dropped: Int, whenFull: String) {
      self.name = name
      self.capacity = capacity
      self.pushed = pushed
      self.dropped = dropped
      self.whenFull = whenFull
    }
  }

  /// The estimate in use.
  public struct Estimate: Hashable, Sendable, Codable {
    /// The window it was made of.
    public var window: Int
    /// What the scale of its forces is worth.
    public var scale: String
    /// Unknowns that the data tell [1].
    public var identified: Int
    /// Unknowns altogether [1].
    public var unknowns: Int

    /// An estimate; see the properties.
    public init(window: Int, scale: String, identified: Int, unknowns: Int) {
      self.window = window
      self.scale = scale
      self.identified = identified
      self.unknowns = unknowns
    }
  }

  /// The recording.
  public struct Recording: Hashable, Sendable, Codable {
    /// Its path; nil when none is made.
    public var path: String?
    /// Steps that it lacks because the recorder fell behind [steps].
    public var lostSteps: Int

    /// A recording; see the properties.
    public init(path: String?, lostSteps: Int) {
      self.path = path
      self.lostSteps = lostSteps
    }
  }

  /// The session file's name.
  public var session: String
  /// Whose muscles: a code, never a name.
  public var subject: String
  /// The daemon's process.
  public var process: Int32
  /// The version of DiffMSM.
  public var version: String
  /// Session time so far [s].
  public var time = 0.0
  /// Where samples come from, in the session's order.
  public var streams: [Stream] = []
  /// Gaps in any stream [1].
  public var gaps = 0
  /// Samples lost in gaps [samples].
  public var lostSamples: Int64 = 0
  /// True while some stream is silent for too long.
  public var isInputLost = false
  /// Windows closed [1].
  public var windows = 0
  /// Windows that the estimator was too busy for [1].
  public var skippedWindows = 0
  /// Estimates adopted [1].
  public var adopted = 0
  /// Estimates refused [1].
  public var refused = 0
  /// The estimate in use; nil before the first.
  public var estimate: Estimate?
  /// The recording.
  public var recording = Recording(path: nil, lostSteps: 0)
  /// The controller feed's state in a word.
  public var feed = "disarmed"
  /// What the queues between threads have come to.
  public var rings: [Ring] = []

  /// The state of a session that has just begun.
  public init(session: String, subject: String, process: Int32, version: String) {
    self.session = session
    self.subject = subject
    self.process = process
    self.version = version
  }

  /// One line of JSON, keys in snake case.
  public var json: String {
    String(decoding: ControlLine.encode(self).dropLast(), as: UTF8.self)
  }

  /// What does not keep up or is missing, one sentence each; empty when all is well.
  public var troubles: [String] {
    var troubles: [String] = []
    if isInputLost { troubles.append("a stream is silent") }
    for ring in rings where ring.dropped > 0 {
      troubles.append(
        "\(ring.name) overflowed \(ring.dropped) times of \(ring.pushed + ring.dropped): "
          + ring.whenFull)
    }
    if recording.lostSteps > 0 {
      troubles.append("the recording lacks \(recording.lostSteps) steps")
    }
    return troubles
  }

  /// The same for people, some lines.
  public var lines: [String] {
    func fixed(_ value: Double, _ digits: Int) -> String {
      value.formatted(
        .number.precision(.fractionLength(digits)).grouping(.never).locale(Locale(identifier: "C")))
    }
    var lines = [
      "\(session), subject \(subject), process \(process), DiffMSM \(version)",
      "time: \(fixed(time, 1)) s",
    ]
    for stream in streams {
      let mean = time > 0 ? Double(stream.samples) / time : 0
      lines.append(
        "stream \(stream.name): \(stream.samples) samples, \(fixed(mean, 0)) Hz in the mean, "
          + "\(fixed(stream.nominalRate, 0)) Hz promised")
    }
    lines.append("gaps: \(gaps), samples lost \(lostSamples)")
    lines.append(
      "windows: \(windows), skipped \(skippedWindows); estimates adopted \(adopted), "
        + "refused \(refused)")
    if let estimate {
      lines.append(
        "estimate: of window \(estimate.window), \(estimate.identified) of \(estimate.unknowns) "
          + "identified, \(estimate.scale)")
    } else {
      lines.append("estimate: none yet")
    }
    lines.append("recording: \(recording.path ?? "off")")
    lines.append("feed: \(feed)")
    return lines + troubles.map { "TROUBLE: \($0)" }
  }
}
