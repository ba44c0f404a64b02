/// How a linear envelope is made from EMG: cut-offs and orders of its two filters.
public struct EnvelopeConfiguration: Hashable, Sendable, Codable {
  /// Lower half-power cut-off of the EMG band, above movement artefacts [Hz].
  public var lowerCutOff: Double
  /// Upper half-power cut-off of the EMG band, before `usableUpperCutOff` limits it [Hz].
  public var upperCutOff: Double
  /// Poles of the band-pass at each cut-off [1].
  public var bandOrder: Int
  /// Half-power cut-off of the low-pass that follows the rectification [Hz].
  public var smoothingCutOff: Double
  /// Poles of the low-pass [1].
  public var smoothingOrder: Int
  /// Duration of the moving root mean square that takes the rectifier's and the low-pass's place; nil keeps these [s].
  public var rmsDuration: Double?
  /// Notches at the mains' frequency before the band-pass; nil takes none.
  public var notch: NotchConfiguration?

  /// A configuration; the defaults are the usual 20-450 Hz band and a 6 Hz envelope.
  public init(
    lowerCutOff: Double = 20, upperCutOff: Double = 450, bandOrder: Int = 4,
    smoothingCutOff: Double = 6, smoothingOrder: Int = 2, rmsDuration: Double? = nil,
    notch: NotchConfiguration? = nil
  ) {
    self.lowerCutOff = lowerCutOff
    self.upperCutOff = upperCutOff
    self.bandOrder = bandOrder
    self.smoothingCutOff = smoothingCutOff
    self.smoothingOrder = smoothingOrder
    self.rmsDuration = rmsDuration
    self.notch = notch
  }

  /// The upper cut-off really used at a sampling `rate`: at most 0.45 of it, clear of Nyquist [Hz].
  ///
  /// So 450 Hz stays as it is from 1000 Hz on, and becomes 225 Hz at 500 Hz.
  public func usableUpperCutOff(atRate rate: Double) -> Double {
    min(upperCutOff, 0.45 * rate)
  }

  /// The band of the first filter at a sampling `rate` [Hz].
  public func band(atRate rate: Double) -> FilterBand {
    .bandPass(lower: lowerCutOff, upper: usableUpperCutOff(atRate: rate))
  }

  /// The low-pass alone, for envelopes that were made before and come at `rate` [Hz].
  public func smoother(atRate rate: Double) -> AngleSmoother {
    AngleSmoother(.butterworth(cutOff: min(smoothingCutOff, 0.45 * rate)), rate: rate)
  }

  /// Everything that forbids this configuration at a sampling `rate` [Hz]; empty when it is sound.
  public func problems(atRate rate: Double) -> [EnvelopeProblem] {
    guard rate > 0 && rate.isFinite else { return [.rate(rate)] }
    var problems: [EnvelopeProblem] = []
    let upper = usableUpperCutOff(atRate: rate)
    if !(lowerCutOff > 0 && lowerCutOff < upper) {
      problems.append(.band(lower: lowerCutOff, upper: upperCutOff, usable: upper))
    }
    if !(smoothingCutOff > 0 && smoothingCutOff <= lowerCutOff) {
      problems.append(.smoothing(cutOff: smoothingCutOff, lower: lowerCutOff))
    }
    for (key, order) in [("bandOrder", bandOrder), ("smoothingOrder", smoothingOrder)]
    where !(1...EnvelopeProblem.highestOrder).contains(order) {
      problems.append(.order(key: key, order))
    }
    if let rmsDuration, !(rmsDuration * rate >= 2 && rmsDuration <= 2) {
      problems.append(.rms(duration: rmsDuration, rate: rate))
    }
    if let notch {
      let isSound =
        notch.frequency > 0 && notch.frequency < 0.49 * rate && notch.harmonics > 0
        && notch.width > 0 && notch.width < notch.frequency
      if !isSound { problems.append(.notch(notch, rate: rate)) }
    }
    return problems
  }
}

/// Why an envelope cannot be made as configured.
public enum EnvelopeProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sampling rate is not a positive number [Hz].
  case rate(Double)
  /// The band is empty at this sampling rate: cut-offs as written and the usable upper one [Hz].
  case band(lower: Double, upper: Double, usable: Double)
  /// The low-pass does not lie below the EMG band [Hz].
  case smoothing(cutOff: Double, lower: Double)
  /// The notch cannot be made at this sampling rate [Hz].
  case notch(NotchConfiguration, rate: Double)
  /// The moving root mean square is shorter than two samples or longer than two seconds [s, Hz].
  case rms(duration: Double, rate: Double)
  /// The order under this key is out of range [1].
  case order(key: String, Int)

  /// The most poles at a cut-off that are of any use [1].
  static let highestOrder = 12

  /// What is wrong, what was expected and what to do about it.
  public var description: String {
    switch self {
    case .rate(let rate):
      return "sampling rate \(rate) Hz: expected a positive number; correct the stream's rate"
    case .band(let lower, let upper, let usable):
      return "lowerCutOff \(lower) Hz, upperCutOff \(upper) Hz: expected 0 < lower < upper, where "
        + "upper is at most 0.45 of the sampling rate, here \(usable) Hz; "
        + "lower lowerCutOff or sample faster"
    case .smoothing(let cutOff, let lower):
      return "smoothingCutOff \(cutOff) Hz: expected a positive number, at most lowerCutOff "
        + "(\(lower) Hz), or the EMG's own waves pass into the envelope; 3 to 10 Hz is usual"
    case .notch(let notch, let rate):
      return
        "notch at \(notch.frequency) Hz, \(notch.width) Hz wide, \(notch.harmonics) harmonics: "
        + "expected a frequency below \(0.49 * rate) Hz, above its width, and one harmonic or more"
    case .rms(let duration, let rate):
      return
        "rmsDuration \(duration) s at \(rate) Hz: expected two samples to two seconds; 100 to 250 ms is usual"
    case .order(let key, let order):
      return "\(key) \(order): expected 1 to \(Self.highestOrder); 2 or 4 is usual"
    }
  }
}
