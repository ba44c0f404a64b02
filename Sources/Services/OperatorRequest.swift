public import Devices

/// What an operator asks of a running session: one line of JSON on its control socket.
///
/// `{"request": "marker", "text": "second set"}`. Commands change what the pipeline is told: they are
/// stamped, recorded and replayed. The others only concern the daemon.
public enum OperatorRequest: Hashable, Sendable {
  /// How the session is getting on.
  case status
  /// Arm the controller feed, unless something speaks against it.
  case arm
  /// Read the session file anew and take what may change while the session runs.
  case reload
  /// A command to the pipeline.
  case command(SessionCommand)
  /// Begin a recording at this path; without one, in the session's folder.
  case startRecording(path: String?)
  /// End the recording.
  case stopRecording
  /// Lead the person through a calibration, at the usual pace where none is given.
  case calibrate(CalibrationPace)
  /// Lead no further.
  case stopCalibration
}

/// How fast a person is led through a calibration; nil is as usual.
public struct CalibrationPace: Hashable, Sendable {
  /// From an announcement to its task [s].
  public var pause: Double?
  /// How long a contraction lasts [s].
  public var contraction: Double?
  /// Contractions of each signal [1].
  public var repeats: Int?

  /// A pace; see the properties.
  public init(pause: Double? = nil, contraction: Double? = nil, repeats: Int? = nil) {
    self.pause = pause
    self.contraction = contraction
    self.repeats = repeats
  }
}

extension OperatorRequest: Codable {
  private enum Key: String, CodingKey {
    case request, text, kilograms, path, pause, contraction, repeats
  }

  /// The word of each request.
  private enum Word: String, Codable {
    case status, marker, payload, arm, disarm, reload
    case payloadOff = "payload_off"
    case startRecording = "record_start"
    case stopRecording = "record_stop"
    case calibrate
    case stopCalibration = "calibrate_stop"
  }

  /// The request that an object says; throws when it says none.
  public init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Key.self)
    switch try object.decode(Word.self, forKey: .request) {
    case .status: self = .status
    case .arm: self = .arm
    case .reload: self = .reload
    case .disarm: self = .command(.disarm)
    case .marker: self = .command(.marker(try object.decode(String.self, forKey: .text)))
    case .payload:
      self = .command(.payload(kilograms: try object.decode(Double.self, forKey: .kilograms)))
    case .payloadOff: self = .command(.payloadOff)
    case .startRecording:
      self = .startRecording(path: try object.decodeIfPresent(String.self, forKey: .path))
    case .stopRecording: self = .stopRecording
    case .calibrate:
      self = .calibrate(
        CalibrationPace(
          pause: try object.decodeIfPresent(Double.self, forKey: .pause),
          contraction: try object.decodeIfPresent(Double.self, forKey: .contraction),
          repeats: try object.decodeIfPresent(Int.self, forKey: .repeats)))
    case .stopCalibration: self = .stopCalibration
    }
  }

  /// Writes the request as an object.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    switch self {
    case .status: try object.encode(Word.status, forKey: .request)
    // what speaks against it is for the daemon to say
    case .arm, .command(.arm): try object.encode(Word.arm, forKey: .request)
    // what has changed is for the daemon to say
    case .reload, .command(.reload): try object.encode(Word.reload, forKey: .request)
    case .command(.disarm): try object.encode(Word.disarm, forKey: .request)
    case .command(.marker(let text)):
      try object.encode(Word.marker, forKey: .request)
      try object.encode(text, forKey: .text)
    case .command(.payload(let kilograms)):
      try object.encode(Word.payload, forKey: .request)
      try object.encode(kilograms, forKey: .kilograms)
    case .command(.payloadOff): try object.encode(Word.payloadOff, forKey: .request)
    // a device's controller has a way of its own
    case .command(.externalTorque): try object.encode("external_torque", forKey: .request)
    case .startRecording(let path):
      try object.encode(Word.startRecording, forKey: .request)
      try object.encodeIfPresent(path, forKey: .path)
    case .stopRecording: try object.encode(Word.stopRecording, forKey: .request)
    case .calibrate(let pace):
      try object.encode(Word.calibrate, forKey: .request)
      try object.encodeIfPresent(pace.pause, forKey: .pause)
      try object.encodeIfPresent(pace.contraction, forKey: .contraction)
      try object.encodeIfPresent(pace.repeats, forKey: .repeats)
    case .stopCalibration: try object.encode(Word.stopCalibration, forKey: .request)
    }
  }
}
