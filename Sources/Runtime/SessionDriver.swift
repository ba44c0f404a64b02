internal import ControllerFeed
internal import Devices
internal import Estimation
internal import Identification
internal import Pipeline
internal import Recordings
internal import Signals

/// What is known of one stream's clock.
struct StreamClock: Sendable, Hashable {
  /// Drift, jitter and alignment.
  var figures = ClockFigures(drift: 0, jitter: 0, alignmentDeviation: .infinity, anchors: 0)
  /// What sync pulses say; nil for the reference and for streams without sync input.
  var sync: SyncFigures?
}

/// Counts that a session shows while it runs and when it ends.
public struct SessionCounts: Sendable, Hashable {
  /// Session time so far [s].
  public var time = 0.0
  /// Samples of each stream so far (streamCount) [samples].
  public var samples: [Int64]
  /// Gaps in any stream [1].
  public var gaps = 0
  /// Samples lost in gaps [samples].
  public var lostSamples: Int64 = 0
  /// Windows closed [1].
  public var windows = 0
  /// Windows that the estimator was too busy for [1].
  public var skipped = 0
  /// Windows in which a payload was held for a while [1].
  public var payloadWindows = 0
  /// Windows in which a worn device gave torque [1].
  public var torqueWindows = 0
  /// The heaviest payload announced [kg].
  public var heaviestPayload = 0.0
  /// Estimates adopted [1].
  public var adopted = 0
  /// Estimates refused [1].
  public var refused = 0
  /// Events [1].
  public var events = 0
  /// True while some stream is silent for too long.
  public var isInputLost = false
  /// Largest angle difference of any cross-check; nil before the first [rad].
  public var largestCrossCheck: Double?
  /// Each stream's clock (streamCount).
  var clocks: [StreamClock]

  /// True when a payload was held or a measured torque given.
  public var hasAnchor: Bool { payloadWindows > 0 || torqueWindows > 0 }

  /// Nothing has happened on `streams` streams.
  init(streams: Int) {
    samples = Array(repeating: 0, count: streams)
    clocks = Array(repeating: StreamClock(), count: streams)
  }
}

/// The one way from a source's steps to events and estimates, live, simulated or replayed.
///
/// Each step goes through the pipeline; windows go to the estimator, whose results come back as adoption
/// steps of their own. A live session's estimator has a thread and may be busy; a replayed session's
/// estimator works when the recording says that a result was delivered; elsewhere it works at once.
/// Used by one thread.
struct SessionDriver: Sendable {
  /// When and where estimates are made.
  enum Estimation: Sendable {
    /// As soon as a window closes.
    case immediate(EstimatorWorker)
    /// On a thread that takes one window at a time.
    case concurrent(EstimatorThread)
    /// When a recording says that the estimate was delivered.
    case recorded(EstimatorWorker, waiting: [Window])
    /// Ahead of the replay, delivered when the recording says so; `closed` are the windows since the last.
    case ahead(EstimatesAhead, closed: [Int])
  }

  /// The line from blocks to windows.
  private(set) var pipeline: Pipeline
  /// What happened so far.
  private(set) var counts: SessionCounts
  /// What controllers are told; nil when nothing is.
  private(set) var feed: FeedStage?
  /// The window that closed last, in storage that is used again; its index is -1 before the first.
  private(set) var latestWindow: Window
  private var estimation: Estimation
  /// The estimator's thread as seen from here; nil where estimates are not made concurrently.
  private var exchange: EstimatorExchange?
  /// Entries that follow from the last step, then spare ones; nil while one is being written.
  private var following: [JournalEntry?]
  /// How many follow [1].
  private var followingCount = 0
  /// How many of these have been taken [1].
  private var takenCount = 0
  private let blockCapacity: Int
  private var firstTime: SampleTime?
  /// Windows and lost samples of before, which count for nothing.
  private var unheard: (windows: Int, lostSamples: Int64) = (0, 0)

  /// A session at its start.
  ///
  /// - Parameters:
  ///   - blockCapacity: room that the blocks of following entries get, so that all entries of a session
  ///     can change places [native values].
  ///   - feed: what controllers are told, having seen nothing yet.
  init(
    _ configuration: PipelineConfiguration, estimation: Estimation, blockCapacity: Int,
    feed: FeedStage? = nil
  ) {
    self.feed = feed
    self.blockCapacity = blockCapacity
    pipeline = Pipeline(configuration)
    counts = SessionCounts(streams: configuration.streams.count)
    self.estimation = estimation
    latestWindow = configuration.blankWindow
    if case .concurrent(let thread) = estimation {
      exchange = EstimatorExchange(thread, blank: latestWindow)
    }
    following = (0..<(2 * EstimatorThread.limit)).map { _ in JournalEntry(capacity: blockCapacity) }
  }

  /// Begins with the estimate that an earlier session had in use.
  mutating func resume(_ adopted: ParameterEstimate?) {
    guard let adopted else { return }
    pipeline.deliver(adopted, refusal: nil, at: SampleTime(nanoseconds: 0))
  }

  /// Everything that the next step depends on; nil in a replay whose estimates are made ahead.
  var state: SessionState? {
    switch estimation {
    case .immediate(let worker):
      SessionState(pipeline: pipeline, feed: feed, estimator: worker.estimator)
    case .recorded(let worker, let waiting):
      SessionState(pipeline: pipeline, feed: feed, estimator: worker.estimator, waiting: waiting)
    case .concurrent:
      exchange.map {
        SessionState(
          pipeline: pipeline, feed: feed, estimator: $0.estimator, waiting: $0.owedWindows)
      }
    case .ahead: nil
    }
  }

  /// Goes on from where a recording begins, whose estimator and windows the estimation has already.
  mutating func resume(_ state: SessionState) {
    pipeline = state.pipeline
    feed = state.feed
    unheard = (pipeline.windowCount, pipeline.lostSamples)
  }

  /// Takes a step through the pipeline alone: what comes of it is forgotten.
  mutating func settle(_ step: SourceStep, _ block: SampleBlock) {
    switch step {
    case .adoption, .skipped, .end: return
    case .block, .tick, .command: pipeline.consume(step, block: block)
    }
    _ = pipeline.takeEvents()
    pipeline.forgetWindows()
    unheard = (pipeline.windowCount, pipeline.lostSamples)
  }

  /// Takes one step of a source and notes in `entry` what came of it; `takeFollowing` has the steps that follow from it.
  ///
  /// With a thread for the estimates, and once all storage is there, this allocates and frees nothing, whatever
  /// windows close and estimates come: the heap's lock may be held by a thread without priority.
  mutating func take(_ entry: inout JournalEntry) {
    (followingCount, takenCount) = (0, 0)
    switch (entry.step, estimation) {
    case (.adoption(let window, let time), .recorded(var worker, var waiting)):
      guard let index = waiting.firstIndex(where: { $0.index == window }) else { break }
      let outcome = worker.consume(waiting.remove(at: index))
      estimation = .recorded(worker, waiting: waiting)
      deliver(outcome, at: time, in: &entry)
      return
    case (.adoption(let window, let time), .ahead(let estimates, var closed)):
      // the threads ahead made one for each window that closed, and for no other
      guard let index = closed.firstIndex(of: window), let outcome = estimates.next() else { break }
      closed.remove(at: index)
      estimation = .ahead(estimates, closed: closed)
      deliver(outcome, at: time, in: &entry)
      return
    case (.adoption, _), (.skipped, .immediate), (.skipped, .concurrent):
      // another session's story: this one makes its own estimates
      entry.step = .tick(pipeline.now)
    case (.skipped(let window), .ahead(let estimates, let closed)):
      estimation = .ahead(estimates, closed: closed.filter { $0 != window })
    case (.skipped(let window), .recorded(let worker, var waiting)):
      waiting.removeAll { $0.index == window }
      estimation = .recorded(worker, waiting: waiting)
    default: break
    }
    pipeline.consume(entry.step, block: entry.block)
    if case .command(let command, let time) = entry.step { feed?.obey(command, at: time) }
    feed?.advance(pipeline)
    if case .block = entry.step {
      counts.samples[entry.block.stream] += Int64(entry.block.sampleCount)
    }
    note(&entry)
    collect()
    for index in 0..<pipeline.closedWindowCount { hand(over: pipeline.closedWindow(index)) }
    pipeline.forgetWindows()
  }

  /// Swaps the next entry that follows from the last step for one to be used again; false when there is none.
  mutating func takeFollowing(_ entry: inout JournalEntry) -> Bool {
    guard takenCount < followingCount, var next = following[takenCount].take() else { return false }
    swap(&entry, &next)
    following[takenCount] = next
    takenCount += 1
    return true
  }

  /// Waits for the estimator and delivers what it still had.
  mutating func finish() {
    (followingCount, takenCount) = (0, 0)
    exchange?.finish()
    collect()
  }

  /// The results that the estimator's thread has ready.
  private mutating func collect() {
    while exchange?.collect(adopted: pipeline.adopted?.window) == true {
      if let outcome = exchange?.outcome { follow(outcome) }
    }
  }

  /// Says that the status shows the estimate in use.
  mutating func noteShown() { exchange?.shownWindow = pipeline.adopted?.window }

  /// Gives a window to the estimator.
  private mutating func hand(over window: borrowing Window) {
    latestWindow.copy(window)
    var payload = 0.0
    // by index: an unspecialised iterator allocates
    for step in latestWindow.payload.indices { payload = max(payload, latestWindow.payload[step]) }
    if payload > 0 { counts.payloadWindows += 1 }
    if latestWindow.hasExternalTorque { counts.torqueWindows += 1 }
    counts.heaviestPayload = max(counts.heaviestPayload, payload)
    switch estimation {
    case .immediate(var worker):
      let outcome = worker.consume(latestWindow.separate)
      estimation = .immediate(worker)
      follow(outcome)
    case .concurrent:
      if exchange?.offer(latestWindow) != true { follow(.skipped(window: latestWindow.index)) }
    case .recorded(let worker, let waiting):
      estimation = .recorded(worker, waiting: waiting + [latestWindow.separate])
    case .ahead(let estimates, let closed):
      estimation = .ahead(estimates, closed: closed + [latestWindow.index])
    }
  }

  /// Makes the entry of a result that is delivered now.
  private mutating func follow(_ outcome: EstimatorOutcome) {
    follow(.adoption(window: outcome.estimate.window, at: pipeline.now), delivering: outcome)
  }

  /// Makes the entry of a step that follows from the one that was taken.
  private mutating func follow(_ step: SourceStep, delivering outcome: EstimatorOutcome? = nil) {
    if followingCount == following.count {
      following.append(JournalEntry(capacity: blockCapacity))
    }
    guard var entry = following[followingCount].take() else {
      preconditionFailure("one entry is written at a time")
    }
    entry.step = step
    if let outcome {
      deliver(outcome, at: pipeline.now, in: &entry)
    } else {
      pipeline.consume(step, block: entry.block)
      note(&entry)
    }
    following[followingCount] = entry
    followingCount += 1
  }

  private mutating func deliver(
    _ outcome: EstimatorOutcome, at time: SampleTime, in entry: inout JournalEntry
  ) {
    pipeline.deliver(outcome.estimate, refusal: outcome.refusal, at: time)
    feed?.deliver(outcome.estimate, refusal: outcome.refusal, at: time)
    if let difference = outcome.estimate.crossCheck?.maxAngleDifference {
      counts.largestCrossCheck = max(counts.largestCrossCheck ?? 0, difference)
    }
    note(&entry)
    entry.estimate = outcome.estimate
  }

  /// Moves the pipeline's events into `entry` and counts them.
  private mutating func note(_ entry: inout JournalEntry) {
    entry.clear()
    entry.time = pipeline.now
    pipeline.moveEvents(to: &entry.events)
    feed?.moveEvents(to: &entry.events)
    // by index: an unspecialised iterator allocates
    for index in entry.events.indices {
      counts.events += 1
      switch entry.events[index] {
      case .gap: counts.gaps += 1
      case .windowSkipped: counts.skipped += 1
      case .adopted: counts.adopted += 1
      case .refused: counts.refused += 1
      default: break
      }
    }
    if firstTime == nil, pipeline.now.nanoseconds != 0 { firstTime = pipeline.now }
    counts.time = pipeline.now.seconds(since: firstTime ?? pipeline.now)
    counts.lostSamples = pipeline.lostSamples - unheard.lostSamples
    counts.windows = pipeline.windowCount - unheard.windows
    counts.isInputLost = pipeline.isInputLost
    for index in counts.clocks.indices {
      counts.clocks[index].figures = pipeline.clock(ofStream: index)
      counts.clocks[index].sync = pipeline.sync(ofStream: index)
    }
  }
}
