internal import RealTime
internal import Services

/// What systemd hears while a session runs: that it is alive, only as long as the pipeline comes round.
///
/// Belongs to the main thread.
struct ServiceHeartbeat {
  private let notifier: ServiceNotifier
  /// When the watchdog and the status are due [ns on the clock].
  private var nextBeat: Int64 = 0
  private var nextStatus: Int64 = 0

  init(_ notifier: ServiceNotifier) {
    self.notifier = notifier
  }

  /// Tells what is due.
  mutating func beat(_ state: LiveState) {
    guard notifier.isService else { return }
    let now = MonotonicClock.now()
    if let interval = notifier.watchdogInterval, now >= nextBeat,
      state.timeSinceProgress < 1_000_000_000
    {
      nextBeat = now + Int64(interval * 1e9)
      notifier.tell(.watchdog)
    }
    guard now >= nextStatus else { return }
    nextStatus = now + 5_000_000_000
    let status = state.status
    notifier.tell(
      .status(
        "\(fixed(status.counts.time, 0)) s, \(status.counts.gaps) gaps, "
          + "\(status.counts.adopted) estimates adopted"
          + (status.counts.isInputLost ? ", INPUT LOST" : "")))
  }
}
