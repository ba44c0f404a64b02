public import Configuration
public import Estimation
internal import Identification
internal import Musculoskeletal
internal import Simulation

/// Leads a person through a calibration while a session runs: announces, marks, and ends it.
///
/// It goes by the session's time: two seconds after every stream has spoken the first announcement
/// comes. Belongs to the main thread.
public struct CalibrationGuide: Sendable {
  /// What is asked for when.
  let plan: CalibrationProtocol
  /// What the person is told, line by line.
  let say: @Sendable (String) -> Void
  /// True once everything was done.
  public private(set) var isFinished = false

  /// When the protocol began [s of the session].
  private var beginning: Double?
  /// The step that is announced or done next (index into the plan's steps).
  private var next = 0
  /// True when it was announced.
  private var isAnnounced = false
  /// True while it is done.
  private var isRunning = false

  /// From the moment when every stream speaks to the first announcement [s].
  static let settling = 2.0

  /// A guide through `plan`.
  init(_ plan: CalibrationProtocol, say: @escaping @Sendable (String) -> Void) {
    self.plan = plan
    self.say = say
  }

  /// Goes on at `time` of the session [s].
  ///
  /// - Parameters:
  ///   - isStreaming: true when every stream has delivered.
  ///   - mark: puts a marker into the session.
  mutating func advance(time: Double, isStreaming: Bool, mark: (String) -> Void) {
    guard let beginning else {
      guard isStreaming, time >= Self.settling else { return }
      // whoever was there from the start is asked at a moment that is known before
      self.beginning = time < 1.5 * Self.settling ? Self.settling : time + Self.settling
      return
    }
    guard !isFinished else { return }
    let elapsed = time - beginning
    let step = plan.steps[next]
    if !isAnnounced, elapsed >= step.start - plan.pause {
      isAnnounced = true
      say("in \(seconds(step.start - elapsed)) s: \(step.prompt)")
    }
    if !isRunning, elapsed >= step.start {
      isRunning = true
      mark(step.marker)
      say("now, for \(seconds(step.end - elapsed)) s: \(step.prompt)")
    }
    guard elapsed >= step.end else { return }
    mark("end")
    say("done")
    (isAnnounced, isRunning) = (false, false)
    next += 1
    isFinished = next == plan.steps.count
  }

  private func seconds(_ value: Double) -> String {
    let text = fixed(max(value, 0), 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// What a virtual subject does when it is asked, by the session's time.
  func tasks(of configuration: SessionConfiguration) -> [CalibrationTask] {
    plan.steps.map { step in
      let kind: CalibrationTask.Kind =
        switch step.kind {
        case .rest, .pose: .still
        case .contraction(let signal): .contract(muscles: configuration.emg[signal].muscles)
        case .movement(let coordinate): .move(coordinate: coordinate)
        }
      return CalibrationTask(
        kind: kind, start: Self.settling + step.start, end: Self.settling + step.end)
    }
  }
}

/// A calibration on a live session: the person is led, recorded, and then judged as a recording is.
public struct GuidedCalibration: Sendable {
  /// The session that says which channel is what.
  public var configuration: SessionConfiguration
  /// Where the recording goes.
  public var recording: String
  /// Whether an existing recording may be replaced.
  public var overwrite = false
  /// How long things take.
  public var timing = CalibrationProtocol.Timing()
  /// The virtual subject's seed; nil takes the session file's [1].
  public var seed: UInt64?

  /// A calibration that has not begun.
  public init(_ configuration: SessionConfiguration, recording: String) {
    self.configuration = configuration
    self.recording = recording
  }

  /// Sets the pace where it is not the usual one [s, s, 1].
  public mutating func setPace(pause: Double?, contraction: Double?, repeats: Int) {
    timing.pause = pause ?? timing.pause
    timing.contraction = contraction ?? timing.contraction
    timing.repeats = repeats
  }

  /// Leads, records and judges; false when it was stopped before its end.
  ///
  /// - Parameters:
  ///   - services: what the session offers operators meanwhile.
  ///   - say: what the person is told.
  public func run(
    services: ServiceOptions = ServiceOptions(), say: @escaping @Sendable (String) -> Void
  ) throws -> (text: String?, refusals: [String])? {
    let limb = try SessionAssembly.limb(of: configuration)
    let plan = CalibrationProtocol(configuration, skeleton: limb.skeleton, timing: timing)
    say("\(plan.steps.count) tasks, \(fixed(plan.duration, 0)) s; recorded to \(recording)")
    var live = LiveRun(configuration, seed: seed, recording: recording, overwrite: overwrite)
    live.services = services
    live.guide = CalibrationGuide(plan, say: say)
    // markers come back as notices, and the person has heard them already
    let markers = Set(plan.steps.map(\.marker) + ["end"])
    let summary = try live.run(reportEvery: 250) { _, status in
      status.notices.filter { !markers.contains($0) }.forEach(say)
    }
    if let fault = summary.recordingFault { throw fault }
    guard summary.isGuideFinished else { return nil }
    return try CalibrationRun(recording, configuration: configuration).run()
  }
}
