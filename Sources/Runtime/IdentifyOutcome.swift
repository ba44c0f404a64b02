internal import Configuration
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
  /// What of the recordings was not used, a sentence each.
  public var omissions: [String] { material.omissions }
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
  /// How the search went down.
  var step = IdentifyStep.gaussNewton
  /// Other ways to the numbers; empty when nobody asked.
  var baselines: [BaselineComparison.Row] = []
  /// What is wrong with the session.
  let diagnosis: [DiagnosisFinding]

  /// Scores and cross-checks an estimate, and looks for the session's faults unless `isDiagnosed` is false.
  init(
    material: IdentifyMaterial, solution: OfflineIdentification.Solution,
    estimate: ParameterEstimate, isDiagnosed: Bool = true
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
    diagnosis = isDiagnosed ? Self.diagnosis(material) : []
    self.material = material
    self.solution = solution
    var checked = estimate
    let all = fitTasks + heldOutTasks
    checked.crossCheck = Self.crossCheck(all, prediction: prediction, theta: theta)
    self.estimate = checked
  }

  /// The session's faults, looked for in all recordings, held-out parts included.
  private static func diagnosis(_ material: IdentifyMaterial) -> [DiagnosisFinding] {
    let model = material.assembly.model
    let stretches = material.splits.flatMap(\.stretches)
    var unusable = Array(repeating: 0.0, count: stretches.first?.channelCount ?? 0)
    for stretch in stretches {
      for channel in unusable.indices { unusable[channel] += stretch.unusableTime[channel] }
    }
    let outcome = Diagnosis(model).examine(
      stretches.enumerated().map { $1.window(0...$1.measurementCount, index: $0) },
      unusableTime: unusable)
    return outcome?.findings(model) ?? []
  }

  /// One row for each unknown, in the order of theta.
  public var rows: [SessionSummary.Row] {
    estimate.rows(material.assembly.model.parameters, truth: material.truth)
  }

  /// The members of each group of muscles or bodies that is identified as one, by the parameter's name.
  var members: [String: [String]] {
    let description = material.assembly.configuration.model
    var members: [String: [String]] = [:]
    for parameter in material.assembly.model.parameters.free
    where parameter.targets.count > 1 && !parameter.isOfDevice {
      members[parameter.name] = parameter.targets.compactMap { target in
        switch target {
        case .muscle(let index, let property):
          "muscle/\(description.muscles[index].name)/\(property.rawValue)"
        case .body(let index, let property):
          "body/\(description.bodies[index].name)/\(property.rawValue)"
        case .distribution(let index, let property):
          "body/\(description.bodies[index].name)/distribution/\(property.rawValue)"
        case .coordinate, .emg, .payload, .tilt: nil
        }
      }
    }
    return members
  }

  /// The largest differences of the independent integrator over the windows in which something moves.
  ///
  /// Windows whose trajectory one of the two integrators cannot follow fail the check.
  private static func crossCheck(
    _ tasks: [HeldOutPrediction.Task], prediction: HeldOutPrediction, theta: [Double]
  ) -> CrossCheckResult? {
    var residual = WindowResidual(prediction.model)
    var opinion = SecondOpinion(prediction.model)
    let count = prediction.model.limb.coordinateCount
    var largest: CrossCheckResult?
    for task in tasks
    where (0..<count).contains(where: {
      task.window.range(ofCoordinate: $0) > prediction.movementThreshold
    }) {
      guard let state = prediction.startState(task, theta: theta, residual: &residual),
        let result = opinion.check(
          task.window, theta: theta, from: Array(state[0..<(2 * count)]))
      else { return nil }
      largest = largest?.joined(with: result) ?? result
    }
    return largest
  }
}
