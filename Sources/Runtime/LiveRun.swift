public import Configuration
internal import ControllerFeed
internal import Devices
internal import Foundation
internal import Estimation
internal import Identification
internal import Pipeline
internal import RealTime
internal import Recordings
internal import Services
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
  /// The recording whose end is this session's beginning, by path; nil begins with the prior.
  public var continuing: String?
  /// Where what it learns is kept against a crash, by path; nil keeps nothing.
  public var stateFile: String?
  /// What it offers to operators meanwhile.
  public var services = ServiceOptions()
  /// Leads a person through a calibration and then ends the session; nil in others.
  var guide: CalibrationGuide?
  /// Whether memory is locked, where the system permits it.
  public var isRealTime = false

  /// SCHED_FIFO priority of the thread that decodes packets: above the pipeline's, below libusb's [1].
  private static let sourcePriority = 25

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
      ? try VirtualSession(
        configuration, duration: duration ?? .infinity, seed: seed,
        tasks: guide?.tasks(of: configuration) ?? []) : nil
    let streams = hardware?.streams ?? virtual?.board.streams ?? []
    let capacity = hardware?.blockCapacity ?? virtual?.board.blockCapacity ?? 1
    let fresh = try SessionAssembly(configuration, streams: streams)
    let names = fresh.model.parameters.free.map(\.name)
    var kept = stateFile.map { StateFile($0, session: configuration) }
    let restart =
      try continuing.map { try SessionRestart(fresh, continuing: $0) }
      ?? SessionRestart(fresh, after: kept?.left(for: names))
    let assembly = restart.assembly
    let recording = recording.map { restart.recording($0) }
    let truth = virtual?.truth ?? [:]
    let state = LiveState(
      LiveStatus(counts: SessionCounts(streams: assembly.pipeline.streams.count)))
    let desk = OperatorDesk()
    let led = LedCalibration(notice: state.notice)
    let ring = SingleProducerRing<JournalEntry>(capacity: LiveThreads.queue) {
      JournalEntry(capacity: capacity)
    }
    let session = SessionInForce(configuration)
    let recordings = LiveRecordings(
      assembly, session: session, truth: truth, blockCapacity: capacity, state: state, desk: desk)
    let dashboard =
      services.web == .off ? nil : DashboardThread(assembly.pipeline, state: state)
    let answers = OperatorAnswers(
      assembly: assembly, session: session, state: state, desk: desk, packets: ring,
      recordings: recordings, devices: hardware, board: dashboard?.board,
      feedSchema: assembly.feedSchema, calibration: led)
    try dashboard?.start(
      assembly, truth: truth, isControllable: services.token != nil, status: { answers.status })
    defer { dashboard?.stop() }
    var services = try LiveServices(services, answers: answers, dashboard: dashboard)
    defer { services.close() }
    services.notices.forEach(state.notice)
    assembly.unalignedJoints.forEach(state.notice)
    let memory = isRealTime ? MemoryLock.lockAll() : nil
    defer { if memory == .locked { MemoryLock.unlockAll() } }
    state.setup.withLock { [web = services.webAddress] setup in
      setup.memory = memory
      setup.web = web
    }
    let recorder = try recording.map { try recordings.open(path: $0, overwrite: overwrite) }
    defer { recordings.finish() }
    do {
      try kept?.begin(
        assembly.resume ?? ResumeState(prior: assembly.model.parameters), recording: recording)
    } catch {
      // the session is worth more than its insurance
      state.notice("\(error)")
      kept = nil
    }
    let publisher = try assembly.feedPublisher()
    let inlet = try publisher.flatMap {
      try assembly.interactionInlet(session: $0.session, notice: state.notice)
    }
    defer { inlet?.stop() }
    let threads = try LiveThreads(
      assembly: assembly, state: state, desk: desk, ring: ring, recorder: recorder,
      blockCapacity: capacity, sourcePriority: hardware == nil ? nil : Self.sourcePriority,
      publisher: publisher, inlet: inlet, intake: dashboard?.intake
    ) {
      if let hardware {
        var source = hardware.source(origin: $1)
        $0.pump(&source)
        source.close()
      } else if let virtual {
        var source = PacedSource(virtual.board, origin: $1)
        $0.pump(&source)
      }
    }
    state.setup.withLock { $0 }.refusals.forEach(state.notice)
    // as a marker it is in the log, on the dashboard and in the recording, where a replay repeats it
    if let sentence = restart.sentence { _ = desk.give(.marker(sentence)) }
    let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
    notifier.tell(.ready)
    var heartbeat = ServiceHeartbeat(notifier)
    var guide = guide
    let deadline = hardware == nil ? nil : duration.map { MonotonicClock.now() + Int64($0 * 1e9) }
    while !threads.state.isFinished.load(ordering: .acquiring) {
      var waited = 0
      while waited < interval, !threads.state.isFinished.load(ordering: .acquiring) {
        switch signals.wait(milliseconds: 50) {
        case .stop:
          notifier.tell(.stopping)
          threads.state.isStopping.store(true, ordering: .relaxed)
        case .rotate: rotate(recordings, state)
        case nil: break
        }
        heartbeat.beat(state)
        if lead(&guide, led, state, desk) {
          threads.state.isStopping.store(true, ordering: .relaxed)
        }
        if let deadline, MonotonicClock.now() >= deadline {
          threads.state.isStopping.store(true, ordering: .relaxed)
        }
        waited += 50
      }
      var status = threads.state.status
      status.notices = threads.state.takeNotices()
      dashboard?.notice(status.notices)
      report(assembly, status)
      do {
        let hasAnchor = status.counts.hasAnchor || assembly.resume?.hasAnchor == true
        try kept?.keep(
          status.estimate, parameterNames: names, hasAnchor: hasAnchor,
          recording: recordings.current?.path)
      } catch {
        state.notice("\(error)")
        kept = nil
      }
    }
    notifier.tell(.stopping)
    let last = recordings.current
    let driver = threads.join()
    recordings.finish()
    kept?.remove()
    if let failure = threads.state.failure { throw failure }
    var summary = SessionSummary(assembly, driver: driver, truth: truth, recording: last?.path)
    summary.isGuideFinished = guide?.isFinished ?? false
    summary.recordingEnd = last?.recorder.end
    summary.unrecordedSteps = recordings.lostSteps
    summary.deviceLines = hardware?.reports.reports.map(\.line) ?? []
    return summary
  }

  /// Leads a person on; true when the session's own guide is done.
  private func lead(
    _ guide: inout CalibrationGuide?, _ led: LedCalibration, _ state: LiveState,
    _ desk: OperatorDesk
  ) -> Bool {
    guard let time = desk.time else { return false }
    let isStreaming = state.status.counts.samples.allSatisfy { $0 > 0 }
    led.advance(time: time, isStreaming: isStreaming) { _ = desk.give(.marker($0)) }
    guide?.advance(time: time, isStreaming: isStreaming) { _ = desk.give(.marker($0)) }
    return guide?.isFinished == true
  }

  /// Goes on in a new recording, and says so.
  private func rotate(_ recordings: LiveRecordings, _ state: LiveState) {
    do {
      let path = try recordings.rotate()
      state.notice(path.map { "recording goes on in \($0)" } ?? "no recording is being made")
    } catch {
      state.notice("recording cannot go on in a new file: \(error)")
    }
  }
}
