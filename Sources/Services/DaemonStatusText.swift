internal import Foundation

extension DaemonStatus {
  /// What does not keep up or is missing, one sentence each; empty when all is well.
  public var troubles: [String] {
    var troubles: [String] = []
    if !isAlive { troubles.append("the pipeline stands still") }
    if isInputLost { troubles.append("a stream is silent") }
    troubles += streams.compactMap(\.syncTrouble)
    for ring in rings where ring.dropped > 0 {
      troubles.append(
        "\(ring.name) overflowed \(ring.dropped) times of \(ring.pushed + ring.dropped): "
          + ring.whenFull)
    }
    if lostSamples > 0 { troubles.append("\(lostSamples) samples are lost, in \(gaps) gaps") }
    if dashboard.behind > 0 {
      troubles.append(
        "\(dashboard.behind) of \(dashboard.clients) dashboards take nothing and have missed "
          + "\(dashboard.missed) messages")
    }
    if recording.lostSteps > 0 {
      troubles.append("the recording lacks \(recording.lostSteps) steps")
    }
    return troubles
  }

  /// The same for people, some lines.
  public var lines: [String] {
    func fixed(_ value: Double, _ digits: Int) -> String {
      value.formatted(
        .number.precision(.fractionLength(digits)).grouping(.never).locale(Locale(identifier: "C")))
    }
    var lines = [
      "\(session), subject \(subject), process \(process), DiffMSM \(version)",
      "time: \(fixed(time, 1)) s",
    ]
    for stream in streams {
      let mean = time > 0 ? Double(stream.samples) / time : 0
      lines.append(
        "stream \(stream.name): \(stream.samples) samples, \(fixed(mean, 0)) Hz in the mean, "
          + "\(fixed(stream.nominalRate, 0)) Hz promised")
    }
    lines += streams.flatMap(\.clockLines)
    lines.append("gaps: \(gaps), samples lost \(lostSamples)")
    lines.append(
      "windows: \(windows), skipped \(skippedWindows); estimates adopted \(adopted), "
        + "refused \(refused)")
    if let estimate {
      lines.append(
        "estimate: of window \(estimate.window), \(estimate.identified) of \(estimate.unknowns) "
          + "identified, \(estimate.scale)")
    } else {
      lines.append("estimate: none yet")
    }
    lines.append("recording: \(recording.path ?? "off")")
    if let calibration, calibration.isRunning {
      lines.append("calibration: \(calibration.said.last ?? "about to begin")")
    }
    lines.append("feed: \(feed)" + (feedState.map { ", \($0)" } ?? ""))
    for refusal in armRefusals { lines.append("against arming: \(refusal)") }
    if let latency {
      let words = [latency.p50, latency.p99, latency.p999, latency.max].map {
        "\(fixed($0 * 1e3, 3)) ms"
      }
      lines.append(
        "latency of \(latency.blocks) blocks: half within \(words[0]), 99 % within \(words[1]), "
          + "99.9 % within \(words[2]), longest \(words[3])")
    }
    for thread in threads { lines.append("thread \(thread.name): \(thread.scheduling)") }
    lines.append("memory lock: \(memoryLock)")
    if let web { lines.append("web: http://\(web), \(dashboard.clients) dashboards") }
    if cutOffClients > 0 { lines.append("control socket: \(cutOffClients) clients cut off") }
    for sentence in needsRestart { lines.append("needs a restart: \(sentence)") }
    return lines + troubles.map { "TROUBLE: \($0)" }
  }

  /// True while the pipeline comes round as it should.
  public var isAlive: Bool { sinceProgress < 1 }

  /// Why nobody should rely on the session just now; empty when it is ready.
  public var readinessTroubles: [String] {
    var troubles: [String] = []
    if !isAlive { troubles.append("the pipeline stands still") }
    if isInputLost { troubles.append("a stream is silent") }
    if streams.contains(where: { $0.samples == 0 }) { troubles.append("a stream has not begun") }
    return troubles
  }
}
