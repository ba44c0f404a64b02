internal import Dispatch
internal import FlyingFox
internal import Foundation

/// Who may do what on the dashboard.
public struct DashboardAccess: Sendable {
  /// What a request must carry to change anything; nil makes the dashboard read-only for everybody.
  public var token: String?
  /// Does what an operator asks.
  public var answer: @Sendable (OperatorRequest) -> ControlReply
  /// Is told of every request that was refused, in a sentence.
  public var refused: @Sendable (String) -> Void

  /// Access by these rules.
  public init(
    token: String?, answer: @escaping @Sendable (OperatorRequest) -> ControlReply,
    refused: @escaping @Sendable (String) -> Void
  ) {
    self.token = token
    self.answer = answer
    self.refused = refused
  }

  /// Shortest token that is one [bytes].
  public static let shortestToken = 16
}

extension WebPages {
  /// Adds the dashboard: `/`, its script and style, its stream and what it may ask.
  ///
  /// A request that a browser sends for a page of elsewhere is refused: its `Origin` is not this server,
  /// and `Sec-Fetch-Site` says so.
  public mutating func addDashboard(_ board: DashboardBoard, access: DashboardAccess) {
    add("GET /") { _ in .page(PackageResources.dashboard_html, type: "text/html; charset=utf-8") }
    add("GET /dashboard.css") { _ in
      .page(PackageResources.dashboard_css, type: "text/css; charset=utf-8")
    }
    add("GET /dashboard.js") { _ in
      .page(PackageResources.dashboard_js, type: "text/javascript; charset=utf-8")
    }
    let stream = WebSocketHTTPHandler(handler: DashboardStream(board: board))
    add("GET /dashboard/stream") { request in
      if let reason = request.foreignness { return access.refuse(.forbidden, "stream", reason) }
      return try await stream.handleRequest(request)
    }
    add("POST /dashboard/command") { try await access.answer(to: $0) }
  }
}

extension DashboardAccess {
  /// Longest command [bytes].
  private static let commandLimit = 4096

  /// Does what `request` asks, or says why not.
  fileprivate func answer(to request: HTTPRequest) async throws -> HTTPResponse {
    if let reason = request.foreignness { return refuse(.forbidden, "command", reason) }
    guard request.headers[.contentType]?.hasPrefix("application/json") == true else {
      return refuse(.unsupportedMediaType, "command", "its type is not application/json")
    }
    guard let token else {
      return refuse(
        .forbidden, "command",
        "this session is read-only; start it with --token-file to change that")
    }
    guard token.isSame(as: request.headers[HTTPHeader("X-DiffMSM-Token")] ?? "") else {
      // whoever guesses has to wait
      try await Task.sleep(for: .milliseconds(300))
      return refuse(.forbidden, "command", "the token is missing or wrong")
    }
    var body = Data()
    guard let length = request.bodySequence.count, length <= Self.commandLimit else {
      return refuse(.payloadTooLarge, "command", "it is longer than \(Self.commandLimit) bytes")
    }
    for try await chunk in request.bodySequence { body += chunk }
    guard let command = ControlLine.decode(OperatorRequest.self, body) else {
      return refuse(.badRequest, "command", "it is no request")
    }
    // an answer may wait for the pipeline, which none of Swift's own threads should
    let reply = await withCheckedContinuation { done in
      DispatchQueue.global().async { done.resume(returning: answer(command)) }
    }
    return .reply(reply, .ok)
  }

  /// Refuses a request and tells it.
  fileprivate func refuse(
    _ status: HTTPStatusCode, _ what: String, _ reason: String
  ) -> HTTPResponse {
    refused("dashboard: \(what) refused: \(reason)")
    return .reply(.refused(reason), status)
  }
}

extension HTTPRequest {
  /// Why a browser sent this for a page of elsewhere; nil when it did not.
  fileprivate var foreignness: String? {
    let site = headers[HTTPHeader("Sec-Fetch-Site")]
    if let site, site != "same-origin", site != "none" { return "it comes from another site" }
    guard let origin = headers[HTTPHeader("Origin")] else { return nil }
    return origin == "http://\(headers[.host] ?? "")" ? nil : "it comes from another origin"
  }
}

extension HTTPResponse {
  /// A part of the page, which may load its own parts only and stand in no other page.
  fileprivate static func page(_ bytes: [UInt8], type: String) -> HTTPResponse {
    HTTPResponse(
      statusCode: .ok,
      headers: [
        .contentType: type, .cacheControl: "no-store",
        HTTPHeader("X-Content-Type-Options"): "nosniff",
        HTTPHeader("X-Frame-Options"): "DENY", HTTPHeader("Referrer-Policy"): "no-referrer",
        HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
        HTTPHeader("Content-Security-Policy"):
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
          + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      ], body: Data(bytes))
  }

  fileprivate static func reply(_ reply: ControlReply, _ status: HTTPStatusCode) -> HTTPResponse {
    .text(
      String(decoding: ControlLine.encode(reply), as: UTF8.self), type: "application/json",
      status: status)
  }
}

extension String {
  /// The same text; how long the comparison takes does not tell where they differ.
  fileprivate func isSame(as other: String) -> Bool {
    let (mine, others) = (Array(utf8), Array(other.utf8))
    var difference = mine.count ^ others.count
    for index in mine.indices {
      difference |= Int(mine[index] ^ (index < others.count ? others[index] : 0))
    }
    return difference == 0
  }
}
