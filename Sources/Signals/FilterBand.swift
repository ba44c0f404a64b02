/// Which frequencies a filter lets through, between its half-power cut-offs.
public enum FilterBand: Hashable, Sendable {
  /// Everything below the cut-off [Hz].
  case lowPass(cutOff: Double)
  /// Everything above the cut-off [Hz].
  case highPass(cutOff: Double)
  /// Everything between the cut-offs [Hz].
  case bandPass(lower: Double, upper: Double)

  /// Whether all cut-offs lie, in order, strictly between zero and half the sampling `rate` [Hz].
  public func isRealizable(atRate rate: Double) -> Bool {
    switch self {
    case .lowPass(let cutOff), .highPass(let cutOff):
      return cutOff > 0 && cutOff < rate / 2
    case .bandPass(let lower, let upper):
      return lower > 0 && lower < upper && upper < rate / 2
    }
  }
}
