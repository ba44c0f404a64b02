internal import Configuration
internal import Devices
internal import Pipeline
internal import Services
internal import Signals

extension DaemonStatus.Stream {
  /// Shows what is known of the stream's clock.
  mutating func show(_ known: StreamClock) {
    let deviation = known.figures.alignmentDeviation
    clock = DaemonStatus.Clock(
      drift: known.figures.drift, jitter: known.figures.jitter,
      alignmentDeviation: deviation.isFinite ? deviation : nil, anchors: known.figures.anchors)
    guard let figures = known.sync else { return }
    let doubt = figures.delayDeviation
    var sync = DaemonStatus.Sync(
      state: figures.state.rawValue, pulses: figures.pulses, delay: figures.delay,
      delayDeviation: doubt.isFinite ? doubt : nil)
    sync.missing = figures.missing
    sync.unexpected = figures.unexpected
    sync.disagreeing = figures.disagreeing
    self.sync = sync
  }
}

/// A stream's clock in a summary or a result.
struct StreamClockRow: Sendable, Hashable, Encodable {
  /// The stream.
  var stream: String
  /// By how much its samples lie further apart than its nominal rate says [1].
  var drift: Double
  /// Mean lateness of arrivals, or mean absolute error of time stamps [s].
  var jitter: Double
  /// Standard deviation of the last sample's time, beside a constant delay; nil when nothing is known [s].
  var alignmentDeviation: Double?
  /// How often it was set anew, its first time counted [1].
  var anchors: Int
  /// What sync pulses say; nil for the reference and for streams without sync input.
  var sync: Sync?

  /// What sync pulses say.
  struct Sync: Sendable, Hashable, Encodable {
    /// What they are worth at the end.
    var state: SyncState
    /// Pulses that both sides saw [1].
    var pulses: Int
    /// Pulses that only the reference saw [1].
    var missing: Int
    /// Pulses that only the stream saw [1].
    var unexpected: Int
    /// Pulses further off than those before them allow [1].
    var disagreeing: Int
    /// How much later than the reference's its samples came, which was taken off [s].
    var delay: Double
    /// Standard deviation of that; nil when it is not known [s].
    var deviation: Double?

    private enum CodingKeys: String, CodingKey {
      case state, pulses, missing, unexpected, disagreeing, delay
      case deviation = "delay_sd"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case stream, drift, jitter, anchors, sync
    case alignmentDeviation = "alignment_sd"
  }

  /// The clock of the stream called `name`.
  init(_ name: String, _ known: StreamClock) {
    stream = name
    drift = known.figures.drift
    jitter = known.figures.jitter
    let doubt = known.figures.alignmentDeviation
    alignmentDeviation = doubt.isFinite ? doubt : nil
    anchors = known.figures.anchors
    sync = known.sync.map {
      Sync(
        state: $0.state, pulses: $0.pulses, missing: $0.missing, unexpected: $0.unexpected,
        disagreeing: $0.disagreeing, delay: $0.delay,
        deviation: $0.delayDeviation.isFinite ? $0.delayDeviation : nil)
    }
  }

  /// What sync pulses came to, in a sentence; nil without a sync input.
  var syncLine: String? {
    guard let sync else { return nil }
    let known = sync.deviation.map {
      "\(fixed(1e3 * sync.delay, 3)) ms later than the reference, to \(fixed(1e3 * $0, 3)) ms, taken off; "
    }
    return "sync of \(stream): \(sync.state.rawValue), \(known ?? "")\(sync.pulses) pulses, "
      + "\(sync.missing) missing, \(sync.unexpected) unexpected, \(sync.disagreeing) disagreeing"
  }
}

extension SessionCounts {
  /// The clocks of these streams, as summaries and results show them.
  func clockRows(_ pipeline: PipelineConfiguration) -> [StreamClockRow] {
    zip(pipeline.streams, clocks).map { StreamClockRow($0.name, $1) }
  }
}
