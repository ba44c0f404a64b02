internal import RealModule

/// De Groote-Fregly's passive force-length curve with all that depends on its strain computed before.
///
/// f(l) = (exp(k (l - 1)) - o) / (e^4 - o) with k = 4 / e0 and o = exp(-0.8 k): zero at l = 0.2, one at
/// l = 1 + e0 (De Groote and others 2016, equation S5); its tangent beyond exponent 40, far above any
/// strain that a fiber survives.
struct ExponentialPassiveCurve: Hashable, Sendable {
  /// Steepness k = 4 / e0 [1].
  let steepness: Double
  /// The exponential o at l = 0.2 [1].
  let offset: Double
  /// 1 / (e^4 - o) [1].
  let scale: Double
  /// d o / d ln e0 / (e^4 - o) = 0.8 k o / (e^4 - o) [1].
  let offsetChange: Double

  /// The curve that reaches one at the strain e0 [1].
  init(strainAtOneNormForce strain: Double) {
    steepness = 4 / strain
    offset = .exp(-0.8 * steepness)
    scale = 1 / (.exp(4) - offset)
    offsetChange = 0.8 * steepness * offset * scale
  }

  /// Value, slope, and derivative by ln e0 at normalised fiber length `length`.
  @inline(__always)
  func point(_ length: Double) -> MillardCurves.StrainPoint {
    let exponent = steepness * (length - 1)
    let inner = min(exponent, 40)
    let rise = Double.exp(inner)
    let value = (rise * (1 + exponent - inner) - offset) * scale
    let slope = steepness * rise * scale
    return (value, slope, -slope * (length - 1) - (1 - value) * offsetChange)
  }
}
