/// The twice continuously differentiable curve of cubics through equally spaced values of several channels.
///
/// Between y_i and y_i+1, h apart, with second derivatives m and t = 0 ... 1 across the interval:
///
///     s = (1 - t) y_i + t y_i+1 - h^2/6 t (1 - t) ((2 - t) m_i + (1 + t) m_i+1)
///     m_i-1 + 4 m_i + m_i+1 = 6 (y_i-1 - 2 y_i + y_i+1) / h^2
///
/// closed by de Boor's not-a-knot rule, m_0 - 2 m_1 + m_2 = 0 and so at the other end: the first two
/// cubics are one, and the error is of fourth order up to the ends (de Boor, A Practical Guide to
/// Splines, 2001, ch. IV). Two points give a straight line, three a parabola. Reading allocates nothing.
public struct CubicSpline: Hashable, Sendable {
  /// Values at each point [1].
  public let channelCount: Int
  /// Points [1].
  public let pointCount: Int
  /// Where the first point stands [the argument's unit].
  public let start: Double
  /// Distance of two points [the argument's unit].
  public let spacing: Double
  /// The values, point by point (pointCount x channelCount) [the channels' unit].
  private let values: [Double]
  /// Second derivatives there, times spacing^2 / 6 (pointCount x channelCount) [the channels' unit].
  private var bends: [Double]

  /// The curve through `values`, point by point (any number x channelCount).
  public init(start: Double, spacing: Double, channelCount: Int, values: [Double]) {
    precondition(spacing > 0, "the points stand in ascending order")
    precondition(channelCount > 0 && values.count % channelCount == 0, "every point is complete")
    precondition(values.count >= 2 * channelCount, "a curve has two points at least")
    self.start = start
    self.spacing = spacing
    self.channelCount = channelCount
    self.values = values
    pointCount = values.count / channelCount
    bends = Array(repeating: 0, count: values.count)
    solve()
  }

  /// The values at `place` into `result` (channelCount); beyond the ends the last cubics go on.
  public func evaluate(at place: Double, into result: inout [Double]) {
    precondition(result.count == channelCount, "one result a channel")
    let position = (place - start) / spacing
    let interval = Int(min(max(position.rounded(.down), 0), Double(pointCount - 2)))
    let t = position - Double(interval)
    let here = interval * channelCount
    let next = here + channelCount
    for channel in 0..<channelCount {
      let straight = (1 - t) * values[here + channel] + t * values[next + channel]
      let bend = (2 - t) * bends[here + channel] + (1 + t) * bends[next + channel]
      result[channel] = straight - t * (1 - t) * bend
    }
  }

  /// Finds the bends: the end rule gives the second and the last but one at once, elimination the others.
  private mutating func solve() {
    let last = pointCount - 1
    guard last >= 2 else { return }
    func at(_ point: Int, _ channel: Int) -> Int { point * channelCount + channel }
    for channel in 0..<channelCount {
      func difference(_ point: Int) -> Double {
        values[at(point - 1, channel)] - 2 * values[at(point, channel)]
          + values[at(point + 1, channel)]
      }
      bends[at(1, channel)] = difference(1) / 6
      bends[at(last - 1, channel)] = difference(last - 1) / 6
      if last >= 4 {
        // pivots 4 - 1 / previous, the known neighbours on the right-hand side
        var pivots = Array(repeating: 4.0, count: last - 1)
        var sums = Array(repeating: 0.0, count: last - 1)
        for point in 2...(last - 2) {
          sums[point] = difference(point)
          if point == 2 {
            sums[point] -= bends[at(1, channel)]
          } else {
            pivots[point] -= 1 / pivots[point - 1]
            sums[point] -= sums[point - 1] / pivots[point - 1]
          }
        }
        for point in (2...(last - 2)).reversed() {
          bends[at(point, channel)] = (sums[point] - bends[at(point + 1, channel)]) / pivots[point]
        }
      }
      let inner = min(2, last - 1)
      bends[at(0, channel)] = 2 * bends[at(1, channel)] - bends[at(inner, channel)]
      bends[at(last, channel)] =
        2 * bends[at(last - 1, channel)] - bends[at(max(last - 2, 1), channel)]
    }
  }
}
