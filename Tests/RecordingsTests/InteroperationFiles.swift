import Foundation
import TestSupport
import Testing

@testable import Recordings

/// Writes the files that `Tests/interop/check_xdf.py` loads with pyxdf; see `Tests/interop/README.md`.
@Suite struct InteroperationFiles {
  static let folder = ProcessInfo.processInfo.environment["DIFFMSM_INTEROP_FOLDER"]

  @Test(.enabled(if: folder != nil, "only when DIFFMSM_INTEROP_FOLDER names a folder"))
  func writesASessionItsCountsAndACutCopy() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    let session = folder.appendingPathComponent("session.xdf")
    try? FileManager.default.removeItem(at: session)
    try recordExample(to: session.path, seconds: 5, seed: 1)
    let reader = try XDFReader(path: session.path)
    for stream in reader.streams.prefix(2) {
      let values = reader.numbers(of: stream)
      let width = stream.header.channelCount
      var text = ""
      for sample in 0..<stream.sampleCount {
        let row = values[(sample * width)..<((sample + 1) * width)]
        text += row.map { "\($0)" }.joined(separator: ",") + "\n"
      }
      try Data(text.utf8).write(
        to: folder.appendingPathComponent("session.\(stream.header.name).csv"))
    }
    let bytes = try Data(contentsOf: session)
    var generator = SplitMix64(seed: 77)
    for number in 1...5 {
      let cut = Int.random(in: 20_000..<bytes.count, using: &generator)
      try bytes.prefix(cut).write(to: folder.appendingPathComponent("cut\(number).xdf"))
    }
  }

  @Test(
    .enabled(if: folder != nil, "only when DIFFMSM_INTEROP_FOLDER names a folder"),
    .enabled(if: hasSharedData, "needs the reference data"))
  func writesAConvertedTrial() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    let trial = sharedData.appendingPathComponent(
      "recordings/knee_goniometer/N05_sit_knee_extension")
    _ = try StreamConversion(
      inputs: ["emg.csv", "knee_angle.csv"].map { trial.appendingPathComponent($0).path },
      output: folder.appendingPathComponent("converted.xdf").path, overwrite: true
    ).run()
  }
}
