import Foundation
import Musculoskeletal
import OpenSimFiles
import TestSupport
import Testing

@Suite("OpenSim files, damaged")
struct OpenSimMutationTests {
  @Test("random damage gives a model or a typed one-line error, never a crash", arguments: 0..<4)
  func mutations(part: Int) throws {
    let contents = try Data(contentsOf: URL(fileURLWithPath: OpenSimReaderTests.arm))
    let original = try OpenSimReader.read(path: OpenSimReaderTests.arm)
    // the meshes are most of the file and say nothing, so they are left out of the target
    let text = String(decoding: contents, as: UTF8.self)
    let bytes = Array(
      text.replacing(#/<attached_geometry>(?s:.*?)<\/attached_geometry>/#, with: "").utf8)
    let trials = 600
    var refused = 0
    for trial in 0..<trials {
      let seed = UInt64(part * 1_000_000 + trial)
      var random = SplitMix(state: seed)
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) { damage(&damaged, using: &random) }
      do throws(OpenSimError) {
        let model = try OpenSimReader.read(
          text: String(decoding: damaged, as: UTF8.self), path: "m.osim")
        #expect(model.joints.count == model.bodies.count, "seed \(seed)")
      } catch {
        refused += 1
        let isOneLine = !error.description.contains { $0.isNewline }
        #expect(isOneLine, "seed \(seed)")
        #expect(error.description.hasPrefix("m.osim:"), "seed \(seed)")
        #expect(error.line >= 1 && !error.remedy.isEmpty, "seed \(seed)")
      }
    }
    #expect(refused > trials / 4)
    let undamaged = try OpenSimReader.read(
      text: String(decoding: bytes, as: UTF8.self), path: "m.osim")
    #expect(undamaged == original)
  }

  /// Overwrites, deletes, doubles or swaps some bytes.
  private func damage(_ bytes: inout [UInt8], using random: inout SplitMix) {
    guard bytes.count > 100 else { return }
    let place = Int.random(in: 0..<bytes.count - 60, using: &random)
    let length = Int.random(in: 1...50, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes.removeSubrange(place..<place + length)
    case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
    case 3: bytes.removeLast(Int.random(in: 1..<bytes.count - 60, using: &random))
    case 4:
      let words = [
        "-1", "nan", "1e999", "", "0", "<a>", "</objects>", "&lt;&#10;", "/ground", "true",
      ]
      bytes.replaceSubrange(
        place..<place + 3, with: Array(words.randomElement(using: &random)!.utf8))
    default:
      // a whole element goes: from one tag's start to the start of another
      let starts = (place..<min(place + 800, bytes.count)).filter { bytes[$0] == UInt8(ascii: "<") }
        .prefix(12)
      if let first = starts.first, let last = starts.randomElement(using: &random), first < last {
        bytes.removeSubrange(first..<last)
      }
    }
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
