internal import Algebra
internal import RealModule

/// A bend between two straight lines: a quintic Bezier curve y(x) that joins both with its curvature.
///
/// x(u) = b0 x0 + (b1 + b2) xm + (b3 + b4) xn + b5 x1 with Bernstein's b_i(u), and y(u) alike. The inner
/// points lie the fraction c = 0.1 + 0.8 curviness from the ends to the crossing of the end tangents
/// (Millard and others 2013, appendix; OpenSim's `SegmentedQuinticBezierToolkit`). The points may
/// depend on one parameter; the corner keeps their derivatives by it.
struct QuinticCorner: Hashable, Sendable {
  /// A place of a curve with its slope there, and how both change with the curve's parameter.
  typealias Joint = (x: Dual, y: Dual, slope: Dual)
  /// A value of a curve, its derivative by the argument, and by the curve's parameter.
  typealias Point = (value: Double, slope: Double, byParameter: Double)

  /// The four distinct abscissas.
  let x: SIMD4<Double>
  /// The four distinct ordinates.
  let y: SIMD4<Double>
  /// Derivatives of the abscissas by the parameter.
  let xChange: SIMD4<Double>
  /// Derivatives of the ordinates by the parameter.
  let yChange: SIMD4<Double>
  /// Slope of the line before the corner and its derivative by the parameter.
  let startSlope: Dual
  /// Slope of the line after it and its derivative by the parameter.
  let endSlope: Dual

  /// The corner from one joint to the next.
  init(from start: Joint, to end: Joint, curviness: Double) {
    let c = Dual(0.1 + 0.8 * curviness)
    // where the tangents meet; parallel ones meet half way
    let difference = start.slope - end.slope
    let crossing =
      abs(difference.value) > 1.4901161193847656e-8
      ? (end.y - start.y - end.x * end.slope + start.x * start.slope) / difference
      : (start.x + end.x) / 2
    let height = (crossing - end.x) * end.slope + end.y
    let xs = [start.x, start.x + c * (crossing - start.x), end.x + c * (crossing - end.x), end.x]
    let ys = [start.y, start.y + c * (height - start.y), end.y + c * (height - end.y), end.y]
    self.init(xs: xs, ys: ys, startSlope: start.slope, endSlope: end.slope)
  }

  private init(xs: [Dual], ys: [Dual], startSlope: Dual, endSlope: Dual) {
    x = SIMD4(xs.map(\.value))
    y = SIMD4(ys.map(\.value))
    xChange = SIMD4(xs.map(\.slope))
    yChange = SIMD4(ys.map(\.slope))
    self.startSlope = startSlope
    self.endSlope = endSlope
  }

  /// The same corner with abscissas and ordinates exchanged: the inverse curve.
  var inverse: QuinticCorner {
    func duals(_ value: SIMD4<Double>, _ change: SIMD4<Double>) -> [Dual] {
      (0..<4).map { Dual(value[$0], slope: change[$0]) }
    }
    return QuinticCorner(
      xs: duals(y, yChange), ys: duals(x, xChange), startSlope: 1 / startSlope,
      endSlope: 1 / endSlope)
  }

  /// The curve at abscissa `place` inside the corner.
  @inline(__always)
  func point(at place: Double) -> Point {
    // x(u) = place by Newton's method, kept inside a shrinking bracket
    var low = 0.0
    var high = 1.0
    var u = (place - x[0]) / (x[3] - x[0])
    for _ in 0..<60 {
      let error = Self.value(x, u) - place
      let step = error / Self.slope(x, u)
      if abs(step) < 2e-16 || error == 0 { break }
      if error > 0 { high = u } else { low = u }
      let next = u - step
      u = next > low && next < high ? next : 0.5 * (low + high)
      if high - low < 2e-16 { break }
    }
    let slope = Self.slope(y, u) / Self.slope(x, u)
    // at constant x: dy = y_e - y_u x_e / x_u
    return (
      Self.value(y, u), slope, Self.value(yChange, u) - slope * Self.value(xChange, u)
    )
  }

  /// The line before the corner.
  @inline(__always)
  func before(_ place: Double) -> Point {
    let distance = place - x[0]
    let slope = startSlope.value
    return (
      y[0] + slope * distance, slope,
      yChange[0] + startSlope.slope * distance - slope * xChange[0]
    )
  }

  /// The line after the corner.
  @inline(__always)
  func after(_ place: Double) -> Point {
    let distance = place - x[3]
    let slope = endSlope.value
    return (
      y[3] + slope * distance, slope, yChange[3] + endSlope.slope * distance - slope * xChange[3]
    )
  }

  @inline(__always)
  private static func value(_ points: SIMD4<Double>, _ u: Double) -> Double {
    let w = 1 - u
    let (u2, w2) = (u * u, w * w)
    return w2 * w2 * w * points[0] + 5 * u * w2 * w * (w + 2 * u) * points[1]
      + 5 * u2 * u * w * (2 * w + u) * points[2] + u2 * u2 * u * points[3]
  }

  @inline(__always)
  private static func slope(_ points: SIMD4<Double>, _ u: Double) -> Double {
    let w = 1 - u
    let (u2, w2) = (u * u, w * w)
    return 5
      * (w2 * w2 * (points[1] - points[0]) + 6 * u2 * w2 * (points[2] - points[1])
        + u2 * u2 * (points[3] - points[2]))
  }
}
