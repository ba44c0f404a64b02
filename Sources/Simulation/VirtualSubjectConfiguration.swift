/// How a virtual subject differs from its model, moves and is measured.
public struct VirtualSubjectConfiguration: Sendable, Hashable {
  /// Seed of everything random; the same seed repeats every sample.
  public var seed: UInt64
  /// Relative standard deviation of the subject's parameters around the model's [1].
  public var truthSpread: Double
  /// Payload that is held in every other period; zero for none [kg].
  public var payload: Double
  /// Time between picking up and putting down [s].
  public var payloadPeriod: Double
  /// Relative standard deviation of the true payload around the announced one [1].
  public var payloadMassDeviation: Double
  /// Relative standard deviation of the true grip distance around the announced one [1].
  public var payloadLocationDeviation: Double
  /// Range of each coordinate that targets are drawn from (coordinateCount) [rad].
  public var reach: [ClosedRange<Double>]
  /// Shortest and longest reach [s].
  public var reachDuration: ClosedRange<Double>
  /// Shortest and longest hold [s].
  public var holdDuration: ClosedRange<Double>
  /// Mean co-contraction that agonists and antagonists share [1].
  public var coContraction: Double
  /// Relative standard deviation of each muscle's own part in it [1].
  public var coContractionSpread: Double
  /// EMG leads the activation it causes by this [s].
  public var electromechanicalDelay: Double
  /// Part of the EMG's power that has a constant amplitude: 0 is one pair of electrodes [1].
  public var emgSteadiness: Double
  /// Noise of the amplifier relative to the EMG of an MVC [1].
  public var baselineNoise: Double

  /// A subject; see the properties.
  public init(
    seed: UInt64, truthSpread: Double = 0.1, payload: Double = 2, payloadPeriod: Double = 7.5,
    payloadMassDeviation: Double = 0.01, payloadLocationDeviation: Double = 0.02,
    reach: [ClosedRange<Double>], reachDuration: ClosedRange<Double> = 0.5...0.9,
    holdDuration: ClosedRange<Double> = 0.1...0.3, coContraction: Double = 0.18,
    coContractionSpread: Double = 0.6, electromechanicalDelay: Double = 0.04,
    emgSteadiness: Double = 0,
    baselineNoise: Double = 0.005
  ) {
    self.seed = seed
    self.truthSpread = truthSpread
    self.payload = payload
    self.payloadPeriod = payloadPeriod
    self.payloadMassDeviation = payloadMassDeviation
    self.payloadLocationDeviation = payloadLocationDeviation
    self.reach = reach
    self.reachDuration = reachDuration
    self.holdDuration = holdDuration
    self.coContraction = coContraction
    self.coContractionSpread = coContractionSpread
    self.electromechanicalDelay = electromechanicalDelay
    self.emgSteadiness = emgSteadiness
    self.baselineNoise = baselineNoise
  }

  /// The payload in the hand at `time` [s], as announced [kg].
  public func payload(at time: Double) -> Double {
    Int(time / payloadPeriod) % 2 == 1 ? payload : 0
  }
}
