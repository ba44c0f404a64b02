internal import CUMockdev
internal import Foundation

/// What stands behind a virtual device's node: a pseudo terminal whose flow control says whether something
/// may be fetched, and whose end says that the device is gone, just as the kernel's own node does.
///
/// Guarded by its device's lock.
final class PollGate {
  private let path: String
  private var master: Int32
  private var slave: Int32
  private var isOpen = true

  init(path: String) {
    self.path = path
    master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)
    precondition(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0, "a terminal is left")
    let name = String(cString: ptsname(master)!)
    slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    precondition(slave >= 0, "a terminal opens")
    var settings = termios()
    tcgetattr(slave, &settings)
    cfmakeraw(&settings)
    tcsetattr(slave, TCSANOW, &settings)
    unlink(path)
    let isLinked = symlink(name, path) == 0
    precondition(isLinked, "the node is made")
    set(false)
  }

  /// Says whether something may be fetched.
  func set(_ isReady: Bool) {
    guard isReady != isOpen, slave >= 0 else { return }
    tcflow(slave, isReady ? TCOON : TCOOFF)
    isOpen = isReady
  }

  /// Who may open the node.
  func permit(_ mode: mode_t) {
    chmod(path, mode)
  }

  /// The device is gone.
  func hangUp() {
    guard master >= 0 else { return }
    close(master)
    close(slave)
    master = -1
    slave = -1
  }

  func remove() {
    unlink(path)
  }
}
