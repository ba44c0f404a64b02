internal import RealModule

/// The geodesic about an infinite cylinder along z, or nil when the path passes it by.
///
/// L = sqrt(l^2 + dz^2), with l the planar length of `WrapArc`: unrolled, the path is straight
/// (do Carmo, section 4-4, example 5). With a `side` the path goes round over that side.
func cylinderContact(
  from start: Vector3, to end: Vector3, radius: Double, side: Vector3
) -> SurfaceContact? {
  let startRadius = Double.sqrt(start.x * start.x + start.y * start.y)
  let endRadius = Double.sqrt(end.x * end.x + end.y * end.y)
  guard startRadius > 0, endRadius > 0 else { return nil }
  // angles are counted from the side; a side along the axis means any
  let isSided = side.x != 0 || side.y != 0
  let first = isSided ? Vector3(side.x, side.y, 0) : Vector3(1, 0, 0)
  let second = Vector3(-first.y, first.x, 0)
  let startAngle = Double.atan2(y: dot(second, start), x: dot(first, start))
  let endAngle = Double.atan2(y: dot(second, end), x: dot(first, end))
  guard
    let arc = WrapArc(
      start: startRadius, startAngle: startAngle, end: endRadius,
      turn: WrapArc.turn(from: startAngle, to: endAngle, isSided: isSided), radius: radius)
  else { return nil }

  let planar = arc.startDistance + radius * arc.wrap + arc.endDistance
  let rise = end.z - start.z
  let length = Double.sqrt(planar * planar + rise * rise)
  guard planar > 0 else { return nil }
  let sense = arc.turn < 0 ? -1.0 : 1.0
  let slope = rise / planar
  let stretch = length / planar
  func normal(_ angle: Double) -> Vector3 { first * .cos(angle) + second * .sin(angle) }
  func direction(_ normal: Vector3) -> Vector3 {
    Vector3(-normal.y * sense, normal.x * sense, slope) / stretch
  }
  let leaveAngle = startAngle + arc.startTurn
  let startNormal = normal(leaveAngle)
  let endNormal = normal(leaveAngle + sense * arc.wrap)
  return SurfaceContact(
    leave: startNormal * radius + Vector3(0, 0, start.z + slope * arc.startDistance),
    land: endNormal * radius + Vector3(0, 0, end.z - slope * arc.endDistance),
    startDistance: arc.startDistance * stretch, endDistance: arc.endDistance * stretch,
    arc: radius * arc.wrap * stretch, startDirection: direction(startNormal),
    endDirection: direction(endNormal), startNormal: startNormal, endNormal: endNormal,
    odd: radius * arc.wrap * stretch)
}

/// The geodesic about a sphere, or nil when the path passes it by.
///
/// The string of `WrapArc` in the plane of the two points and the centre; the Jacobi field on the
/// sphere is cos(s/r), r sin(s/r). With a `side` the path goes round over that side's trace in the plane.
func sphereContact(
  from start: Vector3, to end: Vector3, radius: Double, side: Vector3
) -> SurfaceContact? {
  let startRadius = start.norm
  let endRadius = end.norm
  guard startRadius > 0, endRadius > 0 else { return nil }
  let outward = start / startRadius
  let along = end / endRadius
  let across = along - outward * dot(along, outward)
  let sine = across.norm
  // a line through the centre has no plane of its own: any will do, so the side's or the x axis' does
  var tangent = across / sine
  if !(sine > 1e-12) {
    let spare = abs(outward.x) < 0.9 ? Vector3(1, 0, 0) : Vector3(0, 1, 0)
    let guess = side == .zero ? spare : side - outward * dot(side, outward)
    let plane = guess - outward * dot(guess, outward)
    guard plane.norm > 1e-12 else { return nil }
    tangent = plane / plane.norm
  }
  let endAngle = Double.atan2(y: sine, x: dot(along, outward))
  // in the plane, the start stands at zero; the end at endAngle
  var turn = endAngle
  let sideAngle = Double.atan2(y: dot(side, tangent), x: dot(side, outward))
  if side != .zero {
    func lifted(_ angle: Double) -> Double {
      angle - sideAngle > .pi
        ? angle - sideAngle - 2 * .pi
        : angle - sideAngle < -.pi ? angle - sideAngle + 2 * .pi : angle - sideAngle
    }
    turn = WrapArc.turn(from: lifted(0), to: lifted(endAngle), isSided: true)
  }
  guard
    let arc = WrapArc(
      start: startRadius, startAngle: 0, end: endRadius, turn: turn, radius: radius)
  else { return nil }
  let sense = turn < 0 ? -1.0 : 1.0
  func normal(_ angle: Double) -> Vector3 { outward * .cos(angle) + tangent * .sin(angle) }
  func direction(_ angle: Double) -> Vector3 {
    (tangent * .cos(angle) - outward * .sin(angle)) * sense
  }
  let leaveAngle = arc.startTurn
  let landAngle = leaveAngle + sense * arc.wrap
  return SurfaceContact(
    leave: normal(leaveAngle) * radius, land: normal(landAngle) * radius,
    startDistance: arc.startDistance, endDistance: arc.endDistance, arc: radius * arc.wrap,
    startDirection: direction(leaveAngle), endDirection: direction(landAngle),
    startNormal: normal(leaveAngle), endNormal: normal(landAngle),
    even: .cos(arc.wrap), evenSlope: -.sin(arc.wrap) / radius,
    odd: radius * .sin(arc.wrap), oddSlope: .cos(arc.wrap))
}
