import Configuration
import Devices
import Foundation
import Pipeline
import Signals
import Testing

@testable import Runtime

/// Gears, index pulses and potentiometers from the wire to frames, windows and estimates, against the session of
/// the same virtual subject with plain encoders.
@Suite("Sessions with geared encoders, index pulses and potentiometers")
struct JointSensorSessionTests {
  /// The virtual board with an index pulse and a potentiometer's voltage beside its encoders.
  private static let board = """
    name: virtual-sensors
    title: Virtual board with an index pulse and a potentiometer
    rate: 2000 Hz
    packet: { sync: [0xA5, 0x5A], length: 226, checksum: crc16-ccitt, samples_per_packet: 4, samples_at: 4, sample_stride: 55 }
    counter: { byte_offset: 2, width: 16, byte_order: little, counts: packets }
    channels:
      - { label: "EMG{n}", count: 16, kind: emg, byte_offset: 0, type: int24, byte_order: big, scale: 22.35174445530706 nV }
      - { label: "ENC{n}", count: 2, kind: encoder, byte_offset: 48, type: uint16, byte_order: little, counts_per_revolution: 4096 }
      - { label: INDEX, kind: auxiliary, byte_offset: 52, type: uint8, scale: 1 }
      - { label: POT, kind: auxiliary, byte_offset: 53, type: uint16, byte_order: little, scale: 76.2939453125 uV }

    """

  /// The small session with other joint sensors.
  private static func session(_ angles: String, device: Bool = true) throws -> SmallSession {
    let session = try SmallSession()
    try board.write(
      toFile: session.path("virtual-sensors.yaml"), atomically: true, encoding: .utf8)
    var text = session.configuration.text
    if device { text = text.replacing("virtual-emg16-enc2", with: "virtual-sensors") }
    let start = text.range(of: "    - { channel: board.ENC1")!.lowerBound
    let end = text.range(of: "identification:")!.lowerBound
    text.replaceSubrange(start..<end, with: angles)
    try text.write(toFile: session.path("changed.yaml"), atomically: true, encoding: .utf8)
    return session
  }

  private static let plain = """
        - { channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad }
        - { channel: board.ENC2, coordinate: r_elbow_flex, noise: 1 mrad }

    """

  /// What a session simulates and what its pipeline makes of the recording.
  private static func pass(
    _ angles: String, device: Bool, seconds: Double
  ) throws -> (session: SmallSession, frames: [Frame], events: [Event], windows: Int, adopted: Int)
  {
    let session = try session(angles, device: device)
    let configuration = try SessionFile.read(session.path("changed.yaml"))
    let path = session.path("r.xdf")
    let summary = try SimulationRun(configuration, duration: seconds, seed: 11, output: path).run()
    let (frames, events, windows) = try InertialSessionTests.pass(configuration, path)
    if device {
      let replay = try ReplayRun(path).run()
      if case .identical = replay.verdict {} else { Issue.record("\(replay.verdictLine)") }
    }
    return (session, frames, events, windows.count, summary.counts.adopted)
  }

  /// The largest difference of each angle at the same moments, and how many those are [rad].
  private static func difference(_ first: [Frame], _ second: [Frame]) -> (largest: [Double], Int) {
    var other: [Int64: Frame] = [:]
    for frame in second { other[frame.time.nanoseconds] = frame }
    var largest = [0.0, 0]
    var count = 0
    for frame in first {
      guard let same = other[frame.time.nanoseconds] else { continue }
      count += 1
      for joint in 0..<2 {
        largest[joint] = max(largest[joint], abs(frame.angles[joint] - same.angles[joint]))
      }
    }
    return (largest, count)
  }

  @Test("an index pulse makes a geared encoder absolute; a potentiometer is read by its line")
  func indexAndPotentiometer() throws {
    let angles = """
          - { channel: board.ENC1, coordinate: r_shoulder_elev, gear_ratio: 3, index: board.INDEX, index_angle: -20 deg, sign: -1, noise: 1 mrad }
          - { channel: board.POT, coordinate: r_elbow_flex, scale: 40 deg/V, offset: -10 deg, range: [0.1 V, 4.9 V], noise: 1 mrad }

      """
    let truth = try Self.pass(Self.plain, device: false, seconds: 6)
    let found = try Self.pass(angles, device: true, seconds: 6)
    let (largest, count) = Self.difference(found.frames, truth.frames)
    let shoulder = truth.frames.map(\.angles[0])
    let mark = -20 * Double.pi / 180
    #expect(shoulder.contains { $0 > mark } && shoulder.contains { $0 < mark }, "it is passed")
    print(
      "index and potentiometer: largest difference \(largest) rad in \(count) frames of "
        + "\(truth.frames.count)")
    // one count of the plain encoder is 1.5 mrad; the index comes somewhere in its sample
    #expect(largest[0] < 4e-3 && largest[1] < 2e-3, "\(largest)")
    #expect(count > 600 && found.windows > 4 && found.adopted > 0)
    // before the shaft passed its mark there was no angle, and that was said and unsaid
    #expect(found.frames.count < truth.frames.count)
    let said = found.events.compactMap { event -> [String]? in
      guard case .angleQuality("r_shoulder_elev", let faults, _) = event else { return nil }
      return faults.names
    }
    #expect(said == [["no index pulse yet"], []])
  }

  @Test("a gear without an index, turned about, with its zero; a goniometer by a table")
  func gearAndTable() throws {
    let angles = """
          - { channel: board.ENC1, coordinate: r_shoulder_elev, gear_ratio: 2, zero: 20 deg, sign: -1, noise: 1 mrad }
          - { channel: board.POT, coordinate: r_elbow_flex, table: [[0.5 V, -20 deg], [2.5 V, 60 deg], [4.5 V, 150 deg]], sign: -1, zero: 130 deg, noise: 1 mrad }

      """
    let truth = try Self.pass(Self.plain, device: false, seconds: 4)
    let found = try Self.pass(angles, device: true, seconds: 4)
    let (largest, count) = Self.difference(found.frames, truth.frames)
    print("gear and table: largest difference \(largest) rad in \(count) frames")
    #expect(largest[0] < 2e-3 && largest[1] < 2e-3, "\(largest)")
    #expect(count > truth.frames.count - 10 && found.windows > 4 && found.adopted > 0)
    #expect(!found.events.contains { if case .angleQuality = $0 { true } else { false } })
  }
}
