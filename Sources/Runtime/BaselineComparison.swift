internal import Configuration
internal import Estimation
internal import Identification

/// The baselines beside an identification: the same windows fitted, the same windows foretold.
struct BaselineComparison {
  /// What one of them came to.
  struct Row: Sendable {
    /// Its name for programs.
    var name: String
    /// Its name for people.
    var words: String
    /// Evaluations of all residuals with derivatives, or what costs as much [1].
    var evaluations: Int
    /// Its predictions of what was held out.
    var score: HeldOutPrediction.Score
    /// Mean relative error of the muscles' numbers; nil where nobody knows the truth [1].
    var parameterError: Double?
  }

  /// One row a baseline that came to something, in the order of `Baseline`.
  let rows: [Row]

  /// Tries every baseline with as many evaluations as the identification used.
  init(_ fit: OfflineIdentification, _ material: IdentifyMaterial, evaluations: Int) {
    let model = fit.model
    let baselines = BaselineFits(
      model, windows: fit.windows(material.splits), horizon: fit.horizon(material.splits),
      evaluations: evaluations)
    let plan = PredictionPlan(
      material.assembly.configuration.identification.heldOut.plan,
      contact: material.assembly.contact)
    rows = Baseline.allCases.compactMap { baseline in
      guard let found = baselines.fit(baseline) else { return nil }
      let prediction = HeldOutPrediction(found.model, plan: plan)
      return Row(
        name: baseline.rawValue, words: baseline.words, evaluations: found.evaluations,
        score: prediction.score(
          prediction.tasks(material.splits, heldOut: true), theta: found.theta,
          withBaselines: false),
        parameterError: model.parameters.meanMuscleError(
          of: found.values(of: model.parameters), truth: material.truth))
    }
  }
}

extension ParameterSet {
  /// Mean relative error of `values` of the muscles' numbers; nil where nobody knows the truth [1].
  func meanMuscleError(of values: [Double], truth: [String: Double]) -> Double? {
    var sum = 0.0
    var count = 0
    for (parameter, value) in zip(free, values) {
      guard case .muscle = parameter.targets[0], let truth = truth[parameter.name], truth != 0
      else { continue }
      sum += abs(value / truth - 1)
      count += 1
    }
    return count > 0 ? sum / Double(count) : nil
  }
}

extension IdentifyOutcome {
  /// The table of baselines; empty when nobody asked.
  var baselineLines: [String] {
    guard !baselines.isEmpty else { return [] }
    let hasTruth = !material.truth.isEmpty
    var header = ["way", "evaluations"]
    for name in coordinateNames { header += [name, "correlation"] }
    if hasTruth { header.append("muscle numbers' error") }
    func cells(
      _ words: String, _ evaluations: Int, _ score: HeldOutPrediction.Score, _ error: Double?
    ) -> [String] {
      var cells = [words, "\(evaluations)"]
      for own in score.coordinates {
        cells.append(own.error(.model).map { degrees($0) } ?? "-")
        cells.append(own.correlation.map { fixed($0, 3) } ?? "-")
      }
      if hasTruth { cells.append(error.map { "\(fixed(100 * $0, 2)) %" } ?? "-") }
      return cells
    }
    let own = material.assembly.model.parameters.meanMuscleError(
      of: estimate.values, truth: material.truth)
    var rows = [header, cells("identified", solution.evaluations, heldOut, own)]
    rows += baselines.map { cells($0.words, $0.evaluations, $0.score, $0.parameterError) }
    return [
      "", "what was held out, by other ways to the numbers from the same windows and priors:",
    ] + table(rows, leftColumns: [0])
  }
}
