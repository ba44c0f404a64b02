import Devices
import Foundation
import Synchronization
import Testing

@testable import Services

@Suite("The control socket")
struct ControlServerTests {
  /// A socket's path in a folder of its own.
  private final class Place {
    let folder = FileManager.default.temporaryDirectory.path + "/cs-" + UUID().uuidString.prefix(8)
    var path: String { folder + "/c.sock" }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// A server that notes what it was asked and does it all, except the payload.
  private func server(
    _ place: Place, _ asked: @escaping @Sendable (OperatorRequest) -> Void = { _ in }
  ) throws -> ControlServer {
    try ControlServer(path: place.path, holder: "process 42 with session knee.yaml") { request in
      asked(request)
      switch request {
      case .status:
        var status = DaemonStatus(
          session: "knee.yaml", subject: "S1", process: 42, version: "0.1.0")
        status.time = 12.5
        (status.gaps, status.lostSamples) = (4, 360)
        status.rings = [
          DaemonStatus.Ring(
            name: "source to pipeline", capacity: 8, pushed: 90, dropped: 10,
            whenFull: "the newest block is dropped")
        ]
        return .status(status)
      case .command(.payload): return .refused("no payload section")
      default: return .done("done", at: 1.5)
      }
    }
  }

  private func raw(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = try #require(UnixAddress(path))
    let code = address.with { connect(descriptor, $0, $1) }
    try #require(code == 0)
    return descriptor
  }

  private func answer(_ descriptor: Int32) -> String {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while recv(descriptor, &byte, 1, 0) == 1, byte != 0x0A { text.append(byte) }
    return String(decoding: text, as: UTF8.self)
  }

  @Test("every request arrives as it was sent, and its answer comes back")
  func requests() throws {
    let place = Place()
    let seen = Seen()
    let server = try server(place) { seen.add($0) }
    let client = ControlClient(path: place.path)
    let requests: [OperatorRequest] = [
      .command(.marker("zweiter Satz: \"grün\"\\")), .command(.payloadOff),
      .startRecording(path: "a b.xdf"), .startRecording(path: nil), .stopRecording,
    ]
    for request in requests {
      let reply = try client.ask(request)
      #expect(reply == .done("done", at: 1.5))
    }
    #expect(seen.all == requests)
    let refusal = #expect(throws: ServiceError.self) {
      try client.ask(.command(.payload(kilograms: 2.5)))
    }
    #expect(refusal?.kind == .refused && refusal?.message == "no payload section")
    #expect(seen.all.last == .command(.payload(kilograms: 2.5)))
    let status = try client.status()
    #expect(status.time == 12.5 && status.process == 42)
    #expect(
      status.troubles == [
        "source to pipeline overflowed 10 times of 100: the newest block is dropped",
        "360 samples are lost, in 4 gaps",
      ])
    server.stop()
    #expect(!FileManager.default.fileExists(atPath: place.path))
    let nobody = #expect(throws: ServiceError.self) { try client.status() }
    #expect(nobody?.kind == .nobody)
  }

  @Test("the wire is the documented JSON")
  func wire() throws {
    let place = Place()
    let server = try server(place)
    defer { server.stop() }
    let descriptor = try raw(place.path)
    defer { close(descriptor) }
    let lines =
      #"{"request": "marker", "text": "x"}"# + "\n\r\n" + #"{"request":"payload_off"}"# + "\n"
    send(descriptor, lines, lines.utf8.count, 0)
    #expect(answer(descriptor) == #"{"message":"done","ok":true,"time":1.5}"#)
    #expect(answer(descriptor) == #"{"message":"done","ok":true,"time":1.5}"#)
  }

  @Test("garbage is refused, an endless line ends the talk, a client that never reads does no harm")
  func badClients() throws {
    let place = Place()
    let server = try server(place)
    defer { server.stop() }
    let silent = try raw(place.path)
    defer { close(silent) }
    let line = #"{"request": "status"}"# + "\n"
    // asks for far more than the limit and reads none of it
    _ = fcntl(silent, F_SETFL, O_NONBLOCK)
    for _ in 0..<20_000 {
      if send(silent, line, line.utf8.count, Int32(MSG_NOSIGNAL)) < 0 { usleep(10) }
    }
    let garbage = try raw(place.path)
    defer { close(garbage) }
    for wrong in [
      "hello", "{}", #"{"request": "explode"}"#, #"{"request": "marker"}"#, "\u{0}\u{1}",
    ] {
      send(garbage, wrong + "\n", wrong.utf8.count + 1, 0)
      #expect(answer(garbage).contains("no request is written so"))
    }
    let endless = [UInt8](repeating: 0x61, count: 3 * ControlServer.lineLimit)
    send(garbage, endless, endless.count, Int32(MSG_NOSIGNAL))
    #expect(answer(garbage).contains("longer than 16384 bytes"))
    #expect(try ControlClient(path: place.path).status().time == 12.5)
  }

  @Test("a second server is told who holds the place; a socket left behind is no holder")
  func holders() throws {
    let place = Place()
    let first = try server(place)
    let error = #expect(throws: ServiceError.self) { try server(place) }
    #expect(error?.kind == .held)
    #expect(
      error?.message == "the control socket is held by process 42 with session knee.yaml")
    // what the failed one did has not hurt the holder
    #expect(try ControlClient(path: place.path).status().process == 42)
    first.stop()
    // as after kill -9: a bound socket that nobody listens on any more
    let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = try #require(UnixAddress(place.path))
    #expect(address.with { bind(left, $0, $1) } == 0)
    close(left)
    let second = try server(place)
    #expect(try ControlClient(path: place.path).status().process == 42)
    second.stop()
  }

  @Test("only the owner may connect, and the group diffmsm where there is one")
  func permissions() throws {
    let place = Place()
    let server = try server(place)
    defer { server.stop() }
    var state = stat()
    #expect(lstat(place.path, &state) == 0)
    let hasGroup = getgrnam(ControlSocket.group).map { $0.pointee.gr_gid == state.st_gid } ?? false
    #expect(state.st_mode & 0o777 == (hasGroup ? 0o660 : 0o600))
    #expect(state.st_uid == getuid())
  }

  @Test("places in their order")
  func places() {
    let empty: [String: String] = [:]
    #expect(ControlPlace.forDaemon(named: "/a", environment: empty).path == "/a")
    let own = ControlPlace.forDaemon(named: nil, environment: empty)
    #expect(own.path == "/tmp/diffmsm-\(getuid())/control.sock" && !own.isNamed)
    let service = ControlPlace.forDaemon(
      named: nil, environment: ["RUNTIME_DIRECTORY": "/run/diffmsm", "XDG_RUNTIME_DIR": "/x"])
    #expect(service.path == ControlPlace.service && service.isNamed)
    let user = ControlPlace.forDaemon(
      named: nil, environment: ["XDG_RUNTIME_DIR": "/run/user/7", "DIFFMSM_SOCKET": ""])
    #expect(user.path == "/run/user/7/diffmsm/control.sock")
    #expect(
      ControlPlace.forCommand(named: nil, environment: ["DIFFMSM_SOCKET": "/b"]) == "/b")
  }
}

/// Requests that a server's thread has seen.
private final class Seen: Sendable {
  private let requests = Mutex<[OperatorRequest]>([])

  var all: [OperatorRequest] { requests.withLock { $0 } }

  func add(_ request: OperatorRequest) { requests.withLock { $0.append(request) } }
}
