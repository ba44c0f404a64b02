internal import Configuration
internal import Devices
internal import Identification
internal import Musculoskeletal
internal import Signals
internal import Simulation

/// A session whose hardware and subject exist only as numbers.
struct VirtualSession {
  /// The board on the subject.
  let board: VirtualBoard
  /// The subject's own parameters by name, in the session's unknowns [SI unit of each].
  let truth: [String: Double]

  /// The virtual part of `configuration` for `duration`, with another seed than the file's when given [s].
  ///
  /// - Parameter tasks: what the subject does for a calibration instead of moving at will.
  init(
    _ configuration: SessionConfiguration, duration: Double, seed: UInt64?,
    tasks: [CalibrationTask] = []
  ) throws(SessionError) {
    func impossible(_ message: String, _ remedy: String) -> SessionError {
      SessionError(.unavailable, file: configuration.file, message: message, remedy: remedy)
    }
    guard let source = configuration.sources.first, configuration.sources.count == 1,
      case .virtualDevice(let device, let fileSeed) = source.kind,
      let subject = configuration.virtualSubject
    else {
      let names = configuration.sources.map(\.name).joined(separator: ", ")
      throw impossible(
        "this version runs one virtual device, and the session's sources are: \(names)",
        "use one source with \"virtual: { seed: 1 }\", or replay and identify recordings")
    }

    let limb = try SessionAssembly.limb(of: configuration)
    let distance = configuration.payload?.place.location.norm ?? 0
    let actual = Simulation.VirtualSubjectConfiguration(
      seed: seed ?? fileSeed, truthSpread: subject.truthSpread, payload: subject.payload,
      payloadPeriod: subject.payloadPeriod,
      payloadMassDeviation: configuration.payload?.massDeviation ?? 0,
      payloadLocationDeviation: distance > 0
        ? (configuration.payload?.pointDeviation ?? 0) / distance : 0,
      reach: subject.reach, reachDuration: subject.reachDuration,
      holdDuration: subject.holdDuration, coContraction: subject.coContraction,
      coContractionSpread: subject.coContractionSpread,
      electromechanicalDelay: configuration.activation.electromechanicalDelay,
      emgSteadiness: subject.emgSteadiness)

    func channel(_ reference: ChannelReference) -> Int {
      guard let index = device.channels.firstIndex(where: { $0.label == reference.label }) else {
        preconditionFailure("a checked session names channels that its device has")
      }
      return index
    }
    var electrodes = [[Int]](repeating: [], count: limb.muscleCount)
    var mvc = [Double](
      repeating: EMGAssignment.nominalMaximumEnvelope, count: device.channels.count)
    for signal in configuration.emg {
      let channels = signal.channels.map(channel)
      for muscle in signal.muscles { electrodes[muscle] = channels }
      for channel in channels { mvc[channel] = signal.maximumVoluntaryEnvelope }
    }
    let sensors = limb.skeleton.modelCoordinates.map { coordinate in
      guard let sensor = configuration.angles.first(where: { $0.coordinate == coordinate }) else {
        preconditionFailure("a checked session shows every free coordinate")
      }
      return sensor
    }
    var wiring = VirtualWiring(
      electrodes: electrodes, encoders: sensors.map { $0.channel.map(channel) },
      signs: sensors.map(\.sign), zeros: sensors.map { $0.sign * $0.zero }, mvc: mvc)
    for sensor in sensors {
      var (gear, index, curve): (Double, Int?, VoltageCurve?) = (1, nil, nil)
      switch sensor.sensor {
      case .angle, .inertial: break
      case .encoder(_, let ratio, let pulse): (gear, index) = (ratio, pulse.map(channel))
      case .voltage(_, let given): curve = given
      }
      wiring.gears.append(gear)
      wiring.indices.append(index)
      wiring.curves.append(curve)
    }
    wiring.units = configuration.units.map { unit in
      func channels(_ labels: [String]?) -> [Int] {
        (labels ?? []).map { channel(ChannelReference(source: unit.source, label: $0)) }
      }
      return VirtualInertialUnit(
        body: unit.body, orientation: channels(unit.orientation),
        gyroscope: channels(unit.gyroscope), accelerometer: channels(unit.accelerometer),
        magnetometer: channels(unit.magnetometer))
    }
    board = VirtualBoard(
      device, limb: limb, configuration: actual, wiring: wiring, duration: duration, tasks: tasks,
      pose: limb.skeleton.modelCoordinates.map { configuration.calibrationPose[$0] })

    let parameters = configuration.parameterSet
    var system = parameters.base
    system.limb = board.truth
    truth = Dictionary(
      uniqueKeysWithValues: parameters.free.indices.map {
        (parameters.free[$0].name, parameters.value(of: $0, in: system))
      })
  }
}
