internal import Configuration
internal import Identification
internal import Musculoskeletal
internal import Pipeline
internal import Signals

/// The joint sensors of a session on the streams that a source really has.
struct SessionSensors {
  /// Sensors with a channel of their own.
  var angles: [AngleSignal] = []
  /// Inertial units.
  var units: [InertialSignal] = []
  /// Joints whose angles the units tell.
  var joints: [InertialJoint] = []
}

extension StreamDirectory {
  /// The session's joint sensors.
  func sensors(_ limb: LimbModel) throws(SessionError) -> SessionSensors {
    var sensors = SessionSensors()
    for unit in configuration.units { sensors.units.append(try inertial(unit)) }
    for signal in configuration.angles {
      guard let free = limb.skeleton.modelCoordinates.firstIndex(of: signal.coordinate) else {
        preconditionFailure("a checked session has no sensor on a locked coordinate")
      }
      if case .inertial(let first, let second, let alignment) = signal.sensor {
        sensors.joints.append(
          InertialJoint(
            coordinate: free, first: first, second: second, alignment: alignment,
            hasRate: signal.rateNoise != nil))
      } else {
        sensors.angles.append(try angle(signal, coordinate: free))
      }
    }
    return sensors
  }

  /// A sensor with a channel of its own.
  private func angle(
    _ signal: AngleAssignment, coordinate: Int
  ) throws(SessionError) -> AngleSignal {
    guard let reference = signal.channel else {
      preconditionFailure("inertial units are no channel")
    }
    var units = ["rad"]
    if case .voltage = signal.sensor { units = ["V"] }
    let place = try place(of: reference, units: units)
    let stream = streams[place.stream]
    let limits = configuration.model.coordinates[signal.coordinate]
    var angle = AngleSignal(
      stream: place.stream, channel: place.channel, coordinate: coordinate, sign: signal.sign,
      // sign (reading - zero) = sign reading - (sign zero)
      zero: signal.sign * signal.zero, center: 0.5 * (limits.rangeMinimum + limits.rangeMaximum),
      smoothing: configuration.filters.angleSmoothing(atRate: stream.nominalRate))
    switch signal.sensor {
    case .angle, .inertial: break
    case .voltage(_, let curve): angle.sensor = .voltage(curve)
    case .encoder(_, let gearRatio, let index):
      let scale = stream.channels[place.channel].scale
      let pulse = try index.map { reference throws(SessionError) in
        try self.place(of: reference, units: ["1", "V", "count"])
      }
      guard pulse?.stream ?? place.stream == place.stream else {
        throw missing(
          "the index pulse '\(index?.label ?? "")' comes in another stream than its encoder's counts",
          "name a channel of stream '\(stream.name)'")
      }
      angle.sensor = .encoder(
        EncoderConfiguration(
          countsPerTurn: 2 * .pi / scale.magnitude, gearRatio: gearRatio,
          sign: scale < 0 ? -signal.sign : signal.sign, zero: -angle.zero),
        index: pulse?.channel)
    }
    return angle
  }

  /// An inertial unit, all of whose channels are in one stream.
  private func inertial(_ unit: InertialAssignment) throws(SessionError) -> InertialSignal {
    var stream = 0
    func channels(
      _ labels: [String]?, _ units: [String]
    ) throws(SessionError) -> InertialSignal.Channels? {
      guard let labels else { return nil }
      var found: [Int] = []
      for label in labels {
        let place = try place(
          of: ChannelReference(source: unit.source, label: label), units: units)
        stream = place.stream
        found.append(place.channel)
      }
      return found
    }
    let orientation = try channels(unit.orientation, ["1"])
    let gyroscope = try channels(unit.gyroscope, ["rad/s"])
    let accelerometer = try channels(unit.accelerometer, ["m/s^2"])
    let magnetometer = try channels(unit.magnetometer, ["1"])
    return InertialSignal(
      stream: stream, orientation: orientation, gyroscope: gyroscope,
      accelerometer: accelerometer, magnetometer: magnetometer)
  }
}
