internal import Configuration
internal import Estimation
internal import Identification

extension IdentifyOutcome {
  /// The result for people, one string a line.
  public var lines: [String] {
    var lines = parameterTable
    lines.append("")
    lines.append("scale: \(estimate.scale.rawValue); anchor: \(anchor)")
    if estimate.unidentified.isEmpty {
      lines.append("unidentified directions: none")
    } else {
      lines.append("unidentified directions: \(estimate.unidentified.count)")
      lines += estimate.unidentified.map { "  " + $0 }
    }
    lines.append(
      "fit: \(solution.windowCount) windows, \(solution.evaluations) evaluations, "
        + "\(solution.termination.rawValue); mean squared whitened residual "
        + significant(solution.meanSquaredResidual, digits: 3))
    for level in solution.noiseLevels {
      let (sensor, unit) = level.sensor == .angle ? ("angle", "deg") : ("rate", "deg/s")
      lines.append(
        "noise of \(coordinateNames[level.coordinate]), \(sensor): \(degreesWords(level.value)) ± "
          + "\(degreesWords(level.deviation)) \(unit), stated \(degreesWords(level.stated)) \(unit)"
      )
    }
    if material.assembly.configuration.identification.estimatesNoise, solution.noiseLevels.isEmpty {
      lines.append("noise: the data tell no levels; those stated hold")
    }
    if let check = estimate.crossCheck {
      lines.append(
        "cross-check against GSL: \(significant(check.maxAngleDifference, digits: 2)) rad at most, "
          + "limit \(significant(check.threshold, digits: 2)) rad" + check.derivativeWords)
    }
    lines.append("")
    lines += predictionLines
    lines += baselineLines
    for finding in findings {
      lines.append("")
      lines.append("\(finding.code): \(finding.message)")
      lines.append("  evidence: \(finding.evidence)")
      lines.append("  remedy: \(finding.remedy)")
    }
    return lines
  }

  private func degreesWords(_ radians: Double) -> String {
    significant(radians * 180 / .pi, digits: 3)
  }

  private var parameterTable: [String] {
    let rows = rows
    let hasTruth = !material.truth.isEmpty
    var header = ["parameter", "prior", "± sd", "identified", "± sd", "unit", "status"]
    if hasTruth { header.append("true") }
    return table(
      [header]
        + rows.map { row in
          var cells = [
            row.name, significant(row.priorMean), significant(row.priorDeviation, digits: 2),
            significant(row.value), significant(row.deviation, digits: 2), row.unit,
            row.status.rawValue,
          ]
          if hasTruth { cells.append(row.truth.map { significant($0) } ?? "") }
          return cells
        }, leftColumns: [0, 5, 6])
  }

  private var predictionLines: [String] {
    var lines = [
      "predictions of \(fixed(plan.duration, 2)) s from EMG alone, each from a state estimated with "
        + "data up to its start; windows in which the coordinate moves more than 5 deg"
    ]
    var rows = [
      [
        "coordinate", "part", "windows", "identified", "correlation", "prior model",
        "keeps velocity", "holds", "no EMG",
      ]
    ]
    let parts = [
      ("fitted", fit), ("held out", heldOut), ("held out, not overlapping", disjoint),
    ]
    for (index, name) in coordinateNames.enumerated() {
      for (part, score) in parts {
        let own = score.coordinates[index]
        func figure(_ predictor: HeldOutPrediction.Predictor) -> String {
          own.errors.indices.contains(predictor.rawValue)
            ? degrees(own.errors[predictor.rawValue]) : "-"
        }
        rows.append([
          name, part, "\(own.windows) of \(score.windows)", figure(.model),
          own.correlation.map { fixed($0, 3) } ?? "-", figure(.priorModel),
          figure(.constantVelocity), figure(.hold), figure(.zeroActivation),
        ])
      }
    }
    lines += table(rows, leftColumns: [0, 1])
    if plan.contact != nil {
      lines.append(
        "left out for contact: \(contactCounts.fitted) windows fitted, "
          + "\(contactCounts.heldOut) held out")
    }
    for (name, score) in zip(coordinateNames, heldOut.coordinates) {
      guard let own = score.error(.model), let best = score.bestBaseline, best > 0 else {
        continue
      }
      lines.append("\(name): \(fixed(own / best, 2)) of the best baseline")
    }
    return lines
  }
}

extension CrossCheckResult {
  /// What became of the derivative, to follow what became of the trajectory.
  var derivativeWords: String {
    guard let difference = maxJacobianDifference, let limit = jacobianThreshold else { return "" }
    return "; derivatives \(significant(100 * difference, digits: 2)) %, limit "
      + "\(significant(100 * limit, digits: 2)) %"
  }
}
