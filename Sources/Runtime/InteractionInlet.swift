internal import ControllerFeed
internal import RealTime
internal import Synchronization

/// The thread that hears what a worn device gives, and the ring from which the pipeline takes it.
///
/// `take` belongs to the pipeline's thread, `stop` to the main thread.
final class InteractionInlet: Sendable {
  /// What was told.
  struct Told: Sendable {
    /// Torque (coordinateCount) [N·m].
    var torque: [Double]
    /// When it acted [ns on the clock].
    var time: Int64
  }

  /// Tellings that may wait [1].
  private static let queue = 256
  /// From one telling to the next at least; what comes in between is averaged [ns].
  private static let interval: Int64 = 4_000_000

  private let ring: SingleProducerRing<Told>
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<WorkerThread?>(nil)

  /// Begins to listen.
  ///
  /// - Parameters:
  ///   - places: the coordinate of each slot of a message (free-coordinate indices).
  ///   - coordinateCount: coordinates of the model [1].
  ///   - notice: told once of each kind of message that is not believed.
  init(
    _ carrier: consuming sending InteractionCarrier, decoder: InteractionDecoder, places: [Int],
    coordinateCount: Int, notice: @escaping @Sendable (String) -> Void
  ) throws(WorkerThreadError) {
    let empty = Told(torque: Array(repeating: 0, count: coordinateCount), time: 0)
    ring = SingleProducerRing(capacity: Self.queue) { empty }
    // handed over once, to the thread below
    let handed = Mutex<InteractionCarrier?>(carrier)
    let started = try WorkerThread(name: "interaction") { [self] in
      guard let carrier = handed.withLock({ $0.take() }) else { return }
      listen(carrier, decoder, places, empty, notice)
    }
    thread.withLock { $0 = started }
  }

  /// The oldest telling that waits; nil when there is none.
  func take() -> Told? {
    var told = Told(torque: [], time: 0)
    return ring.pop(&told) ? told : nil
  }

  /// Ends the thread.
  func stop() {
    isStopping.store(true, ordering: .relaxed)
    thread.withLock { $0.take() }?.join()
  }

  private func listen(
    _ carrier: consuming InteractionCarrier, _ decoder: InteractionDecoder, _ places: [Int],
    _ empty: Told, _ notice: @Sendable (String) -> Void
  ) {
    var carrier = carrier
    var decoder = decoder
    var bytes = [UInt8](repeating: 0, count: FeedContract.largestMessage)
    var sum = empty
    var count = 0.0
    var sent: Int64 = 0
    var refusals: Set<InteractionDecoder.Refusal> = []
    while !isStopping.load(ordering: .relaxed) {
      let size = carrier.receive(into: &bytes, milliseconds: 5)
      let now = MonotonicClock.now()
      if size > 0 {
        if let refusal = decoder.decode(bytes, count: size) {
          if refusals.insert(refusal).inserted {
            notice("interaction: a message was not believed: \(refusal.rawValue)")
          }
        } else {
          for (slot, place) in places.enumerated() { sum.torque[place] += decoder.torque[slot] }
          sum.time = now - decoder.age
          count += 1
        }
      }
      guard count > 0, now - sent >= Self.interval else { continue }
      var told = sum
      for index in told.torque.indices { told.torque[index] /= count }
      // a pipeline that is that late finds the next
      _ = ring.push(&told)
      sent = now
      sum = empty
      count = 0
    }
  }
}
