/// The paths of eight muscles that span the same two coordinates.
///
/// L = constant + sum of sqrt(squared stretch) + polynomial; see `Musculoskeletal.PairPath`, which states
/// the forms. Lanes without a muscle have a constant length.
struct PathBlock {
  /// The first coordinate (index).
  var first: Int
  /// The second (index).
  var second: Int
  /// The length that never changes [m].
  var constant = all(0)
  /// Its stretches among all (range).
  var stretches = 0..<0
  /// The highest total power of its polynomials [1].
  var order = 0
  /// Where its polynomial begins among all coefficients (index).
  var polynomial = 0
  /// What the variables subtract from the coordinates [rad].
  var firstCenter = all(0)
  /// The same of the second [rad].
  var secondCenter = all(0)
  /// What they then multiply by [1/rad].
  var firstScale = all(1)
  /// The same of the second [1/rad].
  var secondScale = all(1)
}

/// One stretch of each of eight muscles: its squared length by 1, cos, sin of either angle.
struct StretchBlock {
  /// One where there is a stretch, zero where there is none [1].
  var weight = all(0)
  /// By nothing [m^2].
  var c00 = all(1)
  /// By the second's cosine [m^2].
  var c01 = all(0)
  /// By the second's sine [m^2].
  var c02 = all(0)
  /// By the first's cosine [m^2].
  var c10 = all(0)
  /// By both cosines [m^2].
  var c11 = all(0)
  /// By the first's cosine and the second's sine [m^2].
  var c12 = all(0)
  /// By the first's sine [m^2].
  var c20 = all(0)
  /// By the first's sine and the second's cosine [m^2].
  var c21 = all(0)
  /// By both sines [m^2].
  var c22 = all(0)
}

/// Lengths of eight muscles with their derivatives by the two angles.
struct PathLanes {
  /// L [m].
  var length = all(0)
  /// dL/dq_a [m/rad].
  var byFirst = all(0)
  /// dL/dq_b [m/rad].
  var bySecond = all(0)
  /// d2L/dq_a^2 [m/rad^2].
  var byFirstFirst = all(0)
  /// d2L/dq_a dq_b [m/rad^2].
  var byFirstSecond = all(0)
  /// d2L/dq_b^2 [m/rad^2].
  var bySecondSecond = all(0)

  /// Adds a stretch: l = sqrt(s), l_i = s_i / 2l, l_ij = (s_ij / 2 - l_i l_j) / l.
  @inline(__always)
  mutating func add(
    _ place: UnsafePointer<StretchBlock>, sine: SIMD2<Double>, cosine: SIMD2<Double>,
    withHessian: Bool
  ) {
    let stretch = place.pointee
    let (ca, sa, cb, sb) = (all(cosine.x), all(sine.x), all(cosine.y), all(sine.y))
    // the second angle first: rows by 1, cos, sin of the first
    let r0 = fused(stretch.c01, cb, fused(stretch.c02, sb, stretch.c00))
    let r1 = fused(stretch.c11, cb, fused(stretch.c12, sb, stretch.c10))
    let r2 = fused(stretch.c21, cb, fused(stretch.c22, sb, stretch.c20))
    let d0 = fused(stretch.c02, cb, -(stretch.c01 * sb))
    let d1 = fused(stretch.c12, cb, -(stretch.c11 * sb))
    let d2 = fused(stretch.c22, cb, -(stretch.c21 * sb))
    let turning = fused(r1, ca, r2 * sa)
    let square = r0 + turning
    let half = all(0.5)
    let halfFirst = half * fused(r2, ca, -(r1 * sa))
    let halfSecond = half * fused(d1, ca, fused(d2, sa, d0))
    // a stretch of no length has no direction
    let root = squareRoot(larger(square, all(1e-300)))
    let inverse = stretch.weight / root
    let first = halfFirst * inverse
    let second = halfSecond * inverse
    length = fused(stretch.weight, root, length)
    byFirst += first
    bySecond += second
    guard withHessian else { return }
    let e = fused(cb, stretch.c01, stretch.c02 * sb)
    let f = fused(r1 - stretch.c10, ca, (r2 - stretch.c20) * sa)
    let halfSecondSecond = -(half * (e + f))
    let halfFirstSecond = half * fused(d2, ca, -(d1 * sa))
    let halfFirstFirst = -(half * turning)
    byFirstFirst += fused(-first, first, halfFirstFirst) * inverse
    byFirstSecond += fused(-first, second, halfFirstSecond) * inverse
    bySecondSecond += fused(-second, second, halfSecondSecond) * inverse
  }

  /// Adds a polynomial of the two angles; its second derivatives where they are wanted.
  @inline(__always)
  mutating func add(
    polynomial coefficients: UnsafePointer<Lanes>, of block: UnsafePointer<PathBlock>,
    first angle: Double, second otherAngle: Double, withHessian: Bool
  ) {
    let (scale, otherScale) = (block.pointee.firstScale, block.pointee.secondScale)
    let x = (all(angle) - block.pointee.firstCenter) * scale
    let y = (all(otherAngle) - block.pointee.secondCenter) * otherScale
    let c = coefficients + block.pointee.polynomial
    if block.pointee.order == 2 {
      // x^2, x y, x, y^2, y, 1
      let dx = fused(c[0], x + x, fused(c[1], y, c[2]))
      let dy = fused(c[3], y + y, fused(c[1], x, c[4]))
      length += fused(
        fused(c[0], x, fused(c[1], y, c[2])), x, fused(fused(c[3], y, c[4]), y, c[5]))
      byFirst = fused(dx, scale, byFirst)
      bySecond = fused(dy, otherScale, bySecond)
      guard withHessian else { return }
      byFirstFirst = fused((c[0] + c[0]) * scale, scale, byFirstFirst)
      byFirstSecond = fused(c[1] * scale, otherScale, byFirstSecond)
      bySecondSecond = fused((c[3] + c[3]) * otherScale, otherScale, bySecondSecond)
    } else if withHessian {
      let form = Self.horner(c, order: block.pointee.order, x, y)
      length += form.value
      byFirst = fused(form.dx, scale, byFirst)
      bySecond = fused(form.dy, otherScale, bySecond)
      byFirstFirst = fused((form.dxx + form.dxx) * scale, scale, byFirstFirst)
      byFirstSecond = fused(form.dxy * scale, otherScale, byFirstSecond)
      bySecondSecond = fused((form.dyy + form.dyy) * otherScale, otherScale, bySecondSecond)
    } else {
      let form = Self.gradient(c, order: block.pointee.order, x, y)
      length += form.value
      byFirst = fused(form.dx, scale, byFirst)
      bySecond = fused(form.dy, otherScale, bySecond)
    }
  }

  /// A polynomial by Horner's scheme in both variables; dxx and dyy are half the second derivatives.
  @inline(__always)
  private static func horner(
    _ coefficients: UnsafePointer<Lanes>, order: Int, _ x: Lanes, _ y: Lanes
  ) -> (value: Lanes, dx: Lanes, dy: Lanes, dxx: Lanes, dxy: Lanes, dyy: Lanes) {
    // highest power of x first; its row is the shortest
    var value = coefficients[0]
    var dx = all(0)
    var dxx = all(0)
    var dy = all(0)
    var dxy = all(0)
    var dyy = all(0)
    var place = 1
    var terms = 1
    while terms <= order {
      var p = coefficients[place]
      var py = all(0)
      var pyy = all(0)
      for term in 1...terms {
        pyy = fused(pyy, y, py)
        py = fused(py, y, p)
        p = fused(p, y, coefficients[place + term])
      }
      place += terms + 1
      terms += 1
      dxx = fused(dxx, x, dx)
      dx = fused(dx, x, value)
      value = fused(value, x, p)
      dxy = fused(dxy, x, dy)
      dy = fused(dy, x, py)
      dyy = fused(dyy, x, pyy)
    }
    return (value, dx, dy, dxx, dxy, dyy)
  }

  /// The same without second derivatives.
  @inline(__always)
  private static func gradient(
    _ coefficients: UnsafePointer<Lanes>, order: Int, _ x: Lanes, _ y: Lanes
  ) -> (value: Lanes, dx: Lanes, dy: Lanes) {
    var value = coefficients[0]
    var dx = all(0)
    var dy = all(0)
    var place = 1
    var terms = 1
    while terms <= order {
      var p = coefficients[place]
      var py = all(0)
      for term in 1...terms {
        py = fused(py, y, p)
        p = fused(p, y, coefficients[place + term])
      }
      place += terms + 1
      terms += 1
      dx = fused(dx, x, value)
      value = fused(value, x, p)
      dy = fused(dy, x, py)
    }
    return (value, dx, dy)
  }
}
