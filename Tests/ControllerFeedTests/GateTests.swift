import Identification
import Signals
import Testing

@testable import ControllerFeed

@Suite struct ParameterGateTests {
  private static let limits = FeedLimits(
    torque: [20], bounds: [500...1500, -0.1...0.1], isFactor: [true, false])

  private static func candidate(
    _ values: [Double] = [1000, 0.02], _ deviations: [Double] = [50, 0.01],
    scale: ScaleLabel = .newtons, isCrossChecked: Bool = true
  ) -> ParameterCandidate {
    ParameterCandidate(
      values: values, deviations: deviations, status: [.identified, .priorLimited], scale: scale,
      isCrossChecked: isCrossChecked, end: SampleTime(seconds: 3))
  }

  private static var gate: ParameterGate {
    ParameterGate(limits: limits, start: candidate([900, 0], [90, 0.05], scale: .ratiosOnly))
  }

  @Test func startsAtWhatTheSessionBeginsWith() {
    let gate = Self.gate
    #expect(gate.values == [900, 0] && gate.generation == 0 && !gate.isConverged)
  }

  @Test(arguments: [
    (
      values: [Double.nan, 0], deviations: [1, 1], refusal: ParameterGate.Refusal.notFinite(slot: 0)
    ),
    ([1000, Double.infinity], [1, 1], .notFinite(slot: 1)),
    ([1000, 0], [Double.nan, 1], .notFinite(slot: 0)),
    ([1000, 0], [1, -1], .notFinite(slot: 1)),
    ([1000, 0], [1, 1e39], .notFinite(slot: 1)),
    ([1500.5, 0], [1, 1], .outOfBounds(slot: 0)),
    ([1000, -0.11], [1, 1], .outOfBounds(slot: 1)),
  ])
  func whatIsNotSoundStaysIn(
    values: [Double], deviations: [Double], refusal: ParameterGate.Refusal
  ) {
    var gate = Self.gate
    #expect(gate.offer(Self.candidate(values, deviations)) == refusal)
    gate.advance(10)
    #expect(gate.values == [900, 0] && gate.generation == 0)
  }

  @Test func evidenceIsAskedFor() {
    var gate = Self.gate
    #expect(gate.offer(Self.candidate(isCrossChecked: false)) == .notCrossChecked)
    #expect(gate.offer(Self.candidate(scale: .ratiosOnly)) == .scaleUnknown)
    #expect(gate.offer(Self.candidate(scale: .priorLimited)) == nil)
    #expect(gate.generation == 1)
    var strict = Self.limits
    strict.scale = .newtons
    var other = ParameterGate(limits: strict, start: Self.candidate())
    #expect(other.offer(Self.candidate(scale: .priorLimited)) == .scaleUnknown)
    #expect(other.offer(Self.candidate(scale: .newtons)) == nil)
  }

  @Test func acceptedSetsAreReachedNoFasterThanAllowed() {
    var gate = Self.gate
    #expect(gate.offer(Self.candidate([1100, -0.02])) == nil)
    #expect(gate.values == [900, 0], "nothing jumps")
    var last = gate.values
    var time = 0.0
    while gate.isSlewing, time < 10 {
      gate.advance(0.05)
      time += 0.05
      #expect(abs(gate.values[0] - last[0]) <= 0.1 * 1000 * 0.05 + 1e-9)
      #expect(abs(gate.values[1] - last[1]) <= 0.1 * 0.2 * 0.05 + 1e-12)
      last = gate.values
    }
    #expect(gate.values == [1100, -0.02])
    #expect(abs(time - 2) < 0.06, "200 N at 100 N/s")
  }

  @Test func aRefusedSetLeavesTheAcceptedOneInForce() {
    var gate = Self.gate
    #expect(gate.offer(Self.candidate()) == nil)
    gate.advance(100)
    #expect(gate.offer(Self.candidate([.nan, 0])) != nil)
    gate.advance(100)
    #expect(gate.values == [1000, 0.02] && gate.generation == 1)
  }

  @Test func convergedMeansThatEverySlotIsSure() {
    var gate = Self.gate
    #expect(gate.offer(Self.candidate([1000, 0], [300, 0.01])) == nil)
    // 300 of 1000 is 30 %, asked for are 25 %
    #expect(!gate.isConverged)
    #expect(gate.leastSure?.slot == 0)
    #expect(abs((gate.leastSure?.excess ?? 0) - 1.2) < 1e-12)
    // an offset's counts in widths of its bounds: 0.06 of 0.2 is 30 %
    #expect(gate.offer(Self.candidate([1000, 0], [100, 0.06])) == nil)
    #expect(!gate.isConverged && gate.leastSure?.slot == 1)
    #expect(gate.offer(Self.candidate([1000, 0], [100, 0.05])) == nil)
    #expect(gate.isConverged)
    #expect(gate.largestRelativeDeviation == 0.1)
  }
}

@Suite struct TorqueGateTests {
  private static var limits: FeedLimits {
    var limits = FeedLimits(torque: [20, 10], bounds: [], isFactor: [])
    limits.torqueRise = 0.1
    limits.fade = 0.2
    limits.recovery = 0.05
    return limits
  }

  /// A gate that has followed (8, -4) for a second.
  private static var following: TorqueGate {
    var gate = TorqueGate(limits: limits)
    for _ in 0..<1000 {
      gate.advance(0.001, estimate: [8, -4], deviation: [1, 1], outside: [])
    }
    return gate
  }

  @Test func startsAtZeroAndHolds() {
    let gate = TorqueGate(limits: Self.limits)
    #expect(gate.torque == [0, 0] && gate.isHeld && gate.reasons == .noSamples)
  }

  @Test func followsNoFasterThanItsSlewLimit() {
    var gate = TorqueGate(limits: Self.limits)
    var last = gate.torque
    for step in 0..<2000 {
      // a square wave of the whole range
      let sign = step / 200 % 2 == 0 ? 1.0 : -1
      gate.advance(0.001, estimate: [19 * sign, 9 * sign], deviation: [1, 1], outside: [])
      #expect(abs(gate.torque[0] - last[0]) <= 0.2 + 1e-12)
      #expect(abs(gate.torque[1] - last[1]) <= 0.1 + 1e-12)
      last = gate.torque
    }
    // 200 ms suffice for 38 N·m at 200 N·m/s
    #expect(gate.torque == [-19, -9])
  }

  @Test func comesOnlyAfterATimeWithoutReasons() {
    var gate = TorqueGate(limits: Self.limits)
    for _ in 0..<49 {
      gate.advance(0.001, estimate: [8, -4], deviation: [1, 1], outside: [])
      #expect(gate.torque == [0, 0])
    }
    gate.advance(0.001, estimate: [8, -4], deviation: [1, 1], outside: .stale)
    for _ in 0..<49 {
      gate.advance(0.001, estimate: [8, -4], deviation: [1, 1], outside: [])
      #expect(gate.torque == [0, 0] && gate.isHeld)
    }
    for _ in 0..<2 { gate.advance(0.001, estimate: [8, -4], deviation: [1, 1], outside: []) }
    #expect(!gate.isHeld && gate.torque[0] > 0)
  }

  @Test(arguments: HoldReasons.constants.map { HoldReasons(rawValue: $0.value) })
  func everyReasonFadesAlongAStraightLine(reason: HoldReasons) {
    var gate = Self.following
    #expect(gate.torque == [8, -4])
    var time = 0.0
    for _ in 0..<300 {
      gate.advance(0.001, estimate: [8, -4], deviation: [1, 1], outside: reason)
      time += 0.001
      #expect(gate.reasons == reason && gate.isHeld)
      let rest = max(0, 1 - time / 0.2)
      #expect(abs(gate.torque[0] - 8 * rest) < 1e-9 && abs(gate.torque[1] + 4 * rest) < 1e-9)
      #expect(gate.isFading == (gate.torque != [0, 0]))
    }
    #expect(gate.torque == [0, 0])
  }

  @Test(arguments: [
    (estimate: [Double.nan, 0], deviation: [1, 1], reason: HoldReasons.notFinite),
    ([0, -Double.infinity], [1, 1], .notFinite), ([0, 1e39], [1, 1], .notFinite),
    ([0, 0], [1, Double.nan], .notFinite), ([20.01, 0], [1, 1], .outOfBounds),
    ([0, -10.01], [1, 1], .outOfBounds), ([8, -4], [10.01, 1], .uncertain),
    ([8, -4], [1, 5.01], .uncertain),
  ])
  func whatMayNotLeaveDoesNot(estimate: [Double], deviation: [Double], reason: HoldReasons) {
    var gate = Self.following
    for _ in 0..<300 {
      gate.advance(0.001, estimate: estimate, deviation: deviation, outside: [])
      #expect(gate.reasons == reason)
      #expect(abs(gate.torque[0]) <= 8 && abs(gate.torque[1]) <= 4)
    }
    #expect(gate.torque == [0, 0])
  }

  @Test func aStopOfTheWholeProgramIsNotMadeUpForInOneStep() {
    var gate = Self.following
    gate.advance(2, estimate: [-19, 9], deviation: [1, 1], outside: [])
    // the rise of 20 ms at 200 N·m/s
    #expect(abs(gate.torque[0] - 4) < 1e-9)
  }

  @Test func aFadeThatIsInterruptedGoesOnFromWhereItIs() {
    var gate = Self.following
    for _ in 0..<100 {
      gate.advance(0.001, estimate: [8, -4], deviation: [1, 1], outside: .gap)
    }
    #expect(abs(gate.torque[0] - 4) < 0.05)
    var last = gate.torque[0]
    for _ in 0..<300 {
      gate.advance(0.001, estimate: [8, -4], deviation: [1, 1], outside: [])
      #expect(abs(gate.torque[0] - last) <= 0.2 + 1e-12)
      last = gate.torque[0]
    }
    #expect(gate.torque == [8, -4])
  }

  @Test func limitsThatContradictEachOtherAreSaid() {
    #expect(Self.limits.problems.isEmpty)
    var limits = Self.limits
    limits.fade = 0.05
    #expect(limits.problems.count == 1)
    limits.maximumAge = 0.04
    limits.torque = [0]
    #expect(limits.problems.count == 3)
  }
}

@Suite struct FeedWatchTests {
  private static let limits = FeedLimits(torque: [20], bounds: [], isFactor: [])

  /// Where nothing is missing.
  private static func sound(_ time: Double) -> FeedSituation {
    var situation = FeedSituation()
    situation.now = SampleTime(seconds: time)
    situation.frame = SampleTime(seconds: time - 0.02)
    situation.isFrameValid = true
    situation.clockAnchors = 2
    situation.generation = 1
    situation.lastEstimate = SampleTime(seconds: time - 1)
    return situation
  }

  private static func reasons(_ change: (inout FeedSituation) -> Void) -> HoldReasons {
    var watch = FeedWatch(limits: limits)
    _ = watch.reasons(sound(10))
    var situation = sound(10.01)
    change(&situation)
    return watch.reasons(situation)
  }

  @Test func nothingMissingIsNoReason() {
    #expect(Self.reasons { _ in } == [])
  }

  @Test func everythingThatIsMissingIsNamed() {
    #expect(Self.reasons { $0.frame = nil } == .noSamples)
    // zero at 250 ms, so fading for 150 ms from 80 ms on
    #expect(Self.reasons { $0.frame = SampleTime(seconds: 9.94) } == [])
    #expect(Self.reasons { $0.frame = SampleTime(seconds: 9.92) } == .stale)
    #expect(Self.reasons { $0.frame = SampleTime(seconds: 10.1) } == .clockJump)
    #expect(Self.reasons { $0.isFrameValid = false } == .gap)
    #expect(Self.reasons { $0.isInputLost = true } == .inputLost)
    #expect(Self.reasons { $0.quality = .electrodeOff } == .electrodeOff)
    #expect(Self.reasons { $0.quality = .flat } == .electrodeOff)
    #expect(Self.reasons { $0.quality = [.saturated, .mainsHum] } == .saturated)
    #expect(Self.reasons { $0.quality = [.mainsHum, .motionArtefact] } == [])
    #expect(Self.reasons { $0.clockAnchors = 3 } == .clockJump)
    #expect(Self.reasons { $0.generation = 0 } == .noParameters)
    #expect(Self.reasons { $0.refusals = 2 } == [])
    #expect(Self.reasons { $0.refusals = 3 } == .estimateRefused)
    #expect(Self.reasons { $0.lastEstimate = SampleTime(seconds: 0) } == .estimatorStalled)
    #expect(Self.reasons { $0.isInteractionUnknown = true } == .interactionUnknown)
    #expect(
      Self.reasons {
        $0.isInputLost = true
        $0.quality = .flat
      } == [.inputLost, .electrodeOff])
  }

  @Test func anEstimatorThatNeverFinishesIsNoticed() {
    var watch = FeedWatch(limits: Self.limits)
    for second in 0...12 {
      var situation = Self.sound(Double(second))
      situation.lastEstimate = nil
      let reasons = watch.reasons(situation)
      #expect(reasons.contains(.estimatorStalled) == (second > 10))
    }
  }

  @Test func gapsAndJumpsAreRememberedUntilActivationsHaveSettled() {
    var watch = FeedWatch(limits: Self.limits)
    _ = watch.reasons(Self.sound(10))
    var situation = Self.sound(10.01)
    situation.isFrameValid = false
    situation.clockAnchors = 3
    #expect(watch.reasons(situation) == [.gap, .clockJump])
    for (time, isOver) in [(10.1, false), (10.3, false), (10.32, true), (11, true)] {
      situation = Self.sound(time)
      situation.clockAnchors = 3
      #expect(watch.reasons(situation).isEmpty == isOver, "\(time) s")
    }
  }
}
