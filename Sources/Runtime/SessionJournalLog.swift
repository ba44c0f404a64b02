internal import Configuration
internal import Foundation
internal import Logging
internal import RealTime

/// A live session's log for a journal: what changes, with its numbers, never more than the reader can bear.
///
/// Belongs to the main thread.
struct SessionJournalLog {
  private let logger: Logger
  private var limiter = LogLimiter(interval: 10)
  private var earlier: LiveStatus?
  /// When the next sign of life is due [s on the session timeline].
  private var nextSummary = 0.0

  /// A log that writes lines with `write`; `hasPriorities` puts the journal's `<6>` before each.
  init(hasPriorities: Bool, write: @escaping @Sendable (String) -> Void) {
    logger = Logger(label: "diffmsm") { _ in
      JournalLogHandler(hasPriorities: hasPriorities, write: write)
    }
  }

  /// Tells what is new in `status`.
  mutating func show(_ assembly: SessionAssembly, _ status: LiveStatus) {
    let counts = status.counts
    let before = earlier?.counts
    if earlier == nil {
      logger.info(
        "session begins",
        metadata: [
          "session": "\(assembly.configuration.file)",
          "subject": "\(assembly.configuration.subjectCode)", "version": "\(softwareVersion)",
        ])
    }
    for notice in status.notices {
      // a device that comes and goes says the same with other numbers
      tell(.notice, notice, kind: notice.filter { !$0.isNumber }, at: counts.time)
    }
    func growth(_ count: KeyPath<SessionCounts, Int>) -> Int {
      counts[keyPath: count] - (before?[keyPath: count] ?? 0)
    }
    if growth(\.gaps) > 0 {
      tell(
        .warning, "samples are missing", kind: "gaps", at: counts.time,
        ["gaps": "\(counts.gaps)", "lost_samples": "\(counts.lostSamples)"])
    }
    if counts.isInputLost != (before?.isInputLost ?? false) {
      tell(
        counts.isInputLost ? .error : .notice,
        counts.isInputLost ? "a stream is silent" : "all streams speak again",
        kind: counts.isInputLost ? "silent" : "speaks", at: counts.time)
    }
    if growth(\.skipped) > 0 {
      tell(
        .warning, "the estimator is too slow", kind: "skipped", at: counts.time,
        ["skipped": "\(counts.skipped)", "windows": "\(counts.windows)"])
    }
    if growth(\.refused) > 0 {
      tell(
        .warning, "an estimate was refused", kind: "refused", at: counts.time,
        ["refused": "\(counts.refused)"])
    }
    if status.droppedBlocks > earlier?.droppedBlocks ?? 0 {
      tell(
        .warning, "the pipeline is too slow", kind: "blocks", at: counts.time,
        ["dropped_blocks": "\(status.droppedBlocks)"])
    }
    if status.unrecordedSteps > earlier?.unrecordedSteps ?? 0 {
      tell(
        .error, "the recording is incomplete", kind: "recording", at: counts.time,
        ["lost_steps": "\(status.unrecordedSteps)"])
    }
    if counts.time >= nextSummary {
      nextSummary = counts.time + 60
      logger.info(
        "session goes on",
        metadata: [
          "seconds": "\(fixed(counts.time, 0))", "gaps": "\(counts.gaps)",
          "windows": "\(counts.windows)", "adopted": "\(counts.adopted)",
          "samples": "\(counts.samples.map(String.init).joined(separator: "+"))",
        ])
    }
    earlier = status
  }

  private mutating func tell(
    _ level: Logger.Level, _ message: String, kind: String, at time: Double,
    _ numbers: Logger.Metadata = [:]
  ) {
    guard let heldBack = limiter.admit(kind, at: time) else { return }
    var numbers = numbers
    if heldBack > 0 { numbers["similar_held_back"] = "\(heldBack)" }
    numbers["seconds"] = "\(fixed(time, 3))"
    logger.log(level: level, "\(message)", metadata: numbers)
  }
}

/// Log lines as systemd's journal sorts them: priority, message, then `key=value`.
struct JournalLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info
  private let hasPriorities: Bool
  private let write: @Sendable (String) -> Void

  /// See `SessionJournalLog`.
  init(hasPriorities: Bool, write: @escaping @Sendable (String) -> Void) {
    self.hasPriorities = hasPriorities
    self.write = write
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let pairs = self.metadata.merging(event.metadata ?? [:]) { $1 }
      .sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted("\($0.value)"))" }
    let prefix = hasPriorities ? "<\(Self.priority(event.level))>" : "\(event.level): "
    write(prefix + ([Self.flat("\(event.message)")] + pairs).joined(separator: " ") + "\n")
  }

  /// syslog's number of a level.
  private static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  private static func quoted(_ value: String) -> String {
    value.contains { $0 == " " || $0 == "=" || $0 == "\"" || $0.isNewline }
      ? "\"\(flat(value).replacing("\"", with: "'"))\"" : value
  }

  /// One line, whatever a device calls itself.
  private static func flat(_ text: String) -> String {
    String(text.map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 } == true ? " " : $0 })
  }
}
