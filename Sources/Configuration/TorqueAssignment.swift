/// A channel that shows a worn device's torque on a coordinate: torque = sign (reading - zero).
public struct TorqueAssignment: Hashable, Sendable {
  /// Where its samples come from.
  public var channel: ChannelReference
  /// The coordinate it acts on (index into the model's coordinates).
  public var coordinate: Int
  /// The reading where the device gives none [N·m].
  public var zero: Double
  /// +1 or -1: whether reading and torque grow together [1].
  public var sign: Double
  /// Standard deviation of the sensor's gain [1].
  public var gainDeviation: Double

  /// A sensor; see the properties.
  public init(
    channel: ChannelReference, coordinate: Int, zero: Double, sign: Double, gainDeviation: Double
  ) {
    self.channel = channel
    self.coordinate = coordinate
    self.zero = zero
    self.sign = sign
    self.gainDeviation = gainDeviation
  }
}
