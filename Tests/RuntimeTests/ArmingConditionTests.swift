import Foundation
import TestSupport
import Testing

@testable import Configuration
@testable import Runtime

/// What speaks against arming outside the pipeline, one by one.
@Suite struct ArmingConditionTests {
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)

  private func conditions(
    _ change: (inout SessionConfiguration) -> Void = { _ in }, feed: String = "",
    recording: String? = "/tmp/r.xdf", lost: Int = 0, end: String? = nil, serial: String? = "A1"
  ) throws -> [String] {
    var configuration = try feedSession(feed)
    change(&configuration)
    return ArmingConditions(
      configuration: configuration, recording: recording, lostSteps: lost, end: end,
      serials: serial.map { ["board": $0] } ?? [:], date: Self.now
    ).objections
  }

  /// The small session with a feed, as if its board were a real one with a fresh calibration.
  private func feedSession(_ feed: String) throws -> SessionConfiguration {
    let session = try SmallSession {
      $0 + "feed: { torque_limit: { r_elbow_flex: 20 N*m }, free_space: 1\(feed) }\n"
    }
    var configuration = session.configuration
    let device = try #require(configuration.sources[0].device)
    configuration.sources[0].kind = .device(device)
    configuration.sources[0].serial = "A1"
    configuration.calibration = CalibrationOrigin(
      file: "calibration.yaml", subject: "small",
      made: (Self.now - 3600).ISO8601Format(), serials: ["board": "A1"])
    return configuration
  }

  @Test func nothingSpeaksAgainstASoundSession() throws {
    #expect(try conditions() == [])
  }

  @Test func eachConditionIsAsked() throws {
    func one(_ objections: [String], _ words: String) {
      #expect(objections.count == 1 && objections[0].contains(words), "\(objections)")
    }
    one(try conditions({ $0.feed = nil }), "the session has no feed")
    one(try conditions({ $0.calibration = nil }), "takes no calibration")
    one(try conditions({ $0.calibration?.subject = nil }), "does not say whose it is")
    one(try conditions({ $0.calibration?.subject = "other" }), "is other's and the session small's")
    one(try conditions({ $0.calibration?.made = nil }), "does not say when it was made")
    one(try conditions({ $0.calibration?.made = "yesterday" }), "does not say when it was made")
    one(
      try conditions({ $0.calibration?.made = (Self.now - 8 * 86_400).ISO8601Format() }),
      "older than feed.calibration_age")
    one(
      try conditions({ $0.calibration?.made = (Self.now + 7200).ISO8601Format() }),
      "in the future")
    one(try conditions({ $0.calibration?.serials = [:] }), "calibrated was unknown")
    one(try conditions(serial: "B2"), "has serial B2, calibrated was A1")
    one(try conditions(serial: nil), "has serial unknown")
    one(try conditions(recording: nil), "nothing is recorded")
    one(try conditions(lost: 3), "lacks 3 steps")
    one(try conditions(end: "the disk is full"), "the recording ended: the disk is full")
    one(try conditions({ $0.feed?.freeSpace = Int.max }, recording: "/tmp"), "MiB left")
    one(try conditions(feed: ", exoskeleton: worn"), "torque is not measured")
  }

  @Test func aMeasuredExoskeletonMayBeArmed() throws {
    let told =
      ", exoskeleton: worn, interaction: { udp: { port: 47111 }, key_file: k, limit: 9 N*m }"
    #expect(try conditions(feed: told) == [])
    let sensor: (inout SessionConfiguration) -> Void = { configuration in
      guard let channel = configuration.angles[0].channel else { return }
      configuration.torques = [
        TorqueAssignment(
          channel: channel, coordinate: configuration.feed?.coordinates[0].coordinate ?? -1,
          zero: 0, sign: 1, gainDeviation: 0.02)
      ]
    }
    #expect(try conditions(sensor, feed: ", exoskeleton: worn") == [])
    // a sensor elsewhere does not help where torque is fed
    let elsewhere: (inout SessionConfiguration) -> Void = {
      sensor(&$0)
      $0.torques[0].coordinate = $0.angles[0].coordinate
    }
    #expect(try conditions(elsewhere, feed: ", exoskeleton: worn").count == 1)
  }

  @Test func aVirtualDeviceNeedsNoCalibration() throws {
    let virtual = try SmallSession {
      $0 + "feed: { torque_limit: { r_elbow_flex: 20 N*m }, free_space: 1 }\n"
    }
    let objections = ArmingConditions(
      configuration: virtual.configuration, recording: "/tmp/r.xdf", lostSteps: 0, end: nil,
      serials: [:], date: Self.now
    ).objections
    #expect(objections == [])
  }
}
