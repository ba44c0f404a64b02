internal import CUMockdev
internal import Foundation

/// One open node in the program under test, as the preload library's socket shows it.
///
/// Messages are three unsigned words. The program sends {1, request, argument} for an ioctl; while it waits,
/// {5, address, length} reads its memory, {6, address, length} writes it, and {3, result, errno} lets it go on.
/// Belongs to its own thread, except for its identity.
final class ClientConnection: @unchecked Sendable {
  private let socket: Int32
  private var output: [UInt8] = []
  /// The ioctl under way.
  private(set) var request: UInt = 0
  /// Its argument, an address in the program [1].
  private(set) var argument: UInt = 0

  init(socket: Int32) {
    self.socket = socket
  }

  deinit { close(socket) }

  /// Waits for the next ioctl; false when the program has closed the node.
  func next() -> Bool {
    while true {
      let message = receive(24)
      guard message.count == 24 else { return false }
      let words = (0..<3).map { word(message, at: 8 * $0) }
      if words[0] == 1 {
        request = words[1]
        argument = words[2]
        return true
      }
      finish(-100, 0)
    }
  }

  /// The program's memory.
  func read(_ address: UInt, _ count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    put(5, address, UInt(count))
    flush()
    return receive(count)
  }

  /// Changes the program's memory before it goes on.
  func write(_ bytes: ArraySlice<UInt8>, to address: UInt) {
    guard !bytes.isEmpty else { return }
    put(6, address, UInt(bytes.count))
    output += bytes
  }

  /// Changes a 32-bit number of the program's.
  func write(_ number: Int32, to address: UInt) {
    withUnsafeBytes(of: number.littleEndian) { write(ArraySlice(Array($0)), to: address) }
  }

  /// Changes an address of the program's.
  func write(pointer: UInt, to address: UInt) {
    withUnsafeBytes(of: pointer.littleEndian) { write(ArraySlice(Array($0)), to: address) }
  }

  /// Lets the program go on with this result.
  func finish(_ result: Int, _ code: Int32) {
    put(3, UInt(bitPattern: result), UInt(code))
    flush()
  }

  private func put(_ first: UInt, _ second: UInt, _ third: UInt) {
    for word in [first, second, third] {
      withUnsafeBytes(of: word.littleEndian) { output.append(contentsOf: $0) }
    }
  }

  private func flush() {
    var sent = 0
    output.withUnsafeBytes { bytes in
      while sent < bytes.count {
        let count = send(
          socket, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        sent += count
      }
    }
    output.removeAll(keepingCapacity: true)
  }

  private func receive(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var received = 0
    bytes.withUnsafeMutableBytes { room in
      while received < count {
        let part = recv(socket, room.baseAddress! + received, count - received, 0)
        if part < 0 && errno == EINTR { continue }
        guard part > 0 else { break }
        received += part
      }
    }
    return received == count ? bytes : []
  }
}

/// The unsigned word at `place`.
func word(_ bytes: [UInt8], at place: Int) -> UInt {
  (0..<8).reduce(0) { $0 | UInt(bytes[place + $1]) << UInt(8 * $1) }
}

/// The unsigned 32-bit number at `place`.
func half(_ bytes: [UInt8], at place: Int) -> UInt32 {
  (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
}

/// Listens on the socket that stands for ioctls of one node, and serves each open of it on a thread.
final class NodeListener: @unchecked Sendable {
  private let path: String
  private let socket: Int32

  /// Listens at `path`; `serve` runs on each client's own thread.
  init(path: String, serve: @escaping @Sendable (ClientConnection) -> Void) {
    self.path = path
    try? FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    unlink(path)
    socket = Glibc.socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      precondition(path.utf8.count < room.count, "the path of a socket is short")
      room.copyBytes(from: path.utf8)
    }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    precondition(isBound && listen(socket, 16) == 0, "the socket of a node is bound")
    let listening = socket
    Thread.detachNewThread {
      while true {
        let client = accept4(listening, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
        if client < 0 && errno == EINTR { continue }
        guard client >= 0 else { break }
        let connection = ClientConnection(socket: client)
        Thread.detachNewThread { serve(connection) }
      }
    }
  }

  /// No new clients; those there go on.
  func end() {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
    unlink(path)
  }
}
