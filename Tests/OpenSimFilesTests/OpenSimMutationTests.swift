import Foundation
import Musculoskeletal
import OpenSimFiles
import TestSupport
import Testing

@Suite("OpenSim files, damaged")
struct OpenSimMutationTests {
  /// A file to be damaged, and how often.
  struct Victim: Sendable, CustomTestStringConvertible {
    var name: String
    var path: String
    var trials: Int
    /// Longer is a hang: a thousand times what the undamaged file takes [s].
    var patience = 20.0

    var testDescription: String { name }
  }

  static let committed = [
    Victim(name: "arm26 without wraps", path: OpenSimReaderTests.arm, trials: 300),
    Victim(
      name: "one of every kind",
      path: Facts.folder.appendingPathComponent("kinds.osim").path, trials: 400),
    Victim(
      name: "format 3", path: Facts.folder.appendingPathComponent("format3.osim").path,
      trials: 400),
  ]

  static let shared = [
    Victim(
      name: "arm26", path: sharedData.appendingPathComponent("opensim/arm26.osim").path,
      trials: 100),
    Victim(
      name: "walk",
      path: sharedData.appendingPathComponent(
        "recordings/walk_rajagopal/subject_walk_scaled.osim"
      ).path, trials: 20),
  ]

  @Test(
    "random damage gives a model or a typed one-line error, never a crash", arguments: committed)
  func damageToCommittedModels(victim: Victim) throws {
    try damage(victim)
  }

  @Test(
    "random damage to the reference models", .enabled(if: hasSharedData, "they are not there"),
    arguments: shared)
  func damageToReferenceModels(victim: Victim) throws {
    try damage(victim)
  }

  private func damage(_ victim: Victim) throws {
    let contents = try Data(contentsOf: URL(fileURLWithPath: victim.path))
    let original = try OpenSimReader.read(path: victim.path)
    // meshes and remarks are most of the file and say nothing, so they are left out of the target
    let text = String(decoding: contents, as: UTF8.self)
      .replacing(#/<attached_geometry>(?s:.*?)<\/attached_geometry>/#, with: "")
      .replacing(#/<Appearance>(?s:.*?)<\/Appearance>/#, with: "")
      .replacing(#/<!--(?s:.*?)-->/#, with: "")
    let bytes = Array(text.utf8)
    let undamaged = try OpenSimReader.read(text: text, path: "m.osim")
    #expect(undamaged == original)
    var refused = 0
    for trial in 0..<victim.trials {
      let seed = UInt64(trial)
      var random = SplitMix(state: seed)
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) { damage(&damaged, using: &random) }
      let start = ContinuousClock.now
      do throws(OpenSimError) {
        let reading = try OpenSimReader.read(
          contents: Data(damaged), path: "m.osim", ignoringUnsupported: trial % 2 == 1)
        let model = reading.model
        #expect(model.joints.count == model.bodies.count, "seed \(seed)")
        // whatever is read can be posed
        let placements = model.bodyPlacements(at: model.defaultPose)
        #expect(placements.count == model.bodies.count)
        let places = reading.omitted.allSatisfy { $0.line >= 1 }
        #expect(places, "seed \(seed)")
      } catch {
        refused += 1
        let isOneLine = !error.description.contains { $0.isNewline }
        #expect(isOneLine, "seed \(seed)")
        #expect(error.description.hasPrefix("m.osim:"), "seed \(seed)")
        #expect(error.line >= 1 && !error.remedy.isEmpty, "seed \(seed)")
      }
      let duration = ContinuousClock.now - start
      #expect(duration < .seconds(victim.patience), "seed \(seed) takes \(duration)")
    }
    #expect(refused > victim.trials / 5)
  }

  /// Overwrites, deletes, doubles, swaps or multiplies some bytes.
  private func damage(_ bytes: inout [UInt8], using random: inout SplitMix) {
    guard bytes.count > 100 else { return }
    let place = Int.random(in: 0..<bytes.count - 60, using: &random)
    let length = Int.random(in: 1...50, using: &random)
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes.removeSubrange(place..<place + length)
    case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
    case 3: bytes.removeLast(Int.random(in: 1..<bytes.count - 60, using: &random))
    case 4:
      let words = [
        "-1", "nan", "1e999", "", "0", "<a>", "</objects>", "&lt;&#10;", "/ground", "true",
        "1e308 -1e308", "-0", "4e-324", "..", "ground",
      ]
      bytes.replaceSubrange(
        place..<place + 3, with: Array(words.randomElement(using: &random)!.utf8))
    case 5:
      // a name takes the place of another
      guard let source = word(in: bytes, from: place),
        let target = word(in: bytes, from: Int.random(in: 0..<bytes.count - 60, using: &random))
      else { return }
      bytes.replaceSubrange(target, with: Array(bytes[source]))
    case 6:
      // one element many times over
      let starts = (place..<min(place + 400, bytes.count)).filter { bytes[$0] == UInt8(ascii: "<") }
      guard let first = starts.first, let last = starts.last, first < last else { return }
      let piece = Array(bytes[first..<last])
      let copies = Int.random(in: 2...200, using: &random)
      bytes.insert(
        contentsOf: Array(repeatElement(piece, count: copies).joined()), at: first)
    default:
      // a whole element goes: from one tag's start to the start of another
      let starts = (place..<min(place + 800, bytes.count)).filter { bytes[$0] == UInt8(ascii: "<") }
        .prefix(12)
      if let first = starts.first, let last = starts.randomElement(using: &random), first < last {
        bytes.removeSubrange(first..<last)
      }
    }
  }

  /// The text between the next two tags.
  private func word(in bytes: [UInt8], from place: Int) -> Range<Int>? {
    guard let open = bytes[place...].firstIndex(of: UInt8(ascii: ">")),
      let close = bytes[open...].firstIndex(of: UInt8(ascii: "<"))
    else { return nil }
    return open + 1..<close
  }
}

/// A small seeded generator (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
