public import Devices
public import Identification
public import Musculoskeletal

/// Everything a session file says, decoded once and checked whole.
///
/// The model already carries the session's overrides, paths are resolved, channels and names exist.
public struct SessionConfiguration: Hashable, Sendable {
  /// The file it was read from.
  public var file: String
  /// The file's text, for recordings.
  public var text: String
  /// What the command line changed about the file, which the text holds too.
  public var settings: [String] = []
  /// Who wears the sensors: a code, never a name.
  public var subjectCode: String
  /// The model file that was read.
  public var modelFile: String
  /// The other files it was made from, devices and model, for recordings.
  public var files: [ConfigurationText]
  /// The model with the session's overrides: damping, locks, activation time constants, the subject's
  /// size.
  public var model: ModelDescription
  /// True when the model was scaled to the subject's size after it was read.
  public var isModelScaled: Bool
  /// Where samples come from, in file order (sourceCount).
  public var sources: [SourceConfiguration]
  /// The subject that moves virtual devices; nil when every source is real.
  public var virtualSubject: VirtualSubjectConfiguration?
  /// Which channel shows which muscles, in file order (EMG channel count).
  public var emg: [EMGAssignment]
  /// What shows which coordinate, in file order.
  public var angles: [AngleAssignment]
  /// The inertial units on the subject, in file order.
  public var units: [InertialAssignment] = []
  /// Which channel shows a worn device's torque on which coordinate, in file order.
  public var torques: [TorqueAssignment] = []
  /// The filters of the signal chain.
  public var filters: FilterConfiguration
  /// From envelope to activation.
  public var activation: ActivationConfiguration
  /// Where payloads are held; nil when none is ever held.
  public var payload: PayloadConfiguration?
  /// The device on the limb, which the model wears already; nil when there is none.
  public var exoskeleton: ExoskeletonConfiguration?
  /// How the estimator works.
  public var identification: IdentificationConfiguration
  /// Where recordings go.
  public var recordingFolder: String
  /// The angles of the static pose of a calibration (coordinate count of the model) [rad].
  public var calibrationPose: [Double]
  /// The muscles that other muscles' EMG stands in for, in file order.
  public var proxies: [MuscleProxy] = []
  /// What controllers are told; nil when nothing is.
  public var feed: FeedConfiguration?
  /// Whose calibration the session takes; nil when it takes none.
  public var calibration: CalibrationOrigin?
  /// Which column of which foreign file is which, in file order.
  public var imports: [ImportConfiguration] = []
}

/// One source of samples of a session.
public struct SourceConfiguration: Hashable, Sendable {
  /// What delivers the samples.
  public enum Kind: Hashable, Sendable {
    /// A device on USB.
    case device(DeviceDescription)
    /// A virtual device, worn by the virtual subject; its noise follows from the seed.
    case virtualDevice(DeviceDescription, seed: UInt64)
    /// The stream of this name in a recording.
    case stream(String)
  }

  /// How signals refer to it.
  public var name: String
  /// What delivers the samples.
  public var kind: Kind
  /// The serial number of the device that is meant; nil takes any.
  public var serial: String?
  /// The USB port of the device that is meant, as `1-2.4`; nil takes any.
  public var port: String?
  /// The channel that carries pulses common to several devices; nil where none does.
  public var sync: SyncInput?

  /// The device's description, where the source is a device.
  public var device: DeviceDescription? {
    switch kind {
    case .device(let device), .virtualDevice(let device, _): device
    case .stream: nil
    }
  }

  /// True when the source needs a virtual subject.
  public var isVirtual: Bool {
    if case .virtualDevice = kind { true } else { false }
  }
}

/// A source's channel with the pulses of a common generator.
public struct SyncInput: Hashable, Sendable {
  /// The channel's label in the source's stream.
  public var label: String
  /// What the value crosses in a pulse [unit of the channel].
  public var threshold: Double
  /// True where that is a voltage.
  public var isVoltage: Bool
  /// True where a pulse goes down.
  public var isFalling: Bool
}

/// One channel of one source.
public struct ChannelReference: Hashable, Sendable {
  /// The source (index into the session's sources).
  public var source: Int
  /// The channel's label in the source's stream.
  public var label: String

  /// The channel `label` of source `source`.
  public init(source: Int, label: String) {
    self.source = source
    self.label = label
  }
}

/// EMG channels over the same muscles, and the muscles that they stand for.
public struct EMGAssignment: Hashable, Sendable {
  /// Where its samples come from; the envelopes of several are averaged (at least one).
  public var channels: [ChannelReference]
  /// The muscles it excites (indices into the model's muscles; at least one).
  public var muscles: [Int]
  /// The name in parameters such as `emg/NAME/gain`: its muscles' names, joined by `+`.
  public var name: String
  /// Linear envelope at maximum voluntary contraction, the nominal one when the gain is unknown [V].
  public var maximumVoluntaryEnvelope: Double
  /// True when the file gives the MVC; otherwise the gain is identified.
  public var hasKnownGain: Bool

  /// The envelope that stands in for an unknown MVC [V].
  public static let nominalMaximumEnvelope = 1e-3
  /// Prior standard deviation of the logarithm of an unknown gain [1].
  public static let unknownGainDeviation = 1.0
}

/// The subject that moves virtual devices, and how it differs from the model.
public struct VirtualSubjectConfiguration: Hashable, Sendable {
  /// Relative standard deviation of its true parameters around the model's [1].
  public var truthSpread = 0.1
  /// Mass it holds in every other period; zero is none [kg].
  public var payload = 0.0
  /// How long it is held, and how long it is not [s].
  public var payloadPeriod = 7.5
  /// Range of each free coordinate that targets are drawn from (free coordinate count) [rad].
  public var reach: [ClosedRange<Double>] = []
  /// Shortest and longest reach [s].
  public var reachDuration = 0.5...0.9
  /// Shortest and longest hold [s].
  public var holdDuration = 0.1...0.3
  /// Mean co-contraction that agonists and antagonists share [1].
  public var coContraction = 0.18
  /// Relative standard deviation of each muscle's own part in it [1].
  public var coContractionSpread = 0.6
  /// Part of the EMG's power that has a constant amplitude [1].
  public var emgSteadiness = 0.0

  /// The documented defaults.
  public init() {}
}

/// The filters of the signal chain.
public struct FilterConfiguration: Hashable, Sendable {
  /// Lower corner of the EMG band-pass [Hz].
  public var emgBandLow = 20.0
  /// Upper corner of the EMG band-pass [Hz].
  public var emgBandHigh = 450.0
  /// Corner of the envelope's low-pass [Hz].
  public var envelopeLowPass = 6.0
  /// Duration of the moving root mean square that makes the envelope instead; nil takes rectifier and low-pass [s].
  public var envelopeRMS: Double?
  /// The mains' frequency that is taken out of EMG; nil leaves it in [Hz].
  public var mainsNotch: Double?
  /// The last multiple of the mains' frequency that is taken out [1].
  public var mainsHarmonics = 3
  /// How angles are smoothed.
  public var angle = AngleSmoothing.lowPass(corner: 40)

  /// The documented defaults.
  public init() {}
}

/// How the readings of a joint's sensor are smoothed.
public enum AngleSmoothing: Hashable, Sendable {
  /// A Butterworth low-pass with this half-power corner [Hz].
  case lowPass(corner: Double)
  /// The mean over this time [s].
  case average(duration: Double)
}

/// From envelope to activation.
public struct ActivationConfiguration: Hashable, Sendable {
  /// Nominal delay from EMG to force [s].
  public var electromechanicalDelay = 0.04
  /// Exponential shape factor A between excitation and envelope; zero is linear [1].
  public var shapeFactor = 0.0

  /// The documented defaults.
  public init() {}
}

/// Where payloads are held, and how well that is known.
public struct PayloadConfiguration: Hashable, Sendable {
  /// Body and point that carry it.
  public var place: Payload
  /// Relative standard deviation of an announced mass [1].
  public var massDeviation = 0.01
  /// Standard deviation of the distance of the point from the body's origin [m].
  public var pointDeviation = 0.005
}

/// How the estimator works.
public struct IdentificationConfiguration: Hashable, Sendable {
  /// Duration of a window [s].
  public var window = 1.0
  /// Integration step; divides the measurement interval [s].
  public var step = 0.005
  /// From one angle residual to the next; divides the window [s].
  public var measurementInterval = 0.01
  /// Evaluations of the remembered windows in one refit at most [1].
  public var iterations = 8
  /// Order of the polynomials that stand for muscle paths in the fit; nil takes the paths themselves [1].
  public var pathPolynomialOrder: Int?
  /// Windows that are refitted together; older ones live on in the arrival cost [1].
  public var memory = 60
  /// Relative standard deviation of the activation disturbance [1].
  public var activationNoise = 0.0
  /// Correlation time of the activation disturbance [s].
  public var activationCorrelationTime = 0.08
  /// Standard deviation of the unknown torque on each joint [N·m].
  public var torqueNoise = 0.0
  /// Correlation time of the unknown torque [s].
  public var torqueCorrelationTime = 0.1
  /// Standard deviation of the rate where a state starts anew [rad/s].
  public var initialRate = 5.0
  /// Predictions that an offline fit is asked for; nil fits one-step errors.
  public var prediction: PredictionFitConfiguration?
  /// What an offline fit leaves out, to be tested with it.
  public var heldOut = HeldOutConfiguration()
  /// Starting points of an offline fit [1].
  public var starts = 1
  /// The paper's gradient descent, where it is asked for.
  public var adam = AdamDescent()
  /// True when an offline fit estimates the sensors' noise levels.
  public var estimatesNoise = false
  /// Contact that predictions, in fit and test alike, stay clear of; nil where there is none.
  public var contact: ContactConfiguration?
  /// Groups of muscles that are identified as one, in file order.
  public var groups: [MuscleGroup] = []
  /// The unknowns, nuisances included, in the order of theta.
  public var free: [FreeParameter] = []

  /// The documented defaults.
  public init() {}
}

/// Muscles that are identified as one: their properties move by the same factor.
public struct MuscleGroup: Hashable, Sendable {
  /// The name that stands for them in parameter names.
  public var name: String
  /// Its members (indices into the model's muscles).
  public var muscles: [Int]
}

extension SessionConfiguration {
  /// The numbers at theta zero: the model's own, unit gains, the session's shape factor.
  public var baseParameters: SystemParameters {
    let skeleton = Skeleton(model)
    var channel = ChannelParameters()
    channel.shapeFactor = activation.shapeFactor
    return SystemParameters(
      limb: LimbParameters(model, skeleton: skeleton),
      channels: Array(repeating: channel, count: emg.count),
      angleOffsets: Array(repeating: 0, count: skeleton.coordinateCount))
  }

  /// The unknowns and the numbers they start from.
  public var parameterSet: ParameterSet {
    ParameterSet(
      free: identification.free, base: baseParameters,
      momentArmUncertainty: model.momentArmUncertainty)
  }

  /// What keeps the model from matching the measurement, by free coordinate.
  public var noiseModel: NoiseModel {
    let noises = Skeleton(model).modelCoordinates.map { coordinate in
      angles.first { $0.coordinate == coordinate }?.noise ?? .infinity
    }
    let rates = Skeleton(model).modelCoordinates.map { coordinate in
      angles.first { $0.coordinate == coordinate }?.rateNoise ?? .infinity
    }
    return NoiseModel(
      angle: noises, rate: rates.contains(where: \.isFinite) ? rates : [],
      activation: identification.activationNoise,
      activationCorrelationTime: identification.activationCorrelationTime,
      activationCutOff: filters.envelopeLowPass,
      torque: identification.torqueNoise,
      torqueCorrelationTime: identification.torqueCorrelationTime,
      initialRate: identification.initialRate)
  }

  /// What excites each muscle: channels of `emg` (muscleCount).
  public var drives: [MuscleDrive] {
    model.muscles.indices.map { muscle in
      if let channel = emg.firstIndex(where: { $0.muscles.contains(muscle) }) {
        return MuscleDrive(channel: channel)
      }
      guard let proxy = proxies.first(where: { $0.muscle == muscle }) else {
        preconditionFailure("a checked session excites every muscle")
      }
      return proxy.drive
    }
  }

  /// The EMG channel that excites each muscle most (index into `emg`; muscleCount).
  public var channelOfMuscle: [Int] { drives.map(\.mainChannel) }

  /// True when every EMG channel has an MVC.
  public var hasKnownGains: Bool { emg.allSatisfy(\.hasKnownGain) }
}
