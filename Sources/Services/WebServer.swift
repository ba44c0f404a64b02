internal import Dispatch
public import FlyingFox
internal import FlyingSocks
internal import Foundation
internal import Synchronization

/// The pages that a daemon serves: each part of the daemon that has some appends its routes.
public struct WebPages: Sendable {
  /// The routes, first match first.
  var routes = RoutedHTTPHandler()

  /// No pages.
  public init() {}

  /// Adds what `handler` answers for `route`, as in `GET /metrics`.
  public mutating func add(_ route: HTTPRoute, to handler: some HTTPHandler) {
    routes.appendRoute(route, to: handler)
  }

  /// Adds what `answer` returns for `route`.
  public mutating func add(
    _ route: HTTPRoute, answer: @Sendable @escaping (HTTPRequest) async throws -> HTTPResponse
  ) {
    routes.appendRoute(route, handler: answer)
  }
}

/// Serves pages over HTTP on loopback, on Swift's own threads: never on a thread of the session.
public final class WebServer: Sendable {
  /// Where it listens.
  public let address: WebAddress
  private let server: HTTPServer
  private let task: Task<Void, Never>

  private init(address: WebAddress, server: HTTPServer, task: Task<Void, Never>) {
    self.address = address
    self.server = server
    self.task = task
  }

  /// Opens `address` and serves `pages` there.
  ///
  /// A server on loopback answers only requests that name this computer, so that no page of elsewhere
  /// can talk to it under a name of its own.
  public static func start(
    _ address: WebAddress, pages: WebPages
  ) async throws(ServiceError) -> WebServer {
    let place: sockaddr_in
    do { place = try .inet(ip4: address.host, port: address.port) } catch {
      throw failure(address, "\(address.host) is no address")
    }
    let server = HTTPServer(
      config: HTTPServer.Configuration(address: place, timeout: 15, logger: .disabled),
      handler: HostGuard(pages: pages, isLoopback: address.isLoopback))
    // whichever comes first: it listens, or it cannot
    let (outcomes, outcome) = AsyncStream.makeStream(of: Result<Void, any Error>.self)
    let task = Task.detached {
      do { try await server.run() } catch { outcome.yield(.failure(error)) }
    }
    let watch = Task.detached {
      do {
        try await server.waitUntilListening()
        outcome.yield(.success(()))
      } catch {
        outcome.yield(.failure(error))
      }
    }
    for await case .failure(let error) in outcomes.prefix(1) {
      task.cancel()
      watch.cancel()
      throw failure(address, words(error))
    }
    let port = await server.port ?? address.port
    return WebServer(
      address: WebAddress(host: address.host, port: port), server: server, task: task)
  }

  /// Closes the socket and ends all talks.
  public func stop() async {
    await server.stop(timeout: 0.2)
    task.cancel()
  }

  /// The same as `start`, for a thread that may wait: none of Swift's own.
  public static func startAndWait(
    _ address: WebAddress, pages: WebPages
  ) throws(ServiceError) -> WebServer {
    let outcome = Handover<Result<WebServer, ServiceError>>()
    Task.detached {
      do throws(ServiceError) {
        outcome.give(.success(try await start(address, pages: pages)))
      } catch {
        outcome.give(.failure(error))
      }
    }
    return try outcome.take().get()
  }

  /// The same as `stop`, for a thread that may wait: none of Swift's own.
  public func stopAndWait() {
    let outcome = Handover<Void>()
    Task.detached {
      await self.stop()
      outcome.give(())
    }
    outcome.take()
  }

  /// Why `address` could not be listened on just now; nil when it is free.
  public static func holder(of address: WebAddress) -> String? {
    guard let place = try? sockaddr_in.inet(ip4: address.host, port: address.port),
      let socket = try? Socket(domain: AF_INET)
    else { return "\(address.host) is no address" }
    defer { try? socket.close() }
    do {
      try socket.setValue(true, for: .localAddressReuse)
      try socket.bind(to: place)
      try socket.listen()
      return nil
    } catch {
      return words(error)
    }
  }

  private static func failure(_ address: WebAddress, _ reason: String) -> ServiceError {
    ServiceError(
      .held, place: "http://\(address)", message: "the web server cannot listen: \(reason)",
      remedy: "choose another port with --http, or switch it off with --http off")
  }

  private static func words(_ error: any Error) -> String {
    switch error as? SocketError {
    case .failed(_, let code, let message): code == EADDRINUSE ? "another program has it" : message
    default: "\(error)"
    }
  }
}

extension HTTPServer {
  /// The port that it listens on; nil when it does not.
  fileprivate var port: UInt16? {
    switch listeningAddress {
    case .ip4(_, let port), .ip6(_, let port): port
    default: nil
    }
  }
}

/// One value from a task to the thread that waits for it.
private final class Handover<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isThere = DispatchSemaphore(value: 0)

  func give(_ given: Value) {
    value.withLock { $0 = given }
    isThere.signal()
  }

  func take() -> Value {
    isThere.wait()
    guard let taken = value.withLock({ $0 }) else {
      preconditionFailure("who signals has given a value")
    }
    return taken
  }
}

/// Lets through only requests that name this computer, when only this computer is meant.
private struct HostGuard: HTTPHandler {
  let pages: WebPages
  let isLoopback: Bool

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    if isLoopback {
      let host = request.headers[.host]?.split(separator: ":").first.map(String.init) ?? ""
      guard host == "localhost" || WebAddress("\(host):0")?.isLoopback == true else {
        return HTTPResponse(
          statusCode: .forbidden, body: Data("this server answers to 127.0.0.1 only\n".utf8))
      }
    }
    return try await pages.routes.handleRequest(request)
  }
}
