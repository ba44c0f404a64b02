/// The equations of motion of two hinges from their harmonics; see `Musculoskeletal.HingeHarmonics`.
///
/// Eighteen numbers: M_00 by 1, cos, sin, cos 2, sin 2 of the second angle, M_01 by 1, cos, sin, M_11, and
/// the potential by 1, cos, sin of either angle. The required torques are linear in them.
struct HingePair {
  /// What the hinges' positions and rates make of the eighteen numbers.
  struct Motion {
    /// Cosine and sine of the first angle.
    var first: SIMD2<Double>
    /// Of the second.
    var second: SIMD2<Double>
    /// Of twice the second.
    var double: SIMD2<Double>

    /// The motion at these sines and cosines of the two angles.
    @inline(__always)
    init(sine: SIMD2<Double>, cosine: SIMD2<Double>) {
      first = SIMD2(cosine.x, sine.x)
      second = SIMD2(cosine.y, sine.y)
      double = SIMD2(2 * cosine.y * cosine.y - 1, 2 * sine.y * cosine.y)
    }
  }

  /// M_00 and its derivatives by the second angle [kg·m^2].
  var a = SIMD4(1.0, 0, 0, 0)
  /// M_01 and its derivatives [kg·m^2].
  var b = SIMD4(0.0, 0, 0, 0)
  /// M_11 [kg·m^2].
  var d = 1.0
  /// dV/dq_0, dV/dq_1 [N·m].
  var pull = SIMD2(0.0, 0)
  /// d2V/dq_0^2, d2V/dq_0 dq_1, d2V/dq_1^2 [N·m/rad].
  var stiffness = SIMD4(0.0, 0, 0, 0)

  /// The numbers at a motion.
  @inline(__always)
  init(_ n: UnsafePointer<Double>, at motion: Motion, differentiating: Bool) {
    let (c0, s0) = (motion.first.x, motion.first.y)
    let (c1, s1) = (motion.second.x, motion.second.y)
    let (c2, s2) = (motion.double.x, motion.double.y)
    a.x = n[0] + n[1] * c1 + n[2] * s1 + n[3] * c2 + n[4] * s2
    a.y = -n[1] * s1 + n[2] * c1 + 2 * (n[4] * c2 - n[3] * s2)
    b.x = n[5] + n[6] * c1 + n[7] * s1
    b.y = n[7] * c1 - n[6] * s1
    d = n[8]
    let r0 = n[10] * c1 + n[11] * s1
    let r1 = n[13] * c1 + n[14] * s1
    let r2 = n[16] * c1 + n[17] * s1
    let d0 = n[11] * c1 - n[10] * s1
    let d1 = n[14] * c1 - n[13] * s1
    let d2 = n[17] * c1 - n[16] * s1
    pull.x = (n[15] + r2) * c0 - (n[12] + r1) * s0
    pull.y = d0 + c0 * d1 + s0 * d2
    guard differentiating else { return }
    a.z = -n[1] * c1 - n[2] * s1 - 4 * (n[3] * c2 + n[4] * s2)
    b.z = -n[6] * c1 - n[7] * s1
    stiffness.x = -(n[12] + r1) * c0 - (n[15] + r2) * s0
    stiffness.y = d2 * c0 - d1 * s0
    stiffness.z = -(r0 + r1 * c0 + r2 * s0)
  }

  /// Required torques less those of the accelerations [N·m].
  @inline(__always)
  func bias(_ u: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(
      (a.y * u.x + b.y * u.y) * u.y + pull.x, -0.5 * a.y * u.x * u.x + pull.y)
  }

  /// The inverse mass matrix: first, mixed, second; not finite or not positive when there is none [1/(kg·m^2)].
  @inline(__always)
  var inverse: SIMD4<Double> {
    let scale = 1 / (a.x * d - b.x * b.x)
    return SIMD4(d * scale, -b.x * scale, -b.x * scale, a.x * scale)
  }

  /// The required torques that one unit of each lane's eighteen numbers takes [N·m].
  @inline(__always)
  static func torques(
    _ n: UnsafePointer<Lanes>, at motion: Motion, u: SIMD2<Double>, v: SIMD2<Double>
  ) -> (first: Lanes, second: Lanes) {
    let (c0, s0) = (motion.first.x, motion.first.y)
    let (c1, s1) = (motion.second.x, motion.second.y)
    let (c2, s2) = (motion.double.x, motion.double.y)
    let p = u.x * u.y
    let r = u.y * u.y
    let h = -0.5 * u.x * u.x
    var x = all(v.x) * n[0]
    x = fused(all(c1 * v.x - s1 * p), n[1], x)
    x = fused(all(s1 * v.x + c1 * p), n[2], x)
    x = fused(all(c2 * v.x - 2 * s2 * p), n[3], x)
    x = fused(all(s2 * v.x + 2 * c2 * p), n[4], x)
    x = fused(all(v.y), n[5], x)
    x = fused(all(c1 * v.y - s1 * r), n[6], x)
    x = fused(all(s1 * v.y + c1 * r), n[7], x)
    var g = -all(s0) * n[12]
    g = fused(all(-s0 * c1), n[13], g)
    g = fused(all(-s0 * s1), n[14], g)
    g = fused(all(c0), n[15], g)
    g = fused(all(c0 * c1), n[16], g)
    g = fused(all(c0 * s1), n[17], g)
    var y = all(-s1 * h) * n[1]
    y = fused(all(c1 * h), n[2], y)
    y = fused(all(-2 * s2 * h), n[3], y)
    y = fused(all(2 * c2 * h), n[4], y)
    y = fused(all(v.x), n[5], y)
    y = fused(all(c1 * v.x), n[6], y)
    y = fused(all(s1 * v.x), n[7], y)
    y = fused(all(v.y), n[8], y)
    var k = -all(s1) * n[10]
    k = fused(all(c1), n[11], k)
    k = fused(all(-c0 * s1), n[13], k)
    k = fused(all(c0 * c1), n[14], k)
    k = fused(all(-s0 * s1), n[16], k)
    k = fused(all(s0 * c1), n[17], k)
    return (x + g, y + k)
  }
}
