internal import Algebra
internal import Musculoskeletal
public import Signals

/// The fit of whole recordings, by continuation from short windows to one trajectory.
///
/// Far from the truth a long trajectory says little: after a second a wrong limb is somewhere else, and the
/// cost is full of valleys. Short windows with free states are nearly quadratic, but free states throw
/// away what a continuous motion tells. So the fit goes through stages, each from where the last ended:
/// short windows with free starts, longer ones, and at last windows that hand the state and its covariance
/// on, whose posterior is the answer. That last stage is the fit of each stretch as one trajectory with one
/// start state, but it follows the measurements, so that a limb whose free motion is unstable is fitted
/// too. A search that ends above the noise begins again elsewhere.
public struct TrajectoryFit: Sendable {
  /// One stage of the continuation.
  public struct Stage: Sendable, Hashable {
    /// Duration of a window [s].
    public var duration: Double
    /// True when windows hand their state on and the noise model's disturbances count.
    public var isContinuous: Bool
    /// Least deviation of an angle's residual, and ten times as much of a rate's: far from the truth the prior
    /// holds what little data tell, and the cost bends less [rad].
    public var floor: Double
    /// Evaluations of the stage at most [1].
    public var evaluations: Int
    /// Length of the step, in posterior standard deviations, that ends the stage [1].
    public var stepTolerance: Double

    /// A stage; see the properties.
    public init(
      duration: Double, isContinuous: Bool = false, floor: Double = 0, evaluations: Int,
      stepTolerance: Double
    ) {
      self.duration = duration
      self.isContinuous = isContinuous
      self.floor = floor
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

  /// The usual continuation: windows of 0.1 to 1 s with free states, then windows that touch.
  public static let usualStages = [
    Stage(duration: 0.1, floor: 0.01, evaluations: 20, stepTolerance: 0.3),
    Stage(duration: 0.1, floor: 3e-3, evaluations: 20, stepTolerance: 0.3),
    Stage(duration: 0.3, floor: 1e-3, evaluations: 20, stepTolerance: 0.3),
    Stage(duration: 1, evaluations: 25, stepTolerance: 0.3),
    Stage(duration: 3, evaluations: 25, stepTolerance: 0.3),
    Stage(duration: 1, isContinuous: true, evaluations: 25, stepTolerance: 1e-2),
  ]

  /// What suits `noise`: disturbances keep a wrong limb near the measurements, and no other stage is needed.
  public static func stages(for noise: NoiseModel) -> [Stage] {
    guard noise.activation > 0 || noise.torque > 0 else { return usualStages }
    return [Stage(duration: 1, isContinuous: true, evaluations: 40, stepTolerance: 1e-2)]
  }

  /// A fit of `model`; see the properties.
  public init(
    _ model: LimbEstimationModel, stages: [Stage]? = nil,
    residualLimit: Double = 2, startLimit: Int = 4
  ) {
    precondition(stages?.isEmpty != true && startLimit > 0, "a fit has a stage and a start")
    self.model = model
    self.stages = stages ?? Self.stages(for: model.noise)
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
    /// Lowest cost after each evaluation of the best search, one list a stage [1].
    public var costs: [[Double]]
  }

  /// Fits `stretches`, unbroken windows of any length; nil when no start is finite.
  ///
  /// - Parameter start: what is believed of the state where the first begins; nil makes a fresh start.
  public func solve(
    _ stretches: [Window], arrival: ArrivalCost, start: StateBelief? = nil
  ) -> Solution? {
    var random = RandomSource(seed: 1)
    var best: Solution?
    var used = 0
    for attempt in 0..<startLimit {
      var theta = arrival.mean
      if attempt > 0 {
        for (index, parameter) in model.parameters.free.enumerated() {
          theta[index] += 0.5 * parameter.priorDeviation * random.gaussian()
        }
      }
      guard var found = search(stretches, arrival: arrival, from: theta, start: start)
      else { continue }
      used += found.evaluations
      found.starts = attempt + 1
      if found.meanSquaredResidual < best?.meanSquaredResidual ?? .infinity { best = found }
      best?.evaluations = used
      best?.starts = attempt + 1
      if let best, best.meanSquaredResidual <= residualLimit { break }
    }
    return best
  }

  /// Fits `stretches` by one search from `theta` through all stages; nil when it is not finite.
  public func solve(_ stretches: [Window], arrival: ArrivalCost, from theta: [Double]) -> Solution? {
    search(stretches, arrival: arrival, from: theta, start: nil)
  }

  /// One search through all stages; nil when the start, or a stage's, is not finite.
  private func search(
    _ stretches: [Window], arrival: ArrivalCost, from theta: [Double], start: StateBelief?
  ) -> Solution? {
    var search = Search(theta: theta)
    for stage in stages {
      let windows = stretches.flatMap { stretch -> [Window] in
        let interval = Double(stretch.measurementStride) * stretch.step
        return stretch.parts(
          of: max(2, Int((stage.duration / interval).rounded())), isContinuous: stage.isContinuous)
      }
      if stage.isContinuous {
        var chain = WindowChain(
          windows, arrival: arrival, start: start, residual: WindowResidual(model))
        guard minimise(&chain, stage: stage, search: &search) else { return nil }
      } else {
        var chain = TrajectoryChain(
          windows, arrival: arrival, model: model.undisturbed(floor: stage.floor),
          known: search.starts)
        guard minimise(&chain, stage: stage, search: &search) else { return nil }
        search.starts = chain.knownStarts
      }
    }
    return search.result
  }

  /// Where a search stands.
  private struct Search {
    /// The unknowns (parameterCount) [theta's unit].
    var theta: [Double]
    /// Start states by time (2 coordinateCount) [rad, rad/s].
    var starts: [SampleTime: [Double]] = [:]
    /// Evaluations so far [1].
    var evaluations = 0
    /// Costs so far [1].
    var costs: [[Double]] = []
    /// What the last stage found.
    var result: Solution?
  }

  /// Minimises one stage's problem and takes its answer into `search`; false when it is not finite.
  private func minimise<Problem: ResidualChain>(
    _ problem: inout Problem, stage: Stage, search: inout Search
  ) -> Bool {
    let solver = TrustRegion(
      evaluationLimit: stage.evaluations, stepTolerance: stage.stepTolerance)
    guard
      let solution = solver.minimise(
        &problem, from: search.theta, scales: model.parameters.free.map(\.priorDeviation)),
      let equations = problem.evaluate(solution.theta)
    else { return false }
    search.theta = solution.theta
    search.evaluations += solution.evaluations + 1
    search.costs.append(solution.costs)
    let count = Double(max(problem.residualCount, 1))
    let angles = Double(max(problem.angleCount, 1))
    let coordinates = Double(model.limb.coordinateCount)
    search.result = Solution(
      posterior: ArrivalCost(mean: solution.theta, information: equations.information),
      termination: solution.termination, evaluations: search.evaluations, starts: 1,
      meanSquaredResidual: 2 * problem.residualCost / count,
      innovation: problem.squaredErrors.map { ($0 * coordinates / angles).squareRoot() },
      costs: search.costs)
    return true
  }
}

/// A least-squares problem over windows that says how well it fits.
protocol ResidualChain: LeastSquaresProblem {
  /// Residuals in the last evaluation [1].
  var residualCount: Int { get }
  /// Half their sum of squares [1].
  var residualCost: Double { get }
  /// Angles among them [1].
  var angleCount: Int { get }
  /// Sum of squared errors of each coordinate's angle (coordinateCount) [rad^2].
  var squaredErrors: [Double] { get }
}

extension TrajectoryChain: ResidualChain {}

extension WindowChain: ResidualChain {
  var squaredErrors: [Double] { squaredInnovations }
}

extension LimbEstimationModel {
  /// The same without disturbances, sensors being no better than `floor` [rad] and ten times that a second.
  func undisturbed(floor: Double = 0) -> LimbEstimationModel {
    var noise = noise
    noise.activation = 0
    noise.torque = 0
    noise.angle = noise.angle.map { max($0, floor) }
    noise.rate = noise.rate.map { max($0, 10 * floor) }
    return LimbEstimationModel(
      limb: limb, parameters: parameters, noise: noise, channels: channels,
      drivesActivation: drivesActivation)
  }
}
