internal import Foundation
internal import RealTime
internal import Synchronization

/// Answers operators on a control socket, on a thread of its own.
///
/// Clients that send no line, too long a line, or never read are cut off; none can hold up another for
/// longer than one answer takes. `stop` belongs to the owner and is called once.
public final class ControlServer: Sendable {
  /// The socket's path.
  public let path: String
  private let thread: WorkerThread
  /// Written to end the thread's wait.
  private let wakeUp: Int32

  /// Clients at once [1].
  static let clientLimit = 32
  /// The longest request [bytes].
  static let lineLimit = 16_384
  /// What may wait for a client that does not read [bytes].
  static let outputLimit = 1 << 20

  /// Opens the socket at `path` and answers there.
  ///
  /// - `holder`: what others that want the place are told about this process.
  /// - `cutOff`: called on the server's thread for each client that is cut off.
  /// - `answer`: called on the server's thread, one request at a time; may wait, but not for long.
  public init(
    path: String, holder: String, cutOff: @escaping @Sendable () -> Void = {},
    answer: @escaping @Sendable (OperatorRequest) -> ControlReply
  ) throws(ServiceError) {
    let socket = try ControlSocket(path: path, holder: holder)
    let pipe = try Self.makePipe(path)
    let box = Mutex<ControlSocket?>.Handover(socket)
    do {
      thread = try WorkerThread(name: "control") {
        guard let socket = box.take() else { return }
        var loop = ControlLoop(
          socket: socket, wakeUp: pipe.reading, cutOff: cutOff, answer: answer)
        loop.run()
      }
    } catch {
      close(pipe.reading)
      close(pipe.writing)
      throw ServiceError(.cannotCreate, place: path, message: error.description, remedy: "")
    }
    self.path = path
    wakeUp = pipe.writing
  }

  /// Ends the talks, closes the socket and waits for the thread.
  public func stop() {
    close(wakeUp)
    thread.join()
  }

  private static func makePipe(
    _ place: String
  ) throws(ServiceError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw ServiceError(
        .cannotCreate, place: place,
        message: "no pipe can be made: \(String(cString: strerror(errno)))",
        remedy: "raise the limit on open files (ulimit -n)")
    }
    for end in ends { keepToItself(end) }
    return (ends[0], ends[1])
  }
}

extension Mutex where Value == ControlSocket? {
  /// A socket on its way to the thread that will own it.
  fileprivate final class Handover: Sendable {
    private let socket: Mutex<ControlSocket?>

    init(_ socket: consuming sending ControlSocket) {
      self.socket = Mutex(socket)
    }

    func take() -> sending ControlSocket? {
      socket.withLock { $0.take() }
    }
  }
}

/// The server's thread: waits for whichever client or listener has something.
private struct ControlLoop: ~Copyable {
  private let socket: ControlSocket
  private let wakeUp: Int32
  private let cutOff: @Sendable () -> Void
  private let answer: @Sendable (OperatorRequest) -> ControlReply
  private var clients: [ControlClientConnection] = []

  init(
    socket: consuming ControlSocket, wakeUp: Int32, cutOff: @escaping @Sendable () -> Void,
    answer: @escaping @Sendable (OperatorRequest) -> ControlReply
  ) {
    self.cutOff = cutOff
    self.socket = socket
    self.wakeUp = wakeUp
    self.answer = answer
  }

  deinit {
    for client in clients { close(client.descriptor) }
    close(wakeUp)
  }

  mutating func run() {
    while true {
      var waits = [
        pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
        pollfd(
          fd: socket.descriptor,
          events: clients.count < ControlServer.clientLimit ? Int16(POLLIN) : 0, revents: 0),
      ]
      for client in clients {
        let events = client.hasOutput ? Int16(POLLIN | POLLOUT) : Int16(POLLIN)
        waits.append(pollfd(fd: client.descriptor, events: events, revents: 0))
      }
      let count = poll(&waits, nfds_t(waits.count), -1)
      if count < 0, errno == EINTR { continue }
      // the writing end was closed, or nothing can be waited for any more
      if count < 0 || waits[0].revents != 0 { return }
      for (index, wait) in waits.dropFirst(2).enumerated() where wait.revents != 0 {
        clients[index].serve(wait.revents, answer: answer)
      }
      clients.removeAll { client in
        if client.isOver { close(client.descriptor) }
        if client.isOver, client.isCutOff { cutOff() }
        return client.isOver
      }
      if waits[1].revents != 0 {
        let descriptor = accept(socket.descriptor, nil, nil)
        if descriptor >= 0 {
          keepToItself(descriptor)
          clients.append(ControlClientConnection(descriptor: descriptor))
        }
      }
    }
  }
}
