internal import Foundation

/// An operator's end of a control socket.
///
/// Each call opens a talk of its own, so a daemon that was restarted meanwhile is no trouble. Blocks the
/// caller at most `patience`.
public struct ControlClient: Sendable {
  /// The socket.
  public var path: String
  /// How long an answer may take [s].
  public var patience = 5.0

  /// A client of the daemon at `path`.
  public init(path: String) {
    self.path = path
  }

  /// The daemon's answer; throws when it refuses, or when there is none.
  public func ask(_ request: OperatorRequest) throws(ServiceError) -> ControlReply {
    let reply = try exchange(request)
    if let problems = reply.problems {
      throw ServiceError(
        .misread, place: path, message: problems.joined(separator: "\n"), remedy: "")
    }
    if !reply.isDone {
      throw ServiceError(
        .refused, place: path, message: reply.message ?? "the daemon refuses without a reason",
        remedy: "")
    }
    return reply
  }

  /// How the session is getting on.
  public func status() throws(ServiceError) -> DaemonStatus {
    guard let status = try ask(.status).status else {
      throw ServiceError(
        .protocolBroken, place: path, message: "the daemon's answer holds no status",
        remedy: "use the same version of diffmsm on both sides")
    }
    return status
  }

  private func exchange(_ request: OperatorRequest) throws(ServiceError) -> ControlReply {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0, var address = UnixAddress(path) else {
      if descriptor >= 0 { close(descriptor) }
      throw ServiceError(
        .cannotCreate, place: path, message: "no socket can have this path",
        remedy: "name the daemon's socket with --socket")
    }
    defer { close(descriptor) }
    var limit = timeval(
      tv_sec: Int(patience), tv_usec: Int(patience.truncatingRemainder(dividingBy: 1) * 1e6))
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    guard address.with({ connect(descriptor, $0, $1) }) == 0 else { throw unreachable(errno) }
    var line = ControlLine.encode(request)
    while !line.isEmpty {
      let count = line.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw silent(errno) }
      line.removeFirst(count)
    }
    var answer: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while answer.last != 0x0A {
      let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      guard count > 0 else { throw silent(count == 0 ? 0 : errno) }
      answer += bytes.prefix(count)
    }
    guard let reply = ControlLine.decode(ControlReply.self, answer) else {
      throw ServiceError(
        .protocolBroken, place: path, message: "the daemon's answer is no line of the protocol",
        remedy: "use the same version of diffmsm on both sides")
    }
    return reply
  }

  private func unreachable(_ code: Int32) -> ServiceError {
    switch code {
    case EACCES:
      ServiceError(
        .permission, place: path, message: "this user may not control the daemon",
        remedy: "become a member of the group \(ControlSocket.group), then log in again")
    default:
      ServiceError(
        .nobody, place: path,
        message: "no daemon listens here: \(String(cString: strerror(code)))",
        remedy: "start one with diffmsm run, or name its socket with --socket")
    }
  }

  private func silent(_ code: Int32) -> ServiceError {
    let reason =
      switch code {
      case 0: "the daemon hung up"
      case EAGAIN: "no answer within \(Int(patience)) s"
      default: String(cString: strerror(code))
      }
    return ServiceError(
      .protocolBroken, place: path, message: reason, remedy: "look at the daemon's log")
  }
}
