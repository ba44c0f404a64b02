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

@Suite("Parts of recordings, and estimates made anew", .serialized)
struct ReplayRangeTests {
  @Test("a part warms up, holds what was held, and ends where it should")
  func part() throws {
    let session = try SmallSession()
    let (whole, path) = try session.simulate("first.xdf", seconds: 8)
    var replay = ReplayRun(path, events: session.path("part.jsonl"))
    replay.range.from = 5.5
    replay.range.to = 7.5
    let outcome = try replay.run()
    #expect(outcome.verdict == nil && outcome.verdictLine.contains("only a part"))
    // two seconds: as many windows as fit, none of the warm-up's, which would be ten more
    #expect((3...4).contains(outcome.summary.counts.windows), "\(outcome.summary.counts.windows)")
    #expect(abs(outcome.summary.counts.time - 2) < 0.1)
    let rate = Double(whole.counts.samples[0]) / 8
    #expect(abs(Double(outcome.summary.counts.samples[0]) - 2 * rate) < 0.05 * rate)
    #expect(outcome.summary.counts.gaps == 0)
    let lines = try String(contentsOfFile: session.path("part.jsonl"), encoding: .utf8)
      .split(separator: "\n").compactMap { Event(line: String($0)) }
    for event in lines {
      if case .windowClosed(_, let start, let end) = event {
        #expect(end.seconds > 5.5 && end.seconds < 7.55 && start.seconds > 4.9)
      }
    }
    // with a second of payload and a second without, some window of two seconds holds it
    #expect(outcome.summary.counts.payloadWindows > 0)

    // the whole by its own ends is the same as the whole
    replay.range.from = 0
    replay.range.to = 100
    replay.events = nil
    let all = try replay.run()
    #expect(all.summary.counts.samples == whole.counts.samples)
    for (from, to) in [(50.0, 60.0), (3.0, 2.0)] {
      replay.range.from = from
      replay.range.to = to
      #expect(throws: SessionError.self) { try replay.run() }
    }
  }

  @Test("a payload that was picked up long before is still held")
  func heldPayload() throws {
    let session = try SmallSession {
      $0.replacing("payload_period: 1 s", with: "payload_period: 60 s")
    }
    let (_, path) = try session.simulate("first.xdf", seconds: 7)
    let events = try RecordingSource(path: path).events.compactMap { Event(line: $0.line) }
    let first = events.compactMap { event in
      if case .command(.payload, let time) = event { time.seconds } else { nil }
    }.first
    guard let first, first < 0.9 else { return }
    var replay = ReplayRun(path)
    replay.range.from = 5.5
    let counts = try replay.run().summary.counts
    #expect(counts.windows > 0 && counts.payloadWindows == counts.windows)
  }

  @Test(
    "estimates made anew with the same session are the same, with another one are held against it")
  func recompute() throws {
    let session = try SmallSession()
    let (summary, path) = try session.simulate("first.xdf", seconds: 3.5)
    var replay = ReplayRun(path)
    replay.recomputes = true
    let same = try #require(try replay.run().differences)
    #expect(same.parameters.count == 4 && same.parameters.allSatisfy { $0.shift == 0 })
    #expect(same.counts.allSatisfy { $0.recorded == $0.recomputed })
    #expect(same.counts.first?.recorded == summary.counts.windows)
    let other = try SmallSession {
      $0.replacing("window: 500 ms", with: "window: 400 ms")
        .replacing("muscle/TRIlong/max", with: "muscle/TRImed/max")
    }
    replay.configuration = other.configuration
    let outcome = try replay.run()
    let differences = try #require(outcome.differences)
    func row(_ muscle: String) throws -> ReplayDifferences.Parameter {
      try #require(differences.parameters.first { $0.name.contains(muscle) })
    }
    #expect(differences.parameters.count == 5)
    let shared = try row("/BRA/")
    #expect(shared.shift != nil && shared.shift != 0)
    #expect(try row("/TRIlong/").recomputed == nil)
    let new = try row("/TRImed/")
    #expect(new.recorded == nil && new.recomputed != nil)
    #expect(differences.counts[0].recomputed > differences.counts[0].recorded)
    #expect(differences.lines.count == 7 && outcome.verdict == nil)
    let json = try JSONSerialization.jsonObject(with: Data(differences.json.utf8)) as? [String: Any]
    #expect((json?["parameters"] as? [Any])?.count == 5)
  }

  @Test("replay at real time gives every block at its own time")
  func pace() throws {
    let session = try SmallSession()
    let (_, path) = try session.simulate("first.xdf", seconds: 1)
    let source = try RecordingSource(path: path)
    var arrivals: [Double] = []
    var lateness: [Double] = []
    var paced = PacedSource(source, speed: 2, start: nil)
    var block = SampleBlock(capacity: source.blockCapacity)
    let begin = ContinuousClock.now
    var first: Double?
    while true {
      let step = try paced.next(into: &block)
      if case .end = step { break }
      guard case .block = step else { continue }
      let now = (ContinuousClock.now - begin) / .seconds(1)
      first = first ?? block.arrival.seconds
      arrivals.append(block.arrival.seconds - (first ?? 0))
      lateness.append(now - arrivals[arrivals.count - 1] / 2)
    }
    // never early, and half of them within a few milliseconds on any machine
    let least = try #require(lateness.min())
    #expect(arrivals.count > 20 && lateness.allSatisfy { $0 >= least })
    #expect(lateness.sorted()[lateness.count / 2] - least < 0.02)
    #expect(least > -0.01)
  }
}
