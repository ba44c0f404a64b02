import Foundation
import OpenSimFiles
import TestSupport
import Testing

@testable import Recordings

/// Files of other programs, read and written.
@Suite struct ForeignFileTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func write(_ name: String, _ text: String) throws -> String {
    let path = folder.path(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func content(_ path: String, _ mapping: FileMapping? = nil) throws -> TimedContent {
    try TimedContent(path: path, name: "f", mapping: mapping)
  }

  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func aDelsysExportBecomesAStreamOfEachKind() throws {
    let path = sharedData.appendingPathComponent(
      "recordings/vendor_csv/delsys_trigno_export_truncated.csv"
    ).path
    let content = try content(path)
    #expect(content.streams.map(\.name) == ["f.emg", "f.acc", "f.gyro"])
    #expect(content.streams.map(\.nominalRate) == [1259.259, 148.1481, 148.1481])
    #expect(content.streams.map(\.times.count) == [2519, 297, 297])
    #expect(content.streams[0].columns.map(\.label) == ["EMG 10", "EMG 11"])
    #expect(content.streams[0].columns.allSatisfy { $0.unit == "V" })
    #expect(content.streams[2].columns.map(\.label).first == "GYRO.X 10")
    #expect(PhysicalUnit(content.streams[2].columns[0].unit)?.siUnit == "rad/s")
    // the last row of the file: 1.998794,0.0003254597,..,1.998794,-1.594568e-05
    #expect(abs(content.streams[0].times[2517] - 1.998794) < 2e-6)
    #expect(content.streams[0].columns[0].values[2517] == 0.0003254597)
    #expect(content.streams[0].columns[1].values[2517] == -1.594568e-05)
    #expect(content.notes.count == 1 && content.notes[0].contains("81141"))
  }

  @Test func openSimTablesComeBackAsTheyWere() throws {
    let text = """
      Coordinates
      version=1
      nRows=3
      nColumns=4
      inDegrees=yes
      endheader
      time\tknee_angle_r\tpelvis_tx\tground_force_vy
       0.00\t10.5\t0.25\t700
       0.01\t11.5\t0.5\tnan
       0.02\t12.5\t0.75\t720

      """
    let path = try write("walk.mot", text)
    let stream = try #require(try content(path).streams.first)
    #expect(stream.columns.map(\.unit) == ["deg", "m", "N"])
    #expect(stream.columns[0].values == [10.5, 11.5, 12.5] && stream.nominalRate == 100)
    #expect(stream.columns[2].values[1].isNaN)
    let copy = folder.path("copy.sto")
    _ = try StreamConversion(inputs: [path], output: copy).run()
    let again = try #require(try content(copy).streams.first)
    #expect(again.columns.map(\.unit) == ["deg", "m", "N"] && again.times == stream.times)
    #expect(again.columns.map(\.label) == stream.columns.map(\.label))
    #expect(again.columns[1].values == stream.columns[1].values)
  }

  @Test(
    arguments: [
      ("a\nnRows=1\n", 3, "no end"), ("a\nDataType=Vec3\nendheader\ntime\tx\n0\t1\n", 2, "Vec3"),
      ("a\nendheader\nx\ty\n0\t1\n", 3, "not \"time\""),
      ("a\nendheader\ntime\tx\n0\t1\t2\n", 4, "3 numbers"),
      ("a\nendheader\ntime\tx\n0\tb\n", 4, "no number"),
      ("a\nendheader\ntime\tx\n1\t0\n1\t0\n", 5, "does not come after"),
      ("a\nnRows=5\nendheader\ntime\tx\n1\t0\n", 2, "5 rows and 1"),
    ] as [(String, Int, String)])
  func badOpenSimTablesAreNamedWithTheirLine(text: String, line: Int, words: String) throws {
    let path = try write("bad.sto", text)
    let error = #expect(throws: ConversionError.self) { _ = try content(path) }
    guard case .openSim(let error)? = error else {
      Issue.record("no error of the table")
      return
    }
    #expect(error.line == line && error.message.contains(words), "\(error)")
  }

  @Test func markersKeepTheirNamesAndTheirHoles() throws {
    let text =
      "PathFileType\t4\t(X/Y/Z)\tt.trc\n"
      + "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
      + "100\t100\t3\t2\tmm\t100\t1\t3\nFrame#\tTime\tACRO tip\t\t\tSTYL\t\t\n"
      + "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n"
      + "1\t0.00\t1\t2\t3\t4\t5\t6\n2\t0.01\t\t\t\t4\t5\t6\n3\t0.02\t1.5\t2\t3\t4\t5\t6\n"
    let stream = try #require(try content(try write("t.trc", text)).streams.first)
    #expect(
      stream.columns.map(\.label).prefix(4) == [
        "ACRO tip.x", "ACRO tip.y", "ACRO tip.z", "STYL.x",
      ])
    #expect(stream.columns.allSatisfy { $0.unit == "mm" } && stream.nominalRate == 100)
    #expect(stream.columns[0].values[1].isNaN && stream.columns[0].values[2] == 1.5)
    let short = text.replacingOccurrences(of: "100\t100\t3", with: "100\t100\t4")
    #expect(throws: ConversionError.self) { _ = try content(write("u.trc", short)) }
  }

  /// `Tests/interop/make_c3d.py` wrote the file with ezc3d, by the same formulas.
  @Test func motionCaptureFilesGivePointsAndAnalogChannels() throws {
    let path = repository.appendingPathComponent("Tests/Goldens/c3d/small.c3d").path
    let content = try content(path)
    #expect(content.streams.map(\.name) == ["f.points", "f.analog"])
    let (points, analog) = (content.streams[0], content.streams[1])
    #expect(points.nominalRate == 100 && analog.nominalRate == 500)
    #expect(points.columns.map(\.label).prefix(4) == ["ACRO.x", "ACRO.y", "ACRO.z", "EPIC L.x"])
    #expect(points.columns.allSatisfy { $0.unit == "mm" })
    for frame in 0..<20 {
      for column in 0..<9 {
        let expected = Double(100 * (column / 3) + 10 * (column % 3)) + 0.25 * Double(frame)
        let found = points.columns[column].values[frame]
        if column / 3 == 1, frame == 4 || frame == 5 {
          #expect(found.isNaN)
        } else {
          #expect(found == expected)
        }
      }
    }
    #expect(analog.columns.map(\.label) == ["biceps", "force"])
    #expect(analog.columns.map(\.unit) == ["V", "N"])
    for sample in 0..<100 {
      #expect(analog.columns[0].values[sample] == Double(sample) / 1024)
      #expect(analog.columns[1].values[sample] == 2 * Double(sample))
    }
    #expect(content.markers.map(\.text) == ["Right grip"])
    #expect(abs(content.markers[0].time - 0.05) < 1e-6)
  }

  /// Damaged bytes give an error with a place or some content, never a crash or a hang.
  @Test(.timeLimit(.minutes(1)), arguments: [1, 2] as [UInt64])
  func damagedMotionCaptureFilesNeverCrash(seed: UInt64) throws {
    let golden = repository.appendingPathComponent("Tests/Goldens/c3d/small.c3d")
    let original = [UInt8](try Data(contentsOf: golden))
    var generator = SplitMix64(seed: seed)
    var refused = 0
    for round in 0..<1500 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        if generator.next() % 8 == 0 {
          bytes.removeSubrange(place...)
          if bytes.isEmpty { bytes = [0] }
        } else {
          bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        }
      }
      do {
        _ = try C3DReader(bytes: Data(bytes), path: "round \(round)").content(name: "f")
      } catch {
        refused += 1
        #expect(error.byteOffset != nil)
      }
    }
    #expect(refused > 20, "refused \(refused)")
  }

  @Test func integersOfTheOtherMachinesAreReadToo() {
    let intel = C3DBytes(Data([0x00, 0x00, 0x80, 0xBF, 0x34, 0x12]), machine: .intel)
    #expect(intel.real(0) == -1 && intel.unsigned(4) == 0x1234)
    let mips = C3DBytes(Data([0xBF, 0x80, 0x00, 0x00, 0x12, 0x34]), machine: .mips)
    #expect(mips.real(0) == -1 && mips.unsigned(4) == 0x1234)
    // DEC writes -1 as 80 C0 00 00
    let dec = C3DBytes(Data([0x80, 0xC0, 0x00, 0x00, 0x34, 0x12]), machine: .dec)
    #expect(dec.real(0) == -1 && dec.unsigned(4) == 0x1234)
  }

  @Test func aMappingSaysWhichColumnIsWhich() throws {
    let path = try write(
      "export 07.csv",
      "# by hand\nZeit|Kanal 1|Kanal 2|egal\nms|mV|deg|-\n0|1|10|7\n2|2|20|7\n4||30|7\n")
    var mapping = FileMapping(file: "export*.csv")
    mapping.stream = "all"
    mapping.timeColumn = "Zeit"
    mapping.shift = 0.5
    mapping.columns = [
      .init(label: "elbow", column: "Kanal 2"), .init(label: "RF", column: "Kanal 1", unit: "uV"),
    ]
    let stream = try #require(try content(path, mapping).streams.first)
    #expect(stream.name == "all" && stream.columns.map(\.label) == ["elbow", "RF"])
    #expect(stream.columns.map(\.unit) == ["deg", "uV"])
    #expect(zip(stream.times, [0.5, 0.502, 0.504]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(stream.columns[0].values == [10, 20, 30] && stream.columns[1].values[2].isNaN)
    #expect(mapping.matches("/a/b/export 07.csv") && !mapping.matches("import 07.csv"))
    #expect(!mapping.matches("export.txt"))
    // no time at all, but a rate; blanks between cells
    let bare = try write("bare.txt", "x  y\n1  2\n3  4\n")
    var timed = FileMapping(file: "bare.txt")
    timed.rate = 250
    let rated = try #require(try content(bare, timed).streams.first)
    #expect(rated.times == [0, 0.004] && rated.columns.map(\.values) == [[1, 3], [2, 4]])
    mapping.columns = [.init(label: "a", column: "Kanal 3")]
    let error = #expect(throws: ConversionError.self) { _ = try content(path, mapping) }
    #expect(error?.description.contains("Kanal 3") == true)
  }

  /// Counts stay counts, gaps gaps, holes holes and remarks remarks.
  @Test func biosignalFilesComeBackAsTheyWere() throws {
    var generator = SplitMix64(seed: 3)
    let resolution = 4.5e-6 / 24 / 8_388_607 * 1e6
    func stream(
      _ name: String, rate: Double, start: Double, rows: [Int], columns: [TimedStream.Column]
    ) -> TimedStream {
      let gaps = rows.indices.dropFirst().filter { rows[$0] != rows[$0 - 1] + 1 }
      return TimedStream(
        name: name, times: rows.map { start + Double($0) / rate }, nominalRate: rate,
        gaps: Set(gaps), columns: columns)
    }
    let rows = (0..<5000).filter { !(1000..<1321).contains($0) }
    let counts = rows.map { _ in Double(Int64.random(in: -8_388_607...8_388_607, using: &generator))
    }
    let angles = (0..<370).map { 0.8 * sin(0.05 * Double($0)) }
    var holed = angles
    for row in 40..<55 { holed[row] = .nan }
    let content = TimedContent(
      streams: [
        stream(
          "emg", rate: 1259.25925925926, start: 3, rows: rows,
          columns: [
            .init(
              label: "biceps brachii long head", unit: "V", values: counts.map { $0 * resolution },
              resolution: resolution)
          ]),
        stream(
          "gonio", rate: 148.148148148148, start: 3.2, rows: Array(0..<370),
          columns: [
            .init(label: "elbow", unit: "rad", values: angles),
            .init(label: "wrist", unit: "rad", values: holed),
          ]),
      ],
      markers: [
        TimedMarker(time: 3.5, text: "Griff zu \u{FC}"),
        TimedMarker(time: 4.25, duration: 0.5, text: "payload 2 kg"),
      ])
    let path = folder.path("x.bdf")
    let writer = try BiosignalWriter(content, path: path)
    try writer.write(to: path, description: .init(subject: "S07"))
    let back = try self.content(path)
    #expect(back.streams.map(\.name) == ["emg", "gonio"])
    #expect(back.streams[0].times.count == rows.count && back.streams[0].gaps == [1000])
    for (row, count) in counts.enumerated() {
      let found = back.streams[0].columns[0].values[row] * 1e-6
      #expect(abs(found / resolution - count) < 6e-7 * abs(count) + 0.01)
      let time = content.streams[0].times[row] - 3
      #expect(abs(back.streams[0].times[row] - time) < 1e-6)
    }
    #expect(back.streams[0].columns[0].unit == "uV")
    let gonio = back.streams[1]
    #expect(gonio.times.count == 370 && abs(gonio.times[0] - 0.2) <= 0.5 / 148.1)
    for row in 0..<370 {
      #expect(abs(gonio.columns[0].values[row] - angles[row]) < 2e-7)
      #expect(gonio.columns[1].values[row].isNaN == holed[row].isNaN)
    }
    #expect(back.markers.map(\.text) == ["Griff zu \u{FC}", "payload 2 kg"])
    #expect(abs(back.markers[0].time - 0.5) < 1e-3 && back.markers[1].duration == 0.5)

    // cut anywhere, the file is said to be cut, and by how much
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let cut = folder.path("cut.bdf")
    for size in [whole.count - 1, whole.count / 2, 1300] {
      try whole.prefix(size).write(to: URL(fileURLWithPath: cut))
      let error = #expect(throws: ConversionError.self) { _ = try self.content(cut) }
      #expect(
        error?.description
          == "\(cut): expected \(whole.count) bytes, as its header announces, found \(size); "
          + "the file is cut short: restore it from a copy, or repair it with EDFbrowser")
    }
  }

  @Test func whatIsNoBiosignalFileIsATypedError() throws {
    let path = try write("x.edf", String(repeating: "nonsense ", count: 100))
    for name in [path, folder.path("none.bdf")] {
      let error = #expect(throws: ConversionError.self) { _ = try content(name) }
      guard case .format(let error)? = error else {
        Issue.record("no error of the file")
        continue
      }
      #expect(error.isMissing == (name != path) && !error.remedy.isEmpty)
    }
    let irregular = TimedStream(
      name: "i", times: [0, 1, 1.5], columns: [.init(label: "x", unit: "V", values: [1, 2, 3])])
    #expect(throws: FileFormatError.self) {
      _ = try BiosignalWriter(TimedContent(streams: [irregular]), path: "x.bdf")
    }
  }

  @Test func aDatasetHasEveryFileOfTheStandard() throws {
    let stream = TimedStream(
      name: "emg", times: (0..<2000).map { Double($0) / 1000 }, nominalRate: 1000,
      columns: [.init(label: "RF", unit: "mV", values: (0..<2000).map { sin(Double($0)) })])
    let root = folder.path("bids")
    try BIDSFolder(
      TimedContent(streams: [stream], markers: [TimedMarker(time: 1, text: "go")]), root: root,
      description: .init(subject: "S 07", task: "knee ext", powerLineFrequency: 50)
    ).write(overwrite: false)
    let names = FileManager.default.subpaths(atPath: root)?.filter { $0.contains(".") } ?? []
    let stem = "sub-S07/emg/sub-S07_task-kneeext_"
    #expect(
      Set(names)
        == Set(
          ["dataset_description.json", "participants.tsv"]
            + ["emg.bdf", "emg.json", "channels.tsv", "electrodes.tsv", "coordsystem.json"].map {
              stem + $0
            } + ["events.tsv", "events.json"].map { stem + $0 }))
    let sidecar =
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: "\(root)/\(stem)emg.json"))) as? [String: Any]
    #expect(sidecar?["SamplingFrequency"] as? Double == 1000)
    #expect(sidecar?["PowerLineFrequency"] as? Double == 50)
    let data = try content("\(root)/\(stem)emg.bdf")
    #expect(data.streams[0].columns[0].values.count == 2000 && data.markers.map(\.text) == ["go"])
  }

  @Test func joinedStreamsCanBeShiftedAndChosen() throws {
    let first = try write("a.csv", "time_s,u_V\n0,1\n1,2\n2,3\n")
    let second = try write("b.csv", "time_s,w_deg\n0,1\n1,2\n2,3\n")
    var conversion = StreamConversion(inputs: [first, second], output: folder.path("c.tsv"))
    conversion.shifts = ["b": 0.25]
    let outcome = try conversion.convert()
    #expect(outcome.files == [folder.path("c.a.tsv"), folder.path("c.b.tsv")])
    #expect(outcome.spans == [0...2, 0.25...2.25])
    #expect(try content(folder.path("c.b.tsv")).streams[0].columns[0].unit == "deg")
    conversion.streams = ["a"]
    conversion.output = folder.path("only.csv")
    conversion.shifts = [:]
    #expect(try conversion.convert().files == [folder.path("only.csv")])
    let error = #expect(throws: ConversionError.self) { _ = try conversion.convert() }
    guard case .format(let exists)? = error else {
      Issue.record("an existing file was replaced unasked")
      return
    }
    #expect(exists.isOutput)
    conversion.streams = ["z"]
    #expect(throws: ConversionError.self) { _ = try conversion.convert() }
  }
}
