import Algebra
import CrossCheck
import Foundation
import Musculoskeletal
import TestSupport
import Testing

@testable import Runtime

@Suite("What model commands do with awkward input")
struct ModelFaultTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/model-" + UUID().uuidString
  private var arm: String {
    repository.appendingPathComponent("config/models/arm26_nowrap.osim").path
  }

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func write(_ name: String, _ text: String) throws -> String {
    let path = folder + "/" + name
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func table(_ path: String) throws -> [[Double]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").map { Double($0) ?? .nan }
    }
  }

  private func simulate(
    _ activations: String, _ kind: MuscleModelKind, isTendonRigid: Bool,
    _ integration: ModelSimulation.Integration = .own(.adaptive(tolerance: 1e-8))
  ) throws -> (rows: [[Double]], notes: [String]) {
    let output = folder + "/" + UUID().uuidString + ".csv"
    let notes = try ModelSimulation(
      model: ModelChoice(path: arm, muscleModel: kind, isTendonRigid: isTendonRigid, damping: 0.3),
      activations: activations, initial: [("r_elbow_flex", 1.2)], hasActivationDynamics: false,
      integration: integration, output: output, overwrites: false
    ).run()
    return (try table(output), notes)
  }

  @Test("an elastic De Groote-Fregly muscle bears activations of zero and splines that dip below")
  func silentElasticMuscles() throws {
    let path = try write("a.csv", "t,BRA\n0,0.01\n0.05,0.01\n0.1,0.6\n0.15,0.6\n")
    let adaptive = try simulate(path, .deGrooteFregly2016, isTendonRigid: false)
    let fixed = try simulate(path, .deGrooteFregly2016, isTendonRigid: false, .own(.fixed(0.001)))
    #expect(adaptive.rows.count == 4 && fixed.rows.count == 4)
    for (one, other) in zip(adaptive.rows, fixed.rows) {
      #expect(abs(one[1] - other[1]) < 1e-5 && abs(one[2] - other[2]) < 1e-5)
    }
    #expect(
      adaptive.notes.contains { $0.contains("raised above zero, which an elastic tendon needs") })
    // GSL's own method for stiff equations follows the same motion
    let library = try simulate(
      path, .deGrooteFregly2016, isTendonRigid: false,
      .library(.backwardDifferentiation, tolerance: 1e-9))
    for (one, other) in zip(adaptive.rows, library.rows) { #expect(abs(one[2] - other[2]) < 1e-6) }
  }

  @Test("what a clock counts from does not change the motion", arguments: [1e5, 1.7e9])
  func absoluteTimes(origin: Double) throws {
    func text(_ origin: Double) -> String {
      "t,BRA,TRIlat\n"
        + (0..<40).map { "\(origin + Double($0) / 256),\(0.1 + 0.002 * Double($0)),0.1\n" }.joined()
    }
    let (zero, late) = (try write("z.csv", text(0)), try write("l.csv", text(origin)))
    for (kind, isRigid) in [(MuscleModelKind.deGrooteFregly2016, true), (.millard2012, false)] {
      let one = try simulate(zero, kind, isTendonRigid: isRigid).rows
      let other = try simulate(late, kind, isTendonRigid: isRigid).rows
      #expect(one.count == 40 && other.count == 40)
      for (one, other) in zip(one, other) {
        #expect(other[0] - origin == one[0])
        #expect(Array(one.dropFirst()) == Array(other.dropFirst()))
      }
    }
  }

  @Test("no result replaces a file that it is made from, by whatever name")
  func inputsStay() throws {
    let states = try write("s.csv", "r_shoulder_elev,r_elbow_flex\n0.1,1.2\n")
    let model = folder + "/mine.osim"
    try FileManager.default.copyItem(atPath: arm, toPath: model)
    for output in [folder + "/./s.csv", model] {
      let evaluation = ModelEvaluation(
        model: ModelChoice(path: model), states: states, output: output, overwrites: true)
      let failure = #expect(throws: SessionError.self) { try evaluation.run() }
      #expect(failure?.message.hasPrefix("the result would replace ") == true)
    }
    #expect(try String(contentsOfFile: states, encoding: .utf8).hasPrefix("r_shoulder_elev"))
  }

  @Test("faults name the line on which the row stands, remarks and empty lines counted")
  func lines() throws {
    let states = try write(
      "s.csv",
      "# note\n# more\nr_shoulder_elev,r_elbow_flex,r_elbow_flex_u\n0.1,1,1\n\n0.1,1,1e200\n")
    let evaluation = ModelEvaluation(
      model: ModelChoice(path: arm), states: states, output: folder + "/o.csv", overwrites: false)
    let failure = #expect(throws: SessionError.self) { try evaluation.run() }
    #expect(failure?.file == states + ":6")
  }

  @Test("tables that convert makes are states; units that are not SI are refused")
  func converted() throws {
    let states = try write(
      "c.csv", "time_s,r_shoulder_elev [rad],r_elbow_flex [rad]\n0,0.1,1.2\n0.01,0.1,1.3\n")
    let output = folder + "/o.csv"
    _ = try ModelEvaluation(
      model: ModelChoice(path: arm), states: states, output: output, overwrites: false
    ).run()
    #expect(try table(output).map { $0[0] } == [0, 0.01])
    let degrees = try write("d.csv", "r_shoulder_elev [deg],r_elbow_flex [deg]\n10,60\n")
    let failure = #expect(throws: SessionError.self) {
      try ModelEvaluation(
        model: ModelChoice(path: arm), states: degrees, output: output, overwrites: true
      ).run()
    }
    #expect(failure?.message == "the column \"r_shoulder_elev [deg]\" is in deg")
  }

  @Test(
    "a result goes into a model once: factors on factors are refused, and the verdicts are told")
  func exportedTwice() throws {
    let result = try write(
      "r.json",
      """
      {"parameters": [
        {"name": "body/r_humerus/mass_center", "value": 1.1, "status": "prior-limited"},
        {"name": "muscle/BRA/max_isometric_force", "value": 900, "status": "unidentifiable"}],
       "scale": {"label": "ratios-only"},
       "bodies": [{"name": "r_humerus", "mass": 1.864572, "mass_center": [0, \(-0.180496 * 1.1), 0],
         "inertia": [0.01481, 0.004551, 0.013193, 0, 0, 0]}]}
      """)
    let (once, twice) = (folder + "/once.osim", folder + "/twice.osim")
    let outcome = try ModelExport(model: arm, parameters: result, output: once, overwrite: false)
      .run()
    #expect(
      outcome.lines.contains {
        $0.contains("body/r_humerus/mass_center") && $0.contains("prior-limited")
      })
    #expect(outcome.lines.contains { $0.hasPrefix("note: forces are ratios-only") })
    #expect(outcome.lines.contains { $0.hasPrefix("note: data told nothing of 1 of these") })
    let failure = #expect(throws: SessionError.self) {
      try ModelExport(model: once, parameters: result, output: twice, overwrite: false).run()
    }
    #expect(failure?.remedy.contains("has a result in it already") == true)
    #expect(!FileManager.default.fileExists(atPath: twice))
  }
}
