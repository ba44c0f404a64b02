import Configuration
import DeviceEmulation
import Devices
import Foundation
import TestSupport
import Testing

/// The unmodified program on virtual devices, through the real USB library.
@Suite struct EmulatedDeviceTests {
  @Test(
    arguments: [
      "backyardbrains-spikerbox-pro", "generic-cdc-binary", "generic-cdc-text", "labjack-u6",
      "mcc-usb-1608fs-plus", "microstrain-mip", "openbci-cyton", "xsens-mti",
    ])
  func everyDeviceStreamsWithoutLoss(name: String) throws {
    let run = try EmulatedRun(name, seconds: 1.5)
    #expect(run.code == 0, "\(run.complaints)")
    let result = run.compare()
    #expect(result.wrong == 0 && result.gaps.isEmpty && result.shifts.isEmpty, "\(result)")
    #expect(result.right == run.count("samples"))
    #expect(Double(result.right) > run.device.nominalRate, "\(run.complaints)")
    for count in ["bad_checksums", "bad_contents", "duplicates", "stalls", "errors"] {
      #expect(run.count(count) == 0, "\(count): \(run.output)")
    }
    #expect(run.complaints.contains("device \(name): streaming, serial VIRTUAL1, port 1-1"))
  }

  @Test(arguments: ["labjack-u6", "openbci-cyton", "mcc-usb-1608fs-plus"])
  func unpluggedAndPluggedInAgain(name: String) throws {
    let run = try EmulatedRun(name, seconds: 3, script: "1s:unplug,1.5s:replug")
    #expect(run.code == 0)
    #expect(run.complaints.contains("lost: it was unplugged (LIBUSB_ERROR_NO_DEVICE)"))
    #expect(run.count("reconnections") == 1 && run.tally("starts") == 2)
    let result = run.compare()
    #expect(result.wrong == 0)
    // one gap of about half a second, measured by time, because the device counts anew
    #expect(result.gaps.count == 1, "\(result)")
    let rate = run.device.nominalRate
    #expect(Double(result.gaps.first ?? 0) > 0.4 * rate, "\(result)")
    #expect(result.shifts.allSatisfy { abs(Double($0)) < 0.2 * rate }, "\(result)")
  }

  @Test(arguments: ["labjack-u6", "openbci-cyton"])
  func yankedCable(name: String) throws {
    let run = try EmulatedRun(name, seconds: 2.5, script: "1s:yank,1.5s:replug")
    #expect(run.complaints.contains("transfers fail: libusb_submit_transfer says LIBUSB_ERROR_IO"))
    #expect(run.count("reconnections") == 1, "\(run.complaints)")
    #expect(run.count("errors") < 10)
    let result = run.compare()
    #expect(result.wrong == 0 && result.gaps.count >= 1, "\(result)")
  }

  @Test(arguments: ["labjack-u6", "openbci-cyton", "generic-cdc-binary"])
  func haltedEndpoint(name: String) throws {
    let run = try EmulatedRun(name, seconds: 2, script: "1s:stall")
    #expect(run.count("stalls") == 1 && run.tally("starts") == 1)
    #expect(run.complaints.contains("endpoint halted; it is cleared"))
    let result = run.compare()
    #expect(result.wrong == 0 && result.shifts.isEmpty, "\(result)")
    #expect(result.gaps.reduce(0, +) <= 2, "\(result)")
  }

  @Test(arguments: ["labjack-u6", "openbci-cyton"])
  func silence(name: String) throws {
    let run = try EmulatedRun(name, seconds: 3, script: "1s:silence=1200")
    #expect(run.count("silences") == 1)
    #expect(run.complaints.contains("silent for 0.5 s"))
    #expect(run.complaints.contains("speaks again"))
    let result = run.compare()
    // the counter of 8 bits has wrapped meanwhile; time tells how often
    #expect(result.wrong == 0 && result.shifts.isEmpty && result.gaps.count == 1, "\(result)")
    #expect(Int(result.gaps.first ?? 0) == run.tally("skipped"), "\(result)")
  }

  @Test(arguments: ["labjack-u6", "xsens-mti", "generic-cdc-binary", "microstrain-mip"])
  func damagedLostAndDoubledPackets(name: String) throws {
    let run = try EmulatedRun(
      name, seconds: 2.5, script: "0.5s:corrupt=5,1s:drop=3,1.5s:duplicate=4")
    let size = run.device.packet.samplesPerPacket
    #expect(run.tally("corrupted") == 5 && run.tally("dropped") == 3)
    #expect(run.count("bad_checksums") >= 5, "\(run.output)")
    #expect(run.count("duplicates") == 4, "\(run.output)")
    #expect(run.count("lost") == 8 * size, "\(run.output)")
    // none of the damaged packets got through, and every gap stands at its place
    let result = run.compare()
    #expect(result.wrong == 0 && result.shifts.isEmpty, "\(result)")
    #expect(result.gaps.reduce(0, +) == Int64(8 * size), "\(result)")
  }

  @Test func withoutAChecksumDamageIsMeasuredNotHidden() throws {
    let run = try EmulatedRun("openbci-cyton", seconds: 2.5, script: "0.5s:corrupt=20")
    let result = run.compare()
    // bits of sync, counter and stop byte are seen; those of channels cannot be
    #expect(run.tally("corrupted") == 20)
    #expect(result.wrong <= 20 && result.wrong > 0, "\(result)")
    #expect(result.right > 400)
  }

  @Test(arguments: ["labjack-u6", "openbci-cyton"])
  func shortAndOversizedPackets(name: String) throws {
    let run = try EmulatedRun(name, seconds: 2.5, script: "0.5s:short=3,1.2s:oversize=2")
    #expect(run.tally("shortened") == 3 && run.tally("lengthened") == 2)
    #expect(run.count("oversized_transfers") >= 1, "\(run.output)")
    #expect(run.complaints.contains("a transfer was larger than its buffer"))
    let result = run.compare()
    #expect(result.gaps.count >= 2 && result.shifts.isEmpty, "\(result)")
    if name == "labjack-u6" { #expect(result.wrong == 0, "\(result)") }
  }

  @Test(arguments: ["labjack-u6", "openbci-cyton"])
  func counterJumpsAndDeviceOverflow(name: String) throws {
    let run = try EmulatedRun(name, seconds: 2.5, script: "0.5s:jump=40,1.2s:overflow=100")
    let result = run.compare()
    #expect(result.wrong == 0 && result.shifts.isEmpty, "\(result)")
    #expect(Int(result.gaps.reduce(0, +)) == run.tally("skipped"), "\(result)")
    #expect(result.gaps.count == 2 && result.gaps.first == 40, "\(result)")
    // one of the two reports it, the other's counter shows it
    #expect(run.count("lost_in_device") == (name == "labjack-u6" ? 100 : 0))
  }

  @Test(arguments: ["labjack-u6", "generic-cdc-binary"])
  func slowClockShowsInTheRate(name: String) throws {
    let run = try EmulatedRun(name, seconds: 3, script: "0s:slow=50")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let measured = try #require(object?["measured_rate"] as? Double)
    #expect(measured < 0.975 * run.device.nominalRate)
    #expect(run.compare().wrong == 0 && run.count("lost") == 0)
  }

  @Test(arguments: ["labjack-u6", "openbci-cyton"])
  func deniedPermissionNamesTheRule(name: String) throws {
    let run = try EmulatedRun(
      name, seconds: 1, script: "0s:deny,0.1s:replug,1.5s:allow", emulator: ["--cold"])
    #expect(run.complaints.contains("libusb_open says LIBUSB_ERROR_ACCESS (-3)"))
    #expect(run.complaints.contains("SUBSYSTEM==\"usb\", ATTR{idVendor}=="))
    #expect(run.code == 0 && run.compare().wrong == 0 && !run.rows.isEmpty, "\(run.complaints)")
  }

  @Test(arguments: ["labjack-u6", "xsens-mti"])
  func wrongReplyToSetUpIsQuoted(name: String) throws {
    let run = try EmulatedRun(
      name, seconds: 1, script: "0s:lie,0.1s:replug,1.5s:truth", emulator: ["--cold"])
    let step = name == "labjack-u6" ? "stop a stream that was left running" : "go to configuration"
    #expect(run.complaints.contains("in the step '\(step)'"), "\(run.complaints)")
    #expect(run.complaints.contains("was expected and"))
    #expect(run.code == 0 && run.compare().wrong == 0 && !run.rows.isEmpty, "\(run.complaints)")
  }

  @Test(arguments: ["labjack-u6", "openbci-cyton"])
  func ofTwoDevicesWithTheSameIdsTheNamedOneIsTaken(name: String) throws {
    let named = try EmulatedRun(
      name, seconds: 0.5, emulator: ["--twins", "1"], probe: ["--serial", "VIRTUAL2"])
    #expect(named.complaints.contains("streaming, serial VIRTUAL2, port 1-2"))
    #expect(named.tally("starts") == 0 && named.compare().wrong == 0)
    let first = try EmulatedRun(name, seconds: 0.5, emulator: ["--twins", "1"])
    #expect(first.complaints.contains("2 devices have its ids; the one at port 1-1 is taken"))
  }

  @Test func pluggingAgainAndAgain() throws {
    let script = (0..<6).map { "\(1 + 0.6 * Double($0)):unplug,\(1.3 + 0.6 * Double($0)):replug" }
    let run = try EmulatedRun("labjack-u6", seconds: 5, script: script.joined(separator: ","))
    #expect(run.count("reconnections") == 6, "\(run.complaints)")
    let result = run.compare()
    #expect(result.wrong == 0 && result.gaps.count == 6, "\(result)")
  }

  @Test func aSessionRunsOnUSBAndItsRecordingRepeats() throws {
    let folder = try EmulatedRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let text = """
      subject: { code: usb }
      model: { file: \(repository.path)/config/models/arm26_nowrap.osim }
      sources:
        - { name: board, device: \(repository.path)/devices/labjack-u6.yaml, serial: VIRTUAL1 }
      signals:
        emg:
          - { channel: board.AIN2, muscles: [TRIlong, TRIlat, TRImed], mvc: 1 V }
          - { channel: board.AIN3, muscles: [BIClong, BICshort, BRA], mvc: 1 V }
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
    try text.write(toFile: folder + "/session.yaml", atomically: true, encoding: .utf8)
    let run = try EmulatedRun.run(
      emulator: ["--device", "labjack-u6", "--script", "2s:unplug,2.5s:replug"],
      program: ["run", "--config", folder + "/session.yaml", "--duration", "5s", "--record"]
        + [folder + "/r.xdf"])
    #expect(run.code == 0, "\(run.complaints)")
    #expect(run.complaints.contains("device labjack-u6: streaming, serial VIRTUAL1"))
    #expect(run.complaints.contains("device labjack-u6: lost: it was unplugged"))
    #expect(run.output.contains("reconnections 1"), "\(run.output)")
    #expect(run.output.contains("2 gaps") || run.output.contains("1 gaps"), "\(run.output)")
    let replay = try EmulatedRun.run(
      emulator: ["--device", "labjack-u6"], program: ["replay", folder + "/r.xdf"])
    #expect(replay.code == 0, "\(replay.complaints)")
    #expect(replay.output.contains("identical: "), "\(replay.output)")
  }
  @Test func theShippedArmSessionWithInertialUnitsRunsOnThreeDevices() throws {
    let folder = try EmulatedRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // a unit lies still in the emulator only by chance, so the session says where the axes are and no more
    let run = try EmulatedRun.run(
      emulator: ["--device", "openbci-cyton", "--device", "xsens-mti", "--device", "xsens-mti"],
      program: ["run", "--config", "config/xsens-cyton-arm.yaml", "--duration", "4s", "--json"]
        + ["--set", "sources[1].serial=VIRTUAL2", "--set", "sources[2].serial=VIRTUAL3"]
        + ["--record", folder + "/r.xdf"])
    #expect(run.code == 0, "\(run.complaints)")
    for line in [
      "device openbci-cyton: streaming, serial VIRTUAL1", "upper: streaming, serial VIRTUAL2",
      "lower: streaming, serial VIRTUAL3",
      "r_elbow_flex: its inertial units are not aligned, so it has no angle",
    ] {
      #expect(run.complaints.contains(line), "\(line) in \(run.complaints)")
    }
    let replay = try EmulatedRun.run(
      emulator: ["--device", "xsens-mti"], program: ["replay", folder + "/r.xdf"])
    #expect(replay.code == 0, "\(replay.complaints)")
    #expect(replay.output.contains("identical: "), "\(replay.output)")
  }
  @Test func aGuidedCalibrationOnADeviceRefusesWhatNoPersonDoes() throws {
    let folder = try EmulatedRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // the encoders of the emulator never stand still
    let run = try EmulatedRun.run(
      emulator: ["--device", "labjack-u6"],
      program: ["calibrate", "--config", "config/u6-elbow-encoders.yaml", "--repeats", "1"]
        + ["--pause", "100ms", "--contraction", "300ms", "--output", folder + "/C.yaml"])
    #expect(run.code == 65, "\(run.complaints)")
    for line in [
      "calibrate: device labjack-u6: streaming", "calibrate: now, for 4 s: lie still and let go",
      "C.xdf: error: r_elbow_flex moved by",
    ] {
      #expect(run.complaints.contains(line), "\(line) in \(run.complaints)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder + "/C.yaml"))
    #expect(FileManager.default.fileExists(atPath: folder + "/C.xdf"))
  }
}
