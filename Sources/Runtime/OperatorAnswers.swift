internal import ControllerFeed
internal import Configuration
internal import Devices
internal import Estimation
internal import Foundation
internal import Glibc
internal import Identification
internal import Musculoskeletal
internal import Pipeline
internal import RealTime
internal import Services
internal import Signals
internal import Synchronization

/// What a live session answers to its operators; called by the services' threads.
struct OperatorAnswers: Sendable {
  let assembly: SessionAssembly
  /// The session as it is by now.
  let session: SessionInForce
  let state: LiveState
  let desk: OperatorDesk
  let packets: SingleProducerRing<JournalEntry>
  let recordings: LiveRecordings
  /// What becomes of devices on USB; nil when there are none.
  let devices: HardwareSession?
  /// Where dashboards look; nil when nobody can.
  let board: DashboardBoard?
  /// Names of the feed's slots; nil when the session feeds nobody.
  let feedSchema: FeedSchema?
  /// Leads a person through a calibration when asked to.
  let calibration: LedCalibration

  /// The heaviest payload that an operator may announce [kg].
  private static let heaviestPayload = 100.0

  /// Does what `request` asks.
  func answer(_ request: OperatorRequest) -> ControlReply {
    switch request {
    case .status: .status(status)
    case .arm: arm()
    case .reload: reload()
    case .command(let command): answer(command)
    case .startRecording(let path): record { "recording to \(try recordings.begin(path: path))" }
    case .stopRecording:
      record {
        guard let path = try recordings.end() else { return nil }
        return "recorded: \(path)"
      }
    case .calibrate(let pace): calibrate(pace)
    case .stopCalibration:
      calibration.stop() ? .done("calibration stopped") : .refused("nobody is led just now")
    }
  }

  /// Begins to lead somebody through a calibration.
  private func calibrate(_ pace: CalibrationPace) -> ControlReply {
    guard let path = recordings.current?.path else {
      return .refused(
        "nothing is recorded, and a calibration is judged by its recording; "
          + "begin one with diffmsm record start")
    }
    guard (1...10).contains(pace.repeats ?? 1), (0...60).contains(pace.pause ?? 0),
      (1...60).contains(pace.contraction ?? 1)
    else {
      return .refused(
        "a calibration has 1 to 10 contractions of 1 to 60 s and pauses of at most 60 s")
    }
    var timing = CalibrationProtocol.Timing()
    timing.pause = pace.pause ?? timing.pause
    timing.contraction = pace.contraction ?? timing.contraction
    timing.repeats = pace.repeats ?? timing.repeats
    let plan = CalibrationProtocol(
      assembly.configuration, skeleton: assembly.model.limb.skeleton, timing: timing)
    guard
      calibration.begin(
        plan, recording: URL(fileURLWithPath: path).standardizedFileURL.path)
    else { return .refused("somebody is led through a calibration already") }
    return .done("\(plan.steps.count) tasks, \(fixed(plan.duration, 0)) s; recorded to \(path)")
  }

  /// The reply to a change of recordings: what `change` says, or why not; nil when nothing is recorded.
  private func record(_ change: () throws -> String?) -> ControlReply {
    do {
      guard let done = try change() else { return .refused("no recording is being made") }
      return .done(done)
    } catch {
      return .refused("\(error)")
    }
  }

  /// Reads the session file anew.
  private func reload() -> ControlReply {
    let outcome: SessionInForce.Outcome
    do {
      outcome = try session.reload(isArmed: state.status.feed?.isArmed == true) { changes in
        switch desk.give(.reload(changes)) {
        case .taken: desk.objections
        case .closed: ["the session has not begun, or is over"]
        case .late: ["the pipeline is behind and has not answered; ask again"]
        }
      }
    } catch let error as ConfigurationError {
      state.notice(
        "reload: the session file has \(error.problems.count) mistakes; nothing was changed")
      return .misread(error.problems.map(\.description))
    } catch {
      return .refused("\(error)")
    }
    let parts = [
      ("taken", outcome.taken),
      ("waits until the feed is disarmed, then reload again", outcome.waiting),
      ("needs a restart", outcome.needsRestart),
    ]
    let lines = parts.flatMap { words, sentences in sentences.map { "- \(words): \($0)" } }
    let file = assembly.configuration.file
    let summary =
      lines.isEmpty
      ? "reloaded \(file): nothing new"
      : "reloaded \(file): \(outcome.taken.count) taken, \(outcome.waiting.count) waiting, "
        + "\(outcome.needsRestart.count) after a restart"
    state.notice(summary)
    var reply = ControlReply.done(([summary] + lines).joined(separator: "\n"))
    reply.reload = ControlReply.Reload(
      taken: outcome.taken, waiting: outcome.waiting, needsRestart: outcome.needsRestart)
    return reply
  }

  /// Arms the feed, or says everything that speaks against it.
  private func arm() -> ControlReply {
    let outside = outsideObjections
    guard assembly.configuration.feed != nil else {
      return .refused(outside.joined(separator: "\n"))
    }
    let reply = answer(.arm(objections: outside))
    guard reply.isDone else { return reply }
    let objections = desk.objections
    return objections.isEmpty
      ? reply : .refused("the feed stays disarmed:\n- " + objections.joined(separator: "\n- "))
  }

  /// What speaks against arming outside the pipeline, a sentence each.
  private var outsideObjections: [String] {
    ArmingConditions(
      configuration: session.configuration, recording: recordings.current?.path,
      lostSteps: recordings.current?.recorder.dropped ?? 0,
      end: recordings.current?.recorder.end?.reason,
      serials: devices?.serials(of: assembly.configuration) ?? [:], date: Date()
    ).objections
  }

  private func answer(_ command: SessionCommand) -> ControlReply {
    let done: String
    switch command {
    case .marker(let text):
      guard !text.isEmpty, text.utf8.count <= 1000, !text.contains(where: \.isNewline) else {
        return .refused("a marker is one line of 1 to 1000 bytes")
      }
      done = "marked: \(text)"
    case .payload(let kilograms):
      guard assembly.configuration.payload != nil else {
        return .refused(
          "the session file has no payload section, so nobody knows where a payload is held; "
            + "add one and start again")
      }
      guard kilograms > 0, kilograms <= Self.heaviestPayload else {
        return .refused(
          "a payload weighs more than 0 and at most \(plain(Self.heaviestPayload)) kg; "
            + "one that is put down is \"payload off\"")
      }
      done = "payload: \(plain(kilograms)) kg"
    case .payloadOff:
      guard assembly.configuration.payload != nil else {
        return .refused("the session file has no payload section")
      }
      done = "payload: off"
    case .externalTorque:
      return .refused("a worn device tells its torque through feed.interaction")
    case .reload: return reload()
    case .arm: done = "armed"
    case .disarm:
      guard assembly.configuration.feed != nil else {
        return .refused("the session has no feed, and nothing is armed")
      }
      done = "disarmed"
    }
    switch desk.give(command) {
    case .taken(let time): return .done(done, at: time.seconds(since: SampleTime(nanoseconds: 0)))
    case .closed: return .refused("the session has not begun, or is over")
    case .late:
      return .refused("the pipeline is behind; the command waits and will take effect late")
    }
  }

  /// How the session is getting on.
  var status: DaemonStatus {
    let live = state.status
    let counts = live.counts
    let configuration = assembly.configuration
    var status = DaemonStatus(
      session: ConfigurationText(path: configuration.file, text: "").name,
      subject: configuration.subjectCode, process: getpid(), version: softwareVersion)
    status.time = counts.time
    status.streams = assembly.pipeline.streams.indices.map { index in
      let stream = assembly.pipeline.streams[index]
      var view = DaemonStatus.Stream(
        name: stream.name, samples: counts.samples[index], nominalRate: stream.nominalRate)
      view.show(counts.clocks[index])
      return view
    }
    status.gaps = counts.gaps
    status.lostSamples = counts.lostSamples
    status.isInputLost = counts.isInputLost
    status.windows = counts.windows
    status.skippedWindows = counts.skipped
    status.adopted = counts.adopted
    status.refused = counts.refused
    status.estimate = live.estimate.map { estimate in
      DaemonStatus.Estimate(
        window: estimate.window, scale: estimate.scale.rawValue,
        identified: estimate.status.count { $0 == .identified }, unknowns: estimate.status.count)
    }
    status.recording = DaemonStatus.Recording(
      path: recordings.current?.path, lostSteps: recordings.lostSteps)
    status.feed = live.feed?.mode ?? "disarmed"
    status.feedState = live.feed?.words
    if let feed = live.feed, !feed.isArmed, let feedSchema {
      status.armRefusals = feed.objections(feedSchema).map(\.sentence) + outsideObjections
      if feed.state == .fault { status.armRefusals.insert(ArmingObjection.fault.sentence, at: 0) }
    }
    status.sinceProgress = Double(state.timeSinceProgress) / 1e9
    let latency = state.latency.snapshot()
    status.latency = latency.count > 0 ? DaemonStatus.Latency(latency) : nil
    let setup = state.setup.withLock { $0 }
    status.threads = setup.threads.map {
      DaemonStatus.Thread(name: $0.name, scheduling: $0.scheduling.words)
    }
    status.memoryLock = setup.memory?.words ?? status.memoryLock
    status.web = setup.web
    status.calibration = calibration.progress
    status.dashboard = board?.audience ?? status.dashboard
    status.cutOffClients = state.cutOffClients.load(ordering: .relaxed)
    status.needsRestart = session.needsRestart
    status.rings = [
      DaemonStatus.Ring(
        name: "source to pipeline", capacity: packets.capacity, pushed: packets.pushed,
        dropped: packets.dropped, whenFull: "the newest block is dropped and makes a gap")
    ]
    status.rings.append(
      DaemonStatus.Ring(
        name: "pipeline to estimator", capacity: 1, pushed: counts.windows - counts.skipped,
        dropped: counts.skipped, whenFull: "the window is skipped"))
    if let recorder = recordings.current?.recorder {
      status.rings.append(
        DaemonStatus.Ring(
          name: "pipeline to recorder", capacity: recorder.capacity, pushed: recorder.pushed,
          dropped: recorder.dropped, whenFull: "the recording is incomplete"))
    }
    return status
  }
}
