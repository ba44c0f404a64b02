internal import Algebra

/// Where the hand is meant to be: minimum-jerk reaches between random targets with holds between.
///
/// Flash and Hogan 1985: q(s) = q0 + (q1 - q0)(10 s^3 - 15 s^4 + 6 s^5), s = t / T.
struct ReachPlan: Sendable {
  /// Angles, rates and accelerations wanted at one moment (coordinateCount each).
  struct Point: Sendable {
    /// Angles [rad].
    var q: [Double]
    /// Rates [rad/s].
    var u: [Double]
    /// Accelerations [rad/s^2].
    var a: [Double]
  }

  /// One reach and the hold after it.
  private struct Reach: Sendable {
    /// When it begins [s].
    var begin: Double
    /// How long it moves [s].
    var duration: Double
    /// When the hold after it ends [s].
    var end: Double
    /// Where it begins (coordinateCount) [rad].
    var from: [Double]
    /// Where it ends (coordinateCount) [rad].
    var to: [Double]
  }

  private var reaches: [Reach]
  private let configuration: VirtualSubjectConfiguration

  /// A plan that rests at `posture` (coordinateCount) [rad].
  init(_ configuration: VirtualSubjectConfiguration, posture: [Double]) {
    self.configuration = configuration
    reaches = [Reach(begin: 0, duration: 0.01, end: 0.5, from: posture, to: posture)]
  }

  /// When the last planned hold ends [s].
  var end: Double { reaches.last?.end ?? 0 }
  /// Where it holds (coordinateCount) [rad].
  var lastTarget: [Double] { reaches.last?.to ?? [] }

  /// Adds a reach to `target`, forgetting reaches that ended before `past` [s].
  mutating func append(to target: [Double], random: inout RandomSource, past: Double) {
    let duration = configuration.reachDuration
    let hold = configuration.holdDuration
    let begin = end
    let time = duration.lowerBound + random.uniform() * (duration.upperBound - duration.lowerBound)
    let rest = hold.lowerBound + random.uniform() * (hold.upperBound - hold.lowerBound)
    reaches.append(
      Reach(
        begin: begin, duration: time, end: begin + time + rest, from: lastTarget, to: target))
    while reaches.count > 2, reaches[0].end < past { reaches.removeFirst() }
  }

  /// What is wanted at `time` [s], which must lie before `end`.
  func point(at time: Double) -> Point {
    let reach = reaches.first { time < $0.end } ?? reaches[reaches.count - 1]
    let s = min(max((time - reach.begin) / reach.duration, 0), 1)
    let position = s * s * s * (10 + s * (-15 + 6 * s))
    let speed = s * s * (30 + s * (-60 + 30 * s)) / reach.duration
    let acceleration = s * (60 + s * (-180 + 120 * s)) / (reach.duration * reach.duration)
    var point = Point(q: reach.from, u: reach.from, a: reach.from)
    for index in reach.from.indices {
      let span = reach.to[index] - reach.from[index]
      point.q[index] = reach.from[index] + span * position
      point.u[index] = span * speed
      point.a[index] = span * acceleration
    }
    return point
  }
}
