internal import Algebra
internal import Kernels
internal import KernelsV3

/// Sums in lanes by the variant that this processor has.
struct LaneArithmetic: Sendable {
  /// True for AVX2 and FMA.
  let isVersion3: Bool

  /// The arithmetic that goes with a variant of the step.
  init(_ variant: LimbStep.Variant) { isVersion3 = variant == .version3 }

  /// S <- S - K row; see `SensitivityCorrection`.
  @inline(__always)
  func correct(
    _ sensitivity: inout [SIMD8<Double>], gain: [Double], row: [SIMD8<Double>]
  ) {
    var lanes = sensitivity.mutableSpan
    if isVersion3 {
      KernelsV3.SensitivityCorrection.apply(&lanes, gain: gain.span, row: row.span)
    } else {
      Kernels.SensitivityCorrection.apply(&lanes, gain: gain.span, row: row.span)
    }
  }

  /// P <- A P Aᵀ; see `CovarianceStep`.
  @inline(__always)
  func spread(
    _ covariance: inout [Double], transition: [Double], scratch: inout [Double], count: Int
  ) {
    var own = covariance.mutableSpan
    var room = scratch.mutableSpan
    if isVersion3 {
      KernelsV3.CovarianceStep.apply(
        &own, transition: transition.span, scratch: &room, count: count)
    } else {
      Kernels.CovarianceStep.apply(
        &own, transition: transition.span, scratch: &room, count: count)
    }
  }
}

/// JᵀJ and Jᵀr in columns; see `Kernels.NormalSums`.
struct ResidualSums: Sendable {
  /// Those for every processor.
  private var baseline: Kernels.NormalSums?
  /// Those for AVX2 and FMA.
  private var version3: KernelsV3.NormalSums?

  /// Sums of `columns`.
  init(_ columns: SensitivityColumns, arithmetic: LaneArithmetic) {
    if arithmetic.isVersion3 {
      version3 = KernelsV3.NormalSums(blockCount: columns.blockCount)
    } else {
      baseline = Kernels.NormalSums(blockCount: columns.blockCount)
    }
  }

  /// Forgets everything.
  mutating func clear() {
    version3?.clear()
    baseline?.clear()
  }

  /// Adds a residual whose derivative is `factor` times `row`.
  @inline(__always)
  mutating func add(_ row: [SIMD8<Double>], factor: Double, residual: Double) {
    version3?.add(row.span, factor: factor, residual: residual)
    baseline?.add(row.span, factor: factor, residual: residual)
  }

  /// Adds the sums by unknowns to `evaluation`.
  mutating func fold(_ columns: SensitivityColumns, into evaluation: inout WindowEvaluation) {
    version3?.fold(
      columns.links, gradient: &evaluation.gradient,
      information: &evaluation.information.elements)
    baseline?.fold(
      columns.links, gradient: &evaluation.gradient,
      information: &evaluation.information.elements)
  }
}
