import Algebra
import Devices
import Foundation
import Identification
import Pipeline
import Signals
import TestSupport
import Testing

@testable import ControllerFeed

/// A pipeline of two EMG channels and an encoder at 1 kHz, and a feed of the elbow behind it.
struct FedElbow {
  static let configuration = PipelineConfiguration(
    streams: [
      StreamDescription(
        name: "board", type: "Mixed", nominalRate: 1000,
        channels: [
          ChannelDescription(label: "E1", unit: "V", scale: 1e-6),
          ChannelDescription(label: "E2", unit: "V", scale: 1e-6),
          ChannelDescription(label: "A", unit: "rad", scale: 1e-4),
        ], isInteger: true)
    ],
    emg: [
      EMGSignal(name: "flexor", electrodes: [Electrode(stream: 0, channel: 0, mvc: 1e-3)]),
      EMGSignal(name: "extensor", electrodes: [Electrode(stream: 0, channel: 1, mvc: 1e-3)]),
    ],
    angles: [
      AngleSignal(
        stream: 0, channel: 2, coordinate: 0, sign: 1, zero: 0, center: 1, smoothing: nil)
    ],
    coordinateCount: 1,
    envelope: EnvelopeConfiguration(lowerCutOff: 20, upperCutOff: 400, smoothingCutOff: 15),
    electromechanicalDelay: 0.04, step: 0.01, windowSteps: 50, historySteps: 30,
    measurementStride: 1)

  var pipeline = Pipeline(Self.configuration)
  var stage: FeedStage
  /// Samples delivered so far.
  private(set) var sample: Int64 = 0
  var messages: [StateMessage] = []
  private var random = SystemSequence(seed: 7)
  private var block = SampleBlock(capacity: 30)

  init(_ change: (inout FeedLimits) -> Void = { _ in }) {
    var plan = FeedPlan(
      Elbow.model(activationNoise: 0.05), parameters: [0, 1, 9], coordinates: [0],
      muscles: .activations
    ) { bounds, isFactor in
      var limits = FeedLimits(torque: [40], bounds: bounds, isFactor: isFactor)
      change(&limits)
      return limits
    }
    plan.statePeriod = 0.005
    stage = FeedStage(plan, pipeline: Self.configuration)
  }

  /// Seconds of samples so far.
  var time: Double { Double(sample) / 1000 }

  /// Delivers `seconds` in blocks of 5 ms; `change` may spoil a sample's three values.
  mutating func run(
    _ seconds: Double, change: (_ sample: Int64, _ values: inout [Int32]) -> Void = { _, _ in }
  ) {
    for _ in 0..<Int((seconds * 200).rounded()) {
      fill(change)
      step(.block)
    }
  }

  /// Lets `seconds` pass without samples.
  mutating func wait(_ seconds: Double) {
    let start = pipeline.now
    for tick in 1...Int((seconds * 200).rounded()) {
      step(.tick(start.advanced(seconds: 0.005 * Double(tick))))
    }
  }

  /// Loses `count` samples.
  mutating func lose(_ count: Int64) { sample += count }

  private mutating func fill(_ change: (Int64, inout [Int32]) -> Void) {
    block.begin(stream: 0, channelCount: 3, firstSample: sample)
    block.arrival = SampleTime(seconds: time + 0.005)
    for _ in 0..<5 {
      let now = Double(sample) / 1000
      // noise with an amplitude that comes and goes; 400 uV and 250 uV
      var values: [Int32] = [
        Int32((random.next() - 0.5) * 800 * (1 + 0.5 * sin(4 * now))),
        Int32((random.next() - 0.5) * 500 * (1 + 0.5 * cos(3 * now))),
        Int32(1e4 + 4e3 * sin(3 * now)),
      ]
      change(sample, &values)
      let place = block.appendSample()
      for channel in values.indices { block[place, channel] = Double(values[channel]) }
      sample += 1
    }
  }

  private mutating func step(_ step: SourceStep) {
    pipeline.consume(step, block: block)
    stage.advance(pipeline)
    if stage.isStateDue { messages.append(stage.state) }
  }

  mutating func obey(_ command: SessionCommand) {
    pipeline.consume(.command(command, at: pipeline.now), block: block)
    stage.obey(command, at: pipeline.now)
    stage.advance(pipeline)
  }

  /// An estimate whose values are `factor` times the model's, with 5 % deviations.
  mutating func deliver(
    factor: Double = 1.05, isCrossChecked: Bool = true, scale: ScaleLabel = .newtons,
    refusal: AdoptionPolicy.Refusal? = nil, deviation: Double = 0.05,
    change: (inout ParameterEstimate) -> Void = { _ in }
  ) {
    let set = stage.plan.model.parameters
    let theta = set.free.map { $0.isLogarithmic ? log(factor) : $0.priorMean }
    var check = CrossCheckResult(
      maxAngleDifference: isCrossChecked ? 1e-6 : 1, threshold: 1e-3)
    check.maxJacobianDifference = 0
    let information = Matrix(diagonal: theta.map { _ in 1 / (deviation * deviation) })
    var estimate = ParameterEstimate(
      ArrivalCost(mean: theta, information: information), parameters: set, window: 3,
      end: pipeline.now, hasAnchor: true, hasGains: true, termination: .converged, evaluations: 3,
      meanSquaredResidual: 1, innovation: [0])
    estimate.scale = scale
    estimate.status = theta.map { _ in .identified }
    estimate.crossCheck = check
    change(&estimate)
    stage.deliver(estimate, refusal: refusal, at: pipeline.now)
  }

  /// Two seconds after the start with an accepted estimate, armed.
  static func armed(_ change: (inout FeedLimits) -> Void = { _ in }) -> FedElbow {
    var elbow = FedElbow(change)
    elbow.run(2)
    elbow.deliver()
    elbow.run(1)
    elbow.obey(.arm(objections: []))
    return elbow
  }
}

/// Numbers from a seed, in [0, 1).
struct SystemSequence {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / 9_007_199_254_740_992
  }
}

@Suite struct FeedStageTests {
  /// What holds of every message whatever happens.
  private static func check(_ elbow: FedElbow, limit: Double = 40, rise: Double = 0.1) {
    var last: StateMessage?
    for message in elbow.messages {
      #expect(message.isFinite && abs(message.torque[0]) <= limit)
      let flags = message.header.flags
      #expect(flags.contains(.armed) != flags.contains(.shadow))
      #expect(message.header.schema == elbow.stage.plan.schema.hash)
      if let last {
        let step = abs(message.torque[0] - last.torque[0])
        #expect(step <= limit / rise * 0.0101, "\(step) N·m in a step of 5 or 10 ms")
      }
      last = message
    }
  }

  @Test func startsInShadowAndStaysThere() {
    var elbow = FedElbow()
    #expect(elbow.stage.state.header.flags.contains(.shadow))
    elbow.run(1)
    #expect(elbow.stage.state.header.state == .acquiring)
    #expect(elbow.stage.state.header.reasons == .noParameters)
    #expect(elbow.stage.state.torque == [0])
    #expect(
      elbow.stage.parameters.values[0] == 400 && elbow.stage.parameters.header.generation == 0)
    elbow.deliver()
    elbow.run(1)
    #expect(elbow.stage.state.header.state == .converged)
    #expect(elbow.stage.state.header.reasons == [])
    #expect(abs(elbow.stage.state.torque[0]) > 1, "there is something to be fed")
    #expect(elbow.stage.state.header.flags == [.shadow, .newtons, .crossChecked])
    #expect(elbow.stage.state.torqueDeviation[0] > 0.01 && elbow.stage.state.gravity[0] > 1)
    #expect(elbow.stage.state.muscle.allSatisfy { $0 > 0.01 && $0 < 1 })
    #expect(!elbow.messages.contains { $0.header.flags.contains(.armed) })
    Self.check(elbow)
    // 5 % in parameters whose bounds lie between 0.5 and 1.6 of the value: 10 % of that a second
    elbow.run(1)
    #expect(abs(elbow.stage.parameters.values[0] - 420) < 1e-9)
    #expect(elbow.stage.parameters.status == [2, 2, 2])
  }

  @Test func statesComeWithEverySampleAndWithoutAnyTo() {
    var elbow = FedElbow()
    elbow.run(1)
    #expect(elbow.messages.count >= 195)
    let before = elbow.messages.count
    elbow.wait(0.5)
    #expect(elbow.messages.count - before >= 95)
  }

  @Test func theFirstArmedMessageLiesBesideTheLastShadow() throws {
    let elbow = FedElbow.armed()
    var run = elbow
    run.run(0.5)
    #expect(run.stage.isArmed)
    let first = try #require(run.messages.firstIndex { $0.header.flags.contains(.armed) })
    #expect(abs(run.messages[first].torque[0] - run.messages[first - 1].torque[0]) < 4.01)
    #expect(abs(run.messages[first].torque[0]) > 0.5)
    Self.check(run)
  }

  @Test func armingIsRefusedWithEveryReason() {
    var elbow = FedElbow()
    elbow.obey(.arm(objections: ["nothing is recorded"]))
    #expect(!elbow.stage.isArmed && elbow.stage.objections.count == 2)
    #expect(elbow.stage.objections[0].contains("no_samples"))
    elbow.run(1)
    elbow.deliver(deviation: 0.3)
    elbow.run(1)
    elbow.obey(.arm(objections: []))
    #expect(elbow.stage.objections.count == 1 && elbow.stage.objections[0].contains("1.2 times"))
    elbow.deliver()
    elbow.deliver(isCrossChecked: false, refusal: .crossCheckFailed)
    elbow.run(0.1)
    elbow.obey(.arm(objections: []))
    #expect(elbow.stage.objections.count == 1)
    #expect(elbow.stage.objections[0].contains("not confirmed by the independent integrator"))
    elbow.deliver()
    elbow.obey(.arm(objections: []))
    #expect(elbow.stage.isArmed && elbow.stage.objections.isEmpty)
    elbow.obey(.disarm)
    #expect(!elbow.stage.isArmed)
  }

  @Test func withoutSamplesTorqueIsGoneBeforeTheyAreTooOld() {
    var elbow = FedElbow.armed()
    elbow.run(0.3)
    elbow.wait(1.5)
    Self.check(elbow)
    let last = elbow.messages[elbow.messages.count - 1]
    #expect(last.torque == [0] && last.header.state == .hold)
    #expect(last.header.reasons.contains([.stale, .inputLost]))
    #expect(!elbow.stage.isArmed, "a hold of more than a second disarms")
    // samples come back, and shadow with them
    elbow.run(2) { _, _ in }
    elbow.deliver()
    elbow.run(1)
    #expect(elbow.stage.state.header.state == .converged && !elbow.stage.isArmed)
    Self.check(elbow)
  }

  /// The age of the sample behind each message, against its torque.
  @Test func noTorqueIsOlderThanAllowed() {
    var elbow = FedElbow.armed { $0.holdLimit = 100 }
    elbow.run(0.3)
    var oldest = 0.0
    for _ in 0..<30 {
      elbow.messages = []
      elbow.wait(0.04)
      for (index, message) in elbow.messages.enumerated() {
        let now = elbow.pipeline.now.seconds - 0.005 * Double(elbow.messages.count - 1 - index)
        let age = now - Double(message.header.sampleTime) * 1e-9
        if message.torque != [0] { oldest = max(oldest, age) }
      }
    }
    #expect(oldest > 0.1 && oldest <= 0.25, "\(oldest) s")
  }

  @Test func aDeadElectrodeIsNamedAndTorqueIsHeld() {
    var elbow = FedElbow.armed()
    elbow.run(2) { _, values in values[0] = 0 }
    #expect(elbow.stage.state.header.reasons.contains(.electrodeOff))
    #expect(elbow.stage.state.torque == [0])
    Self.check(elbow)
  }

  @Test func lostSamplesAreAGap() {
    var elbow = FedElbow.armed()
    elbow.run(0.1)
    elbow.lose(40)
    elbow.run(0.1)
    #expect(elbow.stage.state.header.reasons.contains(.gap))
    elbow.run(2)
    elbow.deliver()
    #expect(elbow.stage.state.header.reasons == [])
    Self.check(elbow)
  }

  @Test(arguments: ["NaN", "infinite", "beyond bounds", "no covariance", "not checked", "no scale"])
  func estimatesThatMayNotPassLeaveTheParametersAlone(what: String) {
    var elbow = FedElbow.armed()
    elbow.run(1)
    let values = elbow.stage.parameters.values
    _ = elbow.stage.takeEvents()
    elbow.deliver(
      isCrossChecked: what != "not checked", scale: what == "no scale" ? .ratiosOnly : .newtons
    ) {
      switch what {
      case "NaN": $0.values[1] = .nan
      case "infinite": $0.theta[9] = .infinity
      case "beyond bounds": $0.values[0] = 4000
      case "no covariance": $0.covariance = []
      default: break
      }
    }
    elbow.run(1)
    #expect(elbow.stage.parameters.values == values)
    #expect(elbow.stage.parameters.header.generation == 1)
    let refusals = elbow.stage.takeEvents().filter {
      if case .parametersRefused = $0 { true } else { false }
    }
    #expect(refusals.count == 1)
    #expect(elbow.stage.isArmed, "one refused estimate is no reason to hold")
    for _ in 0..<2 { elbow.deliver(refusal: .poorFit) }
    elbow.run(0.3)
    #expect(elbow.stage.state.header.reasons == .estimateRefused && elbow.stage.state.torque == [0])
    Self.check(elbow)
  }

  @Test func anEstimatorThatIsStuckIsNoticed() {
    var elbow = FedElbow.armed { $0.estimatorTimeout = 1.5 }
    elbow.run(0.4)
    #expect(elbow.stage.state.header.reasons == [])
    elbow.run(0.5)
    #expect(elbow.stage.state.header.reasons == .estimatorStalled)
    #expect(elbow.stage.state.torque == [0])
  }

  @Test func aTorqueBeyondItsLimitIsNotCutOffButHeld() {
    var elbow = FedElbow.armed {
      $0.torque = [1]
      $0.torqueDeviation = 10
    }
    elbow.run(1)
    #expect(elbow.messages.contains { $0.header.reasons == .outOfBounds })
    #expect(elbow.messages.contains { $0.header.reasons == .outOfBounds && $0.torque == [0] })
    Self.check(elbow, limit: 1)
  }

  @Test func everyChangeIsAnEventAndTicksAreNone() {
    var elbow = FedElbow()
    elbow.run(1)
    elbow.deliver()
    elbow.run(1)
    elbow.obey(.arm(objections: []))
    elbow.run(0.3)
    elbow.obey(.disarm)
    elbow.run(1)
    var told: [String] = []
    for event in elbow.stage.takeEvents() {
      switch event {
      case .feedChanged(let state, let isArmed, _, _): told.append(state + (isArmed ? "!" : ""))
      case .parametersAccepted(let window, let generation, _):
        told.append("accepted \(window) \(generation)")
      default: told.append("?")
      }
    }
    #expect(
      told == [
        "starting", "acquiring", "accepted 3 1", "hold", "converged", "converged!", "converged",
      ])
  }

  @Test func whatTheFileSaysAnewIsTakenDisarmedOnly() {
    let strict = SettingChange(key: "feed.torque_sd", value: 0.001, words: "0.5 -> 0.001")
    let evidence = SettingChange(key: "feed.scale", value: 0, words: "prior-limited -> newtons")
    let other = SettingChange(key: "recording.folder", value: nil, words: "a -> b")
    var elbow = FedElbow.armed()
    elbow.run(0.5)
    _ = elbow.stage.takeEvents()
    elbow.obey(.reload([other, strict, evidence]))
    #expect(elbow.stage.isArmed && elbow.stage.objections.count == 1)
    #expect(
      elbow.stage.takeEvents() == [
        .settingsRefused(keys: ["feed.torque_sd", "feed.scale"], at: elbow.pipeline.now)
      ])
    elbow.obey(.reload([other]))
    #expect(elbow.stage.isArmed && elbow.stage.objections.isEmpty)
    elbow.run(0.3)
    #expect(elbow.messages.last?.header.reasons == [])
    elbow.obey(.disarm)
    elbow.obey(.reload([strict, evidence]))
    elbow.run(0.5)
    #expect(!elbow.stage.isArmed && elbow.stage.objections.isEmpty)
    #expect(elbow.stage.plan.limits.scale == .newtons)
    #expect(elbow.messages.last?.header.reasons == .uncertain)
    #expect(elbow.messages.last?.torque == [0])
    let generation = elbow.messages.last?.header.generation
    elbow.deliver(scale: .priorLimited)
    elbow.run(0.1)
    #expect(elbow.messages.last?.header.generation == generation, "less than is asked for")
    // torque went to zero along its fade, and comes back no faster than it may
    elbow.obey(.reload([SettingChange(key: "feed.torque_sd", value: 0.5, words: "")]))
    elbow.run(1)
    #expect(abs(elbow.messages.last?.torque[0] ?? 0) > 0.5)
    Self.check(elbow)
  }

  @Test func aDamagedRecordingsReloadIsNoTrap() {
    var elbow = FedElbow()
    let keys = ["feed.refusals", "feed.scale", "feed.state_rate", "feed.recovery", "nonsense"]
    for value in [Double.nan, .infinity, -1, 0, 1e300, 5] {
      elbow.obey(.reload(keys.map { SettingChange(key: $0, value: value, words: "") }))
      elbow.run(0.1)
    }
    #expect(elbow.stage.plan.statePeriod == 0.2 && elbow.stage.plan.limits.refusals == 5)
  }

  @Test func aStepWithoutNewsAllocatesNothing() {
    var elbow = FedElbow.armed()
    elbow.run(1)
    _ = elbow.stage.takeEvents()
    // frames of the last step go through the whole stage again and again
    let pipeline = elbow.pipeline
    var stage = elbow.stage
    for _ in 0..<10 { stage.advance(pipeline) }
    let count = allocations { for _ in 0..<100 { stage.advance(pipeline) } }
    #expect(count == 0)
    #expect(pipeline.freshFrameCount > 0)
    #expect(stage.takeEvents().isEmpty)
  }
}
