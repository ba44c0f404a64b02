/// Lets each kind of message through once in an interval, and counts what it holds back.
///
/// Time is an argument; used by one thread.
struct LogLimiter {
  /// From one message of a kind to the next [s].
  let interval: Double
  private var kinds: [String: Kind] = [:]

  /// What is known of one kind of message.
  private struct Kind {
    /// When the next may pass [s].
    var next = 0.0
    /// Messages held back since the last that passed [1].
    var heldBack = 0
  }

  /// Kinds that are remembered; beyond, the oldest memory is dropped as a whole [1].
  private static let kindLimit = 1000

  init(interval: Double) {
    self.interval = interval
  }

  /// How many messages of `kind` were held back before this one; nil when it is held back too.
  mutating func admit(_ kind: String, at time: Double) -> Int? {
    if kinds.count > Self.kindLimit { kinds = [:] }
    var known = kinds[kind] ?? Kind(next: -.infinity)
    defer { kinds[kind] = known }
    guard time >= known.next else {
      known.heldBack += 1
      return nil
    }
    known.next = time + interval
    defer { known.heldBack = 0 }
    return known.heldBack
  }
}
