import Foundation
import Testing

@Suite("Talking to the daemon", .serialized, .waitingElsewhere)
struct ControlCommandTests {
  /// Waits until the daemon in `folder` answers.
  static func awaitDaemon(in folder: String) throws {
    for _ in 0..<100 {
      let status = try Program.run("status", "--json", in: folder)
      if status.code == 0, !status.output.contains("\"samples\":0") { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    Issue.record("the daemon does not answer within five seconds")
  }

  @Test("status, markers and payloads reach the session, and replay repeats them to the byte")
  func commands() throws {
    let folder = try CommandFolder()
    try folder.write(
      folder.session + "payload: { body: r_ulna_radius_hand, point: [0 m, -0.3 m, 0 m] }\n",
      "session.yaml")
    let here = folder.path
    let nobody = try Program.run("status", in: here)
    #expect(nobody.code == 69 && nobody.complaints.contains("no daemon listens here"))
    let (process, output, complaints) = try Program.start(
      ["run", "--config", "session.yaml", "--record", "r.xdf"], in: here)
    try Self.awaitDaemon(in: here)
    let second = try Program.run("run", "--config", "session.yaml", in: here)
    #expect(second.code == 69)
    #expect(
      second.complaints.contains(
        "held by process \(process.processIdentifier) with session session.yaml"))
    #expect(try Program.run("marker", "second", "set", in: here).output == "marked: second set\n")
    #expect(try Program.run("payload", "2 kg", in: here).output == "payload: 2 kg\n")
    #expect(try Program.run("payload", "off", in: here).output == "payload: off\n")
    #expect(try Program.run("payload", "2", in: here).code == 64)
    let heavy = try Program.run("payload", "500 kg", in: here)
    #expect(heavy.code == 69 && heavy.complaints.contains("at most 100 kg"))
    let json = try Program.run("status", "--json", in: here).output
    let status = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(status["session"] as? String == "session.yaml")
    #expect(status["process"] as? Int == Int(process.processIdentifier))
    #expect((status["recording"] as? [String: Any])?["path"] as? String == "r.xdf")
    #expect((status["rings"] as? [Any])?.count == 3)
    let text = try Program.run("status", in: here).output
    #expect(text.contains("stream virtual-emg16-enc2: ") && text.contains("recording: r.xdf"))
    process.terminate()
    let result = try Program.finish(process, output, complaints)
    #expect(result.code == 0, "\(result.complaints)")
    #expect(result.complaints.contains("second set"))

    let replay = try Program.run("replay", "r.xdf", "--output", "e.jsonl", in: here)
    #expect(replay.output.contains("identical: "), "\(replay.complaints)")
    let events = try String(contentsOfFile: here + "/e.jsonl", encoding: .utf8)
      .split(separator: "\n").filter { $0.contains("\"command\"") }
    try #require(events.count == 3)
    #expect(events[0].contains("second set"))
    #expect(events[1].contains("\"kilograms\":2") && events[2].contains("payloadOff"))
  }

  @Test(
    "recordings begin and end in mid-session, SIGHUP goes on in a new file, the web tells how it is"
  )
  func recordings() throws {
    let folder = try CommandFolder()
    try folder.write(folder.session + "recording: { folder: recordings }\n", "session.yaml")
    let here = folder.path
    let (process, output, complaints) = try Program.start(
      ["run", "--config", "session.yaml", "--http", "127.0.0.1:0", "--log", "journal"], in: here)
    try Self.awaitDaemon(in: here)
    #expect(try Program.run("record", "stop", in: here).code == 69)
    let begun = try Program.run("record", "start", "first.xdf", in: here)
    #expect(begun.output == "recording to first.xdf\n", "\(begun.complaints)")
    let again = try Program.run("record", "start", in: here)
    #expect(again.code == 69 && again.complaints.contains("first.xdf: error: a recording is being"))
    let json = Data(try Program.run("status", "--json", in: here).output.utf8)
    let status = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let web = try #require(status["web"] as? String)
    let metrics = try String(
      contentsOf: #require(URL(string: "http://\(web)/metrics")), encoding: .utf8)
    #expect(metrics.contains("diffmsm_recording 1\n"))
    #expect(metrics.contains("diffmsm_latency_seconds_count"))
    Thread.sleep(forTimeInterval: 1)
    #expect(try Program.run("record", "stop", in: here).output == "recorded: first.xdf\n")
    let taken = try Program.run("record", "start", "first.xdf", in: here)
    #expect(taken.code == 69, "an existing file is never replaced")
    #expect(try Program.run("record", "start", in: here).code == 0)
    Thread.sleep(forTimeInterval: 1.2)
    kill(process.processIdentifier, SIGHUP)
    Thread.sleep(forTimeInterval: 1)
    process.terminate()
    let result = try Program.finish(process, output, complaints)
    #expect(result.code == 0, "\(result.complaints)")
    #expect(result.complaints.contains("recording goes on in "))
    let levels = Set(result.complaintLines.map { $0.prefix { $0 != ":" } })
    #expect(levels.isSubset(of: ["info", "notice", "warning", "error"]), "\(result.complaints)")
    let made = try FileManager.default.contentsOfDirectory(atPath: here + "/recordings").sorted()
    #expect(made.count == 2 && made.allSatisfy { $0.hasPrefix("session-") })
    for file in ["first.xdf"] + made.map({ "recordings/" + $0 }) {
      // every file opens in mid-session, with the state that the session had
      let replay = try Program.run("replay", file, in: here)
      #expect(replay.code == 0, "\(replay.complaints)")
      #expect(replay.output.contains("identical: "), "\(replay.output)")
    }
  }

  @Test("files that a session goes on in replay to the byte, each without those before it")
  func rotation() throws {
    let folder = try CommandFolder()
    try folder.write(
      folder.session + folder.slowly() + "recording: { folder: recordings }\n"
        + "feed: { torque_limit: { r_elbow_flex: 20 N*m } }\n", "session.yaml")
    let here = folder.path
    let (process, output, complaints) = try Program.start(
      ["run", "--config", "session.yaml", "--record", "first.xdf"], in: here)
    try Self.awaitDaemon(in: here)
    for _ in 0..<2 {
      Thread.sleep(forTimeInterval: 2.2)
      kill(process.processIdentifier, SIGHUP)
    }
    Thread.sleep(forTimeInterval: 2.2)
    process.terminate()
    #expect(try Program.finish(process, output, complaints).code == 0)
    let parts = try FileManager.default.contentsOfDirectory(atPath: here + "/recordings").sorted()
    try #require(parts.count == 2)
    var last = ""
    for part in ["first.xdf"] + parts.map({ "recordings/" + $0 }) {
      let replay = try Program.run("replay", part, "--output", "e.jsonl", "--force", in: here)
      #expect(replay.output.contains("identical: "), "\(part): \(replay.output)")
      last = String(decoding: try folder.data("e.jsonl"), as: UTF8.self)
      #expect(last.contains("windowClosed"), "\(part)")
      try FileManager.default.removeItem(atPath: here + "/" + part)
    }
    #expect(!last.contains("\"window\":0,"), "the last part's events are its own")
  }

  @Test("reload takes what may change, names the rest, refuses a broken file, and is replayed")
  func reload() throws {
    let folder = try CommandFolder()
    let feed = """
      feed:
        torque_limit: { r_elbow_flex: 60 N*m }
        scale: ratios-only
        relative_sd: 50 %
        free_space: 1

      """
    let text = try folder.session + folder.slowly() + feed
    try folder.write(text, "session.yaml")
    let here = folder.path
    let (process, output, complaints) = try Program.start(
      ["run", "--config", "session.yaml", "--record", "r.xdf", "--log", "journal"], in: here)
    try Self.awaitDaemon(in: here)
    #expect(try Program.run("reload", in: here).output == "reloaded session.yaml: nothing new\n")

    let changed = text.replacing("window: 500 ms", with: "window: 1 s")
      .replacing("relative_sd: 50 %", with: "relative_sd: 40 %\n  recovery: 100 ms")
    try folder.write(changed + "recording: { folder: elsewhere }\n", "session.yaml")
    let taken = try Program.run("reload", in: here)
    #expect(
      taken.output == """
        reloaded session.yaml: 3 taken, 0 waiting, 1 after a restart
        - taken: recording.folder: recordings -> elsewhere
        - taken: feed.recovery: 0.2 s -> 0.1 s
        - taken: feed.relative_sd: 0.5 -> 0.4
        - needs a restart: identification.window: 500 ms -> 1 s

        """, "\(taken)")
    let status = try Program.run("status", in: here).output
    #expect(status.contains("needs a restart: identification.window: 500 ms -> 1 s\n"))
    let again = try Program.run("reload", "--json", in: here).output
    let reply = try #require(
      try JSONSerialization.jsonObject(with: Data(again.utf8)) as? [String: [String]])
    #expect(reply["taken"] == [] && reply["waiting"] == [] && reply["needs_restart"]?.count == 1)

    // three mistakes, and with them a change that would be taken
    let broken = changed.replacing("recovery: 100 ms", with: "recovery: 300 ms\n  fede: 1 s")
      .replacing("mvc: 1 mV", with: "mvc: 1 s")
    try folder.write(broken, "session.yaml")
    let refused = try Program.run("reload", in: here)
    #expect(refused.code == 78 && refused.output.isEmpty)
    let checked = try Program.run("check-config", "session.yaml", in: here)
    #expect(refused.complaintLines == checked.complaintLines && checked.complaintLines.count == 3)
    #expect(refused.complaints.contains("unknown key \"fede\" in feed"))

    // while it is armed the feed keeps what it has; nothing but arm arms
    var armed = try Program.run("arm", in: here)
    for _ in 0..<200 where armed.code != 0 {
      Thread.sleep(forTimeInterval: 0.1)
      armed = try Program.run("arm", in: here)
    }
    #expect(armed.code == 0, "\(armed.complaints)")
    try folder.write(text.replacing("relative_sd: 50 %", with: "relative_sd: 60 %"), "session.yaml")
    let waiting = try Program.run("reload", in: here).output
    #expect(
      waiting.contains(
        "waits until the feed is disarmed, then reload again: feed.relative_sd: 0.4 -> 0.6\n"),
      "\(waiting)")
    #expect(waiting.contains("taken: recording.folder: elsewhere -> recordings\n"), "\(waiting)")
    #expect(try Program.run("status", "--json", in: here).output.contains("\"feed\":\"armed\""))
    #expect(try Program.run("disarm", in: here).code == 0)
    let last = try Program.run("reload", in: here).output
    #expect(last.contains("taken: feed.relative_sd: 0.4 -> 0.6\n"), "\(last)")
    #expect(try Program.run("status", "--json", in: here).output.contains("\"feed\":\"disarmed\""))
    process.terminate()
    let result = try Program.finish(process, output, complaints)
    #expect(result.code == 0, "\(result.complaints)")
    #expect(result.complaints.contains("the session file has 3 mistakes; nothing was changed"))

    let replay = try Program.run("replay", "r.xdf", "--output", "e.jsonl", in: here)
    #expect(replay.output.contains("identical: "), "\(replay.complaints)")
    let events = String(decoding: try folder.data("e.jsonl"), as: UTF8.self)
      .split(separator: "\n").filter { $0.contains("\"reload\"") }
    // one for each reload of a file without mistakes
    #expect(events.count == 5, "\(events)")
    #expect(events[1].contains("feed.recovery") && !events[3].contains("feed."))
  }

  @Test("a session with a feed that gets no processor for a moment holds, tells why and goes on")
  func lateness() throws {
    let folder = try CommandFolder()
    try folder.write(
      folder.session + folder.slowly() + "feed: { torque_limit: { r_elbow_flex: 20 N*m } }\n",
      "session.yaml")
    let here = folder.path
    let (process, output, complaints) = try Program.start(
      ["run", "--config", "session.yaml", "--record", "r.xdf"], in: here)
    try Self.awaitDaemon(in: here)
    for _ in 0..<3 {
      kill(process.processIdentifier, SIGSTOP)
      Thread.sleep(forTimeInterval: 0.4)
      kill(process.processIdentifier, SIGCONT)
      Thread.sleep(forTimeInterval: 0.4)
    }
    process.terminate()
    let result = try Program.finish(process, output, complaints)
    #expect(result.code == 0, "\(result.complaints)")
    let replay = try Program.run("replay", "r.xdf", "--output", "e.jsonl", in: here)
    #expect(replay.output.contains("identical: "), "\(replay.complaints)")
    let events = try String(contentsOfFile: here + "/e.jsonl", encoding: .utf8)
    #expect(events.contains("stale"), "the feed saw how old its samples were")
  }

  @Test(
    "calibrate leads in the running session, which must be recording, and stops when it is told to")
  func calibrate() throws {
    let folder = try CommandFolder()
    try folder.write(folder.session, "session.yaml")
    let here = folder.path
    let wrong = try Program.run(
      "calibrate", "--running", "--config", "session.yaml", "--output", "c.yaml", in: here)
    #expect(wrong.code == 64, "\(wrong.complaints)")
    let (process, output, complaints) = try Program.start(
      ["run", "--config", "session.yaml"], in: here)
    try Self.awaitDaemon(in: here)
    let unrecorded = try Program.run("calibrate", "--running", "--output", "c.yaml", in: here)
    #expect(unrecorded.code == 69, "\(unrecorded.complaints)")
    #expect(unrecorded.complaints.contains("begin one with diffmsm record start"))
    #expect(try Program.run("record", "start", "r.xdf", in: here).code == 0)

    let (led, said, heard) = try Program.start(
      ["calibrate", "--running", "--output", "c.yaml", "--pause", "300ms", "--repeats", "1"],
      in: here)
    // two seconds until the first task, which lasts four
    Thread.sleep(forTimeInterval: 3.5)
    let twice = try Program.run("calibrate", "--running", "--output", "d.yaml", in: here)
    #expect(twice.code == 69 && twice.complaints.contains("already"), "\(twice.complaints)")
    let status = try Program.run("status", in: here).output
    #expect(status.contains("calibration: now, for "), "\(status)")
    led.interrupt()
    let stopped = try Program.finish(led, said, heard)
    #expect(stopped.code == 65, "\(stopped.complaints)")
    #expect(stopped.complaints.contains("lie still and let go"))
    #expect(stopped.complaints.contains("stopped before the end"))
    #expect(!FileManager.default.fileExists(atPath: here + "/c.yaml"))
    #expect(!(try Program.run("status", in: here).output.contains("calibration: ")))
    process.terminate()
    #expect(try Program.finish(process, output, complaints).code == 0)
    let events = try Program.run("replay", "r.xdf", "--output", "e.jsonl", in: here)
    let lines = try String(contentsOfFile: here + "/e.jsonl", encoding: .utf8)
    #expect(lines.contains("\"marker\":{\"_0\":\"rest\"}"), "\(events.output)")
  }
}
