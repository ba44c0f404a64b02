internal import Algebra
internal import Identification
internal import Signals

extension OfflineIdentification {
  /// Searches at most: more than asked for where residuals stay above the noise [1].
  private static let usualStarts = 4

  /// The fit of all windows, those that follow one another as one trajectory, with global convergence: an
  /// unknown torque is annealed away, and searches begin anew while the residual stays above the noise.
  ///
  /// - Returns: nil when no start is finite.
  func trajectory(_ windows: [Window], walls: SoftWalls) -> Solution? {
    let arrival = ArrivalCost(prior: model.parameters, walls: walls)
    guard estimatesNoise else {
      return search(model, windows, arrival: arrival).map { solution($0, windows, model: model) }
    }
    // levels that are only stated are no measure of a fit
    var first = TrajectoryFit(model, startLimit: 1)
    first.residualLimit = .infinity
    guard let begun = first.solve(windows, arrival: arrival) else { return nil }
    guard
      var levels = NoiseLevelEstimate(
        model, windows, arrival: arrival, from: begun.posterior.mean), levels.isConverged
    else {
      // data that tell no levels leave those stated
      return search(model, windows, arrival: arrival).map { solution($0, windows, model: model) }
    }
    var used = begun.evaluations + levels.solution.evaluations
    // with levels that are the data's own, a valley that is not the deepest shows
    if let found = search(levels.model, windows, arrival: arrival) {
      used += found.evaluations
      if let again = NoiseLevelEstimate(
        levels.model, windows, arrival: arrival, from: found.posterior.mean), again.isConverged
      {
        used += again.solution.evaluations
        if again.cost < levels.cost { levels = again.stated(as: levels) }
      }
    }
    var result = solution(levels.solution, windows, model: levels.model)
    result.evaluations = used
    result.noise = levels.model.noise
    result.noiseLevels = levels.levels
    return result
  }

  /// The search, once more without a limit where no start explains the data.
  private func search(
    _ model: LimbEstimationModel, _ windows: [Window], arrival: ArrivalCost
  ) -> TrajectoryFit.Solution? {
    let fit = TrajectoryFit(model, startLimit: max(startCount, Self.usualStarts))
    guard let found = fit.solve(windows, arrival: arrival) else { return nil }
    if found.isComplete { return found }
    var patient = TrajectoryFit(model, startLimit: 1)
    patient.residualLimit = .infinity
    guard var rest = patient.solve(windows, arrival: arrival) else { return found }
    rest.evaluations += found.evaluations
    rest.starts += found.starts
    return rest
  }

  /// What an offline fit tells of `found`.
  private func solution(
    _ found: TrajectoryFit.Solution, _ windows: [Window], model: LimbEstimationModel
  ) -> Solution {
    let walls = SoftWalls(model, windows: windows)
    let prior = ArrivalCost(prior: model.parameters)
    // what a wall holds back is no knowledge, and neither is what the noise of envelopes fakes
    let zeros = Array(repeating: 0.0, count: model.parameters.count)
    let equations = walls.without(
      NormalEquations(cost: 0, gradient: zeros, information: found.posterior.information),
      at: found.posterior.mean)
    let attenuation = TrajectoryFit(model).attenuation(of: found, windows, arrival: prior)
    let information = attenuation.flatMap { Cholesky($0.covariance)?.inverse() }
    return Solution(
      posterior: ArrivalCost(
        mean: found.posterior.mean, information: information ?? equations.information),
      termination: found.termination, evaluations: found.evaluations,
      meanSquaredResidual: found.meanSquaredResidual, residual: found.innovation,
      windowCount: windows.count, end: windows[windows.count - 1].end, trialCosts: [],
      // a stage that ends where it began has no curve
      walls: walls, costs: found.costs.last { $0.count > 1 } ?? [])
  }
}
