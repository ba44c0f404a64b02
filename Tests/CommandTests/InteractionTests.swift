import Foundation
import TestSupport
import Testing

/// A worn device that tells its torque, through the programs that people get: daemon, example device, replay.
@Suite(
  "A worn device that tells its torque", .serialized, .waitingElsewhere, .timeLimit(.minutes(3)))
struct InteractionTests {
  private static let key = "000102030405060708090a0b0c0d0e0f"

  /// A session of a worn device, and the device's program.
  private static func worn(_ way: String) throws -> (session: FaultSession, device: String) {
    let session = try FaultSession(
      program: Program.url.path,
      more: """
          exoskeleton: worn
          interaction: { \(way), key_file: key, limit: 40 N*m }
        """)
    try (key + "\n").write(toFile: session.folder + "/key", atomically: true, encoding: .utf8)
    chmod(session.folder + "/key", 0o600)
    let device = session.folder + "/device"
    try ControllerLoop.compile(
      ["example_device.c", "diffmsm_interaction.c", "diffmsm_receiver.c"], to: device)
    return (session, device)
  }

  /// Starts the device.
  private static func start(_ device: String, _ words: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["nice", "-n", "-15", device] + words
    try process.run()
    return process
  }

  @Test(
    "armed while the device tells, held when it falls silent; recorded, and replayed to the byte",
    arguments: ["udp", "shm"])
  func told(way: String) throws {
    let port = Int.random(in: 42_000...48_000)
    let memory = "/diffmsm-device-\(UUID().uuidString.prefix(8))"
    defer { unlink("/dev/shm" + memory) }
    let (session, device) = try Self.worn(
      way == "udp" ? "udp: { port: \(port), address: 127.0.0.1 }" : "shared_memory: \(memory)")
    try session.startDaemon()
    try session.startController()
    // nobody has told anything yet
    _ = try session.process()
    var early = try session.run("arm")
    for _ in 0..<100 where early.output.contains("has not begun") {
      Thread.sleep(forTimeInterval: 0.05)
      early = try session.run("arm")
    }
    #expect(early.code == 69 && early.output.contains("interaction_unknown"), "\(early.output)")
    // a device with another key is not believed
    try "ff".appending(Self.key.dropFirst(2)).write(
      toFile: session.folder + "/wrong", atomically: true, encoding: .utf8)
    let place = [session.segment, way, way == "udp" ? "\(port)" : memory]
    let stranger = try Self.start(device, place + [session.folder + "/wrong", "1.5", "0.4"])
    stranger.waitUntilExit()
    #expect(try session.run("arm").output.contains("interaction_unknown"))
    let process = try Self.start(device, place + [session.folder + "/key", "1.5", "600"])
    defer { kill(process.processIdentifier, SIGKILL) }
    try session.settle()
    let reaction = try session.reaction(after: 0.6) { kill(process.processIdentifier, SIGKILL) }
    print("fault: device's torque not told any more (\(way)): \(reaction.words)")
    #expect(reaction.offences.isEmpty, "\(reaction.offences)")
    #expect(reaction.reasons & 0x2000 != 0 && reaction.torqueAtEnd == 0)
    session.stopDaemon()
    #expect(session.told.contains("a message was not believed: unauthenticated"))
    // every telling is in the recording, and the replay makes the same windows, estimates and events of them
    let replay = try session.run("replay", "r1.xdf", "--config", "session.yaml")
    #expect(replay.code == 0 && replay.output.contains("identical: "), "\(replay.output)")
  }

  @Test(
    "a worn device that tells nothing is a finding, and nobody arms; without a return channel no port listens"
  )
  func untold() throws {
    let session = try FaultSession(program: Program.url.path, more: "  exoskeleton: worn\n")
    try session.startDaemon()
    let process = try session.process()
    // the daemon has no UDP socket at all
    let sockets = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
      .compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")
      }
    let table = try String(contentsOfFile: "/proc/\(process)/net/udp", encoding: .utf8)
    for socket in sockets where socket.hasPrefix("socket:[") {
      #expect(!table.contains(" \(socket.dropFirst(8).dropLast()) "), "\(socket)")
    }
    Thread.sleep(forTimeInterval: 2.5)
    let refused = try session.run("arm")
    #expect(refused.code == 69 && refused.output.contains("its torque is not measured"))
    session.stopDaemon()
    #expect(
      try session.run("identify", "r1.xdf", "--config", "session.yaml", "--output", "x.json").code
        == 0)
    let result = try String(contentsOfFile: session.folder + "/x.json", encoding: .utf8)
    #expect(result.contains("exoskeleton_unmeasured"))
  }

  @Test("a key that others may read, or that is none, is refused with the remedy")
  func keys() throws {
    let (session, _) = try Self.worn("udp: { port: 42999 }")
    chmod(session.folder + "/key", 0o644)
    let open = try session.run("run", "--config", "session.yaml", "--duration", "1s")
    #expect(open.code == 78 && open.output.contains("chmod 600"), "\(open.output)")
    try "abc\n".write(toFile: session.folder + "/key", atomically: true, encoding: .utf8)
    chmod(session.folder + "/key", 0o600)
    let short = try session.run("run", "--config", "session.yaml", "--duration", "1s")
    #expect(short.code == 78 && short.output.contains("a key is 32 hexadecimal digits"))
    try FileManager.default.removeItem(atPath: session.folder + "/key")
    let none = try session.run("run", "--config", "session.yaml", "--duration", "1s")
    #expect(none.code == 78 && none.output.contains("cannot be read"))
  }
}
