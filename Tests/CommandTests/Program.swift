import Foundation
import TestSupport

/// The built program, run as a user would.
struct Program {
  /// What a run left behind.
  struct Result {
    var output: String
    var complaints: String
    var code: Int32

    /// Lines on standard error.
    var complaintLines: [String] { complaints.split(separator: "\n").map(String.init) }
  }

  /// The program stands beside the test bundle.
  static let url: URL = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let beside = bundle.deletingLastPathComponent().appendingPathComponent("diffmsm")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return repository.appendingPathComponent(".build/debug/diffmsm")
  }()

  /// The control socket of daemons in `folder`; the checkout itself is no place for one.
  static func socket(in folder: String) -> String {
    folder == repository.path
      ? FileManager.default.temporaryDirectory.path + "/commands-\(getpid()).sock"
      : folder + "/control.sock"
  }

  /// Starts the program in `folder`.
  static func start(
    _ arguments: [String], in folder: String = repository.path,
    environment: [String: String] = [:]
  ) throws -> (Process, Pipe, Pipe) {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    // a daemon of its own, so that those of other tests are not in the way
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["DIFFMSM_SOCKET": socket(in: folder), "DIFFMSM_HTTP": "off"]
    ) { $1 }.merging(environment) { $1 }
    let output = Pipe()
    let complaints = Pipe()
    process.standardOutput = output
    process.standardError = complaints
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return (process, output, complaints)
  }

  /// Runs the program to its end.
  static func run(_ arguments: String..., in folder: String = repository.path) throws -> Result {
    let (process, output, complaints) = try start(arguments, in: folder)
    return try finish(process, output, complaints)
  }

  /// Waits for a started program.
  static func finish(_ process: Process, _ output: Pipe, _ complaints: Pipe) throws -> Result {
    // what is printed fits into neither pipe, so the longer one is read while the program runs
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    let complained = try complaints.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Result(
      output: String(decoding: printed, as: UTF8.self),
      complaints: String(decoding: complained, as: UTF8.self), code: process.terminationStatus)
  }
}

/// A folder with a small session, its model and its device.
final class CommandFolder {
  /// The folder, without a slash at its end.
  let path: String
  /// The session's text.
  let session: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/command-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (source, name) in [
      ("devices/virtual-emg16-enc2.yaml", "virtual-emg16-enc2.yaml"),
      ("config/models/arm26_nowrap.osim", "arm.osim"),
    ] {
      try FileManager.default.copyItem(
        atPath: repository.appendingPathComponent(source).path, toPath: path + "/" + name)
    }
    session = """
      subject: { code: small }
      model: { file: arm.osim }
      sources:
        - { name: board, device: ./virtual-emg16-enc2.yaml, virtual: { seed: 1 } }
      signals:
        emg:
          - { channel: board.EMG1, muscles: [TRIlong, TRIlat, TRImed], mvc: 1 mV }
          - { channel: board.EMG2, muscles: [BIClong, BICshort, BRA], mvc: 1 mV }
        angles:
          - { channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad }
          - { channel: board.ENC2, coordinate: r_elbow_flex, noise: 1 mrad }
      identification:
        window: 500 ms
        step: 10 ms
        measurement_interval: 20 ms
        iterations: 2
        noise: { activation: 10 % }
        parameters:
          - { name: "muscle/BRA/max_isometric_force", prior_sd: 10 % }

      """
    try write(session, "session.yaml")
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Makes the board four times as slow, so that an unoptimised program on a busy computer keeps up; what its
  /// session must say then.
  func slowly() throws -> String {
    let board = String(decoding: try data("virtual-emg16-enc2.yaml"), as: UTF8.self)
    try write(
      board.replacing("rate: 2000 Hz", with: "rate: 500 Hz"), "virtual-emg16-enc2.yaml")
    return "filters: { emg_band: [20 Hz, 200 Hz] }\n"
  }

  /// Writes a file of the folder.
  func write(_ text: String, _ name: String) throws {
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
  }

  /// The bytes of a file of the folder.
  func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
  }
}
