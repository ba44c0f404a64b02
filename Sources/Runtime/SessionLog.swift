internal import Foundation
internal import Identification
internal import Pipeline
internal import Recordings

/// Where a session's steps, events and estimates are kept: recording, event file, comparison.
///
/// Belongs to the thread that writes: the recorder's in a live session, the caller's elsewhere.
struct SessionLog: ~Copyable {
  private var recorder: SessionRecorder?
  private var events: LineFile?
  /// What a replay is held against; nil elsewhere.
  var comparison: ReplayComparison?
  private let parameters: ParameterSet

  /// A log of estimates of `parameters`.
  init(
    _ parameters: ParameterSet, recorder: consuming SessionRecorder? = nil,
    events: consuming LineFile? = nil, comparison: ReplayComparison? = nil
  ) {
    self.parameters = parameters
    self.recorder = recorder
    self.events = events
    self.comparison = comparison
  }

  /// Keeps the state in which a session is that has been running.
  mutating func begin(_ state: [Int64]) throws {
    try recorder?.recordState(state)
  }

  /// Keeps one step and what came of it.
  mutating func write(_ entry: JournalEntry) throws {
    if let loss = entry.loss { try recorder?.recordLoss(loss) }
    try recorder?.record(entry.step, entry.block)
    for event in entry.events {
      let line = event.line
      try recorder?.recordEvent(line, at: entry.time)
      try events?.write(line)
      comparison?.take(line: line)
    }
    guard let estimate = entry.estimate else { return }
    let deviations = estimate.valueDeviations(parameters)
    try recorder?.recordEstimate(
      window: estimate.window, values: estimate.values, standardDeviations: deviations,
      covariance: estimate.covariance, at: entry.time)
    comparison?.take(
      window: estimate.window, values: estimate.values, standardDeviations: deviations)
  }

  /// Everything recorded so far [bytes].
  var byteCount: Int {
    mutating get { recorder?.byteCount ?? 0 }
  }

  /// Closes the recording and goes on without it.
  mutating func closeRecording() throws {
    defer { recorder = nil }
    try recorder?.close()
  }

  /// Closes the files.
  mutating func close() throws {
    try recorder?.close()
    try events?.close()
  }
}

/// A text file that grows line by line; made when there was none, or when replacing is allowed.
struct LineFile: ~Copyable {
  private let path: String
  private let handle: FileHandle
  private var buffer = Data()

  /// Makes the file at `path`.
  init(path: String, overwrite: Bool) throws(SessionError) {
    self.path = path
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL)
    let descriptor = open(path, flags, 0o644)
    guard descriptor >= 0 else {
      throw SessionError(
        .cannotCreate, file: path, message: "cannot be made: \(String(cString: strerror(errno)))",
        remedy: errno == EEXIST
          ? "choose another name, or replace it with --force"
          : "check that the folder exists and is yours")
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Adds a line.
  mutating func write(_ line: String) throws(SessionError) {
    buffer.append(contentsOf: line.utf8)
    buffer.append(0x0A)
    if buffer.count > 1 << 16 { try flush() }
  }

  /// Writes the rest and closes.
  mutating func close() throws(SessionError) {
    try flush()
    do { try handle.close() } catch { throw failure(error) }
  }

  private mutating func flush() throws(SessionError) {
    do { try handle.write(contentsOf: buffer) } catch { throw failure(error) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func failure(_ error: any Error) -> SessionError {
    SessionError(
      .cannotWrite, file: path, message: "cannot be written: \(error)", remedy: "free space")
  }
}
