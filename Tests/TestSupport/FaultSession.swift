public import Foundation

/// A daemon that feeds, armed, with a controller that follows it: what faults happen to.
///
/// The session is small: two EMG channels and two angles at 500 Hz, one unknown.
public final class FaultSession {
  /// What the controller did about a fault.
  public struct Reaction {
    /// The controller's cycles from the fault on.
    public var cycles: [ControllerLoop.Cycle]
    /// All of its cycles.
    public var all: [ControllerLoop.Cycle]
    /// When the fault was, on CLOCK_MONOTONIC [ms].
    public var time: Double

    /// From the fault to the first cycle in which torque did not follow the sender; nil when there was none [ms].
    public var untilInactive: Double? { cycles.first { !$0.isActive }.map { $0.time - time } }
    /// From the fault to the first cycle without torque; nil when there was none [ms].
    public var untilZero: Double? { cycles.first { $0.torque == 0 }.map { $0.time - time } }
    /// From the fault to the first cycle whose sender holds, is at fault or disarmed; nil when there was none [ms].
    public var untilHold: Double? {
      cycles.first { $0.state >= 4 || $0.reasons != 0 || !$0.isArmed }.map { $0.time - time }
    }
    /// The reasons to hold that were heard.
    public var reasons: Int { cycles.reduce(0) { $0 | $1.reasons } }
    /// The fault that the controller latched last; zero is none.
    public var fault: Int { cycles.last?.fault ?? 0 }
    /// The largest torque in use in the last fifth of the time [N·m].
    public var torqueAtEnd: Double { cycles.suffix(cycles.count / 5).map(\.largest).max() ?? 0 }
    /// The largest change of the first parameter in use, over its value when the fault came [1].
    public var parameterChange: Double {
      guard let first = cycles.first?.parameter, first != 0 else { return .nan }
      return cycles.map { abs($0.parameter / first - 1) }.max() ?? .nan
    }

    /// What became of torque and parameters, for the table in docs/feed.md.
    public var words: String {
      func after(_ time: Double?) -> String { time.map { "\(Int($0.rounded())) ms" } ?? "never" }
      return
        "sender holds after \(after(untilHold)), torque follows until \(after(untilInactive)), "
        + "is zero after \(after(untilZero)), latched \(fault), reasons "
        + "\(String(reasons, radix: 16)), parameter moved \(Float(parameterChange * 100)) %"
    }

    /// What the receiver must never do, a sentence for each time it did; empty when it kept its word.
    ///
    /// Never takes what is not finite or out of bounds, never follows what is too old, never changes torque
    /// faster than its limit, and torque in use is finite and within its limit at every cycle.
    public var offences: [String] {
      var found: [String] = []
      for (index, cycle) in all.enumerated() {
        let place = "at \(cycle.time - time) ms: "
        for value in [cycle.torque, cycle.toldTorque, cycle.parameter, cycle.toldParameter]
        where !value.isFinite { found.append(place + "a value is not finite") }
        for value in [cycle.torque, cycle.toldTorque] where abs(value) > FaultSession.limit {
          found.append(place + "torque \(value) N*m")
        }
        if cycle.isActive, cycle.torque != 0, cycle.age > FaultSession.largestAge {
          found.append(place + "follows a sample that is \(cycle.age) ms old")
        }
        guard index > 0 else { continue }
        let passed = (cycle.time - all[index - 1].time) * 1e-3
        // single precision, and times of a thousandth of a millisecond
        let allowed = FaultSession.limit * 10 * passed + 2e-3
        if abs(cycle.torque - all[index - 1].torque) > allowed {
          found.append(
            place + "torque \(all[index - 1].torque) to \(cycle.torque) N*m in \(passed) s")
        }
      }
      // the sender's own gate let none out: not one was refused for its values
      if let last = all.last {
        for (verdict, name) in [(10, "not finite"), (11, "out of bounds")]
        where last.verdicts[verdict] > 0 {
          found.append("\(last.verdicts[verdict]) messages were \(name)")
        }
      }
      return found
    }
  }

  /// The torque's limit [N·m].
  public static let limit = 60.0
  /// Age from which the receiver uses no torque [ms].
  public static let largestAge = 250.0

  /// Where its files are.
  public let folder: String
  /// The segment's name.
  public let segment: String
  /// The controller.
  public private(set) var controller: ControllerLoop?
  private let program: String
  private var daemon: Process?
  private var schema = ""
  private var recordings = 0

  /// A folder with the session's files; nothing runs yet.
  ///
  /// - Parameters:
  ///   - program: the daemon's path.
  ///   - source: the source's line in the session file.
  ///   - more: further sections.
  public init(
    program: String, source: String = "virtual: { seed: 1 }", more: String = ""
  ) throws {
    self.program = program
    let name = UUID().uuidString.prefix(8)
    folder = FileManager.default.temporaryDirectory.path + "/fault-\(name)"
    segment = "/diffmsm-fault-\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try session(source: source, more: more).write(
      toFile: folder + "/session.yaml", atomically: true, encoding: .utf8)
  }

  deinit {
    if let daemon, daemon.isRunning { kill(daemon.processIdentifier, SIGKILL) }
    try? FileManager.default.removeItem(atPath: folder)
    try? FileManager.default.removeItem(atPath: "/dev/shm" + segment)
  }

  private func session(source: String, more: String) -> String {
    """
    subject: { code: small }
    model: { file: \(repository.path)/config/models/arm26_nowrap.osim }
    sources:
      - { name: board, device: \(repository.path)/Tests/DeviceEmulationTests/devices/fault-board.yaml, \(source) }
    signals:
      emg:
        - { channel: board.EMG1, muscles: [TRIlong, TRIlat, TRImed], mvc: 1 mV }
        - { channel: board.EMG2, muscles: [BIClong, BICshort, BRA], mvc: 1 mV }
      angles:
        - { channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad }
        - { channel: board.ENC2, coordinate: r_elbow_flex, noise: 1 mrad }
    filters:
      emg_band: [20 Hz, 200 Hz]
    identification:
      window: 500 ms
      step: 10 ms
      measurement_interval: 20 ms
      iterations: 1
      noise: { activation: 10 % }
      parameters:
        - { name: "muscle/BRA/max_isometric_force", prior_sd: 10 % }
    payload: { body: r_ulna_radius_hand, point: [0 m, -0.3 m, 0 m] }
    feed:
      torque_limit: { r_elbow_flex: \(Self.limit) N*m }
      shared_memory: \(segment)
      scale: ratios-only
      relative_sd: 50 %
      free_space: 1
    \(more)

    """
  }

  /// Runs the program to its end in the session's folder; output and code.
  @discardableResult
  public func run(_ arguments: String...) throws -> (output: String, code: Int32) {
    try run(arguments)
  }

  /// Runs the program to its end in the session's folder; output and code.
  public func run(_ arguments: [String]) throws -> (output: String, code: Int32) {
    let process = made(program, arguments)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (String(decoding: text, as: UTF8.self), process.terminationStatus)
  }

  /// A process ahead of a machine's other work where that is permitted: that work is not the fault in question.
  private func made(_ path: String, _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["nice", "-n", "-15", path] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["DIFFMSM_SOCKET": folder + "/control.sock", "DIFFMSM_HTTP": "off"]
    ) { $1 }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Starts the daemon; what it says goes to `told` in its folder.
  ///
  /// - Parameters:
  ///   - launcher: a program and its arguments in front of the daemon's.
  ///   - environment: what else it is told.
  public func startDaemon(
    launcher: [String] = [], environment: [String: String] = [:], isRecording: Bool = true
  ) throws {
    var words = [program, "run", "--config", folder + "/session.yaml"]
    if isRecording {
      recordings += 1
      words += ["--record", "\(folder)/r\(recordings).xdf"]
    }
    words = launcher + words
    let process = made(words[0], Array(words.dropFirst()))
    process.environment?.merge(environment) { $1 }
    // the emulator looks for devices from here
    process.currentDirectoryURL = repository
    _ = FileManager.default.createFile(atPath: folder + "/told", contents: nil)
    let told = FileHandle(forWritingAtPath: folder + "/told")
    process.standardOutput = told
    process.standardError = told
    try process.run()
    daemon = process
  }

  /// What the daemon has said.
  public var told: String { (try? String(contentsOfFile: folder + "/told", encoding: .utf8)) ?? "" }

  /// The daemon's own process, below whatever started it.
  public func process() throws -> pid_t {
    for _ in 0..<400 {
      let status = try run("status", "--json")
      if status.code == 0, let match = status.output.firstMatch(of: /"process":(\d+)/) {
        return pid_t(match.1) ?? 0
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
    throw Problem("the daemon does not answer: \(told)")
  }

  /// Sends a signal to what was started: the launcher, where that waits for the daemon.
  public func signalLauncher(_ number: Int32) {
    if let daemon { kill(daemon.processIdentifier, number) }
  }

  /// Stops the daemon in order and waits for its end; its exit code.
  @discardableResult
  public func stopDaemon() -> Int32 {
    guard let daemon else { return 0 }
    if daemon.isRunning { daemon.terminate() }
    return awaitEnd()
  }

  /// Waits for the daemon's end; its exit code.
  @discardableResult
  public func awaitEnd() -> Int32 {
    daemon?.waitUntilExit()
    defer { daemon = nil }
    return daemon?.terminationStatus ?? 0
  }

  /// Starts the controller.
  public func startController(silence: Int = 50) throws {
    if schema.isEmpty {
      let outline = try run("feed", "--config", folder + "/session.yaml")
      guard let match = outline.output.firstMatch(of: /schema: ([0-9a-f]{16})/) else {
        throw Problem("no outline: \(outline.output)")
      }
      schema = String(match.1)
    }
    controller = try ControllerLoop(
      segment: segment, schema: schema, limit: Self.limit, silence: silence,
      log: folder + "/controller.log")
  }

  /// Arms, and waits until torque follows the muscles; a machine too busy for that is given time.
  public func settle() throws {
    guard let controller else { throw Problem("no controller runs") }
    var refusal = ""
    let begun = ControllerLoop.now()
    while ControllerLoop.now() - begun < 60_000, daemon?.isRunning == true {
      Thread.sleep(forTimeInterval: 0.1)
      let cycles = try controller.latest(300)
      guard let last = cycles.last, cycles.count > 100 else { continue }
      if last.fault != 0 {
        try run("disarm")
        controller.reset()
        continue
      }
      if !last.isArmed {
        let reply = try run("arm")
        if reply.code != 0 { refusal = reply.output }
        continue
      }
      let isSound = cycles.allSatisfy { $0.isActive && $0.reasons == 0 && $0.fault == 0 }
      if isSound, abs(last.torque) > 0.3 { return }
    }
    throw Problem("torque never followed; arming: \(refusal); the daemon: \(told)")
  }

  /// Lets a fault happen to the armed feed and looks at the controller for some seconds.
  public func reaction(
    after seconds: Double, to fault: () throws -> Void
  ) throws -> Reaction {
    let time = ControllerLoop.now()
    try fault()
    Thread.sleep(forTimeInterval: seconds)
    guard let controller else { throw Problem("no controller runs") }
    let all = try controller.stop()
    self.controller = nil
    return Reaction(cycles: all.filter { $0.time >= time }, all: all, time: time)
  }

  /// Something that a test's set-up needs is not there.
  public struct Problem: Error, CustomStringConvertible {
    /// What.
    public let description: String

    /// This is missing.
    public init(_ description: String) { self.description = description }
  }
}
