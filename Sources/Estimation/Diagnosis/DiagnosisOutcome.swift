/// How well each hypothesis explains a session.
public struct DiagnosisOutcome: Sendable {
  /// As recorded.
  var plain: DiagnosisFit
  /// Everything else that was fitted, the best first.
  var alternatives: [DiagnosisFit]
  /// Pairs of channels of near-synergists whose exchange the data cannot tell.
  public internal(set) var hiddenSwaps: [[Int]] = []
  /// What the channels themselves show (channelCount).
  let signals: [ChannelEvidence]
  /// When it accuses.
  let configuration: DiagnosisConfiguration

  /// Channels that show no EMG.
  var deadChannels: [Int] { signals.indices.filter { signals[$0].isDead } }

  /// What explains the session so much better than what was recorded that it is named; the best first.
  ///
  /// Others than the best are there when the data cannot tell them from it.
  public var accused: [DiagnosisHypothesis] {
    if !deadChannels.isEmpty { return deadChannels.map { .deadChannel($0) } }
    guard let best = alternatives.first else { return [] }
    let level = max(best.meanSquaredResidual, 1)
    let misfit = plain.meanSquaredResidual - 1
    guard (plain.cost - best.cost) / level > configuration.evidenceLimit,
      plain.meanSquaredResidual - best.meanSquaredResidual
        > configuration.explainedShare * max(misfit, 0)
    else { return [] }
    return alternatives.filter {
      ($0.cost - best.cost) / level < configuration.evidenceLimit
    }.map(\.hypothesis)
  }

  /// True when the model explains the session badly and nothing that was tried explains it.
  public var isUnexplained: Bool {
    accused.isEmpty && plain.meanSquaredResidual > configuration.misfitLimit
  }
}
