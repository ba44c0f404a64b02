internal import Algebra
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
/// from one start state, whose posterior is the answer. A stage that ends above its own noise has left the
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

  /// How much wider than it is the prior is taken while torque is left, search by search: where a guess is far
  /// off, early stages lean on it, and all that begin with the same prior end in the same place [1].
  private static let widths = [1.0, 3, 0.3, 10]

  /// A fit of `model`; see the properties.
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
  /// still show; disturbances of the model's own need none.
  public func annealing(by factor: Double) -> [Stage] {
    let last = Stage(evaluations: 60, stepTolerance: 0.05)
    guard model.activationDisturbances + model.torqueDisturbances == 0 else { return [last] }
    // a tenth of a metre is where a limb's weight pulls, and a newton metre turns it by about a radian
    var torque = model.limb.description.bodies.reduce(0) { $0 + $1.mass } * 9.81 * 0.1
    // and far below, since over a minute the smallest torque adds up
    let least = 0.01 * (model.noise.angle.min() ?? 0)
    var stages: [Stage] = []
    while torque > least, stages.count < 100 {
      stages.append(Stage(torque: torque))
      torque /= factor
    }
    return stages + [last]
  }

  /// Fits `windows`, those that follow one another as one trajectory; nil when no start is finite.
  ///
  /// - Parameter start: what is believed of the state where the first begins; nil believes its readings.
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
    return best
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
    let scales = model.parameters.free.map(\.priorDeviation)
    var theta = theta
    var evaluations = 0
    var costs: [[Double]] = []
    var result: Solution?
    for (index, stage) in stages.enumerated() {
      let annealed = stage.torque > 0 ? model.disturbed(byTorque: stage.torque) : model
      var chain = WindowChain(
        windows, arrival: stage.torque > 0 ? loose : arrival,
        start: start.map { annealed.belief($0) },
        residual: WindowResidual(annealed))
      let solver = TrustRegion(
        evaluationLimit: stage.evaluations, stepTolerance: stage.stepTolerance)
      guard let solution = solver.minimise(&chain, from: theta, scales: scales),
        chain.evaluate(solution.theta) != nil
      else { return result }
      theta = solution.theta
      evaluations += solution.evaluations + 1
      costs.append(solution.costs)
      let count = Double(max(chain.residualCount, 1))
      let angles = Double(max(chain.angleCount, 1))
      let coordinates = Double(model.limb.coordinateCount)
      let found = Solution(
        posterior: ArrivalCost(mean: theta, information: solution.equations.information),
        termination: solution.termination, evaluations: evaluations, starts: 1,
        meanSquaredResidual: 2 * chain.residualCost / count,
        innovation: chain.squaredInnovations.map { ($0 * coordinates / angles).squareRoot() },
        costs: costs, isComplete: index == stages.count - 1)
      result = found
      if found.meanSquaredResidual > residualLimit { break }
    }
    return result
  }
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
