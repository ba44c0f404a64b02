import Foundation
import TestSupport
import Testing

/// A running session with a dashboard, and raw talk to its server.
final class LiveProgram {
  /// Where its files are.
  let folder: CommandFolder
  /// The dashboard's token.
  static let token = "a-token-for-tests-1234"
  /// The server's port.
  private(set) var port: UInt16 = 0
  private let process: Process
  private let output: Pipe
  private let complaints: Pipe
  private let collected = Collected()

  /// Starts a session that nobody needs hardware for.
  ///
  /// - Parameters:
  ///   - session: what becomes of the small session's text.
  ///   - isRecorded: whether it is recorded from its beginning.
  init(
    isRecorded: Bool = true, session: (CommandFolder) throws -> String = { $0.session }
  ) throws {
    folder = try CommandFolder()
    try folder.write(
      try session(folder)
        + "payload: { body: r_ulna_radius_hand, point: [0 m, -0.3 m, 0 m] }\n",
      "session.yaml")
    try folder.write(Self.token + "\n", "token")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/token")
    (process, output, complaints) = try Program.start(
      ["run", "--config", "session.yaml", "--http", "127.0.0.1:0", "--token-file", "token"]
        + (isRecorded ? ["--record", "r.xdf"] : []), in: folder.path)
    let collected = collected
    complaints.fileHandleForReading.readabilityHandler = { collected.add($0.availableData) }
    for _ in 0..<200 {
      if let match = collected.text.firstMatch(of: /dashboard: http:\/\/127\.0\.0\.1:(\d+)\//) {
        port = UInt16(match.1) ?? 0
        break
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
    try #require(port != 0, "\(collected.text)")
  }

  deinit {
    if process.isRunning { process.terminate() }
  }

  /// What it has said so far.
  var said: String { collected.text }

  /// Resident size [KiB].
  var residentSize: Int {
    let status = try? String(
      contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    return status?.firstMatch(of: /VmRSS:\s+(\d+)/).flatMap { Int($0.1) } ?? 0
  }

  /// Stops it and waits; its exit code.
  func stop() throws -> Int32 {
    process.terminate()
    _ = try output.fileHandleForReading.readToEnd()
    process.waitUntilExit()
    complaints.fileHandleForReading.readabilityHandler = nil
    return process.terminationStatus
  }

  /// A connection that sends `bytes`.
  func connect(_ bytes: [UInt8]) throws -> FileHandle {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(descriptor >= 0 && code == 0)
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let connection = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    Self.send(connection, bytes)
    return connection
  }

  /// Sends without caring whether the other end still listens; how much went.
  @discardableResult
  static func send(_ connection: FileHandle, _ bytes: [UInt8]) -> Int {
    Foundation.send(
      connection.fileDescriptor, bytes, bytes.count,
      Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
  }

  /// What comes back within five seconds, at most `limit` bytes.
  static func receive(_ connection: FileHandle, limit: Int = 65536) -> String {
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = recv(connection.fileDescriptor, &buffer, limit, 0)
    return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
  }

  /// The status code and the whole answer to a request.
  func ask(
    _ first: String, _ headers: [String: String] = [:], body: String = ""
  ) throws -> (code: Int, answer: String) {
    var lines = ["\(first) HTTP/1.1"]
    var headers = headers
    headers["Host"] = headers["Host"] ?? "127.0.0.1:\(port)"
    if !body.isEmpty, headers["Transfer-Encoding"] == nil {
      headers["Content-Length"] = headers["Content-Length"] ?? "\(body.utf8.count)"
    }
    headers["Connection"] = headers["Connection"] ?? "close"
    lines += headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    let connection = try connect(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
    let answer = Self.receive(connection)
    let code = answer.firstMatch(of: /^HTTP\/1\.1 (\d+)/).flatMap { Int($0.1) } ?? 0
    return (code, answer)
  }

  /// Headers that open the stream.
  static let upgrade = [
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  ]

  /// The request that opens the stream.
  var opening: [UInt8] {
    let headers = Self.upgrade.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }
    return Array(
      ("GET /dashboard/stream HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n" + headers.joined() + "\r\n")
        .utf8)
  }
}

/// What a program says, collected on another thread.
private final class Collected: @unchecked Sendable {
  // guarded by the lock
  private var bytes = Data()
  private let lock = NSLock()

  func add(_ more: Data) { lock.withLock { bytes += more } }

  var text: String { lock.withLock { String(decoding: bytes, as: UTF8.self) } }
}
