/// Bounds on an unknown that a fit may lean on but not lightly pass: a smooth one-sided quadratic.
///
/// cost = ((theta - bound) / width)^2 / 2 beyond a bound, zero between them.
public struct SoftWall: Hashable, Sendable {
  /// The bounds of theta [1, or the quantity's unit].
  public var bounds: ClosedRange<Double>
  /// How far beyond a bound costs as much as one standard deviation [1, or the quantity's unit].
  public var width: Double

  /// A wall around `bounds`.
  public init(_ bounds: ClosedRange<Double>, width: Double) {
    precondition(width > 0, "a wall is soft")
    self.bounds = bounds
    self.width = width
  }

  /// The bound that `theta` lies beyond and how far, negative below; nil between them.
  public func excess(_ theta: Double) -> (bound: Double, beyond: Double)? {
    if theta > bounds.upperBound { return (bounds.upperBound, theta - bounds.upperBound) }
    if theta < bounds.lowerBound { return (bounds.lowerBound, theta - bounds.lowerBound) }
    return nil
  }

  /// The wall that also leaves `theta` in peace.
  public func containing(_ theta: Double) -> SoftWall {
    SoftWall(min(bounds.lowerBound, theta)...max(bounds.upperBound, theta), width: width)
  }
}
