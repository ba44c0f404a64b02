import Foundation
import TestSupport
import Testing

/// The monitor's ring, written by a daemon and read by the reader that bridges take.
@Suite("The monitor's ring", .serialized, .waitingElsewhere, .timeLimit(.minutes(2)))
struct MonitorTests {
  /// What the reader found, as a script prints it.
  private struct Found: Decodable {
    var names: [String]
    var labels: [String]
    /// Samples of the stream [samples].
    var samples: Int
    /// Largest distance of neighbours in samples' periods from one [1].
    var unevenness: Double
    /// Age of the latest sample when it was read [s].
    var age: Double
    /// Frames [1].
    var frames: Int
    var columns: [String]
    /// Angles of the latest frame [rad].
    var angles: [Double]
    var overtaken: Int
  }

  private static let script = """
    import json, sys, time
    sys.dont_write_bytecode = True
    sys.path.insert(0, sys.argv[2])
    from diffmsm_monitor import Monitor, SAMPLES, FRAME
    monitor = Monitor(sys.argv[1])
    about = monitor.description
    stream = about["streams"][0]
    count, frames, uneven, last, age, angles = 0, 0, 0.0, None, 0.0, []
    end = time.monotonic() + 2
    while time.monotonic() < end:
        for kind, index, columns, first, final, values in monitor.records():
            if kind == SAMPLES:
                rows = len(values) // columns
                step = 1 / stream["rate"]
                if last is not None:
                    uneven = max(uneven, abs((first - last) / step - 1))
                if rows > 1:
                    uneven = max(uneven, abs((final - first) / (rows - 1) / step - 1))
                last = final
                age = time.monotonic() - final
                count += rows
            elif kind == FRAME:
                frames += 1
                angles = list(values[len(about["envelopes"]):])
        time.sleep(0.002)
    print(json.dumps(dict(
        names=[s["name"] for s in about["streams"]],
        labels=[c["label"] + " " + c["unit"] for c in stream["channels"]],
        samples=count, unevenness=uneven, age=age, frames=frames,
        columns=[c["label"] for c in about["envelopes"] + about["angles"]], angles=angles,
        overtaken=monitor.overtaken)))
    """

  @Test("every sample with its own time, every frame, and a reader that ends takes nothing with it")
  func samples() throws {
    let name = "/diffmsm-monitor-\(UUID().uuidString.prefix(8))"
    defer { unlink("/dev/shm" + name) }
    let session = try FaultSession(program: Program.url.path, more: "  monitor: \(name)\n")
    try session.startDaemon()
    _ = try session.process()
    Thread.sleep(forTimeInterval: 1)
    let reader = Process()
    reader.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    reader.arguments =
      ["nice", "-n", "-15", "python3", "-c", Self.script, name]
      + [repository.path + "/feed"]
    let output = Pipe()
    reader.standardOutput = output
    try reader.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    reader.waitUntilExit()
    let decoder = JSONDecoder()
    let found = try decoder.decode(Found.self, from: printed)
    #expect(found.names == ["fault-board"])
    #expect(found.labels == ["EMG1 V", "EMG2 V", "ENC1 rad", "ENC2 rad"])
    #expect(
      found.columns == [
        "TRIlong+TRIlat+TRImed", "BIClong+BICshort+BRA", "r_shoulder_elev", "r_elbow_flex",
      ])
    // 500 Hz of samples and 200 frames a second for two seconds, on a machine that may be busy
    #expect(found.samples > 500 && found.frames > 200, "\(found)")
    // neighbours of neighbouring blocks are as evenly spaced as the clock's model has them
    #expect(found.unevenness < 0.05, "\(found)")
    #expect(found.age > -0.1 && found.overtaken == 0, "\(found)")
    #expect(found.angles.count == 2 && found.angles.allSatisfy { abs($0) < 4 && $0 != 0 })
    #expect(try session.run("status").code == 0)
    session.stopDaemon()
    // who may read it is the group, who may write it the owner
    var facts = stat()
    #expect(stat("/dev/shm" + name, &facts) == 0 && facts.st_mode & 0o777 == 0o640)
  }

  @Test(
    "nobody else writes the feed's memory or the control socket",
    .enabled(if: geteuid() == 0, "another user is needed, which only root can be"))
  func permissions() throws {
    let session = try FaultSession(program: Program.url.path)
    try session.startDaemon()
    _ = try session.process()
    chmod(session.folder, 0o755)
    // as nobody, of no group
    func asNobody(_ script: String) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", script,
      ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    let memory = "/dev/shm" + session.segment
    let socket = session.folder + "/control.sock"
    #expect(try asNobody("[ -x '\(session.folder)' ]") == 0, "nobody comes as far as that")
    // to connect to a socket is to write it
    for place in ["-r '\(memory)'", "-w '\(memory)'", "-r '\(socket)'", "-w '\(socket)'"] {
      #expect(try asNobody("[ \(place) ]") == 1, "\(place)")
    }
    session.stopDaemon()
  }
}
