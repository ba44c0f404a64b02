import Configuration
import Foundation
import Signals
import TestSupport
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

    // the curves behind the figures are there, and the page draws them
    let record = try CalibrationFile.read(session.path("CALIBRATION.yaml"))
    let evidence = try #require(record.evidence)
    #expect(evidence.signals.map(\.name) == CalibrationSession.names)
    #expect(evidence.signals.allSatisfy { $0.contractions.count == 3 && $0.rest.count > 40 })
    for (signal, curves) in zip(record.signals, evidence.signals) {
      let highest = try #require(curves.contractions.flatMap(\.self).max())
      #expect(highest > signal.mvc && highest < 1.5 * signal.mvc, "\(signal)")
      #expect(try #require(curves.rest.max()) < 0.1 * signal.mvc)
    }
    for (sensor, curves) in zip(record.sensors, evidence.sensors) {
      let moved = try #require(curves.movement.max()) - #require(curves.movement.min())
      #expect(abs(moved - (sensor.range ?? 0)) < 0.1 * moved, "means of 50 ms lose little")
      #expect(curves.pose.count > 20)
    }
    let peak = try #require(
      evidence.correlations.indices.max {
        abs(evidence.correlations[$0]) < abs(evidence.correlations[$1])
      })
    #expect(abs(0.01 * Double(peak) - CalibrationSession.delay) < 0.011)
    let report = try ReportRun(session.path("CALIBRATION.yaml")).run()
    #expect(!report.isUnreadable && report.missing == [], "\(report.missing)")
    // bursts of four signals, three curves of two sensors, one correlation
    #expect(report.html.matches(of: /<svg class="chart"/).count == 4 + 6 + 1)

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

  @Test("a calibration without curves says so on its page; what is none is refused with its place")
  func pages() throws {
    let session = try session()
    let old = session.path("old.yaml")
    try "subject: s1\nemg:\n  BRA: { rest: 2 uV, mvc: 180 uV, plateau: 3 s }\n".write(
      toFile: old, atomically: true, encoding: .utf8)
    let page = try ReportRun(old).run()
    #expect(!page.isUnreadable && page.missing.count == 2)
    #expect(page.html.contains("Calibration of s1") && page.html.contains("180"))
    let broken = session.path("broken.yaml")
    try "emg:\n  BRA: { mcv: 180 uV }\nevidence: { emg: { BRA: { rest: high } } }\n".write(
      toFile: broken, atomically: true, encoding: .utf8)
    let nothing = try ReportRun(broken).run()
    #expect(nothing.isUnreadable)
    #expect(nothing.missing.contains { $0.contains("broken.yaml:2:") && $0.contains("\"mvc\"") })
  }

  @Test(
    "the page of a calibration in a browser, every section with its pictures",
    .enabled(if: Chromium.path != nil, "needs Chromium"))
  func picture() throws {
    let session = try session()
    let recording = session.path("calibration.xdf")
    try CalibrationSession(repeats: 3, seed: 3).record(session.configuration, path: recording)
    let (text, _) = try CalibrationRun(recording, configuration: session.configuration).run()
    try #require(text).write(
      toFile: session.path("C.yaml"), atomically: true, encoding: .utf8)
    let file = URL(fileURLWithPath: session.path("C.html"))
    try ReportRun(session.path("C.yaml")).run().html.write(
      to: file, atomically: true, encoding: .utf8)
    let page = try ChromiumPage(file.absoluteString, width: 1100, height: 950)
    #expect(try page.wait(for: "document.readyState === 'complete'", seconds: 20))
    for (section, pictures) in [("summary", 0), ("emg", 4), ("angles", 6), ("delay", 1)] {
      let drawn =
        "[...document.getElementById('\(section)').querySelectorAll('svg.chart')]"
        + ".filter(v => v.getBoundingClientRect().height > 80).length"
      #expect(try page.evaluate(drawn) as? Int == pictures, "\(section)")
    }
    _ = try page.picture("report-calibration")
  }
}
