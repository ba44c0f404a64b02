internal import Glibc

/// The feed in UDP datagrams to one host or a multicast group; belongs to one thread.
///
/// The socket is connected and its receiving side shut, so that nothing can be sent to it. A datagram
/// that cannot be sent at once is counted and lost, never waited for.
public struct UDPCarrier: ~Copyable {
  /// Where datagrams go.
  public struct Destination: Sendable, Hashable {
    /// The host's or group's address, IPv4 in dots.
    public var address: String
    /// The port [1].
    public var port: UInt16
    /// The own address whose interface multicast takes; nil leaves it to the routes.
    public var interface: String?
    /// Routers that multicast may pass [1].
    public var hops: UInt8 = 1

    /// A destination; see the properties.
    public init(address: String, port: UInt16, interface: String? = nil, hops: UInt8 = 1) {
      self.address = address
      self.port = port
      self.interface = interface
      self.hops = hops
    }
  }

  /// Where datagrams go.
  public let destination: Destination
  /// Datagrams sent so far [1].
  public private(set) var sent = 0
  /// Datagrams that could not be sent [1].
  public private(set) var lost = 0
  private let descriptor: Int32

  /// A way to `destination`.
  public init(_ destination: Destination) throws(CarrierError) {
    self.destination = destination
    let place = "\(destination.address):\(destination.port)"
    let remedy = "write an IPv4 address and a port, as in 192.168.7.2 and 47110"
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw CarrierError(place, call: "socket", remedy: "free files") }
    do throws(CarrierError) {
      guard var address = Self.address(destination.address) else {
        throw CarrierError(place, "this is no IPv4 address", remedy: remedy)
      }
      var hops = destination.hops
      setsockopt(descriptor, Int32(IPPROTO_IP), IP_MULTICAST_TTL, &hops, 1)
      if let interface = destination.interface {
        guard var own = Self.address(interface)?.sin_addr else {
          throw CarrierError(place, "'\(interface)' is no IPv4 address", remedy: remedy)
        }
        guard
          setsockopt(
            descriptor, Int32(IPPROTO_IP), IP_MULTICAST_IF, &own,
            socklen_t(MemoryLayout<in_addr>.size)) == 0
        else {
          throw CarrierError(place, call: "IP_MULTICAST_IF", remedy: "name an address of this host")
        }
      }
      address.sin_port = destination.port.bigEndian
      // Unsafe: the address is rebound for the call only, with its own size.
      let isConnected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard isConnected == 0 else {
        throw CarrierError(place, call: "connect", remedy: "check the address and the route to it")
      }
      shutdown(descriptor, Int32(SHUT_RD))
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Sends the first `count` bytes of `message` as one datagram.
  public mutating func send(_ message: borrowing [UInt8], count: Int) {
    // Unsafe: `message` is borrowed for the call.
    let isSent = message.withUnsafeBytes { bytes in
      for _ in 0..<2 {
        if Glibc.send(descriptor, bytes.baseAddress, count, Int32(MSG_DONTWAIT)) == count {
          return true
        }
        // a port that nobody listened to a moment ago answers with the next call, which then sends nothing
        if errno != ECONNREFUSED { break }
      }
      return false
    }
    if isSent { sent += 1 } else { lost += 1 }
  }

  private static func address(_ text: String) -> sockaddr_in? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    return inet_pton(AF_INET, text, &address.sin_addr) == 1 ? address : nil
  }
}
