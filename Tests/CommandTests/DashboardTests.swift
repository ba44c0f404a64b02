import Foundation
import TestSupport
import Testing

/// The dashboard as a browser shows it, and as somebody with bad intentions meets it.
@Suite(.serialized) struct DashboardTests {
  @Test(.enabled(if: Chromium.path != nil, "needs Chromium"))
  func theDashboardIsDrawnAndSteersTheSession() async throws {
    try await onOwnThread {
      let program = try LiveProgram()
      let page = try ChromiumPage(
        "http://127.0.0.1:\(program.port)/#token=\(LiveProgram.token)", width: 1500, height: 950)
      // one that looks and one that stands still
      let watcher = try program.connect(program.opening)
      let stalled = try program.connect(program.opening)
      #expect(LiveProgram.receive(watcher).hasPrefix("HTTP/1.1 101"))
      #expect(
        try page.wait(
          for: "window.diffmsm && diffmsm.samples > 120 && diffmsm.estimates > 2", seconds: 40))
      #expect(try page.evaluate("location.hash") as? String == "", "the token leaves the address")
      let first = try page.picture("dashboard-light")
      #expect(first.width == 1500 && first.byteCount > 60_000)
      func counter(_ name: String) throws -> Double {
        (try page.evaluate("diffmsm.\(name)") as? NSNumber)?.doubleValue ?? .nan
      }
      var frames = 0.0
      // what a picture ought to show, by the page's own counters
      func expectDrawn(_ moment: String) throws {
        #expect(try counter("drawn.emg") == 2 && counter("drawn.angles") == 2, "\(moment)")
        #expect(try counter("drawn.figure") == 6 && counter("drawn.parameters") > 0, "\(moment)")
        #expect(try counter("frames") > frames && counter("gaps") == 0, "\(moment)")
        #expect(try page.evaluate("diffmsm.faults.length") as? Int == 0, "\(moment)")
        frames = try counter("frames")
      }
      try expectDrawn("light")

      // what an operator does
      func reply(after script: String) throws -> String {
        _ = try page.evaluate("document.getElementById('reply').textContent = ''; \(script)")
        _ = try page.wait(for: "document.getElementById('reply').textContent", seconds: 5)
        return try page.evaluate("document.getElementById('reply').textContent") as? String ?? ""
      }
      #expect(
        try reply(
          after: "document.getElementById('marker').value = 'from the page'; "
            + "document.getElementById('marker-form').requestSubmit()") == "marked: from the page")
      #expect(
        try reply(
          after: "document.getElementById('payload').value = '1,5'; "
            + "document.getElementById('payload-form').requestSubmit()") == "payload: 1.5 kg")
      #expect(try reply(after: "document.getElementById('payload-off').click()") == "payload: off")
      _ = try page.evaluate(
        "document.activeElement.blur(); document.getElementById('reply').textContent = ''")
      try page.press("Escape")
      #expect(
        try page.wait(
          for: "document.getElementById('reply').textContent.includes('no feed')", seconds: 5))
      try page.press(" ")
      #expect(
        try page.evaluate("document.getElementById('pause').textContent") as? String == "Go on")
      try page.press(" ")
      try page.prefer("dark")
      Thread.sleep(forTimeInterval: 1.5)
      #expect(try page.picture("dashboard-dark").byteCount > 60_000)
      try expectDrawn("dark")
      try page.resize(width: 820, height: 1180)
      try page.press("t")
      #expect(
        try page.evaluate("document.documentElement.dataset.theme") as? String == "light")
      Thread.sleep(forTimeInterval: 1.5)
      #expect(try page.picture("dashboard-tablet").byteCount > 60_000)
      try expectDrawn("tablet")
      let width = try page.evaluate("document.documentElement.scrollWidth") as? Int ?? 0
      #expect(width <= 820, "nothing is cut off at the side")
      let (rate, cost) = (try counter("bestFps"), try counter("cost"))
      #expect(rate >= 30, "frames a second: \(rate)")
      #expect(cost < 16, "milliseconds a frame: \(cost)")
      print(
        "dashboard: \(rate) frames a second at best, \(cost) ms of script a frame; "
          + "pictures of three moments in \(Chromium.pictures.path)")
      #expect(try counter("reconnections") == 0)
      #expect(page.complaints.isEmpty, "\(page.complaints)")
      #expect(LiveProgram.receive(watcher).utf8.count > 1000)
      _ = stalled

      #expect(try program.stop() == 0, "\(program.said)")
      let here = program.folder.path
      let replay = try Program.run("replay", "r.xdf", "--output", "e.jsonl", in: here)
      #expect(replay.output.contains("identical: "), "\(replay.complaints)")
      let events = try String(contentsOfFile: here + "/e.jsonl", encoding: .utf8)
        .split(separator: "\n").filter { $0.contains("\"command\"") }
      try #require(events.count == 3)
      #expect(events[0].contains("from the page") && events[1].contains("\"kilograms\":1.5"))
    }
  }

  @Test("foreign pages, guesses, oversized and malformed input are refused, told, and do no harm")
  func security() async throws {
    try await onOwnThread {
      let program = try LiveProgram()
      let json = ["Content-Type": "application/json"]
      let known = json.merging(["X-DiffMSM-Token": LiveProgram.token]) { $1 }
      let marker = "{\"request\": \"marker\", \"text\": \"x\"}"
      func command(_ headers: [String: String], _ body: String) throws -> Int {
        try program.ask("POST /dashboard/command", headers, body: body).code
      }

      // pages of elsewhere
      #expect(try program.ask("GET /", ["Host": "evil.example"]).code == 403)
      let evil = ["Origin": "http://evil.example"]
      #expect(
        try program.ask(
          "GET /dashboard/stream", LiveProgram.upgrade.merging(evil) { $1 }
        ).code == 403)
      #expect(try command(known.merging(evil) { $1 }, marker) == 403)
      #expect(try command(known.merging(["Sec-Fetch-Site": "cross-site"]) { $1 }, marker) == 403)
      #expect(
        try command(known.merging(["Origin": "http://127.0.0.1:\(program.port)"]) { $1 }, marker)
          == 200)

      // guesses
      #expect(try command(json, marker) == 403)
      #expect(try command(json.merging(["X-DiffMSM-Token": "a-token"]) { $1 }, marker) == 403)
      #expect(try command(["X-DiffMSM-Token": LiveProgram.token], marker) == 415)
      for request in ["arm", "disarm", "record_stop", "payload_off"] {
        #expect(try command(json, "{\"request\": \"\(request)\"}") == 403, "\(request)")
      }

      // commands that are none
      #expect(try command(known, String(repeating: "x", count: 5000)) == 413)
      #expect(
        try program.ask(
          "POST /dashboard/command", known.merging(["Content-Length": "99999999999"]) { $1 },
          body: "{}"
        ).code == 413)
      #expect(
        try program.ask(
          "POST /dashboard/command", known.merging(["Transfer-Encoding": "chunked"]) { $1 },
          body: "2\r\n{}\r\n0\r\n\r\n"
        ).code == 413)
      for body in ["{", "[]", "{\"request\": \"rm\"}", "{\"request\": 1}", "\u{0}"] {
        #expect(try command(known, body) == 400, "\(body)")
      }
      #expect(try program.ask("GET /dashboard/command").code == 404)

      // files of the computer
      for path in [
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/dashboard/../../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/dashboard.js/../../etc/passwd",
      ] {
        let (code, answer) = try program.ask("GET \(path)")
        #expect(code == 404 || code == 400 || code == 0, "\(path): \(code)")
        #expect(!answer.contains("root:"))
      }

      // a stream that is none, and messages into one
      #expect(try program.ask("GET /dashboard/stream").code == 400)
      let before = program.residentSize
      var streams: [FileHandle] = []
      for frame in [
        // a text of 2^62 bytes, some of it
        [0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]
          + [UInt8](repeating: 0x41, count: 1 << 20),
        // reserved bits and an unknown kind, unmasked
        [0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        // a control message that is too long, then nonsense
        [0x89, 0xFE, 0xFF, 0xFF] + [UInt8](repeating: 0xAA, count: 5000),
      ] as [[UInt8]] {
        let stream = try program.connect(program.opening)
        #expect(LiveProgram.receive(stream).hasPrefix("HTTP/1.1 101"))
        for _ in 0..<8 { LiveProgram.send(stream, frame) }
        streams.append(stream)
      }
      Thread.sleep(forTimeInterval: 1)
      for stream in streams {
        #expect(LiveProgram.receive(stream).contains("\"samples\""), "the stream goes on")
      }
      #expect(program.residentSize - before < 20_000, "\(before) to \(program.residentSize) KiB")
      #expect(try program.ask("GET /health/live").code == 200)

      // no more than a few may look
      for _ in 0..<20 { streams.append(try program.connect(program.opening)) }
      Thread.sleep(forTimeInterval: 0.5)
      #expect(try program.ask("GET /").code == 200)

      #expect(program.said.contains("dashboard: command refused: the token is missing or wrong"))
      #expect(program.said.contains("dashboard: stream refused: it comes from another origin"))
      streams = []
      #expect(try program.stop() == 0, "\(program.said)")
    }
  }

  @Test("a token that others can read or guess is refused, and without one nothing can be changed")
  func token() async throws {
    try await onOwnThread {
      let folder = try CommandFolder()
      func run() throws -> Program.Result {
        try Program.run("run", "--config", "session.yaml", "--token-file", "token", in: folder.path)
      }
      #expect(try run().code == 66)
      try folder.write("a-token-for-tests-1234\n", "token")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o644], ofItemAtPath: folder.path + "/token")
      let open = try run()
      #expect(open.code == 64 && open.complaints.contains("chmod 600"))
      try folder.write("short\n", "token")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/token")
      let short = try run()
      #expect(short.code == 64 && short.complaintLines.count == 1)
    }
  }
}
