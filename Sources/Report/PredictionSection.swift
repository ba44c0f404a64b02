/// Measured against predicted motion on windows that were held out, and how simpler predictors do.
extension ReportPage {
  /// Curves and comparison.
  var prediction: HTML {
    guard let result else { return absent("Predicted motion", "predictions") }
    let curves = traces(result)
    let table = comparison(result)
    return """
      \(curves.text.isEmpty ? absent("Measured against predicted motion", "predictions") : curves)
      \(table.text.isEmpty ? absent("The comparison of predictors", "held_out") : table)
      """
  }

  /// One chart a coordinate, windows side by side.
  private func traces(_ result: ResultDocument) -> HTML {
    let windows = result.root["predictions"]["windows"].elements
    let names = Set(windows.flatMap { $0["coordinates"].members.keys }).sorted()
    guard !windows.isEmpty, !names.isEmpty else { return .nothing }
    let lead = result.root["held_out_plan"]["lead"].double
    let total = result.root["predictions"]["total"].int ?? windows.count
    let charts = names.map { chart(windows, name: $0) }
    let shown = total > windows.count ? "\(windows.count) of \(total) windows are shown. " : ""
    return """
      <p>The last part of the recording was kept from the fit. In each window between two hairlines the model \
      starts from a state estimated from the \(lead.map { "\(places($0, 1)) s" } ?? "motion") before it, then \
      sees EMG alone. \(shown)Numbers below are seconds in the recording.</p>
      \(legend([("measured", "measured"), ("model", "predicted, identified numbers"), ("prior", "predicted, prior’s numbers")]))
      \(HTML(charts))
      """
  }

  private func chart(_ windows: [JSONValue], name: String) -> HTML {
    var chart = Chart(
      title: "Measured and predicted \(name) on held-out windows", xLabel: "",
      yLabel: "\(name) [°]")
    var measured = Chart.Curve(style: "measured", x: [], y: [])
    var model = Chart.Curve(style: "model", x: [], y: [])
    var prior = Chart.Curve(style: "prior", x: [], y: [])
    var place = 0.0
    for window in windows {
      let trace = window["coordinates"][name]
      let interval = window["interval"].double ?? 0
      let rows = trace["measured"].doubles
      guard interval > 0, rows.count > 1 else { continue }
      chart.marks.append((place, window["start"].double.map { places($0, 1) } ?? ""))
      func add(_ values: [Double?], _ curve: inout Chart.Curve) {
        for (index, value) in values.enumerated() {
          curve.x.append(place + Double(index) * interval)
          curve.y.append(value.map { $0 * 180 / .pi })
        }
        // the next window starts afresh
        curve.x.append(place + Double(values.count) * interval)
        curve.y.append(nil)
      }
      add(rows, &measured)
      add(trace["predicted"].doubles, &model)
      add(trace["prior_model"].doubles, &prior)
      place += Double(rows.count - 1) * interval
    }
    guard place > 0 else { return .nothing }
    // what leaves the measured range by far is cut off, so that the rest stays readable
    let seen = measured.y.compactMap { $0 }
    if let low = seen.min(), let high = seen.max() {
      let room = max(0.35 * (high - low), 2)
      func cut(_ value: Double?) -> Double? {
        value.map { min(max($0, low - room), high + room) }
      }
      model.y = model.y.map(cut)
      prior.y = prior.y.map(cut)
    }
    chart.xRange = 0...place
    chart.hidesXTicks = true
    chart.curves = [measured, prior, model]
    return "<figure>\(chart.svg)</figure>"
  }

  /// Every predictor's error on every coordinate.
  private func comparison(_ result: ResultDocument) -> HTML {
    let parts = [
      ("fit", "fitted"), ("held_out", "held out"),
      ("held_out_disjoint", "held out, not overlapping"),
    ]
    let predictors = [
      ("rmse", "Identified"), ("rmse_prior_model", "Prior model"),
      ("rmse_constant_velocity", "Keeps speed"), ("rmse_hold", "Holds"),
      ("rmse_zero_activation", "No EMG"),
    ]
    var rows: [HTML] = []
    for (key, words) in parts {
      for score in result.scores(key) {
        let cells = predictors.map { predictor, _ -> HTML in
          "<td class=\"num\">\(degreesText(score.errors[predictor]))</td>"
        }
        rows.append(
          """
          <tr><th scope="row">\(score.name)</th><td>\(words)</td>\
          <td class="num">\(score.windows.map(String.init) ?? "–")</td>\(HTML(cells, separator: ""))\
          <td class="num">\(places(score.correlation, 3))</td></tr>
          """)
      }
    }
    guard !rows.isEmpty else { return .nothing }
    let heads = predictors.map { _, words -> HTML in "<th scope=\"col\" class=\"num\">\(words)</th>"
    }
    return """
      <h3>Root mean square error of every predictor</h3>
      <div class="wide"><table><thead><tr><th scope="col">Coordinate</th><th scope="col">Part</th>\
      <th scope="col" class="num">Windows</th>\(HTML(heads, separator: ""))\
      <th scope="col" class="num">Correlation</th></tr></thead><tbody>\(HTML(rows))</tbody></table></div>
      <p class="note">Windows in which the coordinate moves more than 5°.</p>
      """
  }
}
