internal import Devices
internal import RealTime
internal import Signals
internal import Synchronization

/// Where operators' commands wait for the pipeline, each stamped with the moment it was given.
///
/// `give` may be called by any thread except the pipeline's and waits until the pipeline has taken the
/// command; `take` belongs to the pipeline's thread and never waits. What the pipeline takes becomes a
/// step like any other: recorded, and replayed from there.
final class OperatorDesk: Sendable {
  /// Commands that may wait; operators are slow [1].
  private static let queue = 32
  /// How long the pipeline may take to notice a command [ms].
  private static let patience = 500

  private let waiting = SingleProducerRing<SourceStep>(capacity: queue) { .end }
  /// Held by whoever gives a command; the ring has one producer at a time.
  private let giving = Mutex<Void>(())
  private let taken = Atomic<Int>(0)
  /// When session time was zero; zero before the session has begun [ns on the clock].
  private let origin = Atomic<Int>(0)

  /// Says when session time is zero, whereupon commands are accepted [ns on the clock].
  func open(origin: Int64) {
    self.origin.store(Int(origin), ordering: .releasing)
  }

  /// Says that no command will be taken any more.
  func close() {
    waiting.close()
  }

  /// What becomes of a command that was given.
  enum Outcome: Hashable {
    /// It took effect at this moment [ns on the session timeline].
    case taken(SampleTime)
    /// The session has not begun, or is over.
    case closed
    /// The pipeline has not come round to it; it will take effect when it does.
    case late
  }

  /// Gives a command and waits until the pipeline has taken it.
  func give(_ command: SessionCommand) -> Outcome {
    giving.withLock { _ in
      let origin = Int64(origin.load(ordering: .acquiring))
      guard origin != 0 else { return .closed }
      let time = SampleTime(nanoseconds: MonotonicClock.now() - origin)
      var step = SourceStep.command(command, at: time)
      guard waiting.push(&step) else { return waiting.isClosed ? .closed : .late }
      let turn = waiting.pushed
      for _ in 0..<Self.patience {
        if taken.load(ordering: .acquiring) >= turn { return .taken(time) }
        if waiting.isClosed { return .closed }
        MonotonicClock.sleep(until: MonotonicClock.deadline(after: .milliseconds(1)))
      }
      return .late
    }
  }

  /// The oldest command that waits, as a step; nil when there is none.
  func take() -> SourceStep? {
    var step = SourceStep.end
    guard waiting.pop(&step) else { return nil }
    return step
  }

  /// Says that what `take` returned has gone through the pipeline.
  func noteTaken() {
    taken.store(taken.load(ordering: .relaxed) + 1, ordering: .releasing)
  }
}
