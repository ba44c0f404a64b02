import Devices
import Foundation
import Signals
import Testing

@testable import Recordings

/// Recordings as LabRecorder and others write them.
@Suite struct ForeignRecordingTests {
  private static func length(_ count: Int) -> [UInt8] {
    count < 256
      ? [1, UInt8(count)] : [4] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
  }

  private static func chunk(_ tag: UInt8, _ stream: UInt32?, _ content: [UInt8]) -> [UInt8] {
    let number = stream.map { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let body = [tag, 0] + (number ?? []) + content
    return length(body.count) + body
  }

  private static func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<(Value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func header(
    _ stream: UInt32, _ name: String, _ format: String, channels: Int, rate: Double,
    desc: String = "<desc/>"
  ) -> [UInt8] {
    chunk(
      2, stream,
      Array(
        ("<?xml version=\"1.0\"?>\n<info>\n\t<name>\(name)</name>\n\t<type>data</type>\n\t"
          + "<channel_count>\(channels)</channel_count>\n\t<nominal_srate>\(rate)</nominal_srate>"
          + "\n\t<channel_format>\(format)</channel_format>\n\t<created_at>9.5</created_at>\n\t"
          + "<v4address />\n\t\(desc)\n</info>\n").utf8))
  }

  private static func sample(_ stamp: Double?, _ values: [UInt8]) -> [UInt8] {
    (stamp.map { [8] + bytes($0.bitPattern) } ?? [0]) + values
  }

  /// Several streams, every format, empty ones, an irregular one, no boundary and no footer.
  private static var recording: [UInt8] {
    var file = Array("XDF:".utf8)
    file += chunk(1, nil, Array("<?xml version=\"1.0\"?><info><version>1.0</version></info>".utf8))
    file += header(1, "Empty marker stream: test", "string", channels: 1, rate: 0)
    file += header(2, "Empty data", "float32", channels: 3, rate: 100)
    file += header(3, "bytes", "int8", channels: 2, rate: 10)
    file += header(
      4, "longs", "int64", channels: 1, rate: 0,
      desc: "<desc><channels><channel><label>count</label></channel></channels></desc>")
    file += header(0xDEAD_BEEF, "words", "string", channels: 2, rate: 0)
    file += header(
      5, "angle", "double64", channels: 1, rate: 50,
      desc:
        "<desc><channels><channel><label>a</label><unit>degrees</unit></channel></channels></desc>")
    file += chunk(4, 3, bytes(100.0.bitPattern) + bytes((-1.0).bitPattern))
    // a stamp on the first sample only, then another chunk that continues
    file += chunk(
      3, 3, [1, 2] + sample(100, [1, 0xFF]) + sample(nil, [2, 0xFE]))
    file += chunk(3, 3, [4, 1, 0, 0, 0] + sample(nil, [3, 0x80]))
    for (index, stamp) in [99.5, 99.6, 103.25].enumerated() {
      file += chunk(3, 4, [1, 1] + sample(stamp, bytes(Int64.max - Int64(index))))
    }
    let text = "gr\u{FC}n"
    file += chunk(
      3, 0xDEAD_BEEF,
      [1, 1] + sample(101, length(text.utf8.count) + Array(text.utf8) + [4, 0, 0, 0, 0]))
    file += chunk(
      3, 5, [1, 2] + sample(100, bytes(90.0.bitPattern)) + sample(100.02, bytes(180.0.bitPattern)))
    return file
  }

  @Test func everyFormatAndEmptyStreamsAreRead() throws {
    let reader = try XDFReader(bytes: Data(Self.recording), path: "lab.xdf")
    #expect(reader.streams.count == 6 && reader.lostByteCount == 0)
    #expect(reader.streams.allSatisfy { $0.footer == nil })
    #expect(reader.streams.map(\.sampleCount) == [0, 0, 3, 3, 1, 2])
    #expect(
      reader.strings(of: reader.streams[0]) == [] && reader.numbers(of: reader.streams[1]) == [])
    #expect(reader.numbers(of: reader.streams[2]) == [1, -1, 2, -2, 3, -128])
    #expect(reader.stamps(of: reader.streams[2]) == [100, 100.1, 100.19999999999999])
    #expect(reader.integers(of: reader.streams[3]) == [.max, .max - 1, .max - 2])
    #expect(reader.strings(of: reader.streams[4]) == ["gr\u{FC}n", ""])
    let source = try RecordingSource(reader)
    #expect(source.preamble == nil)
    #expect(source.streams.map(\.name) == ["Empty data", "bytes", "longs", "angle"])
    #expect(source.streams[3].channels[0].unit == "rad")
    let all = try steps(of: source)
    let blocks = all.compactMap(\.block)
    #expect(blocks.filter { $0.stream == 0 }.isEmpty)
    #expect(
      blocks.filter { $0.stream == 2 }.map(\.values).map { $0[0] } == [
        Double(Int64.max), Double(Int64.max - 1), Double(Int64.max - 2),
      ])
    // the irregular stream keeps its stamps, the clock of "bytes" is a second behind
    #expect(
      blocks.filter { $0.stream == 2 }.map { $0.arrival }
        == [99.5, 99.6, 103.25].map {
          SampleTime(seconds: $0)
        })
    #expect(blocks.first { $0.stream == 1 }?.deviceTime == SampleTime(seconds: 99))
    let markers = all.filter {
      if case .command(.marker("gr\u{FC}n "), _) = $0.step { true } else { false }
    }
    #expect(markers.count == 1)
  }

  /// A boundary chunk lets what follows damage be found again; times that nothing tells are not made up.
  @Test func salvagingGoesOnAfterDamage() throws {
    let boundary = Self.chunk(5, nil, XDFTag.boundaryIdentifier)
    let good = Self.recording + boundary
    // a count that does not fit, then a sound chunk that nobody can find
    let bad =
      Self.chunk(3, 3, [1, 9, 0]) + Self.chunk(3, 3, [1, 1] + Self.sample(100.3, [4, 4]))
      + boundary
    // no stamp: it may be of any time; then one with a stamp, and one that follows from it
    let after =
      Self.chunk(3, 3, [1, 1] + Self.sample(nil, [5, 5]))
      + Self.chunk(3, 3, [1, 1] + Self.sample(105, [6, 6]))
      + Self.chunk(3, 3, [1, 1] + Self.sample(nil, [7, 7])) + boundary
    // a chunk that claims more than there is, and the end of the file
    let tail = [4, 0xFF, 0, 0, 0, 3, 0] as [UInt8]
    let file = Data(good + bad + after + Self.chunk(9, nil, [1]) + tail)
    #expect(throws: XDFError.self) { _ = try XDFReader(bytes: file, path: "bad.xdf") }
    let before = try XDFReader(bytes: file, path: "bad.xdf", salvage: .beforeDamage)
    #expect(before.lostByteCount == file.count - good.count && before.cutByteCount == 0)
    #expect(before.streams[2].sampleCount == 3)

    let reader = try XDFReader(bytes: file, path: "bad.xdf", salvage: .aroundDamage)
    #expect(reader.damages.map(\.byteOffset) == [good.count])
    #expect(reader.damages.map(\.byteCount) == [bad.count])
    #expect(reader.cutByteCount == tail.count && reader.lostByteCount == bad.count + tail.count)
    #expect(reader.untimedSampleCount == 1 && reader.omissions.count == 3)
    let bytes = reader.streams[2]
    #expect(reader.numbers(of: bytes) == [1, -1, 2, -2, 3, -128, 6, 6, 7, 7])
    #expect(reader.stamps(of: bytes).suffix(2) == [105, 105.1])
    // as a source the stretch is a gap in the counters
    let blocks = try steps(of: RecordingSource(reader)).compactMap(\.block)
      .filter { $0.stream == 1 }
    #expect(blocks.map(\.firstSample).contains { $0 > 40 }, "\(blocks.map(\.firstSample))")

    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).xdf"
    try file.write(to: URL(fileURLWithPath: path))
    defer {
      for name in [path, path + ".csv"] { try? FileManager.default.removeItem(atPath: name) }
    }
    var conversion = StreamConversion(inputs: [path], output: path + ".csv")
    conversion.streams = ["bytes"]
    #expect(throws: ConversionError.self) { _ = try conversion.convert() }
    conversion.allowsTruncated = true
    let made = try conversion.convert()
    #expect(made.streams.map(\.sampleCount) == [5] && made.streams.map(\.gapCount) == [1])
    #expect(made.notes.contains { $0.contains("\(bad.count) bytes from byte \(good.count)") })
  }

  /// What precedes a contradiction can be had, with its place and the loss.
  @Test func salvagingKeepsWhatPrecedesDamage() throws {
    let good = Self.recording
    let bad = good + Self.chunk(3, 3, [1, 9, 0]) + Self.chunk(3, 4, [1, 1])
    #expect(throws: XDFError.self) { _ = try XDFReader(bytes: Data(bad), path: "bad.xdf") }
    let reader = try XDFReader(bytes: Data(bad), path: "bad.xdf", salvage: .aroundDamage)
    #expect(reader.damage?.byteOffset == good.count && reader.damage?.kind == .wrongSamples)
    #expect(reader.lostByteCount == bad.count - good.count)
    #expect(reader.streams.map(\.sampleCount) == [0, 0, 3, 3, 1, 2])
    // nothing to keep is an error all the same
    #expect(throws: XDFError.self) {
      _ = try XDFReader(
        bytes: Data(Array("XDF:".utf8) + [7]), path: "none.xdf", salvage: .aroundDamage)
    }
  }
}
