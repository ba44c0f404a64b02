import Foundation
import Signals
import TestSupport
import Testing

@testable import Recordings

@Suite struct StreamConversionTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func write(_ name: String, _ text: String) throws -> String {
    let path = folder.path(name)
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func aRealTrialBecomesOneRecording() throws {
    let trial = sharedData.appendingPathComponent(
      "recordings/knee_goniometer/N05_sit_knee_extension")
    let inputs = ["emg.csv", "knee_angle.csv"].map { trial.appendingPathComponent($0) }
    let output = folder.path("knee.xdf")
    let summary = try StreamConversion(inputs: inputs.map(\.path), output: output).run()
    let emg = try columns(ofCSV: inputs[0])
    let angle = try columns(ofCSV: inputs[1])
    #expect(
      summary == [
        .init(name: "emg", sampleCount: emg["RF_mV"]?.count ?? 0, nominalRate: 1000, gapCount: 0),
        .init(
          name: "knee_angle", sampleCount: angle["knee_flexion_deg"]?.count ?? 0, nominalRate: 50,
          gapCount: 0),
      ])
    let reader = try XDFReader(path: output)
    #expect(reader.streams[0].header.channels.map(\.label) == ["RF", "BF", "VM", "ST"])
    #expect(reader.streams[0].header.channels.allSatisfy { $0.unit == "mV" && $0.type == "EMG" })
    #expect(reader.streams[1].header.channels.map(\.label) == ["knee_flexion", "gonio_FX_raw"])
    #expect(reader.streams[1].header.channels.allSatisfy { $0.unit == "deg" })
    let values = reader.numbers(of: reader.streams[0])
    let stamps = reader.stamps(of: reader.streams[0])
    for (channel, name) in ["RF_mV", "BF_mV", "VM_mV", "ST_mV"].enumerated() {
      let column = try #require(emg[name])
      #expect(column.indices.allSatisfy { values[$0 * 4 + channel] == column[$0] })
    }
    let times = try #require(emg["time_s"])
    #expect(zip(stamps, times).allSatisfy { abs($0 - $1) < 1e-9 })
    let source = try RecordingSource(path: output)
    #expect(source.streams[0].channels[0].scale == 1e-3 && source.streams[0].nominalRate == 1000)
    let samples = try steps(of: source).reduce(into: [0, 0]) { counts, step in
      if let block = step.block { counts[block.stream] += block.sampleCount }
    }
    #expect(samples == summary.map(\.sampleCount))
  }

  @Test func missingRowsStayAGapAndIrregularRowsKeepTheirTimes() throws {
    let rows = (0..<400).filter { !(100..<130).contains($0) }
    let regular = try write(
      "a/x.csv", "time_s,u_V\n" + rows.map { "\(Double($0) / 100),\($0)\n" }.joined())
    let irregular = try write("b/x.csv", "t,v_N\n0.5,1\n0.6,2\n0.9,3\n0.95,4\n")
    let output = folder.path("both.xdf")
    let summary = try StreamConversion(inputs: [regular, irregular], output: output).run()
    #expect(
      summary == [
        .init(name: "a/x", sampleCount: 370, nominalRate: 100, gapCount: 1),
        .init(name: "b/x", sampleCount: 4, nominalRate: 0, gapCount: 0),
      ])
    let reader = try XDFReader(path: output)
    #expect(reader.stamps(of: reader.streams[1]) == [0.5, 0.6, 0.9, 0.95])
    let blocks = try steps(of: RecordingSource(path: output)).compactMap(\.block)
    let counters = blocks.filter { $0.stream == 0 }.map(\.firstSample)
    #expect(counters == rows.map { Int64($0) })
    #expect(blocks.filter { $0.stream == 0 }.map { Int64($0.values[0]) } == counters)
  }

  @Test func badRequestsAreTypedErrorsAndWriteNothing() throws {
    let good = try write("good.csv", "time_s,u_V\n0,1\n1,2\n")
    let bad = try write("bad.csv", "time_s,u_V\n0,1\n1,x\n")
    let output = folder.path("out.xdf")
    func failure(_ inputs: [String], _ output: String) -> ConversionError? {
      #expect(throws: ConversionError.self) {
        _ = try StreamConversion(inputs: inputs, output: output).run()
      }
    }
    guard case .table(let table)? = failure([good, bad], output) else {
      Issue.record("a bad cell was not noticed")
      return
    }
    #expect(table.kind == .notANumber && table.line == 3 && table.column == 3)
    guard case .unknownEnding? = failure([good], folder.path("out.mat")),
      case .unknownEnding? = failure([folder.path("in.mat")], output),
      case .nothingToConvert? = failure([], output),
      case .sameName("good", _, _)? = failure([good, good], output).map({ $0.withoutFolder })
    else {
      Issue.record("a bad request was not noticed")
      return
    }
    #expect(!FileManager.default.fileExists(atPath: output))
    _ = try StreamConversion(inputs: [good], output: output).run()
    guard case .recording(let exists)? = failure([good], output) else {
      Issue.record("an existing recording was replaced unasked")
      return
    }
    #expect(exists.kind == .cannotCreate && exists.systemCode == EEXIST)
    _ = try StreamConversion(inputs: [good], output: output, overwrite: true).run()
  }
}

extension ConversionError {
  /// The scratch folder's name is random.
  fileprivate var withoutFolder: ConversionError {
    guard case .sameName(let name, let first, let second) = self else { return self }
    return .sameName(String(name.split(separator: "/").last ?? ""), first: first, second: second)
  }
}
