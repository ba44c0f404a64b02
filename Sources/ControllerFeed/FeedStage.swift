public import Devices
public import Identification
public import Pipeline
public import Signals

/// The feed of one session as a pure stage: steps of the pipeline in, messages and events out.
///
/// Depends on what the pipeline was told and on nothing else, so a replay repeats every event. Once it has told some
/// events, `advance` and `deliver` allocate nothing, unless the distribution of a body's mass is unknown.
public struct FeedStage: Sendable {
  /// What is fed.
  public private(set) var plan: FeedPlan
  /// The state as it may leave now; times are the session's, and sequence and send time the sender's business.
  public private(set) var state: StateMessage
  /// The parameters as they may leave now.
  public private(set) var parameters: ParametersMessage
  /// True when the state ought to be sent: there was a new sample, or the last was sent too long ago.
  public private(set) var isStateDue = false
  /// True when the parameters ought to be sent.
  public private(set) var areParametersDue = false
  /// Why the latest wish to arm was refused; empty when it was not.
  public private(set) var objections: [String] = []

  private var estimator: TorqueEstimator
  private var watch: FeedWatch
  private var parameterGate: ParameterGate
  private var torqueGate: TorqueGate
  private var arming: Arming
  private var situation = FeedSituation()
  private var isLatestCrossChecked = false
  private var events: [Event] = []
  /// Where an estimate is made one that is fed.
  private var candidate: ParameterCandidate
  /// What is said when the value of a slot is not finite, or out of bounds (slots).
  private let refusalWords: [(notFinite: String, outOfBounds: String)]
  private var lastAdvance: SampleTime?
  private var lastState: SampleTime?
  private var lastParameters: SampleTime?
  private var sentGeneration: UInt32 = 0
  /// What the last event told.
  private var told: Told?
  /// Torques as they are known (slots) [N·m].
  private var estimate: [Double]
  /// Their deviations (slots) [N·m].
  private var deviation: [Double]

  /// What an event tells of state and mode.
  fileprivate struct Told {
    var state: FeedState
    var isArmed: Bool
    var reasons: HoldReasons
  }

  /// A stage that has seen nothing; disarmed.
  public init(_ plan: FeedPlan, pipeline: PipelineConfiguration) {
    self.plan = plan
    state = StateMessage(
      coordinates: plan.coordinates.count, muscles: plan.schema.muscles.count)
    parameters = ParametersMessage(count: plan.parameters.count)
    estimator = TorqueEstimator(plan.model, spacing: 0.5 * pipeline.step)
    watch = FeedWatch(limits: plan.limits)
    parameterGate = ParameterGate(limits: plan.limits, start: plan.start)
    torqueGate = TorqueGate(limits: plan.limits)
    arming = Arming(holdLimit: plan.limits.holdLimit)
    candidate = plan.start
    refusalWords = plan.schema.parameters.map {
      ("\($0.name) is not finite", "\($0.name) is out of bounds")
    }
    estimate = Array(repeating: 0, count: plan.coordinates.count)
    deviation = estimate
    let schema = plan.schema.hash
    state.header.schema = schema
    parameters.header.schema = schema
    fillParameters()
  }

  /// True while an operator's `arm` is in force.
  public var isArmed: Bool { arming.isArmed }

  /// What a status line tells.
  public var summary: FeedSummary {
    let worst = parameterGate.leastSure
    return FeedSummary(
      isArmed: arming.isArmed, state: state.header.state, reasons: torqueGate.reasons,
      isHeld: torqueGate.isHeld, hasParameters: parameterGate.generation > 0,
      isCrossChecked: isLatestCrossChecked, leastSure: worst?.slot, excess: worst?.excess ?? 0)
  }

  /// Takes what the pipeline made of its latest step.
  public mutating func advance(_ pipeline: borrowing Pipeline) {
    let now = pipeline.now
    let seconds = lastAdvance.map { max(now.seconds(since: $0), 0) } ?? 0
    lastAdvance = now
    for index in 0..<pipeline.freshFrameCount { take(pipeline.freshFrame(index)) }
    situation.now = now
    situation.isInputLost = pipeline.isInputLost
    situation.clockAnchors = pipeline.clockAnchors
    situation.generation = parameterGate.generation
    situation.isInteractionUnknown =
      plan.isDeviceWorn && !plan.isInteractionMeasured || pipeline.isExternalTorqueUnknown
    let outside = watch.reasons(situation)
    torqueGate.advance(seconds, estimate: estimate, deviation: deviation, outside: outside)
    arming.advance(seconds, reasons: torqueGate.reasons)
    parameterGate.advance(seconds)
    fillState(payload: pipeline.frame.payload)
    fillParameters()
    tellChanges(at: now)
    isStateDue =
      pipeline.freshFrameCount > 0
      || lastState.map { now.seconds(since: $0) >= plan.statePeriod } ?? true
    if isStateDue { lastState = now }
    areParametersDue =
      parameterGate.generation != sentGeneration
      || lastParameters.map { now.seconds(since: $0) >= plan.parametersPeriod } ?? true
    if areParametersDue {
      lastParameters = now
      sentGeneration = parameterGate.generation
    }
  }

  /// Takes an estimate with the adoption policy's verdict, as the pipeline got it at `time`.
  public mutating func deliver(
    _ estimate: ParameterEstimate, refusal: AdoptionPolicy.Refusal?, at time: SampleTime
  ) {
    situation.lastEstimate = time
    isLatestCrossChecked = estimate.crossCheck?.passed == true
    guard refusal == nil else {
      situation.refusals += 1
      return
    }
    let reason: String?
    if plan.fill(&candidate, from: estimate) {
      reason = parameterGate.offer(candidate).map { words(of: $0) }
    } else {
      reason = "the estimate has no finite covariance"
    }
    if let reason {
      situation.refusals += 1
      events.append(.parametersRefused(window: estimate.window, reason: reason, at: time))
      return
    }
    situation.refusals = 0
    estimator.use(theta: estimate.theta, covariance: estimate.covariance)
    events.append(
      .parametersAccepted(
        window: estimate.window, generation: Int(parameterGate.generation), at: time))
  }

  /// Does what an operator commands at `time`, when it concerns the feed.
  public mutating func obey(_ command: SessionCommand, at time: SampleTime) {
    switch command {
    case .arm(let outside):
      let refused = arming.arm(
        summary.objections(plan.schema) + outside.map { .outside($0) })
      objections = refused.map(\.sentence)
      if !refused.isEmpty { events.append(.armingRefused(reasons: objections, at: time)) }
    case .disarm: arming.disarm()
    case .reload(let changes): take(changes, at: time)
    case .payload, .payloadOff, .externalTorque, .marker: break
    }
  }

  /// Takes what the session file says anew, unless controllers act on what it said before.
  private mutating func take(_ changes: [SettingChange], at time: SampleTime) {
    objections = []
    var changed = plan
    let concern = changes.filter { changed.take($0) }
    guard !concern.isEmpty else { return }
    guard !arming.isArmed else {
      objections = ["the feed is armed; disarm it and reload"]
      events.append(.settingsRefused(keys: concern.map(\.key), at: time))
      return
    }
    plan = changed
    useLimits()
  }

  /// Gives the plan's limits to who watches them.
  private mutating func useLimits() {
    watch.limits = plan.limits
    parameterGate.limits = plan.limits
    torqueGate.limits = plan.limits
    arming.holdLimit = plan.limits.holdLimit
  }

  /// The events since the last call, in order.
  public mutating func takeEvents() -> [Event] {
    if events.isEmpty { return [] }
    defer { events.removeAll(keepingCapacity: true) }
    return events
  }

  /// Adds the events since the last call to `target`, in order; allocates nothing where that has room.
  public mutating func moveEvents(to target: inout [Event]) {
    // by index: an unspecialised iterator allocates
    for index in events.indices { target.append(events[index]) }
    events.removeAll(keepingCapacity: true)
  }

  private func words(of refusal: ParameterGate.Refusal) -> String {
    switch refusal {
    case .notFinite(let slot): refusalWords[slot].notFinite
    case .outOfBounds(let slot): refusalWords[slot].outOfBounds
    case .notCrossChecked: "the independent integrator did not agree"
    case .scaleUnknown: "the scale of forces is not sure enough"
    }
  }

  private mutating func take(_ frame: Frame) {
    estimator.advance(frame)
    situation.frame = frame.time
    situation.isFrameValid = frame.isValid && estimator.isReady
    guard situation.isFrameValid else { return }
    var quality: QualityFlags = []
    for index in frame.quality.indices { quality.formUnion(frame.quality[index]) }
    situation.quality = quality
    for slot in plan.coordinates.indices {
      estimate[slot] = estimator.torque[plan.coordinates[slot]]
      deviation[slot] = estimator.deviation[plan.coordinates[slot]]
    }
  }

  private var feedState: FeedState {
    if arming.isFaulty { return .fault }
    if situation.frame == nil { return .starting }
    if parameterGate.generation == 0 { return .acquiring }
    if torqueGate.isHeld { return .hold }
    return parameterGate.isConverged ? .converged : .identifying
  }

  private var flags: FeedFlags {
    var flags: FeedFlags = arming.isArmed ? .armed : .shadow
    if torqueGate.isFading { flags.insert(.fading) }
    let accepted = parameterGate.accepted
    if accepted.scale == .newtons { flags.insert(.newtons) }
    if accepted.scale == .priorLimited { flags.insert(.priorLimited) }
    if accepted.isCrossChecked { flags.insert(.crossChecked) }
    if plan.muscles == .forces { flags.insert(.muscleForces) }
    if plan.isInteractionMeasured { flags.insert(.interactionKnown) }
    return flags
  }

  private mutating func fillState(payload: Double) {
    state.header.state = feedState
    state.header.flags = flags
    if torqueGate.isSlewing { state.header.flags.insert(.slewing) }
    state.header.reasons = torqueGate.reasons
    state.header.generation = parameterGate.generation
    state.header.sampleTime = situation.frame?.nanoseconds ?? 0
    state.payload = Self.sound(payload)
    var place = 0
    for slot in plan.coordinates.indices {
      let coordinate = plan.coordinates[slot]
      state.torque[slot] = torqueGate.torque[slot]
      state.torqueDeviation[slot] = Self.sound(deviation[slot])
      state.angle[slot] = Self.sound(estimator.angle[coordinate])
      state.rate[slot] = Self.sound(estimator.rate[coordinate])
      state.gravity[slot] = Self.sound(estimator.gravity[coordinate])
      for other in 0...slot {
        state.inertia[place] = Self.sound(
          estimator.inertia(coordinate, plan.coordinates[other]))
        place += 1
      }
    }
    for muscle in state.muscle.indices {
      state.muscle[muscle] = Self.sound(
        plan.muscles == .forces
          ? estimator.force(muscle) : estimator.activations[muscle])
    }
  }

  /// `value` as it may leave: what is no finite number in single precision is zero, and the torque's gate holds.
  private static func sound(_ value: Double) -> Double {
    Float(value).isFinite ? value : 0
  }

  private mutating func fillParameters() {
    parameters.header.state = feedState
    parameters.header.flags = flags
    if parameterGate.isSlewing { parameters.header.flags.insert(.slewing) }
    parameters.header.reasons = torqueGate.reasons
    parameters.header.generation = parameterGate.generation
    parameters.header.sampleTime = parameterGate.accepted.end.nanoseconds
    for slot in parameters.values.indices {
      parameters.values[slot] = parameterGate.values[slot]
      parameters.deviations[slot] = parameterGate.accepted.deviations[slot]
      switch parameterGate.accepted.status[slot] {
      case .unidentifiable: parameters.status[slot] = 0
      case .priorLimited: parameters.status[slot] = 1
      case .identified: parameters.status[slot] = 2
      }
    }
    parameters.largestRelativeDeviation = parameterGate.largestRelativeDeviation
  }

  /// One event for each change of state or mode, and for each new reason while holding.
  private mutating func tellChanges(at time: SampleTime) {
    let state = feedState
    let reasons = torqueGate.reasons
    let isNews =
      told.map {
        $0.state != state || $0.isArmed != arming.isArmed || !reasons.isSubset(of: $0.reasons)
      } ?? true
    guard isNews else { return }
    // reasons that come and go within one hold are told once
    let isSameHold = told?.state == state && told?.isArmed == arming.isArmed
    told = Told(
      state: state, isArmed: arming.isArmed,
      reasons: isSameHold ? reasons.union(told?.reasons ?? []) : reasons)
    events.append(
      .feedChanged(
        state: state.name, isArmed: arming.isArmed,
        reasons: NameSet(reasons.rawValue, of: HoldReasons.list), at: time))
  }
}

extension FeedStage: Resumable {
  /// Gates, watches and what was told last; messages are made anew at the next step.
  public mutating func carry(_ archive: inout StateArchive) {
    plan.carryReloadable(&archive)
    useLimits()
    archive.carry(&estimator)
    archive.carry(&watch)
    archive.carry(&parameterGate)
    archive.carry(&torqueGate)
    archive.carry(&arming)
    archive.carry(&situation)
    archive.carry(&isLatestCrossChecked)
    archive.carry(&lastAdvance, blank: SampleTime(nanoseconds: 0))
    archive.carry(&lastState, blank: SampleTime(nanoseconds: 0))
    archive.carry(&lastParameters, blank: SampleTime(nanoseconds: 0))
    archive.carry(&sentGeneration)
    archive.carry(&told, blank: Told(state: .starting, isArmed: false, reasons: []))
    archive.carry(&estimate)
    archive.carry(&deviation)
  }
}

extension FeedStage.Told: Resumable {
  /// State, mode and reasons.
  fileprivate mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&state)
    archive.carry(&isArmed)
    archive.carry(&reasons)
  }
}
