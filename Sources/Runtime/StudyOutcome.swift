internal import Configuration
internal import Estimation
internal import Foundation
internal import Identification

/// What a study found, as a table and as JSON.
public struct StudyOutcome: Sendable {
  let configuration: StudyConfiguration
  let slots: [TrialSlot]
  let summary: StudySummary
  let parameters: ParameterSet

  init(configuration: StudyConfiguration, design: StudyDesign, slots: [TrialSlot]) {
    self.configuration = configuration
    self.slots = slots
    parameters = design.parameters
    summary = StudySummary(
      slots.compactMap(\.result), parameters: design.parameters,
      missing: slots.filter { $0.result == nil }.map(\.index))
  }

  /// Median processor time of a trial [s].
  private var secondsPerTrial: Double {
    let sorted = slots.map(\.seconds).sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }

  /// The table.
  public var lines: [String] {
    let results = slots.compactMap(\.result)
    var lines = [
      "\(slots.count) trials of \(plain(configuration.duration)) s, "
        + "\(parameters.count) unknowns, \(summary.identifiableDirections) directions told by data",
      "muscle parameter error: mean \(significant(summary.muscleError.mean, digits: 3)) %, "
        + "median \(significant(summary.muscleError.median, digits: 3)) %, "
        + "worst trial \(significant(summary.muscleError.max, digits: 3)) % "
        + "(guess \(significant(summary.initialMuscleError, digits: 3)) %)",
      "error over Cramér-Rao: median \(fixed(summary.errorOverBound.median, 3)), "
        + "95th percentile \(fixed(summary.errorOverBound.p95, 3)) over directions",
      "95 % intervals hold the truth in \(fixed(100 * summary.coverage, 1)) %",
      "scale: \(summary.scale.rawValue)",
      "failed trials: \(summary.failed.count)"
        + (summary.failed.isEmpty
          ? "" : " (\(summary.failed.map(String.init).joined(separator: ", ")))"),
      "processor time of a trial: \(fixed(secondsPerTrial, 2)) s",
    ]
    if let online = summary.onlineError {
      lines.append(
        "online after \(plain(configuration.duration)) s: mean "
          + "\(significant(online.mean, digits: 3)) %, median "
          + "\(significant(online.median, digits: 3)) %")
    }
    guard !results.isEmpty else { return lines }
    if !summary.ways.isEmpty {
      let names: [StudyEstimator: String] = [
        .firstOrder: "noise to first order (the product)", .latent: "as unknown inputs",
        .naive: "as exact (naive)",
      ]
      func percent(_ value: Double) -> String { "\(significant(100 * value, digits: 3)) %" }
      let rows = summary.ways.map { way in
        [
          names[way.estimator] ?? way.estimator.rawValue, percent(way.coverage),
          percent(way.strengthBias), percent(way.strengthError), percent(way.forceBias),
          percent(way.forceError),
        ]
      }
      lines += [""]
      lines += table(
        [
          [
            "activations taken", "coverage", "gain x strength: worst bias", "rms error",
            "muscle force: worst bias", "rms error",
          ]
        ] + rows)
    }
    var rows = [["parameter", "rms error", "posterior sd", "over bound", "bias", "coverage"]]
    for (parameter, free) in zip(summary.parameters, parameters.free) {
      let factor = free.isLogarithmic ? 100.0 : 1
      let unit = free.isLogarithmic ? "%" : free.unit
      rows.append([
        parameter.name, "\(significant(factor * parameter.error, digits: 3)) \(unit)",
        "\(significant(factor * parameter.deviation, digits: 3)) \(unit)",
        fixed(parameter.errorOverBound, 2), significant(factor * parameter.bias, digits: 2),
        "\(fixed(100 * parameter.coverage, 1)) %",
      ])
    }
    return lines + [""] + table(rows)
  }

  /// The result for programs; the keys are PRODUCT.md's.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return String(decoding: try encoder.encode(StudyJSON(self, secondsPerTrial)), as: UTF8.self)
    } catch {
      preconditionFailure("every study is JSON: \(error)")
    }
  }
}

/// The keys of STUDY.json.
private struct StudyJSON: Encodable {
  struct Errors: Encodable {
    /// Mean over trials [%].
    var mean: Double
    /// Median [%].
    var median: Double
    /// Worst trial [%].
    var max: Double
  }

  struct Ratio: Encodable {
    /// Median over directions [1].
    var median: Double
    /// 95th percentile over directions [1].
    var p95: Double
    var directions: Int
  }

  struct Online: Encodable {
    /// Mean over trials after the whole trial [%].
    var error_percent: Double
    /// The same where the trial lasts a minute [%].
    var error_percent_at_60s: Double?
  }

  struct Parameter: Encodable {
    var name: String
    /// Root mean square error of theta [theta's unit].
    var rms_error: Double
    /// Root mean square posterior deviation [theta's unit].
    var posterior_sd: Double
    /// Root mean square error over the bound [1].
    var error_over_cramer_rao: Double
    /// Mean error [theta's unit].
    var bias: Double
    /// Part of the intervals that hold the truth [1].
    var coverage95: Double
  }

  struct Way: Encodable {
    var estimator: String
    /// Part of all intervals that hold the truth [1].
    var coverage95: Double
    /// Mean error of gain times maximum isometric force, worst muscle [1].
    var strength_bias: Double
    /// Mean error of a muscle's mean force, worst muscle [1].
    var force_bias: Double
    /// Root mean square error of gain times maximum isometric force [1].
    var strength_rms_error: Double
    /// Root mean square error of a muscle's mean force [1].
    var force_rms_error: Double
  }

  struct Trial: Encodable {
    var index: Int
    /// Mean relative error of the muscles' numbers [%].
    var muscle_parameter_error_percent: Double?
    /// Mean squared whitened residual [1].
    var mean_squared_residual: Double?
    var evaluations: Int?
    var starts: Int?
    var termination: String?
    /// Processor time [s].
    var cpu_seconds: Double
    /// Lowest cost after each evaluation, one list a stage [1].
    var convergence: [[Double]]?
  }

  var trials: Int
  /// Duration of a trial [s].
  var duration: Double
  var muscle_parameter_error_percent: Errors
  /// Mean error of the guesses [%].
  var initial_muscle_parameter_error_percent: Double
  var error_over_cramer_rao: Ratio
  /// Part of all intervals that hold the truth [1].
  var coverage95: Double
  /// Median over trials [s].
  var cpu_seconds_per_trial: Double
  var scale_label: String
  var free_parameters: [String]
  var failed_trials: [Int]
  var online: Online?
  /// Ways of taking noisy activations.
  var activations: [Way]?
  var per_parameter: [Parameter]
  var per_trial: [Trial]

  init(_ outcome: StudyOutcome, _ seconds: Double) {
    let summary = outcome.summary
    trials = outcome.slots.count
    duration = outcome.configuration.duration
    muscle_parameter_error_percent = Errors(
      mean: summary.muscleError.mean, median: summary.muscleError.median,
      max: summary.muscleError.max)
    initial_muscle_parameter_error_percent = summary.initialMuscleError
    error_over_cramer_rao = Ratio(
      median: summary.errorOverBound.median, p95: summary.errorOverBound.p95,
      directions: summary.identifiableDirections)
    coverage95 = summary.coverage
    cpu_seconds_per_trial = seconds
    scale_label = summary.scale.rawValue
    free_parameters = outcome.parameters.free.map(\.name)
    failed_trials = summary.failed
    online = summary.onlineError.map {
      Online(
        error_percent: $0.mean,
        error_percent_at_60s: abs(outcome.configuration.duration - 60) < 1e-9 ? $0.mean : nil)
    }
    if !summary.ways.isEmpty {
      activations = summary.ways.map {
        Way(
          estimator: $0.estimator.rawValue, coverage95: $0.coverage,
          strength_bias: $0.strengthBias, force_bias: $0.forceBias,
          strength_rms_error: $0.strengthError, force_rms_error: $0.forceError)
      }
    }
    per_parameter = summary.parameters.map {
      Parameter(
        name: $0.name, rms_error: $0.error, posterior_sd: $0.deviation,
        error_over_cramer_rao: $0.errorOverBound, bias: $0.bias, coverage95: $0.coverage)
    }
    per_trial = outcome.slots.map { slot in
      Trial(
        index: slot.index, muscle_parameter_error_percent: slot.result?.muscleError,
        mean_squared_residual: slot.result?.meanSquaredResidual,
        evaluations: slot.result?.evaluations, starts: slot.result?.starts,
        termination: slot.result?.termination.rawValue, cpu_seconds: slot.seconds,
        convergence: slot.result?.costs)
    }
  }
}
