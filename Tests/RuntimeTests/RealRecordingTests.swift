import Configuration
import Estimation
import Foundation
import Identification
import Recordings
import Signals
import TestSupport
import Testing

@testable import Runtime

/// The shipped sessions on the recordings they were written for, where those are at hand.
@Suite struct RealRecordingTests {
  /// What `configuration` makes of the CSV files in `folder`, without a fit.
  private func material(
    _ folder: String, _ files: [String], _ configuration: String
  ) throws -> IdentifyMaterial {
    let inputs = files.map {
      sharedData.appendingPathComponent("recordings").appendingPathComponent(folder)
        .appendingPathComponent($0).path
    }
    let output = FileManager.default.temporaryDirectory
      .appendingPathComponent("diffmsm-\(UUID().uuidString).xdf").path
    defer { try? FileManager.default.removeItem(atPath: output) }
    _ = try StreamConversion(inputs: inputs, output: output).run()
    let session = try SessionFile.read(
      repository.appendingPathComponent("config/\(configuration)").path)
    return try IdentifyMaterial(IdentifyRun([output], configuration: session))
  }

  private func column(_ folder: String, _ file: String, _ name: String) throws -> [Double] {
    let url = sharedData.appendingPathComponent("recordings/\(folder)/\(file)")
    return try #require(try columns(ofCSV: url)[name])
  }

  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func loadedCurlsAreImportedWithTheShoulderUnwrapped() throws {
    let folder = "elbow_curl_payload/run04_2kg"
    let material = try material(
      folder, ["emg_envelope.csv", "joint_angles.csv"], "elbow-curl.yaml")
    #expect(material.splits.count == 1 && material.splits[0].stretches.count == 1)
    let stretch = material.splits[0].stretches[0]
    let elbow = try column(folder, "joint_angles.csv", "elbow_flexion_rad")
    var shoulder = try column(folder, "joint_angles.csv", "shoulder_angle_rad")
    // the recording wraps at pi; unwrapped here, sample by sample, in its own way
    #expect(shoulder.contains { $0 < -2 } && shoulder.contains { $0 > 2 })
    for index in shoulder.indices where shoulder[index] < 0 { shoulder[index] += 2 * .pi }
    let interval = stretch.measurementInterval
    #expect(stretch.duration > 90)
    var largest = 0.0
    for measurement in 0...stretch.measurementCount {
      let sample = Int(
        ((stretch.start.seconds + Double(measurement) * interval) * 125).rounded())
      guard elbow.indices.contains(sample) else { continue }
      let shown = try #require(stretch.angle(1, at: measurement))
      let hanging = try #require(stretch.angle(0, at: measurement))
      largest = max(largest, abs(shown - elbow[sample]), abs(hanging - (shoulder[sample] - .pi)))
    }
    #expect(largest < 1e-3)
    #expect(!material.assembly.hasGains)
  }

  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func aShortFitForetellsSeatedKneeExtensionBetterThanNoModel() throws {
    let folder = "knee_goniometer/N05_sit_knee_extension"
    let material = try material(folder, ["emg.csv", "knee_angle.csv"], "knee-goniometer.yaml")
    let assembly = material.assembly
    let fit = OfflineIdentification(assembly.model, objective: material.objective, evaluations: 4)
    let solution = try #require(fit.solve(material.splits))
    let plan = PredictionPlan(
      assembly.configuration.identification.heldOut.plan, contact: assembly.contact)
    let prediction = HeldOutPrediction(assembly.model, plan: plan)
    let tasks = prediction.tasks(material.splits, heldOut: true)
    let knee = prediction.score(tasks, theta: solution.posterior.mean).coordinates[0]
    let own = try #require(knee.error(.model))
    #expect(knee.windows >= 4)
    // a handful of evaluations already leaves both extrapolations and the unexcited limb behind
    for predictor in [HeldOutPrediction.Predictor.hold, .constantVelocity, .zeroActivation] {
      #expect(own < 0.5 * (try #require(knee.error(predictor))))
    }
  }

  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func standingKneeFlexionLeavesTheFloorOut() throws {
    let material = try material(
      "knee_goniometer/N05_stand_knee_flexion", ["emg.csv", "knee_angle.csv"],
      "knee-standing.yaml")
    let assembly = material.assembly
    let contact = try #require(assembly.contact)
    let plan = PredictionPlan(
      assembly.configuration.identification.heldOut.plan, contact: contact)
    let prediction = HeldOutPrediction(assembly.model, plan: plan)
    for isHeldOut in [false, true] {
      let tasks = prediction.tasks(material.splits, heldOut: isHeldOut)
      #expect(!tasks.isEmpty)
      #expect(prediction.contactCount(material.splits, heldOut: isHeldOut) > 0)
      for task in tasks {
        #expect(task.window.angles.allSatisfy { $0 > contact.angle })
      }
    }
  }
}
