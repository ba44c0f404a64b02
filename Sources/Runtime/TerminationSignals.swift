internal import Glibc

/// SIGINT, SIGTERM and SIGHUP as something to wait for, instead of something that strikes.
///
/// Belongs to the main thread, and is made before any other thread, which then inherits that all are
/// blocked. After the first of the other two the usual behaviour returns, so that a second one ends a program
/// that does not stop.
struct TerminationSignals: ~Copyable {
  /// What a signal asks for.
  enum Wish: Hashable {
    /// An orderly end.
    case stop
    /// A new recording.
    case rotate
  }

  private var signals: sigset_t
  private var before: sigset_t

  init() {
    signals = sigset_t()
    before = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGHUP)
    pthread_sigmask(SIG_BLOCK, &signals, &before)
  }

  deinit {
    var mask = before
    pthread_sigmask(SIG_SETMASK, &mask, nil)
  }

  /// What a signal asks for; nil when none has come within `milliseconds` [ms].
  mutating func wait(milliseconds: Int) -> Wish? {
    var timeout = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    switch sigtimedwait(&signals, nil, &timeout) {
    case SIGHUP: return .rotate
    case SIGINT, SIGTERM:
      pthread_sigmask(SIG_SETMASK, &before, nil)
      return .stop
    default: return nil
    }
  }
}
