internal import Foundation

/// A listening Unix socket that one process holds at a time.
///
/// A lock beside it, which the kernel gives back whenever its holder ends, tells a living holder from a
/// socket left behind. Only the owner may connect, and the group `diffmsm` where there is one. Belongs to
/// one thread after another; closing removes the socket.
struct ControlSocket: ~Copyable, Sendable {
  /// The group whose members may control a daemon.
  static let group = "diffmsm"

  /// The listening socket.
  let descriptor: Int32
  private let path: String
  private let lock: Int32

  /// Listens at `path`; fails with the holder's own words when another process does.
  ///
  /// - Parameter holder: what this process says of itself to others that want the place.
  init(path: String, holder: String) throws(ServiceError) {
    func failure(_ call: String, _ code: Int32 = errno) -> ServiceError {
      ServiceError(
        code == EACCES || code == EPERM ? .permission : .cannotCreate, place: path,
        message: "the control socket cannot be made: \(call) says "
          + String(cString: strerror(code)),
        remedy: "name a folder that is yours with --socket")
    }
    try Self.makeFolder(of: path)
    let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard lock >= 0 else { throw failure("open of its lock") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.text(of: lock)
      close(lock)
      throw ServiceError(
        .held, place: path, message: "the control socket is held by \(holder)",
        remedy: "stop that one, or name another place with --socket")
    }
    ftruncate(lock, 0)
    _ = Array(holder.utf8).withUnsafeBytes { pwrite(lock, $0.baseAddress, $0.count, 0) }

    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    do throws(ServiceError) {
      guard descriptor >= 0 else { throw failure("socket") }
      guard var address = UnixAddress(path) else {
        throw ServiceError(
          .cannotCreate, place: path, message: "the path is longer than a socket's may be",
          remedy: "name a shorter one with --socket")
      }
      keepToItself(descriptor)
      // until bind the mode is that of the socket itself, so nobody else ever gets in
      fchmod(descriptor, 0o600)
      unlink(path)
      guard address.with({ bind(descriptor, $0, $1) }) == 0 else { throw failure("bind") }
      if let entry = getgrnam(Self.group), chown(path, uid_t.max, entry.pointee.gr_gid) == 0 {
        chmod(path, 0o660)
      }
      guard listen(descriptor, 16) == 0 else { throw failure("listen") }
    } catch {
      if descriptor >= 0 { close(descriptor) }
      close(lock)
      throw error
    }
    self.path = path
    self.lock = lock
    self.descriptor = descriptor
  }

  deinit {
    unlink(path)
    close(descriptor)
    close(lock)
  }

  /// Makes the socket's folder, the user's alone, where it is not there; one that others own is refused.
  private static func makeFolder(of path: String) throws(ServiceError) {
    // NSString's own way crashes on a path of one character
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    let folder = String(path[..<slash])
    if mkdir(folder, 0o700) == 0 { return }
    let code = errno
    var state = stat()
    guard code == EEXIST, lstat(folder, &state) == 0 else {
      throw ServiceError(
        code == EACCES ? .permission : .cannotCreate, place: folder,
        message: "the control socket's folder cannot be made: \(String(cString: strerror(code)))",
        remedy: "name a folder that is yours with --socket")
    }
    // in a folder that everybody may write, only a folder of one's own keeps others from squatting there
    if folder.hasPrefix("/tmp/diffmsm-"),
      state.st_uid != getuid() || state.st_mode & S_IFMT != S_IFDIR
    {
      throw ServiceError(
        .permission, place: folder, message: "the folder belongs to somebody else",
        remedy: "name a folder that is yours with --socket")
    }
  }

  /// What the holder of a lock wrote into it.
  private static func text(of lock: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = bytes.withUnsafeMutableBytes { pread(lock, $0.baseAddress, $0.count, 0) }
    return count > 0
      ? String(decoding: bytes.prefix(count), as: UTF8.self) : "a process that is just starting"
  }
}

/// Keeps a descriptor from programs that this one starts, and from making anybody wait.
func keepToItself(_ descriptor: Int32) {
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
}

/// The address of a Unix socket.
struct UnixAddress {
  private var address = sockaddr_un()

  /// The address of `path`; nil when it is too long.
  init?(_ path: String) {
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      return nil
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  }

  /// Calls `body` with what bind and connect want.
  mutating func with(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
