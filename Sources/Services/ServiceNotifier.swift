internal import Foundation

/// Tells systemd how its service is getting on, as `sd_notify(3)` does; nothing outside of a service.
///
/// Belongs to the main thread.
public struct ServiceNotifier: Sendable {
  /// What can be told.
  public enum Message: Hashable, Sendable {
    /// Start-up is over.
    case ready
    /// The end has begun.
    case stopping
    /// Still alive and making progress.
    case watchdog
    /// A sentence for `systemctl status`.
    case status(String)

    /// The lines of the protocol.
    var text: String {
      switch self {
      case .ready: "READY=1"
      case .stopping: "STOPPING=1"
      case .watchdog: "WATCHDOG=1"
      case .status(let sentence): "STATUS=" + sentence.filter { !$0.isNewline }
      }
    }
  }

  private let path: String?
  /// How often the watchdog wants to hear; nil when there is none [s].
  public let watchdogInterval: Double?

  /// What systemd says in the environment.
  public init(environment: [String: String]) {
    path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
    // half of the limit, as the manual advises
    watchdogInterval =
      isMeant && path != nil
      ? environment["WATCHDOG_USEC"].flatMap(Double.init).map { $0 * 0.5e-6 } : nil
  }

  /// True when systemd listens.
  public var isService: Bool { path != nil }

  /// Tells `message`; one that cannot be delivered is lost, as the protocol has it.
  public func tell(_ message: Message) {
    guard let path else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    keepToItself(descriptor)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    // a leading @ stands for the zero byte of an abstract name
    if bytes.first == 0x40 { bytes[0] = 0 }
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    let text = Array(message.text.utf8)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
        _ = text.withUnsafeBytes {
          sendto(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), target, length)
        }
      }
    }
  }
}
