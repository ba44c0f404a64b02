public import Configuration
internal import Devices
internal import Estimation
internal import Identification
internal import Pipeline
internal import RealTime
internal import Recordings
internal import Signals
internal import Simulation
internal import Synchronization
internal import USBTransport

/// A session in real time: source, pipeline, estimator and recorder, each on a thread of its own.
///
/// The main thread calls `run`, waits for the end or a signal, and shows the status meanwhile.
public struct LiveRun: Sendable {
  /// The session.
  public var configuration: SessionConfiguration
  /// How long it lasts; nil is until a signal [s].
  public var duration: Double?
  /// The virtual subject's seed; nil takes the session file's [1].
  public var seed: UInt64?
  /// The recording to make, by path; nil makes none.
  public var recording: String?
  /// Whether an existing recording may be replaced.
  public var overwrite: Bool
  /// What it offers to operators meanwhile.
  public var services = ServiceOptions()

  /// A session that has not begun.
  public init(
    _ configuration: SessionConfiguration, duration: Double? = nil, seed: UInt64? = nil,
    recording: String? = nil, overwrite: Bool = false
  ) {
    self.configuration = configuration
    self.duration = duration
    self.seed = seed
    self.recording = recording
    self.overwrite = overwrite
  }

  /// Runs until the duration is over or SIGINT or SIGTERM comes, then stops everything in order.
  ///
  /// - Parameters:
  ///   - interval: time between two reports [ms].
  ///   - report: shows the status; called on the calling thread.
  public func run(
    reportEvery interval: Int, report: (SessionAssembly, LiveStatus) -> Void
  ) throws -> SessionSummary {
    var signals = TerminationSignals()
    let hardware = try HardwareSession(configuration)
    let virtual =
      hardware == nil
      ? try VirtualSession(configuration, duration: duration ?? .infinity, seed: seed) : nil
    let streams = hardware?.streams ?? virtual?.board.streams ?? []
    let capacity = hardware?.blockCapacity ?? virtual?.board.blockCapacity ?? 1
    let assembly = try SessionAssembly(configuration, streams: streams)
    let truth = virtual?.truth ?? [:]
    let state = LiveState(
      LiveStatus(counts: SessionCounts(streams: assembly.pipeline.streams.count)))
    let desk = OperatorDesk()
    let ring = SingleProducerRing<JournalEntry>(capacity: LiveThreads.queue) {
      JournalEntry(capacity: capacity)
    }
    var log: RecorderThread?
    if let recording {
      let recorder = try assembly.recorder(
        path: recording, overwrite: overwrite, truth: truth, createdAt: dateTime(),
        durability: .everySecond)
      log = RecorderThread(
        SessionLog(assembly.model.parameters, recorder: recorder),
        blockCapacity: capacity)
    }
    var services = try LiveServices(
      services,
      answers: OperatorAnswers(
        assembly: assembly, state: state, desk: desk, packets: ring, recorder: log,
        recording: recording))
    defer { services.close() }
    services.notices.forEach(state.notice)
    let threads = try LiveThreads(
      assembly: assembly, state: state, desk: desk, ring: ring, recorder: log,
      blockCapacity: capacity
    ) {
      if let hardware {
        var source = hardware.source(origin: $1)
        $0.pump(&source)
        source.close()
      } else if let virtual {
        var source = PacedSource(virtual.board)
        $0.pump(&source)
      }
    }
    let deadline = hardware == nil ? nil : duration.map { MonotonicClock.now() + Int64($0 * 1e9) }
    while !threads.state.isFinished.load(ordering: .acquiring) {
      var waited = 0
      while waited < interval, !threads.state.isFinished.load(ordering: .acquiring) {
        if signals.wait(milliseconds: 50) {
          threads.state.isStopping.store(true, ordering: .relaxed)
        }
        if let deadline, MonotonicClock.now() >= deadline {
          threads.state.isStopping.store(true, ordering: .relaxed)
        }
        waited += 50
      }
      var status = threads.state.status
      status.notices = threads.state.takeNotices()
      report(assembly, status)
    }
    let driver = threads.join()
    if let failure = threads.state.failure { throw failure }
    var summary = SessionSummary(assembly, driver: driver, truth: truth, recording: recording)
    summary.deviceLines = hardware?.reports.reports.map(\.line) ?? []
    return summary
  }
}

/// The threads of a live session, from start to join.
private struct LiveThreads {
  let state: LiveState
  private let source: WorkerThread
  private let pipeline: WorkerThread
  private let recorder: RecorderThread?
  private let finalDriver: Mutex<SessionDriver?>.Box

  /// Blocks between source and pipeline; at 8 ms a block, two seconds [1].
  static let queue = 256

  /// Starts everything; the source's time is zero now, which `source` gets on its own thread [ns on the clock].
  init(
    assembly: SessionAssembly, state: LiveState, desk: OperatorDesk,
    ring: SingleProducerRing<JournalEntry>, recorder: RecorderThread?,
    blockCapacity capacity: Int,
    source: @escaping @Sendable (SourcePump, Int64) -> Void
  ) throws {
    let driver = SessionDriver(
      assembly.pipeline,
      estimation: .concurrent(try EstimatorThread(EstimatorWorker(assembly.estimator))),
      blockCapacity: capacity)
    let box = Mutex<SessionDriver?>.Box()
    try recorder?.start(state)
    let origin = MonotonicClock.now()
    pipeline = try WorkerThread(name: "pipeline", realTimePriority: 20) {
      var stage = PipelineStage(
        driver: driver, ring: ring, desk: desk, recorder: recorder, state: state, origin: origin,
        blockCapacity: capacity)
      stage.run()
      desk.close()
      box.value.withLock { $0 = stage.driver }
      state.isFinished.store(true, ordering: .releasing)
    }
    do {
      self.source = try WorkerThread(name: "source") {
        source(SourcePump(ring: ring, state: state), origin)
      }
    } catch {
      ring.close()
      pipeline.join()
      recorder?.finish()
      throw error
    }
    desk.open(origin: origin)
    self.state = state
    self.recorder = recorder
    finalDriver = box
  }

  /// Waits for all threads and returns the driver as it ended.
  func join() -> SessionDriver {
    source.join()
    pipeline.join()
    recorder?.finish()
    guard let driver = finalDriver.value.withLock({ $0 }) else {
      preconditionFailure("the pipeline's thread leaves its driver behind")
    }
    return driver
  }
}

/// The source's thread: steps into the ring until the end.
private struct SourcePump: Sendable {
  let ring: SingleProducerRing<JournalEntry>
  let state: LiveState

  func pump<Source: SampleSource>(_ source: inout Source) {
    var entry = JournalEntry(capacity: source.blockCapacity)
    while !state.isStopping.load(ordering: .relaxed) {
      do {
        let step = try source.next(into: &entry.block)
        entry.step = step
      } catch {
        state.fail(error)
        break
      }
      if case .end = entry.step { break }
      if ring.push(&entry) { continue }
      // a block that finds no room makes a gap, which its successor's counter shows; others wait
      if case .block = entry.step { continue }
      while !state.isStopping.load(ordering: .relaxed), !ring.push(&entry) {
        MonotonicClock.sleep(until: MonotonicClock.deadline(after: .milliseconds(1)))
      }
    }
    ring.close()
  }
}

extension Mutex where Value == SessionDriver? {
  /// A mutex that several closures hold.
  fileprivate final class Box: Sendable {
    let value = Mutex<SessionDriver?>(nil)
  }
}

/// The pipeline's thread: takes steps from the source, ticks when there are none, passes all to the recorder.
private struct PipelineStage {
  var driver: SessionDriver
  let ring: SingleProducerRing<JournalEntry>
  let desk: OperatorDesk
  let recorder: RecorderThread?
  let state: LiveState
  /// When session time was zero [ns on the clock].
  let origin: Int64
  let blockCapacity: Int

  /// Longest time without a step [ms].
  private static let tickInterval = 5

  init(
    driver: SessionDriver, ring: SingleProducerRing<JournalEntry>, desk: OperatorDesk,
    recorder: RecorderThread?, state: LiveState, origin: Int64, blockCapacity: Int
  ) {
    self.driver = driver
    self.ring = ring
    self.desk = desk
    self.recorder = recorder
    self.state = state
    self.origin = origin
    self.blockCapacity = blockCapacity
  }

  mutating func run() {
    var entry = JournalEntry(capacity: blockCapacity)
    var isOpen = true
    while isOpen {
      while let command = desk.take() {
        entry.step = command
        consume(&entry)
        desk.noteTaken()
      }
      switch ring.wait(for: .milliseconds(Self.tickInterval)) {
      case .available:
        guard ring.pop(&entry) else { continue }
      case .timedOut:
        entry.step = .tick(SampleTime(nanoseconds: MonotonicClock.now() - origin))
      case .closed:
        isOpen = false
        continue
      }
      consume(&entry)
    }
    for var last in driver.finish() { pass(&last) }
    show()
    recorder?.close()
  }

  /// Takes a step through the pipeline, and what follows from it.
  private mutating func consume(_ entry: inout JournalEntry) {
    if case .command(.marker(let sentence), _) = entry.step { state.notice(sentence) }
    let following = driver.take(&entry)
    pass(&entry)
    for var next in following { pass(&next) }
  }

  /// Hands an entry to the recorder; `entry` is then one that the recorder is done with.
  private func pass(_ entry: inout JournalEntry) {
    let isNews = !entry.lines.isEmpty || driver.counts.samples.reduce(0, +) % 64 == 0
    recorder?.push(&entry)
    entry.estimate = nil
    if isNews { show() }
  }

  private func show() {
    var status = LiveStatus(counts: driver.counts, estimate: driver.pipeline.adopted)
    status.droppedBlocks = ring.dropped
    status.unrecordedSteps = recorder?.dropped ?? 0
    state.show(status)
  }
}
