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
  let recorder: RecorderThread?
  let state: LiveState
  /// When session time was zero [ns on the clock].
  let origin: Int64
  let blockCapacity: Int

  /// What the recorder had no room for since it last had some.
  private var untold: RecordingLoss?

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
  private mutating func pass(_ entry: inout JournalEntry) {
    let isNews = !entry.events.isEmpty || driver.counts.samples.reduce(0, +) % 64 == 0
    recorder?.push(&entry, untold: &untold)
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
