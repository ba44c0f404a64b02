internal import Configuration
internal import Estimation
internal import Foundation
internal import Identification
internal import Musculoskeletal
internal import Signals

/// What was worn, done and recorded, in a result.
struct ResultSession: Sendable, Encodable {
  /// An EMG signal.
  struct Signal: Sendable, Encodable {
    /// Its name in parameters.
    var name: String
    /// The muscles that it excites.
    var muscles: [String]
    /// Its channels, each as `SOURCE.CHANNEL`.
    var channels: [String]
    /// The envelope at maximum voluntary contraction; nil when nobody knows it [V].
    var mvc: Double?
    /// How long faults left it without EMG, all recordings together [s].
    var unusable: Double

    private enum CodingKeys: String, CodingKey {
      case name, muscles, channels, mvc
      case unusable = "unusable_time"
    }
  }

  /// A measured coordinate.
  struct Angle: Sendable, Encodable {
    /// The coordinate.
    var coordinate: String
    /// Its channel, as `SOURCE.CHANNEL`.
    var channel: String
    /// Standard deviation of a reading [rad].
    var noise: Double
  }

  /// Which way a muscle pulls.
  struct Muscle: Sendable, Encodable {
    /// Its name.
    var name: String
    /// Moment arm about each free coordinate that it crosses, in the mean measured posture [m].
    var momentArms: [String: Double]

    private enum CodingKeys: String, CodingKey {
      case name
      case momentArms = "moment_arms"
    }
  }

  /// A payload while it was held.
  struct Payload: Sendable, Encodable {
    /// When it was taken, from the recording's first frame on [s].
    var start: Double
    /// When it was put down [s].
    var end: Double
    /// Mass [kg].
    var mass: Double
  }

  /// An uninterrupted part of a recording.
  struct Stretch: Sendable, Encodable {
    /// When it begins, from the recording's first frame on [s].
    var start: Double
    /// When it ends [s].
    var end: Double
    /// From when on it is held out; nil where all of it is fitted [s].
    var heldOutFrom: Double?
    /// The payloads held in it.
    var payloads: [Payload]

    private enum CodingKeys: String, CodingKey {
      case start, end, payloads
      case heldOutFrom = "held_out_from"
    }
  }

  /// A recording's parts.
  struct Recording: Sendable, Encodable {
    /// The file's name, without its folder.
    var file: String
    /// Its stretches without gaps, in time order.
    var stretches: [Stretch]
    /// The clocks of its streams at the end.
    var clocks: [StreamClockRow]
  }

  /// The subject's code.
  var subject: String
  /// The model file's name, without its folder.
  var model: String
  /// True when the subject and its devices are virtual.
  var isVirtual: Bool
  /// The EMG signals.
  var emg: [Signal]
  /// The measured coordinates.
  var angles: [Angle]
  /// The model's muscles.
  var muscles: [Muscle]
  /// The recordings.
  var recordings: [Recording]
  /// Integration step [s].
  var step: Double
  /// Time between two measurements that are fitted [s].
  var measurementInterval: Double
  /// Standard deviation of the activation disturbance, relative [1].
  var activationNoise: Double

  private enum CodingKeys: String, CodingKey {
    case subject, model, emg, angles, muscles, recordings, step
    case isVirtual = "virtual"
    case measurementInterval = "measurement_interval"
    case activationNoise = "activation_noise"
  }
}

extension IdentifyOutcome {
  /// What was worn, done and recorded.
  var session: ResultSession {
    let configuration = material.assembly.configuration
    let description = configuration.model
    let stretches = material.splits.flatMap(\.stretches)
    func label(_ channel: ChannelReference) -> String {
      configuration.sources[channel.source].name + "." + channel.label
    }
    func sensorLabel(_ angle: AngleAssignment) -> String {
      guard case .inertial(let first, let second, _) = angle.sensor else {
        return angle.channel.map(label) ?? ""
      }
      return [first, second].compactMap { $0 }.map { configuration.units[$0].name }
        .joined(separator: " and ")
    }
    let emg = configuration.emg.enumerated().map { index, signal in
      ResultSession.Signal(
        name: signal.name, muscles: signal.muscles.map { description.muscles[$0].name },
        channels: signal.channels.map(label),
        mvc: signal.hasKnownGain ? signal.maximumVoluntaryEnvelope : nil,
        unusable: stretches.reduce(0) {
          $0 + ($1.unusableTime.indices.contains(index) ? $1.unusableTime[index] : 0)
        })
    }
    let angles = configuration.angles.map {
      ResultSession.Angle(
        coordinate: description.coordinates[$0.coordinate].name, channel: sensorLabel($0),
        noise: $0.noise)
    }
    return ResultSession(
      subject: configuration.subjectCode,
      model: URL(fileURLWithPath: configuration.modelFile).lastPathComponent,
      isVirtual: configuration.sources.contains(where: \.isVirtual), emg: emg, angles: angles,
      muscles: muscleActions,
      recordings: material.splits.indices.map { index in
        ResultSession.Recording(
          file: URL(fileURLWithPath: material.files[index].path).lastPathComponent,
          stretches: Self.stretches(material.splits[index]), clocks: material.clocks[index])
      },
      step: configuration.identification.step,
      measurementInterval: stretches.first?.measurementInterval ?? 0,
      activationNoise: material.assembly.model.noise.activation)
  }

  /// Each muscle's moment arms in the mean measured posture.
  private var muscleActions: [ResultSession.Muscle] {
    let limb = material.assembly.model.limb
    var state = LimbState(limb)
    let rest = limb.skeleton.modelCoordinates.map { limb.description.coordinates[$0].defaultValue }
    let stretches = material.splits.flatMap(\.stretches)
    let posture = rest.enumerated().map { coordinate, rest in
      let angles = stretches.flatMap { stretch in
        (0...stretch.measurementCount).compactMap { stretch.angle(coordinate, at: $0) }
      }
      return angles.isEmpty ? rest : angles.reduce(0, +) / Double(angles.count)
    }
    let zeros = Array(repeating: 0.0, count: limb.coordinateCount)
    limb.evaluate(
      q: posture, u: zeros, activations: Array(repeating: 0, count: limb.muscleCount),
      torque: zeros,
      payloadMass: 0, parameters: limb.nominalParameters, state: &state, forDerivatives: false)
    let arms = limb.momentArms(state)
    return limb.description.muscles.indices.map { muscle in
      var crossed: [String: Double] = [:]
      for (index, name) in coordinateNames.enumerated() {
        let arm = arms[muscle * limb.coordinateCount + index]
        if arm != 0, arm.isFinite { crossed[name] = rounded(arm, 6) }
      }
      return ResultSession.Muscle(name: limb.description.muscles[muscle].name, momentArms: crossed)
    }
  }

  private static func stretches(_ split: RecordingSplit) -> [ResultSession.Stretch] {
    guard let first = split.stretches.first else { return [] }
    return split.stretches.enumerated().map { index, stretch in
      let start = stretch.start.seconds(since: first.start)
      return ResultSession.Stretch(
        start: rounded(start, 6), end: rounded(start + stretch.duration, 6),
        heldOutFrom: split.heldOut[index].map {
          rounded(start + Double($0.lowerBound) * stretch.measurementInterval, 6)
        },
        payloads: stretch.payloadSpans.map {
          ResultSession.Payload(
            start: rounded(start + $0.start, 6), end: rounded(start + $0.end, 6),
            mass: $0.kilograms)
        })
    }
  }
}

/// A number with so many digits behind the point, so that files stay small [the same unit].
func rounded(_ value: Double, _ digits: Int) -> Double {
  let scale = pow(10, Double(digits))
  return (value * scale).rounded() / scale
}
