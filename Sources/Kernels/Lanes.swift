internal import CShim

/// Eight numbers side by side: one of each of eight muscles, stretches or unknowns.
typealias Lanes = SIMD8<Double>

/// a b + c, in one rounding where the processor has it.
@inline(__always)
func fused(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes {
  #if USE_FMA
    return c.addingProduct(a, b)
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
func all(_ x: Double) -> Lanes { Lanes(repeating: x) }

/// The sum of the lanes.
@inline(__always)
func total(_ a: Lanes) -> Double {
  let four = a.lowHalf + a.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}

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

/// Magnitudes.
@inline(__always)
func magnitude(_ a: Lanes) -> Lanes { diffmsm_abs8(a) }

@inline(__always)
private func bits(_ a: Lanes) -> SIMD8<Int64> { unsafeBitCast(a, to: SIMD8<Int64>.self) }

@inline(__always)
private func number(_ a: SIMD8<Int64>) -> Lanes { unsafeBitCast(a, to: Lanes.self) }

/// The lanes of `a` with the signs of `b`.
@inline(__always)
func signed(_ a: Lanes, like b: Lanes) -> Lanes {
  number(bits(a) | (bits(b) & SIMD8(repeating: Int64.min)))
}

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
  var p = all(1.0 / 479_001_600)
  p = fused(p, r, all(1.0 / 39_916_800))
  p = fused(p, r, all(1.0 / 3_628_800))
  p = fused(p, r, all(1.0 / 362_880))
  p = fused(p, r, all(1.0 / 40_320))
  p = fused(p, r, all(1.0 / 5_040))
  p = fused(p, r, all(1.0 / 720))
  p = fused(p, r, all(1.0 / 120))
  p = fused(p, r, all(1.0 / 24))
  p = fused(p, r, all(1.0 / 6))
  p = fused(p, r, all(0.5))
  p = fused(p, r, all(1))
  p = fused(p, r, all(1))
  let power = (bits(shifted) &+ SIMD8(repeating: 1023)) &<< SIMD8(repeating: 52)
  return p * number(power)
}

/// ln of each lane, which is positive, finite and not subnormal, to 4e-16.
///
/// ln(2^k m) = k ln 2 + 2 artanh((m - 1) / (m + 1)) with m between sqrt(1/2) and sqrt(2).
@inline(__always)
func logarithm(_ x: Lanes) -> Lanes {
  let b = bits(x)
  let offset = b &- SIMD8(repeating: 0x3fe6_a09e_667f_3bcd)
  let exponentBits = offset & SIMD8(repeating: Int64(bitPattern: 0xfff0_0000_0000_0000))
  let m = number(b &- exponentBits)
  // the exponent as a number without an arithmetic shift, which AVX2 has not
  let biased = unsafeBitCast(
    offset &+ SIMD8(repeating: 0x4000_0000_0000_0000), to: SIMD8<UInt64>.self)
  let shifted = unsafeBitCast(biased &>> SIMD8(repeating: 52), to: SIMD8<Int64>.self)
  let k = number(shifted &+ SIMD8(repeating: 0x4338_0000_0000_0000 - 0x400)) - rounder
  let f = (m - 1) / (m + 1)
  let z = f * f
  var p = all(2.0 / 21)
  p = fused(p, z, all(2.0 / 19))
  p = fused(p, z, all(2.0 / 17))
  p = fused(p, z, all(2.0 / 15))
  p = fused(p, z, all(2.0 / 13))
  p = fused(p, z, all(2.0 / 11))
  p = fused(p, z, all(2.0 / 9))
  p = fused(p, z, all(2.0 / 7))
  p = fused(p, z, all(2.0 / 5))
  p = fused(p, z, all(2.0 / 3))
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
      return Pair(repeating: c).addingProduct(a, b)
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
  let isOdd = (k & SIMD2(repeating: 1)) .!= SIMD2(repeating: 0)
  let first = sine.replacing(with: cosine, where: isOdd)
  let second = cosine.replacing(with: sine, where: isOdd)
  let firstSign = (k & SIMD2(repeating: 2)) &<< SIMD2(repeating: 62)
  let secondSign = ((k &+ SIMD2(repeating: 1)) & SIMD2(repeating: 2)) &<< SIMD2(repeating: 62)
  return (
    unsafeBitCast(unsafeBitCast(first, to: SIMD2<Int64>.self) ^ firstSign, to: Pair.self),
    unsafeBitCast(unsafeBitCast(second, to: SIMD2<Int64>.self) ^ secondSign, to: Pair.self)
  )
}
