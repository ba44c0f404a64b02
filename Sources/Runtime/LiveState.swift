internal import ControllerFeed
public import Identification
internal import RealTime
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
  /// What the feed is doing; nil when the session feeds nobody.
  var feed: FeedSummary?
  /// What happened to devices since the last status, oldest first.
  public var notices: [String] = []
}

/// How a live session was set up: what the system granted.
struct LiveSetup: Sendable {
  /// Threads that somebody waits for, and how the system schedules them.
  var threads: [WorkerThread] = []
  /// Whether memory is kept from being paged out; nil when that was not asked for.
  var memory: MemoryLock?
  /// Where the web server listens; nil when there is none.
  var web: String?
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
  /// How long blocks take from their arrival to the end of the pipeline; recorded by its thread.
  let latency = LatencyHistogram()
  /// Clients of the control socket that were cut off [1].
  let cutOffClients = Atomic<Int>(0)
  /// What the system granted; written by the main thread.
  let setup = Mutex(LiveSetup())
  /// When the pipeline's thread last came round [ns on the clock].
  private let progress = Atomic<Int>(0)
  private let latest: Mutex<LiveStatus>
  private let untold = Mutex<[String]>([])
  private let firstFailure = Mutex<(any Error)?>(nil)

  init(_ status: LiveStatus) {
    latest = Mutex(status)
  }

  /// The latest status, in storage of its own.
  var status: LiveStatus {
    latest.withLock { latest in
      var copy = latest
      // else the pipeline's next status would have to make room for itself
      copy.counts.samples = latest.counts.samples.map { $0 }
      copy.counts.clocks = latest.counts.clocks.map { $0 }
      return copy
    }
  }

  /// Shows a new status; false when somebody is reading just now.
  ///
  /// Allocates nothing, and lets go of the estimate that was shown before.
  @discardableResult
  func show(
    _ counts: SessionCounts, estimate: ParameterEstimate?, droppedBlocks: Int, unrecordedSteps: Int,
    feed: FeedSummary?
  ) -> Bool {
    let shown: Void? = latest.withLockIfAvailable { latest -> Void in
      // the numbers move into the array that is already here
      var samples: [Int64] = []
      var clocks: [StreamClock] = []
      swap(&samples, &latest.counts.samples)
      swap(&clocks, &latest.counts.clocks)
      latest.counts = counts
      swap(&samples, &latest.counts.samples)
      swap(&clocks, &latest.counts.clocks)
      for index in counts.clocks.indices { latest.counts.clocks[index] = counts.clocks[index] }
      for index in counts.samples.indices { latest.counts.samples[index] = counts.samples[index] }
      latest.estimate = estimate
      latest.droppedBlocks = droppedBlocks
      latest.unrecordedSteps = unrecordedSteps
      latest.feed = feed
    }
    return shown != nil
  }

  /// Says that the pipeline's thread has come round [ns on the clock].
  func noteProgress(_ now: Int64) {
    progress.store(Int(now), ordering: .relaxed)
  }

  /// How long ago that was; zero before the first time [ns].
  var timeSinceProgress: Int64 {
    let last = Int64(progress.load(ordering: .relaxed))
    return last == 0 ? 0 : max(0, MonotonicClock.now() - last)
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
