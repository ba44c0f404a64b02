import Foundation
import Signals
import Testing

@testable import Recordings

@Suite struct XDFWriterTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// The bytes follow the XDF 1.0 specification, counted by hand.
  @Test func chunksAreLaidOutAsSpecified() throws {
    let path = folder.path("bytes.xdf")
    var writer = try XDFWriter(path: path)
    let fileHeader = "<?xml version=\"1.0\"?><info><version>1.0</version></info>"
    var expected = Array("XDF:".utf8) + [1, UInt8(fileHeader.utf8.count + 2), 1, 0]
    expected += Array(fileHeader.utf8)
    #expect(writer.byteCount == expected.count)
    let stream = try writer.addStream(
      XDFStreamHeader(
        name: "a", type: "EMG", nominalRate: 4, format: .int32,
        channels: [XDFChannel(label: "x", unit: "V"), XDFChannel(label: "y", unit: "V")]))
    let start = writer.byteCount
    var block = SampleBlock(capacity: 8)
    block.begin(stream: 0, channelCount: 2, firstSample: 0)
    for values in [(1.0, -2.0), (3e9, .nan)] {
      let sample = block.appendSample()
      block[sample, 0] = values.0
      block[sample, 1] = values.1
    }
    try writer.append(stream, block: block, firstStamp: 1)
    try writer.appendClockOffset(
      stream, collectedAt: SampleTime(nanoseconds: 2_000_000_000), offset: -1)
    try writer.appendBoundary()
    #expect(writer.inexactValueCount == 2)
    try writer.flush()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(Array(bytes[..<expected.count]) == expected)
    // 1.0 is 3FF0.., 2.0 is 4000.., -1.0 is BFF0..
    let one: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
    var chunks: [UInt8] = [1, 34, 3, 0, 1, 0, 0, 0, 1, 2, 8] + one
    chunks += [1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF]
    chunks += [0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0]
    chunks +=
      [1, 22, 4, 0, 1, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 0, 0x40] + [0, 0, 0, 0, 0, 0, 0xF0, 0xBF]
    chunks += [1, 18, 5, 0] + XDFTag.boundaryIdentifier
    #expect(Array(bytes[start...]) == chunks)
    try writer.close()
  }

  @Test func everyFormatReadsBackAsWritten() throws {
    let path = folder.path("formats.xdf")
    var writer = try XDFWriter(path: path, dateTime: "2025-01-01T12:00:00+0000")
    func header(_ name: String, _ format: XDFFormat, _ count: Int) -> XDFStreamHeader {
      XDFStreamHeader(
        name: name, type: "test", nominalRate: 0, format: format,
        channels: (0..<count).map { XDFChannel(label: "c\($0)", unit: "V") }, createdAt: 5.5,
        uid: "uid \(name)")
    }
    let integers = try writer.addStream(header("integers", .int64, 3))
    let floats = try writer.addStream(header("floats", .float32, 2))
    let doubles = try writer.addStream(header("doubles", .double64, 2))
    let texts = try writer.addStream(header("texts", .string, 1))
    let time = SampleTime(nanoseconds: 7_250_000_000)
    try writer.appendInt64s(integers, [.min, .max, 9_007_199_254_740_993], at: time)
    try writer.appendDoubles(floats, [0.1, -.infinity], at: time)
    try writer.appendDoubles(doubles, [0.1, .greatestFiniteMagnitude], at: time)
    let long = String(repeating: "ä<&>\u{1}\n", count: 20_000)
    try writer.appendString(texts, "", at: time)
    try writer.appendString(texts, long, at: time)
    try writer.close()
    try writer.close()

    let reader = try XDFReader(path: path)
    #expect(reader.lostByteCount == 0)
    let stream = try #require(reader.stream(named: "integers"))
    #expect(reader.integers(of: stream) == [.min, .max, 9_007_199_254_740_993])
    #expect(reader.stamps(of: stream) == [7.25])
    #expect(stream.header.uid == "uid integers" && stream.header.createdAt == 5.5)
    #expect(stream.footer?.contains("<sample_count>1</sample_count>") == true)
    #expect(
      reader.numbers(of: try #require(reader.stream(named: "floats")))
        == [Double(Float(0.1)), -.infinity])
    #expect(
      reader.numbers(of: try #require(reader.stream(named: "doubles")))
        == [0.1, .greatestFiniteMagnitude])
    #expect(reader.strings(of: try #require(reader.stream(named: "texts"))) == ["", long])
  }

  @Test func anExistingFileIsNotReplacedUnasked() throws {
    let path = folder.path("old.xdf")
    try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: XDFError.self) { _ = try XDFWriter(path: path) }
    #expect(error?.kind == .cannotCreate && error?.systemCode == EEXIST)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("precious".utf8))
    var writer = try XDFWriter(path: path, overwrite: true)
    try writer.close()
    #expect(try XDFReader(path: path).streams.isEmpty)
    let missing = #expect(throws: XDFError.self) {
      _ = try XDFWriter(path: folder.path("no/such/folder.xdf"))
    }
    #expect(missing?.systemCode == ENOENT)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func aFullDiskIsATypedErrorThatStays() throws {
    var writer = try XDFWriter(path: "/dev/full", overwrite: true)
    for _ in 0..<2 {
      do {
        try writer.flush()
        Issue.record("a full disk was not noticed")
      } catch {
        #expect(error.kind == .cannotWrite && error.systemCode == ENOSPC)
      }
    }
  }

  @Test func labelsOfAnyTextSurviveTheHeader() throws {
    let path = folder.path("labels.xdf")
    var writer = try XDFWriter(path: path)
    let label = "<a> & \"b\" \u{B5}V \u{1F4AA}"
    _ = try writer.addStream(
      StreamDescription(
        name: "s & t", type: "EMG", nominalRate: 1259.2592592592594,
        channels: [
          ChannelDescription(label: label, unit: "V", scale: 0.1 + 0.2, offset: -1e-17)
        ], isInteger: true), format: .int32, createdAt: SampleTime(nanoseconds: 0), uid: "u")
    try writer.close()
    let stream = try #require(try XDFReader(path: path).streams.first)
    let description = stream.description(name: stream.header.name)
    #expect(
      description
        == StreamDescription(
          name: "s & t", type: "EMG", nominalRate: 1259.2592592592594,
          channels: [.init(label: label, unit: "V", scale: 0.1 + 0.2, offset: -1e-17)],
          isInteger: true))
    #expect(stream.header.channels[0].unit == "count")
  }
}
