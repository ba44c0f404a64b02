import Foundation
import Testing

@Suite("Talking to the daemon", .serialized)
struct ControlCommandTests {
  /// Waits until the daemon in `folder` answers.
  static func awaitDaemon(in folder: String) throws {
    for _ in 0..<100 {
      if try Program.run("status", in: folder).code == 0 { return }
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
    #expect((status["rings"] as? [Any])?.count == 2)
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
}
