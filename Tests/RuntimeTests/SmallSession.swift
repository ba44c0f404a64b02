import Configuration
import Foundation
import Recordings
import TestSupport

@testable import Runtime

/// A session with few unknowns and short windows, in a folder of its own, for tests that run it whole.
final class SmallSession {
  /// The folder, without a slash at its end.
  let folder: String
  /// The session as its file says.
  let configuration: SessionConfiguration

  /// Writes and reads the session after `change` to its text.
  init(_ change: (String) -> String = { $0 }) throws {
    folder = FileManager.default.temporaryDirectory.path + "/runtime-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (source, name) in [
      ("devices/virtual-emg16-enc2.yaml", "virtual-emg16-enc2.yaml"),
      ("devices/virtual-emg8-imu2-enc2.yaml", "virtual-emg8-imu2-enc2.yaml"),
      ("config/models/arm26_nowrap.osim", "arm.osim"),
    ] {
      try FileManager.default.copyItem(
        atPath: repository.appendingPathComponent(source).path, toPath: folder + "/" + name)
    }
    let file = folder + "/session.yaml"
    try change(Self.text).write(toFile: file, atomically: true, encoding: .utf8)
    configuration = try SessionFile.read(file)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// A path in the folder.
  func path(_ name: String) -> String { folder + "/" + name }

  /// A simulated recording of this session.
  func simulate(
    _ name: String, seconds: Double, seed: UInt64 = 3
  ) throws -> (summary: SessionSummary, path: String) {
    let path = path(name)
    let run = SimulationRun(configuration, duration: seconds, seed: seed, output: path)
    return (try run.run(), path)
  }

  private static let text = """
    subject: { code: small }
    model:
      file: arm.osim
      coordinates:
        r_shoulder_elev: { damping: 0.3 N*m*s/rad }
        r_elbow_flex: { damping: 0.3 N*m*s/rad }
    sources:
      - { name: board, device: ./virtual-emg16-enc2.yaml, virtual: { seed: 1 } }
    virtual_subject: { payload: 1 kg, payload_period: 1 s }
    payload: { body: r_ulna_radius_hand, point: [0 m, -0.25 m, 0 m] }
    signals:
      emg:
        - { channels: [board.EMG1, board.EMG7], muscles: [TRIlong], mvc: 1 mV }
        - { channel: board.EMG2, muscles: [TRIlat, TRImed], mvc: 1 mV }
        - { channel: board.EMG3, muscles: [BIClong, BICshort], mvc: 1 mV }
        - { channel: board.EMG4, muscles: [BRA], mvc: 1 mV }
      angles:
        - { channel: board.ENC1, coordinate: r_shoulder_elev, zero: 20 deg, sign: -1, noise: 1 mrad }
        - { channel: board.ENC2, coordinate: r_elbow_flex, noise: 1 mrad }
    identification:
      window: 500 ms
      step: 10 ms
      measurement_interval: 20 ms
      iterations: 2
      noise: { activation: 10 % }
      parameters:
        - { name: "muscle/BRA/max_isometric_force", prior_sd: 10 % }
        - { name: "muscle/TRIlong/max_isometric_force", prior_sd: 10 % }

    """
}
