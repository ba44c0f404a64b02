internal import Foundation

/// The example control loop of `feed/` at work beside a daemon, and its log.
///
/// The log is the receiver's own word on what it took and used, a line a millisecond.
public final class ControllerLoop {
  /// One cycle of the loop.
  public struct Cycle {
    /// When it was stepped, on CLOCK_MONOTONIC [ms].
    public var time = 0.0
    /// The sender's state, as numbered in the contract.
    public var state = 0
    /// Why the sender holds, one bit a reason.
    public var reasons = 0
    /// True when the sender says that it is armed.
    public var isArmed = false
    /// True while torque follows the sender.
    public var isActive = false
    /// The latched fault, as numbered in `diffmsm_receiver.h`; zero is none.
    public var fault = 0
    /// The largest torque in use [N·m].
    public var largest = 0.0
    /// Age of the latest accepted sample [ms].
    public var age = 0.0
    /// Messages so far by verdict, in the order of `diffmsm_receiver.h` [1].
    public var verdicts: [Int] = []
    /// The accepted set of parameters.
    public var generation = 0
    /// Torque of the latest accepted state on the first coordinate [N·m].
    public var toldTorque = 0.0
    /// Torque in use on the first coordinate [N·m].
    public var torque = 0.0
    /// Value of the first parameter in the latest accepted message [its unit].
    public var toldParameter = 0.0
    /// Value of the first parameter in use [its unit].
    public var parameter = 0.0
  }

  private static let verdictCount = 12
  private static let program: Result<String, any Error> = Result {
    let path = FileManager.default.temporaryDirectory.path + "/example-loop-\(getpid())"
    try compile(["example_loop.c", "diffmsm_receiver.c"], to: path)
    return path
  }

  private let process = Process()
  private let log: String

  /// Compiles C sources of `feed/`, which every Swift toolchain can.
  public static func compile(_ sources: [String], options: [String] = ["-O2"], to path: String)
    throws
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["clang"] + options + ["-o", path] + sources
    process.currentDirectoryURL = repository.appendingPathComponent("feed")
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableNotLoadable) }
  }

  /// Starts the loop on a segment of shared memory, for a session with this schema.
  ///
  /// - Parameters:
  ///   - limit: the largest torque; the largest change is ten times as much a second [N·m].
  ///   - silence: time without a state after which torque fades [ms].
  public init(
    segment: String, schema: String, limit: Double, silence: Int = 50, log: String
  ) throws {
    self.log = log
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["nice", "-n", "-15", try Self.program.get()]
      + ["shm", segment, schema, "\(limit)", "600", "\(silence)"]
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: log)
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    if process.isRunning { process.terminate() }
  }

  /// Presses the operator's reset button.
  public func reset() {
    kill(process.processIdentifier, SIGUSR1)
  }

  /// Ends the loop; its whole log.
  public func stop() throws -> [Cycle] {
    process.terminate()
    process.waitUntilExit()
    return Self.cycles(try Data(contentsOf: URL(fileURLWithPath: log)))
  }

  /// The latest cycles, about as many as asked for; what it wrote last may be on its way still.
  public func latest(_ count: Int) throws -> [Cycle] {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: log))
    let end = try file.seekToEnd()
    let size = UInt64(count * 180)
    try file.seek(toOffset: end > size ? end - size : 0)
    var data = try file.readToEnd() ?? Data()
    if end > size, let line = data.firstIndex(of: 10) { data = Data(data[(line + 1)...]) }
    if let line = data.lastIndex(of: 10) { data = Data(data[...line]) }
    return Self.cycles(data)
  }

  /// CLOCK_MONOTONIC, the log's clock [ms].
  public static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
  }

  /// Reads whole lines; by hand, since a log has half a million numbers.
  private static func cycles(_ data: Data) -> [Cycle] {
    var cycles: [Cycle] = []
    var text = data
    text.append(0)
    text.withUnsafeBytes { bytes in
      guard var place = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
      let end = place + data.count
      func number() -> Double {
        var next: UnsafeMutablePointer<CChar>?
        let value = strtod(place, &next)
        if let next { place = UnsafePointer(next) }
        return value
      }
      while place < end {
        var cycle = Cycle()
        cycle.time = number()
        // session and reasons are hexadecimal
        var next: UnsafeMutablePointer<CChar>?
        _ = strtoull(place, &next, 16)
        if let next { place = UnsafePointer(next) }
        cycle.state = Int(number())
        cycle.reasons = Int(strtoull(place, &next, 16))
        if let next { place = UnsafePointer(next) }
        cycle.isArmed = number() != 0
        cycle.isActive = number() != 0
        cycle.fault = Int(number())
        cycle.largest = number()
        cycle.age = number()
        for _ in 0..<verdictCount { cycle.verdicts.append(Int(number())) }
        cycle.generation = Int(number())
        cycle.toldTorque = number()
        cycle.torque = number()
        cycle.toldParameter = number()
        cycle.parameter = number()
        cycles.append(cycle)
        while place < end, isspace(Int32(place.pointee)) != 0 { place += 1 }
      }
    }
    return cycles
  }
}
