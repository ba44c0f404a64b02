internal import CShim

// Arithmetic of SIMD types in whole registers. The standard library's goes element by element, and the optimizer
// puts that together again in part only: a simulation takes a sixth more with it.

// MARK: eight numbers

@inline(__always)
func + (a: Lanes, b: Lanes) -> Lanes { diffmsm_add8(a, b) }
@inline(__always)
func + (a: Double, b: Lanes) -> Lanes { diffmsm_add8(diffmsm_repeat8(a), b) }
@inline(__always)
func + (a: Lanes, b: Double) -> Lanes { diffmsm_add8(a, diffmsm_repeat8(b)) }
@inline(__always)
func += (a: inout Lanes, b: Lanes) { a = diffmsm_add8(a, b) }
@inline(__always)
func - (a: Lanes, b: Lanes) -> Lanes { diffmsm_subtract8(a, b) }
@inline(__always)
func - (a: Double, b: Lanes) -> Lanes { diffmsm_subtract8(diffmsm_repeat8(a), b) }
@inline(__always)
func - (a: Lanes, b: Double) -> Lanes { diffmsm_subtract8(a, diffmsm_repeat8(b)) }
@inline(__always)
func -= (a: inout Lanes, b: Lanes) { a = diffmsm_subtract8(a, b) }
@inline(__always)
func * (a: Lanes, b: Lanes) -> Lanes { diffmsm_multiply8(a, b) }
@inline(__always)
func * (a: Double, b: Lanes) -> Lanes { diffmsm_multiply8(diffmsm_repeat8(a), b) }
@inline(__always)
func * (a: Lanes, b: Double) -> Lanes { diffmsm_multiply8(a, diffmsm_repeat8(b)) }
@inline(__always)
func *= (a: inout Lanes, b: Lanes) { a = diffmsm_multiply8(a, b) }
@inline(__always)
func / (a: Lanes, b: Lanes) -> Lanes { diffmsm_divide8(a, b) }
@inline(__always)
func / (a: Double, b: Lanes) -> Lanes { diffmsm_divide8(diffmsm_repeat8(a), b) }
@inline(__always)
func / (a: Lanes, b: Double) -> Lanes { diffmsm_divide8(a, diffmsm_repeat8(b)) }
@inline(__always)
prefix func - (a: Lanes) -> Lanes { diffmsm_negate8(a) }

// MARK: four numbers

@inline(__always)
func + (a: SIMD4<Double>, b: SIMD4<Double>) -> SIMD4<Double> { diffmsm_add4(a, b) }
@inline(__always)
func + (a: Double, b: SIMD4<Double>) -> SIMD4<Double> { diffmsm_add4(diffmsm_repeat4(a), b) }
@inline(__always)
func + (a: SIMD4<Double>, b: Double) -> SIMD4<Double> { diffmsm_add4(a, diffmsm_repeat4(b)) }
@inline(__always)
func += (a: inout SIMD4<Double>, b: SIMD4<Double>) { a = diffmsm_add4(a, b) }
@inline(__always)
func - (a: SIMD4<Double>, b: SIMD4<Double>) -> SIMD4<Double> { diffmsm_subtract4(a, b) }
@inline(__always)
func - (a: Double, b: SIMD4<Double>) -> SIMD4<Double> { diffmsm_subtract4(diffmsm_repeat4(a), b) }
@inline(__always)
func - (a: SIMD4<Double>, b: Double) -> SIMD4<Double> { diffmsm_subtract4(a, diffmsm_repeat4(b)) }
@inline(__always)
func -= (a: inout SIMD4<Double>, b: SIMD4<Double>) { a = diffmsm_subtract4(a, b) }
@inline(__always)
func * (a: SIMD4<Double>, b: SIMD4<Double>) -> SIMD4<Double> { diffmsm_multiply4(a, b) }
@inline(__always)
func * (a: Double, b: SIMD4<Double>) -> SIMD4<Double> { diffmsm_multiply4(diffmsm_repeat4(a), b) }
@inline(__always)
func * (a: SIMD4<Double>, b: Double) -> SIMD4<Double> { diffmsm_multiply4(a, diffmsm_repeat4(b)) }
@inline(__always)
func *= (a: inout SIMD4<Double>, b: SIMD4<Double>) { a = diffmsm_multiply4(a, b) }
@inline(__always)
func / (a: SIMD4<Double>, b: SIMD4<Double>) -> SIMD4<Double> { diffmsm_divide4(a, b) }
@inline(__always)
func / (a: Double, b: SIMD4<Double>) -> SIMD4<Double> { diffmsm_divide4(diffmsm_repeat4(a), b) }
@inline(__always)
func / (a: SIMD4<Double>, b: Double) -> SIMD4<Double> { diffmsm_divide4(a, diffmsm_repeat4(b)) }
@inline(__always)
prefix func - (a: SIMD4<Double>) -> SIMD4<Double> { diffmsm_negate4(a) }

// MARK: two numbers

@inline(__always)
func + (a: SIMD2<Double>, b: SIMD2<Double>) -> SIMD2<Double> { diffmsm_add2(a, b) }
@inline(__always)
func + (a: Double, b: SIMD2<Double>) -> SIMD2<Double> { diffmsm_add2(diffmsm_repeat2(a), b) }
@inline(__always)
func + (a: SIMD2<Double>, b: Double) -> SIMD2<Double> { diffmsm_add2(a, diffmsm_repeat2(b)) }
@inline(__always)
func += (a: inout SIMD2<Double>, b: SIMD2<Double>) { a = diffmsm_add2(a, b) }
@inline(__always)
func - (a: SIMD2<Double>, b: SIMD2<Double>) -> SIMD2<Double> { diffmsm_subtract2(a, b) }
@inline(__always)
func - (a: Double, b: SIMD2<Double>) -> SIMD2<Double> { diffmsm_subtract2(diffmsm_repeat2(a), b) }
@inline(__always)
func - (a: SIMD2<Double>, b: Double) -> SIMD2<Double> { diffmsm_subtract2(a, diffmsm_repeat2(b)) }
@inline(__always)
func -= (a: inout SIMD2<Double>, b: SIMD2<Double>) { a = diffmsm_subtract2(a, b) }
@inline(__always)
func * (a: SIMD2<Double>, b: SIMD2<Double>) -> SIMD2<Double> { diffmsm_multiply2(a, b) }
@inline(__always)
func * (a: Double, b: SIMD2<Double>) -> SIMD2<Double> { diffmsm_multiply2(diffmsm_repeat2(a), b) }
@inline(__always)
func * (a: SIMD2<Double>, b: Double) -> SIMD2<Double> { diffmsm_multiply2(a, diffmsm_repeat2(b)) }
@inline(__always)
func *= (a: inout SIMD2<Double>, b: SIMD2<Double>) { a = diffmsm_multiply2(a, b) }
@inline(__always)
func / (a: SIMD2<Double>, b: SIMD2<Double>) -> SIMD2<Double> { diffmsm_divide2(a, b) }
@inline(__always)
func / (a: Double, b: SIMD2<Double>) -> SIMD2<Double> { diffmsm_divide2(diffmsm_repeat2(a), b) }
@inline(__always)
func / (a: SIMD2<Double>, b: Double) -> SIMD2<Double> { diffmsm_divide2(a, diffmsm_repeat2(b)) }
@inline(__always)
prefix func - (a: SIMD2<Double>) -> SIMD2<Double> { diffmsm_negate2(a) }
