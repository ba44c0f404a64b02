internal import Algebra
public import Identification
internal import RealModule

/// Which trial to record next: the one whose expected information shrinks the error bars most.
///
/// Each candidate is lived by the virtual subject with the present estimate's numbers, and its information
/// matrix, from the same residuals and sensitivities as the fit's, is added to the present one. The
/// criterion is of the A kind, on logarithms: the mean, over the parameters asked for, of the logarithm
/// of present over expected posterior standard deviation. So a parameter that is known to 1 % and one
/// that is known to 50 % count alike when their error bars halve.
public struct TrialPlan: Sendable {
  /// What is believed at present: the prior, or the posterior of what was recorded.
  public let present: ArrivalCost
  /// The parameters asked for (indices into theta).
  public let wanted: [Int]
  /// Duration of a trial [s].
  public let duration: Double
  /// The grid that it would be recorded on.
  public let grid: TrialGrid
  /// How it would be fitted.
  public let fit: OfflineIdentification

  /// What is expected of one trial.
  public struct Proposal: Sendable {
    /// The trial.
    public var candidate: TrialCandidate
    /// Expected posterior standard deviations (parameterCount) [1, or the quantity's unit].
    public var deviations: [Double]
    /// Mean logarithm of present over expected deviation of the parameters asked for [1].
    public var gain: Double
  }

  /// A plan around `present`, to be fitted as `fit` does.
  public init(
    _ fit: OfflineIdentification, present: ArrivalCost, wanted: [Int], grid: TrialGrid,
    duration: Double
  ) {
    precondition(!wanted.isEmpty && duration > 0, "a plan is for something")
    self.fit = fit
    self.present = present
    self.wanted = wanted
    self.grid = grid
    self.duration = duration
  }

  /// The present posterior standard deviations (parameterCount); nil when there is none.
  public var presentDeviations: [Double]? { Self.deviations(present.information) }

  /// What is expected of `candidate`; nil when its motion or its information is not finite.
  public func proposal(_ candidate: TrialCandidate) -> Proposal? {
    let system = fit.model.parameters.system(at: present.mean)
    let motion = candidate.motion(fit.model, system: system, grid: grid, duration: duration)
    let recording = [RecordingSplit([motion], heldOut: 0)]
    var chain = WindowChain(
      fit.windows(recording), arrival: present, start: nil, residual: WindowResidual(fit.model),
      horizon: fit.horizon(recording))
    guard let now = presentDeviations, let equations = chain.evaluate(present.mean),
      let expected = Self.deviations(equations.information)
    else { return nil }
    let gain = wanted.reduce(0) { $0 + .log(now[$1] / expected[$1]) } / Double(wanted.count)
    return Proposal(candidate: candidate, deviations: expected, gain: gain)
  }

  /// Proposals, best first.
  ///
  /// Every alternative to the usual trial in one factor, then the trial that takes the best of each
  /// factor. All are lived with the same seed, so that they differ in nothing else.
  public func proposals(
    _ alternatives: [(factor: TrialCandidate.Factor?, candidate: TrialCandidate)]
  ) -> [Proposal] {
    var found: [Proposal] = []
    var usual: Proposal?
    var best: [TrialCandidate.Factor: Proposal] = [:]
    for (factor, candidate) in alternatives {
      guard let proposal = proposal(candidate) else { continue }
      found.append(proposal)
      if let factor {
        if proposal.gain > best[factor]?.gain ?? usual?.gain ?? 0 { best[factor] = proposal }
      } else {
        usual = proposal
      }
    }
    if let usual, best.count > 1 {
      var joined = usual.candidate
      for factor in TrialCandidate.Factor.allCases {
        if let own = best[factor] { joined = joined.taking(factor, from: own.candidate) }
      }
      if let proposal = proposal(joined) { found.append(proposal) }
    }
    return found.sorted { $0.gain > $1.gain }
  }

  /// Square roots of the diagonal of the inverse; nil when there is none.
  private static func deviations(_ information: Matrix) -> [Double]? {
    guard let covariance = Cholesky(information)?.inverse() else { return nil }
    return (0..<information.rowCount).map { covariance[$0, $0].squareRoot() }
  }
}
