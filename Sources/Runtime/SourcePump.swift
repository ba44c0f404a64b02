internal import Devices
internal import RealTime
internal import Synchronization

/// The source's thread: steps into the ring until the end.
struct SourcePump: Sendable {
  let ring: SingleProducerRing<JournalEntry>
  let state: LiveState

  func pump<Source: SampleSource>(_ source: inout Source) {
    var entry = JournalEntry(capacity: source.blockCapacity)
    while !state.isStopping.load(ordering: .relaxed) {
      do {
        let step = try source.next(into: &entry.block)
        entry.step = step
      } catch {
        state.fail(error)
        break
      }
      if case .end = entry.step { break }
      if ring.push(&entry) { continue }
      // a block that finds no room makes a gap, which its successor's counter shows; others wait
      if case .block = entry.step { continue }
      while !state.isStopping.load(ordering: .relaxed), !ring.push(&entry) {
        MonotonicClock.sleep(until: MonotonicClock.deadline(after: .milliseconds(1)))
      }
    }
    ring.close()
  }
}
