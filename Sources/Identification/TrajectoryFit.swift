internal import Algebra
internal import Musculoskeletal
public import Signals

/// The fit of whole recordings, by continuation from short windows to one trajectory.
///
/// Far from the truth a long trajectory says little: after a second a wrong limb is somewhere else, and the
/// cost is full of valleys. Short windows with free states are nearly quadratic, but free states throw
/// away what a continuous motion tells. So the fit goes through stages, each from where the last ended:
/// short windows with free starts, longer ones, and at last every stretch as one trajectory with one start
/// state, whose posterior is the answer. A search that ends above the noise begins again elsewhere.
public struct TrajectoryFit: Sendable {
  /// One stage of the continuation.
  public struct Stage: Sendable, Hashable {
    /// Duration of a window; nil takes each stretch whole [s].
    public var duration: Double?
    /// Least deviation of an angle's residual, so that early stages do not follow noise they cannot explain [rad].
    public var angleFloor: Double
    /// Evaluations of the stage at most [1].
    public var evaluations: Int
    /// Length of the step, in posterior standard deviations, that ends the stage [1].
    public var stepTolerance: Double

    /// A stage; see the properties.
    public init(
      duration: Double?, angleFloor: Double = 0, evaluations: Int, stepTolerance: Double
    ) {
      self.duration = duration
      self.angleFloor = angleFloor
      self.evaluations = evaluations
      self.stepTolerance = stepTolerance
    }
  }

  /// The constant part of the identification.
  public let model: LimbEstimationModel
  /// The stages, the last of which is the answer.
  public var stages: [Stage]
  /// Mean squared whitened residual above which the search begins again elsewhere [1].
  public var residualLimit: Double
  /// Searches at most [1].
  public var startLimit: Int

  /// The usual continuation: windows of 0.3 s and 1 s with free states, then whole stretches.
  public static let usualStages = [
    Stage(duration: 0.1, angleFloor: 1e-3, evaluations: 12, stepTolerance: 0.3),
    Stage(duration: 0.3, angleFloor: 1e-3, evaluations: 12, stepTolerance: 0.3),
    Stage(duration: 1, angleFloor: 1e-4, evaluations: 12, stepTolerance: 0.3),
    Stage(duration: nil, evaluations: 25, stepTolerance: 1e-2),
  ]

  /// A fit of `model`; see the properties.
  public init(
    _ model: LimbEstimationModel, stages: [Stage] = TrajectoryFit.usualStages,
    residualLimit: Double = 2, startLimit: Int = 4
  ) {
    precondition(!stages.isEmpty && startLimit > 0, "a fit has a stage and a start")
    self.model = model
    self.stages = stages
    self.residualLimit = residualLimit
    self.startLimit = startLimit
  }

  /// What a fit found.
  public struct Solution: Sendable {
    /// The posterior, a Gaussian around the best point.
    public var posterior: ArrivalCost
    /// Why the last stage stopped.
    public var termination: Termination
    /// Evaluations of all stages and starts [1].
    public var evaluations: Int
    /// Searches made [1].
    public var starts: Int
    /// Mean squared whitened residual of the last stage [1].
    public var meanSquaredResidual: Double
    /// Root mean square error of each coordinate (coordinateCount) [rad].
    public var innovation: [Double]
    /// Cost after each evaluation of the best search, stage by stage [1].
    public var costs: [Double]
  }

  /// Fits `stretches`, unbroken windows of any length; nil when no start is finite.
  public func solve(_ stretches: [Window], arrival: ArrivalCost) -> Solution? {
    var random = RandomSource(seed: 1)
    var best: Solution?
    var used = 0
    for attempt in 0..<startLimit {
      var start = arrival.mean
      if attempt > 0 {
        for (index, parameter) in model.parameters.free.enumerated() {
          start[index] += 0.5 * parameter.priorDeviation * random.gaussian()
        }
      }
      guard var found = search(stretches, arrival: arrival, from: start) else { continue }
      used += found.evaluations
      found.starts = attempt + 1
      if found.meanSquaredResidual < best?.meanSquaredResidual ?? .infinity { best = found }
      best?.evaluations = used
      best?.starts = attempt + 1
      if let best, best.meanSquaredResidual <= residualLimit { break }
    }
    return best
  }

  /// One search through all stages; nil when the start, or a stage's, is not finite.
  private func search(
    _ stretches: [Window], arrival: ArrivalCost, from start: [Double]
  ) -> Solution? {
    var theta = start
    var result: Solution?
    var evaluations = 0
    var costs: [Double] = []
    for stage in stages {
      var chain = problem(stretches, arrival: arrival, stage: stage)
      let solver = TrustRegion(
        evaluationLimit: stage.evaluations, stepTolerance: stage.stepTolerance)
      guard
        let solution = solver.minimise(
          &chain, from: theta, scales: model.parameters.free.map(\.priorDeviation))
      else { continue }
      costs.append(.nan)
      theta = solution.theta
      evaluations += solution.evaluations
      costs += solution.costs
      guard chain.evaluate(theta) != nil else { return nil }
      let count = Double(max(chain.residualCount, 1))
      let angles = Double(max(chain.angleCount, 1))
      let coordinates = Double(model.limb.coordinateCount)
      result = Solution(
        posterior: ArrivalCost(mean: theta, information: solution.equations.information),
        termination: solution.termination, evaluations: evaluations, starts: 1,
        meanSquaredResidual: 2 * chain.residualCost / count,
        innovation: chain.squaredErrors.map { ($0 * coordinates / angles).squareRoot() },
        costs: costs)
    }
    return result
  }

  /// The least-squares problem of one stage.
  func problem(_ stretches: [Window], arrival: ArrivalCost, stage: Stage) -> TrajectoryChain {
    var noise = model.noise
    for index in noise.angle.indices { noise.angle[index] = max(noise.angle[index], stage.angleFloor) }
    let staged = LimbEstimationModel(
      limb: model.limb, parameters: model.parameters, noise: noise, channels: model.channels,
      drivesActivation: model.drivesActivation)
    let windows = stretches.flatMap { stretch -> [Window] in
      guard let duration = stage.duration else { return [stretch] }
      let interval = Double(stretch.measurementStride) * stretch.step
      return stretch.parts(of: max(2, Int((duration / interval).rounded())), isContinuous: false)
    }
    return TrajectoryChain(windows, arrival: arrival, model: staged)
  }
}
