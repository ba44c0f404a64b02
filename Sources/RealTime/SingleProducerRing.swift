internal import CShim
internal import Synchronization

/// A bounded queue from one producer thread to one consumer thread that takes no lock.
///
/// Elements are swapped in and out, never copied: `push` leaves the caller with the slot's previous
/// element and `pop` leaves the slot with the caller's, so buffers made at start-up go round for ever and
/// nothing is allocated. When the ring is full the newest element is refused and counted.
///
/// `push` belongs to one thread, `pop` and `wait` to one other; the counts, `isClosed` and `close` to any.
/// Two threads inside `push`, or inside `pop` or `wait`, at once break the contract and trap; the role
/// may pass to another thread between calls.
///
/// `@unchecked Sendable` holds because a slot is touched by one side at a time: the producer only touches
/// slots in `head + capacity > tail`, before it publishes them by storing `tail`; the consumer only slots
/// in `head < tail`, before it gives them back by storing `head`. Each side reads the other's index with
/// acquire order before it touches a slot, so it sees all that the other did to it. `Element` must be
/// Sendable because elements cross threads.
public final class SingleProducerRing<Element: Sendable>: @unchecked Sendable {
  /// What ended a wait.
  public enum WaitOutcome: Hashable, Sendable {
    /// `pop` will succeed.
    case available
    /// The ring is closed and empty: nothing more will come.
    case closed
    /// Nothing came in the given time.
    case timedOut
  }

  /// How many elements wait at most [elements].
  public let capacity: Int

  private let slots: UnsafeMutablePointer<Element>
  private let wakeUp: OpaquePointer
  /// Elements popped so far; written by the consumer only [elements].
  private let head = Atomic<Int>(0)
  /// Elements pushed so far; written by the producer only [elements].
  private let tail = Atomic<Int>(0)
  /// Elements refused so far; written by the producer only [elements].
  private let refused = Atomic<Int>(0)
  private let closed = Atomic<Bool>(false)
  /// True while the consumer sleeps or is about to; who sets it back owes it a post.
  private let isSleeping = Atomic<Bool>(false)
  private let isProducing = Atomic<Bool>(false)
  private let isConsuming = Atomic<Bool>(false)

  /// A ring of `capacity` slots, each of which starts with an element made by `element`.
  public init(capacity: Int, filledWith element: () -> Element) {
    precondition(capacity > 0, "a ring has at least one slot")
    guard let wakeUp = diffmsm_semaphore_create() else {
      preconditionFailure("no memory is left for a semaphore")
    }
    self.capacity = capacity
    self.wakeUp = wakeUp
    slots = .allocate(capacity: capacity)
    for index in 0..<capacity { (slots + index).initialize(to: element()) }
  }

  deinit {
    slots.deinitialize(count: capacity)
    slots.deallocate()
    diffmsm_semaphore_destroy(wakeUp)
  }

  /// Elements accepted by `push` so far [elements].
  public var pushed: Int { tail.load(ordering: .relaxed) }

  /// Elements refused by `push` so far, because the ring was full or closed [elements].
  public var dropped: Int { refused.load(ordering: .relaxed) }

  /// True after `close`.
  public var isClosed: Bool { closed.load(ordering: .acquiring) }

  /// Swaps `element` into the ring; false, with `element` untouched, when the ring is full or closed.
  public func push(_ element: inout Element) -> Bool {
    enter(isProducing, "two threads push into one ring")
    defer { isProducing.store(false, ordering: .releasing) }
    let end = tail.load(ordering: .relaxed)
    guard end - head.load(ordering: .acquiring) < capacity, !isClosed else {
      refused.store(refused.load(ordering: .relaxed) + 1, ordering: .relaxed)
      return false
    }
    swap(&slots[end % capacity], &element)
    // Sequentially consistent, as the consumer's two steps in `wait`: either the consumer sees this
    // element, or this thread sees that it sleeps.
    tail.store(end + 1, ordering: .sequentiallyConsistent)
    wakeConsumer()
    return true
  }

  /// Swaps the oldest element out of the ring; false, with `element` untouched, when there is none.
  public func pop(_ element: inout Element) -> Bool {
    enter(isConsuming, "two threads pop from one ring")
    defer { isConsuming.store(false, ordering: .releasing) }
    let start = head.load(ordering: .relaxed)
    guard start < tail.load(ordering: .acquiring) else { return false }
    swap(&slots[start % capacity], &element)
    head.store(start + 1, ordering: .releasing)
    return true
  }

  /// Blocks the consumer until there is an element, the ring is closed, or `timeout` has passed.
  public func wait(for timeout: Duration) -> WaitOutcome {
    enter(isConsuming, "two threads wait for one ring")
    defer { isConsuming.store(false, ordering: .releasing) }
    if let outcome = stateWithoutWaiting() { return outcome }
    let deadline = MonotonicClock.deadline(after: timeout)
    while true {
      isSleeping.store(true, ordering: .sequentiallyConsistent)
      let outcome = stateWithoutWaiting()
      let isPosted =
        outcome == nil && diffmsm_semaphore_wait(wakeUp, deadline)
      if !isPosted && !isSleeping.exchange(false, ordering: .sequentiallyConsistent) {
        // Somebody set the flag back meanwhile and posts now, if not already: take it, so that it
        // does not end a later wait.
        _ = diffmsm_semaphore_wait(wakeUp, Int64.max)
      }
      if let outcome = outcome ?? stateWithoutWaiting() { return outcome }
      if !isPosted { return .timedOut }
    }
  }

  /// Ends the stream: later pushes are refused, the consumer wakes and may empty the ring.
  public func close() {
    closed.store(true, ordering: .sequentiallyConsistent)
    wakeConsumer()
  }

  /// What a wait would find at once; nil when it would have to block.
  private func stateWithoutWaiting() -> WaitOutcome? {
    // Closed is read first: what was pushed before closing is seen in `tail` afterwards.
    let isClosed = closed.load(ordering: .sequentiallyConsistent)
    if head.load(ordering: .relaxed) < tail.load(ordering: .sequentiallyConsistent) {
      return .available
    }
    return isClosed ? .closed : nil
  }

  private func wakeConsumer() {
    if isSleeping.load(ordering: .sequentiallyConsistent),
      isSleeping.exchange(false, ordering: .sequentiallyConsistent)
    {
      diffmsm_semaphore_post(wakeUp)
    }
  }

  private func enter(_ flag: borrowing Atomic<Bool>, _ complaint: StaticString) {
    precondition(!flag.exchange(true, ordering: .acquiring), "\(complaint)")
  }
}
