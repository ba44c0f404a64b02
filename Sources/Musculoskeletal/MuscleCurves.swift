internal import RealModule

/// The characteristic curves of De Groote and others (2016) with their derivatives.
///
/// Every function returns the value and its derivative by the argument, all dimensionless [1]. Equations
/// from "Evaluation of Direct Collocation Optimal Control Problem Formulations for Solving the Muscle
/// Redundancy Problem", supplement, as corrected in OpenSim's `DeGrooteFregly2016Muscle`: the Gaussian's
/// denominator is squared, b11 is tuned for a peak of one, and the inverse force-velocity subtracts d3.
public enum MuscleCurves {
  /// A value of a curve and its derivative by the argument [1].
  public typealias Point = (value: Double, slope: Double)

  /// Active force-length f_AL(l) = sum_i b1 exp(-(l - b2)^2 / (2 (b3 + b4 l)^2)), equation S3.
  @inline(__always)
  public static func activeForceLength(_ length: Double) -> Point {
    let first = gaussian(
      length, 0.8150671134243542, 1.055033428970575, 0.162384573599574, 0.063303448465465)
    // its width is zero at 0.149, where the limit of value and derivatives is zero
    let isNarrow =
      abs(length - 0.716775413397760) > 38 * abs(0.200356847296188 * length - 0.029947116970696)
    let second: Point =
      isNarrow
      ? (0, 0)
      : gaussian(
        length, 0.433004984392647, 0.716775413397760, -0.029947116970696, 0.200356847296188)
    let third = gaussian(length, 0.1, 1.0, 0.353553390593274, 0.0)
    return (
      first.value + second.value + third.value, first.slope + second.slope + third.slope
    )
  }

  /// Force-velocity f_V(v) = d1 asinh(d2 v + d3) + d4, equation S4; v is negative when shortening.
  @inline(__always)
  public static func forceVelocity(_ velocity: Double) -> Point {
    let inner = d2 * velocity + d3
    let root = Double.sqrt(inner * inner + 1)
    // asinh as a logarithm, exact to the rounding of one, and half the price of the library's
    let magnitude = Double.log(abs(inner) + root)
    return (d1 * (inner < 0 ? -magnitude : magnitude) + d4, d1 * d2 / root)
  }

  /// Active force-length of x = (l - 1) / scale + 1: the curve widened about the optimal length.
  @inline(__always)
  public static func activeForceLength(_ length: Double, widthScale: Double) -> Point {
    let point = activeForceLength((length - 1) / widthScale + 1)
    return (point.value, point.slope / widthScale)
  }

  /// Inverse of the force-velocity curve: the velocity at which `multiplier` is reached.
  public static func forceVelocityInverse(_ multiplier: Double) -> Double {
    (.sinh((multiplier - d4) / d1) - d3) / d2
  }

  /// The inverse with its derivative; beyond |(f - d4) / d1| = 350 its tangent, so that it stays finite.
  @inline(__always)
  static func forceVelocityInversePoint(_ multiplier: Double) -> Point {
    let inner = (multiplier - d4) / d1
    let held = min(max(inner, -350), 350)
    let slope = Double.cosh(held)
    return ((.sinh(held) + slope * (inner - held) - d3) / d2, slope / (d1 * d2))
  }

  /// Passive force-length, zero at l = 0.2 and one at l = 1 + e0, equation S5; see `ExponentialPassiveCurve`.
  public static func passiveForceLength(
    _ length: Double, strainAtOneNormForce strain: Double
  ) -> Point {
    let point = ExponentialPassiveCurve(strainAtOneNormForce: strain).point(length)
    return (point.value, point.slope)
  }

  /// Height of the force-velocity curve, equation S4 [1].
  private static let d1 = -0.3211346127989808
  /// Slope inside its inverse hyperbolic sine [1].
  private static let d2 = -8.149
  /// Shift inside it [1].
  private static let d3 = -0.374
  /// Shift outside it [1].
  private static let d4 = 0.8825327733249912
  /// The tendon curve's c1 and c3; c2 is one [1].
  private static let tendonScale = 0.2
  /// The tendon force where the inverse curve leaves the logarithm, over c1 [1].
  private static let tendonEdge = 0.05

  /// Steepness k_T = ln((1 + c3) / c1) / e0 of the tendon curve, for a strain e0 at one norm force.
  @inline(__always)
  public static func tendonSteepness(strainAtOneNormForce strain: Double) -> Double {
    .log((1 + tendonScale) / tendonScale) / (1 + strain - 1)
  }

  /// Tendon force-length f_T(l) = c1 exp(k_T (l - c2)) - c3, equation S1 with OpenSim's constants.
  ///
  /// With c1 = c3 = 0.2 and c2 = 1; the paper has 0.2, 0.25 and 0.995. The tangent beyond exponent 40.
  public static func tendonForceLength(
    _ length: Double, strainAtOneNormForce strain: Double
  ) -> (value: Double, slope: Double, curvature: Double) {
    let steepness = tendonSteepness(strainAtOneNormForce: strain)
    let exponent = steepness * (length - 1)
    let inner = min(exponent, 40)
    let rise = tendonScale * Double.exp(inner)
    return (
      rise * (1 + exponent - inner) - tendonScale, steepness * rise,
      exponent > 40 ? 0 : steepness * steepness * rise
    )
  }

  /// Inverse tendon curve l(f) = ln((f + c3) / c1) / k_T + c2, with the curve's slope there.
  ///
  /// The curve has no length for a force of -c3 or less: from 0.05 c1 above it on, the logarithm
  /// continues as its tangent and the slope falls to zero as the exponential of that.
  @inline(__always)
  static func tendonForceLengthInverse(
    _ force: Double, steepness: Double
  ) -> (value: Double, byForce: Double, curveSlope: Double, curveSlopeByForce: Double) {
    let ratio = (force + tendonScale) / tendonScale
    if ratio >= tendonEdge {
      let slope = steepness * tendonScale * ratio
      return (.log(ratio) / steepness + 1, 1 / slope, slope, steepness)
    }
    let slope = steepness * tendonScale * tendonEdge
    let below = (ratio - tendonEdge) / tendonEdge
    let fall = Double.exp(below)
    return (
      (.log(tendonEdge) + below) / steepness + 1, 1 / slope, slope * fall, steepness * fall
    )
  }

  /// Inverse tendon curve with its derivative by the force.
  public static func tendonForceLengthInverse(
    _ force: Double, strainAtOneNormForce strain: Double
  ) -> Point {
    let inverse = tendonForceLengthInverse(
      force, steepness: tendonSteepness(strainAtOneNormForce: strain))
    return (inverse.value, inverse.byForce)
  }

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
