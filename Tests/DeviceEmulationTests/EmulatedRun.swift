import Configuration
import DeviceEmulation
import Devices
import Foundation
import TestSupport

/// The unmodified program under the emulator, and what it made of a device.
struct EmulatedRun {
  /// One sample that the program delivered.
  struct Row {
    var number: Int64
    var values: [Double]
  }

  let device: DeviceDescription
  let code: Int32
  let output: String
  let complaints: String
  let rows: [Row]

  /// The folder of built programs.
  private static let folder: URL = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let beside = bundle.deletingLastPathComponent()
    let isThere = FileManager.default.isExecutableFile(
      atPath: beside.appendingPathComponent("usb-emulator").path)
    return isThere ? beside : repository.appendingPathComponent(".build/debug")
  }()

  /// The path of a built program.
  static func program(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// A folder of its own for what a run writes.
  static func temporaryFolder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/usb-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// Runs the program with these arguments under the emulator.
  static func run(
    emulator: [String], program: [String]
  ) throws -> (code: Int32, output: String, complaints: String) {
    let process = Process()
    process.executableURL = folder.appendingPathComponent("usb-emulator")
    process.arguments =
      emulator + ["--", folder.appendingPathComponent("diffmsm").path] + program
    process.currentDirectoryURL = repository
    let output = Pipe()
    // files, because nobody reads the second pipe while the first one fills
    let complaints = try temporaryFolder() + "/complaints.txt"
    _ = FileManager.default.createFile(atPath: complaints, contents: nil)
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: complaints)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let complained = try String(contentsOfFile: complaints, encoding: .utf8)
    try? FileManager.default.removeItem(
      at: URL(fileURLWithPath: complaints).deletingLastPathComponent())
    return (process.terminationStatus, String(decoding: printed, as: UTF8.self), complained)
  }

  /// Probes an emulated device for some seconds, with the same `settings` on both sides.
  init(
    _ name: String, seconds: Double, script: String = "", settings: [String: String] = [:],
    emulator: [String] = [], probe: [String] = []
  ) throws {
    device = try DeviceFile.read(repository.path + "/devices/\(name).yaml", settings: settings)
    let chosen = settings.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    let place = try Self.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: place) }
    let result = try Self.run(
      emulator: ["--device", name, "--script", script] + chosen + emulator,
      program: ["devices", "probe", name, "--seconds", "\(seconds)", "--json", "--dump"]
        + [place + "/dump.csv"] + chosen + probe)
    code = result.code
    output = result.output
    complaints = result.complaints
    let table = (try? String(contentsOfFile: place + "/dump.csv", encoding: .utf8)) ?? ""
    rows = table.split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: ",")
      return Row(
        number: Int64(cells[0]) ?? -1, values: cells.dropFirst(2).map { Double($0) ?? .nan })
    }
  }

  /// A count of the program's result.
  func count(_ name: String) -> Int {
    let object = try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
    if let number = object?[name] as? Int { return number }
    return (object?["counts"] as? [String: Int])?[name] ?? -1
  }

  /// What the emulator says that it did: `corrupted 5`.
  func tally(_ name: String) -> Int {
    guard
      let line = complaints.split(separator: "\n").last(where: { $0.hasPrefix("emulator: sent") }),
      let part = line.dropFirst(10).split(separator: ",").first(where: {
        $0.trimmingCharacters(in: .whitespaces).hasPrefix(name + " ")
      })
    else { return -1 }
    return Int(part.split(separator: " ").last ?? "") ?? -1
  }

  /// Compares every row with what the device sent.
  func compare() -> Comparison {
    let period = TestSignal.period(of: device)
    var comparison = Comparison()
    var previous: (sent: Int64, number: Int64)?
    for row in rows {
      let told = TestSignal.number(device, value: row.values[0])
      // channel 0 tells the sample modulo its period; the others must agree with one of the next turns
      let base = previous.map { $0.sent + 1 } ?? 0
      var candidate = base + (((told - base) % period) + period) % period
      var isFound = false
      for _ in 0..<(period < 5000 ? 200 : 2) {
        if matches(row, candidate) {
          isFound = true
          break
        }
        candidate += period
      }
      guard isFound else {
        comparison.wrong += 1
        continue
      }
      if let previous {
        let sent = candidate - previous.sent
        let numbered = row.number - previous.number
        if sent != numbered {
          comparison.shifts.append(numbered - sent)
        }
        if numbered > 1 { comparison.gaps.append(numbered - 1) }
      }
      previous = (candidate, row.number)
      comparison.right += 1
    }
    return comparison
  }

  private func matches(_ row: Row, _ sample: Int64) -> Bool {
    for (channel, field) in device.channels.enumerated() {
      let meant = TestSignal.value(device, channel: channel, sample: sample)
      var difference = row.values[channel] - meant
      if field.kind == .encoder, field.wraps == .revolution, let turn = field.countsPerRevolution {
        difference -= Double(turn) * (difference / Double(turn)).rounded()
      }
      // constants of a device move counts by less than their half
      if abs(difference) > 0.5 { return false }
    }
    return true
  }

  /// What a comparison found.
  struct Comparison {
    /// Samples that are what was sent.
    var right = 0
    /// Samples delivered as good that were never sent.
    var wrong = 0
    /// Gaps, as numbered, in order [samples].
    var gaps: [Int64] = []
    /// Where numbering and sending differ, by how much [samples].
    var shifts: [Int64] = []
  }
}
