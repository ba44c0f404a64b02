internal import RealModule

/// A fiber of constant height between aponeuroses: its length and pennation from its length along the tendon.
///
/// l_M = sqrt(x^2 + h^2), cos = x / l_M, sin = h / l_M (Zajac 1989, fixed-width pennation). Below the
/// edge of 0.05 l0 the length along the tendon x continues as edge exp(x / edge - 1), which has the
/// same value and slope at the edge, and never turns negative.
struct FiberGeometry {
  /// The edge over optimal fiber length [1].
  static let edge = 0.05

  /// Length along the tendon, positive [m].
  let along: Double
  /// Its derivative by the length that path and tendon leave; one above the edge [1].
  let alongByRaw: Double
  /// Its derivative by the logarithm of the optimal fiber length, which moves the edge [m].
  let alongByLogOptimal: Double
  /// Fiber length l_M [m].
  let length: Double
  /// Cosine of the pennation angle [1].
  let cosine: Double
  /// Its sine [1].
  let sine: Double

  /// The fiber that path and tendon leave `raw` [m] along the tendon's line.
  @inline(__always)
  init(along raw: Double, height: Double, optimalFiberLength optimal: Double) {
    let edge = Self.edge * optimal
    if raw >= edge {
      along = raw
      alongByRaw = 1
      alongByLogOptimal = 0
    } else {
      // e^-30 is nothing, but keeps the fiber's length from being zero
      along = edge * Double.exp(max((raw - edge) / edge, -30))
      alongByRaw = along / edge
      alongByLogOptimal = along - raw * alongByRaw
    }
    length = (along * along + height * height).squareRoot()
    cosine = along / length
    sine = height / length
  }

  /// A number inside a million: what is beyond has no meaning, but must not overflow.
  @inline(__always)
  static func held(_ number: Double) -> Double { min(max(number, -1e6), 1e6) }
}
