import Foundation
import TestSupport
import Testing

@Suite("Commands", .serialized, .waitingElsewhere)
struct CommandTests {
  @Test("simulate, replay and the altered copy, as a user sees them")
  func simulateAndReplay() throws {
    let folder = try CommandFolder()
    let here = folder.path
    let made = try Program.run(
      "simulate", "--config", "session.yaml", "--duration", "2s", "--seed", "5", "--output",
      "s.xdf",
      in: here)
    #expect(made.code == 0 && made.complaints.isEmpty, "\(made.complaints)")
    #expect(made.output.contains("muscle/BRA/max_isometric_force"))
    #expect(made.output.hasSuffix("recording: s.xdf\n"))
    // the session and its files come out of the recording
    for name in ["session.yaml", "arm.osim", "virtual-emg16-enc2.yaml"] {
      try FileManager.default.moveItem(atPath: here + "/" + name, toPath: here + "/old-" + name)
    }
    let replay = try Program.run("replay", "s.xdf", "--output", "e.jsonl", in: here)
    #expect(replay.code == 0, "\(replay.complaints)")
    #expect(replay.output.contains("identical: "))
    #expect(replay.complaints.contains("times real time"))
    let json = try Program.run("replay", "s.xdf", "--json", in: here)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect((object?["truth"] as? [Any])?.count == 1)

    // one digit of an event, in place
    var bytes = try folder.data("s.xdf")
    let place = try #require(
      bytes.range(of: Data("\"lostSamples\":".utf8))
        ?? bytes.range(of: Data("\"evaluations\":".utf8)))
    bytes[place.upperBound] = bytes[place.upperBound] == 0x37 ? 0x38 : 0x37
    try bytes.write(to: URL(fileURLWithPath: here + "/altered.xdf"))
    let altered = try Program.run("replay", "altered.xdf", in: here)
    #expect(altered.code == 65)
    #expect(altered.complaints.contains("altered.xdf: error: the replay differs: event"))
  }

  @Test("run prints a line a second, and SIGTERM stops it within a second with everything on disk")
  func stop() throws {
    let folder = try CommandFolder()
    let (process, output, complaints) = try Program.start(
      ["run", "--config", "session.yaml", "--record", "r.xdf"], in: folder.path)
    try Task.checkCancellation()
    Thread.sleep(forTimeInterval: 3)
    let asked = ContinuousClock.now
    process.terminate()
    let result = try Program.finish(process, output, complaints)
    #expect((ContinuousClock.now - asked) / .seconds(1) < 2)
    #expect(result.code == 0, "\(result.complaints)")
    let lines = result.complaintLines
    #expect(lines.count >= 2 && lines.allSatisfy { $0.contains("virtual-emg16-enc2") })
    #expect(lines.allSatisfy { $0.contains("gaps") && $0.hasSuffix("feed disarmed") })
    #expect(result.output.contains("recording: r.xdf"))
    let replay = try Program.run("replay", "r.xdf", in: folder.path)
    #expect(replay.output.contains("identical: "), "\(replay.complaints)")
  }

  @Test("tables become a recording, which a session of streams replays")
  func convert() throws {
    let folder = try CommandFolder()
    // 3 s of noise at 1 kHz and a slow swing at 100 Hz
    var random = SystemSequence(state: 11)
    var emg = "time_s,TRI_mV,BIC_mV\n"
    for row in 0..<3000 {
      emg += "\(Double(row) / 1000),\(random.next()),\(random.next())\n"
    }
    var angles = "time_s,shoulder_deg,elbow_deg\n"
    for row in 0..<300 {
      let phase = Double(row) / 50
      angles += "\(Double(row) / 100),\(5 * sin(phase)),\(60 + 20 * sin(phase))\n"
    }
    try folder.write(emg, "emg.csv")
    try folder.write(angles, "angles.csv")
    let converted = try Program.run(
      "convert", "emg.csv", "angles.csv", "--output", "c.xdf", in: folder.path)
    #expect(converted.code == 0, "\(converted.complaints)")
    #expect(converted.output.contains("emg: 3000 samples, 1000.0 Hz, 0 gaps"))
    let bare = try Program.run("replay", "c.xdf", in: folder.path)
    #expect(bare.code == 64 && bare.complaints.contains("--config"))
    try folder.write(
      folder.session
        .replacing(
          "- { name: board, device: ./virtual-emg16-enc2.yaml, virtual: { seed: 1 } }",
          with: "- { name: e, stream: emg }\n  - { name: a, stream: angles }"
        )
        .replacing("board.EMG1", with: "e.TRI").replacing("board.EMG2", with: "e.BIC")
        .replacing("board.ENC1", with: "a.shoulder").replacing("board.ENC2", with: "a.elbow"),
      "streams.yaml")
    let replay = try Program.run("replay", "c.xdf", "--config", "streams.yaml", in: folder.path)
    #expect(replay.code == 0, "\(replay.complaints)")
    #expect(replay.output.contains("not compared"))
    #expect(replay.output.contains("emg: 3000 samples; angles: 300 samples"))
    let live = try Program.run("run", "--config", "streams.yaml", in: folder.path)
    #expect(live.code == 69 && live.complaintLines.count == 1)

    // the same numbers under other names: the session's import section says which column is which
    try folder.write(
      emg.replacing("time_s,TRI_mV,BIC_mV", with: "Zeit;K1;K2").replacing(",", with: ";"), "roh.csv"
    )
    try folder.write(
      String(
        decoding: try folder.data("streams.yaml")
          + Data(
            """
            import:
              - file: ro*.csv
                stream: emg
                time: { column: Zeit }
                columns: { TRI: { column: K1, unit: mV }, BIC: { column: K2, unit: mV } }
            """.utf8), as: UTF8.self), "mapped.yaml")
    let plain = try Program.run(
      "identify", "emg.csv", "angles.csv", "--config", "streams.yaml", "--json", in: folder.path)
    #expect(plain.code == 0, "\(plain.complaints)")
    let mapped = try Program.run(
      "identify", "roh.csv", "angles.csv", "--config", "mapped.yaml", "--json", in: folder.path)
    #expect(mapped.code == 0, "\(mapped.complaints)")
    func values(_ text: String) throws -> [Double] {
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      let rows = object?["parameters"] as? [[String: Any]]
      return (rows ?? []).compactMap { $0["value"] as? Double }
    }
    #expect(try values(plain.output).count == 1)
    #expect(try values(plain.output) == values(mapped.output))
    // and out again for other programs
    let out = try Program.run(
      "convert", "roh.csv", "angles.csv", "--config", "mapped.yaml", "--output", "bids",
      "--subject", "S07", in: folder.path)
    #expect(out.code == 0, "\(out.complaints)")
    let back = try Program.run(
      "convert", "bids/sub-S07/emg/sub-S07_task-movement_emg.bdf", "--output", "b.xdf",
      in: folder.path)
    #expect(back.output.contains("emg: 3000 samples, 1000.0 Hz, 0 gaps"), "\(back.output)")
    #expect(back.output.contains("angles: 300 samples, 100.0 Hz, 0 gaps"))
  }

  @Test("run --folder keeps one run in one folder, from which it runs again")
  func sessionFolder() throws {
    let folder = try CommandFolder()
    let result = try Program.run(
      "run", "--config", "session.yaml", "--duration", "2s", "--folder", in: folder.path)
    #expect(result.code == 0, "\(result.complaints)")
    let root = folder.path + "/recordings"
    let made = try FileManager.default.contentsOfDirectory(atPath: root)
    try #require(made.count == 1 && made[0].hasSuffix("-small") && made[0].count == 21)
    let names = try #require(FileManager.default.subpaths(atPath: root + "/" + made[0]))
    #expect(
      Set(names) == [
        "recording.xdf", "result.json", "report.html", "log.txt", "configuration",
        "configuration/session.yaml", "configuration/arm.osim",
        "configuration/virtual-emg16-enc2.yaml",
      ])
    let here = root + "/" + made[0]
    let again = try Program.run("check-config", "session.yaml", in: here + "/configuration")
    #expect(again.code == 0, "\(again.complaints)")
    let replay = try Program.run("replay", "recording.xdf", in: here)
    #expect(replay.output.contains("identical: "))
    let json =
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: here + "/result.json"))) as? [String: Any]
    #expect((json?["parameters"] as? [Any])?.count == 1)
    let page = try String(contentsOfFile: here + "/report.html", encoding: .utf8)
    #expect(page.contains("muscle/BRA/max_isometric_force"))
    #expect(try String(contentsOfFile: here + "/log.txt", encoding: .utf8).contains("T"))
    let both = try Program.run(
      "run", "--config", "session.yaml", "--folder", "--record", "x.xdf", in: folder.path)
    #expect(both.code == 64)
  }

  @Test("help, version, devices and sound configurations")
  func others() throws {
    let help = try Program.run("--help")
    #expect(help.code == 0)
    for command in [
      "run", "replay", "identify", "report", "plan", "simulate", "convert", "devices",
      "check-config",
    ] {
      #expect(help.output.contains("  \(command)"))
      #expect(try Program.run(command, "--help").code == 0)
    }
    #expect(try Program.run("--version").output == "0.1.0\n")
    let list = try Program.run("devices", "list")
    #expect(list.code == 0 && list.output.contains("virtual-emg16-enc2"))
    let show = try Program.run("devices", "show", "virtual-emg16-enc2", "--json")
    let device = try JSONSerialization.jsonObject(with: Data(show.output.utf8)) as? [String: Any]
    #expect((device?["channels"] as? [Any])?.count == 18)
    let check = try Program.run(
      "check-config", "config/demo-arm.yaml", "devices/virtual-emg16-enc2.yaml")
    #expect(check.code == 0 && check.output.contains("config/demo-arm.yaml: no problems"))
  }

  @Test("a page is written whole, refuses to replace another, and says what its input lacks")
  func report() throws {
    let folder = try CommandFolder()
    try folder.write("{\"parameters\": []}", "bare.json")
    let bare = try Program.run("report", "bare.json", "--output", "r.html", in: folder.path)
    #expect(bare.code == 0 && bare.output == "report: r.html\n")
    #expect(bare.complaints.contains("bare.json: missing: the result lacks scale"))
    #expect(String(decoding: try folder.data("r.html"), as: UTF8.self).hasSuffix("</html>\n"))
    let again = try Program.run("report", "bare.json", "--output", "r.html", in: folder.path)
    #expect(again.code == 73 && again.complaintLines.count == 1)
    try folder.write("{", "broken.json")
    let broken = try Program.run(
      "report", "broken.json", "--output", "r.html", "--force", in: folder.path)
    #expect(broken.code == 65 && broken.complaints.contains("broken.json cannot be read"))
    #expect(String(decoding: try folder.data("r.html"), as: UTF8.self).contains("cannot be read"))
    let absent = try Program.run("report", "no.json", "--output", "n.html", in: folder.path)
    #expect(absent.code == 66 && absent.complaintLines.count == 1)
  }
}

/// Numbers between -1 and 1 that a seed repeats.
private struct SystemSequence {
  var state: UInt64

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state)) / 0x1p63
  }
}
