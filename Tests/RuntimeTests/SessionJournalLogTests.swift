import Configuration
import Devices
import Synchronization
import Testing

@testable import Runtime

@Suite("The journal's log")
struct SessionJournalLogTests {
  @Test("a kind of message passes once in its interval, and the next says how many were held back")
  func limiter() {
    var limiter = LogLimiter(interval: 10)
    #expect(limiter.admit("a", at: 0) == 0)
    #expect(limiter.admit("a", at: 1) == nil)
    #expect(limiter.admit("b", at: 1) == 0)
    #expect(limiter.admit("a", at: 9.9) == nil)
    #expect(limiter.admit("a", at: 10) == 2)
    #expect(limiter.admit("a", at: 20) == 0)
    for kind in 0..<5000 { _ = limiter.admit("\(kind)", at: 21) }
  }

  @Test("what changes is told once, with its numbers, under the journal's priorities")
  func lines() throws {
    let session = try SmallSession()
    let device = try #require(session.configuration.sources[0].device)
    let assembly = try SessionAssembly(
      session.configuration, streams: [device.streamDescription])
    let written = Lines()
    var log = SessionJournalLog(hasPriorities: true) { written.add($0) }
    var status = LiveStatus(counts: SessionCounts(streams: 1))
    log.show(assembly, status)
    #expect(written.take().map { $0.prefix(17) } == ["<6>session begins", "<6>session goes o"])
    status.counts.time = 1
    log.show(assembly, status)
    #expect(written.take().isEmpty)
    status.counts.gaps = 2
    status.counts.lostSamples = 30
    status.counts.isInputLost = true
    status.notices = ["device 3 came back\nafter 4 s"]
    log.show(assembly, status)
    #expect(
      written.take() == [
        "<5>device 3 came back after 4 s seconds=1.000\n",
        "<4>samples are missing gaps=2 lost_samples=30 seconds=1.000\n",
        "<3>a stream is silent seconds=1.000\n",
      ])
    status.notices = ["device 5 came back\nafter 6 s"]
    status.counts.time = 2
    for gaps in 3...7 {
      status.counts.gaps = gaps
      log.show(assembly, status)
    }
    #expect(written.take().isEmpty, "within ten seconds")
    status.counts.time = 12
    status.counts.gaps = 8
    status.counts.isInputLost = false
    log.show(assembly, status)
    let later = written.take()
    try #require(later.count == 3)
    #expect(later[0].contains("device 5 came back") && later[0].contains("similar_held_back=5"))
    #expect(later[1].contains("gaps=8") && later[1].contains("similar_held_back=5"))
    #expect(later[2] == "<5>all streams speak again seconds=12.000\n")
  }
}

/// Lines that were written since the last look.
private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  func add(_ line: String) { lines.withLock { $0.append(line) } }

  func take() -> [String] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }
}
