import ControllerFeed
import Devices
import Estimation
import Foundation
import Identification
import Pipeline
import RealTime
import Signals
import Simulation
import Synchronization
import TestSupport
import Testing

@testable import Runtime

@Suite("From block to feed")
struct LatencyPathTests {
  /// The blocks of two seconds of the session's board, thirty times one after another.
  private func minute(_ session: SmallSession) throws -> [SampleBlock] {
    var board = try VirtualSession(session.configuration, duration: 2, seed: 3).board
    var once: [SampleBlock] = []
    while true {
      var block = SampleBlock(capacity: board.blockCapacity)
      let step = board.next(into: &block)
      if case .end = step { break }
      if case .block = step { once.append(block) }
    }
    return (0..<30).flatMap { turn in
      once.map { block in
        var later = SampleBlock(capacity: board.blockCapacity)
        later.begin(
          stream: 0, channelCount: block.channelCount,
          firstSample: block.firstSample + Int64(turn) * 4000)
        for sample in 0..<block.sampleCount {
          _ = later.appendSample()
          for channel in 0..<block.channelCount {
            later[sample, channel] = block[sample, channel]
          }
        }
        let shift = Int64(turn) * 2_000_000_000
        later.arrival = SampleTime(nanoseconds: block.arrival.nanoseconds + shift)
        later.deviceTime = block.deviceTime.map {
          SampleTime(nanoseconds: $0.nanoseconds + shift)
        }
        return later
      }
    }
  }

  /// A session's stage with everything on: feed, dashboard, recorder, status, and the estimator on its thread.
  private struct Line: ~Copyable {
    var stage: PipelineStage
    var entry: JournalEntry
    let state: LiveState
    let recorder: RecorderThread

    static func make(_ session: SmallSession) throws -> Line {
      let board = try VirtualSession(session.configuration, duration: 1, seed: 3).board
      let capacity = board.blockCapacity
      let assembly = try SessionAssembly(session.configuration, streams: board.streams)
      let blank = assembly.pipeline.blankWindow
      let thread = try EstimatorThread(EstimatorWorker(assembly.estimator), blank: blank)
      let driver = SessionDriver(
        assembly.pipeline, estimation: .concurrent(thread), blockCapacity: capacity,
        feed: assembly.feedStage)
      let state = LiveState(LiveStatus(counts: driver.counts))
      let recorder = RecorderThread(
        SessionLog(assembly.model.parameters), blockCapacity: capacity)
      try recorder.start(state)
      let publisher = try assembly.feedPublisher()
      let tap = DashboardTap(assembly.pipeline, intake: DashboardIntake(assembly.pipeline))
      return Line(
        stage: PipelineStage(
          driver: driver, ring: SingleProducerRing(capacity: 1) { JournalEntry(capacity: 1) },
          desk: OperatorDesk(), recorder: recorder, state: state, origin: 0,
          blockCapacity: capacity, publisher: publisher, tap: tap),
        entry: JournalEntry(capacity: capacity), state: state, recorder: recorder)
    }

    /// Windows closed so far; counts are not copied, which would share their storage [1].
    var windows: Int { stage.driver.counts.windows }
    /// Estimates delivered so far [1].
    var answered: Int { stage.driver.counts.adopted + stage.driver.counts.refused }

    /// Takes a step; how often it went to the heap.
    mutating func take(_ step: SourceStep, _ block: SampleBlock? = nil) -> Int {
      entry.step = step
      if let block { entry.block = block }
      let calls = heapCalls { stage.consume(&entry) }
      return calls.allocated + calls.freed
    }
  }

  @Test(
    "a minute of blocks, windows, estimates and events goes to feed, status and recorder without one call of the heap"
  )
  func heapFree() throws {
    let segment = "/diffmsm-path-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: "/dev/shm" + segment) }
    let session = try SmallSession {
      $0.replacing("window: 500 ms", with: "window: 500 ms\n  memory: 4") + """
        feed:
          torque_limit: { r_shoulder_elev: 10 N*m, r_elbow_flex: 10 N*m }
          scale: ratios-only
          shared_memory: \(segment)
          udp: { address: 127.0.0.1, port: 9 }

        """
    }
    let minute = try minute(session)
    var line = try Line.make(session)
    let state = line.state
    // somebody reads the status all the time, and so holds estimates for a while
    let isOver = Atomic<Bool>(false)
    let reader = try WorkerThread(name: "reader") {
      while !isOver.load(ordering: .relaxed) { _ = state.status }
    }
    var calls: [(time: Double, count: Int)] = []
    var steps = 0
    var isWarm = false
    for (index, block) in minute.enumerated() {
      let (windows, answered) = (line.windows, line.answered)
      var count = line.take(.block, block)
      if isWarm { steps += 1 }
      // every third window is waited for, others are in work meanwhile or skipped
      if line.windows != windows, windows % 3 == 0 {
        while line.answered == answered {
          MonotonicClock.sleep(until: MonotonicClock.deadline(after: .milliseconds(1)))
          count += line.take(.tick(line.stage.driver.pipeline.now))
          if isWarm { steps += 1 }
        }
      }
      if isWarm, count > 0 { calls.append((line.stage.driver.pipeline.now.seconds, count)) }
      // what is made once is made in the first six seconds
      if index == minute.count / 10 { isWarm = true }
    }
    isOver.store(true, ordering: .relaxed)
    reader.join()
    let counts = line.stage.driver.counts
    line.stage.driver.finish()
    line.recorder.finish()
    #expect(steps > 5000 && counts.windows > 100)
    #expect(counts.adopted > 30 && counts.skipped > 10, "\(counts.adopted), \(counts.skipped)")
    #expect(line.stage.driver.feed?.summary.hasParameters == true)
    #expect(calls.isEmpty, "\(calls.count) of \(steps) steps: \(calls.prefix(20))")
    print(
      "heap: \(steps) steps, \(counts.windows) windows, \(counts.adopted) adopted, \(counts.refused) refused, "
        + "\(counts.skipped) skipped, \(counts.events) events")
  }
}
