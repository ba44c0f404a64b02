internal import Foundation

extension DaemonStatus {
  /// What is known of a stream's clock.
  public struct Clock: Hashable, Sendable, Codable {
    /// By how much its samples lie further apart than its nominal rate says [1].
    public var drift: Double
    /// Mean lateness of arrivals, or mean absolute error of device time stamps [s].
    public var jitter: Double
    /// Standard deviation of the latest sample's time, beside a constant transport delay; nil before it is known [s].
    public var alignmentDeviation: Double?
    /// How often it was set anew, its first time counted [1].
    public var anchors: Int

    /// A clock; see the properties.
    public init(drift: Double, jitter: Double, alignmentDeviation: Double?, anchors: Int) {
      self.drift = drift
      self.jitter = jitter
      self.alignmentDeviation = alignmentDeviation
      self.anchors = anchors
    }
  }

  /// What a stream's sync pulses say.
  public struct Sync: Hashable, Sendable, Codable {
    /// `waiting`, `aligned`, `missing` or `disagreeing`.
    public var state: String
    /// Pulses that both sides saw [1].
    public var pulses: Int
    /// Pulses that only the reference saw [1].
    public var missing: Int
    /// Pulses that only the stream saw [1].
    public var unexpected: Int
    /// Pulses that were further off than those before them allow [1].
    public var disagreeing: Int
    /// How much later than the reference's its samples come, which is taken off [s].
    public var delay: Double
    /// Standard deviation of that; nil before it is known [s].
    public var delayDeviation: Double?

    /// A stream without pulses.
    public init(state: String, pulses: Int, delay: Double, delayDeviation: Double?) {
      self.state = state
      self.pulses = pulses
      missing = 0
      unexpected = 0
      disagreeing = 0
      self.delay = delay
      self.delayDeviation = delayDeviation
    }
  }
}

extension DaemonStatus.Stream {
  /// The stream's clock in words; empty before anything is known.
  var clockLines: [String] {
    var lines: [String] = []
    if let clock, let deviation = clock.alignmentDeviation {
      lines.append(
        "clock of \(name): drift \(Self.fixed(1e6 * clock.drift, 1)) ppm, jitter "
          + "\(Self.fixed(1e3 * clock.jitter, 2)) ms, aligned to \(Self.fixed(1e3 * deviation, 3)) ms "
          + "beside a constant delay" + (clock.anchors > 1 ? ", set \(clock.anchors) times" : ""))
    }
    if let sync {
      let known = sync.delayDeviation.map {
        ": \(Self.fixed(1e3 * sync.delay, 3)) ms later than the reference, to "
          + "\(Self.fixed(1e3 * $0, 3)) ms, taken off"
      }
      lines.append(
        "sync of \(name): \(sync.state), \(sync.pulses) pulses\(known ?? ""); missing "
          + "\(sync.missing), unexpected \(sync.unexpected), disagreeing \(sync.disagreeing)")
    }
    return lines
  }

  /// What is wrong with its sync pulses, in a sentence; nil when nothing is.
  var syncTrouble: String? {
    switch sync?.state {
    case "missing": "\(name) and the sync reference do not see the same pulses"
    case "disagreeing": "the sync pulses of \(name) disagree with those before"
    default: nil
    }
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String {
    value.formatted(
      .number.precision(.fractionLength(digits)).grouping(.never).locale(Locale(identifier: "C")))
  }
}
