/// One self-contained page about a result, a recording or both.
///
/// Nothing is loaded and nothing runs: styles and drawings are inside, scripts are forbidden. Every
/// section is there whatever the input; one whose figures are missing says which.
public struct ReportPage: Sendable {
  /// The result; nil when there is none.
  var result: ResultDocument?
  /// The recording; nil when the report is of a result file alone.
  var recording: RecordingDigest?
  /// What the report is about, as its reader named it.
  var source: String
  /// Why something could not be had, one sentence each.
  var problems: [String]

  /// A page about what is there.
  public init(
    result: ResultDocument? = nil, recording: RecordingDigest? = nil, source: String,
    problems: [String] = []
  ) {
    self.result = result
    self.recording = recording
    self.source = source
    self.problems = problems
  }

  /// What is missing, as sentences; empty when every section is whole.
  public var missing: [String] {
    var sentences = problems
    if let result, !result.missing.isEmpty {
      let keys = result.missing.prefix(12).joined(separator: ", ")
      let more = result.missing.count - 12
      sentences.append(
        "the result lacks " + keys + (more > 0 ? " and \(more) more" : ""))
    }
    return sentences
  }

  /// The sections, in order.
  var sections: [PageFrame.Section] {
    [
      PageFrame.Section(anchor: "summary", title: "In plain words", body: summary),
      PageFrame.Section(anchor: "parameters", title: "Identified numbers", body: parameterTable),
      PageFrame.Section(anchor: "convergence", title: "Convergence", body: convergence),
      PageFrame.Section(anchor: "prediction", title: "Predicted motion", body: prediction),
      PageFrame.Section(anchor: "residuals", title: "Residuals", body: residuals),
      PageFrame.Section(
        anchor: "identifiability", title: "What the data can tell", body: identifiability),
      PageFrame.Section(anchor: "cross-check", title: "Second opinion", body: crossCheck),
      PageFrame.Section(
        anchor: "protocol", title: "Protocol and data quality", body: protocolSection),
      PageFrame.Section(anchor: "reproduction", title: "To repeat this", body: reproduction),
    ]
  }

  /// The whole page.
  public var html: String {
    PageFrame(heading: heading, subtitle: subtitle, notices: notices, sections: sections).html
  }

  private var heading: String {
    guard let subject = result?.root["session"]["subject"].string, !subject.isEmpty else {
      return "Muscle and bone parameters"
    }
    return "Muscle and bone parameters of \(subject)"
  }

  private var subtitle: HTML {
    var parts = [source]
    if let model = result?.root["session"]["model"].string { parts.append("model \(model)") }
    if result?.root["session"]["virtual"].bool == true { parts.append("virtual subject") }
    if let date = recording?.createdAt { parts.append("recorded \(Self.readable(date))") }
    return "\(parts.joined(separator: " · "))"
  }

  /// `2026-11-27T06:11:59Z` as `2026-11-27 06:11 UTC`.
  private static func readable(_ date: String) -> String {
    guard date.count == 20, date.hasSuffix("Z") else { return date }
    return date.prefix(16).replacing("T", with: " ") + " UTC"
  }

  /// What is missing, above everything else.
  private var notices: HTML {
    let missing = self.missing
    guard !missing.isEmpty else { return .nothing }
    let items = missing.map { sentence -> HTML in "<li>\(sentence)</li>" }
    return """
      <aside class="notice" role="note">
      <h2>What is missing</h2>
      <ul>\(HTML(items))</ul>
      </aside>
      """
  }

  /// The sentence of a section without its figures.
  func absent(_ what: String, _ keys: String...) -> HTML {
    let names = keys.map { key -> HTML in "<code>\(key)</code>" }
    let because: HTML =
      result == nil
      ? "there is no result to read" : "the result lacks \(HTML(names, separator: ", "))"
    return "<p class=\"absent\">\(what) cannot be shown: \(because).</p>"
  }
}
