import Algebra
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

/// Hours of a session in simulated time, with faults at random, and every block accounted for.
@Suite struct AcceleratedSoakTests {
  /// How long the session lasts; `make soak` sets an hour [s].
  private static let seconds =
    ProcessInfo.processInfo.environment["DIFFMSM_SOAK_SECONDS"].flatMap { Double($0) } ?? 20

  /// Resident size [KiB].
  private static func residentSize() -> Int {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    return status?.firstMatch(of: /VmRSS:\s+(\d+)/).flatMap { Int($0.1) } ?? 0
  }

  @Test("blocks in are blocks processed and blocks counted as dropped, exactly; windows too")
  func everyBlockIsAccountedFor() throws {
    let session = try SmallSession()
    let streams = try VirtualSession(session.configuration, duration: 1, seed: 1).board.streams
    let assembly = try SessionAssembly(session.configuration, streams: streams)
    let channels = streams[0].channels.count
    let rate = streams[0].nominalRate
    let rows = 16
    let capacity = rows * channels
    let thread = try EstimatorThread(
      EstimatorWorker(assembly.estimator), blank: assembly.pipeline.blankWindow)
    var driver = SessionDriver(
      assembly.pipeline, estimation: .concurrent(thread), blockCapacity: capacity)
    let ring = SingleProducerRing<JournalEntry>(capacity: 64) { JournalEntry(capacity: capacity) }
    var random = RandomSource(seed: 11)
    var entry = JournalEntry(capacity: capacity)
    var taken = JournalEntry(capacity: capacity)
    var next: Int64 = 0
    var (offered, processed, spoilt, skipped) = (0, 0, 0, Int64(0))
    var stall = 0
    var sizes: [Int] = []
    let blocks = Int(Self.seconds * rate) / rows
    for block in 0..<blocks {
      // the device loses samples, sends what is no number, or nobody fetches for a while
      if random.uniform() < 1e-3 {
        let lost = Int64(random.uniform() * 4000)
        next += lost
        skipped += lost
      }
      // gaps of an hour are as many as gaps of a minute; the last second is calm, so that all is fetched
      let isCalm = block > blocks - Int(rate) / rows
      let isSpoilt = !isCalm && random.uniform() < 5e-4
      if stall == 0, !isCalm, random.uniform() < 1e-3 { stall = Int(random.uniform() * 200) }
      entry.step = .block
      entry.block.begin(stream: 0, channelCount: channels, firstSample: next)
      for row in 0..<rows {
        let place = entry.block.appendSample()
        let time = Double(next + Int64(row)) / rate
        for channel in 0..<channels {
          entry.block[place, channel] =
            channel < channels - 2
            ? 4e4 * sin(700 * time + Double(channel)) * (1 + sin(3 * time))
            : 300 + 200 * sin(2 * time + Double(channel))
        }
      }
      if isSpoilt {
        entry.block[0, 0] = .nan
      }
      next += Int64(rows)
      entry.block.arrival = SampleTime(seconds: Double(next) / rate)
      offered += 1
      let isPushed = ring.push(&entry)
      if isSpoilt, isPushed { spoilt += 1 }
      if stall > 0 {
        stall -= 1
        continue
      }
      while ring.pop(&taken) {
        processed += 1
        driver.take(&taken)
      }
      if block % max(blocks / 40, 1) == 0 { sizes.append(Self.residentSize()) }
    }
    driver.finish()
    let counts = driver.counts
    #expect(ring.dropped > 0 && skipped > 0, "the faults were there")
    #expect(offered == processed + ring.dropped && ring.pushed == processed)
    #expect(counts.samples == [Int64(processed * rows)])
    // every sample of the device is one that was processed or one that was counted as lost; a spoilt block is both
    let received = counts.samples[0] + counts.lostSamples - Int64(spoilt * rows)
    #expect(received == next, "\(received) of \(next) samples")
    #expect(counts.windows > 0)
    #expect(counts.windows == counts.adopted + counts.refused + counts.skipped)
    // what grows grows in the first quarter; a hundredth and a few MiB are the allocator's
    let quarter = sizes[sizes.count / 4]
    let last = sizes[sizes.count - 1]
    if Self.seconds >= 600 {
      #expect(Double(last) < 1.01 * Double(quarter) + 4096, "\(quarter) to \(last) KiB")
    }
    print(
      "accounted: \(offered) blocks in \(Self.seconds) s = \(processed) processed + \(ring.dropped) "
        + "dropped; \(counts.lostSamples) samples lost in \(counts.gaps) gaps; \(counts.windows) windows "
        + "= \(counts.adopted) adopted + \(counts.refused) refused + \(counts.skipped) skipped; resident "
        + "\(quarter) to \(last) KiB")
  }
}
