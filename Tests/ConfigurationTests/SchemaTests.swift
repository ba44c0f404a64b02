import Foundation
import TestSupport
import Testing

@testable import Configuration

@Suite("The schemas for editors")
struct SchemaTests {
  /// A schema: at each key path, the keys that it allows; `[]` stands for an item of a list, `*` for any key.
  private func keys(ofSchema name: String) throws -> [String: Set<String>] {
    let url = repository.appendingPathComponent("config/schema/\(name).schema.json")
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    let definitions = root["$defs"] as? [String: Any] ?? [:]
    var found: [String: Set<String>] = [:]
    func walk(_ any: Any?, _ path: String) {
      guard var schema = any as? [String: Any] else { return }
      if let reference = schema["$ref"] as? String,
        let definition = definitions[String(reference.split(separator: "/").last ?? "")]
      {
        schema = definition as? [String: Any] ?? [:]
      }
      for one in schema["oneOf"] as? [Any] ?? [] { walk(one, path) }
      walk(schema["items"], path + "[]")
      if let properties = schema["properties"] as? [String: Any] {
        found[path, default: []].formUnion(properties.keys)
        #expect(schema["additionalProperties"] as? Bool == false, "\(name): \(path)")
        for (key, value) in properties { walk(value, path.isEmpty ? key : "\(path).\(key)") }
      }
      walk(schema["additionalProperties"], path.isEmpty ? "*" : "\(path).*")
    }
    walk(root, "")
    return found
  }

  /// Each place that the decoder came to in `file`, with names of muscles and the like as `*`.
  private func places(
    _ file: String, _ read: (FileShelf) throws -> Void
  ) rethrows -> [String: Set<String>] {
    let shelf = FileShelf()
    try read(shelf)
    var places: [String: Set<String>] = [:]
    for (path, keys) in shelf.knownKeys[file] ?? [:] {
      var place = path
      for parent in named where path.hasPrefix(parent + ".") {
        place = parent + ".*" + path.dropFirst(parent.count + 1).drop { $0 != "." }
      }
      places[place] = keys
    }
    return places
  }

  private let named = ["model.coordinates", "import[].columns", "exoskeleton.joints", "settings"]

  @Test("the session's schema has the decoder's places and keys, no more and no fewer")
  func session() throws {
    let schema = try keys(ofSchema: "session")
    let session = try TemporarySession()
    defer { session.remove() }
    // not a sound session, but one that has every section
    session.write(
      session.text + """

        calibration: { file: c.yaml }
        import: [{ file: a.csv, time: { column: t }, columns: { EMG1: { column: a } } }]
        recording: { folder: r }
        filters: {}
        activation: {}
        """
    )
    let settings = [
      "identification.adam={}", "identification.shared=[{ name: a }]",
      "identification.held_out={}", "identification.prediction={}", "identification.contact={}",
      "identification.noise={}", "identification.parameters[0].process_noise={}",
      "signals.inertial=[{ name: a }]", "signals.torques=[{}]",
      "sources[0].sync={}",
      "payload={}", "exoskeleton={ parts: [{ name: a }], joints: { r_elbow_flex: {} } }",
      "virtual_subject={}", "feed={ udp: {}, interaction: { udp: {} } }",
    ]
    let found = places(session.file) { shelf in
      _ = try? SessionFile.read(session.file, settings: settings, on: shelf)
    }
    for (place, keys) in found { #expect(schema[place] == keys, "\(place)") }
    let missed = Set(schema.keys).subtracting(found.keys)
    #expect(missed.isEmpty, "the test's session does not come to \(missed.sorted())")
  }

  @Test(
    "the study's and the device's schemas have the decoder's keys wherever shipped files lead it")
  func others() throws {
    let study = try keys(ofSchema: "study")
    let device = try keys(ofSchema: "device")
    var visited: Set<String> = []
    let root = repository.path
    for name in ["paper", "noisy", "real-emg", "wrong-on-purpose"] {
      let file = "\(root)/config/studies/\(name).yaml"
      for (place, keys) in try places(file, { _ = try StudyFile.read(file, on: $0) }) {
        #expect(study[place] == keys, "\(file): \(place)")
      }
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: root + "/devices")
    where name.hasSuffix(".yaml") {
      let file = "\(root)/devices/\(name)"
      let choices = name == "openbci-cyton.yaml" ? ["impedance": "on"] : [:]
      for (place, keys) in try places(
        file, { _ = try DeviceFile.read(file, settings: choices, on: $0) })
      {
        #expect(device[place] == keys, "\(file): \(place)")
        visited.insert(place)
      }
    }
    let missed = Set(device.keys).subtracting(visited)
    #expect(missed.isEmpty, "no shipped device comes to \(missed.sorted())")
  }
}
