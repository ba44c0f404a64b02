/// What the data say about a parameter, as a result's `status` spells it.
enum Verdict: CaseIterable {
  case identified
  case priorLimited
  case unidentifiable
  case unstated

  init(_ status: String) {
    self =
      switch status {
      case "identified": .identified
      case "prior-limited": .priorLimited
      case "unidentifiable": .unidentifiable
      default: .unstated
      }
  }

  /// Class in the style sheet.
  var style: String {
    switch self {
    case .identified: "identified"
    case .priorLimited: "limited"
    case .unidentifiable, .unstated: "untold"
    }
  }

  /// The verdict in print.
  var words: String {
    switch self {
    case .identified: "identified"
    case .priorLimited: "prior-limited"
    case .unidentifiable: "unidentifiable"
    case .unstated: "not stated"
    }
  }

  /// A filled, half filled or open disc, so that colour is not needed.
  var glyph: HTML {
    switch self {
    case .identified:
      "<svg class=\"glyph\" viewBox=\"0 0 12 12\"><circle class=\"identified\" cx=\"6\" cy=\"6\" r=\"5\"/></svg>"
    case .priorLimited:
      """
      <svg class="glyph" viewBox="0 0 12 12"><circle class="ring limited-line" cx="6" cy="6" r="4.4"/>\
      <path class="limited" d="M6 1.6 A4.4 4.4 0 0 0 6 10.4 Z"/></svg>
      """
    case .unidentifiable, .unstated:
      "<svg class=\"glyph\" viewBox=\"0 0 12 12\"><circle class=\"ring untold-line\" cx=\"6\" cy=\"6\" r=\"4.4\"/></svg>"
    }
  }
}

/// A parameter's name in parts: `muscle/BIClong/max_isometric_force`.
struct ParameterName {
  /// `muscle`, `body` and so on.
  var kind: String
  /// Whose it is.
  var owner: String
  /// What it is.
  var property: String

  init(_ name: String) {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    kind = parts.count > 1 ? parts[0] : ""
    owner = parts.count > 2 ? parts[1..<(parts.count - 1)].joined(separator: "/") : parts[0]
    property = parts.count > 1 ? parts[parts.count - 1] : ""
  }

  /// The heading of all parameters of this kind and property.
  var heading: String {
    switch (kind, property) {
    case ("muscle", "max_isometric_force"): "Maximum isometric force"
    case ("muscle", "optimal_fiber_length"): "Optimal fiber length"
    case ("muscle", "tendon_slack_length"): "Tendon slack length"
    case ("muscle", "max_contraction_velocity"): "Maximum contraction velocity"
    case ("muscle", "pennation_angle_at_optimal"): "Pennation at optimal length"
    case ("body", "mass"): "Mass"
    case ("body", "mass_center"): "Centre of mass, factor on the model’s"
    case ("body", "inertia"): "Inertia, factor on the model’s"
    case ("coordinate", "damping"): "Joint damping"
    case ("coordinate", "stiffness"): "Joint stiffness"
    case ("coordinate", "rest_angle"): "Rest angle"
    case ("coordinate", "limit_torque"): "Torque at the end of the range"
    case ("coordinate", "offset"): "Sensor offset"
    case ("emg", "gain"): "EMG gain"
    case ("emg", "shape_factor"): "EMG shape factor"
    case ("emg", "delay"): "EMG delay beyond the nominal"
    case ("payload", _): "Payload, factor on what was announced"
    case ("model", _): "Model"
    case ("", _): "Others"
    default: "\(kind) \(property)".replacing("_", with: " ")
    }
  }
}

/// The table of identified numbers, each row with its forest plot against the prior.
extension ReportPage {
  /// The widest that a row of the forest goes, prior standard deviations to each side [1].
  private static var reach: Double { 3.5 }

  /// Table and forest plot in one.
  var parameterTable: HTML {
    guard let result, !result.parameters.isEmpty else {
      return absent("The table of identified numbers", "parameters")
    }
    let hasTruth = result.parameters.contains { $0.truth != nil }
    var headings: [String] = []
    for parameter in result.parameters {
      let heading = ParameterName(parameter.name).heading
      if !headings.contains(heading) { headings.append(heading) }
    }
    let columns = hasTruth ? 7 : 6
    let groups = headings.map { heading -> HTML in
      let own = result.parameters.filter { ParameterName($0.name).heading == heading }
      let units = Set(own.map(\.unit))
      let unit = units.count == 1 ? unitText(own[0].unit) : ""
      let rows = own.map { row($0, hasTruth: hasTruth, showsUnit: units.count > 1) }
      let inUnit: HTML = unit.isEmpty ? .nothing : " <span class=\"unit\">[\(unit)]</span>"
      return """
        <tbody><tr class="group"><th colspan="\(columns)" scope="rowgroup">\(heading)\(inUnit)</th></tr>
        \(HTML(rows))</tbody>
        """
    }
    let truthHead: HTML = hasTruth ? "<th scope=\"col\" class=\"num\">True</th>" : .nothing
    let truthKey: HTML =
      hasTruth
      ? " <span><svg class=\"glyph\" viewBox=\"0 0 12 12\"><path class=\"truth-mark\" d=\"M6 1 L11 6 L6 11 L1 6 Z\"/></svg>true value</span>"
      : .nothing
    return """
      <p>Dots are the identified numbers and bars their 95 % intervals, in standard deviations of the prior \
      from its mean; the shaded column is where the prior expects 95 % of people. A bar much narrower than \
      the column is knowledge that came from the data.</p>
      <p class="legend"><span>\(Verdict.identified.glyph)identified: the data tell it</span> \
      <span>\(Verdict.priorLimited.glyph)prior-limited: data and prior both matter</span> \
      <span>\(Verdict.unidentifiable.glyph)unidentifiable: the prior alone</span>\(truthKey)</p>
      <div class="wide"><table class="numbers">
      <thead><tr><th scope="col"></th><th scope="col" class="num">Prior</th>\
      <th scope="col" class="num">Identified</th><th scope="col" class="num">95 % interval</th>\(truthHead)\
      <th scope="col" class="forest">\(forestAxis)</th><th scope="col">Verdict</th></tr></thead>
      \(HTML(groups))
      </table></div>
      """
  }

  private func row(
    _ parameter: ResultDocument.Parameter, hasTruth: Bool, showsUnit: Bool
  ) -> HTML {
    let name = ParameterName(parameter.name)
    let label = name.kind == "payload" ? name.property.replacing("_", with: " ") : name.owner
    let own = uncertain(parameter.value, parameter.deviation)
    let prior = uncertain(parameter.priorMean, parameter.priorDeviation)
    let interval =
      parameter.interval.count == 2
      ? "\(uncertain(parameter.interval[0], parameter.deviation).value) – \(uncertain(parameter.interval[1], parameter.deviation).value)"
      : "–"
    let truth: HTML =
      hasTruth
      ? "<td class=\"num\">\(uncertain(parameter.truth, parameter.deviation).value)</td>" : .nothing
    let unit: HTML =
      showsUnit ? " <span class=\"unit\">\(unitText(parameter.unit))</span>" : .nothing
    let members: HTML =
      parameter.members.isEmpty
      ? .nothing
      : "<br><small>\(parameter.members.map { ParameterName($0).owner }.joined(separator: ", "))</small>"
    let verdict = Verdict(parameter.status)
    return """
      <tr><th scope="row" title="\(parameter.name)">\(label)\(members)</th>\
      <td class="num soft">\(prior.value) <span class="pm">± \(prior.deviation)</span></td>\
      <td class="num"><strong>\(own.value)</strong> <span class="pm">± \(own.deviation)</span>\(unit)</td>\
      <td class="num soft">\(interval)</td>\(truth)\
      <td class="forest">\(forest(parameter, verdict))</td>\
      <td class="verdict">\(verdict.glyph)\(verdict.words)</td></tr>
      """
  }

  private var forestScale: Scale { Scale(-Self.reach...Self.reach, from: 6, to: 234) }

  /// The axis over all rows.
  private var forestAxis: HTML {
    let scale = forestScale
    let ticks = [-3.0, -2, -1, 0, 1, 2, 3].map { value -> HTML in
      let label = value == 0 ? "prior" : value > 0 ? "+\(Int(value))" : "−\(Int(-value))"
      return "<text class=\"tick mid\" x=\"\(scale(value))\" y=\"13\">\(label)</text>"
    }
    return
      "<svg class=\"row\" viewBox=\"0 0 240 18\" role=\"img\"><title>standard deviations of the prior</title>\(HTML(ticks))</svg>"
  }

  /// One row of the forest.
  private func forest(_ parameter: ResultDocument.Parameter, _ verdict: Verdict) -> HTML {
    let scale = forestScale
    guard let mean = parameter.priorMean, let sd = parameter.priorDeviation, sd > 0,
      let value = parameter.value
    else { return .nothing }
    func place(_ number: Double) -> Double {
      scale(min(max((number - mean) / sd, -Self.reach), Self.reach))
    }
    var parts: [HTML] = []
    if parameter.interval.count == 2, let low = parameter.interval[0],
      let high = parameter.interval[1]
    {
      parts.append(
        "<line class=\"whisker \(verdict.style)-line\" x1=\"\(place(low))\" x2=\"\(place(high))\" y1=\"10\" y2=\"10\"/>"
      )
    }
    let x = place(value)
    if abs((value - mean) / sd) > Self.reach {
      // off the scale: an arrowhead at its end
      let tip = value > mean ? 5.0 : -5.0
      parts.append(
        "<path class=\"\(verdict.style)\" d=\"M\(x - tip) 5 L\(x + tip) 10 L\(x - tip) 15 Z\"/>")
    } else if verdict == .identified {
      parts.append("<circle class=\"identified\" cx=\"\(x)\" cy=\"10\" r=\"4.2\"/>")
    } else {
      parts.append("<circle class=\"ring \(verdict.style)-line\" cx=\"\(x)\" cy=\"10\" r=\"3.8\"/>")
      if verdict == .priorLimited {
        parts.append(
          "<path class=\"limited\" d=\"M\(x) 6.2 A3.8 3.8 0 0 0 \(x) 13.8 Z\"/>")
      }
    }
    if let truth = parameter.truth {
      let t = place(truth)
      parts.append(
        "<path class=\"truth-mark\" d=\"M\(t) 5.5 L\(t + 4.5) 10 L\(t) 14.5 L\(t - 4.5) 10 Z\"/>")
    }
    return """
      <svg class="row" viewBox="0 0 240 20" role="img"><title>\
      \(figures((value - mean) / sd, 2)) prior standard deviations from the prior mean</title>\
      \(HTML(parts, separator: ""))</svg>
      """
  }
}
