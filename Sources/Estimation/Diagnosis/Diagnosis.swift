internal import Algebra
public import Identification
internal import Musculoskeletal
internal import RealModule
public import Signals

/// Finds out what is wrong with a session by asking what would explain it better.
///
/// The same windows are fitted under competing hypotheses, each of which changes one thing: a dead
/// channel, two channels exchanged, a sensor's sign or zero, an unannounced payload event, damping,
/// the delay between EMG and motion. Evidence is by how much the negative log posterior falls, in units of
/// the residual level of the better hypothesis, so that a session whose noise is larger than it says
/// does not accuse anybody.
public struct Diagnosis: Sendable {
  /// The identification as the session configures it.
  public let model: LimbEstimationModel
  /// When it accuses.
  public var configuration: DiagnosisConfiguration
  /// The channels that may stand for each other (channelCount).
  let proxies: [[Int]]

  /// A diagnosis of sessions that `model` identifies.
  public init(
    _ model: LimbEstimationModel, configuration: DiagnosisConfiguration = DiagnosisConfiguration()
  ) {
    self.model = model
    self.configuration = configuration
    proxies = Self.synergists(model, alignment: configuration.synergyAlignment)
  }

  /// What explains `stretches`, unbroken windows of any length, best; nil when none can be fitted.
  public func examine(_ stretches: [Window]) -> DiagnosisOutcome? {
    let signals = ChannelEvidence.all(stretches)
    let stretches = stretches.map(\.coarsened)
    let windows = DiagnosisWindows(
      stretches, duration: configuration.windowDuration, limit: configuration.windowLimit)
    let thin = windows.thinned(by: configuration.thinning)
    // far from the truth the prior must hold what little data tell: first with blunt sensors
    let blunt = configuration.bluntness
    guard !windows.places.isEmpty,
      let rough = fit(
        .asRecorded, stretches, thin, from: [], evaluations: configuration.evaluations,
        bluntness: blunt),
      let plain = fit(
        .asRecorded, stretches, windows, from: rough.theta,
        evaluations: configuration.evaluations)
    else { return nil }
    var outcome = DiagnosisOutcome(
      plain: plain, alternatives: [], signals: signals, configuration: configuration)
    // without its EMG a muscle's part in the motion is missing, and everything else is guesswork
    if outcome.deadChannels.isEmpty {
      outcome.alternatives = alternatives(
        stretches, windows, thin: thin, rough: rough, plain: plain)
    }
    return outcome
  }

  /// The competing hypotheses, the best first.
  private func alternatives(
    _ stretches: [Window], _ windows: DiagnosisWindows, thin: DiagnosisWindows,
    rough: DiagnosisFit, plain: DiagnosisFit
  ) -> [DiagnosisFit] {
    let isPoor = plain.meanSquaredResidual > configuration.residualGate
    var fits: [DiagnosisFit] = []
    var candidates: [DiagnosisFit] = []
    // what is a matter of degree can be found where the residuals look well, too
    var hypotheses: [DiagnosisHypothesis] = [.damping, .misalignment]
    for index in 0..<model.limb.coordinateCount { hypotheses.append(.angleZero(index)) }
    for hypothesis in hypotheses {
      if isPoor {
        if let fit = fit(
          hypothesis, stretches, thin, from: rough.theta,
          evaluations: configuration.screeningEvaluations, bluntness: configuration.bluntness)
        {
          candidates.append(fit)
        }
      } else if let fit = fit(
        hypothesis, stretches, windows, from: plain.theta,
        evaluations: configuration.screeningEvaluations)
      {
        fits.append(fit)
      }
    }
    // what is so or not leaves a residual level that cannot be overlooked
    if isPoor {
      for hypothesis in discreteHypotheses {
        if let fit = fit(
          hypothesis, stretches, thin, from: rough.theta,
          evaluations: configuration.screeningEvaluations, bluntness: configuration.bluntness)
        {
          candidates.append(fit)
        }
      }
    }
    candidates.sort { $0.cost < $1.cost }
    for candidate in candidates.prefix(configuration.finalists) {
      if let fit = fit(
        candidate.hypothesis, stretches, windows, from: candidate.theta,
        evaluations: configuration.evaluations)
      {
        fits.append(fit)
      }
    }
    if let payload = fitPayload(
      stretches, windows, thin: thin, from: isPoor ? rough : plain, isPoor: isPoor)
    {
      fits.append(payload)
    }
    return fits.sorted { $0.cost < $1.cost }
  }

  /// Dead and exchanged channels and signs.
  var discreteHypotheses: [DiagnosisHypothesis] {
    let channels = model.parameters.base.channels.count
    var all: [DiagnosisHypothesis] = (0..<model.limb.coordinateCount).map { .angleSign($0) }
    for first in 0..<channels {
      all.append(.deadChannel(first))
      for second in 0..<first { all.append(.swappedChannels(second, first)) }
    }
    return all
  }

  /// The best that a hypothesis comes to, beginning from the prior or from `from`, whichever is better.
  ///
  /// - Parameter bluntness: factor on the sensors' noise [1].
  func fit(
    _ hypothesis: DiagnosisHypothesis, _ stretches: [Window], _ windows: DiagnosisWindows,
    from: [Double], evaluations: Int, bluntness: Double = 1
  ) -> DiagnosisFit? {
    let freed = hypothesis.freed(model).blunted(by: bluntness)
    let repaired = stretches.enumerated().map {
      hypothesis.repaired($1, index: $0, proxies: proxies)
    }
    var chain = WindowChain(
      windows.cut(repaired), arrival: ArrivalCost(prior: freed.parameters), start: nil,
      residual: WindowResidual(freed))
    let prior = freed.parameters.priorMean
    var starts = [prior]
    if !from.isEmpty {
      starts.append(from + prior[min(from.count, prior.count)...])
    }
    var best: (theta: [Double], cost: Double)?
    if starts.count > 1 {
      for start in starts {
        guard let here = chain.evaluate(start), here.cost < best?.cost ?? .infinity else {
          continue
        }
        best = (start, here.cost)
      }
    }
    let solver = TrustRegion(evaluationLimit: evaluations, stepTolerance: 0.1)
    guard
      let solution = solver.minimise(
        &chain, from: best?.theta ?? prior, scales: freed.parameters.free.map(\.priorDeviation)),
      let equations = chain.evaluate(solution.theta)
    else { return nil }
    return DiagnosisFit(
      hypothesis: hypothesis, theta: solution.theta, cost: equations.cost,
      meanSquaredResidual: 2 * chain.residualCost / Double(max(chain.residualCount, 1)),
      residualCount: chain.residualCount, information: equations.information)
  }

  /// The channels whose muscles pull like each channel's.
  private static func synergists(_ model: LimbEstimationModel, alignment: Double) -> [[Int]] {
    let cosines = alignments(model)
    return (0..<cosines.rowCount).map { channel in
      (0..<cosines.rowCount).filter { $0 != channel && cosines[channel, $0] > alignment }
    }
  }

  /// Cosines between the moment arms of every two channels' muscles in the middle of the range.
  static func alignments(_ model: LimbEstimationModel) -> Matrix {
    let limb = model.limb
    let count = limb.coordinateCount
    var state = LimbState(limb)
    let q = limb.skeleton.modelCoordinates.map { index -> Double in
      let coordinate = limb.description.coordinates[index]
      return 0.5 * (coordinate.rangeMinimum + coordinate.rangeMaximum)
    }
    let zeros = Array(repeating: 0.0, count: count)
    limb.evaluate(
      q: q, u: zeros, activations: Array(repeating: 0, count: limb.muscleCount), torque: zeros,
      payloadMass: 0, parameters: model.parameters.base.limb, state: &state)
    let arms = limb.momentArms(state)
    let channels = model.parameters.base.channels.count
    // a channel's arm is the sum of its muscles'
    var sums = Matrix(rows: channels, columns: count)
    for (muscle, channel) in model.channels.enumerated() {
      for index in 0..<count { sums[channel, index] += arms[muscle * count + index] }
    }
    var cosines = Matrix(rows: channels, columns: channels)
    func product(_ a: Int, _ b: Int) -> Double {
      (0..<count).reduce(0) { $0 + sums[a, $1] * sums[b, $1] }
    }
    for a in 0..<channels {
      for b in 0..<channels {
        let norm = Double.sqrt(product(a, a) * product(b, b))
        cosines[a, b] = norm > 0 ? product(a, b) / norm : 0
      }
    }
    return cosines
  }
}

extension LimbEstimationModel {
  /// The same with sensors `factor` times as noisy.
  func blunted(by factor: Double) -> LimbEstimationModel {
    if factor == 1 { return self }
    var noise = noise
    noise.angle = noise.angle.map { $0 * factor }
    noise.rate = noise.rate.map { $0 * factor }
    return LimbEstimationModel(
      limb: limb, parameters: parameters, noise: noise, channels: channels,
      drivesActivation: drivesActivation)
  }
}
