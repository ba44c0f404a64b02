import ControllerFeed
import Devices
import Estimation
import Foundation
import Pipeline
import RealTime
import Signals
import Simulation
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

  @Test(
    "a minute of blocks goes out over the feed's carriers and into the status without one allocation"
  )
  func allocationFree() throws {
    let segment = "/diffmsm-path-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: "/dev/shm" + segment) }
    let session = try SmallSession {
      $0 + """
        feed:
          torque_limit: { r_shoulder_elev: 10 N*m, r_elbow_flex: 10 N*m }
          shared_memory: \(segment)
          udp: { address: 127.0.0.1, port: 9 }

        """
    }
    let minute = try minute(session)
    let streams = try VirtualSession(session.configuration, duration: 1, seed: 3).board.streams
    let assembly = try SessionAssembly(session.configuration, streams: streams)
    var driver = SessionDriver(
      assembly.pipeline, estimation: .recorded(EstimatorWorker(assembly.estimator), waiting: []),
      blockCapacity: minute[0].sampleCapacity * minute[0].channelCount,
      feed: assembly.feedStage)
    let state = LiveState(LiveStatus(counts: driver.counts))
    let publisher = try #require(try assembly.feedPublisher())
    var blocks = 0
    var allocated = 0
    var withNews = 0
    var entry = JournalEntry(.block, capacity: 1)
    for (index, block) in minute.enumerated() {
      entry.step = .block
      entry.block = block
      let count = allocations {
        let following = driver.take(&entry)
        precondition(following.isEmpty, "no estimate is delivered here")
        if let feed = driver.feed { publisher.publish(feed, origin: 0) }
        state.latency.record(1000)
        state.show(
          driver.counts, estimate: driver.pipeline.adopted, droppedBlocks: 0, unrecordedSteps: 0,
          feed: driver.feed?.summary)
      }
      // the first second makes what is made once
      guard index > minute.count / 60 else { continue }
      blocks += 1
      if entry.events.isEmpty { allocated += count } else { withNews += 1 }
    }
    #expect(blocks > 5000 && publisher.states > blocks)
    // windows go to the estimator and news to the recorder: two windows a second here
    #expect(withNews < blocks / 20, "\(withNews) of \(blocks)")
    #expect(allocated == 0, "in \(blocks - withNews) blocks")
  }
}
