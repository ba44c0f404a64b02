internal import Algebra
internal import Musculoskeletal
public import Signals

/// The fit of short windows, each a trajectory with a start state of its own: quick, and nearly quadratic.
///
/// Bock's multiple shooting without the continuity between windows. Free states throw away what a
/// continuous motion tells, and error bars are wider for it, so that its answers are comparisons between
/// hypotheses rather than estimates; `TrajectoryFit` is for those.
public struct MultipleShootingFit: Sendable {
  /// One stage of the search.
  public struct Stage: Sendable, Hashable {
    /// Duration of a window [s].
    public var duration: Double
    /// Least deviation of an angle's residual, and ten times as much of a rate's: far from the truth the prior
    /// holds what little data tell, and the cost bends less [rad].
    public var floor: Double
    /// Evaluations of the stage at most [1].
    public var evaluations: Int
    /// Length of the step, in posterior standard deviations, that ends the stage [1].
    public var stepTolerance: Double

    /// A stage; see the properties.
    public init(
      duration: Double, floor: Double = 0, evaluations: Int, stepTolerance: Double
    ) {
      self.duration = duration
      self.floor = floor
      self.evaluations = evaluations
      self.stepTolerance = stepTolerance
    }
  }

  /// What a search found.
  public struct Solution: Sendable {
    /// The posterior, a Gaussian around the best point.
    public var posterior: ArrivalCost
    /// Cost of the last stage there [1].
    public var cost: Double
    /// Mean squared whitened residual of the last stage [1].
    public var meanSquaredResidual: Double
    /// Evaluations of all stages [1].
    public var evaluations: Int
  }

  /// The constant part of the identification; its disturbances are left out.
  public let model: LimbEstimationModel
  /// The stages, the last of which is the answer.
  public var stages: [Stage]

  /// A fit of `model` through `stages`.
  public init(_ model: LimbEstimationModel, stages: [Stage]) {
    precondition(!stages.isEmpty, "a fit has a stage")
    self.model = model
    self.stages = stages
  }

  /// Fits `stretches`, unbroken windows of any length, from `theta`; nil when a stage is not finite.
  public func solve(
    _ stretches: [Window], arrival: ArrivalCost, from theta: [Double]
  ) -> Solution? {
    var theta = theta
    var nodes = MotionNodes()
    var evaluations = 0
    var result: Solution?
    for stage in stages {
      let windows = stretches.flatMap { stretch -> [Window] in
        let interval = Double(stretch.measurementStride) * stretch.step
        return stretch.parts(
          of: max(2, Int((stage.duration / interval).rounded())), isContinuous: false)
      }
      var chain = SmoothedMotion(
        windows, arrival: arrival, model: model.undisturbed(floor: stage.floor), known: nodes)
      let solver = TrustRegion(
        evaluationLimit: stage.evaluations, stepTolerance: stage.stepTolerance)
      guard
        let solution = solver.minimise(
          &chain, from: theta, scales: model.parameters.free.map(\.priorDeviation)),
        let equations = chain.evaluate(solution.theta)
      else { return nil }
      theta = solution.theta
      nodes = chain.nodes
      evaluations += solution.evaluations + 1
      result = Solution(
        posterior: ArrivalCost(mean: theta, information: equations.information),
        cost: solution.equations.cost,
        meanSquaredResidual: 2 * chain.residualCost / Double(max(chain.residualCount, 1)),
        evaluations: evaluations)
    }
    return result
  }
}

extension LimbEstimationModel {
  /// The same without disturbances, sensors being no better than `floor` [rad] and ten times that a second.
  func undisturbed(floor: Double = 0) -> LimbEstimationModel {
    var noise = noise
    noise.activation = 0
    noise.torque = 0
    noise.angle = noise.angle.map { max($0, floor) }
    noise.rate = noise.rate.map { max($0, 10 * floor) }
    return with(noise: noise)
  }
}
