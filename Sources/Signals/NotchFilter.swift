import RealModule

/// How mains hum is taken out of a channel: the mains' frequency, how many harmonics, how narrow.
public struct NotchConfiguration: Hashable, Sendable, Codable {
  /// The mains' frequency: 50 or 60 [Hz].
  public var frequency: Double
  /// The last multiple of the frequency that is taken out; one is the frequency alone [1].
  public var harmonics: Int
  /// Width of each notch between its half-power frequencies [Hz].
  public var width: Double

  /// Notches at `frequency` and its multiples; the default takes three, 2 Hz wide.
  public init(frequency: Double, harmonics: Int = 3, width: Double = 2) {
    self.frequency = frequency
    self.harmonics = harmonics
    self.width = width
  }
}

/// A causal notch at a frequency and its harmonics: one second-order section each.
///
///     H(z) = g (1 - 2 cos w z^-1 + z^-2) / (1 - 2 g cos w z^-1 + (2 g - 1) z^-2)
///     g = 1 / (1 + tan(pi width / rate)),   w = 2 pi frequency / rate
///
/// as scipy.signal.iirnotch with quality frequency / width. Its gain is exactly one at zero; a step
/// rings for 1 / (pi width). Harmonics at or beyond 0.49 of the rate are left out.
public struct NotchFilter: Hashable, Sendable {
  /// What it was made for.
  public let configuration: NotchConfiguration
  /// The sampling rate [Hz].
  public let rate: Double
  /// The sections and their memory.
  public private(set) var cascade: SectionCascade

  /// The notches of `configuration` at a sampling `rate` [Hz], at rest.
  public init(_ configuration: NotchConfiguration, rate: Double) {
    precondition(
      configuration.frequency > 0 && configuration.frequency < 0.49 * rate,
      "the mains' frequency lies below 0.49 of the rate")
    precondition(configuration.harmonics > 0, "at least the frequency itself is taken out")
    precondition(
      configuration.width > 0 && configuration.width < configuration.frequency,
      "a notch is narrower than its frequency")
    self.configuration = configuration
    self.rate = rate
    cascade = SectionCascade(
      (1...configuration.harmonics).map { Double($0) * configuration.frequency }
        .filter { $0 < 0.49 * rate }
        .map { frequency in
          let gain = 1 / (1 + Double.tan(.pi * configuration.width / rate))
          let cosine = Double.cos(2 * .pi * frequency / rate)
          return SecondOrderSection(
            b0: gain, b1: -2 * gain * cosine, b2: gain, a1: -2 * gain * cosine, a2: 2 * gain - 1)
        })
  }

  /// Filters the next sample.
  public mutating func advance(_ input: Double) -> Double { cascade.advance(input) }

  /// Filters the next samples in their place; the same bits as one by one.
  public mutating func advance(_ samples: inout MutableSpan<Double>) { cascade.advance(&samples) }

  /// Forgets everything.
  public mutating func reset() { cascade.reset() }

  /// Takes the memory of an input that has been `input` for ever.
  public mutating func settle(at input: Double) { cascade.settle(at: input) }

  /// The mean delay of white noise between two frequencies [Hz], weighted by the power that passes [s].
  ///
  /// Each notch delays what lies within its width by up to 1 / (pi width), but lets little of it pass:
  /// about 1 / (4 band) a notch remains, 0.6 ms for a band of 430 Hz.
  public func groupDelay(from lower: Double, to upper: Double) -> Double {
    let step = configuration.width / 20
    var (power, weighted) = (0.0, 0.0)
    for index in 0..<Int((upper - lower) / step) {
      let angular = 2 * .pi * (lower + (Double(index) + 0.5) * step) / rate
      let passed = cascade.frequencyResponse(atAngularFrequency: angular).squaredMagnitude
      power += passed
      weighted += passed * cascade.groupDelay(atAngularFrequency: angular)
    }
    return power > 0 ? weighted / power / rate : 0
  }
}
