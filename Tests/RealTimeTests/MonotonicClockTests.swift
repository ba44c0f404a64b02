import RealTime
import Testing

@Suite struct MonotonicClockTests {
  @Test func neverGoesBackAndAgreesWithTheLanguagesClock() {
    let reference = ContinuousClock.now
    let start = MonotonicClock.now()
    var last = start
    var steps = 0
    for _ in 0..<10_000 {
      let now = MonotonicClock.now()
      if now < last { steps += 1 }
      last = now
    }
    #expect(steps == 0)
    MonotonicClock.sleep(until: start + 30_000_000)
    let passed = MonotonicClock.now() - start
    #expect(passed >= 30_000_000)
    // The other clock was read before and is read after, so it saw at least as much time.
    #expect(ContinuousClock.now - reference >= .nanoseconds(passed))
  }

  @Test func aPastDeadlineDoesNotSleep() {
    let start = MonotonicClock.now()
    MonotonicClock.sleep(until: start - 1_000_000_000)
    MonotonicClock.sleep(until: -5)
    #expect(MonotonicClock.now() - start < 1_000_000_000)
  }

  @Test func deadlinesLieSoFarAhead() {
    let before = MonotonicClock.now()
    let deadline = MonotonicClock.deadline(after: .milliseconds(1500))
    #expect(deadline >= before + 1_500_000_000)
    #expect(deadline <= MonotonicClock.now() + 1_500_000_000)
    #expect(MonotonicClock.deadline(after: .seconds(Int64.max)) > deadline)
    #expect(MonotonicClock.deadline(after: .seconds(-3)) <= MonotonicClock.now())
  }
}
