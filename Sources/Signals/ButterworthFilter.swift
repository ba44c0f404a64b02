import RealModule

/// A causal Butterworth filter of one channel: maximally flat, half power at its cut-offs.
///
///     |H(f)|^2 = 1 / (1 + q(f)^(2 order))
///
/// with t = tan(pi f / rate) and w the same of a cut-off: q = t/w (low-pass), w/t (high-pass) or
/// (t^2 - w1 w2) / (t (w2 - w1)) (band-pass). `ButterworthDesign` gives the sections. A band-pass is
/// the true band transform, so it has `order` poles at each side, as in scipy.signal.butter; it is not
/// a high-pass followed by a low-pass.
///
/// `advance` allocates nothing. A copy shares the storage of its memory until one of the two changes,
/// which then allocates once: `reset` copies at start-up. Inputs must be finite; after a value that is
/// not, call `reset`.
public struct ButterworthFilter: Hashable, Sendable {
  /// The frequencies that pass [Hz].
  public let band: FilterBand
  /// The number of poles at each cut-off [1].
  public let order: Int
  /// The sampling rate [Hz].
  public let rate: Double
  /// The sections and their memory.
  public private(set) var cascade: SectionCascade

  /// The filter of this band and order at a sampling `rate` [Hz], at rest.
  public init(_ band: FilterBand, order: Int, rate: Double) {
    precondition(order > 0, "a filter has at least one pole")
    precondition(
      band.isRealizable(atRate: rate), "cut-offs lie in order between zero and half the rate")
    self.band = band
    self.order = order
    self.rate = rate
    cascade = SectionCascade(ButterworthDesign.sections(band, order: order, rate: rate))
  }

  /// The sections, in the order in which a sample runs through them (order at most) [1].
  public var sections: [SecondOrderSection] { cascade.sections }

  /// The memory of each section (as many as sections) [the signal's unit].
  public var states: [SecondOrderSection.State] { cascade.states }

  /// Filters the next sample of the channel.
  public mutating func advance(_ input: Double) -> Double { cascade.advance(input) }

  /// Filters the next samples of the channel in their place; the same bits as one by one.
  public mutating func advance(_ samples: inout MutableSpan<Double>) { cascade.advance(&samples) }

  /// Calls `body` with the sections and the memory as spans.
  @inline(__always)
  mutating func withSpans<Result>(
    _ body: (Span<SecondOrderSection>, inout MutableSpan<SecondOrderSection.State>) -> Result
  ) -> Result { cascade.withSpans(body) }

  /// Forgets everything: as if the input had always been zero.
  public mutating func reset() { cascade.reset() }

  /// Takes the memory of an input that has been `input` for ever, so that no transient follows.
  public mutating func settle(at input: Double) { cascade.settle(at: input) }

  /// The memory of each section when the input has been `input` for ever (sections) [its unit].
  public func steadyState(at input: Double) -> [SecondOrderSection.State] {
    cascade.steadyState(at: input)
  }

  /// The gain and phase at a frequency [Hz].
  public func frequencyResponse(at frequency: Double) -> ComplexNumber {
    cascade.frequencyResponse(atAngularFrequency: 2 * .pi * frequency / rate)
  }

  /// The delay of a narrow band's envelope at `frequency` [Hz], from the sections' analytic one [s].
  public func groupDelay(at frequency: Double) -> Double {
    cascade.groupDelay(atAngularFrequency: 2 * .pi * frequency / rate) / rate
  }

  /// The distance of the slowest pole from zero; the memory fades with this factor a sample [1].
  public var largestPoleMagnitude: Double { cascade.largestPoleMagnitude }

  /// The answer to a single sample of one, until it has faded below `tolerance` of its scale [1].
  public func impulseResponse(tolerance: Double) -> [Double] {
    precondition(tolerance > 0 && tolerance < 1, "a tolerance is a fraction")
    var filter = self
    filter.reset()
    let count = (Double.log(tolerance) / .log(largestPoleMagnitude)).rounded(.up)
    return (0...max(2, Int(count))).map { filter.advance($0 == 0 ? 1 : 0) }
  }

  /// The width of the ideal filter of unit gain that passes as much white noise [Hz].
  ///
  ///     Bn = integral of |H|^2 over 0 ... rate/2 = rate/2 * sum h[n]^2
  ///
  /// by Parseval from the impulse response h, cut where less than 1e-12 of the sum is left.
  public var equivalentNoiseBandwidth: Double {
    rate / 2 * impulseResponse(tolerance: 1e-7).reduce(0) { $0 + $1 * $1 }
  }
}

extension ButterworthFilter: Resumable {
  /// The sections' memory.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&cascade)
  }
}
