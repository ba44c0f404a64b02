internal import Glibc

/// SIGINT and SIGTERM as something to wait for, instead of something that strikes.
///
/// Belongs to the main thread, and is made before any other thread, which then inherits that both are
/// blocked. After the first signal the usual behaviour returns, so that a second one ends a program
/// that does not stop.
struct TerminationSignals: ~Copyable {
  private var signals: sigset_t
  private var before: sigset_t

  init() {
    signals = sigset_t()
    before = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &signals, &before)
  }

  deinit {
    var mask = before
    pthread_sigmask(SIG_SETMASK, &mask, nil)
  }

  /// True when a signal has come, at the latest after `milliseconds` [ms].
  mutating func wait(milliseconds: Int) -> Bool {
    var timeout = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    guard sigtimedwait(&signals, nil, &timeout) > 0 else { return false }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    return true
  }
}
