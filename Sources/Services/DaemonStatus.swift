public import RealTime

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
    /// Its clock.
    public var clock: Clock?
    /// What its sync pulses say; nil for the reference and for streams without sync input.
    public var sync: Sync?

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

  /// How long blocks take from their arrival to the end of the pipeline.
  public struct Latency: Hashable, Sendable, Codable {
    /// Blocks so far [1].
    public var blocks: Int
    /// What half of them do not exceed [s].
    public var p50: Double
    /// What 99 % of them do not exceed [s].
    public var p99: Double
    /// What 99.9 % of them do not exceed [s].
    public var p999: Double
    /// The longest [s].
    public var max: Double
    /// All together [s].
    public var sum: Double
    /// How many did not exceed each of `Latency.bounds` (bound count) [1].
    public var cumulative: [Int]

    /// The bounds that metrics report [s].
    public static let bounds = [
      50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 20e-3, 50e-3, 100e-3,
    ]

    /// What a histogram had counted.
    public init(_ figures: LatencyFigures) {
      func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
      blocks = figures.count
      p50 = seconds(figures.quantile(0.5))
      p99 = seconds(figures.quantile(0.99))
      p999 = seconds(figures.quantile(0.999))
      max = seconds(figures.largest)
      sum = seconds(figures.sum)
      cumulative = Self.bounds.map { figures.count(upTo: Int64($0 * 1e9)) }
    }
  }

  /// A thread of the session.
  public struct Thread: Hashable, Sendable, Codable {
    /// Its name, as ps shows it.
    public var name: String
    /// How the system schedules it, in words.
    public var scheduling: String

    /// A thread; see the properties.
    public init(name: String, scheduling: String) {
      self.name = name
      self.scheduling = scheduling
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
  /// What the feed is doing and why it holds; nil when the session feeds nobody.
  public var feedState: String?
  /// What speaks against arming at this moment, one sentence each; empty when nothing does, or it is armed.
  public var armRefusals: [String] = []
  /// What the queues between threads have come to.
  public var rings: [Ring] = []
  /// How long blocks take to the end of the pipeline; nil before the first.
  public var latency: Latency?
  /// The threads that somebody waits for.
  public var threads: [Thread] = []
  /// Whether memory is kept from being paged out, in words.
  public var memoryLock = "not asked for"
  /// The calibration that operators asked for; nil when they did not.
  public var calibration: Calibration?
  /// Time since the pipeline last came round; it does so every 5 ms at least [s].
  public var sinceProgress = 0.0
  /// Where the web server listens; nil when there is none.
  public var web: String?
  /// Who looks at the dashboard.
  public var dashboard = DashboardBoard.Audience()
  /// Clients of the control socket that were cut off, because they did not read or said too much [1].
  public var cutOffClients = 0
  /// What the session file said when it was last read anew, and holds after a restart, one sentence each.
  public var needsRestart: [String] = []

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
}
