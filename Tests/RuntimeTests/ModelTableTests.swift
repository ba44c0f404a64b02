import Algebra
import Foundation
import Musculoskeletal
import OpenSimFiles
import TestSupport
import Testing

@testable import Runtime

@Suite("Tables of model commands in OpenSim's formats, and what is said of columns and surfaces")
struct ModelTableTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/table-" + UUID().uuidString
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

  /// The model after `change` to its text.
  private func model(_ name: String, _ change: (String) -> String) throws -> String {
    let text = try String(contentsOfFile: arm, encoding: .utf8)
    let changed = change(text)
    try #require(changed != text)
    return try write(name, changed)
  }

  private func evaluate(
    _ states: String, model: String? = nil
  ) throws -> (rows: [[Double]], notes: [String]) {
    let output = folder + "/" + UUID().uuidString + ".csv"
    let notes = try ModelEvaluation(
      model: ModelChoice(path: model ?? arm), states: states, output: output, overwrites: false
    ).run()
    return (try rows(output), notes)
  }

  private func simulate(
    _ activations: String
  ) throws -> (rows: [[Double]], notes: [String]) {
    let output = folder + "/" + UUID().uuidString + ".csv"
    let notes = try ModelSimulation(
      model: ModelChoice(path: arm, muscleModel: .deGrooteFregly2016, isTendonRigid: true),
      activations: activations, initial: [("r_elbow_flex", 1.2)], hasActivationDynamics: false,
      integration: .own(.adaptive(tolerance: 1e-10)), output: output, overwrites: false
    ).run()
    return (try rows(output), notes)
  }

  private func rows(_ path: String) throws -> [[Double]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").map { Double($0) ?? .nan }
    }
  }

  /// A table of OpenSim's.
  private func openSim(
    _ labels: [String], _ rows: [[Double]], degrees: String? = nil, units: String? = nil
  ) -> String {
    var lines = ["motion", "version=1", "nRows=\(rows.count)", "nColumns=\(labels.count + 1)"]
    if let degrees { lines.append("inDegrees=\(degrees)") }
    if let units { lines.append("units=\(units)") }
    lines += ["endheader", (["time"] + labels).joined(separator: "\t")]
    lines += rows.map { $0.map { "\($0)" }.joined(separator: "\t") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Shoulder, elbow, elbow's speed, brachialis at two times [rad, rad/s, 1].
  private static let states = [[0, 0.1, 1.2, 0.5, 0.3], [0.01, -0.3, 0.8, -0.4, 0.6]]
  private static let names = ["r_shoulder_elev", "r_elbow_flex", "r_elbow_flex_u"]

  private func reference() throws -> [[Double]] {
    let lines = Self.states.map { $0.map { "\($0)" }.joined(separator: ",") }
    let header = (["t"] + Self.names + ["BRA"]).joined(separator: ",")
    let path = try write("reference.csv", ([header] + lines).joined(separator: "\n") + "\n")
    return try evaluate(path).rows
  }

  private func expect(_ rows: [[Double]], are reference: [[Double]], within tolerance: Double) {
    #expect(rows.count == reference.count)
    for (row, known) in zip(rows, reference) {
      #expect(row.count == known.count)
      for (value, number) in zip(row, known) {
        #expect(abs(value - number) <= tolerance * max(1, abs(number)), "\(value), not \(number)")
      }
    }
  }

  @Test("a motion in degrees and states in radians are the same as the delimited table")
  func statesOfOpenSim() throws {
    let known = try reference()
    let degrees = Self.states.map { row in
      [row[0]] + row[1...3].map { $0 * 180 / .pi } + [row[4]]
    }
    let labels = Self.names + ["BRA.activation"]
    let motion = try write("m.mot", openSim(labels, degrees, degrees: "yes"))
    expect(try evaluate(motion).rows, are: known, within: 1e-11)
    // as OpenSim 4 names states, in radians, and with what the file does not say of degrees
    let paths = [
      "/jointset/r_shoulder/r_shoulder_elev/value", "/jointset/r_elbow/r_elbow_flex/value",
      "/jointset/r_elbow/r_elbow_flex/speed", "/forceset/BRA/activation",
    ]
    for degrees in ["no", nil] {
      let states = try write("s.sto", openSim(paths, Self.states, degrees: degrees))
      expect(try evaluate(states).rows, are: known, within: 0)
    }
    // as our own conversions write them: the units decide, column by column
    let mixed = Self.states.map { [$0[0], $0[1] * 180 / .pi, $0[2], $0[3], $0[4]] }
    let own = try write(
      "o.sto", openSim(labels, mixed, degrees: "yes", units: "deg;rad;rad/s;1"))
    expect(try evaluate(own).rows, are: known, within: 1e-11)
  }

  @Test("activations of OpenSim's drive the same motion, and other states are passed over")
  func activationsOfOpenSim() throws {
    let rows = (0..<20).map { [0.01 * Double($0), 0.2 + 0.01 * Double($0), 0.1] }
    let delimited = try write(
      "a.csv",
      "t,BRA,TRIlat\n" + rows.map { $0.map { "\($0)" }.joined(separator: ",") + "\n" }.joined())
    let known = try simulate(delimited)
    let states = try write(
      "a.sto",
      openSim(
        [
          "/forceset/BRA/activation", "/forceset/TRIlat/activation",
          "/jointset/r_elbow/r_elbow_flex/value", "/forceset/BRA/fiber_length",
        ], rows.map { $0 + [1.2, 0.1] }, degrees: "no"))
    let other = try simulate(states)
    expect(other.rows, are: known.rows, within: 0)
    #expect(
      other.notes.contains(
        "\(states): note: passed over, because activations alone drive the motion: "
          + "/jointset/r_elbow/r_elbow_flex/value, /forceset/BRA/fiber_length"))
    // controls stand under the actuator's own path
    let controls = try write(
      "c.sto", openSim(["/forceset/BRA", "/forceset/TRIlat"], rows, degrees: "no"))
    let driven = try simulate(controls)
    expect(driven.rows, are: known.rows, within: 0)
    #expect(!driven.notes.contains { $0.contains("passed over") })
  }

  @Test("faults of a table of OpenSim's name the line")
  func faults() throws {
    let gap = try write(
      "g.mot", openSim(Self.names, [[0, 0.1, 1, 0], [0.01, 0.1, .nan, 0]], degrees: "no"))
    let missing = #expect(throws: OpenSimError.self) { try evaluate(gap) }
    #expect(missing?.line == 9)
    #expect(missing?.message == "the column \"r_elbow_flex\" has no number there")
    let typo = try write(
      "t.sto", openSim(["/jointset/r_elbow/r_elbow_flx/value"], [[0, 1]], degrees: "no"))
    let unknown = #expect(throws: SessionError.self) { try evaluate(typo) }
    #expect(unknown?.file == typo + ":7")
    #expect(unknown?.remedy == "did you mean \"r_elbow_flex\"?")
    let absent = #expect(throws: OpenSimError.self) { try evaluate(folder + "/absent.mot") }
    #expect(absent?.line == 0)
  }

  @Test("columns of coordinates that the model locks, and states that no tendon has, are named")
  func passedOver() throws {
    let locked = try model("locked.osim") { text in
      guard let place = text.range(of: "<locked>false</locked>") else { return text }
      return text.replacingCharacters(in: place, with: "<locked>true</locked>")
    }
    let delimited = try write(
      "l.csv", "r_shoulder_elev,r_shoulder_elev_u [rad/s],r_elbow_flex,r_elbow_flex_u\n0,0,1,0\n")
    #expect(
      try evaluate(delimited, model: locked).notes.contains(
        "\(delimited): note: passed over, because the model locks or couples these coordinates: "
          + "r_shoulder_elev, r_shoulder_elev_u [rad/s]"))
    #expect(!(try evaluate(delimited).notes.contains { $0.contains("passed over") }))
    let states = try write(
      "l.sto",
      openSim(
        ["/jointset/r_shoulder/r_shoulder_elev/value", "/forceset/BRA/normalized_tendon_force"],
        [[0, 0.1, 0.5]], degrees: "no"))
    let notes = try evaluate(states, model: locked).notes
    #expect(
      notes.contains(
        "\(states): note: passed over, because the model locks or couples these coordinates: "
          + "/jointset/r_shoulder/r_shoulder_elev/value"))
    #expect(
      notes.contains(
        "\(states): note: passed over, because the model's tendons have no such state: "
          + "/forceset/BRA/normalized_tendon_force"))
  }

  @Test("a torus that a muscle wraps over is refused with its line, or ignored on request")
  func torus() throws {
    let path = try model("torus.osim") { text in
      var text = text
      guard let body = text.range(of: "<Body name=\"r_humerus\">"),
        let set = text.range(
          of: "<WrapObjectSet name=\"wrapobjectset\">\n\t\t\t\t\t\t<objects>",
          range: body.upperBound..<text.endIndex)
      else { return text }
      text.insert(
        contentsOf:
          "\n<WrapTorus name=\"ring\"><inner_radius>0.01</inner_radius><outer_radius>0.03</outer_radius></WrapTorus>",
        at: set.upperBound)
      guard let muscle = text.range(of: "Muscle name=\"BRA\""),
        let wraps = text.range(
          of: "<PathWrapSet>\n\t\t\t\t\t\t\t<objects>", range: muscle.upperBound..<text.endIndex)
      else { return text }
      text.insert(
        contentsOf: "<PathWrap name=\"w\"><wrap_object>ring</wrap_object></PathWrap>",
        at: wraps.upperBound)
      return text
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    let line = try #require(lines.firstIndex { $0.contains("<WrapTorus") }) + 1
    let states = try write("s.csv", "r_elbow_flex\n1\n")
    let failure = #expect(throws: SessionError.self) { try evaluate(states, model: path) }
    #expect(failure?.file == "\(path):\(line)")
    #expect(failure?.kind == .data)
    #expect(failure?.message == "BRA wraps over ring, a surface that is not computed")

    let output = folder + "/ignored.csv"
    let notes = try ModelEvaluation(
      model: ModelChoice(path: path, ignoringUnsupported: true), states: states, output: output,
      overwrites: false
    ).run()
    #expect(
      notes.contains(
        "\(path):\(line): warning: ignored: BRA wraps over ring, a surface that is not computed"))
    // as if the surface were not there
    let plain = try evaluate(states).rows
    expect(try rows(output), are: plain, within: 0)
  }
}
