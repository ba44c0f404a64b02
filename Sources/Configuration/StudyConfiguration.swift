public import Identification
public import Musculoskeletal

/// Everything a study file says: who moves how, how that is measured, and what is to be identified.
public struct StudyConfiguration: Sendable {
  /// The file it was read from.
  public var file: String
  /// The file's text.
  public var text: String
  /// The model file that was read.
  public var modelFile: String
  /// The model with the file's overrides.
  public var model: ModelDescription
  /// Where the payload is held; nil when none is.
  public var payload: PayloadConfiguration?
  /// How subjects differ from the model and move.
  public var subject: VirtualSubjectConfiguration
  /// How the estimator works, and its unknowns.
  public var identification: IdentificationConfiguration
  /// Trials when the command names no number [1].
  public var trials = 100
  /// Duration of a trial [s].
  public var duration = 60.0
  /// Standard deviation of the noise on measured angles [rad].
  public var angleNoise = 0.0
  /// What the estimator takes it for [rad].
  public var declaredAngleNoise = 1e-3
  /// Standard deviation of the noise on measured angular rates; nil measures none [rad/s].
  public var rateNoise: Double?
  /// Relative standard deviation of the noise on envelopes [1].
  public var envelopeNoise = 0.0
  /// Correlation time of that noise [s].
  public var envelopeCorrelationTime = 0.08
  /// Cut-off of the filter over the envelopes; nil where none is [Hz].
  public var envelopeCutOff: Double?
  /// Relative standard deviation of the channels' true gains around one [1].
  public var gainSpread = 0.0
  /// Shortest and longest time by which EMG leads activation [s].
  public var delay = 0.0...0.0
  /// True when the online estimator is followed too.
  public var isOnline = false
  /// What is wrong on purpose, one kind a trial in turn; empty for nothing.
  public var faults: [String] = []

  /// The numbers at theta zero: the model's own and unit gains.
  public var baseParameters: SystemParameters {
    let skeleton = Skeleton(model)
    return SystemParameters(
      limb: LimbParameters(model, skeleton: skeleton),
      channels: Array(repeating: ChannelParameters(), count: model.muscles.count),
      angleOffsets: Array(repeating: 0, count: skeleton.coordinateCount))
  }

  /// What the estimator believes about noise.
  public var noiseModel: NoiseModel {
    let count = Skeleton(model).coordinateCount
    return NoiseModel(
      angle: Array(repeating: declaredAngleNoise, count: count),
      rate: rateNoise.map { Array(repeating: $0, count: count) } ?? [],
      activation: identification.activationNoise,
      activationCorrelationTime: identification.activationCorrelationTime,
      activationCutOff: envelopeCutOff,
      torque: identification.torqueNoise,
      torqueCorrelationTime: identification.torqueCorrelationTime,
      initialRate: identification.initialRate)
  }
}
