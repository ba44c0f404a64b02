import Devices
import Foundation
import TestSupport
import Testing

/// What is chosen of a device reaches it, and what comes means what was chosen.
@Suite struct EmulatedSettingsTests {
  @Test(arguments: [("openbci-cyton", ["gain": "12"]), ("labjack-u6", ["rate": "2000"])])
  func chosenDevicesStreamWithoutLoss(name: String, settings: [String: String]) throws {
    let run = try EmulatedRun(name, seconds: 1.5, settings: settings)
    #expect(run.code == 0, "\(run.complaints)")
    let result = run.compare()
    #expect(result.wrong == 0 && result.gaps.isEmpty && result.shifts.isEmpty, "\(result)")
    #expect(Double(result.right) > run.device.nominalRate, "\(run.complaints)")
  }

  @Test func electrodesTellTheirImpedance() throws {
    // ten periods of 31.25 Hz in 80 samples, through 1 to 50 kOhm and the board's own 2.2 kOhm
    let impedances = [1e3, 2e3, 5e3, 10e3, 20e3, 30e3, 40e3, 50e3]
    let folder = try EmulatedRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var table = "t,EXG1,EXG2,EXG3,EXG4,EXG5,EXG6,EXG7,EXG8,ACC1,ACC2,ACC3\n"
    for row in 0..<80 {
      let wave = sin(2 * .pi * 31.25 * Double(row) / 250)
      let cells = impedances.map { "\(6e-9 * ($0 + 2200) * wave)" }
      table += "\(Double(row) / 250)," + cells.joined(separator: ",") + ",0,0,9.8\n"
    }
    try table.write(toFile: folder + "/tone.csv", atomically: true, encoding: .utf8)
    let run = try EmulatedRun(
      "openbci-cyton", seconds: 3, settings: ["impedance": "on"],
      emulator: ["--play", folder + "/tone.csv"])
    #expect(run.code == 0, "\(run.complaints)")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let channels = try #require(object?["channels"] as? [[String: Any]])
    for (channel, impedance) in zip(channels, impedances) {
      let found = try #require(channel["impedance"] as? Double)
      #expect(abs(found / impedance - 1) < 0.03, "\(impedance) Ohm: \(found)")
    }
    #expect(channels.count == 11 && channels[8]["impedance"] == nil)
  }
}
