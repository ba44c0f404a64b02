internal import RealModule

/// The characteristic curves of De Groote et al. 2016 with their derivatives.
///
/// Every function returns the value and its derivative by the argument, all dimensionless [1]. Equations
/// from "Evaluation of Direct Collocation Optimal Control Problem Formulations for Solving the Muscle
/// Redundancy Problem", supplement, as corrected in OpenSim's `DeGrooteFregly2016Muscle`: the Gaussian's
/// denominator is squared, b11 is tuned for a peak of one, and the inverse force-velocity subtracts d3.
public enum MuscleCurves {
  /// A value of a curve and its derivative by the argument [1].
  public typealias Point = (value: Double, slope: Double)

  /// Active force-length f_AL(l) = sum_i b1 exp(-(l - b2)^2 / (2 (b3 + b4 l)^2)), eq. S3.
  @inline(__always)
  public static func activeForceLength(_ length: Double) -> Point {
    let first = gaussian(
      length, 0.8150671134243542, 1.055033428970575, 0.162384573599574, 0.063303448465465)
    let second = gaussian(
      length, 0.433004984392647, 0.716775413397760, -0.029947116970696, 0.200356847296188)
    let third = gaussian(length, 0.1, 1.0, 0.353553390593274, 0.0)
    return (
      first.value + second.value + third.value, first.slope + second.slope + third.slope
    )
  }

  /// Force-velocity f_V(v) = d1 asinh(d2 v + d3) + d4, eq. S4; v is negative when shortening.
  @inline(__always)
  public static func forceVelocity(_ velocity: Double) -> Point {
    let inner = d2 * velocity + d3
    let root = Double.sqrt(inner * inner + 1)
    // asinh as a logarithm, exact to the rounding of one, and half the price of the library's
    let magnitude = Double.log(abs(inner) + root)
    return (d1 * (inner < 0 ? -magnitude : magnitude) + d4, d1 * d2 / root)
  }

  /// Inverse of the force-velocity curve: the velocity at which `multiplier` is reached.
  public static func forceVelocityInverse(_ multiplier: Double) -> Double {
    (.sinh((multiplier - d4) / d1) - d3) / d2
  }

  /// Passive force-length, exponential, zero at l = 0.2 and one at l = 1 + e0, eq. S5.
  public static func passiveForceLength(
    _ length: Double, strainAtOneNormForce strain: Double
  ) -> Point {
    passiveForceLength(
      length, strainAtOneNormForce: strain, offset: passiveOffset(strainAtOneNormForce: strain))
  }

  /// The exponential at l = 0.2, which depends on the strain e0 alone.
  static func passiveOffset(strainAtOneNormForce strain: Double) -> Double {
    .exp(shape * (0.2 - 1) / strain)
  }

  /// The same with its offset computed before.
  @inline(__always)
  static func passiveForceLength(
    _ length: Double, strainAtOneNormForce strain: Double, offset: Double
  ) -> Point {
    let rise = Double.exp(shape * (length - 1) / strain)
    let denominator = exponentOfShape - offset
    return ((rise - offset) / denominator, shape / strain * rise / denominator)
  }

  private static let d1 = -0.3211346127989808
  private static let d2 = -8.149
  private static let d3 = -0.374
  private static let d4 = 0.8825327733249912
  private static let shape = 4.0
  private static let exponentOfShape = Double.exp(4.0)

  @inline(__always)
  private static func gaussian(
    _ length: Double, _ b1: Double, _ b2: Double, _ b3: Double, _ b4: Double
  ) -> Point {
    let width = b3 + b4 * length
    let ratio = (length - b2) / width
    let value = b1 * Double.exp(-0.5 * ratio * ratio)
    return (value, -value * ratio * (1 - ratio * b4) / width)
  }
}
