import Foundation
import Recordings
import TestSupport
import Testing

@Suite("Recordings in trouble, as a user meets them", .serialized, .waitingElsewhere)
struct RecordingFaultTests {
  /// How often a daemon is killed; `make soak` sets two hundred.
  static let kills =
    ProcessInfo.processInfo.environment["DIFFMSM_KILLS"].flatMap { Int($0) } ?? 10

  @Test("kill -9 at any moment leaves a recording of all but the last second, which continues")
  func kill9() throws {
    let folder = try CommandFolder()
    let here = folder.path
    var random = SystemRandomNumberGenerator()
    var latest: String?
    var worst = 0.0
    // three at a time, so that waiting is not all there is
    for first in stride(from: 0, to: Self.kills, by: 3) {
      var running: [(process: Process, name: String, output: Pipe, complaints: Pipe)] = []
      for number in first..<min(first + 3, Self.kills) {
        let name = "kill\(number).xdf"
        var arguments = [
          "run", "--config", "session.yaml", "--record", name, "--socket", "\(here)/\(number).s",
        ]
        if let latest { arguments += ["--continue", latest] }
        let (process, output, complaints) = try Program.start(arguments, in: here)
        running.append((process, name, output, complaints))
      }
      // the moment is random, once there is something to lose
      for item in running {
        for _ in 0..<400 where !FileManager.default.fileExists(atPath: here + "/" + item.name) {
          Thread.sleep(forTimeInterval: 0.02)
        }
      }
      let begun = Date()
      Thread.sleep(forTimeInterval: Double.random(in: 0...2.5, using: &random))
      for item in running {
        let lived = Date().timeIntervalSince(begun)
        kill(item.process.processIdentifier, SIGKILL)
        _ = try Program.finish(item.process, item.output, item.complaints)
        let path = here + "/" + item.name
        let source = try RecordingSource(path: path)
        #expect(source.byteCount > 0 && source.preamble != nil, "\(item.name) is empty")
        #expect(!source.isClosed)
        // session time starts with the file, to within the start of the threads
        let missing = lived - Double(source.end) * 1e-9
        worst = max(worst, missing)
        #expect(missing < 1, "\(item.name) lived \(lived) s and misses \(missing) s")
      }
      // each file continues one of the last three
      if let last = running.last {
        if let latest {
          let link = try RecordingSource(path: here + "/" + last.name).preamble?.continues
          #expect(link?.file == latest)
        }
        latest = last.name
        let replay = try Program.run("replay", last.name, "--allow-truncated", in: here)
        #expect(replay.output.contains("identical: "), "\(replay.complaints)")
      }
      for number in first..<min(first + 3, Self.kills) where here + "/kill\(number).xdf" != latest {
        if Self.kills > 10, "kill\(number).xdf" != latest {
          try? FileManager.default.removeItem(atPath: here + "/kill\(number).xdf")
        }
      }
    }
    print("killed \(Self.kills) times, at most \(worst) s missing")
  }

  /// A name space of its own may mount a disk of any size; some machines do not allow that.
  static let canMount: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = ["-Urm", "mount", "-t", "tmpfs", "-o", "size=1m", "t", "/mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  @Test(
    "a full disk closes the recording in time, and the session goes on",
    .enabled(if: canMount, "needs unshare -Urm to mount a small disk"))
  func fullDisk() throws {
    let folder = try CommandFolder()
    let here = folder.path
    try FileManager.default.createDirectory(
      atPath: here + "/disk", withIntermediateDirectories: true)
    // the disk goes with its name space, so what is on it is copied and replayed inside
    let script = """
      mount -t tmpfs -o size=2000k small disk || exit 99
      "$1" run --config session.yaml --duration 9s --record disk/r.xdf --socket s >out 2>told
      echo $? >code
      "$1" replay disk/r.xdf >replayed 2>&1
      cp disk/r.xdf r.xdf
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = ["-Urm", "sh", "-c", script, "sh", Program.url.path]
    process.currentDirectoryURL = URL(fileURLWithPath: here)
    try process.run()
    process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try folder.data(name), as: UTF8.self)
    }
    let told = try text("told")
    #expect(try text("code") == "74\n", "\(told)")
    // the operator was warned first, then told
    let warned = try #require(told.range(of: "recording: the disk has room for"))
    let stopped = try #require(told.range(of: "the disk is full"))
    #expect(warned.lowerBound < stopped.lowerBound)
    #expect(told.contains("error: the recording ends at"))
    // the session lived to its end, and its result was printed
    #expect(try text("out").contains("muscle/BRA/max_isometric_force"))
    let source = try RecordingSource(path: here + "/r.xdf")
    let end = Double(source.end) * 1e-9
    // a busy machine lives slower, so the session's own time counts
    let lived = try #require(try text("out").split(separator: " ").first.flatMap { Double($0) })
    #expect(source.isClosed && source.lostByteCount == 0 && end > 1 && end < lived - 0.5)
    #expect(try text("replayed").contains("identical: "))
  }
}
