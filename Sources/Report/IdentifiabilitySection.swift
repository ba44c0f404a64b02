internal import Foundation

/// Which directions of parameter space the data can tell.
extension ReportPage {
  /// Directions with their eigenvalues, and correlations.
  var identifiability: HTML {
    guard let result else { return absent("Identifiability", "identifiability") }
    let words = unknownDirections(result)
    let names = result.parameters.map(\.name)
    let picture = directions(result, names: names)
    let correlations = correlation(result, names: names)
    return """
      \(words)
      \(picture.text.isEmpty ? absent("The picture of directions", "identifiability.directions") : picture)
      \(correlations)
      """
  }

  private func unknownDirections(_ result: ResultDocument) -> HTML {
    guard !result.unidentified.isEmpty else {
      return result.root["unidentified"] == .null
        ? absent("Directions that the data cannot tell", "unidentified")
        : "<p>The data outweigh the prior in every direction of parameter space.</p>"
    }
    let items = result.unidentified.map { sentence -> HTML in
      let parts = sentence.components(separatedBy: " ").map { word -> HTML in
        word.contains("/") ? "<span class=\"name\">\(word)</span>" : "\(word)"
      }
      return "<li>\(HTML(parts, separator: " "))</li>"
    }
    return """
      <p>In \(counted(result.unidentified.count, "direction")) of parameter space the prior outweighs the \
      data. Numbers joined by <em>with</em> may rise together, <em>against</em> one another, without the \
      motion changing by more than its noise:</p>
      <ol class="directions">\(HTML(items))</ol>
      """
  }

  /// Rows are directions, best known first; columns are parameters; the bars at the right are eigenvalues.
  private func directions(_ result: ResultDocument, names: [String]) -> HTML {
    let rows = result.root["identifiability"]["directions"].elements.compactMap { value in
      value["eigenvalue"].double.map { ($0, value["weights"].doubles) }
    }
    guard !rows.isEmpty, !names.isEmpty, rows.count <= 120 else { return .nothing }
    let left = 34.0
    let top = 6.0
    let cell = min(18.0, 620 / Double(names.count))
    let bar = left + cell * Double(names.count) + 16
    let end = 950.0
    let bottom = top + cell * Double(rows.count)
    let logs = rows.map { log10(max($0.0, 1e-3)) }
    let scale = Scale(
      -1.5...max((logs.max() ?? 1) + 0.2, 2), from: bar, to: end)
    var parts: [HTML] = []
    for (row, (eigenvalue, weights)) in rows.enumerated() {
      let y = top + cell * Double(row)
      for (column, weight) in weights.enumerated() where column < names.count {
        guard let weight, abs(weight) >= 0.05 else { continue }
        parts.append(
          """
          <rect class="\(weight > 0 ? "plus" : "minus")" fill-opacity="\(min(1, abs(weight)))" \
          x="\(left + cell * Double(column) + 0.5)" y="\(y + 0.5)" width="\(cell - 1)" height="\(cell - 1)">\
          <title>\(names[column]) \(figures(weight, 2))</title></rect>
          """)
      }
      let style: Verdict =
        eigenvalue >= 10 ? .identified : eigenvalue >= 1 ? .priorLimited : .unidentifiable
      let low = scale(scale.range.lowerBound)
      let tip = scale(max(log10(max(eigenvalue, 1e-3)), scale.range.lowerBound))
      parts.append(
        """
        <line class="stem \(style.style)-line" x1="\(low)" x2="\(tip)" y1="\(y + cell / 2)" y2="\(y + cell / 2)"/>\
        <circle class="\(style == .unidentifiable ? "ring untold-line" : style.style)" cx="\(tip)" \
        cy="\(y + cell / 2)" r="3"><title>\(figures(eigenvalue, 2))</title></circle>
        """)
      if row == 0 || (row + 1) % 5 == 0 || row == rows.count - 1 {
        parts.append(
          "<text class=\"tick end\" x=\"\(left - 6)\" y=\"\(y + cell / 2 + 3.5)\">\(row + 1)</text>"
        )
      }
    }
    for threshold in [0.0, 1.0] {
      parts.append(
        "<line class=\"mark\" x1=\"\(scale(threshold))\" x2=\"\(scale(threshold))\" y1=\"\(top)\" y2=\"\(bottom)\"/>"
      )
    }
    for tick in stride(from: -1, through: Int(scale.range.upperBound), by: 1) {
      parts.append(
        """
        <text class="tick mid" x="\(scale(Double(tick)))" y="\(bottom + 15)">10<tspan dy="-4" \
        font-size="8">\(tick < 0 ? "−\(-tick)" : "\(tick)")</tspan></text>
        """)
    }
    parts.append(
      "<text class=\"axis mid\" x=\"\((bar + end) / 2)\" y=\"\(bottom + 34)\">how many times the data outweigh the prior</text>"
    )
    parts += columnLabels(names, left: left, cell: cell, y: bottom + 8)
    parts.append(
      "<rect class=\"frame\" x=\"\(left)\" y=\"\(top)\" width=\"\(cell * Double(names.count))\" height=\"\(bottom - top)\"/>"
    )
    return """
      <h3>Directions and what they are made of</h3>
      <p>Every row is one direction, best known first; a cell shows how far it moves that number, in prior \
      standard deviations (one hue up, the other down). At the right, how many times the data outweigh the \
      prior along it: at least 10 is identified, below 1 the prior alone speaks.</p>
      <figure><svg class="chart" role="img" viewBox="0 0 960 \(bottom + labelRoom(names))" \
      style="max-width:960px"><title>Directions of parameter space by how well the data tell them</title>
      \(HTML(parts))
      </svg></figure>
      """
  }

  private func labelRoom(_ names: [String]) -> Double {
    Double(min(names.map { ParameterName($0).short.count }.max() ?? 0, 34)) * 5.3 + 16
  }

  /// Names under the columns, written upwards.
  private func columnLabels(
    _ names: [String], left: Double, cell: Double, y: Double
  ) -> [HTML] {
    names.enumerated().map { index, name in
      let x = left + cell * (Double(index) + 0.5) + 3
      return """
        <text class="tick end" x="\(x)" y="\(y)" transform="rotate(-90 \(x) \(y))">\
        \(String(ParameterName(name).short.prefix(34)))</text>
        """
    }
  }

  /// The correlation of every two numbers.
  private func correlation(_ result: ResultDocument, names: [String]) -> HTML {
    let values = result.root["identifiability"]["correlation"].doubles
    let count = names.count
    guard count > 1, count <= 120, values.count == count * (count + 1) / 2 else { return .nothing }
    let cell = min(16.0, 600 / Double(count))
    let left = 210.0
    var parts: [HTML] = []
    var strongest: (Double, Int, Int) = (0, 0, 0)
    for row in 1..<count {
      for column in 0..<row {
        guard let value = values[row * (row + 1) / 2 + column], abs(value) >= 0.05 else { continue }
        if abs(value) > abs(strongest.0) { strongest = (value, row, column) }
        parts.append(
          """
          <rect class="\(value > 0 ? "plus" : "minus")" fill-opacity="\(min(1, abs(value)))" \
          x="\(left + cell * Double(column) + 0.5)" y="\(cell * Double(row) + 0.5)" width="\(cell - 1)" \
          height="\(cell - 1)"><title>\(names[row]) and \(names[column]): \(figures(value, 2))</title></rect>
          """)
      }
    }
    for (index, name) in names.enumerated() {
      parts.append(
        "<text class=\"tick end\" x=\"\(left - 6)\" y=\"\(cell * (Double(index) + 0.5) + 3.5)\">\(String(ParameterName(name).short.prefix(38)))</text>"
      )
    }
    return """
      <h3>Which numbers stand in for one another</h3>
      <p>Posterior correlation. The strongest is \(figures(strongest.0, 2)), between \
      <span class="name">\(names[strongest.1])</span> and <span class="name">\(names[strongest.2])</span>.</p>
      <figure><svg class="chart" role="img" viewBox="0 0 \(left + cell * Double(count) + 10) \(cell * Double(count) + 8)" \
      style="max-width:\(left + cell * Double(count) + 10)px"><title>Posterior correlation of every two numbers</title>
      \(HTML(parts))
      </svg></figure>
      """
  }
}

extension ParameterName {
  /// The name in few letters.
  var short: String {
    let words: [String: String] = [
      "max_isometric_force": "max force", "optimal_fiber_length": "fiber",
      "tendon_slack_length": "tendon", "max_contraction_velocity": "velocity",
      "mass_center": "centre", "pennation_angle_at_optimal": "pennation",
    ]
    let end = words[property] ?? property.replacing("_", with: " ")
    return end.isEmpty ? owner : owner == kind ? "\(kind) \(end)" : "\(owner) \(end)"
  }
}
