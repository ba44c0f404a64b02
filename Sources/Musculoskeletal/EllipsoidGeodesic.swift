internal import RealModule

/// The shortest path over an ellipsoid, found by shooting.
///
/// The points where a line from p just touches the ellipsoid lie on a circle of the space in which the
/// ellipsoid is the unit sphere: y = p/|p|^2 + sqrt(1 - 1/|p|^2) (e1 cos h + e2 sin h). From each of
/// them, in the direction of the line, runs one geodesic
///
///     x'' = -(x'^T A x' / |A x|^2) A x,   A = diag(1/a^2, 1/b^2, 1/c^2)
///
/// which is left where the tangent plane holds the end; the end is then missed sideways by m(h). The
/// Jacobi field B of the path, with Gauss's curvature K = 1 / (a b c |A x|^2)^2, gives dm/dh in closed
/// form, and Newton's method finds m(h) = 0 (do Carmo, Differential Geometry of Curves and Surfaces,
/// sections 4-4 and 5-5). OpenSim instead cuts the ellipsoid with a plane that it blends from several
/// rules, and its length jumps where the rules change.
///
/// A path through the middle has two shortest ways round, on either side of the thin axis across the
/// chord; the search is made from both (`branch`), and the shorter is the path. Its length is continuous
/// where the two are equal. A quadrant is not looked at: it would hold a path on the longer way until that
/// gives out, and then the length jumps.
struct EllipsoidGeodesic: Sendable {
  /// Half axes [m].
  let radii: Vector3
  /// Diagonal of A [1/m^2].
  let form: Vector3
  /// (a b c)^-2, Gauss's curvature times |A x|^4 [1/m^6].
  let curvatureFactor: Double
  /// Step along the geodesic [m].
  let step: Double

  /// How far the search leans to one side, in units of the ellipsoid [1].
  static let lean = 0.6
  /// Steps after which a geodesic is given up [1].
  static let stepLimit = 600

  /// The ellipsoid with half axes `radii` [m].
  init(radii: Vector3) {
    self.radii = radii
    form = Vector3(
      1 / (radii.x * radii.x), 1 / (radii.y * radii.y), 1 / (radii.z * radii.z))
    let volume = radii.x * radii.y * radii.z
    curvatureFactor = 1 / (volume * volume)
    let smallest = min(radii.x, radii.y, radii.z)
    let largest = max(radii.x, radii.y, radii.z)
    // a seventh of the sharpest bend, but never so fine that a lap takes more steps than the limit
    step = max(smallest * smallest / largest / 7, largest / 60)
  }

  /// Where the shortest path from `start` to `end` on one side lies on the surface; nil when there is none.
  func contact(from start: Vector3, to end: Vector3, branch: WrapBranch) -> SurfaceContact? {
    guard branch == .shorter else { return contact(from: start, to: end, lean: branch.lean) }
    let one = contact(from: start, to: end, lean: Self.lean)
    let other = contact(from: start, to: end, lean: -Self.lean)
    guard let one, let other else { return one ?? other }
    let isOne =
      one.startDistance + one.arc + one.endDistance
      <= other.startDistance + other.arc + other.endDistance
    return isOne ? one : other
  }

  /// True when the ellipsoid lies in the way of the straight line.
  func isMet(from start: Vector3, to end: Vector3) -> Bool {
    let p = scaled(start)
    let s = scaled(end)
    let chord = s - p
    let place = -dot(p, chord) / dot(chord, chord)
    guard place > 0, place < 1 else { return false }
    let foot = p + chord * place
    return dot(foot, foot) < 1 && dot(p, p) > 1 && dot(s, s) > 1
  }

  private func contact(from start: Vector3, to end: Vector3, lean: Double) -> SurfaceContact? {
    guard isMet(from: start, to: end) else { return nil }
    let p = scaled(start)
    let s = scaled(end)
    let chord = s - p
    let place = -dot(p, chord) / dot(chord, chord)
    let foot = p + chord * place
    // a point close to the surface sees little of it and is hard to hit: shoot from there
    let isTurned = dot(s, s) < dot(p, p)
    let (near, far) = isTurned ? (end, start) : (start, end)

    // the less lean, the surer the first shot comes close
    var share = 1.0
    while share > 0.01 {
      let guide = guide(foot, chord: chord, lean: lean * share)
      if let fan = fan(isTurned ? s : p, start: near, towards: guide),
        let contact = contact(in: fan, end: far)
      {
        return isTurned ? contact.reversed : contact
      }
      share *= 0.5
    }
    return nil
  }

  /// Newton's method for the contact angle, kept between what is too little and too much.
  private func contact(in fan: Fan, end: Vector3) -> SurfaceContact? {
    // far from the answer, strides three times as long will do
    var stride = 3 * step
    guard var shot = shoot(fan, angle: 0, end: end, step: stride) else { return nil }
    var angle = 0.0
    var low = -Double.infinity
    var high = Double.infinity
    for _ in 0..<40 {
      if shot.turn > 0 { low = max(low, angle) } else { high = min(high, angle) }
      var change = shot.isShortest ? shot.turn : (shot.turn < 0 ? -0.2 : 0.2)
      change = max(-0.3, min(0.3, change))
      if stride > step, abs(change) < 0.02 || high - low < 0.02 {
        stride = step
        low = -.infinity
        high = .infinity
        angle += change
        guard let finer = shoot(fan, angle: angle, end: end, step: stride) else { return nil }
        shot = finer
        continue
      }
      let isSettled =
        abs(change) < 1e-11 || !(high - low > 1e-13)
      if isSettled { return shot.isOnSurface && shot.isShortest ? shot.contact : nil }
      var next = angle + change
      if !(next > low && next < high) { next = (low + high) / 2 }
      var tries = 0
      while true {
        if let better = shoot(fan, angle: next, end: end, step: stride) {
          shot = better
          break
        }
        tries += 1
        if tries > 8 { return nil }
        next = (next + angle) / 2
      }
      angle = next
    }
    return nil
  }

  /// The direction from the chord in which the path is expected, in the space of the unit sphere: towards
  /// the foot of the centre, and `lean` to the side where the ellipsoid is thin across the chord.
  private func guide(_ foot: Vector3, chord: Vector3, lean: Double) -> Vector3 {
    let along = unit(chord)
    let spare = abs(along.x) < 0.7 ? Vector3(1, 0, 0) : Vector3(0, 1, 0)
    let first = unit(spare - along * dot(spare, along))
    let second = cross(along, first)
    let (one, other) = (stretched(first), stretched(second))
    // the minor axis of the ellipse |a (first cos w + second sin w)|
    let angle =
      Double.atan2(y: 2 * dot(one, other), x: dot(one, one) - dot(other, other)) / 2 + .pi / 2
    return foot + (first * .cos(angle) + second * .sin(angle)) * lean
  }

  /// The place of a point of the space of the unit sphere [m].
  @inline(__always)
  private func stretched(_ point: Vector3) -> Vector3 {
    Vector3(point.x * radii.x, point.y * radii.y, point.z * radii.z)
  }

  /// The point's place in the space of the unit sphere [1].
  @inline(__always)
  private func scaled(_ point: Vector3) -> Vector3 {
    Vector3(point.x / radii.x, point.y / radii.y, point.z / radii.z)
  }

  /// A x, along the outward normal [1/m].
  @inline(__always)
  private func slope(_ point: Vector3) -> Vector3 {
    Vector3(point.x * form.x, point.y * form.y, point.z * form.z)
  }

  /// The touching lines from a point.
  private struct Fan {
    /// The point [m].
    var start: Vector3
    /// The circle's centre [1].
    var center: Vector3
    /// Its radius times the direction of angle zero [1].
    var first: Vector3
    /// Its radius times the direction of a quarter turn [1].
    var second: Vector3
  }

  private func fan(_ p: Vector3, start: Vector3, towards guide: Vector3) -> Fan? {
    let square = dot(p, p)
    let radius = Double.sqrt(max(0, 1 - 1 / square))
    let outward = p / .sqrt(square)
    var first = guide - outward * dot(guide, outward)
    if !(first.norm > 1e-9) {
      let spare = abs(outward.x) < 0.7 ? Vector3(1, 0, 0) : Vector3(0, 1, 0)
      first = spare - outward * dot(spare, outward)
    }
    first = first / first.norm
    guard radius > 0 else { return nil }
    return Fan(
      start: start, center: p / square, first: first * radius,
      second: cross(outward, first) * radius)
  }

  /// One geodesic and by how much it misses.
  private struct Shot {
    /// The path.
    var contact: SurfaceContact
    /// How far the end lies to the side of it [m].
    var miss: Double
    /// The change of the contact angle that would meet the end [rad].
    var turn: Double
    /// True when the Jacobi field has no zero before the end.
    var isShortest: Bool
    /// False when the end can be seen from the first touch.
    var isOnSurface: Bool
  }

  /// A point travelling along a geodesic with its Jacobi fields.
  private struct Traveller {
    /// Place [m].
    var place: Vector3
    /// Direction [1].
    var direction: Vector3
    /// The field that starts as (1, 0) [1].
    var even = 1.0
    /// Its slope [1/m].
    var evenSlope = 0.0
    /// The field that starts as (0, 1) [m].
    var odd = 0.0
    /// Its slope [1].
    var oddSlope = 1.0
  }

  private func shoot(_ fan: Fan, angle: Double, end: Vector3, step: Double) -> Shot? {
    let cosine = Double.cos(angle)
    let sine = Double.sin(angle)
    let y = fan.center + fan.first * cosine + fan.second * sine
    let byAngle = fan.second * cosine - fan.first * sine
    let leave = stretched(y)
    let shift = stretched(byAngle)
    let line = leave - fan.start
    let startDistance = line.norm
    guard startDistance > 0 else { return nil }
    let startDirection = line / startDistance
    let startNormal = unit(slope(leave))
    var traveller = Traveller(place: leave, direction: startDirection)
    var arc = 0.0

    // on, step by step, until the tangent plane holds the end, then back to where it does
    let isOnSurface = dot(end, slope(leave)) < 1
    if isOnSurface {
      var steps = 0
      while true {
        let next = advanced(traveller, by: step)
        if dot(end, slope(next.place)) >= 1 { break }
        traveller = next
        arc += step
        steps += 1
        if steps > Self.stepLimit { return nil }
      }
      let base = traveller
      var last = 0.0
      for _ in 0..<8 {
        let excess = dot(end, slope(traveller.place)) - 1
        let rate = dot(end, slope(traveller.direction))
        guard rate > 0 else { break }
        let change = excess / rate
        last = max(0, min(step, last - change))
        traveller = advanced(base, by: last)
        if abs(change) < 1e-14 * step { break }
      }
      arc += last
    }

    let endNormal = unit(slope(traveller.place))
    let rest = end - traveller.place
    let endDirection = unit(traveller.direction)
    let endDistance = dot(rest, endDirection)
    let miss = dot(rest, cross(endDirection, endNormal))
    let side = dot(shift, cross(startDirection, startNormal))
    let slopeAtEnd = startDistance * traveller.evenSlope + traveller.oddSlope
    let field = startDistance * traveller.even + traveller.odd + endDistance * slopeAtEnd
    guard endDistance > 0, side != 0, miss.isFinite, field.isFinite else { return nil }
    let isShortest = field > 1e-6 * startDistance
    return Shot(
      contact: SurfaceContact(
        leave: leave, land: traveller.place, startDistance: startDistance,
        endDistance: endDistance, arc: arc, startDirection: startDirection,
        endDirection: endDirection, startNormal: startNormal, endNormal: endNormal,
        even: traveller.even, evenSlope: traveller.evenSlope, odd: traveller.odd,
        oddSlope: traveller.oddSlope),
      miss: miss,
      turn: isShortest ? miss * startDistance / (side * field) : miss / side,
      isShortest: isShortest, isOnSurface: isOnSurface)
  }

  /// One step of the Runge-Kutta method of order six of Luther, Mathematics of Computation 22 (1968) 434.
  private func advanced(_ from: Traveller, by step: Double) -> Traveller {
    let root = Double.sqrt(21)
    let k1 = rate(from)
    let k2 = rate(moved(from, k1, step))
    var at = moved(from, k1, step * (3 / 8))
    at = moved(at, k2, step * (1 / 8))
    let k3 = rate(at)
    at = moved(from, k1, step * (8 / 27))
    at = moved(at, k2, step * (2 / 27))
    at = moved(at, k3, step * (8 / 27))
    let k4 = rate(at)
    at = moved(from, k1, step * (3 * (3 * root - 7) / 392))
    at = moved(at, k2, step * (-8 * (7 - root) / 392))
    at = moved(at, k3, step * (48 * (7 - root) / 392))
    at = moved(at, k4, step * (-3 * (21 - root) / 392))
    let k5 = rate(at)
    at = moved(from, k1, step * (-5 * (231 + 51 * root) / 1960))
    at = moved(at, k2, step * (-40 * (7 + root) / 1960))
    at = moved(at, k3, step * (-320 * root / 1960))
    at = moved(at, k4, step * (3 * (21 + 121 * root) / 1960))
    at = moved(at, k5, step * (392 * (6 + root) / 1960))
    let k6 = rate(at)
    at = moved(from, k1, step * (15 * (22 + 7 * root) / 180))
    at = moved(at, k2, step * (120 / 180))
    at = moved(at, k3, step * (40 * (7 * root - 5) / 180))
    at = moved(at, k4, step * (-63 * (3 * root - 2) / 180))
    at = moved(at, k5, step * (-14 * (49 + 9 * root) / 180))
    at = moved(at, k6, step * (70 * (7 - root) / 180))
    let k7 = rate(at)
    at = moved(from, k1, step / 20)
    at = moved(at, k3, step * (16 / 45))
    at = moved(at, k5, step * (49 / 180))
    at = moved(at, k6, step * (49 / 180))
    return moved(at, k7, step / 20)
  }

  /// The traveller's change per length.
  @inline(__always)
  private func rate(_ at: Traveller) -> Traveller {
    let gradient = slope(at.place)
    let square = dot(gradient, gradient)
    let curvature = curvatureFactor / (square * square)
    return Traveller(
      place: at.direction,
      direction: gradient * (-dot(at.direction, slope(at.direction)) / square),
      even: at.evenSlope, evenSlope: -curvature * at.even, odd: at.oddSlope,
      oddSlope: -curvature * at.odd)
  }

  @inline(__always)
  private func moved(_ from: Traveller, _ rate: Traveller, _ by: Double) -> Traveller {
    Traveller(
      place: from.place + rate.place * by, direction: from.direction + rate.direction * by,
      even: from.even + rate.even * by, evenSlope: from.evenSlope + rate.evenSlope * by,
      odd: from.odd + rate.odd * by, oddSlope: from.oddSlope + rate.oddSlope * by)
  }

  @inline(__always)
  private func unit(_ vector: Vector3) -> Vector3 { vector / vector.norm }
}

/// Which of two ways round an ellipsoid is meant.
enum WrapBranch: Sendable {
  /// The shorter of the two.
  case shorter
  /// The one found from one side.
  case left
  /// The one found from the other side.
  case right

  /// How the search leans [1].
  var lean: Double {
    self == .left ? EllipsoidGeodesic.lean : -EllipsoidGeodesic.lean
  }
}
