/// The first section: what was found, in words, with four figures to take away.
extension ReportPage {
  /// Figures, sentences and warnings.
  var summary: HTML {
    guard let result, !result.parameters.isEmpty else {
      return absent("A summary", "parameters") + recordingSentence
    }
    let sentences =
      (strengthSentences(result) + [lengthSentence(result)]
      + predictionSentences(result) + [checkSentence(result)]).filter { !$0.text.isEmpty }
    return """
      \(tiles(result))
      \(scaleSentence(result))
      \(HTML(sentences.map { "<p>\($0)</p>" }))
      \(recordingSentence)
      \(findings(result))
      """
  }

  /// Four figures to take away.
  private func tiles(_ result: ResultDocument) -> HTML {
    let count = result.parameters.count
    let numbers = Verdict.allCases.map { verdict in
      result.parameters.count { Verdict($0.status) == verdict }
    }
    var x = 0.0
    var bars: [HTML] = []
    for (verdict, number) in zip(Verdict.allCases, numbers) where number > 0 {
      let width = 200 * Double(number) / Double(count)
      bars.append(
        "<rect class=\"\(verdict.style)\" x=\"\(x)\" y=\"0\" width=\"\(max(width - 1.5, 0.5))\" height=\"6\" rx=\"1\"/>"
      )
      x += width
    }
    let words = zip(Verdict.allCases, numbers).filter { $0.1 > 0 }
      .map { "\($0.1) \($0.0.words)" }
    let scale = result.scaleLabel ?? "not stated"
    let scores = result.bestScores
    let worst = scores.filter { $0.errors["rmse"] != nil }.max {
      ($0.errors["rmse"] ?? 0) < ($1.errors["rmse"] ?? 0)
    }
    let passed = result.root["cross_check"]["passed"].bool
    return """
      <div class="tiles">
      <div><p class="big">\(numbers[0])<small> of \(count)</small></p><p>numbers identified</p>
      <svg class="share" viewBox="0 0 200 6" role="img"><title>\(words.joined(separator: ", "))</title>\
      \(HTML(bars))</svg></div>
      <div><p class="big word">\(scale)</p><p>scale of forces</p></div>
      <div><p class="big">\(degreesText(worst?.errors["rmse"]))</p>\
      <p>\(worst.map { "error on unseen motion, \($0.name)" } ?? "error on unseen motion: not stated")</p></div>
      <div><p class="big word">\(passed == nil ? "not made" : passed == true ? "confirms" : "disagrees")</p>\
      <p>second opinion by GSL</p></div>
      </div>
      """
  }

  private func scaleSentence(_ result: ResultDocument) -> HTML {
    let anchor = result.root["scale"]["anchor"].string ?? ""
    let because = anchor.isEmpty ? "" : ": " + anchor
    let words: String
    switch result.scaleLabel {
    case "newtons": words = "Forces are in newtons\(because)."
    case "prior-limited":
      words =
        "Forces are only as certain as what was believed about mass before\(because). A longer "
        + "recording does not change that, a known payload does."
    case "ratios-only":
      words =
        "Forces are known as ratios to one another, not in newtons\(because). Motion and EMG alone "
        + "never tell newtons; a known payload does."
    default: words = "The result does not say whether forces are in newtons."
    }
    return "<p class=\"lead\">\(words)</p>"
  }

  /// How well the muscles' strengths are known, muscles that pull alike together.
  private func strengthSentences(_ result: ResultDocument) -> [HTML] {
    let strengths = result.parameters.filter {
      ParameterName($0.name).property == "max_isometric_force"
    }
    guard !strengths.isEmpty else { return [] }
    return result.actions(strengths.map { ParameterName($0.name).owner }).map { action in
      let own = strengths.filter { action.muscles.contains(ParameterName($0.name).owner) }
      var phrases: [String] = []
      for verdict in Verdict.allCases {
        let those = own.filter { Verdict($0.status) == verdict }
        guard !those.isEmpty else { continue }
        let names = listed(those.map { ParameterName($0.name).owner })
        let are = those.count == 1 ? "is" : "are"
        let sds = those.compactMap(\.relativeDeviation)
        let range = spread(sds)
        let asRatio = result.scaleLabel == "ratios-only" ? ", as a ratio to the others" : ""
        switch verdict {
        case .identified: phrases.append("\(names) \(are) identified to \(range)\(asRatio)")
        case .priorLimited:
          phrases.append("\(names) \(are) known to \(range), part of which is the prior")
        case .unidentifiable:
          phrases.append("\(names) \(are) not told by the data: \(range) is the prior’s own")
        case .unstated: phrases.append("\(names) \(are) without a verdict")
        }
      }
      return
        "<strong>\(action.title).</strong> Maximum isometric force: \(phrases.joined(separator: "; "))."
    }
  }

  /// The smallest and largest of relative deviations.
  private func spread(_ deviations: [Double]) -> String {
    guard let low = deviations.min(), let high = deviations.max() else { return "an unstated sd" }
    let (first, last) = (percent(low), percent(high))
    return first == last ? first : "\(first.dropLast(2))–\(last)"
  }

  private func lengthSentence(_ result: ResultDocument) -> HTML {
    let lengths = result.parameters.filter {
      ["optimal_fiber_length", "tendon_slack_length"].contains(ParameterName($0.name).property)
    }
    guard !lengths.isEmpty else { return .nothing }
    let identified = lengths.count { Verdict($0.status) == .identified }
    let leaning = result.parameters.count { Verdict($0.status) == .unidentifiable }
    return """
      <strong>Lengths.</strong> \(identified) of \(lengths.count) fiber and tendon lengths are identified. \
      \(leaning == 0 ? "No number rests on its prior alone." : counted(leaning, "number rests", "numbers rest") + " on the prior alone; do not read them as anatomy.")
      """
  }

  private func predictionSentences(_ result: ResultDocument) -> [HTML] {
    let ahead = result.root["held_out_plan"]["duration"].double
    return result.bestScores.compactMap { score in
      guard let error = score.errors["rmse"] else { return nil }
      let others = score.errors.filter { $0.key != "rmse" }
      let best = others.min { $0.value < $1.value }
      let known = [
        "rmse_prior_model": "the unfitted model", "rmse_hold": "a joint that stays",
        "rmse_constant_velocity": "a joint that keeps its speed",
        "rmse_zero_activation": "the model without EMG",
      ]
      let beaten =
        best.map {
          "; the best of the simpler predictors, \(known[$0.key] ?? $0.key), misses by "
            + degreesText($0.value)
        } ?? ""
      let over = ahead.map { " over \(places($0, 1)) s" } ?? ""
      let correlation = score.correlation.map { " (correlation \(places($0, 3)))" } ?? ""
      return """
        <strong>\(score.name).</strong> On motion it has not seen, the model predicts the joint from EMG \
        alone to \(degreesText(error)) rms\(over)\(correlation)\(beaten).
        """
    }
  }

  private func checkSentence(_ result: ResultDocument) -> HTML {
    guard let passed = result.root["cross_check"]["passed"].bool else { return .nothing }
    return passed
      ? "An independent integrator, GSL’s, confirms the trajectories."
      : "<strong>An independent integrator does not confirm the trajectories; do not use these numbers.</strong>"
  }

  /// What a recording came to, in a sentence.
  private var recordingSentence: HTML {
    guard let recording else { return .nothing }
    let live =
      recording.estimates.isEmpty
      ? "no estimate was adopted while it was made"
      : counted(recording.estimates.count, "estimate was", "estimates were")
        + " made while it ran"
    return """
      <p><strong>Recording.</strong> \(places(recording.duration, 1)) s, \
      \(counted(recording.streams.count, "stream")), \(counted(recording.gapCount, "gap")), \
      \(recording.lostSamples == 0 ? "no sample lost" : counted(Int(recording.lostSamples), "sample") + " lost"); \(live).</p>
      """
  }

  private func findings(_ result: ResultDocument) -> HTML {
    guard !result.findings.isEmpty else {
      return result.root["findings"] == .null
        ? .nothing : "<p class=\"fine\">Nothing was found that speaks against the result.</p>"
    }
    let items = result.findings.map { finding -> HTML in
      """
      <li><p><strong>\(capitalised(finding.message)).</strong> <code>\(finding.code)</code></p>
      <p class="evidence">\(finding.evidence)</p>
      <p>What to do: \(finding.remedy).</p></li>
      """
    }
    return
      "<div class=\"findings\"><h3>Read this before you use the numbers</h3><ul>\(HTML(items))</ul></div>"
  }
}

/// The first letter in upper case, unless the word is a name.
func capitalised(_ sentence: String) -> String {
  guard let first = sentence.first, !sentence.prefix(while: { $0 != " " }).contains("_") else {
    return sentence
  }
  return first.uppercased() + sentence.dropFirst()
}

extension HTML {
  /// One piece after another.
  static func + (left: HTML, right: HTML) -> HTML { HTML([left, right]) }
}

extension ResultDocument {
  /// The scores of held-out windows that do not overlap, or of all where there are none.
  var bestScores: [Score] {
    let apart = scores("held_out_disjoint").filter { $0.errors["rmse"] != nil }
    return apart.isEmpty ? scores("held_out") : apart
  }

  /// Muscles that pull alike.
  struct Action {
    /// What they do, as a heading.
    var title: String
    /// Their names.
    var muscles: [String]
  }

  /// `muscles` by the coordinates that they turn and the way they turn them.
  ///
  /// A moment arm below a tenth of the muscle's largest is not worth a word.
  func actions(_ muscles: [String]) -> [Action] {
    var arms: [String: [String: JSONValue]] = [:]
    for muscle in root["session"]["muscles"].elements {
      if let name = muscle["name"].string { arms[name] = muscle["moment_arms"].members }
    }
    var actions: [Action] = []
    for muscle in muscles {
      let own = (arms[muscle] ?? [:]).compactMap { name, arm in arm.double.map { (name, $0) } }
        .sorted { $0.0 < $1.0 }
      let largest = own.map { abs($0.1) }.max() ?? 0
      let turned = own.filter { abs($0.1) >= 0.1 * largest && $0.1 != 0 }
      let up = listed(turned.filter { $0.1 > 0 }.map(\.0))
      let down = listed(turned.filter { $0.1 < 0 }.map(\.0))
      let verbs = [(up, "increase"), (down, "decrease")].filter { !$0.0.isEmpty }
        .map { "\($0.1) \($0.0)" }
      let title = verbs.isEmpty ? "Muscles" : "Muscles that " + verbs.joined(separator: " and ")
      if let index = actions.firstIndex(where: { $0.title == title }) {
        actions[index].muscles.append(muscle)
      } else {
        actions.append(Action(title: title, muscles: [muscle]))
      }
    }
    return actions
  }
}

extension ResultDocument.Parameter {
  /// Standard deviation relative to the value [1].
  var relativeDeviation: Double? {
    guard let value, let deviation, value != 0 else { return nil }
    return abs(deviation / value)
  }
}
