internal import Foundation

/// How errors grow, spread and persist.
extension ReportPage {
  /// Three charts a coordinate.
  var residuals: HTML {
    guard let result else { return absent("Residuals", "residuals") }
    let root = result.root["residuals"]
    let coordinates = root["coordinates"].members.sorted { $0.key < $1.key }
    let level = result.root["search"]["mean_squared_residual"].double
    let words: HTML =
      level.map {
        """
        <p>The fit’s mean squared whitened residual is \(figures($0, 3)). One means that model and stated \
        noise explain the data; below one, the stated noise is generous, and error bars with it; well above, \
        the model lacks something.</p>
        """
      } ?? .nothing
    guard !coordinates.isEmpty else { return words + absent("Residual diagnostics", "residuals") }
    let ahead = root["ahead"].doubles.compactMap { $0 }
    let lags = root["lags"].doubles.compactMap { $0 }
    let groups = coordinates.map { name, value -> HTML in
      let charts = [
        growth(name, value, ahead), histogram(name, value), persistence(name, value, lags),
      ]
      return """
        <h3>\(name)</h3>
        <p>Bias \(degreesText(value["mean"].double)), spread \(degreesText(value["sd"].double)) on held-out \
        windows; one-step error of the fit \(degreesText(value["one_step_rmse"].double)).</p>
        <div class="row3">\(HTML(charts))</div>
        """
    }
    return """
      \(words)
      \(legend([("model", "identified numbers"), ("prior", "prior’s numbers or a normal curve")]))
      \(HTML(groups))
      """
  }

  private func small(_ title: String, _ x: String, _ y: String) -> Chart {
    Chart(title: title, xLabel: x, yLabel: y, width: 310, height: 200)
  }

  private func growth(_ name: String, _ value: JSONValue, _ ahead: [Double]) -> HTML {
    let own = value["rmse_ahead"].doubles.map { $0.map { $0 * 180 / .pi } }
    let prior = value["rmse_ahead_prior_model"].doubles.map { $0.map { $0 * 180 / .pi } }
    guard own.count == ahead.count, !ahead.isEmpty else { return .nothing }
    var chart = small("Error of \(name) against time ahead", "time ahead [s]", "rms error [°]")
    chart.curves = [Chart.Curve(style: "model", x: ahead, y: own)]
    if prior.count == ahead.count {
      chart.curves.insert(Chart.Curve(style: "prior", x: ahead, y: prior), at: 0)
    }
    let highest = (own + prior).compactMap { $0 }.max() ?? 1
    chart.yRange = 0...max(1.05 * highest, 1e-6)
    chart.xRange = 0...max(ahead[ahead.count - 1], 1e-6)
    return "<figure>\(chart.svg)<figcaption>Error against time ahead</figcaption></figure>"
  }

  private func histogram(_ name: String, _ value: JSONValue) -> HTML {
    let counts = value["counts"].doubles.compactMap { $0 }
    guard counts.count > 2, let span = value["span"].double, span > 0,
      let mean = value["mean"].double, let sd = value["sd"].double, sd > 0
    else { return .nothing }
    let total = counts.reduce(0, +)
    let width = 2 * span / Double(counts.count - 1)
    let centers = counts.indices.map { -span + Double($0) * width }
    let degrees = centers.map { $0 * 180 / .pi }
    let density = counts.map { 100 * $0 / max(total, 1) }
    let normal = centers.map { center -> Double? in
      let z = (center - mean) / sd
      return 100 * width / (sd * (2 * Double.pi).squareRoot()) * exp(-0.5 * z * z)
    }
    var chart = small("Spread of the errors of \(name)", "error [°]", "share [%]")
    // steps as bars' outlines
    var x: [Double] = []
    var y: [Double?] = []
    let half = 0.5 * width * 180 / .pi
    for (center, height) in zip(degrees, density) {
      x += [center - half, center + half]
      y += [height, height]
    }
    chart.envelope = (x, x.map { _ in 0 }, y.map { $0 ?? 0 })
    chart.curves = [
      Chart.Curve(style: "model", x: x, y: y), Chart.Curve(style: "prior", x: degrees, y: normal),
    ]
    let highest = (y + normal).compactMap { $0 }.max() ?? 1
    chart.yRange = 0...max(1.05 * highest, 1e-6)
    return
      "<figure>\(chart.svg)<figcaption>Spread, and a normal curve of the same width</figcaption></figure>"
  }

  private func persistence(_ name: String, _ value: JSONValue, _ lags: [Double]) -> HTML {
    let correlation = value["autocorrelation"].doubles
    guard correlation.count == lags.count, lags.count > 1 else { return .nothing }
    var chart = small("Persistence of the errors of \(name)", "lag [s]", "correlation")
    chart.curves = [Chart.Curve(style: "model", x: lags, y: correlation)]
    chart.yRange = min(-0.5, (correlation.compactMap { $0 }.min() ?? 0) - 0.05)...1.05
    chart.levels = [(0, "zero")]
    return "<figure>\(chart.svg)<figcaption>How long an error lasts</figcaption></figure>"
  }
}
