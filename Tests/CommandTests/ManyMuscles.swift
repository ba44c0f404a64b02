import Foundation
import TestSupport

/// An arm of sixteen muscles, one electrode over each: arm26's six in two or three strands of equal strength.
enum ManyMuscles {
  /// How many strands each muscle is made of [1].
  private static let strands = [
    "TRIlong": 3, "TRIlat": 3, "TRImed": 2, "BIClong": 3, "BICshort": 3, "BRA": 2,
  ]

  /// Writes the model into `folder` and returns a session over it.
  static func session(in folder: CommandFolder) throws -> String {
    let whole = try String(
      contentsOf: repository.appendingPathComponent("config/models/arm26_nowrap.osim"),
      encoding: .utf8)
    var names: [String] = []
    let muscle = /(?s)<(\w+Muscle) name="(\w+)">.*?<\/\1>/
    let model = whole.replacing(muscle) { match in
      let name = String(match.2)
      let count = strands[name] ?? 1
      return (1...count).map { strand in
        names.append("\(name)_\(strand)")
        return match.0.replacing("name=\"\(name)\"", with: "name=\"\(name)_\(strand)\"")
          .replacing(/<max_isometric_force>(.*?)<\/max_isometric_force>/) {
            let force = Double($0.1.trimmingCharacters(in: .whitespaces)) ?? .nan
            return "<max_isometric_force>\(force / Double(count))</max_isometric_force>"
          }
      }.joined(separator: "\n")
    }
    try folder.write(model, "arm.osim")
    let signals = names.enumerated().map { index, name in
      "    - { channel: board.EMG\(index + 1), muscles: [\(name)], mvc: 1 mV }\n"
    }
    let emg = folder.session.firstRange(of: "  emg:\n")
    let angles = folder.session.firstRange(of: "  angles:\n")
    guard let emg, let angles else { throw CocoaError(.formatting) }
    return folder.session[..<emg.upperBound] + signals.joined()
      + folder.session[angles.lowerBound...].replacing("muscle/BRA/", with: "muscle/BRA_1/")
      .replacing("window: 500 ms", with: "window: 2 s")
  }
}
