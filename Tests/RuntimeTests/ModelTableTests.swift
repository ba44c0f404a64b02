import Foundation
import TestSupport
import Testing

@testable import Runtime

@Suite("What model commands say of columns and surfaces that they pass over")
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

  private func rows(_ path: String) throws -> [[Double]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").map { Double($0) ?? .nan }
    }
  }

  @Test("columns of coordinates that the model locks are passed over by name")
  func passedOver() throws {
    let locked = try model("locked.osim") { text in
      guard let place = text.range(of: "<locked>false</locked>") else { return text }
      return text.replacingCharacters(in: place, with: "<locked>true</locked>")
    }
    let delimited = try write(
      "l.csv", "r_shoulder_elev,r_shoulder_elev_u,r_elbow_flex,r_elbow_flex_u\n0,0,1,0\n")
    #expect(
      try evaluate(delimited, model: locked).notes.contains(
        "\(delimited): note: passed over, because the model locks or couples these coordinates: "
          + "r_shoulder_elev, r_shoulder_elev_u"))
    #expect(!(try evaluate(delimited).notes.contains { $0.contains("passed over") }))
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
    #expect(try rows(output) == plain)
  }
}
