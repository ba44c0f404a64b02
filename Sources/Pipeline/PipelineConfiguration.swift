public import Signals

/// One pair of electrodes and its place in the streams.
public struct Electrode: Sendable, Hashable {
  /// The stream that carries it (index into streams).
  public var stream: Int
  /// The channel in that stream (index).
  public var channel: Int
  /// Linear envelope in a maximum voluntary contraction: the mean rectified band-passed EMG [V].
  public var mvc: Double
  /// True when the channel is no EMG but an envelope that was made of it before, without unit.
  ///
  /// Then nothing is band-passed or rectified, and `mvc` has no say.
  public var isEnvelope: Bool

  /// An electrode whose MVC has this envelope [V].
  public init(stream: Int, channel: Int, mvc: Double, isEnvelope: Bool = false) {
    self.stream = stream
    self.channel = channel
    self.mvc = mvc
    self.isEnvelope = isEnvelope
  }
}

/// An EMG signal that drives muscles: the mean envelope of the electrodes over them.
public struct EMGSignal: Sendable, Hashable {
  /// The name findings and parameters use.
  public var name: String
  /// The electrodes, one or more; the noise of n of them is 1/sqrt(n) of one's.
  public var electrodes: [Electrode]

  /// A signal of these electrodes.
  public init(name: String, electrodes: [Electrode]) {
    precondition(!electrodes.isEmpty, "a signal has an electrode")
    self.name = name
    self.electrodes = electrodes
  }
}

/// A sensor on a joint.
public struct AngleSignal: Sendable, Hashable {
  /// The stream that carries it (index into streams).
  public var stream: Int
  /// The channel in that stream (index).
  public var channel: Int
  /// The coordinate it measures (free-coordinate index).
  public var coordinate: Int
  /// Plus or minus one: which way the sensor counts [1].
  public var sign: Double
  /// What the sensor shows at coordinate zero, after its sign [rad].
  public var zero: Double
  /// The angle that the first reading is taken to lie within half a turn of [rad].
  public var center: Double
  /// Smoothing of the raw angle; nil takes samples as they are.
  public var smoothing: AngleSmoother.Method?
  /// What the channel is, if it is no angle that the device made absolute or continuous.
  public var sensor = Sensor.angle

  /// How a channel's number becomes an angle.
  public enum Sensor: Sendable, Hashable {
    /// It is one.
    case angle
    /// It counts turns of a shaft that is geared to the joint; the channel with the index pulse is nil where none is.
    case encoder(EncoderConfiguration, index: Int?)
    /// A voltage of which the angle is a broken straight line.
    case voltage(VoltageCurve)
  }

  /// A sensor of `coordinate` = sign x reading - zero, plus whole turns that bring the first reading to `center`.
  public init(
    stream: Int, channel: Int, coordinate: Int, sign: Double, zero: Double, center: Double,
    smoothing: AngleSmoother.Method?
  ) {
    self.stream = stream
    self.channel = channel
    self.coordinate = coordinate
    self.sign = sign
    self.zero = zero
    self.center = center
    self.smoothing = smoothing
  }
}

/// An inertial unit and its place in the streams.
public struct InertialSignal: Sendable, Hashable {
  /// Where its numbers are: three, or four of a quaternion, channels of its stream (indices).
  public typealias Channels = [Int]

  /// The stream that carries it (index into streams).
  public var stream: Int
  /// Its own orientation as w, x, y, z; nil where it is made here.
  public var orientation: Channels?
  /// Its rates [rad/s]; nil without a gyroscope.
  public var gyroscope: Channels?
  /// Its specific force [m/s^2]; nil without an accelerometer.
  public var accelerometer: Channels?
  /// Its magnetic field, in any unit; nil without a magnetometer.
  public var magnetometer: Channels?

  /// A unit that has an orientation, or rates and forces.
  public init(
    stream: Int, orientation: Channels? = nil, gyroscope: Channels? = nil,
    accelerometer: Channels? = nil, magnetometer: Channels? = nil
  ) {
    precondition(
      orientation?.count == 4 || (gyroscope?.count == 3 && accelerometer?.count == 3),
      "a unit tells how it is turned, or what tells it")
    self.stream = stream
    self.orientation = orientation
    self.gyroscope = gyroscope
    self.accelerometer = accelerometer
    self.magnetometer = magnetometer
  }
}

/// A joint whose angle inertial units tell.
public struct InertialJoint: Sendable, Hashable {
  /// The coordinate it measures (free-coordinate index).
  public var coordinate: Int
  /// The unit on the segment before the joint (index); nil where that segment is held still.
  public var first: Int?
  /// The unit on the segment beyond it (index).
  public var second: Int
  /// What is known of how they lie on the segments.
  public var alignment: HingeAlignment
  /// True when the gyroscopes' rate is taken as a measurement too.
  public var hasRate: Bool

  /// A joint between two units.
  public init(
    coordinate: Int, first: Int?, second: Int, alignment: HingeAlignment, hasRate: Bool
  ) {
    self.coordinate = coordinate
    self.first = first
    self.second = second
    self.alignment = alignment
    self.hasRate = hasRate
  }
}

/// A sensor of the torque that a worn device gives to a joint.
public struct TorqueSignal: Sendable, Hashable {
  /// The stream that carries it (index into streams).
  public var stream: Int
  /// The channel in that stream (index).
  public var channel: Int
  /// The coordinate it acts on (free-coordinate index).
  public var coordinate: Int
  /// Plus or minus one: which way the sensor counts [1].
  public var sign: Double
  /// What the sensor shows, after its sign, where the device gives none [N·m].
  public var zero: Double
  /// Smoothing of the raw torque; nil takes samples as they are.
  public var smoothing: AngleSmoother.Method?

  /// A sensor of torque = sign x reading - zero.
  public init(
    stream: Int, channel: Int, coordinate: Int, sign: Double, zero: Double,
    smoothing: AngleSmoother.Method?
  ) {
    self.stream = stream
    self.channel = channel
    self.coordinate = coordinate
    self.sign = sign
    self.zero = zero
    self.smoothing = smoothing
  }
}

/// A channel that carries the pulses of a generator common to several devices.
public struct SyncSignal: Sendable, Hashable {
  /// The stream that carries it (index into streams).
  public var stream: Int
  /// The channel in that stream (index).
  public var channel: Int
  /// The value whose crossing is a pulse [unit of the channel].
  public var threshold: Double
  /// True where a pulse goes down.
  public var isFalling: Bool

  /// A sync input; see the properties.
  public init(stream: Int, channel: Int, threshold: Double, isFalling: Bool = false) {
    self.stream = stream
    self.channel = channel
    self.threshold = threshold
    self.isFalling = isFalling
  }
}

/// What the pipeline makes of its streams.
public struct PipelineConfiguration: Sendable, Hashable {
  /// The streams that blocks refer to.
  public var streams: [StreamDescription]
  /// EMG channels in the estimator's order (channelCount).
  public var emg: [EMGSignal]
  /// Joint sensors (any number).
  public var angles: [AngleSignal]
  /// Inertial units (unitCount).
  public var units: [InertialSignal] = []
  /// Joints whose angles they tell (any number).
  public var joints: [InertialJoint] = []
  /// The free coordinates' names, for events (coordinateCount, or none).
  public var coordinateNames: [String] = []
  /// Sensors of a worn device's torque (any number).
  public var torques: [TorqueSignal] = []
  /// Sync inputs, at most one a stream; the first one's clock is that of the session, and where it is the only
  /// one, markers that say `syncMarker` are the other side.
  public var sync: [SyncSignal] = []
  /// How long a torque that a device tells of holds; nil where none tells [s].
  public var torqueMessageLife: Double?
  /// Free coordinates of the model [1].
  public var coordinateCount: Int
  /// The envelope filters.
  public var envelope: EnvelopeConfiguration
  /// From EMG to the force it causes, beyond activation dynamics [s].
  public var electromechanicalDelay: Double
  /// The integration step; frames stand at half steps [s].
  public var step: Double
  /// Steps in a window [1].
  public var windowSteps: Int
  /// Steps of envelope kept before a window [1].
  public var historySteps: Int
  /// Steps between measured angles [1].
  public var measurementStride: Int
  /// Silence of a stream that counts as its loss [s].
  public var lossTime: Double

  /// A pipeline; see the properties.
  public init(
    streams: [StreamDescription], emg: [EMGSignal], angles: [AngleSignal], coordinateCount: Int,
    envelope: EnvelopeConfiguration, electromechanicalDelay: Double, step: Double,
    windowSteps: Int, historySteps: Int, measurementStride: Int, lossTime: Double = 0.25
  ) {
    self.streams = streams
    self.emg = emg
    self.angles = angles
    self.coordinateCount = coordinateCount
    self.envelope = envelope
    self.electromechanicalDelay = electromechanicalDelay
    self.step = step
    self.windowSteps = windowSteps
    self.historySteps = historySteps
    self.measurementStride = measurementStride
    self.lossTime = lossTime
  }

  /// The text of a marker that is a sync pulse of the session's own.
  public static let syncMarker = "sync"

  /// The name of a free coordinate, where it is known.
  func name(ofCoordinate index: Int) -> String {
    coordinateNames.indices.contains(index) ? coordinateNames[index] : "coordinate \(index)"
  }

  /// A window of the grid's shape that holds nothing, in storage of its own; its index is -1.
  public var blankWindow: Window {
    var window = Window(
      index: -1, start: SampleTime(nanoseconds: 0), step: step, stepCount: windowSteps,
      historySteps: historySteps, channelCount: emg.count, coordinateCount: coordinateCount,
      measurementStride: measurementStride, followsPrevious: false)
    if joints.contains(where: \.hasRate) {
      window.rates = Array(repeating: 0, count: window.angles.count)
      window.isRateMeasured = Array(repeating: false, count: window.isMeasured.count)
    }
    if measuresExternalTorque {
      window.externalTorque = Array(repeating: 0, count: windowSteps * coordinateCount)
    }
    return window
  }

  /// True when windows hold what a worn device does.
  public var measuresExternalTorque: Bool { !torques.isEmpty || torqueMessageLife != nil }

  /// How far after its own time a frame reads EMG or angles, so that filters do not lag [s].
  ///
  /// Zero when every filter's delay is taken up by the electromechanical delay: what a frame holds was
  /// then known at its time, to within the few samples of the cubic between samples.
  public var lookAhead: Double {
    var largest = 0.0
    for signal in emg {
      for electrode in signal.electrodes {
        let rate = streams[electrode.stream].nominalRate
        let delay =
          electrode.isEnvelope
          ? envelope.smoother(atRate: rate).delay
          : LinearEnvelope(envelope, rate: rate, mvc: electrode.mvc).delay
        largest = max(largest, delay - electromechanicalDelay)
      }
    }
    for signal in torques {
      if let smoothing = signal.smoothing {
        let own = AngleSmoother(smoothing, rate: streams[signal.stream].nominalRate)
        largest = max(largest, own.delay)
      }
    }
    for signal in angles {
      if let smoothing = signal.smoothing {
        let own = AngleSmoother(smoothing, rate: streams[signal.stream].nominalRate)
        largest = max(largest, own.delay)
      }
    }
    return largest
  }
}
