import Algebra
import Identification
import Musculoskeletal
import Signals
import Simulation
import Testing

@testable import Estimation

@Suite struct TrialPlanTests {
  private let model = smallElbowModel(carriesPayload: true)
  private let grid = TrialGrid(step: 0.0125, measurementStride: 1, historySteps: 16)
  private let duration = 6.0

  private var usual: VirtualSubjectConfiguration {
    VirtualSubjectConfiguration(
      seed: 1, truthSpread: 0, payloadPeriod: 1.5, reach: [0.5...1.6], coContraction: 0.1)
  }

  private func alternatives() -> [(factor: TrialCandidate.Factor?, candidate: TrialCandidate)] {
    TrialCandidate.alternatives(to: usual, limits: [0...2.2], payloads: [1])
  }

  /// A noisy recording of a trial by somebody with unknowns `theta`.
  private func record(_ candidate: TrialCandidate, theta: [Double], seed: UInt64) -> RecordingSplit
  {
    var candidate = candidate
    candidate.subject.seed = seed
    let motion = candidate.motion(
      model, system: model.parameters.system(at: theta), grid: grid, duration: duration)
    var window = motion.window(0...motion.measurementCount, index: 0)
    var random = RandomSource(seed: seed)
    for index in window.angles.indices { window.angles[index] += 1e-3 * random.gaussian() }
    return RecordingSplit([MotionStretch(window)], heldOut: 0)
  }

  @Test func withoutALoadSoFarALoadIsProposedAndKeepsItsPromise() throws {
    let theta = [0.12, -0.1, 0.15, 0.1]
    let fit = OfflineIdentification(model)
    let first = record(alternatives()[0].candidate, theta: theta, seed: 21)
    let known = try #require(fit.solve([first]))
    // strengths are asked for, and without a load they hang on the prior of the mass
    let plan = TrialPlan(
      fit, present: known.posterior, wanted: [0, 1], grid: grid, duration: duration)
    let proposals = plan.proposals(alternatives())
    let best = try #require(proposals.first)
    #expect(best.candidate.subject.payload == 1, "\(best.candidate.words)")
    #expect(best.gain > 1)
    #expect(zip(proposals, proposals.dropFirst()).allSatisfy { $0.gain >= $1.gain })

    // the trial really run, by the true subject with another will, and both recordings fitted
    let second = record(best.candidate, theta: theta, seed: 22)
    #expect(second.hasPayload && !first.hasPayload)
    let after = try #require(fit.solve([first, second]))
    let covariance = try #require(Cholesky(after.posterior.information)).inverse()
    for index in [0, 1] {
      let obtained = covariance[index, index].squareRoot()
      let ratio = best.deviations[index] / obtained
      #expect(ratio > 0.7 && ratio < 1.3, "predicted \(best.deviations[index]), got \(obtained)")
      // the subject's own integration differs from the fit's by more than these tiny error bars
      #expect(abs(after.posterior.mean[index] - theta[index]) < 0.01)
    }
  }

  @Test func anotherTrialNeverWidensTheErrorBars() throws {
    let plan = TrialPlan(
      OfflineIdentification(model), present: ArrivalCost(prior: model.parameters),
      wanted: [0, 1, 2, 3], grid: grid, duration: 2)
    let proposal = try #require(plan.proposal(alternatives()[0].candidate))
    for (expected, now) in zip(proposal.deviations, try #require(plan.presentDeviations)) {
      #expect(expected <= now)
    }
    #expect(plan.presentDeviations == [0.2, 0.2, 0.2, 0.3])
    #expect(proposal.gain > 0)
    // the same question has the same answer
    #expect(plan.proposal(alternatives()[0].candidate)?.deviations == proposal.deviations)
  }

  @Test func aTrialTakesTheChoicesOfOthers() {
    let list = alternatives()
    let fast = list.first { $0.candidate.words[1] == "fast" }
    let laden = list.first { $0.factor == .load }
    let joined = fast.flatMap { fast in
      laden.map { $0.candidate.taking(.speed, from: fast.candidate) }
    }
    #expect(joined?.words == ["usual", "fast", "usual", "1 kg, half of the time"])
    #expect(joined?.subject.payload == 1)
    #expect(joined?.subject.reachDuration == fast?.candidate.subject.reachDuration)
    // a fifth of 1.1 rad more on either side
    let wider = list.first { $0.candidate.words[0] == "wider" }?.candidate.subject.reach[0]
    #expect(abs((wider?.lowerBound ?? 0) - 0.28) < 1e-12)
    #expect(abs((wider?.upperBound ?? 0) - 1.82) < 1e-12)
  }

  @Test func envelopesUndoGainAndShape() throws {
    var base = model.parameters.base
    base.channels[0].gain = 2
    base.channels[0].shapeFactor = -1.5
    let candidate = alternatives()[0].candidate
    let plain = candidate.motion(
      model, system: model.parameters.base, grid: grid, duration: 0.5)
    let shaped = candidate.motion(model, system: base, grid: grid, duration: 0.5)
    let (a, b) = (plain.window(0...40, index: 0), shaped.window(0...40, index: 0))
    let other = model.with(parameters: ParameterSet(free: [], base: base))
    let same = model.with(parameters: ParameterSet(free: [], base: model.parameters.base))
    var (first, second) = (WindowResidual(same), WindowResidual(other))
    for (x, y) in zip(first.activations(a, theta: []), second.activations(b, theta: [])) {
      #expect(abs(x - y) < 1e-6)
    }
  }
}
