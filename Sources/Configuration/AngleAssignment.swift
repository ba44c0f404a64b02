public import Signals

/// What shows a coordinate: angle = sign (reading - zero).
public struct AngleAssignment: Hashable, Sendable {
  /// What the reading is made of.
  public enum Sensor: Hashable, Sendable {
    /// A channel that measures an angle.
    case angle(ChannelReference)
    /// An encoder whose shaft makes `gearRatio` turns in one of the joint, and the channel of its index pulse.
    case encoder(ChannelReference, gearRatio: Double, index: ChannelReference?)
    /// A potentiometer or goniometer.
    case voltage(ChannelReference, VoltageCurve)
    /// Two inertial units (indices into the session's), the first nil where its segment is held still.
    case inertial(first: Int?, second: Int, alignment: HingeAlignment)
  }

  /// Where its readings come from.
  public var sensor: Sensor
  /// The coordinate it shows (index into the model's coordinates).
  public var coordinate: Int
  /// The reading where the model's angle is zero; minus the angle at the index pulse where there is one [rad].
  public var zero: Double
  /// +1 or -1: whether reading and angle grow together [1].
  public var sign: Double
  /// Standard deviation of a reading [rad].
  public var noise: Double
  /// Standard deviation of a gyroscope's angular rate; nil where it is not taken [rad/s].
  public var rateNoise: Double?

  /// The channel of a sensor that has one.
  public var channel: ChannelReference? {
    switch sensor {
    case .angle(let channel), .encoder(let channel, _, _), .voltage(let channel, _): channel
    case .inertial: nil
    }
  }
}

/// An inertial unit on the subject.
public struct InertialAssignment: Hashable, Sendable {
  /// How angles refer to it.
  public var name: String
  /// Where its channels are (index into the session's sources).
  public var source: Int
  /// The body that it is strapped to (index into the model's bodies).
  public var body: Int
  /// Channels of its own orientation as w, x, y, z (4); nil where it is made here.
  public var orientation: [String]?
  /// Channels of its gyroscope (3); nil without one.
  public var gyroscope: [String]?
  /// Channels of its accelerometer (3); nil without one.
  public var accelerometer: [String]?
  /// Channels of its magnetometer (3); nil without one.
  public var magnetometer: [String]?
}
