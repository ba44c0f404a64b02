internal import CShim

/// Eight numbers side by side: one of each of eight muscles, stretches or unknowns.
typealias Lanes = SIMD8<Double>

/// a b + c, in one rounding where the processor has it.
@inline(__always)
func fused(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes {
  #if USE_FMA
    return diffmsm_fma8(a, b, c)
  #else
    return a * b + c
  #endif
}

/// a b + c.
@inline(__always)
func fused(_ a: Double, _ b: Double, _ c: Double) -> Double {
  #if USE_FMA
    return c.addingProduct(a, b)
  #else
    return a * b + c
  #endif
}

/// `x` in every lane.
@inline(__always)
func all(_ x: Double) -> Lanes { diffmsm_repeat8(x) }

/// The sum of the lanes.
@inline(__always)
func total(_ a: Lanes) -> Double { diffmsm_sum8(a) }

/// Square roots.
@inline(__always)
func squareRoot(_ a: Lanes) -> Lanes { diffmsm_sqrt8(a) }

/// The larger of each pair.
@inline(__always)
func larger(_ a: Lanes, _ b: Lanes) -> Lanes { diffmsm_max8(a, b) }

/// The smaller of each pair.
@inline(__always)
func smaller(_ a: Lanes, _ b: Lanes) -> Lanes { diffmsm_min8(a, b) }

/// True when any lane is negative.
@inline(__always)
func anyNegative(_ a: Lanes) -> Bool { diffmsm_any_negative8(a) }

/// `yes` where `a` is less than `b`, else `no`.
@inline(__always)
func choose(where a: Lanes, isBelow b: Lanes, _ yes: Lanes, _ no: Lanes) -> Lanes {
  diffmsm_where_less8(a, b, yes, no)
}

/// Magnitudes.
@inline(__always)
func magnitude(_ a: Lanes) -> Lanes { diffmsm_abs8(a) }

/// The lanes of `a`, none of which is negative, with the signs of `b`.
@inline(__always)
func signed(_ a: Lanes, like b: Lanes) -> Lanes { diffmsm_signed8(a, b) }

/// 1.5 times 2^52: adding it rounds to a whole number, which then stands in the low bits [1].
private let rounder = 6755399441055744.0

/// exp of each lane between -708 and 708, held there beyond, to 4e-16.
///
/// exp(x) = 2^k exp(r) with |r| <= ln 2 / 2 and Taylor's series to the twelfth power.
@inline(__always)
func exponential(_ argument: Lanes) -> Lanes {
  let x = smaller(larger(argument, all(-708)), all(708))
  let shifted = fused(x, all(1.4426950408889634), all(rounder))
  let whole = shifted - rounder
  let high = fused(whole, all(-6.93147180369123816490e-01), x)
  let r = fused(whole, all(-1.90821492927058770002e-10), high)
  // pairs of terms first (Estrin), which waits less than Horner
  let r2 = r * r
  let r4 = r2 * r2
  let a0 = fused(r, all(1), all(1))
  let a1 = fused(r, all(1.0 / 6), all(0.5))
  let a2 = fused(r, all(1.0 / 120), all(1.0 / 24))
  let a3 = fused(r, all(1.0 / 5_040), all(1.0 / 720))
  let a4 = fused(r, all(1.0 / 362_880), all(1.0 / 40_320))
  let a5 = fused(r, all(1.0 / 39_916_800), all(1.0 / 3_628_800))
  let b0 = fused(a1, r2, a0)
  let b1 = fused(a3, r2, a2)
  let b2 = fused(a5, r2, a4)
  let c1 = fused(fused(r4, all(1.0 / 479_001_600), b2), r4, b1)
  let p = fused(c1, r4, b0)
  return p * diffmsm_power8(shifted)
}

/// ln of each lane, which is positive, finite and not subnormal, to 4e-16.
///
/// ln(2^k m) = k ln 2 + 2 artanh((m - 1) / (m + 1)) with m between sqrt(1/2) and sqrt(2).
@inline(__always)
func logarithm(_ x: Lanes) -> Lanes {
  let m = diffmsm_mantissa8(x)
  let k = diffmsm_exponent8(x)
  let f = (m - 1) / (m + 1)
  let z = f * f
  let z2 = z * z
  let z4 = z2 * z2
  let a0 = fused(z, all(2.0 / 5), all(2.0 / 3))
  let a1 = fused(z, all(2.0 / 9), all(2.0 / 7))
  let a2 = fused(z, all(2.0 / 13), all(2.0 / 11))
  let a3 = fused(z, all(2.0 / 17), all(2.0 / 15))
  let a4 = fused(z, all(2.0 / 21), all(2.0 / 19))
  let b0 = fused(a1, z2, a0)
  let b1 = fused(a3, z2, a2)
  let p = fused(fused(a4, z4, b1), z4, b0)
  let low = fused(f * z, p, k * 1.90821492927058770002e-10)
  return fused(k, all(6.93147180369123816490e-01), fused(f, all(2), low))
}

/// Sine and cosine of two angles below ten thousand [rad], to 3e-16 (Cody and Waite's reduction by pi/2).
@inline(__always)
func sinesAndCosines(_ x: SIMD2<Double>) -> (sine: SIMD2<Double>, cosine: SIMD2<Double>) {
  typealias Pair = SIMD2<Double>
  @inline(__always)
  func step(_ a: Pair, _ b: Pair, _ c: Double) -> Pair {
    #if USE_FMA
      return diffmsm_fma2(a, b, diffmsm_repeat2(c))
    #else
      return a * b + c
    #endif
  }
  let shifted = x * 0.63661977236758134 + rounder
  let whole = shifted - rounder
  let k = unsafeBitCast(shifted, to: SIMD2<Int64>.self)
  // pi/2 in three parts of 33 bits, so that the products are exact
  var r = x - whole * 1.57079632673412561417e+00
  r -= whole * 6.07710050630396597660e-11
  r -= whole * 2.02226624879595063154e-21
  let z = r * r
  var p = Pair(repeating: 1.58969099521155010221e-10)
  p = step(p, z, -2.50507602534068634195e-08)
  p = step(p, z, 2.75573137070700676789e-06)
  p = step(p, z, -1.98412698298579493134e-04)
  p = step(p, z, 8.33333333332248946124e-03)
  p = step(p, z, -1.66666666666666324348e-01)
  let sine = r + r * z * p
  var g = Pair(repeating: -1.13596475577881948265e-11)
  g = step(g, z, 2.08757232129817482790e-09)
  g = step(g, z, -2.75573143513906633035e-07)
  g = step(g, z, 2.48015872894767294178e-05)
  g = step(g, z, -1.38888888888741095749e-03)
  g = step(g, z, 4.16666666666666019037e-02)
  let cosine = 1 - (0.5 * z - z * z * g)
  // an odd quadrant exchanges them, bit by bit rather than by a branch
  let isOdd = SIMD2<Int64>(repeating: 0) &- (k & SIMD2(repeating: 1))
  let sineBits = unsafeBitCast(sine, to: SIMD2<Int64>.self)
  let difference = (sineBits ^ unsafeBitCast(cosine, to: SIMD2<Int64>.self)) & isOdd
  let firstSign = (k & SIMD2(repeating: 2)) &<< SIMD2(repeating: 62)
  let secondSign = ((k &+ SIMD2(repeating: 1)) & SIMD2(repeating: 2)) &<< SIMD2(repeating: 62)
  return (
    unsafeBitCast(sineBits ^ difference ^ firstSign, to: Pair.self),
    unsafeBitCast(
      unsafeBitCast(cosine, to: SIMD2<Int64>.self) ^ difference ^ secondSign, to: Pair.self)
  )
}

/// a b + c for four numbers.
@inline(__always)
func fused(_ a: SIMD4<Double>, _ b: Double, _ c: SIMD4<Double>) -> SIMD4<Double> {
  #if USE_FMA
    return diffmsm_fma4(a, diffmsm_repeat4(b), c)
  #else
    return a * b + c
  #endif
}
