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

  /// What the pipeline is told.
  enum Order: Sendable {
    /// A command, stamped.
    case step(SourceStep)
    /// Go on with this recorder, or with none; the one before is done with.
    case record(RecorderThread?)
  }

  private let waiting = SingleProducerRing<Order>(capacity: queue) { .step(.end) }
  /// Held by whoever gives a command; the ring has one producer at a time.
  private let giving = Mutex<Void>(())
  private let taken = Atomic<Int>(0)
  /// Why the latest command to arm was refused; empty when it was not.
  private let refusals = Mutex<[String]>([])
  /// When session time was zero; zero before the session has begun [ns on the clock].
  private let origin = Atomic<Int>(0)

  /// Says when session time is zero, whereupon commands are accepted [ns on the clock].
  func open(origin: Int64) {
    self.origin.store(Int(origin), ordering: .releasing)
  }

  /// Session time; nil before the session has begun [s].
  var time: Double? {
    let origin = Int64(origin.load(ordering: .acquiring))
    return origin == 0 ? nil : Double(MonotonicClock.now() - origin) / 1e9
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

  /// Why the latest command to arm was refused; empty when it was not.
  var objections: [String] { refusals.withLock { $0 } }

  /// Gives a command and waits until the pipeline has taken it.
  func give(_ command: SessionCommand) -> Outcome {
    giving.withLock { _ in
      let origin = Int64(origin.load(ordering: .acquiring))
      guard origin != 0 else { return .closed }
      let time = SampleTime(nanoseconds: MonotonicClock.now() - origin)
      guard let turn = push(.step(.command(command, at: time))) else {
        return waiting.isClosed ? .closed : .late
      }
      for _ in 0..<Self.patience {
        if isTaken(turn) { return .taken(time) }
        if waiting.isClosed { return .closed }
        Self.rest()
      }
      return .late
    }
  }

  /// Gives the pipeline another recorder and waits until it has let go of the one before.
  ///
  /// False when the session has not begun or is over.
  func hand(over recorder: RecorderThread?) -> Bool {
    giving.withLock { _ in
      guard origin.load(ordering: .acquiring) != 0, let turn = push(.record(recorder)) else {
        return false
      }
      while !isTaken(turn) {
        if waiting.isClosed { return isTaken(turn) }
        Self.rest()
      }
      return true
    }
  }

  /// The order's number when it has found room.
  private func push(_ order: Order) -> Int? {
    var order = order
    return waiting.push(&order) ? waiting.pushed : nil
  }

  private func isTaken(_ turn: Int) -> Bool { taken.load(ordering: .acquiring) >= turn }

  private static func rest() {
    MonotonicClock.sleep(until: MonotonicClock.deadline(after: .milliseconds(1)))
  }

  /// The oldest order that waits; nil when there is none.
  func take() -> Order? {
    var order = Order.step(.end)
    guard waiting.pop(&order) else { return nil }
    return order
  }

  /// Says that what `take` returned has been done.
  ///
  /// - Parameter objections: why the feed would not be armed, where that was the command.
  func noteTaken(objections: [String]) {
    refusals.withLock { $0 = objections }
    taken.store(taken.load(ordering: .relaxed) + 1, ordering: .releasing)
  }
}
