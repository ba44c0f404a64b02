internal import Foundation
internal import Identification
internal import Pipeline
internal import Recordings

/// How an estimation that was run anew differs from the one that was recorded.
public struct ReplayDifferences: Sendable, Hashable, Encodable {
  /// One unknown, on both sides.
  public struct Parameter: Sendable, Hashable, Encodable {
    /// Its name.
    public var name: String
    /// What the session believed last; nil when it had no such unknown [the parameter's unit].
    public var recorded: Double?
    /// Its standard deviation then [the parameter's unit].
    public var recordedDeviation: Double?
    /// What the new estimation believes last; nil when it has no such unknown [the parameter's unit].
    public var recomputed: Double?
    /// Its standard deviation now [the parameter's unit].
    public var recomputedDeviation: Double?
    /// How far the new value is from the old, in standard deviations of the old [1].
    public var shift: Double? {
      guard let recorded, let recomputed, let recordedDeviation, recordedDeviation > 0 else {
        return nil
      }
      return (recomputed - recorded) / recordedDeviation
    }

    private enum CodingKeys: String, CodingKey {
      case name, recorded, recomputed, shift
      case recordedDeviation = "recorded_sd"
      case recomputedDeviation = "recomputed_sd"
    }

    /// Writes the shift too.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encodeIfPresent(recorded, forKey: .recorded)
      try container.encodeIfPresent(recordedDeviation, forKey: .recordedDeviation)
      try container.encodeIfPresent(recomputed, forKey: .recomputed)
      try container.encodeIfPresent(recomputedDeviation, forKey: .recomputedDeviation)
      try container.encodeIfPresent(shift, forKey: .shift)
    }
  }

  /// Something that is counted, on both sides.
  public struct Count: Sendable, Hashable, Encodable {
    /// What is counted.
    public var name: String
    /// How many were recorded [1].
    public var recorded: Int
    /// How many there are now [1].
    public var recomputed: Int
  }

  /// Every unknown of either side, the recorded ones first.
  public var parameters: [Parameter]
  /// Windows, adoptions, refusals, gaps.
  public var counts: [Count]

  /// What `source` recorded beside what a session came to now.
  init(_ source: RecordingSource, _ summary: SessionSummary) {
    let names = source.preamble?.parameterNames ?? []
    let last = source.estimates.last
    parameters = names.enumerated().map { index, name in
      Parameter(
        name: name, recorded: last?.values[index],
        recordedDeviation: last?.standardDeviations[index])
    }
    for row in summary.rows {
      if let index = parameters.firstIndex(where: { $0.name == row.name }) {
        parameters[index].recomputed = row.value
        parameters[index].recomputedDeviation = row.deviation
      } else {
        parameters.append(
          Parameter(
            name: row.name, recomputed: row.value, recomputedDeviation: row.deviation))
      }
    }
    var recorded = (windows: 0, adopted: 0, refused: 0, gaps: 0)
    for line in source.events {
      switch Event(line: line.line) {
      case .windowClosed?: recorded.windows += 1
      case .adopted?: recorded.adopted += 1
      case .refused?: recorded.refused += 1
      case .gap?: recorded.gaps += 1
      default: continue
      }
    }
    let now = summary.counts
    counts = [
      Count(name: "windows", recorded: recorded.windows, recomputed: now.windows),
      Count(name: "adopted", recorded: recorded.adopted, recomputed: now.adopted),
      Count(name: "refused", recorded: recorded.refused, recomputed: now.refused),
      Count(name: "gaps", recorded: recorded.gaps, recomputed: now.gaps),
    ]
  }

  /// The differences for people, one string a line.
  public var lines: [String] {
    func number(_ value: Double?, _ digits: Int = 4) -> String {
      value.map { significant($0, digits: digits) } ?? "-"
    }
    let header = ["parameter", "recorded", "sd", "recomputed", "sd", "shift/sd"]
    let rows = parameters.map {
      [
        $0.name, number($0.recorded), "± " + number($0.recordedDeviation, 2),
        number($0.recomputed), "± " + number($0.recomputedDeviation, 2),
        $0.shift.map { fixed($0, 2) } ?? "-",
      ]
    }
    let counted = counts.map { "\($0.name) \($0.recorded) -> \($0.recomputed)" }
    return table([header] + rows) + [counted.joined(separator: "; ")]
  }

  /// The differences for programs: one JSON object with sorted keys.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      preconditionFailure("every difference is JSON: \(error)")
    }
  }
}
