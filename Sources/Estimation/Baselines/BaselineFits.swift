internal import Algebra
public import Identification
internal import Musculoskeletal
public import Signals

/// The baselines on the windows that the identification is fitted to, with the same residuals.
public struct BaselineFits: Sendable {
  /// The identification's constant part.
  public let model: LimbEstimationModel
  /// The windows that are fitted, in time order.
  public let windows: [Window]
  /// What each window must predict; nil takes one-step errors.
  public let horizon: PredictionHorizon?
  /// Evaluations with derivatives that each baseline may use, as many as the identification used [1].
  public var evaluations: Int
  /// Seed of the annealing.
  public var seed: UInt64

  /// Evaluations without derivatives that cost as much as one with them, for about 30 unknowns [1].
  public static let costEvaluationsPerJacobian = 3
  /// Prior sd of a muscle's gain where its force is not an unknown; half to twice within 2 sd [1].
  static let gainDeviation = 0.35
  /// How far an annealing looks on either side of the prior mean, in prior sd [1].
  static let boxDeviations = 3.0
  /// Envelopes below this are taken for silent muscles [1].
  static let silence = 0.03

  /// Baselines of a fit of `model` to `windows` that used so many evaluations.
  public init(
    _ model: LimbEstimationModel, windows: [Window], horizon: PredictionHorizon? = nil,
    evaluations: Int, seed: UInt64 = 1
  ) {
    precondition(evaluations > 0, "a baseline may evaluate something")
    self.model = model
    self.windows = windows
    self.horizon = horizon
    self.evaluations = evaluations
    self.seed = seed
  }

  /// What `baseline` makes of the windows; nil when it is not finite from the prior mean.
  public func fit(_ baseline: Baseline) -> BaselineFit? {
    switch baseline {
    case .nominal:
      return BaselineFit(
        baseline: baseline, model: model, theta: model.parameters.priorMean, evaluations: 0)
    case .gainPerMuscle: return gainPerMuscle()
    case .twoStage: return twoStage()
    case .annealing: return annealing()
    case .kalmanFilter: return kalmanFilter()
    }
  }

  /// The residuals of `windows` for the unknowns of `model`.
  private func chain(_ windows: [Window], of model: LimbEstimationModel) -> WindowChain {
    WindowChain(
      windows, arrival: ArrivalCost(prior: model.parameters), start: nil,
      residual: WindowResidual(model), horizon: horizon)
  }

  /// Moves some unknowns of `model` from `held` to their least squares.
  private func minimise(
    _ windows: [Window], of model: LimbEstimationModel, moving free: [Int], held: [Double]
  ) -> (theta: [Double], evaluations: Int)? {
    guard !free.isEmpty else { return (held, 0) }
    var problem = SubspaceProblem(chain(windows, of: model), free: free, held: held)
    let solver = LevenbergMarquardt(
      evaluationLimit: evaluations, stepTolerance: 0.02, initialDamping: 1e-2)
    return solver.minimise(&problem, from: free.map { held[$0] }).map {
      (problem.whole($0.theta), $0.evaluations)
    }
  }

  /// A model with the same numbers whose only unknowns are one force a muscle.
  private var gainModel: LimbEstimationModel {
    let base = model.parameters.system(at: model.parameters.priorMean)
    let names = model.limb.description.muscles.map(\.name)
    let free = names.indices.map { muscle in
      let target = Quantity.muscle(muscle, .maxIsometricForce)
      let own = model.parameters.free.first { $0.targets.contains(target) }
      return FreeParameter(
        name: "muscle/\(names[muscle])/max_isometric_force", targets: [target],
        base: base[target], priorDeviation: max(own?.priorDeviation ?? 0, Self.gainDeviation))
    }
    return model.with(parameters: ParameterSet(free: free, base: base))
  }

  private func gainPerMuscle() -> BaselineFit? {
    let model = gainModel
    return minimise(
      windows, of: model, moving: Array(model.parameters.free.indices),
      held: model.parameters.priorMean
    ).map {
      BaselineFit(
        baseline: .gainPerMuscle, model: model, theta: $0.theta, evaluations: $0.evaluations)
    }
  }

  /// Bones on windows of motion without torque where there are any, then muscles on all.
  private func twoStage() -> BaselineFit? {
    let bones = model.parameters.free.indices.filter { index in
      switch model.parameters.free[index].targets[0] {
      case .muscle, .emg: false
      default: true
      }
    }
    let muscles = model.parameters.free.indices.filter { !bones.contains($0) }
    var theta = model.parameters.priorMean
    var used = 0
    let silent = silentWindows
    if !silent.isEmpty,
      let first = minimise(silent, of: model, moving: bones, held: theta)
    {
      theta = first.theta
      // fewer windows cost less
      used += max(1, first.evaluations * silent.count / max(windows.count, 1))
    }
    return minimise(windows, of: model, moving: muscles, held: theta).map {
      BaselineFit(
        baseline: .twoStage, model: model, theta: $0.theta, evaluations: used + $0.evaluations)
    }
  }

  /// Windows in which the limb swings and no muscle works, each begun afresh.
  private var silentWindows: [Window] {
    windows.filter { window in
      window.envelopes.allSatisfy { $0 < Self.silence }
        && (0..<window.coordinateCount).contains { window.range(ofCoordinate: $0) > .pi / 36 }
    }.map {
      var window = $0
      window.followsPrevious = false
      return window
    }
  }

  private func annealing() -> BaselineFit? {
    let free = model.parameters.free
    let budget = evaluations * Self.costEvaluationsPerJacobian
    let schedule = SimulatedAnnealing(evaluations: budget).fitted(unknowns: free.count)
    var random = RandomSource(seed: seed)
    let solution = schedule.minimise(
      from: model.parameters.priorMean,
      box: free.map {
        let reach = Self.boxDeviations * $0.priorDeviation
        return ($0.priorMean - reach)...($0.priorMean + reach)
      }, random: &random, cost: cost)
    return solution.map {
      BaselineFit(
        baseline: .annealing, model: model, theta: $0.theta,
        evaluations: ($0.evaluations + Self.costEvaluationsPerJacobian - 1)
          / Self.costEvaluationsPerJacobian)
    }
  }

  /// The cost at `theta` without derivatives; nil where it is not finite [1].
  ///
  /// The same residuals for a model in which nothing is unknown any more, hence nothing differentiated.
  func cost(_ theta: [Double]) -> Double? {
    let known = model.with(
      parameters:
        ParameterSet(free: [], base: model.parameters.system(at: theta)))
    var residuals = chain(windows, of: known)
    guard let own = residuals.evaluate([])?.cost else { return nil }
    var equations = NormalEquations(
      cost: own, gradient: theta.map { _ in 0 },
      information: Matrix(rows: theta.count, columns: theta.count))
    ArrivalCost(prior: model.parameters).add(to: &equations, at: theta)
    return equations.cost
  }

  /// One pass; windows that overlap the one before are left out.
  private func kalmanFilter() -> BaselineFit? {
    var filter = AugmentedKalmanFilter(model)
    var apart: [Window] = []
    for window in windows {
      if let last = apart.last, window.start.nanoseconds < last.end.nanoseconds,
        window.start.nanoseconds >= last.start.nanoseconds
      {
        continue
      }
      apart.append(window)
    }
    filter.filter(apart)
    guard filter.intervalCount > 0, filter.posterior.mean.allSatisfy(\.isFinite) else { return nil }
    return BaselineFit(
      baseline: .kalmanFilter, model: model, theta: filter.posterior.mean, evaluations: 1)
  }
}
