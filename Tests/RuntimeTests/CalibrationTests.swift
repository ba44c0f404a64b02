import Configuration
import Foundation
import Testing

@testable import Runtime

@Suite("Calibration from a recording with markers")
struct CalibrationTests {
  /// The small session, whose file knows no MVC, zero or sign, only the pose.
  private func session(_ more: String = "") throws -> SmallSession {
    try SmallSession {
      $0.replacing(", mvc: 1 mV", with: "").replacing(", zero: 20 deg, sign: -1", with: "")
        + "calibration: { pose: { r_shoulder_elev: 10 deg, r_elbow_flex: 25 deg }\(more) }\n"
    }
  }

  @Test("MVC, zeros, signs and delay of a simulated session", arguments: [1, 2] as [UInt64])
  func figures(seed: UInt64) throws {
    let session = try session()
    let recording = session.path("calibration.xdf")
    // the mean of one plateau of Gaussian EMG varies by 1.4 %, of three by 0.8 %
    try CalibrationSession(repeats: 3, seed: seed)
      .record(session.configuration, path: recording)
    let (text, refusals) = try CalibrationRun(recording, configuration: session.configuration).run()
    #expect(refusals == [])
    let written = try #require(text)
    try written.write(toFile: session.path("CALIBRATION.yaml"), atomically: true, encoding: .utf8)

    // the session reads what was written
    let file = session.path("calibrated.yaml")
    try session.configuration.text.replacing(
      "calibration: {", with: "calibration: { file: CALIBRATION.yaml,"
    )
    .write(toFile: file, atomically: true, encoding: .utf8)
    let calibrated = try SessionFile.read(file)
    #expect(calibrated.hasKnownGains)
    for (signal, mvc) in zip(calibrated.emg, CalibrationSession.mvc) {
      let error = signal.maximumVoluntaryEnvelope / mvc - 1
      #expect(abs(error) < 0.03, "\(signal.name): \(error)")
    }
    for (index, sensor) in calibrated.angles.enumerated() {
      let error = (sensor.zero - CalibrationSession.zeros[index]) * 180 / .pi
      #expect(abs(error) < 0.2, "\(error) deg")
      #expect(sensor.sign == CalibrationSession.signs[index])
    }
    let delay = calibrated.activation.electromechanicalDelay
    #expect(abs(delay - CalibrationSession.delay) < 3e-3, "\(delay) s")
    print(
      "calibrate, seed \(seed): MVC errors",
      zip(calibrated.emg, CalibrationSession.mvc).map { $0.maximumVoluntaryEnvelope / $1 - 1 },
      "zero errors [rad]", zip(calibrated.angles, CalibrationSession.zeros).map { $0.zero - $1 },
      "delay [s]", delay)
  }

  @Test("five kinds of bad session are refused, each with a sentence")
  func refusals() throws {
    let session = try session()
    let recording = session.path("bad.xdf")
    var bad = CalibrationSession()
    bad.restlessness = 0.2
    bad.effort[3] = 0.006
    bad.hold[1] = 0.5
    bad.rail[2] = 1.2e-3
    bad.movement[1] = 0.1
    try bad.record(session.configuration, path: recording)
    let (text, refusals) = try CalibrationRun(recording, configuration: session.configuration).run()
    #expect(text == nil)
    print(refusals.joined(separator: "\n"))
    let expected = [
      "r_shoulder_elev moved by ", "the contraction of TRIlat+TRImed was held for ",
      "BIClong+BICshort is saturated", "BRA shows no burst: ", "r_elbow_flex moved by ",
    ]
    #expect(refusals.count == expected.count)
    for (refusal, beginning) in zip(refusals, expected) {
      #expect(refusal.hasPrefix(beginning), "\(refusal)")
    }
  }

  @Test("forgotten tasks and unknown names are refused")
  func missingTasks() throws {
    let session = try session()
    let recording = session.path("forgotten.xdf")
    var bad = CalibrationSession()
    bad.forgotten = ["rest", "mvc BRA", "pose"]
    bad.hold = [0.5, 0.5, 0.5, 0.5]
    try bad.record(session.configuration, path: recording)
    let (text, refusals) = try CalibrationRun(recording, configuration: session.configuration).run()
    #expect(text == nil)
    #expect(
      refusals == [
        "there is no marker 'rest'; record some seconds of lying still",
        "there is no marker 'mvc BRA'; record its strongest contraction",
        "there is no marker 'pose'; record a second of the known pose",
      ])
  }
}
