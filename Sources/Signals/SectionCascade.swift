/// Second-order sections in a row with their memory: any causal filter of one channel.
///
///     y = section N ( ... section 2 ( section 1 (x)))
///
/// One sample runs through all sections before the next one begins, so that samples one by one and in
/// blocks of any size give the same bits. `advance` allocates nothing. A copy shares the storage of its
/// memory until one of the two changes, which then allocates once: `reset` copies at start-up. Inputs
/// must be finite; after a value that is not, call `reset`.
public struct SectionCascade: Hashable, Sendable {
  /// The sections, in the order in which a sample runs through them [1].
  public let sections: [SecondOrderSection]
  /// The memory of each section (as many as sections) [the signal's unit].
  public private(set) var states: [SecondOrderSection.State]
  /// The memory that a constant input of one leaves (as many as sections) [1].
  private let unitSteadyStates: [SecondOrderSection.State]

  /// The sections at rest; at least one.
  public init(_ sections: [SecondOrderSection]) {
    precondition(!sections.isEmpty, "a cascade has a section")
    self.sections = sections
    states = Array(repeating: SecondOrderSection.State(), count: sections.count)
    var level = 1.0
    unitSteadyStates = sections.map { section in
      defer { level *= section.zeroFrequencyGain }
      return section.steadyState(at: level)
    }
  }

  /// Filters the next sample.
  public mutating func advance(_ input: Double) -> Double {
    var value = input
    for index in sections.indices {
      value = sections[index].advance(value, &states[index])
    }
    return value
  }

  /// Filters the next samples in their place.
  public mutating func advance(_ samples: inout MutableSpan<Double>) {
    let own = sections
    let sections = own.span
    var states = states.mutableSpan
    for sample in samples.indices {
      samples[sample] = Self.advance(samples[sample], sections, &states)
    }
  }

  /// One sample through `sections` whose memory is lent as a span: what blocks are made of.
  @inline(__always)
  static func advance(
    _ input: Double, _ sections: Span<SecondOrderSection>,
    _ states: inout MutableSpan<SecondOrderSection.State>
  ) -> Double {
    var value = input
    for index in sections.indices {
      value = sections[index].advance(value, &states[index])
    }
    return value
  }

  /// Calls `body` with the sections and the memory as spans.
  @inline(__always)
  mutating func withSpans<Result>(
    _ body: (Span<SecondOrderSection>, inout MutableSpan<SecondOrderSection.State>) -> Result
  ) -> Result {
    let own = sections
    let sections = own.span
    var states = states.mutableSpan
    return body(sections, &states)
  }

  /// Forgets everything: as if the input had always been zero.
  public mutating func reset() {
    settle(at: 0)
  }

  /// Takes the memory of an input that has been `input` for ever, so that no transient follows.
  public mutating func settle(at input: Double) {
    for index in states.indices {
      states[index].first = unitSteadyStates[index].first * input
      states[index].second = unitSteadyStates[index].second * input
    }
  }

  /// The memory of each section when the input has been `input` for ever (sections) [its unit].
  public func steadyState(at input: Double) -> [SecondOrderSection.State] {
    unitSteadyStates.map { .init(first: $0.first * input, second: $0.second * input) }
  }

  /// The response to exp(i w n), with `angularFrequency` w in radians a sample.
  public func frequencyResponse(atAngularFrequency angularFrequency: Double) -> ComplexNumber {
    sections.reduce(ComplexNumber(real: 1)) {
      $0 * $1.frequencyResponse(atAngularFrequency: angularFrequency)
    }
  }

  /// The delay of a narrow band's envelope, at w radians a sample [samples].
  public func groupDelay(atAngularFrequency angularFrequency: Double) -> Double {
    sections.reduce(0) { $0 + $1.groupDelay(atAngularFrequency: angularFrequency) }
  }

  /// The distance of the slowest pole from zero; the memory fades with this factor a sample [1].
  public var largestPoleMagnitude: Double {
    sections.reduce(0) { max($0, $1.largestPoleMagnitude) }
  }
}

extension SectionCascade: Resumable {
  /// The memory of each section.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&states)
  }
}
