internal import RealModule

/// A 3 by 3 matrix, as three columns.
struct Block: Sendable {
  /// First column [the block's unit].
  var x = Vector3.zero
  /// Second column [the block's unit].
  var y = Vector3.zero
  /// Third column [the block's unit].
  var z = Vector3.zero

  /// The image of `vector`.
  @inline(__always)
  func apply(_ vector: Vector3) -> Vector3 { x * vector.x + y * vector.y + z * vector.z }

  /// The image of `vector` under the transpose.
  @inline(__always)
  func applyTransposed(_ vector: Vector3) -> Vector3 {
    Vector3(dot(x, vector), dot(y, vector), dot(z, vector))
  }

  /// Adds left·right^T times `factor`.
  @inline(__always)
  mutating func add(_ factor: Double, _ left: Vector3, _ right: Vector3) {
    x += left * (factor * right.x)
    y += left * (factor * right.y)
    z += left * (factor * right.z)
  }

  /// Moves the share `weight` of the way to `other`.
  @inline(__always)
  mutating func blend(_ weight: Double, towards other: Block) {
    x += (other.x - x) * weight
    y += (other.y - y) * weight
    z += (other.z - z) * weight
  }

  /// Adds `factor` on the diagonal.
  @inline(__always)
  mutating func addIdentity(_ factor: Double) {
    x.x += factor
    y.y += factor
    z.z += factor
  }

  /// The columns turned by `rotation` on both sides.
  func turned(by rotation: Rotation) -> Block {
    let turn = rotation.inverse
    func column(_ unit: Vector3) -> Vector3 { rotation.apply(apply(turn.apply(unit))) }
    return Block(
      x: column(Vector3(1, 0, 0)), y: column(Vector3(0, 1, 0)), z: column(Vector3(0, 0, 1)))
  }
}

/// The length between two points, straight or over a surface, with its first two derivatives.
struct WrappedStretch: Sendable {
  /// The length [m].
  var length: Double
  /// By the start [1].
  var byStart: Vector3
  /// By the end [1].
  var byEnd: Vector3
  /// By the start twice [1/m].
  var startStart = Block()
  /// By the start (rows) and the end (columns) [1/m].
  var startEnd = Block()
  /// By the end twice [1/m].
  var endEnd = Block()
  /// Where it reaches the surface; the start of a straight one [m].
  var leave: Vector3
  /// Where it leaves the surface; the end of a straight one [m].
  var land: Vector3
  /// True when it lies on the surface.
  var touches: Bool

  /// The straight line from `start` to `end`.
  ///
  /// L = |e - s|; with d the direction, L_s = -d, L_e = d, L_ee = (1 - d d^T) / L. Points that
  /// coincide have no direction: zero derivatives.
  init(from start: Vector3, to end: Vector3) {
    let span = end - start
    length = span.norm
    let inverse = length > 0 ? 1 / length : 0
    let direction = span * inverse
    byStart = -direction
    byEnd = direction
    leave = start
    land = end
    touches = false
    endEnd.addIdentity(inverse)
    endEnd.add(-inverse, direction, direction)
    startStart = endEnd
    startEnd.addIdentity(-inverse)
    startEnd.add(inverse, direction, direction)
  }

  /// The length over a surface, from its first and last touch.
  ///
  /// The gradient is the direction of pull (envelope theorem). A point that moves along the surface's
  /// normal n turns its tangent by 1/t and leaves the rest of the path where it is; one that moves
  /// along the binormal b = d x n displaces the path by a Jacobi field y'' + K y = 0, with K = 0 off
  /// the surface (do Carmo, Differential Geometry of Curves and Surfaces, section 5-5). With the field's
  /// fundamental solutions A and B from start to end:
  ///
  ///     L_ss = n n^T / t + b b^T A / B,  L_se = -b b'^T / B,  L_ee = n' n'^T / t' + b' b'^T B' / B
  init(_ contact: SurfaceContact) {
    let before = contact.startDistance
    let after = contact.endDistance
    length = before + contact.arc + after
    byStart = -contact.startDirection
    byEnd = contact.endDirection
    leave = contact.leave
    land = contact.land
    touches = true
    // on the surface itself the curvature has no bound; keep the numbers finite
    let shortest = 1e-9 * length + .leastNormalMagnitude
    startStart.add(1 / max(before, shortest), contact.startNormal, contact.startNormal)
    endEnd.add(1 / max(after, shortest), contact.endNormal, contact.endNormal)
    let startSide = cross(contact.startDirection, contact.startNormal)
    let endSide = cross(contact.endDirection, contact.endNormal)
    let a = contact.even + after * contact.evenSlope
    let slope = before * contact.evenSlope + contact.oddSlope
    var b = before * contact.even + contact.odd + after * slope
    if abs(b) < shortest { b = b < 0 ? -shortest : shortest }
    startStart.add(a / b, startSide, startSide)
    startEnd.add(-1 / b, startSide, endSide)
    endEnd.add(slope / b, endSide, endSide)
  }
}

/// Where and how a shortest path lies on a surface.
struct SurfaceContact: Sendable {
  /// First touch [m].
  var leave: Vector3
  /// Last touch [m].
  var land: Vector3
  /// From the start to the first touch [m].
  var startDistance: Double
  /// From the last touch to the end [m].
  var endDistance: Double
  /// Along the surface [m].
  var arc: Double
  /// Direction of travel up to the first touch [1].
  var startDirection: Vector3
  /// Direction of travel from the last touch on [1].
  var endDirection: Vector3
  /// Outward normal at the first touch [1].
  var startNormal: Vector3
  /// Outward normal at the last touch [1].
  var endNormal: Vector3
  /// Jacobi field at the last touch that starts as (1, 0) at the first [1].
  var even = 1.0
  /// Its slope there [1/m].
  var evenSlope = 0.0
  /// Jacobi field at the last touch that starts as (0, 1) at the first [m].
  var odd: Double
  /// Its slope there [1].
  var oddSlope = 1.0

  /// The same path from the other end.
  var reversed: SurfaceContact {
    SurfaceContact(
      leave: land, land: leave, startDistance: endDistance, endDistance: startDistance, arc: arc,
      startDirection: -endDirection, endDirection: -startDirection, startNormal: endNormal,
      endNormal: startNormal, even: oddSlope, evenSlope: evenSlope, odd: odd, oddSlope: even)
  }
}
