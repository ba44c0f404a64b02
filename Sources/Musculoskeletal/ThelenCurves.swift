internal import RealModule

/// The characteristic curves of Thelen (2003) as OpenSim's `Thelen2003Muscle` has them, precomputed.
///
/// Dimensionless [1]. Equations 1-7 of "Adjustment of Muscle Mechanics Model Parameters to Simulate
/// Dynamic Contractions in Older Adults", J. Biomech. Eng. 125, with OpenSim's exact toe and straight
/// ends of the force-velocity curve. Passive and tendon curve have a kink where they leave zero, as
/// OpenSim's have.
public struct ThelenCurves: Hashable, Sendable {
  /// The shape.
  public let shape: ThelenShape
  /// (2 + 2 / A_f) / (F_len - 1), the steepness of lengthening [1].
  private let lengthening: Double
  /// Force multiplier where the force-velocity curve becomes straight [1].
  private let straightForce: Double
  /// Velocity over (1/4 + 3/4 a) there [1].
  private let straightVelocity: Double
  /// Slope of the velocity by the multiplier beyond it [1].
  private let straightSlope: Double
  /// e^K - 1 with the passive shape factor K [1].
  private let passiveScale: Double

  /// Strain at the toe's end over strain at one norm force, 99 e^3 / (166 e^3 - 67) [1].
  private static let toe = 99 * Double.exp(3) / (166 * Double.exp(3) - 67)
  /// Force at the toe's end over e^3 - 1 [1].
  private static let toeScale = 0.33 / (Double.exp(3) - 1)

  /// The curves of `shape`.
  public init(_ shape: ThelenShape) {
    self.shape = shape
    let flen = shape.maxLengtheningForce
    lengthening = (2 + 2 / shape.forceVelocityShape) / (flen - 1)
    straightForce = shape.extrapolationThreshold * flen
    let distance = lengthening * (flen - straightForce)
    straightVelocity = (straightForce - 1) / distance
    straightSlope = (flen - 1) * lengthening / (distance * distance)
    passiveScale = .expMinusOne(shape.passiveForceLengthShape)
  }

  /// f_AL(l) = exp(-(l - 1)^2 / K_active), equation 4.
  @inline(__always)
  public func activeForceLength(_ length: Double) -> MuscleCurves.Point {
    let distance = length - 1
    let width = shape.activeForceLengthShape
    let value = Double.exp(-distance * distance / width)
    return (value, -2 * distance / width * value)
  }

  /// f_PE(l) = (exp(K (l - 1) / e) - 1) / (exp(K) - 1) above one, equation 3; its tangent beyond exponent 40.
  @inline(__always)
  public func passiveForceLength(
    _ length: Double, strainAtOneNormForce strain: Double
  ) -> MillardCurves.StrainPoint {
    guard length > 1 else { return (0, 0, 0) }
    let steepness = shape.passiveForceLengthShape / strain
    let exponent = steepness * (length - 1)
    let inner = min(exponent, 40)
    let rise = Double.exp(inner)
    let slope = steepness * rise / passiveScale
    let value = (Double.expMinusOne(inner) + rise * (exponent - inner)) / passiveScale
    return (value, slope, -slope * (length - 1))
  }

  /// f_T: 0.33 (exp(3 e / e_toe) - 1) / (e^3 - 1) in the toe, then 0.33 + k (e - e_toe), equation 5.
  @inline(__always)
  public func tendonForceLength(
    _ length: Double, strainAtOneNormForce strain: Double
  ) -> MillardCurves.StrainPoint {
    let stretch = length - 1
    guard stretch > 0 else { return (0, 0, 0) }
    let toe = Self.toe * strain
    let value: Double
    let slope: Double
    if stretch <= toe {
      let exponent = 3 * stretch / toe
      value = Self.toeScale * Double.expMinusOne(exponent)
      slope = Self.toeScale * 3 / toe * Double.exp(exponent)
    } else {
      slope = 0.67 / (strain - toe)
      value = 0.33 + slope * (stretch - toe)
    }
    // the curve depends on stretch over strain alone
    return (value, slope, -slope * stretch)
  }

  /// f_V(v, a) = phi(v / (1/4 + 3/4 a)), equations 6 and 7 solved for the force.
  ///
  /// phi(w) = (1 + w) / (1 - w / A_f) for -1 < w <= 0, (1 + k F_len w) / (1 + k w) above with
  /// k = (2 + 2 / A_f) / (F_len - 1), straight below -1 and beyond the threshold.
  @inline(__always)
  public func forceVelocity(
    _ velocity: Double, activation: Double
  ) -> (value: Double, slope: Double, byActivation: Double) {
    let scale = 0.25 + 0.75 * activation
    let w = velocity / scale
    let value: Double
    let slope: Double
    let curl = shape.forceVelocityShape
    if w <= -1 {
      slope = 1 / (1 + 1 / curl)
      value = (w + 1) * slope
    } else if w <= 0 {
      let below = 1 - w / curl
      value = (1 + w) / below
      slope = (1 + 1 / curl) / (below * below)
    } else if w < straightVelocity {
      let below = 1 + lengthening * w
      value = (1 + lengthening * shape.maxLengtheningForce * w) / below
      slope = lengthening * (shape.maxLengtheningForce - 1) / (below * below)
    } else {
      slope = 1 / straightSlope
      value = straightForce + (w - straightVelocity) * slope
    }
    return (value, slope / scale, -slope * w / scale * 0.75)
  }

  /// The velocity at which the force multiplier is `multiplier`, equations 6 and 7.
  @inline(__always)
  public func forceVelocityInverse(
    _ multiplier: Double, activation: Double
  ) -> (value: Double, slope: Double, byActivation: Double) {
    let scale = 0.25 + 0.75 * activation
    let value: Double
    let slope: Double
    let curl = shape.forceVelocityShape
    if multiplier <= 0 {
      slope = 1 + 1 / curl
      value = multiplier * slope - 1
    } else if multiplier >= straightForce {
      slope = straightSlope
      value = straightVelocity + (multiplier - straightForce) * slope
    } else if multiplier <= 1 {
      let below = 1 + multiplier / curl
      value = (multiplier - 1) / below
      slope = (1 + 1 / curl) / (below * below)
    } else {
      let distance = lengthening * (shape.maxLengtheningForce - multiplier)
      value = (multiplier - 1) / distance
      slope = (shape.maxLengtheningForce - 1) * lengthening / (distance * distance)
    }
    return (scale * value, scale * slope, 0.75 * value)
  }
}
