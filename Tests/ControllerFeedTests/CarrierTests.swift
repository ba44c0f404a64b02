import CShim
import Foundation
import RealTime
import TestSupport
import Testing

@testable import ControllerFeed

@Suite struct CarrierTests {
  /// A segment of this test's own, removed at its end.
  final class Segment {
    let name = "/diffmsm-test-" + UUID().uuidString
    deinit { shm_unlink(name) }

    /// The lock at `place`, as a reader sees it.
    func lock(_ place: Int) throws -> UInt32 {
      let data = try Data(contentsOf: URL(fileURLWithPath: "/dev/shm" + name))
      return data[place..<place + 4].enumerated().reduce(0) {
        $0 | UInt32($1.1) << UInt32(8 * $1.0)
      }
    }
  }

  @Test func onlyTheOwnerMayWriteAndOnlyTheGroupMayRead() throws {
    let segment = Segment()
    let old = umask(0)
    defer { umask(old) }
    let carrier = try SharedMemoryCarrier(name: segment.name)
    var facts = stat()
    #expect(stat("/dev/shm" + segment.name, &facts) == 0)
    #expect(facts.st_mode & 0o777 == 0o640 && facts.st_uid == geteuid())
    #expect(facts.st_size == FeedSegment.byteCount)
    let bytes = Goldens.bytes("state")
    carrier.write(bytes, count: bytes.count, at: FeedSegment.statePlace)
    let data = try Data(contentsOf: URL(fileURLWithPath: "/dev/shm" + segment.name))
    #expect(Array(data[72..<72 + bytes.count]) == bytes)
    #expect(Array(data[..<6]) == [0x44, 0x4D, 0x53, 0x53, 1, 0])
    #expect(throws: CarrierError.self) {
      _ = try SharedMemoryCarrier(name: Segment().name, group: "no-such-group")
    }
  }

  @Test func aSecondDaemonIsKeptOutUntilTheFirstEnds() throws {
    let segment = Segment()
    func open() throws { _ = try SharedMemoryCarrier(name: segment.name) }
    do {
      let first = try SharedMemoryCarrier(name: segment.name)
      let error = #expect(throws: CarrierError.self) { try open() }
      #expect(error?.message == "another daemon feeds this segment")
      _ = first.name
    }
    try open()
  }

  @Test func aWriterThatDiedInsideIsNoTroubleForTheNext() throws {
    let segment = Segment()
    let bytes = Goldens.bytes("state")
    func write() throws {
      let carrier = try SharedMemoryCarrier(name: segment.name)
      carrier.write(bytes, count: bytes.count, at: FeedSegment.statePlace)
    }
    try write()
    #expect(try segment.lock(FeedSegment.statePlace) == 2)
    // as kill -9 between the two stores leaves it
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: "/dev/shm" + segment.name))
    try file.seek(toOffset: UInt64(FeedSegment.statePlace))
    try file.write(contentsOf: Data([3, 0, 0, 0]))
    try file.close()
    try write()
    #expect(try segment.lock(FeedSegment.statePlace) == 4)
  }

  /// Every word of a message is the same number, so that a torn one shows.
  @Test func noMessageIsTornByAnUnthrottledWriter() throws {
    let size = FeedContract.state.byteCount
    let place = UnsafeMutableRawPointer.allocate(byteCount: size + 8, alignment: 64)
    place.initializeMemory(as: UInt8.self, repeating: 0, count: size + 8)
    let shared = Shared(place)
    let isOver = UnsafeFlag()
    let writer = try WorkerThread(name: "writer") {
      var message = [UInt64](repeating: 0, count: size / 8)
      while !isOver.isSet {
        for index in message.indices { message[index] &+= 1 }
        message.withUnsafeBytes { diffmsm_seqlock_write(shared.place, $0.baseAddress, size) }
      }
    }
    var words = [UInt64](repeating: 0, count: size / 8)
    var seen: UInt32 = 0
    var (reads, torn, backwards) = (0, 0, 0)
    var last: UInt64 = 0
    // a writer that is stopped inside, on a busy machine, keeps the reader out for a while
    let deadline = MonotonicClock.deadline(after: .seconds(3))
    while reads < 50_000, MonotonicClock.now() < deadline {
      let lock = words.withUnsafeMutableBytes {
        diffmsm_seqlock_read(shared.place, $0.baseAddress, size, seen)
      }
      guard lock != 0 else { continue }
      seen = lock
      reads += 1
      if words.contains(where: { $0 != words[0] }) { torn += 1 }
      if words[0] < last { backwards += 1 }
      last = words[0]
    }
    isOver.set()
    writer.join()
    place.deallocate()
    #expect(torn == 0 && backwards == 0 && reads > 10, "\(reads) reads, \(torn) torn")
  }

  @Test func datagramsArriveAndTheSenderHearsNothing() throws {
    let inlet = try Inlet()
    var carrier = try UDPCarrier(.init(address: "127.0.0.1", port: inlet.port))
    let bytes = Goldens.bytes("state")
    for _ in 0..<20 { carrier.send(bytes, count: bytes.count) }
    #expect(carrier.sent == 20 && carrier.lost == 0)
    for _ in 0..<20 { #expect(inlet.receive() == bytes) }
    // to the kernel it is a connection (1), not a port that listens (7)
    let table = try String(contentsOfFile: "/proc/net/udp", encoding: .utf8)
    let remote = ":" + String(UInt32(inlet.port), radix: 16, uppercase: true).leftPadded(4)
    let rows = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      .filter { $0.count > 3 && $0[2].hasSuffix(remote) }
    #expect(rows.count == 1 && rows.allSatisfy { $0[3] == "01" }, "\(rows)")
  }

  @Test func aPortThatNobodyListensToCostsNothing() throws {
    let closed = try Inlet().port
    var carrier = try UDPCarrier(.init(address: "127.0.0.1", port: closed))
    let bytes = Goldens.bytes("state")
    for _ in 0..<100 {
      carrier.send(bytes, count: bytes.count)
      usleep(1000)
    }
    #expect(carrier.sent == 100 && carrier.lost == 0)
    #expect(throws: CarrierError.self) {
      _ = try UDPCarrier(.init(address: "localhost", port: 1))
    }
  }

  @Test func carryingAllocatesNothing() throws {
    let segment = Segment()
    let memory = try SharedMemoryCarrier(name: segment.name)
    let inlet = try Inlet()
    var datagrams = try UDPCarrier(.init(address: "127.0.0.1", port: inlet.port))
    let bytes = Goldens.bytes("state")
    func send() {
      memory.write(bytes, count: bytes.count, at: FeedSegment.statePlace)
      datagrams.send(bytes, count: bytes.count)
    }
    send()
    let count = allocations { for _ in 0..<50 { send() } }
    #expect(count == 0)
  }
}

/// A socket that listens on a port of the kernel's choice.
final class Inlet {
  let port: UInt16
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let handle = descriptor
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(handle, $0, size) == 0 ? getsockname(handle, $0, &size) : -1
      }
    }
    try #require(code == 0)
    port = UInt16(bigEndian: address.sin_port)
    var limit = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// The next datagram; nil after two seconds.
  func receive() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 2048)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return count < 0 ? nil : Array(bytes[..<count])
  }
}

/// Memory that two threads share on purpose.
private struct Shared: @unchecked Sendable {
  let place: UnsafeMutableRawPointer
  init(_ place: UnsafeMutableRawPointer) { self.place = place }
}

/// Set once, seen by another thread.
private final class UnsafeFlag: @unchecked Sendable {
  private let lock = NSLock()
  private var value = false
  var isSet: Bool { lock.withLock { value } }
  func set() { lock.withLock { value = true } }
}

extension String {
  fileprivate func leftPadded(_ count: Int) -> String {
    String(repeating: "0", count: max(0, count - self.count)) + self
  }
}
