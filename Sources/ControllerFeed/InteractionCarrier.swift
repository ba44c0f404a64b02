internal import CShim
internal import Glibc

/// Where a worn device's controller tells its torque: a port that is listened on, or shared memory that it writes.
///
/// Belongs to one thread. Nothing is believed here; `InteractionDecoder` judges what comes. The memory is read by
/// calls instead of being mapped, so that nobody who cuts it short ends the daemon.
public struct InteractionCarrier: ~Copyable, Sendable {
  /// The way in.
  public enum Place: Sendable, Hashable {
    /// Datagrams to this port of the own address; nil is any of them.
    case udp(address: String?, port: UInt16)
    /// A segment that the owner and this group may write; nil is the process's own group.
    case memory(name: String, group: String?)
  }

  private let descriptor: Int32
  private let isMemory: Bool
  /// The lock of the message that was read last [1].
  private var seen: UInt32 = 0

  /// Opens the way in.
  public init(_ place: Place) throws(CarrierError) {
    switch place {
    case .udp(let address, let port):
      isMemory = false
      descriptor = try Self.listen(address, port)
    case .memory(let name, let group):
      isMemory = true
      descriptor = try Self.open(name, group)
    }
  }

  deinit { close(descriptor) }

  /// Waits for a message at most so long; its length in `bytes`, or zero [bytes].
  public mutating func receive(into bytes: inout [UInt8], milliseconds: Int) -> Int {
    if isMemory {
      for _ in 0..<max(milliseconds, 1) {
        if let count = read(into: &bytes) { return count }
        diffmsm_sleep_until(diffmsm_monotonic_nanoseconds() + 1_000_000)
      }
      return 0
    }
    var wish = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wish, 1, Int32(milliseconds)) > 0 else { return 0 }
    // Unsafe: `bytes` is borrowed for the call; a longer datagram is cut and then refused by its length.
    let count = bytes.withUnsafeMutableBytes {
      recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC))
    }
    return count > 0 && count <= bytes.count ? count : 0
  }

  /// The message in memory; nil when there is none that is new and whole.
  private mutating func read(into bytes: inout [UInt8]) -> Int? {
    let size = FeedContract.interaction.byteCount
    let place = off_t(FeedSegment.interactionPlace)
    guard let before = lock(at: place), before != 0, before & 1 == 0, before != seen else {
      return nil
    }
    // Unsafe: `bytes` is borrowed for the call and has room for the message.
    let count = bytes.withUnsafeMutableBytes {
      pread(descriptor, $0.baseAddress, min(size, $0.count), place + off_t(FeedSegment.lockSize))
    }
    guard count == size, lock(at: place) == before else { return nil }
    seen = before
    return count
  }

  private func lock(at place: off_t) -> UInt32? {
    var value: UInt32 = 0
    return pread(descriptor, &value, 4, place) == 4 ? UInt32(littleEndian: value) : nil
  }

  private static func listen(_ address: String?, _ port: UInt16) throws(CarrierError) -> Int32 {
    let place = "\(address ?? "0.0.0.0"):\(port)"
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw CarrierError(place, call: "socket", remedy: "free files") }
    do throws(CarrierError) {
      var own = sockaddr_in()
      own.sin_family = sa_family_t(AF_INET)
      own.sin_port = port.bigEndian
      if let address, inet_pton(AF_INET, address, &own.sin_addr) != 1 {
        throw CarrierError(
          place, "this is no IPv4 address", remedy: "write one of this host, as in 192.168.7.1")
      }
      // Unsafe: the address is rebound for the call only, with its own size.
      let isBound = withUnsafePointer(to: &own) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard isBound == 0 else {
        throw CarrierError(place, call: "bind", remedy: "choose another feed.interaction.udp")
      }
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func open(_ name: String, _ group: String?) throws(CarrierError) -> Int32 {
    let remedy = "choose another feed.interaction.shared_memory, or remove /dev/shm\(name)"
    let descriptor = shm_open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o660)
    guard descriptor >= 0 else { throw CarrierError(name, call: "shm_open", remedy: remedy) }
    do throws(CarrierError) {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        throw CarrierError(
          name, "another daemon listens to this segment", remedy: "stop it, or choose another name")
      }
      try SharedMemoryCarrier.hand(descriptor, name: name, to: group, remedy: remedy)
      guard fchmod(descriptor, 0o660) == 0, ftruncate(descriptor, off_t(FeedSegment.byteCount)) == 0
      else { throw CarrierError(name, call: "ftruncate", remedy: "free shared memory") }
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }
}
