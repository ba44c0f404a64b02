internal import Foundation

extension DaemonStatus {
  /// The state as Prometheus reads it, text format 0.0.4.
  public var prometheusText: String {
    var text = MetricsText()
    text.add(
      "diffmsm_info", .gauge, "Which session runs.",
      [(["session": session, "subject": subject, "version": version], 1)])
    text.add("diffmsm_session_seconds", .counter, "Session time so far.", [([:], time)])
    text.add(
      "diffmsm_pipeline_idle_seconds", .gauge, "Time since the pipeline last came round.",
      [([:], sinceProgress)])
    text.add(
      "diffmsm_samples_total", .counter, "Samples of each stream.",
      streams.map { (["stream": $0.name], Double($0.samples)) })
    text.add(
      "diffmsm_clock_drift_ratio", .gauge, "By how much samples lie further apart than promised.",
      streams.compactMap { stream in stream.clock.map { (["stream": stream.name], $0.drift) } })
    text.add(
      "diffmsm_clock_jitter_seconds", .gauge, "Mean lateness of arrivals.",
      streams.compactMap { stream in stream.clock.map { (["stream": stream.name], $0.jitter) } })
    text.add(
      "diffmsm_clock_alignment_seconds", .gauge,
      "Standard deviation of the latest sample's time, beside a constant delay.",
      streams.compactMap { stream in
        stream.clock?.alignmentDeviation.map { (["stream": stream.name], $0) }
      })
    let synced = streams.filter { $0.sync != nil }
    if !synced.isEmpty {
      text.add(
        "diffmsm_sync_delay_seconds", .gauge, "How much later than the reference's samples come.",
        synced.map { (["stream": $0.name], $0.sync?.delay ?? 0) })
      text.add(
        "diffmsm_sync_pulses_total", .counter, "Sync pulses by what became of them.",
        synced.flatMap { stream in
          [
            ("agreed", (stream.sync?.pulses ?? 0) - (stream.sync?.disagreeing ?? 0)),
            ("disagreed", stream.sync?.disagreeing ?? 0), ("missing", stream.sync?.missing ?? 0),
            ("unexpected", stream.sync?.unexpected ?? 0),
          ].map { (["stream": stream.name, "outcome": $0.0], Double($0.1)) }
        })
    }
    text.add("diffmsm_gaps_total", .counter, "Gaps in any stream.", [([:], Double(gaps))])
    text.add(
      "diffmsm_lost_samples_total", .counter, "Samples lost in gaps.", [([:], Double(lostSamples))])
    text.add(
      "diffmsm_input_lost", .gauge, "1 while some stream is silent for too long.",
      [([:], isInputLost ? 1 : 0)])
    text.add(
      "diffmsm_windows_total", .counter, "Windows, and those that the estimator was too busy for.",
      [
        (["outcome": "closed"], Double(windows)), (["outcome": "skipped"], Double(skippedWindows)),
      ])
    text.add(
      "diffmsm_estimates_total", .counter, "Estimates by what became of them.",
      [(["outcome": "adopted"], Double(adopted)), (["outcome": "refused"], Double(refused))])
    if let estimate {
      text.add(
        "diffmsm_parameters", .gauge, "Unknowns by what the data tell of them.",
        [
          (["status": "identified"], Double(estimate.identified)),
          (["status": "other"], Double(estimate.unknowns - estimate.identified)),
        ])
    }
    text.add(
      "diffmsm_ring_capacity", .gauge, "Elements that may wait between two threads.",
      rings.map { (["ring": $0.name], Double($0.capacity)) })
    text.add(
      "diffmsm_ring_pushed_total", .counter, "Elements that were accepted.",
      rings.map { (["ring": $0.name], Double($0.pushed)) })
    text.add(
      "diffmsm_ring_dropped_total", .counter, "Elements that found no room.",
      rings.map { (["ring": $0.name], Double($0.dropped)) })
    text.add(
      "diffmsm_recording", .gauge, "1 while a recording is made.",
      [([:], recording.path == nil ? 0 : 1)])
    text.add(
      "diffmsm_recording_lost_steps_total", .counter, "Steps that the recording lacks.",
      [([:], Double(recording.lostSteps))])
    text.add(
      "diffmsm_feed_armed", .gauge, "1 while the controller feed is armed.",
      [([:], feed == "armed" ? 1 : 0)])
    text.add(
      "diffmsm_dashboard_clients", .gauge, "Dashboards that look, and those that take nothing.",
      [
        (["state": "reading"], Double(dashboard.clients - dashboard.behind)),
        (["state": "behind"], Double(dashboard.behind)),
      ])
    text.add(
      "diffmsm_dashboard_missed_total", .counter, "Messages that slow dashboards missed.",
      [([:], Double(dashboard.missed))])
    text.add(
      "diffmsm_control_cut_off_total", .counter, "Clients of the control socket that were cut off.",
      [([:], Double(cutOffClients))])
    if let latency { text.add(latency) }
    let process = ProcessFigures.present
    text.add(
      "process_resident_memory_bytes", .gauge, "Memory in use.", [([:], process.residentBytes)])
    text.add("process_cpu_seconds_total", .counter, "Processor time.", [([:], process.cpuSeconds)])
    text.add("process_open_fds", .gauge, "Open files.", [([:], process.openFiles)])
    return text.text
  }
}

/// Prometheus' text format while it is written.
struct MetricsText {
  /// Kinds of metrics.
  enum Kind: String {
    /// A number that never falls.
    case counter
    /// Any number.
    case gauge
    /// Counts up to bounds.
    case histogram
  }

  /// What has been written.
  private(set) var text = ""

  /// A metric with its samples, each a set of labels and a value.
  mutating func add(
    _ name: String, _ kind: Kind, _ help: String, _ samples: [([String: String], Double)]
  ) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    for (labels, value) in samples { line(name, labels, value) }
  }

  /// The latency as a histogram, and its tail.
  mutating func add(_ latency: DaemonStatus.Latency) {
    let name = "diffmsm_latency_seconds"
    add(name, .histogram, "From a block's arrival to the end of the pipeline.", [])
    for (bound, count) in zip(DaemonStatus.Latency.bounds, latency.cumulative) {
      line(name + "_bucket", ["le": Self.number(bound)], Double(count))
    }
    line(name + "_bucket", ["le": "+Inf"], Double(latency.blocks))
    line(name + "_sum", [:], latency.sum)
    line(name + "_count", [:], Double(latency.blocks))
    add(
      "diffmsm_latency_quantile_seconds", .gauge, "What this fraction of blocks do not exceed.",
      [
        (["quantile": "0.5"], latency.p50), (["quantile": "0.99"], latency.p99),
        (["quantile": "0.999"], latency.p999), (["quantile": "1"], latency.max),
      ])
  }

  private mutating func line(_ name: String, _ labels: [String: String], _ value: Double) {
    let words = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
    text += name + (words.isEmpty ? "" : "{\(words.joined(separator: ","))}")
    text += " \(Self.number(value))\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}

/// What the system says about this process.
struct ProcessFigures {
  /// Memory in use [byte].
  var residentBytes = 0.0
  /// Processor time so far [s].
  var cpuSeconds = 0.0
  /// Open files [1].
  var openFiles = 0.0

  /// The present figures.
  static var present: ProcessFigures {
    var figures = ProcessFigures()
    if let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = text.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
    {
      figures.residentBytes = pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    for time in [usage.ru_utime, usage.ru_stime] {
      figures.cpuSeconds += Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
    let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    figures.openFiles = Double(files?.count ?? 0)
    return figures
  }
}
