public import Configuration
internal import Devices
public import Identification
internal import Musculoskeletal
public import Pipeline
internal import Recordings
public import Signals

/// What a session file means on the streams that a source really has: ready-made stages.
///
/// Everything that talks to a pipeline or an estimator, live, replayed or offline, is made here, so that
/// all of them mean the same by a session file.
public struct SessionAssembly: Sendable {
  /// The session.
  public let configuration: SessionConfiguration
  /// What makes windows of the streams.
  public let pipeline: PipelineConfiguration
  /// What the estimator fits to them.
  public internal(set) var model: LimbEstimationModel
  /// True when every EMG channel has an MVC, so that gain and force do not hide each other.
  public let hasGains: Bool

  /// How far the polynomials that stand for muscle paths are from them; empty without polynomials.
  let pathErrors: [PathSurrogateError]

  /// What the session knew when it began; nil is its prior.
  var resume: ResumeState?
  /// The recording that the session goes on from; nil when it stands alone.
  var continues: RecordingLink?

  /// Envelope that a window carries from before its start [s].
  static let history = 0.3

  /// The session's limb on its own paths; refused when a muscle lies on what is not computed.
  static func limb(of configuration: SessionConfiguration) throws(SessionError) -> LimbModel {
    let limb = LimbModel(configuration.model, payload: configuration.payload?.place)
    if let limitation = limb.pathLimitations.first {
      throw SessionError(
        .configuration, file: configuration.modelFile, message: limitation.description,
        remedy: "deactivate the object in the model, or let via points stand for it")
    }
    var state = LimbState(limb)
    let rest = limb.skeleton.modelCoordinates.map { limb.description.coordinates[$0].defaultValue }
    let zeros = Array(repeating: 0.0, count: limb.coordinateCount)
    limb.evaluate(
      q: rest, u: zeros, activations: Array(repeating: 0, count: limb.muscleCount), torque: zeros,
      payloadMass: 0, parameters: limb.nominalParameters, state: &state, forDerivatives: false)
    try limb.requireMass(state, file: configuration.modelFile, place: " in the default pose")
    return limb
  }

  /// The limb that is fitted, its paths as polynomials where the session asks for them.
  private static func fittedLimb(
    _ configuration: SessionConfiguration
  ) throws(SessionError) -> (LimbModel, [PathSurrogateError]) {
    let limb = try limb(of: configuration)
    guard let order = configuration.identification.pathPolynomialOrder else { return (limb, []) }
    return limb.withSurrogatePaths(PathSurrogateSettings(order: order))
  }

  /// Finds the session's channels among `streams` and makes the stages.
  public init(
    _ configuration: SessionConfiguration, streams: [StreamDescription]
  ) throws(SessionError) {
    self.configuration = configuration
    let (limb, pathErrors) = try Self.fittedLimb(configuration)
    self.pathErrors = pathErrors
    model = LimbEstimationModel(
      limb: limb, parameters: configuration.parameterSet, noise: configuration.noiseModel,
      drives: configuration.drives)
    hasGains = configuration.hasKnownGains

    let directory = StreamDirectory(configuration, streams: streams)
    var emg: [EMGSignal] = []
    for signal in configuration.emg {
      var electrodes: [Electrode] = []
      for channel in signal.channels {
        let place = try directory.place(of: channel, units: ["V", "1"])
        // what has no unit is an envelope that was made, and scaled, before
        let isEnvelope = place.unit == "1"
        if isEnvelope, signal.hasKnownGain {
          throw SessionError(
            .data, file: configuration.file,
            message: "'\(channel.label)' is an envelope without unit, and its MVC a voltage",
            remedy: "delete mvc; the gain of an envelope is identified")
        }
        electrodes.append(
          Electrode(
            stream: place.stream, channel: place.channel, mvc: signal.maximumVoluntaryEnvelope,
            isEnvelope: isEnvelope))
      }
      emg.append(EMGSignal(name: signal.name, electrodes: electrodes))
    }
    let sensors = try directory.sensors(limb)

    var torques: [TorqueSignal] = []
    for signal in configuration.torques {
      guard let free = limb.skeleton.modelCoordinates.firstIndex(of: signal.coordinate) else {
        preconditionFailure("a checked session has no torque on a locked coordinate")
      }
      let place = try directory.place(of: signal.channel, units: ["N*m"])
      torques.append(
        TorqueSignal(
          stream: place.stream, channel: place.channel, coordinate: free, sign: signal.sign,
          zero: signal.sign * signal.zero,
          smoothing: configuration.filters.angleSmoothing(atRate: streams[place.stream].nominalRate)
        ))
    }

    let filters = configuration.filters
    let envelope = EnvelopeConfiguration(
      lowerCutOff: filters.emgBandLow, upperCutOff: filters.emgBandHigh,
      smoothingCutOff: filters.envelopeLowPass, rmsDuration: filters.envelopeRMS,
      notch: filters.mainsNotch.map {
        NotchConfiguration(frequency: $0, harmonics: filters.mainsHarmonics)
      })
    for signal in emg {
      for electrode in signal.electrodes where !electrode.isEnvelope {
        let stream = streams[electrode.stream]
        if let problem = envelope.problems(atRate: stream.nominalRate).first {
          throw SessionError(
            .configuration, file: configuration.file,
            message: "the filters do not suit stream '\(stream.name)': \(problem)",
            remedy: "change filters, or take another stream")
        }
      }
    }
    let identification = configuration.identification
    func steps(_ duration: Double) -> Int { Int((duration / identification.step).rounded()) }
    var pipeline = PipelineConfiguration(
      streams: streams, emg: emg, angles: sensors.angles, coordinateCount: limb.coordinateCount,
      envelope: envelope, electromechanicalDelay: configuration.activation.electromechanicalDelay,
      step: identification.step, windowSteps: steps(identification.window),
      historySteps: steps(Self.history),
      measurementStride: steps(identification.measurementInterval))
    pipeline.units = sensors.units
    pipeline.joints = sensors.joints
    pipeline.coordinateNames = limb.skeleton.coordinateNames
    pipeline.torques = torques
    pipeline.sync = try directory.syncSignals()
    pipeline.torqueMessageLife = configuration.feed?.interaction?.life
    self.pipeline = pipeline
  }

  /// A sentence for each joint whose inertial units nobody has aligned with its segments.
  var unalignedJoints: [String] {
    pipeline.joints.filter { $0.alignment.axis == nil }.map {
      "\(pipeline.coordinateNames[$0.coordinate]): its inertial units are not aligned, so it has no "
        + "angle; calibrate, or give \"axes\""
    }
  }

  /// An estimator that has seen nothing yet.
  public var estimator: RecursiveEstimator {
    RecursiveEstimator(
      model,
      configuration: RecursionConfiguration(
        evaluations: configuration.identification.iterations,
        memory: configuration.identification.memory),
      hasGains: hasGains, resuming: resume?.belief(model.parameters),
      hasAnchor: resume?.hasAnchor ?? false)
  }
}

extension FilterConfiguration {
  /// How angles sampled at `rate` are smoothed [Hz].
  func angleSmoothing(atRate rate: Double) -> AngleSmoother.Method {
    switch angle {
    case .lowPass(let corner): .butterworth(cutOff: min(corner, 0.45 * rate))
    case .average(let duration):
      .movingAverage(samples: max(1, Int((duration * rate).rounded())))
    }
  }
}
