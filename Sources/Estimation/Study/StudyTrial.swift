internal import Algebra
public import Identification
public import Musculoskeletal
internal import RealModule
public import Signals
public import Simulation

/// What a study repeats: who moves how, how it is measured, and what is unknown.
public struct StudyDesign: Sendable {
  /// The limb of subject and estimator.
  public var limb: LimbModel
  /// How subjects differ from the model and move; the seed is each trial's own.
  public var subject: VirtualSubjectConfiguration
  /// How they are measured.
  public var measurement: StudyMeasurement
  /// Duration of a trial [s].
  public var duration: Double
  /// The unknowns around the model's own numbers; prior deviations are also those of the starts.
  public var parameters: ParameterSet
  /// What the estimator believes about noise.
  public var noise: NoiseModel

  /// A design; see the properties.
  public init(
    limb: LimbModel, subject: VirtualSubjectConfiguration, measurement: StudyMeasurement,
    duration: Double, parameters: ParameterSet, noise: NoiseModel
  ) {
    precondition(duration > 0, "a trial lasts some time")
    self.limb = limb
    self.subject = subject
    self.measurement = measurement
    self.duration = duration
    self.parameters = parameters
    self.noise = noise
  }
}

/// One virtual subject measured once, with an initial guess drawn around the truth.
public struct StudyTrial: Sendable {
  /// Number of the trial [1].
  public let index: Int
  /// The whole measurement, one window.
  public let window: Window
  /// The estimator's model, its prior around the initial guess.
  public let model: LimbEstimationModel
  /// The true unknowns (parameterCount) [1, or the quantity's unit].
  public let truth: [Double]

  /// The trial with this number; the same number repeats every digit.
  ///
  /// - Throws: when the true motion cannot be integrated.
  public init(_ design: StudyDesign, index: Int) throws {
    self.index = index
    var random = RandomSource(seed: 0x5EED_0000 &+ UInt64(index))
    var subject = design.subject
    subject.seed = random.next() >> 16
    let motion = try StudyMotion(
      design.limb, subject: subject, duration: design.duration,
      interval: design.measurement.interval)
    let record = StudyRecord(motion, design.measurement, random: &random)
    window = record.window

    // the true unknowns, and a guess that is off by the prior's deviation
    var system = SystemParameters(
      limb: motion.truth, channels: design.parameters.base.channels,
      angleOffsets: design.parameters.base.angleOffsets)
    for channel in system.channels.indices {
      system.channels[channel].gain *= record.gains[channel]
      system.channels[channel].delay += record.delay
    }
    var truth: [Double] = []
    var free = design.parameters.free
    for index in free.indices {
      let value = design.parameters.value(of: index, in: system)
      let deviation = free[index].priorDeviation
      let miss = deviation * random.gaussian()
      if free[index].isLogarithmic {
        let theta = Double.log(value / free[index].base)
        truth.append(theta)
        free[index].priorMean = theta + .log(max(1 + miss, 0.2))
      } else {
        truth.append(value - free[index].base)
        free[index].priorMean = value - free[index].base + miss
      }
    }
    self.truth = truth
    model = LimbEstimationModel(
      limb: design.limb, parameters: ParameterSet(free: free, base: design.parameters.base),
      noise: design.noise, channels: Array(0..<design.limb.muscleCount), drivesActivation: true)
  }

  /// The offline fit of the whole trial; nil when no start is finite.
  public func fit(_ stages: [TrajectoryFit.Stage]? = nil) -> TrajectoryFit.Solution? {
    TrajectoryFit(model, stages: stages).solve(
      [window], arrival: ArrivalCost(prior: model.parameters))
  }

  /// The trial as windows of `duration` [s] that touch.
  public func windows(of duration: Double) -> [Window] {
    window.parts(
      of: max(1, Int((duration / (Double(window.measurementStride) * window.step)).rounded())),
      isContinuous: true)
  }

  /// Inverse covariance that no unbiased estimator with this prior can beat: Cramér-Rao's, van Trees' with
  /// the prior, of the whole motion with one start state, at the truth; nil when it is not finite.
  func bound() -> Matrix? {
    var chain = WindowChain(
      windows(of: 1), arrival: ArrivalCost(prior: model.parameters), start: nil,
      residual: WindowResidual(model))
    return chain.evaluate(truth)?.information
  }
}
