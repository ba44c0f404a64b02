internal import CShim

/// CLOCK_MONOTONIC: the one clock that live sources read, never set and never going back.
public enum MonotonicClock {
  /// Time since the clock's own origin, about the machine's start [ns].
  public static func now() -> Int64 {
    diffmsm_monotonic_nanoseconds()
  }

  /// Blocks the calling thread until `now()` reaches `deadline`; signals do not shorten it [ns].
  public static func sleep(until deadline: Int64) {
    guard deadline > 0 else { return }
    diffmsm_sleep_until(deadline)
  }

  /// The moment `duration` from now; far beyond a lifetime it stays the last moment there is [ns].
  public static func deadline(after duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let century: Int64 = 3_200_000_000
    let whole = min(max(seconds, 0), century) * 1_000_000_000
    return now() + whole + (seconds < 0 ? 0 : attoseconds / 1_000_000_000)
  }
}
