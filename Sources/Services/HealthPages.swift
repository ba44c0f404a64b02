internal import FlyingFox
internal import Foundation

extension WebPages {
  /// Adds `/metrics` for Prometheus, `/health/live`, `/health/ready` and `/status`.
  ///
  /// - Parameter status: the present state; called once for each request, on the server's threads.
  public mutating func addHealth(_ status: @Sendable @escaping () -> DaemonStatus) {
    add("GET /metrics") { _ in
      .text(status().prometheusText, type: "text/plain; version=0.0.4; charset=utf-8")
    }
    add("GET /status") { _ in .text(status().json + "\n", type: "application/json") }
    add("GET /health/live") { _ in .health(status().isAlive ? [] : ["the pipeline stands still"]) }
    add("GET /health/ready") { _ in .health(status().readinessTroubles) }
  }
}

extension HTTPResponse {
  /// Text of a type, not to be kept.
  static func text(
    _ text: String, type: String, status: HTTPStatusCode = .ok
  ) -> HTTPResponse {
    HTTPResponse(
      statusCode: status,
      headers: [
        .contentType: type, .cacheControl: "no-store",
        HTTPHeader("X-Content-Type-Options"): "nosniff",
      ], body: Data(text.utf8))
  }

  /// 200 without troubles, else 503 and the troubles, one a line.
  fileprivate static func health(_ troubles: [String]) -> HTTPResponse {
    .text(
      troubles.isEmpty ? "ok\n" : troubles.joined(separator: "\n") + "\n",
      type: "text/plain; charset=utf-8",
      status: troubles.isEmpty ? .ok : .serviceUnavailable)
  }
}
