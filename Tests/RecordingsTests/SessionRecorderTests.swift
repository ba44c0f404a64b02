import Devices
import Foundation
import Signals
import Testing

@testable import Recordings

@Suite struct SessionRecorderTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func aRecordingReplaysStepByStep(seed: UInt64) throws {
    let path = folder.path("session.xdf")
    let recorded = try recordExample(to: path, seconds: 2, seed: seed)
    let source = try RecordingSource(path: path)
    #expect(source.streams == exampleStreams)
    #expect(source.blockCapacity == 180)
    #expect(source.preamble == examplePreamble)
    #expect(source.lostByteCount == 0)
    // Lines that look like the recorder's own commands are still the pipeline's.
    #expect(
      source.events.map(\.line) == [
        "{\"command\":{\"payloadOff\":{}},\"window\":0}",
        "{\"command\":{\"payloadOff\":{}},\"window\":1}",
      ])
    #expect(source.estimates.map(\.window) == [0, 1])
    #expect(source.estimates[1].values == [601, 1.9])
    #expect(source.estimates[1].standardDeviations == [10, 0.1])
    let replayed = try steps(of: source)
    #expect(replayed.count == recorded.count && replayed.count == 612)
    for (index, (left, right)) in zip(replayed, recorded).enumerated() where left != right {
      Issue.record("seed \(seed): step \(index) differs")
    }
  }

  @Test func theSameSessionGivesTheSameBytes() throws {
    try recordExample(to: folder.path("a.xdf"), seconds: 1, seed: 9)
    try recordExample(to: folder.path("b.xdf"), seconds: 1, seed: 9)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("a.xdf")))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("b.xdf"))) == bytes)
    #expect(try RecordingSource(path: folder.path("a.xdf")).fileHash == SHA256(bytes))
  }

  @Test func aRecordingWithoutFootersReplays() throws {
    let path = folder.path("killed.xdf")
    let recorded = try recordExample(to: path, seconds: 1, seed: 4, close: false)
    #expect(try steps(of: RecordingSource(path: path)) == recorded)
  }

  /// Readers that correct clocks, such as pyxdf, look for measurements of every stream's clock.
  @Test func everyStreamSaysThatItsClockIsTheRecordings() throws {
    let path = folder.path("offsets.xdf")
    try recordExample(to: path, seconds: 12, seed: 5)
    let reader = try XDFReader(path: path)
    #expect(reader.streams.count >= 5)
    for stream in reader.streams {
      let times = stream.clockOffsets.map(\.time)
      #expect(stream.clockOffsets.allSatisfy { $0.offset == 0 }, "\(stream.header.name)")
      #expect(times.count == 3, "\(stream.header.name)")
      #expect(zip(times, times.dropFirst()).allSatisfy { (5..<5.2).contains($1 - $0) })
      let stamps = reader.stamps(of: stream)
      #expect(stream.clock.corrected(stamps) == stamps)
    }
  }

  /// With durability, what is older than a quarter of a second is in the file although nothing was flushed.
  @Test func everythingReachesTheFileFourTimesASecond() throws {
    let path = folder.path("durable.xdf")
    var recorder = try SessionRecorder(
      path: path, streams: exampleStreams, preamble: examplePreamble,
      start: SampleTime(nanoseconds: 0))
    let block = SampleBlock(capacity: 1)
    for millisecond in stride(from: 0, to: 2500, by: 100) {
      try recorder.record(.tick(SampleTime(nanoseconds: Int64(millisecond) * 1_000_000)), block)
      let onDisk = try steps(of: RecordingSource(path: path))
      // a step is 100 ms; the ones since the last flush are missing, three at most
      #expect(onDisk.count >= millisecond / 100 + 1 - 3 && onDisk.count <= millisecond / 100 + 1)
      if millisecond % 300 == 0, millisecond < 900 {
        #expect(onDisk.count == (millisecond == 0 ? 0 : millisecond / 100 + 1))
      }
    }
    try recorder.close()
  }

  @Test func textsThatDoNotMatchTheirDigestAreRefused() throws {
    let path = folder.path("edited.xdf")
    try recordExample(to: path, seconds: 0.01, seed: 4)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let text = Array("rate: 2 kHz".utf8)
    let place = try #require(
      bytes.indices.first { bytes[$0...].starts(with: text) })
    bytes[place + 6] = UInt8(ascii: "4")
    let error = #expect(throws: XDFError.self) {
      _ = try RecordingSource(XDFReader(bytes: Data(bytes), path: "edited.xdf"))
    }
    #expect(error?.kind == .wrongJournal)
    #expect(error?.expected.contains("session.yaml") == true)
  }

  @Test func commandsWithOddNumbersSurvive() throws {
    let path = folder.path("odd.xdf")
    var recorder = try SessionRecorder(
      path: path, streams: [], preamble: examplePreamble, start: SampleTime(nanoseconds: 0),
      durability: .onClose)
    let block = SampleBlock(capacity: 1)
    let time = SampleTime(nanoseconds: .max / 4)
    let commands: [SessionCommand] = [
      .payload(kilograms: 0.1 + 0.2), .payload(kilograms: .infinity), .marker(""), .payloadOff,
    ]
    for command in commands { try recorder.record(.command(command, at: time), block) }
    try recorder.record(.end, block)
    try recorder.close()
    let replayed = try steps(of: RecordingSource(path: path)).map(\.step)
    #expect(replayed == commands.map { .command($0, at: time) })
  }

  /// 30 s of 18 channels at 2 kHz; the bounds hold in release builds on a busy machine.
  @Test func speedOfWritingAndReading() throws {
    let path = folder.path("speed.xdf")
    var session: [(SourceStep, SampleBlock)] = []
    exampleSession(seconds: 30, seed: 1) { session.append(($0, $1)) }
    let clock = ContinuousClock()
    let writing = try clock.measure {
      var recorder = try SessionRecorder(
        path: path, streams: exampleStreams, preamble: examplePreamble,
        start: SampleTime(nanoseconds: 123_456_789_000_000_000), durability: .onClose)
      for (step, block) in session { try recorder.record(step, block) }
      try recorder.close()
    }
    var reader = try XDFReader(path: path)
    let opening = try clock.measure { reader = try XDFReader(path: path) }
    var sum = 0.0
    let decoding = clock.measure {
      for stream in reader.streams where stream.header.format != .string {
        sum += reader.numbers(of: stream).reduce(0, +)
      }
    }
    var count = 0
    let replaying = try clock.measure {
      var source = try RecordingSource(path: path)
      var block = SampleBlock(capacity: source.blockCapacity)
      while try source.next(into: &block) != .end { count += 1 }
    }
    print(
      "\(reader.bytes.count) bytes: writing \(writing), opening \(opening), decoding \(decoding), "
        + "replaying \(replaying)")
    #expect(sum.isFinite && count == session.count)
    #if !DEBUG
      #expect(opening + decoding < .milliseconds(100))
      #expect(replaying < .milliseconds(200))
    #endif
  }
}
