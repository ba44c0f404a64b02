/// What keeps the model from matching the measurement: sensors, envelopes and torques it does not know.
///
/// The disturbances are first-order Gauss-Markov (Ornstein-Uhlenbeck) processes. An activation
/// disturbance multiplies the activation by 1 + epsilon, for the noise of an envelope grows with it.
public struct NoiseModel: Hashable, Sendable, Codable {
  /// Standard deviation of a measured angle (coordinateCount) [rad].
  public var angle: [Double]
  /// Standard deviation of a measured angular rate (coordinateCount, or empty where none is) [rad/s].
  public var rate: [Double]
  /// Relative standard deviation of an activation; zero leaves the disturbance out [1].
  public var activation: Double
  /// Correlation time of the activation disturbance [s].
  public var activationCorrelationTime: Double
  /// Where the envelopes' filter cuts the activation's noise off; nil where it is that of the whole process [Hz].
  public var activationCutOff: Double?
  /// Standard deviation of an unknown torque on each joint; zero leaves the disturbance out [N·m].
  public var torque: Double
  /// Correlation time of the unknown torque [s].
  public var torqueCorrelationTime: Double
  /// Standard deviation of the rate where a state starts anew [rad/s].
  public var initialRate: Double

  /// A noise model; see the properties.
  public init(
    angle: [Double], rate: [Double] = [], activation: Double = 0,
    activationCorrelationTime: Double = 0.08, activationCutOff: Double? = nil,
    torque: Double = 0, torqueCorrelationTime: Double = 0.1, initialRate: Double = 5
  ) {
    self.angle = angle
    self.rate = rate
    self.activation = activation
    self.activationCorrelationTime = activationCorrelationTime
    self.activationCutOff = activationCutOff
    self.torque = torque
    self.torqueCorrelationTime = torqueCorrelationTime
    self.initialRate = initialRate
  }
}
