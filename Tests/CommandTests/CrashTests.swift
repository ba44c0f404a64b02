import Foundation
import Testing

@Suite("What a crash leaves", .serialized, .waitingElsewhere)
struct CrashTests {
  /// Waits until the state that a run keeps holds an estimate.
  private static func awaitEstimate(in folder: CommandFolder) {
    for _ in 0..<400 {
      let state = (try? folder.data("state.json")).map { String(decoding: $0, as: UTF8.self) }
      if state?.contains("\"adopted\"") == true { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  @Test("after kill -9 the next run begins with what was learned; a clean end leaves nothing")
  func resume() throws {
    let folder = try CommandFolder()
    let here = folder.path
    let arguments = ["run", "--config", "session.yaml", "--state", "state.json"]
    let (process, output, complaints) = try Program.start(arguments, in: here)
    Self.awaitEstimate(in: folder)
    kill(process.processIdentifier, SIGKILL)
    _ = try Program.finish(process, output, complaints)
    let state = try #require(
      try JSONSerialization.jsonObject(with: folder.data("state.json")) as? [String: Any])
    let belief = try #require(state["belief"] as? [String: Any])
    let theta = try #require(belief["theta"] as? [Double])
    #expect(theta.count == 1 && belief["adopted"] != nil)

    let again = try Program.run(
      "run", "--config", "session.yaml", "--state", "state.json", "--duration", "1s", "--record",
      "r.xdf", in: here)
    #expect(again.code == 0, "\(again.complaints)")
    #expect(again.complaints.contains("an earlier run ended without order"))
    #expect(!FileManager.default.fileExists(atPath: here + "/state.json"))
    // the recording says what its session began with, and so replays to the byte
    let recording = try folder.data("r.xdf")
    #expect(recording.range(of: Data("\"resume\":{\"adopted\":".utf8)) != nil)
    let replay = try Program.run("replay", "r.xdf", in: here)
    #expect(replay.output.contains("identical: "), "\(replay.complaints)")

    // another subject's state, and half a file, are nobody's
    try folder.write(String(data: folder.data("session.yaml"), encoding: .utf8) ?? "", "x.yaml")
    try folder.write("{\"subject\": \"small\", \"conf", "state.json")
    let fresh = try Program.run(
      "run", "--config", "session.yaml", "--state", "state.json", "--duration", "200ms", in: here)
    #expect(fresh.code == 0 && !fresh.complaints.contains("ended without order"))
    let impossible = try Program.run(
      "run", "--config", "session.yaml", "--state", "none/state.json", "--duration", "1500ms",
      in: here)
    #expect(impossible.code == 0, "\(impossible.complaints)")
  }

  @Test("after kill -9 the same command goes on in a new file, linked to the old, and says so")
  func restart() throws {
    let folder = try CommandFolder()
    try folder.write(folder.session + folder.slowly(), "session.yaml")
    let here = folder.path
    let arguments = [
      "run", "--config", "session.yaml", "--state", "state.json", "--record", "r.xdf",
    ]
    let (process, output, complaints) = try Program.start(arguments, in: here)
    Self.awaitEstimate(in: folder)
    Thread.sleep(forTimeInterval: 1.5)
    kill(process.processIdentifier, SIGKILL)
    _ = try Program.finish(process, output, complaints)
    let old = try folder.data("r.xdf")

    let again = try Program.start(arguments + ["--duration", "5s"], in: here)
    let result = try Program.finish(again.0, again.1, again.2)
    #expect(result.code == 0, "\(result.complaints)")
    #expect(result.complaints.contains("begins with what it had learned and continues r.xdf"))
    #expect(result.output.contains("recording: r-2.xdf"))
    #expect(try folder.data("r.xdf") == old, "what was recorded stays as it is")
    #expect(!FileManager.default.fileExists(atPath: here + "/state.json"))
    // both replay to the byte, the old one up to where it ends
    let first = try Program.run("replay", "r.xdf", "--allow-truncated", in: here)
    #expect(first.output.contains("identical: "), "\(first.complaints)")
    let second = try Program.run("replay", "r-2.xdf", "--output", "e.jsonl", in: here)
    #expect(second.output.contains("identical: "), "\(second.complaints)")
    let events = String(decoding: try folder.data("e.jsonl"), as: UTF8.self)
    #expect(events.contains("continues r.xdf, which ends at "), "the recording says so")
    // and a result of the second part alone says what it lacks
    let identified = try Program.run("identify", "r-2.xdf", "--output", "R.json", in: here)
    #expect(identified.code == 0, "\(identified.complaints)")
    let result2 = String(decoding: try folder.data("R.json"), as: UTF8.self)
    #expect(result2.contains("continued_recording"))
  }

  @Test("doctor looks at everything and has a remedy for what is wrong")
  func doctor() throws {
    let folder = try CommandFolder()
    let result = try Program.run("doctor", "--config", "session.yaml", "--json", in: folder.path)
    #expect(result.code == 0 || result.code == 69, "\(result.complaints)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let findings = try #require(object["findings"] as? [[String: Any]])
    let names = Set(findings.compactMap { $0["name"] as? String })
    for name in [
      "group", "udev rules", "real-time priority", "memory lock", "processors", "clock", "disk",
      "lsl library", "control socket", "web port",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    for finding in findings where finding["grade"] as? String != "good" {
      #expect((finding["remedy"] as? String)?.isEmpty == false, "\(finding)")
    }
    // recordings that cannot be written are a problem
    try folder.write(folder.session + "recording: { folder: full.yaml/recordings }\n", "full.yaml")
    let full = try Program.run("doctor", "--config", "full.yaml", in: folder.path)
    #expect(full.code == 69 && full.output.contains("problem: disk: recordings cannot be written"))
  }

  @Test("manual pages and completions are made of the commands' own help")
  func manual() throws {
    let folder = try CommandFolder()
    let made = try Program.run("generate-manual", "man", in: folder.path)
    #expect(made.code == 0, "\(made.complaints)")
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/man")
    for name in [
      "", "-run", "-record-start", "-doctor", "-reload", "-devices-show", "-devices-probe",
    ] {
      #expect(pages.contains("diffmsm\(name).1"), "\(pages)")
    }
    #expect(!pages.contains { $0.contains("-.") }, "\(pages)")
    let run = String(decoding: try folder.data("man/diffmsm-run.1"), as: UTF8.self)
    #expect(run.hasPrefix(".TH DIFFMSM-RUN 1") && run.contains("\\-\\-config"))
    for shell in ["bash", "zsh", "fish"] {
      let script = try Program.run("--generate-completion-script", shell, in: folder.path)
      #expect(script.code == 0 && script.output.contains("diffmsm"))
    }
  }
}
