public import Recordings

/// Holds what a replay computes against what the session recorded, byte for byte.
public struct ReplayComparison: Sendable, Hashable {
  /// What the comparison came to.
  public enum Verdict: Sendable, Hashable {
    /// Every event and every estimate is the same.
    case identical(events: Int, estimates: Int)
    /// The first thing that is not.
    case different(String)
  }

  private let lines: [String]
  private let estimates: [RecordedEstimate]
  /// The recording was cut short, so that either side may know more at the end.
  private let isCut: Bool
  private var lineCount = 0
  private var estimateCount = 0
  private var difference: String?

  /// A comparison with what `source` recorded; after steps that were not recorded nothing is compared.
  public init(_ source: RecordingSource) {
    let whole = source.countsBeforeLoss
    lines = source.events.prefix(whole?.events ?? .max).map(\.line)
    estimates = Array(source.estimates.prefix(whole?.estimates ?? .max))
    // a recording that nobody closed may end between a step and what came of it
    isCut = source.lostByteCount > 0 || whole != nil || !source.isClosed
  }

  /// Compares the next event.
  mutating func take(line: String) {
    defer { lineCount += 1 }
    guard difference == nil else { return }
    guard lineCount < lines.count else {
      if !isCut { difference = "event \(lineCount) was not recorded: \(Self.short(line))" }
      return
    }
    if lines[lineCount] != line {
      difference =
        "event \(lineCount) is \(Self.short(line, beside: lines[lineCount])), recorded was "
        + Self.short(lines[lineCount], beside: line)
    }
  }

  /// Compares the next estimate, digit for digit.
  mutating func take(window: Int, values: [Double], standardDeviations: [Double]) {
    defer { estimateCount += 1 }
    guard difference == nil else { return }
    guard estimateCount < estimates.count else {
      if !isCut { difference = "the estimate of window \(window) was not recorded" }
      return
    }
    let recorded = estimates[estimateCount]
    let isSame =
      recorded.window == window && Self.isSame(recorded.values, values)
      && Self.isSame(recorded.standardDeviations, standardDeviations)
    if !isSame { difference = "the estimate of window \(window) is not the recorded one" }
  }

  /// What it came to, once the replay is over.
  public var verdict: Verdict {
    if let difference { return .different(difference) }
    if !isCut, lineCount < lines.count {
      return .different(
        "event \(lineCount) was recorded and did not happen: \(Self.short(lines[lineCount]))")
    }
    if !isCut, estimateCount < estimates.count {
      return .different(
        "the estimate of window \(estimates[estimateCount].window) was recorded and not made")
    }
    return .identical(
      events: min(lineCount, lines.count), estimates: min(estimateCount, estimates.count))
  }

  private static func isSame(_ left: [Double], _ right: [Double]) -> Bool {
    left.map(\.bitPattern) == right.map(\.bitPattern)
  }

  /// The part of a line around its first difference from another.
  private static func short(_ line: String, beside other: String = "") -> String {
    let bytes = Array(line.utf8)
    let same = zip(bytes, other.utf8).prefix { $0 == $1 }.count
    let start = max(0, same - 40)
    let part = String(decoding: bytes[start..<min(bytes.count, same + 60)], as: UTF8.self)
    return "'" + (start > 0 ? "..." : "") + part + (same + 60 < bytes.count ? "..." : "") + "'"
  }
}
