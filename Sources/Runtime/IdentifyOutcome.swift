internal import Configuration
internal import CrossCheck
internal import Estimation
public import Identification
internal import Musculoskeletal
internal import Pipeline
internal import Signals

/// What an identification came to: the estimate, how well it fits, and how well it foretells.
public struct IdentifyOutcome: Sendable {
  /// The estimate, with the independent integrator's opinion.
  public let estimate: ParameterEstimate
  /// What it was made from.
  let material: IdentifyMaterial
  /// The search behind it.
  let solution: OfflineIdentification.Solution
  /// Predictions over the fitted part.
  let fit: HeldOutPrediction.Score
  /// Predictions over the held-out part.
  let heldOut: HeldOutPrediction.Score
  /// The same where predictions do not overlap.
  let disjoint: HeldOutPrediction.Score
  /// Predictions left out for contact, in the fitted and in the held-out part [1].
  let contactCounts: (fitted: Int, heldOut: Int)
  /// How the held-out part is predicted.
  let plan: PredictionPlan

  /// Scores and cross-checks an estimate.
  init(
    material: IdentifyMaterial, solution: OfflineIdentification.Solution,
    estimate: ParameterEstimate
  ) {
    let model = material.assembly.model
    let plan = PredictionPlan(
      material.assembly.configuration.identification.heldOut.plan,
      contact: material.assembly.contact)
    let prediction = HeldOutPrediction(model, plan: plan)
    let theta = solution.posterior.mean
    let fitTasks = prediction.tasks(material.splits, heldOut: false)
    let heldOutTasks = prediction.tasks(material.splits, heldOut: true)
    contactCounts = (
      prediction.contactCount(material.splits, heldOut: false),
      prediction.contactCount(material.splits, heldOut: true)
    )
    fit = prediction.score(fitTasks, theta: theta, withBaselines: false)
    heldOut = prediction.score(heldOutTasks, theta: theta)
    var apart = plan
    apart.interval = plan.duration
    let disjointly = HeldOutPrediction(model, plan: apart)
    disjoint = disjointly.score(
      disjointly.tasks(material.splits, heldOut: true), theta: theta)
    self.plan = plan
    self.material = material
    self.solution = solution
    var checked = estimate
    let all = fitTasks + heldOutTasks
    checked.crossCheck = Self.crossCheck(all, prediction: prediction, theta: theta)
    self.estimate = checked
  }

  /// One row for each unknown, in the order of theta.
  public var rows: [SessionSummary.Row] {
    estimate.rows(material.assembly.model.parameters, truth: material.truth)
  }

  /// The members of each group of muscles that is identified as one, by the parameter's name.
  var members: [String: [String]] {
    let muscles = material.assembly.configuration.model.muscles
    var members: [String: [String]] = [:]
    for parameter in material.assembly.model.parameters.free where parameter.targets.count > 1 {
      members[parameter.name] = parameter.targets.compactMap { target in
        guard case .muscle(let index, let property) = target else { return nil }
        return "muscle/\(muscles[index].name)/\(property.rawValue)"
      }
    }
    return members
  }

  /// The largest difference of the independent integrator over the windows in which something moves.
  ///
  /// Windows whose trajectory one of the two integrators cannot follow fail the check.
  private static func crossCheck(
    _ tasks: [HeldOutPrediction.Task], prediction: HeldOutPrediction, theta: [Double]
  ) -> CrossCheckResult? {
    var residual = WindowResidual(prediction.model)
    var check = TrajectoryCrossCheck(prediction.model)
    let count = prediction.model.limb.coordinateCount
    var largest: CrossCheckResult?
    for task in tasks
    where (0..<count).contains(where: {
      task.window.range(ofCoordinate: $0) > prediction.movementThreshold
    }) {
      guard let state = prediction.startState(task, theta: theta, residual: &residual) else {
        return nil
      }
      let start = Array(state[0..<(2 * count)])
      guard let predicted = residual.predict(task.window, theta: theta, from: start),
        let result =
          check.check(task.window, theta: theta, start: start, predicted: predicted).result
      else { return nil }
      if result.maxAngleDifference > largest?.maxAngleDifference ?? -1 { largest = result }
    }
    return largest
  }
}
