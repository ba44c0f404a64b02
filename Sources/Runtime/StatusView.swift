internal import ControllerFeed
internal import Foundation
internal import Identification
internal import Pipeline
internal import Signals

/// Shows a running session on standard error: redrawn in place on a terminal, elsewhere a line at a time.
public struct StatusView: Sendable {
  /// True when standard error is a terminal.
  public let isTerminal: Bool
  private let hasColor: Bool
  private var drawnLines = 0
  private var earlier: SessionCounts?

  /// A view of what standard error is.
  public init() {
    isTerminal = isatty(STDERR_FILENO) == 1
    hasColor = isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }

  /// Time between two reports [ms].
  public var interval: Int { isTerminal ? 250 : 1000 }

  /// Shows `status`.
  public mutating func show(_ assembly: SessionAssembly, _ status: LiveStatus) {
    let parts = Self.headParts(assembly, status, since: earlier)
    earlier = status.counts
    if !status.notices.isEmpty {
      if isTerminal { draw([]) }
      Self.write(status.notices.joined(separator: "\n") + "\n")
    }
    if isTerminal {
      let size = Self.terminalSize
      let head = Self.wrapped(parts, width: size.columns)
      draw(head + parameterLines(assembly, status, room: size.rows - head.count - 1))
    } else {
      Self.write(parts.joined(separator: " | ") + "\n")
    }
  }

  /// Parts on as many lines as they need at this width.
  static func wrapped(_ parts: [String], width: Int) -> [String] {
    var lines: [String] = []
    for part in parts {
      if let last = lines.last, last.count + 3 + part.count <= width {
        lines[lines.count - 1] = last + " | " + part
      } else {
        lines.append(String(part.prefix(width)))
      }
    }
    return lines
  }

  /// Time, rates, gaps, windows, the adopted estimate, the feed.
  static func headParts(
    _ assembly: SessionAssembly, _ status: LiveStatus, since earlier: SessionCounts?
  ) -> [String] {
    let counts = status.counts
    let elapsed = counts.time - (earlier?.time ?? 0)
    let rates = assembly.pipeline.streams.indices.map { index in
      let samples = counts.samples[index] - (earlier?.samples[index] ?? 0)
      let rate = elapsed > 0 ? Double(samples) / elapsed : 0
      return "\(assembly.pipeline.streams[index].name) \(fixed(rate, 0)) Hz"
    }
    var parts = ["\(fixed(counts.time, 1)) s"] + rates
    parts.append("gaps \(counts.gaps), lost \(counts.lostSamples)")
    if counts.isInputLost { parts.append("INPUT LOST") }
    if status.unrecordedSteps > 0 {
      parts.append("RECORDING INCOMPLETE, \(status.unrecordedSteps) steps")
    }
    parts.append("windows \(counts.windows), skipped \(counts.skipped)")
    if let estimate = status.estimate {
      let identified = estimate.status.count { $0 == .identified }
      parts.append(
        "adopted \(counts.adopted), window \(estimate.window): \(identified) of "
          + "\(estimate.status.count) identified, \(estimate.scale.rawValue)")
    } else {
      parts.append("adopted none")
    }
    parts.append(status.feed.map { "feed \($0.mode), \($0.words)" } ?? "feed disarmed")
    return parts
  }

  private func parameterLines(
    _ assembly: SessionAssembly, _ status: LiveStatus, room: Int
  ) -> [String] {
    guard let estimate = status.estimate else { return [] }
    let parameters = assembly.model.parameters
    let deviations = estimate.valueDeviations(parameters)
    let rows = parameters.free.indices.map { index in
      [
        parameters.free[index].name, significant(estimate.values[index]),
        "± " + significant(deviations[index], digits: 2), parameters.free[index].unit,
        colored(estimate.status[index]),
      ]
    }
    let room = max(1, room)
    var lines = table(
      [["parameter", "value", "sd", "unit", "status"]] + rows, leftColumns: [0, 3, 4])
    if lines.count > room {
      let hidden = lines.count - room + 1
      lines = Array(lines.prefix(room - 1)) + ["... and \(hidden) more"]
    }
    return lines
  }

  private func colored(_ status: ParameterStatus) -> String {
    guard hasColor else { return status.rawValue }
    let color =
      switch status {
      case .identified: "32"
      case .priorLimited: "33"
      case .unidentifiable: "2"
      }
    return "\u{1B}[\(color)m\(status.rawValue)\u{1B}[0m"
  }

  /// Replaces what was drawn before.
  private mutating func draw(_ lines: [String]) {
    var text = drawnLines > 0 ? "\u{1B}[\(drawnLines)A\u{1B}[J" : ""
    for line in lines { text += line + "\n" }
    drawnLines = lines.count
    Self.write(text)
  }

  private static var terminalSize: (rows: Int, columns: Int) {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0
    else { return (24, 80) }
    return (Int(size.ws_row), Int(size.ws_col))
  }

  private static func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
