public import Signals

/// A calibration on one page: what it found, and the curves that show whether to believe it.
public struct CalibrationPage: Sendable {
  /// What the file says.
  let record: CalibrationRecord
  /// The file's name.
  let source: String

  /// A page about the calibration in the file `source`.
  public init(_ record: CalibrationRecord, source: String) {
    self.record = record
    self.source = source
  }

  /// What the file lacks, as sentences.
  public var missing: [String] {
    var sentences: [String] = []
    if record.signals.isEmpty { sentences.append("the calibration has no EMG signal") }
    if record.sensors.isEmpty { sentences.append("the calibration has no joint sensor") }
    if record.evidence == nil {
      sentences.append(
        "the calibration holds no curves, because an older version wrote it; make it again from its recording"
      )
    }
    return sentences
  }

  /// The whole page.
  public var html: String {
    let who = record.subject.map { " of \($0)" } ?? ""
    let made = record.made.map { " · recorded \($0)" } ?? ""
    let items = missing.map { sentence -> HTML in "<li>\(sentence)</li>" }
    let notices: HTML =
      items.isEmpty
      ? .nothing
      : """
      <aside class="notice" role="note"><h2>What is missing</h2><ul>\(HTML(items))</ul></aside>
      """
    return PageFrame(
      heading: "Calibration" + who, subtitle: "\(source + made)", notices: notices,
      sections: [
        PageFrame.Section(anchor: "summary", title: "In plain words", body: summary),
        PageFrame.Section(anchor: "emg", title: "Rest and contractions", body: emg),
        PageFrame.Section(anchor: "angles", title: "Rest, pose and movements", body: angles),
        PageFrame.Section(anchor: "delay", title: "Delay from EMG to motion", body: delay),
      ]
    ).html
  }

  // MARK: words

  private var summary: HTML {
    var words: [HTML] = []
    let ratios = record.signals.compactMap { signal in
      signal.rest.flatMap { $0 > 0 ? (signal.name, signal.mvc / $0) : nil }
    }
    if let weakest = ratios.min(by: { $0.1 < $1.1 }) {
      words.append(
        """
        <p class="lead">\(counted(record.signals.count, "EMG signal")) and \
        \(counted(record.sensors.count, "joint sensor")) were calibrated. The strongest contractions stand \
        \(figures(weakest.1, 2)) times or more above rest (least: \(weakest.0)).</p>
        """)
    }
    if let widest = record.sensors.compactMap({ sensor in
      sensor.spread.map { (sensor.coordinate, $0) }
    }).max(by: { $0.1 < $1.1 }) {
      words.append(
        """
        <p>In the static pose no sensor moved by more than \(degreesText(widest.1)) (\(widest.0)); a zero is as good \
        as the pose was held and known.</p>
        """)
    }
    if let delay = record.delay {
      words.append(
        """
        <p>Motion follows EMG after \(figures(1000 * delay.seconds, 3)) ms, the start value of the electromechanical \
        delay; \(delay.signal ?? "a signal") tells it at \(delay.coordinate ?? "a joint") with a correlation of \
        \(places(delay.correlation, 2)).</p>
        """)
    } else {
      words.append(
        "<p>No EMG signal told its delay to the motion clearly enough; the session’s own value stands.</p>"
      )
    }
    return HTML(words)
  }

  // MARK: EMG

  private var emg: HTML {
    guard !record.signals.isEmpty else {
      return "<p class=\"absent\">The file has no EMG signal.</p>"
    }
    let rows = record.signals.map { signal -> HTML in
      """
      <tr><th scope="row">\(signal.name)</th><td class="num">\(microvolts(signal.rest)) µV</td>\
      <td class="num">\(microvolts(signal.mvc)) µV</td><td class="num">\(places(signal.plateau, 2)) s</td></tr>
      """
    }
    let charts = (record.evidence?.signals ?? []).map { curves in bursts(curves) }
    return """
      <p>The MVC is the mean envelope over the plateaus of the strongest contractions. A contraction that still climbs at \
      its end, or one of three that is far from the others, was not the strongest there is.</p>
      \(charts.isEmpty ? .nothing : legend([("model", "envelope"), ("truth", "MVC"), ("prior", "level at rest")]))
      <div class="row2">\(HTML(charts))</div>
      <div class="wide"><table><thead><tr><th scope="col">Signal</th><th scope="col" class="num">Rest</th>\
      <th scope="col" class="num">MVC</th><th scope="col" class="num">Plateaus</th></tr></thead>
      <tbody>\(HTML(rows))</tbody></table></div>
      """
  }

  /// Rest and contractions of a signal, one after the other.
  private func bursts(_ curves: CalibrationEvidence.Signal) -> HTML {
    let figures = record.signals.first { $0.name == curves.name }
    var chart = Chart(
      title: "Envelope of \(curves.name) at rest and in its contractions",
      xLabel: "time in tasks [s]",
      yLabel: "envelope [µV]", width: 470, height: 220)
    var curve = Chart.Curve(style: "model", x: [], y: [])
    var place = 0.0
    for (index, values) in ([curves.rest] + curves.contractions).enumerated() {
      guard !values.isEmpty else { continue }
      let start = place
      for value in values {
        curve.x.append(place)
        curve.y.append(1e6 * value)
        place += CalibrationEvidence.interval
      }
      // the next task is another time
      curve.x.append(place)
      curve.y.append(nil)
      if index > 0 { chart.bands.append(start...place) }
      place += 0.5
    }
    guard place > 0 else { return .nothing }
    chart.curves = [curve]
    chart.xRange = 0...place
    let highest = max(curve.y.compactMap { $0 }.max() ?? 1, 1e6 * (figures?.mvc ?? 0))
    chart.yRange = 0...max(1.08 * highest, 1e-6)
    if let figures {
      chart.levels = [(1e6 * figures.mvc, "truth")]
      if let rest = figures.rest { chart.levels.append((1e6 * rest, "prior")) }
    }
    return "<figure>\(chart.svg)<figcaption>\(curves.name)</figcaption></figure>"
  }

  private func microvolts(_ volts: Double?) -> String {
    volts.map { Report.figures(1e6 * $0, 3) } ?? "–"
  }

  // MARK: joints

  private var angles: HTML {
    guard !record.sensors.isEmpty else {
      return "<p class=\"absent\">The file has no joint sensor.</p>"
    }
    let rows = record.sensors.map { sensor -> HTML in
      let zero = sensor.zero.map { degreesText($0) } ?? "by its units’ pose"
      let sign = sensor.sign.map { $0 > 0 ? "+1" : "−1" } ?? "–"
      let share = sensor.share.map { percent($0) } ?? "–"
      return """
        <tr><th scope="row">\(sensor.coordinate)</th><td class="num">\(zero)</td><td class="num">\(sign)</td>\
        <td class="num">\(degreesText(sensor.spread))</td><td class="num">\(degreesText(sensor.range))</td>\
        <td class="num">\(share)</td></tr>
        """
    }
    let charts = (record.evidence?.sensors ?? []).map { curves -> HTML in
      let three = [
        motion(curves.coordinate, "at rest", curves.rest, isStill: true),
        motion(curves.coordinate, "in the pose", curves.pose, isStill: true),
        motion(curves.coordinate, "in its movement", curves.movement, isStill: false),
      ]
      return "<h3>\(curves.coordinate)</h3><div class=\"row3\">\(HTML(three))</div>"
    }
    return """
      <p>Readings as the sensor shows them, before zero and sign. At rest and in the pose they lie still within 3°; the \
      movement begins in the joint’s positive direction, which gives the sign.</p>
      <div class="wide"><table><thead><tr><th scope="col">Coordinate</th><th scope="col" class="num">Zero</th>\
      <th scope="col" class="num">Sign</th><th scope="col" class="num">Spread in the pose</th>\
      <th scope="col" class="num">Moved by</th><th scope="col" class="num">About one axis</th></tr></thead>
      <tbody>\(HTML(rows))</tbody></table></div>
      \(HTML(charts))
      """
  }

  /// A sensor in one task.
  private func motion(
    _ name: String, _ task: String, _ readings: [Double], isStill: Bool
  ) -> HTML {
    guard readings.count > 1 else {
      return "<p class=\"absent\">\(name) \(task): no curve.</p>"
    }
    let degrees = readings.map { $0 * 180 / .pi }
    var chart = Chart(
      title: "\(name) \(task)", xLabel: "time [s]", yLabel: "reading [°]", width: 310, height: 200)
    chart.curves = [
      Chart.Curve(
        style: "measured", x: degrees.indices.map { Double($0) * CalibrationEvidence.interval },
        y: degrees)
    ]
    if isStill, let low = degrees.min(), let high = degrees.max() {
      // the room that stillness has, so that noise is not blown up to look like movement
      let middle = (low + high) / 2
      chart.yRange = min(low, middle - 1.5)...max(high, middle + 1.5)
    }
    return "<figure>\(chart.svg)<figcaption>\(task)</figcaption></figure>"
  }

  // MARK: delay

  private var delay: HTML {
    let values = record.evidence?.correlations ?? []
    guard let delay = record.delay else {
      return "<p class=\"absent\">No delay was found, so there is nothing to draw.</p>"
    }
    guard values.count > 1 else {
      return "<p class=\"absent\">The file holds no correlations.</p>"
    }
    var chart = Chart(
      title: "Correlation of envelope and acceleration against the delay between them",
      xLabel: "delay [ms]", yLabel: "correlation", width: 640, height: 230)
    chart.curves = [
      Chart.Curve(
        style: "model",
        x: values.indices.map { 1000 * Double($0) * CalibrationEvidence.lagInterval },
        y: values.map { $0 })
    ]
    chart.hasDots = true
    chart.levels = [(0, "zero")]
    chart.yRange = min(-0.1, (values.min() ?? 0) - 0.05)...max(0.1, (values.max() ?? 0) + 0.05)
    chart.marks = [(1000 * delay.seconds, "")]
    return """
      <p>The envelope of \(delay.signal ?? "the telling signal") against the acceleration of \
      \(delay.coordinate ?? "its joint"). One clear peak means that the delay can be told; the hairline is what was taken, \
      \(figures(1000 * delay.seconds, 3)) ms.</p>
      <figure>\(chart.svg)</figure>
      """
  }
}
