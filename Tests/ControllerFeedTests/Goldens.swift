import Foundation
import TestSupport

@testable import ControllerFeed

/// One message of each kind, the same in every language's tests.
enum Goldens {
  static let schema = FeedSchema(
    parameters: [
      .init(name: "muscle/BRA/max_isometric_force", unit: "N"),
      .init(name: "body/ulna/mass", unit: "kg"),
    ],
    coordinates: [.init(name: "shoulder", unit: "N*m"), .init(name: "elbow", unit: "N*m")],
    muscles: [.init(name: "BRA", unit: "N")])

  static func header(_ count: UInt16) -> FeedHeader {
    var header = FeedHeader()
    header.state = .converged
    header.schema = schema.hash
    header.session = 0x1122_3344_5566_7788
    header.sequence = 7
    header.flags = [.armed, .newtons, .crossChecked, .muscleForces]
    header.sampleTime = 5_000_000_000
    header.sendTime = 5_012_345_678
    header.count = count
    header.generation = 3
    return header
  }

  static var parameters: ParametersMessage {
    var message = ParametersMessage(count: 2)
    message.header = header(2)
    message.status = [2, 1]
    message.values = [987.25, 1.5]
    message.deviations = [12.5, 0.25]
    message.largestRelativeDeviation = 0.25 / 1.5
    return message
  }

  static var state: StateMessage {
    var message = StateMessage(coordinates: 2, muscles: 1)
    message.header = header(2)
    message.torque = [-1.25, 7.5]
    message.torqueDeviation = [0.125, 0.5]
    message.angle = [0.1, 1.2]
    message.rate = [-0.5, 2]
    message.gravity = [8, 3]
    message.inertia = [0.3, 0.1, 0.05]
    message.muscle = [123]
    message.payload = 2
    return message
  }

  static var interaction: InteractionMessage {
    var message = InteractionMessage(coordinates: 2)
    message.header = header(2)
    message.torque = [1.5, -2.25]
    return message
  }

  static func bytes(_ kind: String) -> [UInt8] {
    var encoder = FeedEncoder()
    switch kind {
    case "parameters": encoder.encode(parameters)
    case "state": encoder.encode(state)
    default: encoder.encode(interaction, key: SipHash(key: (0..<16).map { UInt8($0) }))
    }
    return Array(encoder.bytes[..<encoder.count])
  }

  /// Sixteen bytes a line.
  static func text(of bytes: [UInt8]) -> String {
    var text = ""
    for (index, byte) in bytes.enumerated() {
      let digits = String(byte, radix: 16)
      text += (digits.count == 1 ? "0" : "") + digits
      text += index % 16 == 15 || index == bytes.count - 1 ? "\n" : " "
    }
    return text
  }
}

/// Programs that a test runs.
enum Tool {
  /// What a run left behind.
  struct Result {
    var output: String
    var complaints: String
    var code: Int32
  }

  /// A program that the build put beside the tests.
  static func beside(_ name: String) -> String {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let beside = bundle.deletingLastPathComponent().appendingPathComponent(name)
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside.path }
    return repository.appendingPathComponent(".build/debug/" + name).path
  }

  /// The program `name` on the search path; nil when there is none.
  static func find(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program to its end without blocking other tests; what it prints goes through files.
  static func run(
    _ program: String, _ arguments: [String], in folder: String = repository.path
  ) async throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let base = FileManager.default.temporaryDirectory.path + "/tool-" + UUID().uuidString
    defer {
      for end in [".out", ".err"] { try? FileManager.default.removeItem(atPath: base + end) }
    }
    for end in [".out", ".err"] {
      _ = FileManager.default.createFile(atPath: base + end, contents: nil)
    }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: base + ".out"))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: base + ".err"))
    process.standardInput = FileHandle.nullDevice
    try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { _ in continuation.resume() }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return Result(
      output: try String(contentsOfFile: base + ".out", encoding: .utf8),
      complaints: try String(contentsOfFile: base + ".err", encoding: .utf8),
      code: process.terminationStatus)
  }
}
