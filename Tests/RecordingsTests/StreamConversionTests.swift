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
    guard case .unknownOutput? = failure([good], folder.path("out.mat")),
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

/// Remarks on the way through tables, where other formats keep them by themselves.
@Suite struct MarkerTableTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  static let markers = [
    TimedMarker(time: 0.1 + 0.2, text: "go, now"),
    TimedMarker(time: 1, duration: 0.5, text: "said \"stop\";\nthen silence"),
    TimedMarker(time: 2, text: "tab\there, \u{FC}ber"), TimedMarker(time: 3, text: ""),
  ]

  @Test(arguments: ["csv", "tsv"])
  func remarksComeBackFromTheirOwnTable(ending: String) throws {
    let stream = TimedStream(
      name: "emg", times: [0, 0.1 + 0.2],
      columns: [.init(label: "RF", unit: "mV", values: [1, 2])])
    let output = folder.path("joined.\(ending)")
    let outcome = try StreamConversion(inputs: [], output: output)
      .write(TimedContent(streams: [stream], markers: Self.markers))
    let table = folder.path("joined.markers.\(ending)")
    #expect(outcome.files == [output, table] && outcome.notes == [])
    let again = folder.path("again.xdf")
    let summary = try StreamConversion(inputs: outcome.files, output: again).run()
    #expect(summary.map(\.name) == ["joined"])
    let back = try TimedContent(path: again, name: "again")
    #expect(back.markers.map(\.text) == Self.markers.map(\.text))
    #expect(back.markers.map(\.time) == [0.3, 1, 2, 3])
    #expect(try TimedContent(path: table, name: "t").markers[1].duration == 0.5)
    // 0.30000000000000004 is dust of a sum
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(
      text.split(whereSeparator: \.isNewline).last?.hasPrefix("0.3\(ending == "csv" ? "," : "\t")")
        == true)
    #expect(throws: ConversionError.self) {
      _ = try StreamConversion(inputs: [], output: output)
        .write(TimedContent(streams: [stream], markers: Self.markers))
    }
  }

  @Test func remarksThatAFormatHasNoPlaceForAreTold() throws {
    let stream = TimedStream(
      name: "knee", times: [0, 1], columns: [.init(label: "angle", unit: "rad", values: [1, 2])])
    let outcome = try StreamConversion(inputs: [], output: folder.path("knee.mot"))
      .write(TimedContent(streams: [stream], markers: Self.markers))
    #expect(outcome.notes == ["4 markers have no place in .mot; .csv, .bdf and .xdf keep them"])
    for ending in ["xdf", "csv", "mot", "bdf"] {
      let error = #expect(throws: ConversionError.self) {
        _ = try StreamConversion(inputs: ["a.xdf"], output: folder.path("none.\(ending)"))
          .write(TimedContent(streams: []))
      }
      #expect(error == .nothingToWrite(inputs: ["a.xdf"]))
    }
    for ending in ["mot", "bdf"] {
      #expect(throws: ConversionError.nothingToWrite(inputs: ["a.xdf"])) {
        _ = try StreamConversion(inputs: ["a.xdf"], output: folder.path("words.\(ending)"))
          .write(TimedContent(streams: [], markers: Self.markers))
      }
    }
    let words = try StreamConversion(inputs: [], output: folder.path("words.csv"))
      .write(TimedContent(streams: [], markers: Self.markers))
    #expect(words.files == [folder.path("words.markers.csv")])
  }

  @Test(arguments: [
    ("time_s,duration_s,marker\n1,,a\n\n2,x,b\n", 4, "a duration in seconds, or nothing"),
    ("time_s;duration_s;marker\n\"1\n2\";;a\n", 2, "a time in seconds"),
    ("time_s,duration_s,marker\r\n1,,a,b\r\n", 2, "3 cells"),
  ])
  func badRowsAreNamedWithTheirLine(text: String, line: Int, expected: String) throws {
    let error = #expect(throws: TableError.self) {
      _ = try MarkerTable.markers(Array(text.utf8), path: "m.csv")
    }
    #expect(error?.line == line && error?.expected == expected)
    #expect(try MarkerTable.markers(Array("time_s,marker\n".utf8), path: "m.csv") == nil)
  }
}

extension ConversionError {
  /// The scratch folder's name is random.
  fileprivate var withoutFolder: ConversionError {
    guard case .sameName(let name, let first, let second) = self else { return self }
    return .sameName(String(name.split(separator: "/").last ?? ""), first: first, second: second)
  }
}
