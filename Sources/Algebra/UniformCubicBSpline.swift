/// A twice continuously differentiable curve of cubics that is known as far as its control points are.
///
/// Between the knots t_k and t_k+1, with s = 0 ... 1 across the interval and control points c:
///
///     6 y = (1 - s)^3 c_k-1 + (3 s^3 - 6 s^2 + 4) c_k + (-3 s^3 + 3 s^2 + 3 s + 1) c_k+1 + s^3 c_k+2
///
/// The curve never leaves the range of its control points, and a new control point changes nothing
/// before the last two knots (de Boor, A Practical Guide to Splines, 2001, ch. IX).
public struct UniformCubicBSpline: Hashable, Sendable {
  /// Values at each point [1].
  public let channelCount: Int
  /// The first knot [the argument's unit].
  public let start: Double
  /// Distance of two knots [the argument's unit].
  public let spacing: Double
  /// Control points, the first one knot before `start` (any number x channelCount) [the channels' unit].
  public private(set) var controlPoints: [Double]

  /// A curve without control points yet.
  public init(start: Double, spacing: Double, channelCount: Int) {
    precondition(spacing > 0 && channelCount > 0, "knots ascend, and something is interpolated")
    self.start = start
    self.spacing = spacing
    self.channelCount = channelCount
    controlPoints = []
  }

  /// Adds a control point (channelCount).
  public mutating func append(_ point: [Double]) {
    precondition(point.count == channelCount, "a number for every channel")
    controlPoints += point
  }

  /// Intervals between knots that are known [1].
  public var intervalCount: Int { max(controlPoints.count / channelCount - 3, 0) }

  /// The values at `place` into `result` (channelCount); beyond the ends the curve holds still.
  public func evaluate(at place: Double, into result: inout [Double]) {
    precondition(intervalCount > 0, "a curve has four control points at least")
    let last = Double(intervalCount)
    let position = min(max((place - start) / spacing, 0), last)
    let interval = min(Int(position), intervalCount - 1)
    let s = position - Double(interval)
    let r = 1 - s
    let first = r * r * r
    let second = s * s * (3 * s - 6) + 4
    let third = s * (s * (3 - 3 * s) + 3) + 1
    let fourth = s * s * s
    let at = interval * channelCount
    for channel in 0..<channelCount {
      let c0 = first * controlPoints[at + channel]
      let c1 = second * controlPoints[at + channelCount + channel]
      let c2 = third * controlPoints[at + 2 * channelCount + channel]
      let c3 = fourth * controlPoints[at + 3 * channelCount + channel]
      result[channel] = (c0 + c1 + c2 + c3) / 6
    }
  }

  /// The cubic of one interval as a spline of its own.
  public func cubic(ofInterval interval: Int) -> CubicSpline {
    let begin = start + Double(interval) * spacing
    var values: [Double] = []
    var point = Array(repeating: 0.0, count: channelCount)
    for index in 0..<4 {
      evaluate(at: begin + Double(index) / 3 * spacing, into: &point)
      values += point
    }
    return CubicSpline(
      start: begin, spacing: spacing / 3, channelCount: channelCount, values: values)
  }
}
