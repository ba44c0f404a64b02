import Devices
import Foundation
import Identification
import Signals
import Testing

@testable import Recordings

/// What a recording is worth when its disk or its recorder fails.
@Suite struct RecorderDurabilityTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test func lossesCovariancesAndResumeStatesComeBack() throws {
    let path = folder.path("a.xdf")
    var preamble = examplePreamble
    preamble.platform = "somewhere"
    preamble.continues = RecordingLink(file: "old.xdf", sha256: "ab", lostByteCount: 3, end: 7)
    var recorder = try SessionRecorder(
      path: path, streams: exampleStreams, preamble: preamble, start: SampleTime(nanoseconds: 0),
      durability: .onClose)
    var count = 0
    try exampleSession(seconds: 0.5, seed: 9) { step, block in
      try recorder.record(step, block)
      count += 1
      if count == 20 {
        try recorder.recordEvent("{\"before\":1}", at: SampleTime(nanoseconds: 50))
        try recorder.recordLoss(RecordingLoss(from: 100, to: 250, count: 17))
        try recorder.recordEvent("{\"after\":1}", at: SampleTime(nanoseconds: 300))
      }
    }
    try recorder.recordEstimate(
      window: 4, values: [1, 2], standardDeviations: [0.1, 0.2], covariance: [0.01, 0.005, 0.04],
      at: SampleTime(nanoseconds: 400))
    try recorder.close()
    let reader = try XDFReader(path: path)
    let covariance = try #require(reader.stream(named: "diffmsm.covariance"))
    #expect(reader.numbers(of: covariance) == [4, 0.01, 0.005, 0.04])
    #expect(covariance.header.channelCount == 4 && covariance.header.channels.isEmpty)
    let source = try RecordingSource(path: path)
    #expect(source.isClosed && source.preamble == preamble)
    #expect(source.losses == [RecordingLoss(from: 100, to: 250, count: 17)])
    #expect(source.countsBeforeLoss?.events == 1)
    #expect(try steps(of: source).count == count)
  }

  @Test func aBoundaryComesEverySecond() throws {
    let path = folder.path("b.xdf")
    try recordExample(to: path, seconds: 5, seed: 3)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    var boundaries = 0
    var place = bytes.startIndex
    while let range = bytes.range(
      of: Data(XDFTag.boundaryIdentifier), in: place..<bytes.endIndex)
    {
      boundaries += 1
      place = range.upperBound
    }
    #expect((5...8).contains(boundaries), "\(boundaries) boundaries in 5 s")
  }

  /// The file appears with its first bytes, and never without.
  @Test func noFileIsEverEmpty() throws {
    let path = folder.path("c.xdf")
    var file = try OutputFile(path: path, overwrite: false)
    #expect(!FileManager.default.fileExists(atPath: path))
    try file.reserve(4)
    file.put(XDFTag.magic)
    try file.flush()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(XDFTag.magic))
    try file.close()
    let error = #expect(throws: XDFError.self) {
      _ = try OutputFile(path: path, overwrite: false)
    }
    #expect(error?.kind == .cannotCreate && error?.systemCode == EEXIST)
    // somebody takes the name between opening and the first bytes
    let taken = folder.path("d.xdf")
    var late = try OutputFile(path: taken, overwrite: false)
    try Data("mine".utf8).write(to: URL(fileURLWithPath: taken))
    try late.reserve(1)
    late.put(UInt8(1))
    #expect(throws: XDFError.self) { try late.flush() }
    #expect(try Data(contentsOf: URL(fileURLWithPath: taken)) == Data("mine".utf8))
  }

  @Test func theDiskGuardWarnsEarlyAndClosesInTime() {
    let rate = 1e6
    #expect(DiskGuard.verdict(freeBytes: 2_000_000_000, rate: rate) == .enough)
    #expect(
      DiskGuard.verdict(freeBytes: 501_048_576, rate: rate)
        == .low(seconds: 500, freeBytes: 501_048_576))
    #expect(
      DiskGuard.verdict(freeBytes: 50 << 20, rate: 10)
        == .low(
          seconds: Double(49 << 20) / 10, freeBytes: 50 << 20))
    #expect(DiskGuard.verdict(freeBytes: 3_000_000, rate: rate) == .full(freeBytes: 3_000_000))
    #expect(
      DiskGuard.verdict(freeBytes: 1 << 21, rate: 0) == .low(seconds: .infinity, freeBytes: 1 << 21)
    )
    #expect(DiskGuard(path: folder.url.path).freeBytes ?? 0 > 0)
    #expect(DiskGuard(path: "/no/such/place").freeBytes == nil)
  }
}
