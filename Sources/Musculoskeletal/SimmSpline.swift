/// OpenSim's `SimmSpline`: a cubic spline through points, straight beyond them.
///
/// Forsythe, Malcolm and Moler (1977), ch. 4: the third derivative at either end is that of the cubic
/// through the four nearest points. In the interval from x_i, with d = x - x_i:
/// s = y_i + d (b_i + d (c_i + d d_i)).
public struct SimmSpline: Hashable, Sendable {
  /// Where the points stand, ascending (pointCount) [the argument's unit].
  public let x: [Double]
  /// The values there (pointCount) [the function's unit].
  public let y: [Double]
  /// First derivatives there (pointCount) [the function's unit per unit of the argument].
  private var b: [Double]
  /// Half the second derivatives there (pointCount) [the function's unit per squared unit].
  private var c: [Double]
  /// A sixth of the third derivatives after each (pointCount) [the function's unit per cubed unit].
  private var d: [Double]

  /// The spline through (x, y); two points at least, x ascending.
  public init(x: [Double], y: [Double]) {
    precondition(x.count == y.count && x.count >= 2, "a spline has two points at least")
    precondition(
      zip(x, x.dropFirst()).allSatisfy { $0 < $1 }, "the points stand in ascending order")
    self.x = x
    self.y = y
    let n = x.count
    b = Array(repeating: 0, count: n)
    c = b
    d = b
    if n == 2 {
      b[0] = (y[1] - y[0]) / (x[1] - x[0])
      b[1] = b[0]
      return
    }
    // tridiagonal system for c: b diagonal, d off-diagonal, c right-hand side
    d[0] = x[1] - x[0]
    c[1] = (y[1] - y[0]) / d[0]
    for i in 1..<(n - 1) {
      d[i] = x[i + 1] - x[i]
      b[i] = 2 * (d[i - 1] + d[i])
      c[i + 1] = (y[i + 1] - y[i]) / d[i]
      c[i] = c[i + 1] - c[i]
    }
    b[0] = -d[0]
    b[n - 1] = -d[n - 2]
    c[0] = 0
    c[n - 1] = 0
    if n > 3 {
      let first = c[2] / (x[3] - x[1]) - c[1] / (x[2] - x[0])
      let last = c[n - 2] / (x[n - 1] - x[n - 3]) - c[n - 3] / (x[n - 2] - x[n - 4])
      c[0] = first * d[0] * d[0] / (x[3] - x[0])
      c[n - 1] = -last * d[n - 2] * d[n - 2] / (x[n - 1] - x[n - 4])
    }
    for i in 1..<n {
      let t = d[i - 1] / b[i - 1]
      b[i] -= t * d[i - 1]
      c[i] -= t * c[i - 1]
    }
    c[n - 1] /= b[n - 1]
    for i in (0..<(n - 1)).reversed() { c[i] = (c[i] - d[i] * c[i + 1]) / b[i] }

    // from the second derivatives to the cubics
    b[n - 1] =
      (y[n - 1] - y[n - 2]) / d[n - 2] + d[n - 2] * (c[n - 2] + 2 * c[n - 1])
    for i in 0..<(n - 1) {
      b[i] = (y[i + 1] - y[i]) / d[i] - d[i] * (c[i + 1] + 2 * c[i])
      d[i] = (c[i + 1] - c[i]) / d[i]
      c[i] *= 3
    }
    c[n - 1] *= 3
    d[n - 1] = d[n - 2]
  }

  /// Value and derivatives at `place`; beyond the points it goes on straight.
  public func evaluate(at place: Double) -> Jet {
    let n = x.count
    if place < x[0] {
      return Jet(value: y[0] + (place - x[0]) * b[0], first: b[0])
    }
    if place > x[n - 1] {
      return Jet(value: y[n - 1] + (place - x[n - 1]) * b[n - 1], first: b[n - 1])
    }
    var low = 0
    var high = n - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if place < x[middle] { high = middle } else { low = middle }
    }
    let t = place - x[low]
    return Jet(
      value: y[low] + t * (b[low] + t * (c[low] + t * d[low])),
      first: b[low] + t * (2 * c[low] + 3 * t * d[low]), second: 2 * c[low] + 6 * t * d[low],
      third: 6 * d[low])
  }
}
