internal import ControllerFeed
internal import Devices
internal import Pipeline
internal import RealTime
internal import Recordings
internal import Signals

/// The pipeline's thread: takes steps from the source, ticks when there are none, passes all to the recorder.
struct PipelineStage: ~Copyable {
  var driver: SessionDriver
  let ring: SingleProducerRing<JournalEntry>
  let desk: OperatorDesk
  private(set) var recorder: RecorderThread?
  let state: LiveState
  /// When session time was zero [ns on the clock].
  let origin: Int64
  let blockCapacity: Int
  /// Sends what the feed says; nil when the session feeds nobody.
  let publisher: FeedPublisher?
  /// What a worn device tells; nil where none does.
  let inlet: InteractionInlet?

  /// What bridges read; nil where there are none.
  private var monitor: MonitorTap?
  /// What dashboards see; nil where nobody can look.
  private var tap: DashboardTap?
  /// What the recorder had no room for since it last had some.
  private var untold: RecordingLoss?
  /// When the status was last shown [ns on the session timeline].
  private var lastShown = SampleTime(nanoseconds: .min)

  /// The entry of a tick that goes before a late step, or of a command that the stage gives itself; nil while it is on
  /// its way.
  private var spare: JournalEntry?
  /// The entry that is given for one that follows; nil while it is on its way.
  private var follower: JournalEntry?
  /// Longest time without a step [ms].
  private var tickInterval: Int {
    min(5, max(1, Int((driver.feed?.plan.statePeriod ?? 1) * 1000)))
  }
  /// How far behind the clock steps may be before a feed is told so [ns].
  private static let lateness: Int64 = 20_000_000
  /// Longest time between two shown states while steps come [ns].
  private static let showInterval: Int64 = 50_000_000

  init(
    driver: SessionDriver, ring: SingleProducerRing<JournalEntry>, desk: OperatorDesk,
    recorder: RecorderThread?, state: LiveState, origin: Int64, blockCapacity: Int,
    publisher: FeedPublisher? = nil, inlet: InteractionInlet? = nil, tap: DashboardTap? = nil,
    monitor: consuming MonitorTap? = nil
  ) {
    self.monitor = monitor
    self.publisher = publisher
    self.inlet = inlet
    self.tap = tap
    spare = JournalEntry(capacity: blockCapacity)
    follower = JournalEntry(capacity: blockCapacity)
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
          next?.begin(driver.state)
          recorder = next
          untold = nil
        }
        desk.noteTaken(objections: driver.feed?.objections ?? [])
      }
      while let told = inlet?.take() {
        entry.step = .command(
          .externalTorque(told.torque), at: SampleTime(nanoseconds: told.time - origin))
        consume(&entry)
      }
      switch ring.wait(for: .milliseconds(tickInterval)) {
      case .available:
        noteLateness()
        guard ring.pop(&entry) else { continue }
      case .timedOut:
        entry.step = .tick(SampleTime(nanoseconds: MonotonicClock.now() - origin))
      case .closed:
        isOpen = false
        continue
      }
      consume(&entry)
      watchRecording()
    }
    driver.finish()
    passFollowing()
    if let feed = driver.feed { publisher?.close(feed, origin: origin) }
    show()
    recorder?.close()
  }

  /// Tells a feed what time it is where the steps that wait are older than that, as after a stop of the program.
  private mutating func noteLateness() {
    guard driver.feed != nil else { return }
    let now = MonotonicClock.now() - origin
    guard now - driver.pipeline.now.nanoseconds > Self.lateness else { return }
    guard var entry = spare.take() else { return }
    entry.step = .tick(SampleTime(nanoseconds: now))
    consume(&entry)
    spare = entry
  }

  /// Disarms a feed whose recording is not whole any more.
  private mutating func watchRecording() {
    guard driver.feed?.isArmed == true, recorder?.isWhole != true else { return }
    state.notice("feed: disarmed, because the session is not recorded whole any more")
    guard var entry = spare.take() else { return }
    entry.step = .command(.disarm, at: driver.pipeline.now)
    consume(&entry)
    spare = entry
  }

  /// Takes a step through the pipeline, and what follows from it.
  ///
  /// In steady state nothing is allocated or freed here.
  mutating func consume(_ entry: inout JournalEntry) {
    if case .command(.marker(let sentence), _) = entry.step { state.notice(sentence) }
    driver.take(&entry)
    if let publisher, let feed = driver.feed { publisher.publish(feed, origin: origin) }
    if case .block = entry.step {
      let arrival = origin + entry.block.arrival.nanoseconds
      state.latency.record(MonotonicClock.now() - arrival)
    }
    if monitor != nil { tell(entry) }
    if tap != nil { look(entry) }
    pass(&entry)
    passFollowing()
  }

  /// Hands the entries that follow from the last step to the recorder.
  private mutating func passFollowing() {
    guard var entry = follower.take() else { return }
    while driver.takeFollowing(&entry) { pass(&entry) }
    follower = entry
  }

  /// Leaves what bridges read.
  private mutating func tell(_ entry: borrowing JournalEntry) {
    let isBlock = if case .block = entry.step { true } else { false }
    monitor?.take(entry.block, isBlock: isBlock, of: driver.pipeline)
  }

  /// Leaves what dashboards draw.
  private mutating func look(_ entry: borrowing JournalEntry) {
    if case .block = entry.step { tap?.take(entry.block) }
    tap?.tick(driver.pipeline)
    tap?.leave(driver.latestWindow)
  }

  /// Hands an entry to the recorder; `entry` is then one that the recorder is done with.
  private mutating func pass(_ entry: inout JournalEntry) {
    let isDue =
      !entry.events.isEmpty
      || driver.pipeline.now.nanoseconds
        >= lastShown.nanoseconds.addingReportingOverflow(Self.showInterval).partialValue
    recorder?.push(&entry, untold: &untold)
    // what came back is empty; what found no room is let go of
    entry.clear()
    if isDue { show() }
  }

  private mutating func show() {
    lastShown = driver.pipeline.now
    let isShown = state.show(
      driver.counts, estimate: driver.pipeline.adopted, droppedBlocks: ring.dropped,
      unrecordedSteps: recorder?.dropped ?? 0, feed: driver.feed?.summary)
    if isShown { driver.noteShown() }
  }
}
