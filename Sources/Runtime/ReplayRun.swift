public import Configuration
internal import Devices
internal import Estimation
internal import Identification
internal import Foundation
internal import Recordings
internal import Signals

/// A recording taken through the same line again.
public struct ReplayRun: Sendable {
  /// The recording, by path.
  public var recording: String
  /// The session; nil takes the one that the recording carries.
  public var configuration: SessionConfiguration?
  /// Times real time; nil is as fast as the machine can [1].
  public var speed: Double?
  /// Where events go as JSON lines, by path; nil is nowhere.
  public var events: String?
  /// Whether an existing event file may be replaced.
  public var overwrite: Bool

  /// Whether a recording that was cut short is used as far as it goes.
  public var allowsTruncated = false

  /// The part of the recording that is taken; a part is not compared.
  public var range = ReplayRange()
  /// Whether estimates are made anew, whenever a window closes, and held against the recorded ones.
  public var recomputes = false

  /// A replay that has not run yet.
  public init(
    _ recording: String, configuration: SessionConfiguration? = nil, speed: Double? = nil,
    events: String? = nil, overwrite: Bool = false
  ) {
    self.recording = recording
    self.configuration = configuration
    self.speed = speed
    self.events = events
    self.overwrite = overwrite
  }

  /// What a replay came to; the time it took is telemetry, never part of a result.
  public struct Outcome: Sendable {
    /// The session as it went this time.
    public var summary: SessionSummary
    /// How it compares with what was recorded; nil when there was nothing to compare with.
    public var verdict: ReplayComparison.Verdict?
    /// Wall time that it took [s].
    public var elapsed: Double
    /// What an estimation anew made different; nil when none was asked for.
    public var differences: ReplayDifferences?
    /// Why nothing was compared; empty when something was.
    var reason = ""
    /// What of the recording was not used, a sentence each.
    public var omissions: [String] = []

    /// How fast it went.
    public var speedLine: String {
      let ratio = elapsed > 0 ? summary.counts.time / elapsed : .infinity
      return "replayed \(fixed(summary.counts.time, 1)) s in \(fixed(elapsed, 2)) s, "
        + "\(fixed(ratio, 1)) times real time"
    }

    /// The difference as an error; nil when there is none.
    public var difference: SessionError? {
      guard case .different(let words) = verdict else { return nil }
      return SessionError(
        .difference, file: summary.recording ?? "", message: "the replay differs: \(words)",
        remedy: "the recording was altered, or made by another build")
    }

    /// The verdict in a sentence.
    public var verdictLine: String {
      switch verdict {
      case .identical(let events, let estimates):
        "identical: \(events) events, \(estimates) estimates"
      case .different(let difference): "different: \(difference)"
      case nil: "not compared: \(reason)"
      }
    }
  }

  /// Replays; throws when the recording or the session cannot be used.
  public func run() throws -> Outcome {
    let source = try RecordingSource(path: recording, salvaging: allowsTruncated)
    if source.lostByteCount > 0, !allowsTruncated {
      throw SessionError(
        .data, file: recording,
        message: "the recording was cut short: its last \(source.lostByteCount) bytes, from byte "
          + "\(source.byteCount - source.lostByteCount), are no whole chunk",
        remedy: "use what is whole with --allow-truncated, or restore it from a copy")
    }
    try source.requireStreams(recording)
    let session: SessionConfiguration
    if let configuration {
      session = configuration
    } else if let preamble = source.preamble {
      session = try preamble.session()
    } else {
      throw SessionError(
        .usage, file: recording, message: "the recording carries no session configuration",
        remedy: "name one with --config")
    }
    if recomputes, source.estimates.isEmpty {
      throw SessionError(
        .data, file: recording, message: "no estimates were recorded that could be recomputed",
        remedy: "replay it without --recompute")
    }
    if let from = range.from, let to = range.to, from >= to {
      throw SessionError(
        .usage, file: "--from", message: "the range ends before it begins",
        remedy: "give a --to after --from")
    }
    let fault = source.stateFault.map { "the recording begins in mid-session, and \($0)" }
    let isSame =
      fault == nil && (source.preamble?.isMade(by: session) ?? false) && range.isWhole
      && !recomputes
    var assembly = try SessionAssembly(session, streams: source.streams)
    let hasSameUnknowns =
      source.preamble?.parameterNames == assembly.model.parameters.free.map(\.name)
    if isSame || (recomputes && hasSameUnknowns) { assembly.resume = source.preamble?.resume }
    var beginning = SessionState(assembly)
    let goesOn = isSame && source.state != nil
    if isSame, let words = source.state, !beginning.restore(words) {
      throw SessionError(
        .data, file: recording,
        message: "the state in which the recording begins is not one of its own session",
        remedy: "it was edited, or made by another build: replay it with that")
    }
    let worker = EstimatorWorker(beginning.estimator)
    let start = ContinuousClock.now
    let estimation: SessionDriver.Estimation =
      if !isSame {
        .immediate(worker)
      } else if speed == nil {
        .ahead(
          try EstimatesAhead(source, from: beginning), closed: beginning.waiting.map(\.index))
      } else {
        .recorded(worker, waiting: beginning.waiting)
      }
    var driver = SessionDriver(
      assembly.pipeline, estimation: estimation,
      blockCapacity: source.blockCapacity, feed: assembly.feedStage)
    if goesOn {
      driver.resume(beginning)
    } else if isSame {
      driver.resume(assembly.resume?.adopted)
    }
    var log: SessionLog
    if let events {
      log = SessionLog(
        assembly.model.parameters, events: try LineFile(path: events, overwrite: overwrite),
        comparison: isSame ? ReplayComparison(source) : nil)
    } else {
      log = SessionLog(
        assembly.model.parameters, comparison: isSame ? ReplayComparison(source) : nil)
    }

    var ranged = RangedSource(source, range)
    if let end = source.durationPast(range.from) {
      throw SessionError(
        .usage, file: recording, message: "the recording ends after \(fixed(end, 3)) s",
        remedy: "give a --from before that")
    }
    try driver.warmUp(&ranged)
    if let speed {
      var paced = PacedSource(ranged, speed: speed, start: nil)
      try drive(&paced, &driver, &log)
    } else {
      try drive(&ranged, &driver, &log)
    }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let summary = SessionSummary(
      assembly, driver: driver, truth: source.preamble?.truth ?? [:], recording: recording)
    var outcome = Outcome(
      summary: summary, verdict: log.comparison?.verdict, elapsed: elapsed)
    outcome.omissions = source.omissions
    outcome.differences = recomputes ? ReplayDifferences(source, summary) : nil
    outcome.reason =
      recomputes
      ? "estimates were made anew"
      : range.isWhole
        ? fault ?? "the recording was not made by this configuration"
        : "only a part was replayed"
    return outcome
  }
}

extension RecordingSource {
  /// Refuses a file of which nothing was written but its beginning.
  func requireStreams(_ path: String) throws(SessionError) {
    guard streams.isEmpty else { return }
    throw SessionError(
      .data, file: path,
      message: "the file holds no stream of samples: it was cut short inside its headers",
      remedy: "there is nothing in it to use; restore it from a copy")
  }

  /// How long the recording is when `from` lies beyond its end; nil otherwise [s].
  fileprivate func durationPast(_ from: Double?) -> Double? {
    let duration = Double(end - start) * 1e-9
    guard let from, from > duration else { return nil }
    return duration
  }
}

extension SessionDriver {
  /// Takes what precedes a range through the line, so that filters and clocks settle; nobody hears of it.
  fileprivate mutating func warmUp(_ source: inout RangedSource) throws {
    var entry = JournalEntry(capacity: source.blockCapacity)
    while let step = try source.nextOfWarmUp(into: &entry.block) {
      settle(step, entry.block)
    }
  }
}
