/// One unknown of an identification: what it moves, and what was believed before any data.
///
/// Its coordinate theta is ln(value / base) for logarithmic quantities and value - base for others; the
/// prior on theta is Gaussian.
public struct FreeParameter: Hashable, Sendable {
  /// OpenSim's words, as in `muscle/BIClong/max_isometric_force`.
  public var name: String
  /// The quantities that move together, each by the same factor or the same amount.
  public var targets: [Quantity]
  /// The value at theta zero: the first target's, or the sum of a group's forces [its unit].
  public var base: Double
  /// Prior mean of theta [1, or the quantity's unit].
  public var priorMean: Double
  /// Prior standard deviation of theta [1, or the quantity's unit].
  public var priorDeviation: Double
  /// Bounds that a fit may lean on; nil where there are none.
  public var wall: SoftWall?
  /// True for a number of a worn device: it was measured apart from the subject, and the scale law leaves it alone.
  public var isOfDevice = false
  /// How it changes while a session runs; nil where it stays as it is, as offline fits take it to.
  public var processNoise: ProcessNoise?

  /// An unknown that moves `targets` together.
  public init(
    name: String, targets: [Quantity], base: Double, priorMean: Double = 0, priorDeviation: Double,
    wall: SoftWall? = nil
  ) {
    precondition(!targets.isEmpty, "a parameter moves something")
    precondition(priorDeviation > 0, "a free parameter has a prior of some width")
    self.name = name
    self.targets = targets
    self.base = base
    self.priorMean = priorMean
    self.priorDeviation = priorDeviation
    self.wall = wall
  }

  /// True when theta is a logarithm.
  public var isLogarithmic: Bool { targets[0].isLogarithmic }
  /// The SI unit of the value.
  public var unit: String { targets[0].unit }
  /// True when it is a muscle's strength.
  public var isMaxIsometricForce: Bool {
    if case .muscle(_, .maxIsometricForce) = targets[0] { true } else { false }
  }
  /// True when the scale law moves it.
  public var scalesWithForce: Bool { !isOfDevice && targets[0].scalesWithForce }
}
