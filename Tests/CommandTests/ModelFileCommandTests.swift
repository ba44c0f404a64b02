import Foundation
import FoundationXML
import TestSupport
import Testing

@Suite("Models on the command line", .serialized, .waitingElsewhere)
struct ModelFileCommandTests {
  @Test("show prints tables and JSON, and draws")
  func show() throws {
    let folder = try CommandFolder()
    let shown = try Program.run(
      "model", "show", "--model", "arm.osim", "--svg", "arm.svg", in: folder.path)
    #expect(shown.code == 0, "\(shown.complaints)")
    #expect(shown.output.hasPrefix("arm26: 3 bodies, 2 coordinates, 6 muscles, 0 wrap objects"))
    #expect(shown.output.contains("Creative Commons"))
    for name in ["r_humerus", "r_elbow_flex", "BIClong", "thelen-2003", "markers"] {
      #expect(shown.output.contains(name))
    }
    #expect(shown.complaintLines == ["drawing: arm.svg"])
    // well-formed, and with a bone and six muscles in each of two views
    let drawing = String(decoding: try folder.data("arm.svg"), as: UTF8.self)
    let document = XMLParser(data: Data(drawing.utf8))
    #expect(document.parse())
    #expect(drawing.components(separatedBy: "<polyline").count == 1 + 2 * 6)
    #expect(!drawing.contains("nan") && !drawing.contains("inf"))

    let again = try Program.run(
      "model", "show", "--model", "arm.osim", "--svg", "arm.svg", in: folder.path)
    #expect(again.code == 73)
    #expect(again.complaints.contains("--force"))

    let json = try Program.run("model", "show", "--model", "arm.osim", "--json", in: folder.path)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect((object?["muscles"] as? [Any])?.count == 6)
    #expect((object?["joints"] as? [Any])?.count == 3)
  }

  @Test("what is not supported is an error, or a warning on request")
  func unsupported() throws {
    let folder = try CommandFolder()
    let model = String(decoding: try folder.data("arm.osim"), as: UTF8.self)
    let other = model.replacing(
      "<ForceSet name=\"forceset\">\n\t\t\t<objects>",
      with: "<ForceSet name=\"forceset\">\n\t\t\t<objects><CoordinateLimitForce name=\"stop\"/>")
    try #require(other != model)
    try folder.write(other, "stop.osim")
    let refused = try Program.run("model", "show", "--model", "stop.osim", in: folder.path)
    #expect(refused.code == 65)
    #expect(refused.complaintLines.count == 1)
    #expect(refused.complaints.hasPrefix("stop.osim:"))
    #expect(refused.complaints.contains("CoordinateLimitForce \"stop\""))
    #expect(refused.output.isEmpty)
    let lenient = try Program.run(
      "model", "show", "--model", "stop.osim", "--ignore-unsupported", in: folder.path)
    #expect(lenient.code == 0)
    #expect(lenient.complaints.contains("warning: ignored: CoordinateLimitForce \"stop\""))
    let absent = try Program.run("model", "show", "--model", "absent.osim", in: folder.path)
    #expect(absent.code == 66)
  }

  @Test("export writes a result of identify into a copy of the model")
  func export() throws {
    let folder = try CommandFolder()
    try folder.write(
      folder.session.replacing(
        "  parameters:\n",
        with: """
            groups: { triceps: [TRIlong, TRIlat, TRImed] }
            parameters:
              - { name: "muscle/triceps/max_isometric_force", prior_sd: 10 % }
              - { name: "body/r_humerus/inertia", prior_sd: 10 % }
              - { name: "emg/*/gain", prior_sd: 10 % }

          """), "session.yaml")
    for arguments in [
      [
        "simulate", "--config", "session.yaml", "--duration", "4s", "--output", "arm.xdf",
      ],
      ["identify", "arm.xdf", "--config", "session.yaml", "--output", "result.json"],
    ] {
      let (process, output, complaints) = try Program.start(arguments, in: folder.path)
      let result = try Program.finish(process, output, complaints)
      #expect(result.code == 0, "\(result.complaints)")
    }
    let exported = try Program.run(
      "model", "export", "--model", "arm.osim", "--parameters", "result.json", "--output",
      "new.osim", "--json", in: folder.path)
    #expect(exported.code == 0, "\(exported.complaints)")
    #expect(exported.complaintLines == ["model: new.osim"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(exported.output.utf8)) as? [String: Any])
    let changes = try #require(object["changes"] as? [[String: Any]])
    // three members, BRA, and the three moments of inertia that are not zero
    #expect(
      Set(changes.compactMap { $0["parameter"] as? String }) == [
        "muscle/TRIlong/max_isometric_force", "muscle/TRIlat/max_isometric_force",
        "muscle/TRImed/max_isometric_force", "muscle/BRA/max_isometric_force",
        "body/r_humerus/inertia",
      ])
    #expect(changes.count == 7)
    #expect((object["not_exported"] as? [Any])?.count == 2)

    // the same lines differ as are named, and no others
    let before = String(decoding: try folder.data("arm.osim"), as: UTF8.self)
      .components(separatedBy: "\n")
    let after = String(decoding: try folder.data("new.osim"), as: UTF8.self)
      .components(separatedBy: "\n")
    #expect(before.count == after.count)
    let differing = Set(before.indices.filter { before[$0] != after[$0] }.map { $0 + 1 })
    #expect(differing == Set(changes.compactMap { $0["line"] as? Int }))

    // never over what is there
    let again = try Program.run(
      "model", "export", "--model", "arm.osim", "--parameters", "result.json", "--output",
      "new.osim", in: folder.path)
    #expect(again.code == 73)
    let forced = try Program.run(
      "model", "export", "--model", "arm.osim", "--parameters", "result.json", "--output",
      "new.osim", "--force", in: folder.path)
    #expect(forced.code == 0)
    #expect(forced.output.contains("not exported: emg/"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.contains { $0.hasSuffix(".part") })

    try folder.write("{\"parameters\": 1}", "broken.json")
    try folder.write(
      "{\"parameters\": [{\"name\": \"muscle/soleus/tendon_slack_length\", \"value\": 1}]}",
      "other.json")
    for (parameters, code) in [("broken.json", 65), ("absent.json", 66), ("other.json", 65)] {
      let failed = try Program.run(
        "model", "export", "--model", "arm.osim", "--parameters", parameters, "--output",
        "never.osim", in: folder.path)
      #expect(failed.code == Int32(code), "\(failed.complaints)")
      #expect(failed.complaintLines.count == 1)
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/never.osim"))
    }
  }
}
