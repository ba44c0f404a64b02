internal import Identification
internal import Pipeline
internal import Signals

extension SessionSummary {
  /// The summary for people, one string a line.
  public var lines: [String] {
    var lines: [String] = []
    lines += countLines + deviceLines
    guard let estimate else {
      lines.append("no estimate was adopted")
      return lines + recordingLines
    }
    lines.append("")
    lines += parameterTable
    lines.append("")
    lines += figureLines(estimate)
    return lines + recordingLines
  }

  private var countLines: [String] {
    let rates = zip(assembly.pipeline.streams, counts.samples).map { stream, count in
      "\(stream.name): \(count) samples"
    }
    return [
      "\(fixed(counts.time, 1)) s; \(rates.joined(separator: "; ")); \(counts.gaps) gaps, "
        + "\(counts.lostSamples) samples lost",
      "\(counts.windows) windows, \(counts.skipped) skipped; \(counts.adopted) estimates adopted, "
        + "\(counts.refused) refused",
    ] + counts.clockRows(assembly.pipeline).compactMap(\.syncLine)
  }

  private var parameterTable: [String] {
    let rows = rows
    if truth.isEmpty {
      let header = ["parameter", "model", "identified", "sd", "unit", "status"]
      return table(
        [header]
          + rows.map {
            [
              $0.name, significant($0.priorMean), significant($0.value),
              "± " + significant($0.deviation, digits: 2), $0.unit, $0.status.rawValue,
            ]
          }, leftColumns: [0, 4, 5])
    }
    let header = ["parameter", "true", "identified", "sd", "unit", "error/sd", "status"]
    return table(
      [header]
        + rows.map {
          [
            $0.name, $0.truth.map { significant($0) } ?? "", significant($0.value),
            "± " + significant($0.deviation, digits: 2), $0.unit,
            $0.errorInDeviations.map { fixed($0, 1) } ?? "", $0.status.rawValue,
          ]
        }, leftColumns: [0, 4, 6])
  }

  private func figureLines(_ estimate: ParameterEstimate) -> [String] {
    var lines: [String] = []
    let muscles = identifiedMuscleNumbers
    if muscles.of > 0 {
      var line =
        "identified: \(muscles.identified) of \(muscles.of) maximum isometric forces, optimal fiber "
        + "lengths and tendon slack lengths"
      if let within = muscles.withinThreeDeviations {
        line += "; \(within) of these \(muscles.identified) within 3 of their own sd of the truth"
      }
      lines.append(line)
    }
    if let error = meanForceError {
      lines.append(
        "mean error of the maximum isometric forces: \(fixed(100 * error.estimate, 1)) % (the model "
          + "began with \(fixed(100 * error.model, 1)) %)")
    }
    lines.append("scale: \(estimate.scale.rawValue); anchor: \(anchor)")
    if estimate.unidentified.isEmpty {
      lines.append("unidentified directions: none")
    } else {
      lines.append("unidentified directions: \(estimate.unidentified.count)")
      lines += estimate.unidentified.map { "  " + $0 }
    }
    if let check = estimate.crossCheck {
      lines.append(
        "cross-check against GSL: \(significant(check.maxAngleDifference, digits: 2)) rad in the last "
          + "adopted window, \(significant(counts.largestCrossCheck ?? 0, digits: 2)) rad at most "
          + "(limit \(significant(check.threshold, digits: 2)) rad)"
          + check.derivativeWords)
    }
    return lines
  }

  private var recordingLines: [String] {
    recording.map { ["recording: \($0)"] } ?? []
  }
}
