internal import RealTime
internal import Synchronization

/// The log on a thread of its own, so that no disk ever makes the pipeline wait.
///
/// `push` and `close` belong to the pipeline's thread, `start` and `finish` to the main thread. When the
/// ring is full the step is lost and counted: the recording is then incomplete, and the session says so.
final class RecorderThread: Sendable {
  private let log: Mutex<SessionLog>
  private let ring: SingleProducerRing<JournalEntry>
  private let thread = Mutex<WorkerThread?>(nil)
  private let blockCapacity: Int

  /// Steps that may wait for the disk, some seconds of them [1].
  private static let queue = 2048

  /// A recorder of blocks of at most `blockCapacity` native values.
  init(_ log: consuming sending SessionLog, blockCapacity: Int) {
    self.log = Mutex(log)
    self.blockCapacity = blockCapacity
    ring = SingleProducerRing(capacity: Self.queue) { JournalEntry(capacity: blockCapacity) }
  }

  /// Steps that may wait [steps].
  var capacity: Int { ring.capacity }

  /// Steps taken so far [steps].
  var pushed: Int { ring.pushed }

  /// Steps lost because the ring was full [steps].
  var dropped: Int { ring.dropped }

  /// Starts the thread; failures go to `state`.
  func start(_ state: LiveState) throws(WorkerThreadError) {
    let started = try WorkerThread(name: "recorder") { [self] in write(state) }
    thread.withLock { $0 = started }
  }

  /// Hands over an entry; `entry` is then another one to fill.
  func push(_ entry: inout JournalEntry) {
    _ = ring.push(&entry)
  }

  /// Says that nothing more will come.
  func close() {
    ring.close()
  }

  /// Waits until everything is on the disk and the file is closed.
  func finish() {
    ring.close()
    thread.withLock { $0.take() }?.join()
  }

  private func write(_ state: LiveState) {
    var entry = JournalEntry(capacity: blockCapacity)
    var hasFailed = false
    while ring.wait(for: .seconds(3600)) != .closed {
      guard ring.pop(&entry), !hasFailed else { continue }
      do {
        try log.withLock { try $0.write(entry) }
      } catch {
        hasFailed = true
        state.fail(error)
      }
    }
    do {
      try log.withLock { try $0.close() }
    } catch {
      if !hasFailed { state.fail(error) }
    }
  }
}
