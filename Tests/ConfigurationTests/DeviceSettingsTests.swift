import Devices
import Foundation
import TestSupport
import Testing

@testable import Configuration

@Suite("What sessions choose of a device")
struct DeviceSettingsTests {
  private func device(_ name: String, _ settings: [String: String]) throws -> DeviceDescription {
    try DeviceFile.read(repository.path + "/devices/\(name).yaml", settings: settings)
  }

  private func words(_ device: DeviceDescription) -> [String] {
    (device.link?.setUp ?? []).compactMap {
      if case .write(let bytes) = $0.action { String(decoding: bytes, as: UTF8.self) } else { nil }
    }
  }

  @Test(
    "a Cyton's gain is said to every channel and scales what comes",
    arguments: [1, 2, 4, 6, 8, 12, 24])
  func gain(gain: Int) throws {
    let cyton = try device("openbci-cyton", ["gain": "\(gain)"])
    let scale = 4.5 / Double(gain) / Double(1 << 23 - 1)
    #expect(cyton.channels.prefix(8).allSatisfy { abs($0.scale / scale - 1) < 1e-12 })
    let codes = [1: 0, 2: 1, 4: 2, 6: 3, 8: 4, 12: 5]
    let said = words(cyton).filter { $0.hasPrefix("x") }
    #expect(said == (codes[gain].map { code in (1...8).map { "x\($0)0\(code)0110X" } } ?? []))
    #expect(cyton.settings.map(\.chosen) == ["\(gain)", "off"])
    #expect(
      cyton.channels.allSatisfy { $0.drive == nil }
        && words(cyton).allSatisfy { !$0.hasPrefix("z") })
  }

  @Test("a Cyton sends its current through every electrode when impedances are asked for")
  func impedance() throws {
    let cyton = try device("openbci-cyton", ["impedance": "on"])
    #expect(words(cyton).filter { $0.hasPrefix("z") } == (1...8).map { "z\($0)01Z" })
    let drive = try #require(cyton.channels[7].drive)
    #expect(drive == LeadOffDrive(current: 6e-9, frequency: 31.25, series: 2200))
    // 10 kOhm and the board's own 2.2 kOhm show 73.2 uV
    #expect(abs(drive.impedance(amplitude: 73.2e-6) - 10_000) < 1e-6)
    #expect(cyton.channels.map(\.label) == (1...8).map { "EXG\($0)" } + ["ACC1", "ACC2", "ACC3"])
  }

  @Test("a LabJack's interval and checksums follow its rate", arguments: [250, 500, 1000, 2000])
  func scanRate(rate: Int) throws {
    let labjack = try device("labjack-u6", ["rate": "\(rate)"])
    #expect(labjack.nominalRate == Double(rate))
    let step = try #require(labjack.link?.setUp.first { $0.name == "configure the stream" })
    guard case .write(let bytes) = step.action else { throw CancellationError() }
    #expect(Int(bytes[12]) + Int(bytes[13]) << 8 == 4_000_000 / rate)
    // the maker's own sums: 16 bits over the data, 8 bits with the carry added over bytes 1 to 5
    #expect(bytes[6...].reduce(0) { $0 + Int($1) } == Int(bytes[4]) + Int(bytes[5]) << 8)
    var sum = bytes[1...5].reduce(0) { $0 + Int($1) }
    while sum > 255 { sum = sum & 255 + sum >> 8 }
    #expect(sum == Int(bytes[0]))
  }

  @Test("an MTi's messages carry the rate and sum to zero", arguments: [50, 100, 200, 400])
  func outputRate(rate: Int) throws {
    let sensor = try device("xsens-mti", ["rate": "\(rate)"])
    #expect(sensor.nominalRate == Double(rate))
    let step = try #require(sensor.link?.setUp.first { $0.name == "choose outputs" })
    guard case .write(let bytes) = step.action else { throw CancellationError() }
    #expect(bytes.dropFirst().reduce(0) { ($0 + Int($1)) & 255 } == 0)
    for place in [14, 18, 22] { #expect(Int(bytes[place]) << 8 + Int(bytes[place + 1]) == rate) }
    #expect(step.expect?.place(in: step.virtualReply) != nil)
  }

  @Test("a USB-1608FS-Plus paces by its clock of 40 MHz", arguments: [500, 1000, 2000, 4000])
  func pacer(rate: Int) throws {
    let board = try device("mcc-usb-1608fs-plus", ["rate": "\(rate)"])
    guard case .control(let request) = try #require(board.link?.start.last).action else {
      throw CancellationError()
    }
    let pacer = request.data[4..<8].reversed().reduce(0) { $0 << 8 + Int($1) }
    #expect(board.nominalRate == Double(rate) && pacer + 1 == 40_000_000 / rate)
  }

  @Test("a session chooses, and mistakes come with its own places")
  func session() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let text = session.deviceText.replacing(
      "rate: 2000 Hz",
      with: """
        rate: ${rate} Hz
        settings:
          rate: { title: samples a second, default: 2000, choices: { 1000: {}, 2000: {} } }
        """)
    try #require(text != session.deviceText)
    session.writeDevice(text)
    func write(_ settings: String) {
      session.write(
        session.text.replacing("virtual: { seed: 7 }", with: "virtual: { seed: 7 }\(settings)"))
    }
    func rate() throws -> Double? {
      guard case .virtualDevice(let device, _) = try session.read().sources[0].kind else {
        return nil
      }
      return device.nominalRate
    }
    write("")
    #expect(try rate() == 2000)
    write(", settings: { rate: 1000 }")
    #expect(try rate() == 1000)
    write(", settings: { rate: 3000 }")
    #expect(
      session.problems.map { String($0.drop { $0 != " " }) } == [
        " error: the setting \"rate\" cannot be \"3000\"; write one of: 1000, 2000"
      ])
    write(", settings: { rates: 1000 }")
    #expect(
      session.problems.map { String($0.drop { $0 != " " }) } == [
        " error: the device has no setting \"rates\"; did you mean \"rate\"?"
      ])
    #expect(session.problems.allSatisfy { $0.hasPrefix("config/session.yaml:") })
    session.writeDevice(text.replacing("${rate}", with: "${speed}"))
    write("")
    #expect(
      session.problems.contains {
        $0.hasPrefix("devices/virtual-emg16-enc2.yaml:")
          && $0.contains("no setting says what ${speed} is")
      })
  }
}
