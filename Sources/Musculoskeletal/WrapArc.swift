internal import RealModule

/// A taut string about a circle in a plane: the part that cylinder and sphere share.
struct WrapArc: Sendable {
  /// Where the start stands [rad].
  var startAngle: Double
  /// Turn from the start to the end, signed by the direction of travel [rad].
  var turn: Double
  /// From the start to its tangent point [m].
  var startDistance: Double
  /// From the end's tangent point to the end [m].
  var endDistance: Double
  /// Turn from the start to its tangent point, signed by the direction of travel [rad].
  var startTurn: Double
  /// Angle on the circle, positive [rad].
  var wrap: Double

  /// The string from radius `start` at `startAngle` about a circle to radius `end`, or nil when it
  /// passes the circle by.
  ///
  /// It touches when |turn| > acos(r/rs) + acos(r/re); its length is then
  /// sqrt(rs^2 - r^2) + sqrt(re^2 - r^2) + r (|turn| - acos(r/rs) - acos(r/re)).
  init?(start: Double, startAngle: Double, end: Double, turn: Double, radius: Double) {
    let first = Double.acos(min(1, radius / start))
    let last = Double.acos(min(1, radius / end))
    let wrap = abs(turn) - first - last
    guard wrap > 0 else { return nil }
    self.startAngle = startAngle
    self.turn = turn
    self.wrap = wrap
    startTurn = turn < 0 ? -first : first
    startDistance = .sqrt(max(0, (start - radius) * (start + radius)))
    endDistance = .sqrt(max(0, (end - radius) * (end + radius)))
  }

  /// Turn from start to end [rad]: the shorter way, or the way over the angle zero when `isSided`.
  ///
  /// A path that must lie on one side never crosses the half line opposite to it, which is what keeps
  /// its length continuous where OpenSim changes sides.
  static func turn(from start: Double, to end: Double, isSided: Bool) -> Double {
    let turn = end - start
    if isSided { return turn }
    if turn > .pi { return turn - 2 * .pi }
    if turn < -.pi { return turn + 2 * .pi }
    return turn
  }
}
