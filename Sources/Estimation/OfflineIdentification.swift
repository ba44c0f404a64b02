internal import Algebra
public import Identification
internal import Musculoskeletal
public import Signals

/// The fit of all windows of all recordings at once.
///
/// Without a prediction objective the windows stand end to end and are fitted as trajectories, as a study
/// does (`TrajectoryFit`). With one they overlap, and each must predict its motion from EMG and its own
/// lead: several starting points are tried briefly and the best is followed to the end, because muscles that
/// can stand in for one another make more than one valley. The paper's gradient descent takes every
/// measurement's one-step error, as the recursive fit does.
public struct OfflineIdentification: Sendable {
  /// The constant part.
  public let model: LimbEstimationModel
  /// What is predicted; nil takes one-step errors.
  public let objective: PredictionObjective?
  /// Starting points, the prior mean the first of them [1].
  public var startCount: Int
  /// Evaluations that each starting point gets before the best goes on [1].
  public var trialEvaluations: Int
  /// Evaluations of the whole search after that [1].
  public var evaluations: Int
  /// Duration of a window where there is no objective [s].
  public var windowDuration: Double
  /// True when sensors' noise levels are estimated; only where there is no objective.
  public var estimatesNoise = false
  /// How the search goes down.
  public var solver = Solver.levenbergMarquardt

  /// Ways down.
  public enum Solver: Sendable, Hashable {
    /// Damped Gauss-Newton steps.
    case levenbergMarquardt
    /// The paper's gradient descent, for comparison.
    case adam(AdamDescent)
  }

  /// What a search found.
  public struct Solution: Sendable {
    /// The posterior, a Gaussian around the best point.
    public var posterior: ArrivalCost
    /// Why the search stopped.
    public var termination: Termination
    /// Evaluations used, all starting points together [1].
    public var evaluations: Int
    /// Mean squared whitened residual [1].
    public var meanSquaredResidual: Double
    /// Root mean square residual of each coordinate (coordinateCount) [rad].
    public var residual: [Double]
    /// Windows fitted [1].
    public var windowCount: Int
    /// End of the last window fitted [ns on the session timeline].
    public var end: SampleTime
    /// Cost reached from each starting point when the trial ended; nil where it was not finite, empty where
    /// there was no trial [1].
    public var trialCosts: [Double?]
    /// The bounds that the fit could lean on.
    public var walls: SoftWalls
    /// The convergence curve: the cost of every finite evaluation, in order [1].
    public var costs: [Double] = []
    /// The noise model with estimated levels; nil where those stated hold.
    public var noise: NoiseModel?
    /// The estimated levels; empty where those stated hold.
    public var noiseLevels: [NoiseLevel] = []
  }

  /// A fit of `model`; see the properties.
  public init(
    _ model: LimbEstimationModel, objective: PredictionObjective? = nil, startCount: Int = 1,
    trialEvaluations: Int = 12, evaluations: Int = 100, windowDuration: Double = 1
  ) {
    precondition(startCount > 0 && evaluations > 0, "at least one start and one evaluation")
    self.model = model
    self.objective = objective
    self.startCount = startCount
    self.trialEvaluations = trialEvaluations
    self.evaluations = evaluations
    self.windowDuration = windowDuration
  }

  /// Fits the fitted parts of `recordings`; nil when they hold no window or no start is finite.
  public func solve(_ recordings: [RecordingSplit]) -> Solution? {
    let windows = self.windows(recordings)
    guard let last = windows.last, let stretch = recordings.flatMap(\.stretches).first else {
      return nil
    }
    let walls = SoftWalls(model, windows: windows)
    if objective == nil, case .levenbergMarquardt = solver {
      if let found = trajectory(windows, walls: walls) { return found }
    }
    var chain = WindowChain(
      windows, arrival: ArrivalCost(prior: model.parameters, walls: walls), start: nil,
      residual: WindowResidual(model), horizon: objective?.horizon(stretch))

    // a short search from every start, then a long one from the best
    var best: LevenbergMarquardt.Solution?
    var used = 0
    var costs: [Double?] = []
    let starts = startingPoints
    if starts.count > 1 {
      for start in starts {
        let trial = LevenbergMarquardt(evaluationLimit: trialEvaluations, initialDamping: 1e-2)
        let found = trial.minimise(&chain, from: start)
        used += found?.evaluations ?? 1
        costs.append(found?.equations.cost)
        if let found, found.equations.cost < best?.equations.cost ?? .infinity { best = found }
      }
    }
    guard let solution = descend(&chain, from: best?.theta ?? starts[0]),
      chain.evaluate(solution.theta) != nil
    else { return nil }
    used += solution.evaluations + 1
    let count = Double(max(chain.residualCount, 1))
    let angles = Double(max(chain.angleCount, 1))
    let coordinates = Double(model.limb.coordinateCount)
    return Solution(
      posterior: ArrivalCost(
        mean: solution.theta,
        information: information(
          at: solution, windows: windows, horizon: chain.horizon, walls: walls)),
      termination: solution.termination, evaluations: used,
      meanSquaredResidual: 2 * chain.residualCost / count,
      residual: chain.squaredInnovations.map { ($0 * coordinates / angles).squareRoot() },
      windowCount: windows.count, end: last.end, trialCosts: costs, walls: walls,
      costs: chain.costs)
  }

  /// What is known around `solution`: what a wall holds back is no knowledge, and neither is what the noise of
  /// the envelopes fakes.
  private func information(
    at solution: LevenbergMarquardt.Solution, windows: [Window], horizon: PredictionHorizon?,
    walls: SoftWalls
  ) -> Matrix {
    let equations = walls.without(solution.equations, at: solution.theta)
    guard model.noise.activation > 0 else { return equations.information }
    let attenuation = AttenuationEstimate(
      of: windows, noise: model.noise, equations: equations,
      scales: model.parameters.free.map(\.priorDeviation)
    ) { windows in
      var chain = WindowChain(
        windows, arrival: ArrivalCost(prior: model.parameters), start: nil,
        residual: WindowResidual(model), horizon: horizon)
      return chain.evaluate(solution.theta)
    }
    return attenuation.flatMap { Cholesky($0.covariance)?.inverse() } ?? equations.information
  }

  /// The long search, by the solver chosen.
  private func descend(
    _ chain: inout WindowChain, from start: [Double]
  ) -> LevenbergMarquardt.Solution? {
    switch solver {
    case .levenbergMarquardt:
      LevenbergMarquardt(
        evaluationLimit: evaluations, stepTolerance: 0.02, initialDamping: 1e-2
      ).minimise(&chain, from: start)
    case .adam(let descent):
      descent.minimise(
        &chain, from: start, scales: model.parameters.free.map(\.priorDeviation))
    }
  }

  /// What each window must predict; nil takes one-step errors.
  public func horizon(_ recordings: [RecordingSplit]) -> PredictionHorizon? {
    recordings.flatMap(\.stretches).first.flatMap { objective?.horizon($0) }
  }

  /// The windows that are fitted.
  public func windows(_ recordings: [RecordingSplit]) -> [Window] {
    var windows: [Window] = []
    for recording in recordings {
      for (stretch, range) in zip(recording.stretches, recording.fitted) {
        guard let range else { continue }
        if let objective {
          let lead = stretch.measurements(in: objective.plan.lead)
          let length = stretch.measurements(in: objective.plan.duration)
          for start in objective.plan.starts(in: range, of: stretch) {
            windows.append(
              stretch.window((start - lead)...(start + length), index: windows.count))
          }
        } else {
          let length = stretch.measurements(in: windowDuration)
          var first = range.lowerBound
          while first + length <= range.upperBound {
            windows.append(
              stretch.window(
                first...(first + length), index: windows.count,
                followsPrevious: first > range.lowerBound))
            first += length
          }
        }
      }
    }
    return windows
  }

  /// The prior mean, then points drawn around it at half its deviation, always the same ones.
  private var startingPoints: [[Double]] {
    let mean = model.parameters.priorMean
    var random = RandomSource(seed: 1)
    var points = [mean]
    while points.count < startCount {
      points.append(
        zip(mean, model.parameters.free).map { $0 + 0.5 * $1.priorDeviation * random.gaussian() })
    }
    return points
  }
}
