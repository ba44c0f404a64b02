internal import Foundation
internal import Identification

extension SessionSummary {
  /// The summary for programs: one JSON object with sorted keys.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return String(decoding: try encoder.encode(SummaryJSON(self)), as: UTF8.self)
    } catch {
      preconditionFailure("every summary is JSON: \(error)")
    }
  }
}

/// The keys that other programs may rely on.
private struct SummaryJSON: Encodable {
  struct Parameter: Encodable {
    var name: String
    /// The estimate [unit].
    var value: Double
    var unit: String
    /// Value believed before any data [unit].
    var priorMean: Double
    /// Its standard deviation [unit].
    var priorDeviation: Double
    /// Posterior standard deviation [unit].
    var deviation: Double
    /// Bounds that hold the truth with 95 % (low, high) [unit].
    var interval: [Double]
    var status: ParameterStatus

    private enum CodingKeys: String, CodingKey {
      case name, value, unit, status
      case priorMean = "prior_mean"
      case priorDeviation = "prior_sd"
      case deviation = "sd"
      case interval = "interval95"
    }
  }

  struct Scale: Encodable {
    var label: ScaleLabel
    var anchor: String
    /// Relative standard deviation of moment arms in every force's sd [1].
    var momentArmUncertainty: Double

    private enum CodingKeys: String, CodingKey {
      case label, anchor
      case momentArmUncertainty = "moment_arm_uncertainty"
    }
  }

  struct CrossCheck: Encodable {
    /// Largest difference of any angle [rad].
    var maxAngleDifference: Double
    /// The difference that would have failed [rad].
    var threshold: Double
    /// Relative difference of the derivative along a random direction [1].
    var maxJacobianDifference: Double?
    /// The difference of derivatives that would have failed [1].
    var jacobianThreshold: Double?
    var passed: Bool

    private enum CodingKeys: String, CodingKey {
      case maxAngleDifference = "max_angle_difference"
      case maxJacobianDifference = "max_jacobian_difference"
      case jacobianThreshold = "jacobian_threshold"
      case threshold, passed
    }

    init(_ result: CrossCheckResult) {
      maxAngleDifference = result.maxAngleDifference
      threshold = result.threshold
      maxJacobianDifference = result.maxJacobianDifference
      jacobianThreshold = result.jacobianThreshold
      passed = result.passed
    }
  }

  struct Truth: Encodable {
    var name: String
    /// The true value [the parameter's unit].
    var value: Double
  }

  struct Counts: Encodable {
    /// Session time gone by [s].
    var time: Double
    var gaps: Int
    var lostSamples: Int64
    var windows: Int
    var skipped: Int
    var adopted: Int
    var refused: Int

    private enum CodingKeys: String, CodingKey {
      case time, gaps, windows, skipped, adopted, refused
      case lostSamples = "lost_samples"
    }
  }

  var parameters: [Parameter]
  var scale: Scale?
  var unidentified: [String]
  var crossCheck: CrossCheck?
  var truth: [Truth]
  var counts: Counts
  var clocks: [StreamClockRow]
  var recording: String?

  private enum CodingKeys: String, CodingKey {
    case parameters, scale, unidentified, truth, counts, clocks, recording
    case crossCheck = "cross_check"
  }

  init(_ summary: SessionSummary) {
    let rows = summary.rows
    parameters = rows.map {
      Parameter(
        name: $0.name, value: $0.value, unit: $0.unit, priorMean: $0.priorMean,
        priorDeviation: $0.priorDeviation, deviation: $0.deviation,
        interval: [$0.interval.lowerBound, $0.interval.upperBound], status: $0.status)
    }
    scale = summary.estimate.map {
      Scale(
        label: $0.scale, anchor: summary.anchor,
        momentArmUncertainty: summary.assembly.model.parameters.momentArmUncertainty)
    }
    unidentified = summary.estimate?.unidentified ?? []
    crossCheck = summary.estimate?.crossCheck.map(CrossCheck.init)
    truth = rows.compactMap { row in row.truth.map { Truth(name: row.name, value: $0) } }
    let counts = summary.counts
    self.counts = Counts(
      time: counts.time, gaps: counts.gaps, lostSamples: counts.lostSamples,
      windows: counts.windows, skipped: counts.skipped, adopted: counts.adopted,
      refused: counts.refused)
    clocks = counts.clockRows(summary.assembly.pipeline)
    recording = summary.recording
  }
}
