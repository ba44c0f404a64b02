import Devices
import Foundation
import Identification
import Recordings
import Signals
import TestSupport
import Testing

@testable import Runtime

@Suite("The recorder's thread", .serialized)
struct RecorderThreadTests {
  /// A disk that stands still: a pipe that nobody reads for a while.
  @Test("a recorder that falls behind says from when to when, in the recording")
  func fallsBehind() throws {
    let session = try SmallSession()
    let pipe = session.path("slow.xdf")
    try #require(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    try #require(reader >= 0)
    let (_, made) = try session.simulate("streams.xdf", seconds: 0.2)
    let assembly = try SessionAssembly(
      session.configuration, streams: RecordingSource(path: made).streams)
    let recorder = try assembly.recorder(
      path: pipe, overwrite: true, truth: [:], createdAt: nil, durability: .onClose)
    let state = LiveState(LiveStatus(counts: SessionCounts(streams: 1)))
    let thread = RecorderThread(
      SessionLog(assembly.model.parameters, recorder: recorder), blockCapacity: 2000, queue: 64)
    try thread.start(state)
    var untold: RecordingLoss?
    var entry = JournalEntry(capacity: 2000)
    var first: Int64?
    func push(_ number: Int) {
      entry.time = SampleTime(nanoseconds: Int64(number) * 8_000_000)
      entry.block.begin(stream: 0, channelCount: 18, firstSample: Int64(number * 100))
      for _ in 0..<100 { _ = entry.block.appendSample() }
      entry.block.arrival = entry.time
      entry.step = .block
      thread.push(&entry, untold: &untold)
      if untold != nil, first == nil { first = entry.time.nanoseconds }
    }
    // far more than buffer, pipe and ring hold
    var number = 0
    while untold == nil, number < 5000 {
      push(number)
      number += 1
      usleep(200)
    }
    try #require(untold != nil)
    for _ in 0..<50 {
      push(number)
      number += 1
    }
    let lost = untold
    // the disk comes back
    let drained = session.path("drained.xdf")
    let drain = Thread {
      var bytes = Data()
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      _ = fcntl(reader, F_SETFL, 0)
      while true {
        let count = read(reader, &buffer, buffer.count)
        if count <= 0 { break }
        bytes.append(contentsOf: buffer[0..<count])
      }
      try? bytes.write(to: URL(fileURLWithPath: drained))
    }
    drain.start()
    while untold != nil {
      usleep(1000)
      push(number)
      number += 1
    }
    for _ in 0..<10 {
      usleep(1000)
      push(number)
      number += 1
    }
    thread.finish()
    for _ in 0..<200 where !FileManager.default.fileExists(atPath: drained) { usleep(20_000) }
    #expect(thread.end == nil, "\(thread.end?.reason ?? "")")
    let source = try RecordingSource(path: drained)
    try #require(source.losses.count == 1)
    #expect(source.losses[0].from == first && source.losses[0].to >= lost?.to ?? 0)
    #expect(source.losses[0].count >= 51 && thread.dropped == source.losses[0].count)
    #expect(source.isClosed)
  }

  @Test("a belief goes through a resume state and back")
  func beliefs() throws {
    let session = try SmallSession()
    let (summary, path) = try session.simulate("first.xdf", seconds: 2.5)
    let assembly = try SessionAssembly(
      session.configuration, streams: RecordingSource(path: path).streams)
    let continued = try assembly.continuing(path)
    let state = try #require(continued.resume)
    #expect(state.adopted == summary.estimate && state.hasAnchor)
    #expect(continued.continues?.file == "first.xdf" && continued.continues?.lostByteCount == 0)
    let posterior = continued.estimator.posterior
    #expect(posterior.mean == summary.estimate?.theta)
    let again = try #require(
      ResumeState(prior: assembly.model.parameters).belief(assembly.model.parameters))
    #expect(again == assembly.estimator.posterior)
    // the next session begins where this one ended: its first estimate is firmer than a first one
    let fresh = try session.simulate("second.xdf", seconds: 1.5, seed: 4).summary
    var run = SimulationRun(
      session.configuration, duration: 1.5, seed: 4, output: session.path("third.xdf"))
    run.continuing = path
    let third = try run.run()
    let (late, early) = (try #require(third.estimate), try #require(fresh.estimate))
    #expect(zip(late.deviations, early.deviations).allSatisfy { $0 < $1 })
    let replay = try ReplayRun(session.path("third.xdf")).run()
    guard case .identical = replay.verdict else {
      Issue.record("\(replay.verdictLine)")
      return
    }
    let other = try SmallSession { $0.replacing("BRA/max_isometric", with: "TRImed/max_isometric") }
    let different = try SessionAssembly(
      other.configuration, streams: RecordingSource(path: path).streams)
    #expect(throws: SessionError.self) { _ = try different.continuing(path) }
  }
}
