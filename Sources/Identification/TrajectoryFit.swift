public import Algebra
internal import Musculoskeletal
internal import RealModule
public import Signals

/// The fit of whole recordings as trajectories, by continuation from a forgetful model to an exact one.
///
/// Far from the truth a trajectory says little: after a second a wrong limb is somewhere else, and the cost
/// is full of valleys. With an unknown torque on each joint the state follows the measurements, each
/// residual is what the limb gets wrong within the torque's correlation time, and the cost is nearly
/// quadratic; but that throws away what a continuous motion tells. So the torque is annealed: each stage
/// begins where the last ended, with less torque, until none is left and every stretch is one trajectory
/// from one start state, whose posterior is the answer: its derivatives are exact, and they are never squared,
/// so that a minute of good sensors keeps its weakest directions. A stage that ends above its own noise has left the
/// valley; the search begins again from another guess, in smaller steps.
public struct TrajectoryFit: Sendable {
  /// One stage of the continuation.
  public struct Stage: Sendable, Hashable {
    /// Deviation of the unknown torque on each joint [N·m].
    public var torque: Double
    /// Evaluations of the stage at most [1].
    public var evaluations: Int
    /// Length of the step, in posterior standard deviations, that ends the stage [1].
    public var stepTolerance: Double

    /// A stage; see the properties.
    public init(torque: Double = 0, evaluations: Int = 40, stepTolerance: Double = 0.3) {
      self.torque = torque
      self.evaluations = evaluations
      self.stepTolerance = stepTolerance
    }
  }

  /// What a fit found.
  public struct Solution: Sendable {
    /// The posterior, a Gaussian around the best point.
    public var posterior: ArrivalCost
    /// Its covariance, from the square root where that is known (parameterCount x parameterCount);
    /// nil when it is singular.
    public var covariance: Matrix?
    /// Why the last stage stopped.
    public var termination: Termination
    /// Evaluations of all stages and starts [1].
    public var evaluations: Int
    /// Searches made [1].
    public var starts: Int
    /// Mean squared whitened residual of the last stage [1].
    public var meanSquaredResidual: Double
    /// Root mean square one-step error of each coordinate (coordinateCount) [rad].
    public var innovation: [Double]
    /// Lowest cost after each evaluation of the best search, one list a stage [1].
    public var costs: [[Double]]
    /// Cost of the last stage at the best point [1].
    var cost: Double { costs.last?.last ?? .infinity }
    /// True when every stage was reached.
    public var isComplete: Bool
  }

  /// The constant part of the identification.
  public let model: LimbEstimationModel
  /// Mean squared whitened residual above which a stage has left the valley [1].
  public var residualLimit: Double
  /// Searches at most [1].
  public var startLimit: Int
  /// Stages in place of the usual ones; nil takes those.
  public var stages: [Stage]?
  /// True where disturbances of the model's own are estimated with the states, false where they are taken to
  /// first order along the filtered motion.
  public var smoothsDisturbances = false

  /// How much wider than it is the prior is taken while torque is left, search by search: where a guess is far
  /// off, early stages lean on it, and all that begin with the same prior end in the same place [1].
  private static let widths = [1.0, 3, 0.3, 10]

  /// A fit of `model`; see the properties.
  ///
  /// With one start it does not look for exchanged synergists either.
  public init(
    _ model: LimbEstimationModel, stages: [Stage]? = nil, residualLimit: Double = 2,
    startLimit: Int = 4
  ) {
    precondition(stages?.isEmpty != true && startLimit > 0, "a fit has a stage and a start")
    self.model = model
    self.stages = stages
    self.residualLimit = residualLimit
    self.startLimit = startLimit
  }

  /// The stages of an annealing by `factor` a stage, from about what the limb weighs down to what its sensors
  /// still show, or to what uncertain activations do anyway; an unknown torque of the model's own needs none.
  public func annealing(by factor: Double) -> [Stage] {
    let last = Stage(evaluations: 300, stepTolerance: 0.05)
    // an observer's gains are those of where its search began: the last search begins where it ends
    let disturbed = model.activationDisturbances + model.torqueDisturbances > 0
    let end = disturbed ? [Stage(), last] : [last]
    guard model.torqueDisturbances == 0 else { return end }
    // a tenth of a metre is where a limb's weight pulls
    var torque = model.limb.description.bodies.reduce(0) { $0 + $1.mass } * 9.81 * 0.1
    // and a newton metre turns it by about a radian
    let least =
      model.activationDisturbances > 0
      ? 0.1 * torque * model.noise.activation : 2 * (model.noise.angle.min() ?? 0)
    var stages: [Stage] = []
    while torque > least, stages.count < 100 {
      stages.append(Stage(torque: torque))
      torque /= factor
    }
    return stages + end
  }

  /// Fits `windows`, those that follow one another as one trajectory; nil when no start is finite.
  ///
  /// `start`: what is believed of the state where the first begins; nil believes its readings.
  public func solve(
    _ windows: [Window], arrival: ArrivalCost, start: StateBelief? = nil
  ) -> Solution? {
    var random = RandomSource(seed: 1)
    var best: Solution?
    var used = 0
    for attempt in 0..<startLimit {
      var theta = arrival.mean
      if attempt > 0 {
        for (index, parameter) in model.parameters.free.enumerated() {
          // nearby first, then as far as the prior reaches
          let reach = attempt == 1 ? 0.5 : 1
          theta[index] += reach * parameter.priorDeviation * random.gaussian()
        }
      }
      // in steps of 10^(1/2), 10^(1/3) and 10^(1/4) in turn
      let factor = Double.exp(.log(10) / Double(2 + attempt % 3))
      guard
        let found = search(
          windows, arrival: arrival, width: Self.widths[attempt % Self.widths.count], from: theta,
          start: start, stages: stages ?? annealing(by: factor))
      else { continue }
      used += found.evaluations
      if best.map({ found.isBetter(than: $0) }) ?? true { best = found }
      best?.evaluations = used
      best?.starts = attempt + 1
      if found.isComplete, found.meanSquaredResidual <= residualLimit { break }
    }
    // where misfit and prior cost together no more than the unknowns, nothing is left to gain
    guard let best, best.isComplete, startLimit > 1, best.cost > Double(model.parameters.count)
    else { return best }
    return exchanged(best, windows, arrival: arrival, start: start)
  }

  /// The better of `solution` and what is found from it with synergists made alike or exchanged, pair by pair.
  private func exchanged(
    _ solution: Solution, _ windows: [Window], arrival: ArrivalCost, start: StateBelief?
  ) -> Solution {
    var best = solution
    let exchange = SynergistExchange(windows, model: model)
    let all = stages ?? annealing(by: .exp(.log(10) / 2))
    // near by already: a torque that a wrong pair needs, not what a wrong limb does
    let last = all.filter { $0.torque <= 0.01 * all[0].torque }
    // most exchanges end in the valley they came from, or in none: few evaluations show which
    let trial = last.map { stage in
      var stage = stage
      stage.evaluations = min(stage.evaluations, Self.exchangeEvaluations)
      return stage
    }
    for pair in exchange.pairs.prefix(Self.pairLimit) {
      // half the way is where both are alike
      for part in [0.5, 1] {
        let theta = exchange.exchanged(pair, in: best.posterior.mean)
        guard
          var found = search(
            windows, arrival: arrival, width: 1,
            from: zip(best.posterior.mean, theta).map { $0 + part * ($1 - $0) }, start: start,
            stages: trial)
        else { continue }
        if found.isComplete, found.cost < best.cost - 1, found.termination == .iterationLimit,
          let end = last.last,
          var further = search(
            windows, arrival: arrival, width: 1, from: found.posterior.mean, start: start,
            stages: [end]), further.cost < found.cost
        {
          further.evaluations += found.evaluations
          further.costs = found.costs.dropLast() + further.costs
          found = further
        }
        found.evaluations += best.evaluations
        found.starts = best.starts + 1
        // less than one counts as the same valley
        let isBetter = found.isComplete && found.cost < best.cost - 1
        if isBetter {
          best = found
          break
        }
        best.evaluations = found.evaluations
        best.starts = found.starts
      }
    }
    return best
  }

  /// Pairs that are exchanged at most [1].
  private static let pairLimit = 6
  /// Evaluations of one stage after an exchange, before it is known to lead anywhere, at most [1].
  private static let exchangeEvaluations = 30

  /// What `windows` and the belief before them tell of theta at `theta`, without a search
  /// (parameterCount x parameterCount); nil when it is not finite or singular.
  public func covariance(
    _ windows: [Window], arrival: ArrivalCost, at theta: [Double]
  ) -> Matrix? {
    var motion = SmoothedMotion(
      windows, arrival: arrival, model: model,
      isSmoothed: endsSmoothed)
    // the states' best step at these numbers, then what is known there
    guard motion.evaluate(theta) != nil else { return nil }
    motion.accept()
    return motion.evaluate(theta)?.covariance
  }

  /// What the noise of the envelopes does to `solution` of `windows`; nil where activations count as exact or it
  /// cannot be told.
  public func attenuation(
    of solution: Solution, _ windows: [Window], arrival: ArrivalCost
  ) -> AttenuationEstimate? {
    guard model.activationDisturbances > 0 else { return nil }
    let theta = solution.posterior.mean
    var motion = SmoothedMotion(windows, arrival: arrival, model: model, isSmoothed: false)
    // the first evaluation makes the observer's gains, the others keep them
    guard let equations = motion.evaluate(theta) else { return nil }
    return AttenuationEstimate(
      of: windows, noise: model.noise, equations: equations,
      scales: model.parameters.free.map(\.priorDeviation)
    ) { windows in
      motion.windows = windows
      return motion.evaluate(theta)
    }
  }

  /// One search through all stages, or until one leaves the valley; nil when it is not finite.
  private func search(
    _ windows: [Window], arrival: ArrivalCost, width: Double, from theta: [Double],
    start: StateBelief?, stages: [Stage]
  ) -> Solution? {
    var loose = arrival
    for index in loose.information.elements.indices {
      loose.information.elements[index] /= width * width
    }
    var theta = theta
    var evaluations = 0
    var costs: [[Double]] = []
    var nodes = MotionNodes()
    var result: Solution?
    for (index, stage) in stages.enumerated() {
      let annealed = stage.torque > 0 ? model.disturbed(byTorque: stage.torque) : model
      let isSmoothed = stage.torque == 0 && endsSmoothed
      // a motion without torque is known so well that the way along what is known least is bent: short steps
      // are no sign of its end
      let solver = TrustRegion(
        evaluationLimit: stage.evaluations, stepTolerance: stage.stepTolerance,
        followsValleys: isSmoothed)
      var motion = SmoothedMotion(
        windows, arrival: stage.torque > 0 ? loose : arrival, model: annealed,
        start: start.map { annealed.belief($0) }, known: isSmoothed ? nodes : MotionNodes(),
        isSmoothed: isSmoothed)
      let solution = fit(&motion, solver, from: theta)
      guard let (solution, fit) = solution else { return result }
      theta = solution.theta
      evaluations += solution.evaluations + 1
      costs.append(solution.costs)
      let found = Solution(
        posterior: ArrivalCost(mean: theta, information: solution.equations.information),
        covariance: solution.equations.covariance, termination: solution.termination,
        evaluations: evaluations, starts: 1, meanSquaredResidual: fit.meanSquaredResidual,
        innovation: fit.innovation, costs: costs, isComplete: index == stages.count - 1)
      result = found
      if endsSmoothed, index + 1 < stages.count, stages[index + 1].torque == 0 {
        nodes = self.nodes(windows, model: annealed, theta: theta, start: start)
      }
      if found.meanSquaredResidual > residualLimit { break }
    }
    return result
  }

  /// The states of the motion at `theta`, disturbed as `annealed` is: where a smoothed stage begins.
  private func nodes(
    _ windows: [Window], model annealed: LimbEstimationModel, theta: [Double], start: StateBelief?
  ) -> MotionNodes {
    var motion = SmoothedMotion(
      windows, arrival: ArrivalCost(prior: model.parameters), model: annealed,
      start: start.map { annealed.belief($0) })
    guard motion.evaluate(theta) != nil else { return MotionNodes() }
    motion.accept()
    return motion.nodes
  }

  /// True where stages without torque are linearised along the smoothed states.
  private var endsSmoothed: Bool {
    smoothsDisturbances || model.activationDisturbances + model.torqueDisturbances == 0
  }

  /// How well a stage fits.
  private struct MotionFit {
    /// Mean squared whitened residual [1].
    var meanSquaredResidual: Double
    /// Root mean square error of each coordinate (coordinateCount) [rad].
    var innovation: [Double]
  }

  /// One stage; nil when it is not finite.
  private func fit(
    _ problem: inout SmoothedMotion, _ solver: TrustRegion, from theta: [Double]
  ) -> (TrustRegion.Solution, MotionFit)? {
    let scales = model.parameters.free.map(\.priorDeviation)
    guard let solution = solver.minimise(&problem, from: theta, scales: scales),
      problem.evaluate(solution.theta) != nil
    else { return nil }
    let angles = Double(max(problem.angleCount, 1))
    let coordinates = Double(model.limb.coordinateCount)
    return (
      solution,
      MotionFit(
        meanSquaredResidual: 2 * problem.residualCost / Double(max(problem.residualCount, 1)),
        innovation: problem.squaredErrors.map { ($0 * coordinates / angles).squareRoot() })
    )
  }
}

extension NormalEquations {
  /// The inverse of the information, from its square root where that is known; nil when it is singular.
  var covariance: Matrix? { root.map { $0.covariance() } ?? Cholesky(information)?.inverse() }
}

extension TrajectoryFit.Solution {
  /// True when this search came farther, or as far with smaller residuals.
  fileprivate func isBetter(than other: Self) -> Bool {
    if isComplete != other.isComplete { return isComplete }
    if costs.count != other.costs.count, !isComplete { return costs.count > other.costs.count }
    return meanSquaredResidual < other.meanSquaredResidual
  }
}

extension LimbEstimationModel {
  /// The same with an unknown torque of this deviation on each joint [N·m].
  func disturbed(byTorque torque: Double) -> LimbEstimationModel {
    var noise = noise
    noise.torque = max(noise.torque, torque)
    return with(noise: noise)
  }

  /// A belief about angles and rates with this model's disturbances, whatever it knew of others.
  func belief(_ start: StateBelief) -> StateBelief {
    guard start.mean.count != stateCount else { return start }
    let known = 2 * limb.coordinateCount
    var result = StateBelief(
      mean: Array(repeating: 0, count: stateCount),
      covariance: Matrix(rows: stateCount, columns: stateCount),
      sensitivity: Matrix(rows: stateCount, columns: parameters.count), theta: start.theta)
    for row in 0..<known {
      result.mean[row] = start.mean[row]
      for column in 0..<known {
        result.covariance[row, column] = start.covariance[row, column]
      }
      for column in 0..<parameters.count {
        result.sensitivity[row, column] = start.sensitivity[row, column]
      }
    }
    for index in 0..<activationDisturbances {
      result.covariance[known + index, known + index] = noise.activation * noise.activation
    }
    for index in 0..<torqueDisturbances {
      let place = known + activationDisturbances + index
      result.covariance[place, place] = noise.torque * noise.torque
    }
    return result
  }
}
