/// What was worn and done, and how good the signals were.
extension ReportPage {
  /// Time lines, signals, streams and events.
  var protocolSection: HTML {
    var parts: [HTML] = []
    if let result, case .object = result.root["session"] {
      parts.append(timelines(result))
      parts.append(signals(result))
    } else {
      parts.append(absent("What was worn and done", "session"))
    }
    parts.append(streams)
    parts.append(events)
    return HTML(parts)
  }

  /// One time line a recording: stretches, payloads, what was held out.
  private func timelines(_ result: ResultDocument) -> HTML {
    let recordings = result.root["session"]["recordings"].elements
    let drawn = recordings.compactMap { recording -> HTML? in
      let stretches = recording["stretches"].elements
      let end = stretches.compactMap { $0["end"].double }.max() ?? 0
      guard end > 0 else { return nil }
      let scale = Scale(0...end, from: 70, to: 950)
      var parts: [HTML] = []
      func bar(_ low: Double, _ high: Double, _ y: Double, _ style: String, _ title: String) {
        parts.append(
          """
          <rect class="\(style)" x="\(scale(low))" y="\(y)" width="\(max(scale(high) - scale(low), 1))" \
          height="14" rx="1.5"><title>\(title)</title></rect>
          """)
      }
      for stretch in stretches {
        guard let low = stretch["start"].double, let high = stretch["end"].double else { continue }
        let split = stretch["held_out_from"].double ?? high
        bar(
          low, min(split, high), 6, "fitted", "fitted: \(places(low, 1)) to \(places(split, 1)) s")
        if split < high {
          bar(
            max(split, low), high, 6, "kept",
            "held out: \(places(split, 1)) to \(places(high, 1)) s")
        }
        for payload in stretch["payloads"].elements {
          guard let from = payload["start"].double, let to = payload["end"].double else { continue }
          let words = figures(payload["mass"].double, 3) + " kg"
          bar(from, to, 28, "load", "\(words), \(places(from, 1)) to \(places(to, 1)) s")
          if scale(to) - scale(from) > 44 {
            parts.append(
              "<text class=\"tick mid inverse\" x=\"\((scale(from) + scale(to)) / 2)\" y=\"38.5\">\(words)</text>"
            )
          }
        }
      }
      for tick in scale.ticks(10) {
        parts.append(
          "<text class=\"tick mid\" x=\"\(scale(tick.value))\" y=\"60\">\(tick.label)\(tick.value == 0 ? " s" : "")</text>"
        )
      }
      return """
        <figure><figcaption>\(recording["file"].string ?? "")</figcaption>
        <svg class="chart" viewBox="0 0 960 66" style="max-width:960px" role="img"><title>Time line</title>
        <text class="tick" x="0" y="17">motion</text><text class="tick" x="0" y="39">payload</text>
        \(HTML(parts))</svg></figure>
        """
    }
    guard !drawn.isEmpty else { return .nothing }
    let anyLoad = recordings.flatMap { $0["stretches"].elements }
      .contains { !$0["payloads"].elements.isEmpty }
    return """
      <p class="legend"><span><svg class="key" viewBox="0 0 26 10"><rect class="fitted" width="26" height="10"/></svg>fitted</span> \
      <span><svg class="key" viewBox="0 0 26 10"><rect class="kept" width="26" height="10"/></svg>held out for the test</span> \
      <span><svg class="key" viewBox="0 0 26 10"><rect class="load" width="26" height="10"/></svg>payload held</span></p>
      \(HTML(drawn))
      \(anyLoad ? .nothing : "<p class=\"note\">No payload was held, so nothing ties forces to newtons.</p>")
      """
  }

  private func signals(_ result: ResultDocument) -> HTML {
    let session = result.root["session"]
    let emg = session["emg"].elements.map { signal -> HTML in
      let lost = signal["unusable_time"].double ?? 0
      let quality =
        lost > 0 ? "without EMG for \(places(lost, 1)) s" : "sound throughout"
      let mvc =
        signal["mvc"].double.map { figures(1000 * $0, 3) + " mV" } ?? "unknown, gain identified"
      return """
        <tr><th scope="row">\(signal["muscles"].strings.joined(separator: ", "))</th>\
        <td>\(signal["channels"].strings.joined(separator: ", "))</td><td class="num">\(mvc)</td>\
        <td class="\(lost > 0 ? "bad" : "")">\(quality)</td></tr>
        """
    }
    let angles = session["angles"].elements.map { angle -> HTML in
      """
      <tr><th scope="row">\(angle["coordinate"].string ?? "–")</th><td>\(angle["channel"].string ?? "–")</td>\
      <td class="num">\(figures(angle["noise"].double.map { 1000 * $0 }, 2)) mrad</td><td></td></tr>
      """
    }
    guard !emg.isEmpty || !angles.isEmpty else { return .nothing }
    return """
      <h3>Signals</h3>
      <div class="wide"><table><thead><tr><th scope="col">Muscles or coordinate</th><th scope="col">Channels</th>\
      <th scope="col" class="num">MVC, or noise</th><th scope="col">Quality</th></tr></thead>
      <tbody>\(HTML(emg + angles))</tbody></table></div>
      """
  }

  /// The recording's streams.
  private var streams: HTML {
    guard let recording else {
      return
        "<p class=\"note\">Sample counts, gaps and events are in the recording; <code>diffmsm report FILE.xdf</code> shows them too.</p>"
    }
    let rows = recording.streams.map { stream -> HTML in
      """
      <tr><th scope="row">\(stream.name)</th><td class="num">\(stream.channels)</td>\
      <td class="num">\(figures(stream.nominalRate, 4)) Hz</td><td class="num">\(String(stream.samples))</td>\
      <td class="num">\(places(stream.duration, 2)) s</td></tr>
      """
    }
    let cut: HTML =
      HTML(
        recording.omissions.map { omission -> HTML in
          "<p class=\"bad\">The recording is not whole: \(omission).</p>"
        })
    return """
      <h3>Streams of the recording</h3>\(cut)
      <div class="wide"><table><thead><tr><th scope="col">Stream</th><th scope="col" class="num">Channels</th>\
      <th scope="col" class="num">Nominal rate</th><th scope="col" class="num">Samples</th>\
      <th scope="col" class="num">Lasts</th></tr></thead><tbody>\(HTML(rows))</tbody></table></div>
      <p>\(counted(recording.gapCount, "gap")), \(counted(Int(recording.lostSamples), "sample")) lost, \
      \(counted(recording.skippedWindows, "window")) skipped because the estimator was busy.</p>
      """
  }

  /// What was announced and what went wrong, in time order.
  private var events: HTML {
    guard let recording, !recording.remarks.isEmpty else { return .nothing }
    let shown = recording.remarks.prefix(60).map { remark -> HTML in
      "<tr><td class=\"num\">\(places(remark.time, 2)) s</td><td>\(remark.words)</td></tr>"
    }
    let more = recording.remarks.count - shown.count
    let rest: HTML = more > 0 ? "<p class=\"note\">And \(more) more.</p>" : .nothing
    return """
      <h3>What happened</h3>
      <div class="wide"><table class="events"><tbody>\(HTML(Array(shown)))</tbody></table></div>\(rest)
      """
  }
}

/// Everything that is needed to come to the same numbers again.
extension ReportPage {
  /// Versions, digests and the command.
  var reproduction: HTML {
    var rows: [(String, HTML)] = []
    if let result {
      if let version = result.root["versions"]["diffmsm"].string {
        rows.append(("DiffMSM", "\(version)"))
      }
      if let file = result.root["configuration"]["file"].string {
        rows.append(
          (
            "Session file",
            "\(file)<br><code class=\"hash\">\(result.root["configuration"]["sha256"].string ?? "no digest")</code>"
          ))
      }
      for entry in result.root["recordings"].elements {
        rows.append(
          (
            "Recording",
            "\(entry["file"].string ?? "–")<br><code class=\"hash\">\(entry["sha256"].string ?? "no digest")</code>"
          ))
      }
      let session = result.root["session"]
      if let step = session["step"].double {
        rows.append(
          (
            "Grid",
            "step \(figures(1000 * step, 3)) ms, measurements every \(figures(session["measurement_interval"].double.map { 1000 * $0 }, 3)) ms"
          ))
      }
      if let noise = session["activation_noise"].double {
        rows.append(("Activation noise", "\(percent(noise))"))
      }
    }
    if let recording {
      if let version = recording.softwareVersion {
        rows.append(("Recorded by", "DiffMSM \(version)"))
      }
      for text in recording.texts {
        rows.append(
          ("Carries", "\(text.name)<br><code class=\"hash\">\(text.sha256)</code>"))
      }
    }
    guard !rows.isEmpty else {
      return absent("What is needed to repeat this", "versions", "configuration", "recordings")
    }
    let body = rows.map { name, value -> HTML in
      "<tr><th scope=\"row\">\(name)</th><td>\(value)</td></tr>"
    }
    return """
      <div class="wide"><table class="facts"><tbody>\(HTML(body))</tbody></table></div>
      \(command)
      <p class="note">Digests are SHA-256. The same program, processor features and libraries give the same \
      bytes; another build agrees within the tolerance that <code>diffmsm replay</code> states.</p>
      """
  }

  private var command: HTML {
    guard let result else { return .nothing }
    let files = result.root["recordings"].elements.compactMap { $0["file"].string }
    guard !files.isEmpty else { return .nothing }
    let words = files.map(Self.quoted).joined(separator: " ")
    let configuration =
      result.root["configuration"]["file"].string.map { " --config " + Self.quoted($0) } ?? ""
    let step = result.root["search"]["step"].string == "adam" ? " --step adam" : ""
    return "<pre>diffmsm identify \(words)\(configuration)\(step) --output RESULT.json</pre>"
  }

  /// A name as a shell takes it.
  private static func quoted(_ name: String) -> String {
    let plain = name.allSatisfy { $0.isLetter || $0.isNumber || "._-+/".contains($0) }
    return plain && !name.isEmpty ? name : "'" + name.replacing("'", with: "'\\''") + "'"
  }
}
