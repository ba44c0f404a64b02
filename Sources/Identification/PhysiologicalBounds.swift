internal import RealModule

/// Bounds from the literature on what a person's muscles can be.
///
/// Optimal fiber length 0.7 to 1.4 and tendon slack length 0.6 to 1.4 of the model's (Falisse and others
/// 2017; Fregly's calibrations use 0.6 to 1.4 of both), strength 0.5 to 2.5 of it (Lloyd and Buchanan's
/// groups), shape factor -3 to 0 (Lloyd and Besier 2003), activation time constant 7.5 to 35 ms and
/// deactivation four times that, electromechanical delay 0 to 125 ms in all. See `docs/priors.md`.
public enum PhysiologicalBounds {
  /// Normalised fiber length [1].
  public static let normalizedFiberLength = 0.3...1.3
  /// Activation time constant [s].
  public static let activationTimeConstant = 0.0075...0.035
  /// Deactivation time constant [s].
  public static let deactivationTimeConstant = 0.03...0.14
  /// Electromechanical delay, the nominal one included [s].
  public static let delay = 0...0.125
  /// Exponential shape factor [1].
  public static let shapeFactor = -3.0...0

  /// The wall around an unknown that moves `quantity` from `base`; nil where the literature has none.
  ///
  /// What the prior is centred on stays inside: a model beyond the bounds is the user's word.
  /// `nominalDelay`: what a delay counts from [s].
  public static func wall(
    _ quantity: Quantity, base: Double, priorMean: Double, nominalDelay: Double = 0
  ) -> SoftWall? {
    func factors(_ low: Double, _ high: Double) -> SoftWall {
      SoftWall(Double.log(low)...Double.log(high), width: 0.05)
    }
    func values(_ range: ClosedRange<Double>) -> SoftWall {
      factors(range.lowerBound / base, range.upperBound / base)
    }
    let wall: SoftWall? =
      switch quantity {
      case .muscle(_, .maxIsometricForce): factors(0.5, 2.5)
      case .muscle(_, .optimalFiberLength): factors(0.7, 1.4)
      case .muscle(_, .tendonSlackLength): factors(0.6, 1.4)
      case .muscle(_, .activationTimeConstant): values(activationTimeConstant)
      case .muscle(_, .deactivationTimeConstant): values(deactivationTimeConstant)
      case .emg(_, .shapeFactor):
        SoftWall((shapeFactor.lowerBound - base)...(shapeFactor.upperBound - base), width: 0.1)
      case .emg(_, .delay):
        SoftWall(
          (delay.lowerBound - nominalDelay - base)...(delay.upperBound - nominalDelay - base),
          width: 0.005)
      default: nil
      }
    return wall?.containing(priorMean)
  }
}
