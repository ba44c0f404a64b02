import Foundation
import RealTime
import Testing

@testable import Services

@Suite("The web server", .timeLimit(.minutes(1)))
struct WebServerTests {
  private func status() -> DaemonStatus {
    var status = DaemonStatus(
      session: "knee \"left\".yaml", subject: "S1", process: 42, version: "0.1.0")
    status.time = 12.5
    status.streams = [DaemonStatus.Stream(name: "board", samples: 25_000, nominalRate: 2000)]
    status.rings = [
      DaemonStatus.Ring(
        name: "source to pipeline", capacity: 8, pushed: 90, dropped: 10, whenFull: "a gap")
    ]
    let histogram = LatencyHistogram()
    for microseconds in 1...1000 { histogram.record(Int64(microseconds * 1000)) }
    status.latency = DaemonStatus.Latency(histogram.snapshot())
    return status
  }

  /// Sends `request` as it is, and returns what comes back until the server hangs up.
  private func talk(_ address: WebAddress, _ request: String) async throws -> String {
    // a thread of its own waits, since the server needs Swift's
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Self.exchange(address, request)) }
    }
  }

  private static func exchange(
    _ address: WebAddress, _ request: String
  ) -> Result<String, ServiceError> {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = address.port.bigEndian
    place.sin_addr.s_addr = inet_addr(address.host)
    let code = withUnsafePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      return .failure(
        ServiceError(.nobody, place: "\(address)", message: "nobody answers", remedy: ""))
    }
    send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &bytes, bytes.count, 0)
      guard count > 0 else { break }
      answer += bytes.prefix(count)
    }
    return .success(String(decoding: answer, as: UTF8.self))
  }

  private func get(_ path: String, host: String = "127.0.0.1") -> String {
    "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
  }

  @Test("metrics, status and health, and nothing for strangers")
  func pages() async throws {
    var pages = WebPages()
    let shown = status()
    pages.addHealth { shown }
    let server = try await WebServer.start(WebAddress(host: "127.0.0.1", port: 0), pages: pages)
    let address = server.address
    #expect(address.port != 0)
    let metrics = try await talk(address, get("/metrics"))
    #expect(metrics.hasPrefix("HTTP/1.1 200 "))
    for line in [
      "diffmsm_samples_total{stream=\"board\"} 25000",
      "diffmsm_ring_dropped_total{ring=\"source to pipeline\"} 10",
      "diffmsm_info{session=\"knee \\\"left\\\".yaml\",subject=\"S1\",version=\"0.1.0\"} 1",
      "# TYPE diffmsm_latency_seconds histogram", "diffmsm_latency_seconds_count 1000",
      "diffmsm_latency_seconds_bucket{le=\"+Inf\"} 1000",
      "diffmsm_latency_quantile_seconds{quantile=\"1\"} 0.001",
    ] {
      #expect(metrics.contains(line + "\n"), "\(line)")
    }
    let json = try #require(
      try await talk(address, get("/status")).split(separator: "\r\n\r\n").last)
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["time"] as? Double == 12.5)
    #expect(try await talk(address, get("/health/ready")).hasSuffix("\r\n\r\nok\n"))
    #expect(try await talk(address, get("/elsewhere")).hasPrefix("HTTP/1.1 404 "))
    // a page from elsewhere, whose name was made to point here
    for host in ["evil.example", "127.evil.example", "", "evil.example:\(address.port)"] {
      #expect(
        try await talk(address, get("/status", host: host)).hasPrefix("HTTP/1.1 403 "), "\(host)")
    }
    #expect(
      try await talk(address, get("/status", host: "localhost:\(address.port)")).contains("knee"))
    let second = await #expect(throws: ServiceError.self) {
      try await WebServer.start(address, pages: pages)
    }
    #expect(second?.kind == .held && second?.message.contains("another program has it") == true)
    await server.stop()
    let third = try await WebServer.start(address, pages: pages)
    await third.stop()
  }

  @Test("a session that stands still is not alive, one without input is not ready")
  func health() async throws {
    let standing = {
      var status = self.status()
      status.sinceProgress = 2
      return status
    }()
    var pages = WebPages()
    pages.addHealth { standing }
    let server = try await WebServer.start(WebAddress(host: "127.0.0.1", port: 0), pages: pages)
    let live = try await talk(server.address, get("/health/live"))
    #expect(live.hasPrefix("HTTP/1.1 503 ") && live.hasSuffix("the pipeline stands still\n"))
    await server.stop()
    var silent = status()
    silent.isInputLost = true
    silent.streams[0].samples = 0
    #expect(silent.readinessTroubles == ["a stream is silent", "a stream has not begun"])
  }

  @Test("cumulative counts and quantiles agree with what was recorded")
  func latency() throws {
    let latency = try #require(status().latency)
    #expect(latency.blocks == 1000 && latency.max == 1e-3)
    #expect(abs(latency.p50 / 500e-6 - 1) < 0.02 && abs(latency.p99 / 990e-6 - 1) < 0.02)
    for (bound, count) in zip(DaemonStatus.Latency.bounds, latency.cumulative) {
      #expect(abs(Double(count) - min(1000, bound * 1e6)) <= 0.016 * bound * 1e6 + 1, "\(bound)")
    }
  }

  @Test("addresses")
  func addresses() {
    #expect(WebAddress("9000") == WebAddress(host: "127.0.0.1", port: 9000))
    #expect(WebAddress("0.0.0.0:80")?.isLoopback == false)
    for wrong in ["", ":", "host:80", "1.2.3:80", "1.2.3.4:70000", "1.2.3.4:80:90", "off"] {
      #expect(WebAddress(wrong) == nil, "\(wrong)")
    }
  }

  @Test("systemd's socket hears what it is told")
  func notifier() throws {
    let path = FileManager.default.temporaryDirectory.path + "/n-\(UUID().uuidString.prefix(8))"
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer {
      close(descriptor)
      unlink(path)
    }
    var address = try #require(UnixAddress(path))
    #expect(address.with { bind(descriptor, $0, $1) } == 0)
    let notifier = ServiceNotifier(
      environment: [
        "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "\(getpid())",
      ])
    #expect(notifier.isService && notifier.watchdogInterval == 1.5)
    var heard: [String] = []
    for message in [
      ServiceNotifier.Message.ready, .watchdog, .status("two\nlines"), .stopping,
    ] {
      notifier.tell(message)
      var bytes = [UInt8](repeating: 0, count: 256)
      let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      heard.append(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self))
    }
    #expect(heard == ["READY=1", "WATCHDOG=1", "STATUS=twolines", "STOPPING=1"])
    #expect(!ServiceNotifier(environment: [:]).isService)
    let other = ServiceNotifier(
      environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"])
    #expect(other.watchdogInterval == nil)
  }
}
