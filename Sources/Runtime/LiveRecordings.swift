internal import Configuration
internal import Foundation
internal import Identification
internal import RealTime
internal import Recordings
internal import Synchronization

/// The recordings of a live session, one after another: begun with it, or by an operator meanwhile.
///
/// `begin`, `end` and `rotate` may be called by any thread except the pipeline's, which hands steps to
/// the recorder that it was last given through the desk.
final class LiveRecordings: Sendable {
  /// A recording that is being made.
  struct Current: Sendable {
    /// Its thread.
    let recorder: RecorderThread
    /// Its path.
    let path: String
  }

  private let assembly: SessionAssembly
  private let session: SessionInForce
  private let truth: [String: Double]
  private let blockCapacity: Int
  private let state: LiveState
  private let desk: OperatorDesk
  private let latest = Mutex<Current?>(nil)
  /// Steps that finished recordings lack [steps].
  private let lostEarlier = Atomic<Int>(0)
  /// Held while a recording is begun or ended.
  private let changing = Mutex<Void>(())

  init(
    _ assembly: SessionAssembly, session: SessionInForce, truth: [String: Double],
    blockCapacity: Int, state: LiveState, desk: OperatorDesk
  ) {
    self.assembly = assembly
    self.session = session
    self.truth = truth
    self.blockCapacity = blockCapacity
    self.state = state
    self.desk = desk
  }

  /// The recording that is being made; nil when there is none.
  var current: Current? { latest.withLock { $0 } }

  /// Steps that recordings of this session lack so far [steps].
  var lostSteps: Int { lostEarlier.load(ordering: .relaxed) + (current?.recorder.dropped ?? 0) }

  /// The recording that begins with the session, for its pipeline; its thread runs.
  func open(path: String, overwrite: Bool) throws -> RecorderThread {
    let recorder = try make(path: path, overwrite: overwrite, inMidSession: false)
    latest.withLock { $0 = Current(recorder: recorder, path: path) }
    return recorder
  }

  /// Begins a recording in mid-session, at the next step of the pipeline; its path.
  func begin(path: String?) throws -> String {
    try changing.withLock { _ in
      if let current {
        throw SessionError(
          .usage, file: current.path, message: "a recording is being made already",
          remedy: "end it with diffmsm record stop")
      }
      let path = path ?? newPath
      try change(to: Current(recorder: try make(path: path), path: path))
      return path
    }
  }

  /// Ends the recording; its path, or nil when there was none.
  func end() throws -> String? {
    try changing.withLock { _ in
      guard let current else { return nil }
      try change(to: nil)
      return current.path
    }
  }

  /// Goes on in a new file; its path, or nil when nothing is recorded.
  func rotate() throws -> String? {
    try changing.withLock { _ in
      guard let current else { return nil }
      let path = newPath
      let recorder = try make(
        path: path, follows: Self.name(of: current.path, from: path))
      try change(to: Current(recorder: recorder, path: path))
      return path
    }
  }

  /// Waits until everything is on the disk; the pipeline is over.
  func finish() {
    changing.withLock { _ in
      let last = latest.withLock { $0.take() }
      last?.recorder.finish()
      lostEarlier.add(last?.recorder.dropped ?? 0, ordering: .relaxed)
    }
  }

  /// Lets the pipeline go on with `next`, and closes what it had before.
  private func change(to next: Current?) throws(SessionError) {
    guard desk.hand(over: next?.recorder) else {
      next?.recorder.finish()
      throw SessionError(
        .unavailable, file: next?.path ?? current?.path ?? "",
        message: "the session has not begun, or is over", remedy: "")
    }
    let before = latest.withLock { latest in
      defer { latest = next }
      return latest
    }
    before?.recorder.finish()
    lostEarlier.add(before?.recorder.dropped ?? 0, ordering: .relaxed)
  }

  private func make(
    path: String, overwrite: Bool = false, inMidSession: Bool = true, follows: String? = nil
  ) throws -> RecorderThread {
    var session = assembly
    let live = state.status
    if inMidSession, let estimate = live.estimate {
      session.resume = ResumeState(
        after: estimate, adopted: estimate,
        parameterNames: assembly.model.parameters.free.map(\.name),
        hasAnchor: live.counts.hasAnchor || assembly.resume?.hasAnchor == true)
    }
    let recorder = try session.recorder(
      path: path, overwrite: overwrite, truth: truth, createdAt: dateTime(),
      durability: .everySecond, inMidSession: inMidSession, follows: follows)
    let thread = RecorderThread(
      SessionLog(assembly.model.parameters, recorder: recorder), blockCapacity: blockCapacity,
      room: DiskGuard(path: path))
    try thread.start(state)
    return thread
  }

  /// How a file at `path` names the one at `earlier`: from its own folder, so that both can be moved.
  private static func name(of earlier: String, from path: String) -> String {
    let folder = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent()
      .pathComponents
    let target = URL(fileURLWithPath: earlier).standardizedFileURL.pathComponents
    let common = zip(folder, target).prefix { $0 == $1 }.count
    return
      (Array(repeating: "..", count: folder.count - common) + target.dropFirst(common))
      .joined(separator: "/")
  }

  /// A new file in the session's folder, named by session and time.
  private var newPath: String {
    let folder = session.configuration.recordingFolder
    let name =
      ConfigurationText(path: assembly.configuration.file, text: "").name
      .split(separator: ".").first.map(String.init) ?? "session"
    let format = Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted)
    let time = Date().formatted(format).replacing("Z", with: "")
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let stem = "\(folder.isEmpty ? "." : folder)/\(name)-\(time)"
    // two within a second are told apart
    let stems = [stem] + (2...99).map { "\(stem)-\($0)" }
    let free = stems.first { !FileManager.default.fileExists(atPath: $0 + ".xdf") }
    return (free ?? stem) + ".xdf"
  }
}
