import RealModule

/// The linear envelope of one EMG channel: how hard the muscle is driven, 1 at the MVC.
///
///     envelope = lowPass(|bandPass(notch(emg))|) / mvc,   or
///     envelope = sqrt(2 / pi) rms(bandPass(notch(emg))) / mvc
///
/// The notch is optional. The band-pass takes offset and movement artefacts away, the rectifier keeps the amplitude, and the
/// low-pass averages it, or a moving root mean square does both; that of Gaussian EMG is scaled to the same mean. `mvc` is what that gives in the MVC trial, the mean rectified EMG; Gaussian EMG
/// of rms s has s sqrt(2 / pi). The value is not clipped: it passes 1 when the
/// effort passes that of the MVC trial, and a low-pass of order 2 swings a few per cent of a step below
/// zero after a sudden stop.
///
/// `advance` allocates nothing. Making one costs the noise prediction of `EnvelopeNoise`; further
/// channels of the same rate are cheaper as copies with their own `mvc`, each `reset` once at start-up
/// so that it has storage of its own. Inputs must be finite; after one that is not, call `reset`.
public struct LinearEnvelope: Hashable, Sendable {
  /// The cut-offs and orders, as configured.
  public let configuration: EnvelopeConfiguration
  /// The sampling rate [Hz].
  public let rate: Double
  /// The mean rectified band-passed EMG in the maximum voluntary contraction [V].
  public var mvc: Double {
    didSet {
      precondition(mvc > 0 && mvc.isFinite, "the MVC's envelope is a positive voltage")
      scale = Self.scale(mvc)
    }
  }
  /// The noise that Gaussian EMG itself leaves in the envelope, for white EMG in the band.
  public let noise: EnvelopeNoise
  /// The time by which the envelope lags the muscle's EMG [s].
  ///
  /// The low-pass's group delay at 0 Hz plus the band-pass's at the geometric mean of its cut-offs,
  /// sqrt(20 x 450) = 95 Hz by default, where most of the EMG's power lies, plus the notch's mean.
  public let delay: Double

  /// What the filters before the rectifier made of the last sample [V].
  public private(set) var band = 0.0
  /// The filters before the rectifier: the notch, if there is one, and the band-pass.
  private var front: SectionCascade
  /// The filter after the rectifier.
  private var lowPass: ButterworthFilter
  /// What takes their place; nil keeps them.
  private var rms: MovingRMS?
  /// Envelope per mean rectified voltage [1/V].
  private var scale: Double

  /// The envelope of a channel sampled at `rate` [Hz] whose MVC has the envelope `mvc` [V], at rest.
  ///
  /// The configuration must have no `problems(atRate:)`.
  public init(_ configuration: EnvelopeConfiguration, rate: Double, mvc: Double) {
    precondition(configuration.problems(atRate: rate).isEmpty, "the configuration is validated")
    precondition(mvc > 0 && mvc.isFinite, "the MVC's envelope is a positive voltage")
    self.configuration = configuration
    self.rate = rate
    self.mvc = mvc
    scale = Self.scale(mvc)
    let bandPass = ButterworthFilter(
      configuration.band(atRate: rate), order: configuration.bandOrder, rate: rate)
    lowPass = ButterworthFilter(
      .lowPass(cutOff: configuration.smoothingCutOff), order: configuration.smoothingOrder,
      rate: rate)
    let notch = configuration.notch.map { NotchFilter($0, rate: rate) }
    front = SectionCascade((notch?.cascade.sections ?? []) + bandPass.sections)
    let samples = configuration.rmsDuration.map { max(2, Int(($0 * rate).rounded())) }
    rms = samples.map { MovingRMS(samples: $0) }
    noise =
      samples.map { EnvelopeNoise(bandPass: bandPass, rmsSamples: $0) }
      ?? EnvelopeNoise(bandPass: bandPass, lowPass: lowPass)
    let upper = configuration.usableUpperCutOff(atRate: rate)
    let middle = Double.sqrt(configuration.lowerCutOff * upper)
    delay =
      bandPass.groupDelay(at: middle) + (rms?.delay(atRate: rate) ?? lowPass.groupDelay(at: 0))
      + (notch?.groupDelay(from: configuration.lowerCutOff, to: upper) ?? 0)
  }

  /// Takes the next EMG sample [V] and gives the envelope, which is `delay` old [1].
  public mutating func advance(_ volts: Double) -> Double {
    band = front.advance(volts)
    if let root = rms?.advance(band) { return Self.gaussianRatio * root * scale }
    return lowPass.advance(band.magnitude) * scale
  }

  /// Takes the next EMG samples [V] and gives their envelopes in their place; the same bits as one by
  /// one [1].
  public mutating func advance(_ samples: inout MutableSpan<Double>) {
    if rms != nil {
      for index in samples.indices { samples[index] = advance(samples[index]) }
      return
    }
    let scale = scale
    var last = band
    front.withSpans { frontSections, frontStates in
      lowPass.withSpans { lowSections, lowStates in
        for index in samples.indices {
          last = SectionCascade.advance(samples[index], frontSections, &frontStates)
          samples[index] =
            SectionCascade.advance(last.magnitude, lowSections, &lowStates) * scale
        }
      }
    }
    band = last
  }

  /// Forgets the past, as after a gap: the filters rest and the envelope starts from `level`, a root mean
  /// square from what comes [1].
  public mutating func reset(level: Double = 0) {
    front.reset()
    rms?.reset()
    lowPass.settle(at: level / scale)
  }

  /// Standard deviation of the envelope over its mean at constant effort [1]; see `EnvelopeNoise`.
  public var relativeNoise: Double { noise.relativeNoise }

  /// Time between two envelope values with independent noise [s]; see `EnvelopeNoise`.
  public var correlationTime: Double { noise.correlationTime }

  /// Mean rectified value over rms of Gaussian EMG [1].
  private static let gaussianRatio = Double.sqrt(2 / .pi)

  private static func scale(_ mvc: Double) -> Double { 1 / mvc }
}

extension LinearEnvelope: Resumable {
  /// The filters' memory.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&band)
    archive.carry(&front)
    archive.carry(&lowPass)
    rms?.carry(&archive)
  }
}
