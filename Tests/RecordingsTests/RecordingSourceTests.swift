import Devices
import Foundation
import Signals
import TestSupport
import Testing

@testable import Recordings

@Suite struct RecordingSourceTests {
  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func aForeignRecordingBecomesBlocksInTimeOrder() throws {
    let path = sharedData.appendingPathComponent("xdf/real_emg_gonio_knee.xdf").path
    let source = try RecordingSource(path: path)
    #expect(source.preamble == nil)
    #expect(source.streams.map(\.name) == ["EMG", "Gonio"])
    #expect(source.streams[0].channels.map(\.label) == ["RF", "BF", "VM", "ST"])
    #expect(source.streams[0].channels.allSatisfy { $0.unit == "V" && $0.scale == 1e-3 })
    #expect(source.streams[1].channels[0].unit == "rad")
    #expect(abs(source.streams[1].channels[0].scale - .pi / 180) < 1e-18)
    let all = try steps(of: source)
    var counts = [0, 0]
    var latest = SampleTime(nanoseconds: 0)
    var markers: [String] = []
    for step in all {
      switch step.step {
      case .block:
        let block = try #require(step.block)
        #expect(block.firstSample == Int64(counts[block.stream]))
        counts[block.stream] += block.sampleCount
        #expect(block.arrival >= latest && block.sampleCount <= 10)
        let start = try #require(block.deviceTime)
        #expect(start <= block.arrival)
        latest = block.arrival
      case .command(.marker(let text), let time):
        markers.append(text)
        #expect(time >= latest)
      case .tick(let time):
        #expect(time > latest)
      default: Issue.record("unexpected \(step.step)")
      }
    }
    #expect(counts == [13480, 674])
    #expect(markers.count == 2)
    // The first samples of both streams are within 0.2 ms (README of the file).
    let starts = [0, 1].map { stream in all.first { $0.block?.stream == stream }?.block?.deviceTime
    }
    let first = try #require(starts[0])
    let second = try #require(starts[1])
    #expect(abs(second.seconds(since: first)) < 2e-4)
    #expect(first == SampleTime(nanoseconds: 5_000_000_000_000))
    let value = try #require(all.first { $0.block?.stream == 0 }?.block?.values[0])
    #expect(value == Double(Float(0.0007)))
  }

  /// A stream with 30 samples lost and 3 ms of jitter keeps a gap of 30, and no other.
  @Test func lostSamplesAreAGapAndJitterIsNot() {
    var generator = SplitMix64(seed: 3)
    let rate = 1000.0
    let truth = (0..<5000).map { Int64($0 < 2000 ? $0 : $0 + 30) }
    let stamps = truth.map {
      100 + Double($0) / rate + Double.random(in: 0...3e-3, using: &generator)
    }
    let counters = ForeignTimeline.counters(of: stamps, rate: rate)
    #expect(abs(counters[4999] - 5029) <= 1)
    #expect(zip(counters, counters.dropFirst()).count { $1 != $0 + 1 } == 1)
    let times = ForeignTimeline.straightened(stamps, counters: counters, rate: rate)
    for (time, counter) in zip(times, truth) {
      #expect(abs(time - 100 - Double(counter) / rate - 1.5e-3) < 1.1e-3)
    }
    // Stamps of arrival in bunches of 50 are no gaps; an effective rate 7 % off is none either.
    let bunches: [Double] = (0..<1000).map { 5 + Double($0 / 50 + 1) * 50 / rate }
    #expect(ForeignTimeline.counters(of: bunches, rate: rate) == Array(0..<1000))
    let slowTruth: [Int64] = (0..<1000).map { $0 < 600 ? $0 : $0 + 1 }
    let slow: [Double] = slowTruth.map { 5 + 1.07 * Double($0) / rate }
    #expect(ForeignTimeline.counters(of: slow, rate: rate) == slowTruth)
    // Without jitter the count is exact, for one lost sample too.
    let clean = [0, 1, 2, 4, 5, 9, 10].map { 7 + $0 / rate }
    #expect(ForeignTimeline.counters(of: clean, rate: rate) == [0, 1, 2, 4, 5, 9, 10])
  }

  @Test func silenceIsFilledWithTicks() throws {
    let folder = try ScratchFolder()
    let path = folder.path("markers.xdf")
    var writer = try XDFWriter(path: path)
    let stream = try writer.addStream(
      XDFStreamHeader(
        name: "m", type: "Markers", nominalRate: 0, format: .string,
        channels: [XDFChannel(label: "m", unit: "")]))
    for (time, text) in [(1.0, "a"), (1.012, "b"), (1000.0, "c")] {
      try writer.appendString(stream, text, at: SampleTime(seconds: time))
    }
    try writer.close()
    let found = try steps(of: RecordingSource(path: path)).map(\.step)
    #expect(
      found == [
        .command(.marker("a"), at: SampleTime(seconds: 1)), .tick(SampleTime(seconds: 1.005)),
        .tick(SampleTime(seconds: 1.010)), .command(.marker("b"), at: SampleTime(seconds: 1.012)),
        .tick(SampleTime(seconds: 999.995)), .command(.marker("c"), at: SampleTime(seconds: 1000)),
      ])
  }

  @Test func unknownUnitsAndMissingLabelsAreKeptAsTheyAre() throws {
    let folder = try ScratchFolder()
    let path = folder.path("odd.xdf")
    var writer = try XDFWriter(path: path)
    let header = XDFStreamHeader(
      name: "s", type: "Mixed", nominalRate: 0, format: .double64,
      channels: [
        XDFChannel(label: "a", unit: "furlong"), XDFChannel(label: "a", unit: ""),
        XDFChannel(label: "", unit: "uV", scale: 2, offset: 5),
      ])
    for _ in 0..<2 {
      let stream = try writer.addStream(header)
      try writer.appendDoubles(stream, [1, 2, 3], at: SampleTime(seconds: 1))
    }
    try writer.close()
    let source = try RecordingSource(path: path)
    #expect(source.streams.map(\.name) == ["s", "s-2"])
    #expect(source.streams[0].channels.map(\.label) == ["a", "a-2", "channel3"])
    #expect(source.streams[0].channels.map(\.unit) == ["furlong", "1", "V"])
    #expect(source.streams[0].channels.map(\.scale) == [1, 1, 2e-6])
    #expect(abs(source.streams[0].channels[2].offset - 5e-6) < 1e-20)
    #expect(try steps(of: source).count == 2)
  }

  @Test func missingFilesAreTypedErrors() {
    let error = #expect(throws: XDFError.self) { _ = try RecordingSource(path: "/no/such.xdf") }
    #expect(error?.kind == .cannotOpen)
  }
}
