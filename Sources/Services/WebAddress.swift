/// Where the web server listens, as `127.0.0.1:8722`.
public struct WebAddress: Hashable, Sendable, CustomStringConvertible {
  /// An IPv4 address.
  public var host: String
  /// The port; zero takes any that is free.
  public var port: UInt16

  /// The usual place: loopback, so that nobody outside this computer gets in.
  public static let usual = WebAddress(host: "127.0.0.1", port: 8722)

  /// An address.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// The address that `text` says: `127.0.0.1:8722`, or a port alone on loopback; nil when it says none.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let last = parts.last, let port = UInt16(last), parts.count <= 2 else { return nil }
    let host = parts.count == 2 ? String(parts[0]) : "127.0.0.1"
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 4, numbers.allSatisfy({ UInt8($0) != nil }) else { return nil }
    self.init(host: host, port: port)
  }

  /// True when only this computer can reach it.
  public var isLoopback: Bool { host.hasPrefix("127.") }

  /// `host:port`.
  public var description: String { "\(host):\(port)" }
}
