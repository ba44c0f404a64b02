import Configuration
import Foundation
import TestSupport

/// A small session with its device in a folder of its own; tests break one piece of it at a time.
final class TemporarySession {
  /// The folder, without a slash at its end.
  let folder: String
  /// The session file.
  var file: String { folder + "/config/session.yaml" }
  /// The device file.
  var deviceFile: String { folder + "/devices/virtual-emg16-enc2.yaml" }
  /// The session's text as it should be.
  let text: String
  /// The device's text as it should be.
  let deviceText: String

  /// Writes session and device; the model is the shipped one.
  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/session-" + UUID().uuidString
    for name in ["config", "devices"] {
      try FileManager.default.createDirectory(
        atPath: folder + "/" + name, withIntermediateDirectories: true)
    }
    deviceText = try String(
      contentsOf: repository.appendingPathComponent("devices/virtual-emg16-enc2.yaml"),
      encoding: .utf8)
    let model = repository.appendingPathComponent("config/models/arm26_nowrap.osim").path
    try FileManager.default.copyItem(atPath: model, toPath: folder + "/config/arm.osim")
    text = Self.session
    write(text)
    writeDevice(deviceText)
  }

  /// The mistakes of the session as it stands, without the folder's name.
  var problems: [String] {
    do {
      _ = try read()
      return []
    } catch {
      return error.problems.map { $0.description.replacing(folder + "/", with: "") }
    }
  }

  /// The session as it stands.
  func read() throws(ConfigurationError) -> SessionConfiguration {
    try SessionFile.read(file)
  }

  /// Replaces the session's text.
  func write(_ text: String) {
    _ = FileManager.default.createFile(atPath: file, contents: Data(text.utf8))
  }

  /// Replaces the device's text.
  func writeDevice(_ text: String) {
    _ = FileManager.default.createFile(atPath: deviceFile, contents: Data(text.utf8))
  }

  /// Deletes the folder.
  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The session as it should be; line numbers in tests refer to it.
  private static let session = """
    subject: { code: demo }
    model:
      file: arm.osim
      coordinates:
        r_shoulder_elev: { damping: 0.3 N*m*s/rad }
    sources:
      - { name: board, device: virtual-emg16-enc2, virtual: { seed: 7 } }
    signals:
      emg:
        - { channel: board.EMG1, muscles: [TRIlong], mvc: 1 mV }
        - { channel: board.EMG2, muscles: [TRIlat, TRImed], mvc: 1 mV }
        - { channel: board.EMG3, muscles: [BIClong, BICshort], mvc: 1 mV }
        - { channel: board.EMG4, muscles: [BRA], mvc: 1 mV }
      angles:
        - { channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad }
        - { channel: board.ENC2, coordinate: r_elbow_flex, noise: 1 mrad }
    identification:
      window: 1 s
      parameters:
        - { name: "muscle/*/max_isometric_force", prior_sd: 10 % }

    """
}
