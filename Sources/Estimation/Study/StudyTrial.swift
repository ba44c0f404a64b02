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
    let (record, system) = try design.measured(&random)
    window = record.window
    let parameters = design.parameters
    truth = parameters.free.indices.map { index in
      let value = parameters.value(of: index, in: system)
      let base = parameters.free[index].base
      return parameters.free[index].isLogarithmic ? .log(value / base) : value - base
    }
    model = LimbEstimationModel(
      limb: design.limb,
      parameters: ParameterSet(
        free: parameters.guessed(around: system, &random), base: parameters.base),
      noise: design.noise, channels: Array(0..<design.limb.muscleCount), drivesActivation: true)
  }

  /// The offline fit of the whole trial; nil when no start is finite.
  public func fit(by estimator: StudyEstimator = .firstOrder) -> TrajectoryFit.Solution? {
    var model = model
    if estimator == .naive {
      var noise = model.noise
      noise.activation = 0
      model = model.with(noise: noise)
    }
    var fit = TrajectoryFit(model)
    if estimator != .firstOrder {
      // a model that leaves something out fits worse from every start
      fit.residualLimit = .infinity
      fit.smoothsDisturbances = estimator == .latent
    }
    let windows = windows(of: 1)
    let arrival = ArrivalCost(prior: self.model.parameters)
    guard var solution = fit.solve(windows, arrival: arrival) else { return nil }
    if estimator == .firstOrder,
      let attenuation = fit.attenuation(of: solution, windows, arrival: arrival)
    {
      solution.covariance = attenuation.covariance
    }
    return solution
  }

  /// The trial as windows of `duration` [s] that touch.
  public func windows(of duration: Double) -> [Window] {
    window.parts(
      of: max(1, Int((duration / (Double(window.measurementStride) * window.step)).rounded())),
      isContinuous: true)
  }

  /// The covariance that no unbiased estimator with this prior can beat: Cramér-Rao's, van Trees' with the
  /// prior, of the whole motion with one start state, at the truth; nil when it is not finite.
  func bound() -> Matrix? {
    let prior = ArrivalCost(prior: model.parameters)
    return TrajectoryFit(model).covariance(windows(of: 1), arrival: prior, at: truth)
  }
}

extension StudyDesign {
  /// A subject's motion as it is measured, and the subject's own numbers.
  ///
  /// - Throws: when the true motion cannot be integrated.
  func measured(
    _ random: inout RandomSource
  ) throws -> (record: StudyRecord, truth: SystemParameters) {
    var subject = subject
    subject.seed = random.next() >> 16
    let motion = try StudyMotion(
      limb, subject: subject, duration: duration, interval: measurement.interval)
    let record = StudyRecord(motion, measurement, random: &random)
    var truth = SystemParameters(
      limb: motion.truth, channels: parameters.base.channels,
      angleOffsets: parameters.base.angleOffsets)
    for channel in truth.channels.indices {
      truth.channels[channel].gain *= record.gains[channel]
      truth.channels[channel].delay += record.delay
    }
    return (record, truth)
  }
}

extension ParameterSet {
  /// The unknowns with prior means off `truth` by their prior deviations.
  func guessed(around truth: SystemParameters, _ random: inout RandomSource) -> [FreeParameter] {
    var guesses = free
    for index in guesses.indices {
      let value = value(of: index, in: truth)
      let miss = guesses[index].priorDeviation * random.gaussian()
      guesses[index].priorMean =
        guesses[index].isLogarithmic
        ? .log(value / guesses[index].base) + .log(max(1 + miss, 0.2))
        : value - guesses[index].base + miss
    }
    return guesses
  }
}
