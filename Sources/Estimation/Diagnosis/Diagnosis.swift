internal import Algebra
public import Identification
internal import Musculoskeletal
internal import RealModule
public import Signals

/// Finds out what is wrong with a session by asking what would explain it better.
///
/// The same windows are fitted under competing hypotheses, each of which changes one thing: a dead
/// channel, two channels exchanged, a sensor's sign or zero, an unannounced payload event, damping,
/// the delay between EMG and motion. Disturbances of activations and torques are left out. Evidence is by how much the negative log posterior falls, in units of
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

  /// What explains `stretches`, unbroken windows of any length, best; nil when they are too short, or
  /// cannot be fitted.
  ///
  /// `unusableTime`: how long a fault left each channel without EMG, when it was watched
  /// (channelCount) [s].
  public func examine(_ stretches: [Window], unusableTime: [Double] = []) -> DiagnosisOutcome? {
    let signals = ChannelEvidence.all(stretches, unusableTime: unusableTime)
    let stretches = stretches.map(\.coarsened)
    let windows = DiagnosisWindows(
      stretches, duration: configuration.windowDuration, limit: configuration.windowLimit)
    let thin = windows.thinned(by: configuration.thinning)
    guard windows.places.count >= configuration.leastWindows,
      let plain = fit(.asRecorded, stretches, windows, from: nil, stages: thorough)
    else { return nil }
    var settings = configuration
    if model.noise.activation > 0 || model.noise.torque > 0 {
      settings.explainedShare = settings.explainedShareAmongDisturbances
      // these fits leave the disturbances out, so their residual level is no sign of anything unexplained
      settings.misfitLimit = .infinity
    }
    var outcome = DiagnosisOutcome(
      plain: plain, alternatives: [], signals: signals, configuration: settings)
    // without its EMG a muscle's part in the motion is missing, and everything else is guesswork
    guard outcome.deadChannels.isEmpty else { return outcome }
    outcome.alternatives = alternatives(stretches, windows, thin: thin, plain: plain)
    // what is accused must be better than the best that there is without it
    if !outcome.accused.isEmpty, let best = outcome.alternatives.first,
      let again = fit(.asRecorded, stretches, windows, from: best.theta, stages: thorough),
      again.cost < plain.cost
    {
      outcome.plain = again
    }
    outcome.hiddenSwaps = hiddenSwaps(stretches, windows, plain: outcome.plain)
    return outcome
  }

  /// Sharper and sharper sensors: far from the truth the prior must hold what little data tell.
  var thorough: [MultipleShootingFit.Stage] {
    [stage(configuration.bluntness, 12), stage(3, 10), stage(0, configuration.evaluations)]
  }

  /// Fits at a sensor noise of at least `bluntness` times the largest declared.
  func stage(_ bluntness: Double, _ evaluations: Int) -> MultipleShootingFit.Stage {
    MultipleShootingFit.Stage(
      duration: configuration.windowDuration,
      floor: bluntness * (model.noise.angle.max() ?? 0), evaluations: evaluations,
      stepTolerance: 0.1)
  }

  /// The competing hypotheses, the best first.
  private func alternatives(
    _ stretches: [Window], _ windows: DiagnosisWindows, thin: DiagnosisWindows, plain: DiagnosisFit
  ) -> [DiagnosisFit] {
    // what is a matter of degree can be found where the residuals look well, too
    var degrees: [DiagnosisHypothesis] = (0..<model.limb.coordinateCount).map { .angleZero($0) }
    degrees.append(.damping)
    if !model.parameters.base.channels.isEmpty { degrees.append(.misalignment) }
    var fits: [DiagnosisFit] = []
    if plain.meanSquaredResidual > configuration.residualGate {
      // what is so or not leaves a residual level that cannot be overlooked
      var candidates = (degrees + discreteHypotheses).compactMap {
        fit(
          $0, stretches, thin, from: nil,
          stages: [stage(configuration.bluntness, configuration.screeningEvaluations)])
      }
      candidates.sort { $0.cost < $1.cost }
      let second = candidates.dropFirst().first?.meanSquaredResidual ?? 0
      fits += candidates.prefix(configuration.finalists).filter {
        $0.meanSquaredResidual <= configuration.hopeless * second
      }.compactMap {
        fit($0.hypothesis, stretches, windows, from: $0.theta, stages: thorough)
      }
    } else {
      fits += degrees.compactMap {
        fit(
          $0, stretches, windows, from: plain.theta,
          stages: [stage(0, configuration.evaluations)])
      }
    }
    if let payload = fitPayload(stretches, windows, plain: plain) { fits.append(payload) }
    return fits.sorted { $0.cost < $1.cost }
  }

  /// Pairs of near-synergists whose electrodes may be exchanged without anybody being able to tell.
  private func hiddenSwaps(
    _ stretches: [Window], _ windows: DiagnosisWindows, plain: DiagnosisFit
  ) -> [[Int]] {
    let pairs = proxies.indices.flatMap { first in
      proxies[first].filter { $0 > first }.map { [first, $0] }
    }
    return pairs.filter { pair in
      guard
        let swapped = fit(
          .swappedChannels(pair[0], pair[1]), stretches, windows, from: plain.theta,
          stages: [stage(0, configuration.evaluations)])
      else { return false }
      let level = max(min(plain.meanSquaredResidual, swapped.meanSquaredResidual), 1)
      return abs(swapped.cost - plain.cost) / level < configuration.evidenceLimit
    }
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

  /// The best that a hypothesis comes to through `stages`, beginning from the prior or from `theta`.
  func fit(
    _ hypothesis: DiagnosisHypothesis, _ stretches: [Window], _ windows: DiagnosisWindows,
    from theta: [Double]?, stages: [MultipleShootingFit.Stage]
  ) -> DiagnosisFit? {
    let freed = hypothesis.freed(model)
    let repaired = stretches.enumerated().map {
      hypothesis.repaired($1, index: $0, proxies: proxies)
    }
    // unknowns that one hypothesis has more than the other stand at the end
    let prior = freed.parameters.priorMean
    let known = (theta ?? []).prefix(prior.count)
    let start = known + prior[known.count...]
    guard
      let solution = MultipleShootingFit(freed, stages: stages).solve(
        windows.cut(repaired), arrival: ArrivalCost(prior: freed.parameters), from: Array(start))
    else { return nil }
    return DiagnosisFit(
      hypothesis: hypothesis, theta: solution.posterior.mean, cost: solution.cost,
      meanSquaredResidual: solution.meanSquaredResidual)
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
  /// The same without disturbances and with sensors `factor` times as noisy.
  func blunted(by factor: Double) -> LimbEstimationModel {
    var noise = noise
    noise.angle = noise.angle.map { $0 * factor }
    noise.rate = noise.rate.map { $0 * factor }
    noise.activation = 0
    noise.torque = 0
    return with(noise: noise)
  }
}
