internal import Devices
internal import Pipeline
internal import RealTime
internal import Recordings
internal import Signals

/// The pipeline's thread: takes steps from the source, ticks when there are none, passes all to the recorder.
struct PipelineStage {
  var driver: SessionDriver
  let ring: SingleProducerRing<JournalEntry>
  let desk: OperatorDesk
  private(set) var recorder: RecorderThread?
  let state: LiveState
  /// When session time was zero [ns on the clock].
  let origin: Int64
  let blockCapacity: Int

  /// What the recorder had no room for since it last had some.
  private var untold: RecordingLoss?
  /// When the status was last shown [ns on the session timeline].
  private var lastShown = SampleTime(nanoseconds: .min)

  /// Longest time without a step [ms].
  private static let tickInterval = 5
  /// Longest time between two shown states while steps come [ns].
  private static let showInterval: Int64 = 50_000_000

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
      state.noteProgress(MonotonicClock.now())
      while let order = desk.take() {
        switch order {
        case .step(let step):
          entry.step = step
          consume(&entry)
        case .record(let next):
          recorder?.close()
          recorder = next
          untold = nil
        }
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
    if case .block = entry.step {
      let arrival = origin + entry.block.arrival.nanoseconds
      state.latency.record(MonotonicClock.now() - arrival)
    }
    pass(&entry)
    for var next in following { pass(&next) }
  }

  /// Hands an entry to the recorder; `entry` is then one that the recorder is done with.
  private mutating func pass(_ entry: inout JournalEntry) {
    let isDue =
      !entry.events.isEmpty
      || driver.pipeline.now.nanoseconds
        >= lastShown.nanoseconds.addingReportingOverflow(Self.showInterval).partialValue
    recorder?.push(&entry, untold: &untold)
    entry.estimate = nil
    if isDue { show() }
  }

  private mutating func show() {
    lastShown = driver.pipeline.now
    state.show(
      driver.counts, estimate: driver.pipeline.adopted, droppedBlocks: ring.dropped,
      unrecordedSteps: recorder?.dropped ?? 0)
  }
}
