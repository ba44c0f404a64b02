public import Identification
internal import Synchronization

/// What a live session shows about itself while it runs.
public struct LiveStatus: Sendable {
  /// What happened so far.
  public var counts: SessionCounts
  /// The estimate in use.
  public var estimate: ParameterEstimate?
  /// Blocks that the pipeline was too slow for; each makes a gap [blocks].
  public var droppedBlocks = 0
  /// Steps that the recorder was too slow for; any makes the recording incomplete [steps].
  public var unrecordedSteps = 0
  /// What happened to devices since the last status, oldest first.
  public var notices: [String] = []
}

/// What the threads of a live session share.
///
/// The flags belong to all. `status` is written by the pipeline's thread, which never waits for it, and
/// read by the main thread. The first failure of any thread is kept and stops the session.
final class LiveState: Sendable {
  /// Set when the session shall end.
  let isStopping = Atomic<Bool>(false)
  /// Set when the pipeline's thread has delivered everything.
  let isFinished = Atomic<Bool>(false)
  private let latest: Mutex<LiveStatus>
  private let untold = Mutex<[String]>([])
  private let firstFailure = Mutex<(any Error)?>(nil)

  init(_ status: LiveStatus) {
    latest = Mutex(status)
  }

  /// The latest status.
  var status: LiveStatus { latest.withLock { $0 } }

  /// Shows a new status, unless somebody is reading just now.
  func show(_ status: LiveStatus) {
    _ = latest.withLockIfAvailable { $0 = status }
  }

  /// Keeps a sentence for the next status; the oldest are dropped when nobody reads them.
  func notice(_ sentence: String) {
    untold.withLock { sentences in
      if sentences.count >= 1000 { sentences.removeFirst() }
      sentences.append(sentence)
    }
  }

  /// The sentences since the last call.
  func takeNotices() -> [String] {
    untold.withLock { sentences in
      defer { sentences = [] }
      return sentences
    }
  }

  /// Keeps the first failure and stops the session.
  func fail(_ error: any Error) {
    firstFailure.withLock { if $0 == nil { $0 = error } }
    isStopping.store(true, ordering: .relaxed)
  }

  /// The first failure.
  var failure: (any Error)? { firstFailure.withLock { $0 } }
}
