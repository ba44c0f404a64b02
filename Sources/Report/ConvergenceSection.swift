internal import Foundation
internal import Recordings

/// How the search went down, and how numbers settled while a session ran.
extension ReportPage {
  /// The cost of every evaluation and the live estimates.
  var convergence: HTML {
    let live = liveConvergence
    guard let result else {
      return live.text.isEmpty ? absent("Convergence", "search") : live
    }
    let search = result.root["search"]
    let costs = search["costs"].doubles.compactMap { $0 }
    guard costs.count > 1, let lowest = costs.min() else {
      return absent("Convergence of the search", "search.costs") + live
    }
    var chart = Chart(
      title: "Cost of every evaluation above the lowest", xLabel: "evaluation",
      yLabel: "log10 of cost above lowest")
    let heights = costs.map { cost -> Double? in cost > lowest ? log10(cost - lowest) : nil }
    chart.curves = [
      Chart.Curve(style: "model", x: costs.indices.map { Double($0 + 1) }, y: heights)
    ]
    chart.xRange = 0.5...(Double(costs.count) + 0.5)
    chart.hasDots = costs.count <= 60
    chart.height = 210
    let ended =
      search["termination"].string == "converged"
      ? "it converged" : "it ended with “\(search["termination"].string ?? "nothing stated")”"
    let step = search["step"].string.map { " by \($0) steps" } ?? ""
    let windows = search["windows"].int.map { " over \(counted($0, "window"))" } ?? ""
    let evaluations = search["evaluations"].int.map { "\(counted($0, "evaluation"))" } ?? ""
    return """
      <p>The search went down\(step)\(windows) in \(evaluations); \(ended). The curve is the cost \
      above the lowest that was reached; a straight fall is quick convergence, a plateau is none.</p>
      <figure>\(chart.svg)</figure>
      \(live)
      """
  }

  /// Small multiples of every number over the session's windows.
  private var liveConvergence: HTML {
    guard let recording, recording.estimates.count > 1 else { return .nothing }
    var priors: [String: ResultDocument.Parameter] = [:]
    for parameter in result?.parameters ?? [] { priors[parameter.name] = parameter }
    let charts = recording.parameterNames.indices.map { index in
      panel(recording, index, prior: priors[recording.parameterNames[index]])
    }
    return """
      <h3>While the session ran</h3>
      <p>Each panel is one number over the windows of the session, with its 95 % band; the axis at the left \
      shows its own unit. \(result == nil ? "" : "The shaded strip is what the prior expected.")</p>
      <div class="panels">\(HTML(charts))</div>
      """
  }

  private func panel(
    _ recording: RecordingDigest, _ index: Int, prior: ResultDocument.Parameter?
  ) -> HTML {
    let name = recording.parameterNames[index]
    let points = recording.estimates.filter { $0.values.indices.contains(index) }
    let x = points.map { Double($0.window) }
    let values = points.map { $0.values[index] }
    let deviations = points.map { $0.standardDeviations[index] }
    var chart = Chart(title: name, xLabel: "", yLabel: "", width: 240, height: 120)
    let parts = ParameterName(name)
    let low = zip(values, deviations).map { $0 - 1.96 * $1 }
    let high = zip(values, deviations).map { $0 + 1.96 * $1 }
    chart.envelope = (x, low, high)
    chart.curves = [Chart.Curve(style: "model", x: x, y: values.map { $0 })]
    if let truth = recording.truth[name] { chart.levels.append((truth, "truth")) }
    if let mean = prior?.priorMean { chart.levels.append((mean, "prior")) }
    var heights = low + high
    heights += chart.levels.map(\.y)
    let scale = Scale(heights, from: 0, to: 1)
    chart.yRange = scale.range
    return """
      <figure><figcaption><strong>\(parts.owner)</strong> \(parts.property.replacing("_", with: " "))\
      </figcaption>\(chart.svg)</figure>
      """
  }
}
