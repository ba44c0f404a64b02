import RealTime
import TestSupport
import Testing

@Suite struct SingleProducerRingTests {
  /// A preallocated buffer, as a sample block has one.
  struct Buffer: Sendable {
    var number: Int
    var values: [Double]

    init(_ number: Int, count: Int = 8) {
      self.number = number
      values = Array(repeating: Double(number), count: count)
    }
  }

  @Test func elementsAreSwappedInOrder() {
    let ring = SingleProducerRing(capacity: 2) { -1 }
    var element = 1
    #expect(ring.push(&element))
    #expect(element == -1)
    element = 2
    #expect(ring.push(&element))
    element = 3
    #expect(!ring.push(&element))
    #expect(element == 3)
    #expect(ring.pushed == 2)
    #expect(ring.dropped == 1)
    var taken = 100
    #expect(ring.pop(&taken))
    #expect(taken == 1)
    // The slot now holds the 100 that was given for it.
    #expect(ring.push(&element))
    #expect(element == 100)
    #expect(ring.pop(&taken))
    #expect(ring.pop(&taken))
    #expect(taken == 3)
    #expect(!ring.pop(&taken))
    #expect(taken == 3)
  }

  @Test(arguments: [(1, 20_000), (3, 50_000), (256, 1_000_000)])
  func aMillionItemsArriveInOrderAndComplete(capacity: Int, items: Int) throws {
    let ring = SingleProducerRing(capacity: capacity) { 0 }
    let producer = try WorkerThread(name: "producer") {
      var refused = 0
      for item in 1...items {
        var element = item
        while !ring.push(&element) {
          // The consumer closes the ring when it gives up.
          if ring.isClosed { return }
          refused += 1
          MonotonicClock.sleep(until: MonotonicClock.now() + 1000)
        }
      }
      precondition(ring.dropped == refused, "each refusal is counted")
      ring.close()
    }
    var next = 1
    var misplaced = 0
    var element = 0
    draining: while true {
      switch ring.wait(for: .seconds(10)) {
      case .available:
        while ring.pop(&element) {
          misplaced += element == next ? 0 : 1
          next += 1
        }
      case .closed: break draining
      case .timedOut:
        Issue.record("nothing came for 10 s after item \(next - 1)")
        ring.close()
        break draining
      }
    }
    producer.join()
    #expect(misplaced == 0)
    #expect(next == items + 1)
    #expect(ring.pushed == items)
  }

  @Test func everyPushWakesASleepingConsumer() throws {
    // Ping-pong over two rings: a wake-up that is lost once stops everything.
    let rounds = 20_000
    let there = SingleProducerRing(capacity: 1) { 0 }
    let back = SingleProducerRing(capacity: 1) { 0 }
    let echo = try WorkerThread(name: "echo") {
      var element = 0
      while there.wait(for: .seconds(10)) == .available {
        precondition(there.pop(&element) && back.push(&element), "one is always on its way")
      }
      back.close()
    }
    var lost = 0
    for round in 0..<rounds {
      var element = round
      #expect(there.push(&element))
      guard back.wait(for: .seconds(10)) == .available else {
        lost += 1
        break
      }
      #expect(back.pop(&element))
      #expect(element == round)
    }
    there.close()
    echo.join()
    #expect(lost == 0)
    #expect(back.wait(for: .seconds(10)) == .closed)
  }

  @Test func aWaitWithoutElementsTimesOut() {
    let ring = SingleProducerRing(capacity: 1) { 0 }
    let start = MonotonicClock.now()
    #expect(ring.wait(for: .milliseconds(20)) == .timedOut)
    #expect(MonotonicClock.now() - start >= 20_000_000)
    #expect(ring.wait(for: .zero) == .timedOut)
    #expect(ring.wait(for: .seconds(-1)) == .timedOut)
  }

  @Test func closingWakesTheConsumerAndKeepsWhatIsThere() throws {
    let ring = SingleProducerRing(capacity: 2) { 0 }
    let closer = try WorkerThread(name: "closer") {
      MonotonicClock.sleep(until: MonotonicClock.now() + 20_000_000)
      ring.close()
    }
    let start = MonotonicClock.now()
    #expect(ring.wait(for: .seconds(30)) == .closed)
    #expect(MonotonicClock.now() - start < 20_000_000_000)
    closer.join()

    let filled = SingleProducerRing(capacity: 2) { 0 }
    var element = 7
    #expect(filled.push(&element))
    filled.close()
    #expect(filled.isClosed)
    #expect(!filled.push(&element))
    #expect(filled.dropped == 1)
    #expect(filled.wait(for: .seconds(30)) == .available)
    #expect(filled.pop(&element))
    #expect(element == 7)
    #expect(filled.wait(for: .seconds(30)) == .closed)
  }

  @Test func nothingIsAllocatedAndBuffersGoRound() {
    let ring = SingleProducerRing(capacity: 4) { Buffer(0) }
    var outgoing = Buffer(1)
    var incoming = Buffer(2)
    func circulate() {
      for number in 0..<6 {
        outgoing.number = number
        outgoing.values[0] = Double(number)
        _ = ring.push(&outgoing)
      }
      while ring.pop(&incoming) { incoming.values[1] += 1 }
      _ = ring.wait(for: .zero)
    }
    circulate()
    #expect(allocations { for _ in 0..<100 { circulate() } } == 0)
    #expect(ring.dropped == 202)
    #expect(incoming.number == 3 && incoming.values[0] == 3)
  }
}
