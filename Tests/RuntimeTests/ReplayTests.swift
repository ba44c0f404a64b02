import Devices
import Foundation
import Identification
import Pipeline
import Recordings
import Signals
import TestSupport
import Testing

@testable import Runtime

@Suite("Recorded sessions and their repetition", .serialized)
struct ReplayTests {
  /// Copies a recording step by step after changes to its blocks and event lines.
  private func copy(
    _ path: String, to copy: String, block change: (inout SampleBlock) -> Void = { _ in },
    line: (String) -> String = { $0 }, estimate: (inout [Double]) -> Void = { _ in }
  ) throws {
    var source = try RecordingSource(path: path)
    let preamble = try #require(source.preamble)
    var recorder = try SessionRecorder(
      path: copy, streams: source.streams, preamble: preamble, start: SampleTime(nanoseconds: 0),
      durability: .onClose)
    var block = SampleBlock(capacity: source.blockCapacity)
    var latest = SampleTime(nanoseconds: 0)
    while true {
      let step = try source.next(into: &block)
      if case .end = step { break }
      change(&block)
      try recorder.record(step, block)
      latest = max(latest, block.arrival)
    }
    for event in source.events { try recorder.recordEvent(line(event.line), at: latest) }
    for recorded in source.estimates {
      var values = recorded.values
      estimate(&values)
      try recorder.recordEstimate(
        window: recorded.window, values: values,
        standardDeviations: recorded.standardDeviations, at: latest)
    }
    try recorder.close()
  }

  @Test("a simulation replays to the same bytes, and whoever alters it is found out")
  func identicalOrFoundOut() throws {
    let session = try SmallSession()
    let (summary, path) = try session.simulate("first.xdf", seconds: 3.5)
    #expect(summary.counts.windows >= 4 && summary.counts.adopted == summary.counts.windows)
    #expect(summary.counts.payloadWindows > 0 && summary.counts.heaviestPayload == 1)
    #expect(summary.truth.count == 4)
    let estimate = try #require(summary.estimate)
    #expect(estimate.crossCheck?.passed == true)

    // the session comes out of the recording: nothing else is needed
    let events = session.path("events.jsonl")
    let replay = try ReplayRun(path, events: events).run()
    guard case .identical(let eventCount, let estimateCount) = replay.verdict else {
      Issue.record("\(replay.verdictLine)")
      return
    }
    #expect(eventCount == summary.counts.events && estimateCount == summary.counts.adopted)
    #expect(replay.summary.estimate == summary.estimate)
    #expect(replay.summary.truth == summary.truth)
    #expect(replay.difference == nil)
    let lines = try String(contentsOfFile: events, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == eventCount)
    #expect(lines.allSatisfy { Event(line: String($0)) != nil })
    #expect(lines.map { Event(line: String($0))!.line } == lines.map(String.init))

    // a copy without changes is as good
    try copy(path, to: session.path("same.xdf"))
    #expect(
      try ReplayRun(session.path("same.xdf")).run().verdict
        == .identical(events: eventCount, estimates: estimateCount))

    // one digit of a stored estimate event
    try copy(
      path, to: session.path("event.xdf"),
      line: { $0.replacing("\"evaluations\":1,", with: "\"evaluations\":2,") })
    let altered = try ReplayRun(session.path("event.xdf")).run()
    let difference = try #require(altered.difference)
    #expect(difference.kind == .difference && difference.message.contains("evaluations"))
    #expect(altered.summary.estimate == summary.estimate, "replay recomputes, never reads")

    // the last bit of a stored estimate
    try copy(path, to: session.path("estimate.xdf"), estimate: { $0[0] = $0[0].nextUp })
    #expect(
      try ReplayRun(session.path("estimate.xdf")).run().difference?.message
        == "the replay differs: the estimate of window 0 is not the recorded one")

    // one sample: the estimates are others
    try copy(
      path, to: session.path("sample.xdf"),
      block: { block in
        guard block.firstSample <= 3000, block.firstSample + Int64(block.sampleCount) > 3000
        else { return }
        block[Int(3000 - block.firstSample), 0] += 100_000
      })
    let other = try ReplayRun(session.path("sample.xdf")).run()
    #expect(other.difference != nil)
    #expect(other.summary.estimate?.values != estimate.values)
  }

  @Test("another configuration, or none, is not compared")
  func otherConfiguration() throws {
    let session = try SmallSession()
    let (_, path) = try session.simulate("first.xdf", seconds: 2)
    let other = try SmallSession { $0.replacing("window: 500 ms", with: "window: 400 ms") }
    let outcome = try ReplayRun(path, configuration: other.configuration).run()
    #expect(outcome.verdict == nil && outcome.summary.counts.adopted > 0)
    #expect(
      try ReplayRun(path, configuration: session.configuration).run().verdict != nil)
  }

  @Test("a recording that was cut is refused by its byte, or used as far as it goes")
  func cut() throws {
    let session = try SmallSession()
    let (_, path) = try session.simulate("first.xdf", seconds: 2)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let cut = session.path("cut.xdf")
    // through the middle of a chunk, whichever that is
    for bytes in (whole.count / 2)..<(whole.count / 2 + 40) {
      try whole.prefix(bytes).write(to: URL(fileURLWithPath: cut))
      if try RecordingSource(path: cut).lostByteCount > 0 { break }
    }
    let error = #expect(throws: SessionError.self) { try ReplayRun(cut).run() }
    #expect(error?.kind == .data && error?.message.contains("from byte") == true)
    var replay = ReplayRun(cut)
    replay.allowsTruncated = true
    let outcome = try replay.run()
    guard case .identical = outcome.verdict else {
      Issue.record("\(outcome.verdictLine)")
      return
    }
  }

  @Test("a seed repeats every byte of a simulation")
  func seeds() throws {
    let session = try SmallSession()
    let first = try session.simulate("a.xdf", seconds: 1.5, seed: 8).path
    let second = try session.simulate("b.xdf", seconds: 1.5, seed: 8).path
    let third = try session.simulate("c.xdf", seconds: 1.5, seed: 9).path
    let bytes = try [first, second, third].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    #expect(bytes[0] == bytes[1])
    #expect(bytes[0] != bytes[2])
  }

  @Test("a live session keeps time, stops in a second, and replays to the same bytes")
  func live() throws {
    let session = try SmallSession()
    let path = session.path("live.xdf")
    let start = ContinuousClock.now
    var reports = 0
    let run = LiveRun(session.configuration, duration: 2, recording: path)
    let summary = try run.run(reportEvery: 200) { assembly, status in
      reports += 1
      let parts = StatusView.headParts(assembly, status, since: nil)
      #expect(parts.contains("gaps 0, lost 0") && parts.last == "feed disarmed")
      #expect(StatusView.wrapped(parts, width: 40).allSatisfy { $0.count <= 40 })
      #expect(StatusView.wrapped(parts, width: 400) == [parts.joined(separator: " | ")])
    }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    #expect(elapsed >= 1.99, "paced by the clock")
    #expect(reports >= 4)
    #expect(summary.counts.samples == [4000])
    #expect(summary.counts.windows == summary.counts.skipped + summary.counts.adopted)
    let replay = try ReplayRun(path).run()
    #expect(
      replay.verdict
        == .identical(events: summary.counts.events, estimates: summary.counts.adopted))
  }

  @Test("nothing is overwritten unasked")
  func overwriting() throws {
    let session = try SmallSession()
    let path = session.path("taken.xdf")
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: XDFError.self) {
      try SimulationRun(session.configuration, duration: 1, output: path).run()
    }
    #expect(throws: XDFError.self) {
      try LiveRun(session.configuration, duration: 1, recording: path).run(reportEvery: 100) {
        _, _ in
      }
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("mine".utf8))
  }
}
