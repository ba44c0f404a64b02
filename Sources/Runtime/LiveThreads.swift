internal import ControllerFeed
internal import Estimation
internal import Pipeline
internal import RealTime
internal import Recordings
internal import Synchronization

/// The threads of a live session, from start to join.
struct LiveThreads {
  let state: LiveState
  private let source: WorkerThread
  private let pipeline: WorkerThread
  private let finalDriver: Mutex<SessionDriver?>.Box

  /// Blocks between source and pipeline; at 8 ms a block, two seconds [1].
  static let queue = 256

  /// Starts everything; the source's time is zero now, which `source` gets on its own thread [ns on the clock].
  init(
    assembly: SessionAssembly, state: LiveState, desk: OperatorDesk,
    ring: SingleProducerRing<JournalEntry>, recorder: RecorderThread?,
    blockCapacity capacity: Int, sourcePriority: Int?, publisher: FeedPublisher?,
    inlet: InteractionInlet? = nil, intake: DashboardIntake? = nil,
    source: @escaping @Sendable (SourcePump, Int64) -> Void
  ) throws {
    var driver = SessionDriver(
      assembly.pipeline,
      estimation: .concurrent(
        try EstimatorThread(
          EstimatorWorker(assembly.estimator), blank: assembly.pipeline.blankWindow)),
      blockCapacity: capacity, feed: assembly.feedStage)
    driver.resume(assembly.resume?.adopted)
    let box = Mutex<SessionDriver?>.Box()
    // handed over once, to the pipeline's thread
    let monitor = Mutex(try assembly.monitorRing())
    let origin = MonotonicClock.now()
    pipeline = try WorkerThread(name: "pipeline", realTimePriority: 20) {
      var stage = PipelineStage(
        driver: driver, ring: ring, desk: desk, recorder: recorder, state: state, origin: origin,
        blockCapacity: capacity, publisher: publisher, inlet: inlet,
        tap: intake.map { DashboardTap(assembly.pipeline, intake: $0) },
        monitor: MonitorTap(
          monitor.withLock { $0.take() }, streams: assembly.pipeline.streams, origin: origin))
      stage.run()
      desk.close()
      box.value.withLock { $0 = stage.driver }
      state.isFinished.store(true, ordering: .releasing)
    }
    do {
      self.source = try WorkerThread(name: "source", realTimePriority: sourcePriority) {
        source(SourcePump(ring: ring, state: state), origin)
      }
    } catch {
      ring.close()
      pipeline.join()
      throw error
    }
    let threads = [self.source, pipeline]
    state.setup.withLock { $0.threads = threads }
    desk.open(origin: origin)
    self.state = state
    finalDriver = box
  }

  /// Waits for all threads and returns the driver as it ended.
  func join() -> SessionDriver {
    source.join()
    pipeline.join()
    guard let driver = finalDriver.value.withLock({ $0 }) else {
      preconditionFailure("the pipeline's thread leaves its driver behind")
    }
    return driver
  }
}

extension Mutex where Value == SessionDriver? {
  /// A mutex that several closures hold.
  fileprivate final class Box: Sendable {
    let value = Mutex<SessionDriver?>(nil)
  }
}
