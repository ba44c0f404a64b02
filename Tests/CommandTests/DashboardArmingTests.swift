import Foundation
import TestSupport
import Testing

/// The feed armed and disarmed by somebody at the page.
extension DashboardTests {
  @Test(.enabled(if: Chromium.path != nil, "needs Chromium"))
  func theFeedIsArmedAndDisarmedFromThePage() async throws {
    try await onOwnThread {
      let program = try LiveProgram(isRecorded: false) {
        try $0.session + $0.slowly() + "recording: { folder: recordings }\n"
          + "feed: { torque_limit: { r_shoulder_elev: 200 N*m, r_elbow_flex: 200 N*m }, "
          + "scale: ratios-only, free_space: 1, "
          // an unoptimised program beside other tests gets its samples late
          + "max_age: 5 s, hold_limit: 60 s, estimator_timeout: 120 s }\n"
      }
      let page = try ChromiumPage(
        "http://127.0.0.1:\(program.port)/#token=\(LiveProgram.token)", width: 1500, height: 950)
      func shows(_ expression: String, within seconds: Double = 90) throws -> Bool {
        try page.wait(for: expression, seconds: seconds)
      }
      func says(_ id: String, _ words: String) throws -> Bool {
        try shows("document.getElementById('\(id)').textContent.includes('\(words)')")
      }
      func click(_ id: String) throws {
        _ = try page.evaluate(
          "document.getElementById('reply').textContent = ''; "
            + "document.getElementById('\(id)').click()")
      }
      let isAsking = "document.getElementById('arm-dialog').open"
      func answer(_ value: String) throws {
        _ = try page.evaluate(
          "document.querySelector('#arm-dialog button[value=\(value)]').click()")
      }
      // holds until there are numbers, and nothing is recorded: both are told before anybody asks
      #expect(try says("feed", "feed disarmed") && says("arm-reasons", "nothing is recorded"))
      try click("arm")
      #expect(try shows(isAsking, within: 5))
      #expect(
        try page.evaluate("document.activeElement.value") as? String == "no",
        "a hasty Enter keeps it disarmed")
      #expect(
        try page.evaluate("document.getElementById('arm-against').hidden") as? Bool == false)
      #expect(try page.picture("dashboard-arming").byteCount > 40_000)
      // whoever insists is refused, with the reasons
      try answer("yes")
      #expect(try says("reply", "nothing is recorded") && says("feed", "feed disarmed"))
      // recorded and converged, nothing speaks against it
      try click("record")
      #expect(try says("reply", "recording to") && says("recording", "recording"))
      #expect(
        try shows("document.getElementById('arm-against').hidden"), "the reasons have gone")
      // a look at the question arms nothing
      try click("arm")
      #expect(try shows(isAsking, within: 5))
      try answer("no")
      Thread.sleep(forTimeInterval: 1)
      #expect(try says("feed", "feed disarmed"))
      // armed, and disarmed by one key
      func arm() throws -> Bool {
        // a window that the estimator gets late to may hold the feed for a moment
        for _ in 0..<60 {
          try click("arm")
          guard try shows(isAsking, within: 5) else { return false }
          try answer("yes")
          guard try shows("document.getElementById('reply').textContent", within: 5) else {
            return false
          }
          if try page.evaluate("document.getElementById('reply').textContent") as? String == "armed"
          {
            return try says("feed", "feed armed")
          }
          Thread.sleep(forTimeInterval: 0.5)
        }
        return false
      }
      #expect(try arm())
      #expect(
        try page.evaluate("document.getElementById('arm').disabled") as? Bool == true,
        "what is armed is not armed again")
      try page.press("Escape")
      #expect(try says("reply", "disarmed") && says("feed", "feed disarmed"))
      #expect(try page.evaluate(isAsking) as? Bool == false, "nobody asks back")
      // and by one click
      #expect(try arm())
      try click("disarm")
      #expect(try says("feed", "feed disarmed"))
      #expect(try page.evaluate(isAsking) as? Bool == false)
      #expect(try page.evaluate("diffmsm.faults.length") as? Int == 0)
      #expect(page.complaints.isEmpty, "\(page.complaints)")
      #expect(try program.stop() == 0, "\(program.said)")
      // the recording knows who did what
      let here = program.folder.path
      let made = try FileManager.default.contentsOfDirectory(atPath: here + "/recordings")
      let file = try #require(made.first { $0.hasSuffix(".xdf") })
      let replay = try Program.run(
        "replay", "recordings/" + file, "--output", "e.jsonl", in: here)
      #expect(replay.code == 0, "\(replay.complaints)")
      let lines = try String(contentsOfFile: here + "/e.jsonl", encoding: .utf8)
        .split(separator: "\n").filter { $0.contains("\"command\"") }
      #expect(lines.count { $0.contains("\"arm\"") } >= 2, "\(lines)")
      #expect(lines.count { $0.contains("\"disarm\"") } == 2, "\(lines)")
    }
  }
}
