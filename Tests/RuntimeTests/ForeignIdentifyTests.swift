import Configuration
import Estimation
import Foundation
import Identification
import Signals
import TestSupport
import Testing

@testable import Runtime

/// A recording by other tools goes through `identify` with nothing but a session file.
@Suite struct ForeignIdentifyTests {
  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func aForeignRecordingNeedsOnlyASessionFile() throws {
    // the file that a user writes: the shipped one for the same trial, with this recording's stream names
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("foreign-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let shipped = repository.appendingPathComponent("config/knee-goniometer.yaml")
    let text = try String(contentsOf: shipped, encoding: .utf8)
      .replacing("stream: emg }", with: "stream: EMG }")
      .replacing("stream: knee_angle }", with: "stream: Gonio }")
      .replacing("file: models/", with: "file: \(repository.path)/config/models/")
    let file = folder.appendingPathComponent("by-hand.yaml")
    try Data(text.utf8).write(to: file)
    let session = try SessionFile.read(file.path)
    let recording = sharedData.appendingPathComponent("xdf/real_emg_gonio_knee.xdf").path
    let material = try IdentifyMaterial(IdentifyRun([recording], configuration: session))
    #expect(material.splits.count == 1 && material.splits[0].stretches.count == 1)
    #expect(material.splits[0].stretches[0].duration > 12)

    // the same trial as tables: the same angles at the same times, to what clocks and jitter leave
    let trial = sharedData.appendingPathComponent(
      "recordings/knee_goniometer/N05_sit_knee_extension")
    let tables = ["emg.csv", "knee_angle.csv"].map { trial.appendingPathComponent($0).path }
    let plain = try IdentifyMaterial(
      IdentifyRun(tables, configuration: try SessionFile.read(shipped.path)))
    let (mine, theirs) = (material.splits[0].stretches[0], plain.splits[0].stretches[0])
    let shift = Int(
      (((mine.start.seconds - 5000) - theirs.start.seconds) / mine.measurementInterval).rounded())
    var worst = 0.0
    for measurement in 0..<min(mine.measurementCount, theirs.measurementCount - shift) {
      guard theirs.measurementCount > measurement + shift, measurement + shift >= 0 else {
        continue
      }
      let first = try #require(mine.angle(0, at: measurement))
      let second = try #require(theirs.angle(0, at: measurement + shift))
      worst = max(worst, abs(first - second))
    }
    #expect(worst < 0.06, "angles differ by \(worst) rad")

    // and the fit goes down from where the prior is
    let assembly = material.assembly
    let fit = OfflineIdentification(assembly.model, objective: material.objective, evaluations: 2)
    let solution = try #require(fit.solve(material.splits))
    #expect(solution.windowCount > 5 && solution.posterior.mean.allSatisfy(\.isFinite))
  }
}
