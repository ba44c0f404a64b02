import Foundation
import TestSupport
import Testing

/// Rows of the fault table in docs/feed.md on a session without hardware; the others are with the emulated devices.
///
/// Each: a daemon, an armed feed whose torque a controller follows, one fault, and what the controller's log
/// says. The limits are the contract's: silence 50 ms, fade 150 ms, largest age 250 ms.
@Suite("Faults of a daemon that feeds", .serialized, .waitingElsewhere, .timeLimit(.minutes(3)))
struct FeedFaultTests {
  /// Latched faults of `diffmsm_receiver.h`.
  enum Fault { static let none = 0, silent = 1 }

  /// A session whose torque a controller follows.
  static func following(
    launcher: [String] = [], environment: [String: String] = [:]
  ) throws -> FaultSession {
    let session = try FaultSession(program: Program.url.path)
    try session.startDaemon(launcher: launcher, environment: environment)
    try session.startController()
    try session.settle()
    return session
  }

  /// A line for the table in docs/feed.md.
  static func tell(_ name: String, _ reaction: FaultSession.Reaction) {
    print("fault: \(name): \(reaction.words)")
  }

  @Test(
    "kill -9: torque fades and a fault is latched; the next run is followed after reset and arm")
  func killed() throws {
    let session = try Self.following()
    let process = try session.process()
    let reaction = try session.reaction(after: 0.6) { kill(process, SIGKILL) }
    Self.tell("kill -9", reaction)
    #expect(reaction.offences.isEmpty, "\(reaction.offences)")
    #expect(reaction.fault == Fault.silent && reaction.torqueAtEnd == 0)
    #expect(reaction.parameterChange < 0.01, "parameters stay as they were")
    session.awaitEnd()
    // what lies in shared memory is of a session that was armed, and is not followed by who comes later
    try session.startController()
    Thread.sleep(forTimeInterval: 0.3)
    let late = try session.reaction(after: 0.1) {}
    #expect(late.all.count > 100 && late.all.allSatisfy { !$0.isActive && $0.torque == 0 })
    try session.startDaemon()
    try session.startController()
    try session.settle()
    #expect(try session.reaction(after: 0.2) {}.offences.isEmpty)
    session.stopDaemon()
  }

  @Test("stopped for 2 s: torque fades, the feed finds itself disarmed, and can be armed again")
  func stopped() throws {
    let session = try Self.following()
    let process = try session.process()
    let reaction = try session.reaction(after: 1) {
      kill(process, SIGSTOP)
      Thread.sleep(forTimeInterval: 2)
      kill(process, SIGCONT)
    }
    Self.tell("stopped for 2 s", reaction)
    #expect(reaction.offences.isEmpty, "\(reaction.offences)")
    #expect(reaction.fault == Fault.silent && reaction.torqueAtEnd == 0)
    #expect(reaction.cycles.last?.isArmed == false, "longer than feed.hold_limit")
    // the receiver's own log, since the daemon prints its state but once a second
    #expect(reaction.cycles.first?.isArmed == true && session.told.contains("feed disarmed"))
    try session.startController()
    try session.settle()
    session.stopDaemon()
  }

  @Test("without processor time: what comes late has no torque")
  func starved() throws {
    let session = try Self.following()
    let process = try session.process()
    var hogs: [Process] = []
    let reaction = try session.reaction(after: 0) {
      // one processor with six who never rest, and no real-time priority
      for words in [["taskset", "-apc", "0"], ["renice", "-n", "19", "-p"]] {
        try Self.run(words + ["\(process)"])
      }
      for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task") {
        try Self.run(["chrt", "-o", "-p", "0", thread])
        try Self.run(["renice", "-n", "19", "-p", thread])
      }
      for _ in 0..<6 {
        let hog = Process()
        hog.executableURL = URL(fileURLWithPath: "/usr/bin/taskset")
        hog.arguments = ["-c", "0", "sh", "-c", "while :; do :; done"]
        try hog.run()
        hogs.append(hog)
      }
      Thread.sleep(forTimeInterval: 3)
      for hog in hogs { kill(hog.processIdentifier, SIGKILL) }
      for hog in hogs { hog.waitUntilExit() }
    }
    Self.tell("without processor time", reaction)
    #expect(reaction.offences.isEmpty, "\(reaction.offences)")
    #expect(reaction.untilInactive != nil || reaction.untilHold != nil, "nobody noticed")
    session.stopDaemon()
  }

  /// Runs a tool of the system to its end.
  static func run(_ words: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
  }

  @Test("a recorder that cannot write: the feed disarms itself, and the session goes on")
  func recorderDead() throws {
    let session = try Self.following(launcher: [
      "/bin/sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\"",
    ])
    let process = try session.process()
    let reaction = try session.reaction(after: 2) {
      try Self.run(["prlimit", "--pid", "\(process)", "--fsize=4096"])
    }
    Self.tell("recorder dead", reaction)
    #expect(reaction.offences.isEmpty, "\(reaction.offences)")
    #expect(reaction.cycles.last?.isArmed == false && reaction.torqueAtEnd == 0)
    #expect(reaction.fault == Fault.none, "disarming is no fault of the receiver's")
    #expect(session.told.contains("not recorded whole any more"), "\(session.told)")
    #expect(try session.run("arm").output.contains("the recording ended"))
    session.stopDaemon()
  }

  @Test("a payload announced ten times too heavy")
  func payload() throws {
    let session = try Self.following()
    let reaction = try session.reaction(after: 4) { try session.run("payload", "20 kg") }
    Self.tell("payload event wrong by 10 times", reaction)
    #expect(reaction.offences.isEmpty, "\(reaction.offences)")
    session.stopDaemon()
  }

  @Test("the day's clock stepped back by an hour changes nothing")
  func realTimeClock() throws {
    let library = FileManager.default.temporaryDirectory.path + "/step-clock-\(getpid()).so"
    try ControllerLoop.compile(
      ["tests/step_clock.c"], options: ["-O2", "-shared", "-fPIC"], to: library)
    defer { try? FileManager.default.removeItem(atPath: library) }
    let flag = FileManager.default.temporaryDirectory.path + "/step-clock-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: flag) }
    let session = try Self.following(environment: [
      "LD_PRELOAD": library, "STEP_CLOCK_FILE": flag, "STEP_CLOCK_SECONDS": "-3600",
    ])
    let reaction = try session.reaction(after: 1) {
      _ = FileManager.default.createFile(atPath: flag, contents: nil)
    }
    Self.tell("CLOCK_REALTIME stepped", reaction)
    #expect(reaction.offences.isEmpty, "\(reaction.offences)")
    let count = reaction.cycles.count { $0.isActive }
    // a machine that has no time for either may hold meanwhile; the clock is no reason to
    #expect(Double(count) > 0.8 * Double(reaction.cycles.count))
    #expect(reaction.reasons & 0x40 == 0, "no clock jump: CLOCK_MONOTONIC is what counts")
    session.stopDaemon()
  }

  @Test(
    "kill -9 inside a write of shared memory: nobody reads the half of it, and the next run mends it"
  )
  func killedInside() throws {
    #if arch(x86_64)
      let tool = FileManager.default.temporaryDirectory.path + "/kill-inside-\(getpid())"
      try ControllerLoop.compile(["tests/kill_inside.c"], to: tool)
      defer { try? FileManager.default.removeItem(atPath: tool) }
      let symbols = Pipe()
      let names = Process()
      names.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      names.arguments = ["nm", Program.url.path]
      names.standardOutput = symbols
      try names.run()
      let table = String(
        decoding: try symbols.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      names.waitUntilExit()
      let offset = try #require(table.firstMatch(of: /([0-9a-f]+) T diffmsm_seqlock_write/)).1
      let session = try Self.following()
      let process = try session.process()
      let reaction = try session.reaction(after: 0.6) {
        try Self.run([tool, "\(process)", String(offset), "/dev/shm" + session.segment])
      }
      session.awaitEnd()
      Self.tell("kill -9 inside a write", reaction)
      let memory = try Data(contentsOf: URL(fileURLWithPath: "/dev/shm" + session.segment))
      #expect(memory[64] & 1 == 1, "the lock was left closed")
      #expect(reaction.offences.isEmpty, "\(reaction.offences)")
      #expect(reaction.fault == Fault.silent && reaction.torqueAtEnd == 0)
      // the next run on the same segment
      try session.startDaemon()
      try session.startController()
      try session.settle()
      #expect(try session.reaction(after: 0.2) {}.offences.isEmpty)
      session.stopDaemon()
    #endif
  }

  @Test(
    "a controller started before, during and after the daemon follows only what it saw disarmed")
  func receiverStarts() throws {
    let session = try FaultSession(program: Program.url.path)
    // before: there is no segment yet
    try session.startController()
    Thread.sleep(forTimeInterval: 0.3)
    try session.startDaemon()
    try session.settle()
    #expect(try session.reaction(after: 0.2) {}.offences.isEmpty)
    // during: the feed is armed, and this controller has not seen it disarmed
    try session.startController()
    let during = try session.reaction(after: 0.5) {}
    #expect(during.all.count > 100 && during.all.allSatisfy { !$0.isActive && $0.torque == 0 })
    #expect((during.all.last?.verdicts[7] ?? 0) > 10, "an armed session is refused as new")
    // seen disarmed, it follows
    try session.startController()
    try session.run("disarm")
    try session.settle()
    // the daemon ends in order: its last word is disarmed
    let ended = try session.reaction(after: 0.5) { session.stopDaemon() }
    Self.tell("daemon ended in order", ended)
    #expect(ended.offences.isEmpty && ended.torqueAtEnd == 0)
    #expect(ended.fault == Fault.none)
    // after: what lies in shared memory is the last word
    try session.startController()
    let after = try session.reaction(after: 0.3) {}
    #expect(after.all.count > 50 && after.all.allSatisfy { !$0.isActive && $0.torque == 0 })
  }
}
