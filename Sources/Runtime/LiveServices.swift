internal import Configuration
internal import Glibc
public import Services
internal import Synchronization

/// What a daemon offers to the world while it runs; nothing unless asked.
public struct ServiceOptions: Hashable, Sendable {
  /// Where a service is to be had.
  public enum Place<Named: Hashable & Sendable>: Hashable, Sendable {
    /// Nowhere.
    case off
    /// Where it usually is; one that is taken only costs the service.
    case usual
    /// Where somebody said; one that is taken stops the session before it begins.
    case named(Named)
  }

  /// The control socket, by path.
  public var socket = Place<String>.off
  /// The web server, by address.
  public var web = Place<WebAddress>.off

  /// What a dashboard must say to change anything; nil leaves it read-only.
  public var token: String?

  /// No services.
  public init() {}
}

/// The services of a live session, from opening to closing; belongs to the main thread.
struct LiveServices {
  private var control: ControlServer?
  private var web: WebServer?
  /// What could not be had, one sentence each.
  private(set) var notices: [String] = []

  /// Opens the services.
  ///
  /// - Parameter dashboard: what the web server's dashboard shows; nil where there is none.
  init(
    _ options: ServiceOptions, answers: OperatorAnswers, dashboard: DashboardThread? = nil
  ) throws(ServiceError) {
    do throws(ServiceError) {
      try openControl(options, answers)
      try openWeb(options, answers, dashboard)
    } catch {
      close()
      throw error
    }
  }

  /// Where the web server listens; nil when there is none.
  var webAddress: String? { web?.address.description }

  /// Closes the services.
  mutating func close() {
    control?.stop()
    control = nil
    web?.stopAndWait()
    web = nil
  }

  private mutating func openControl(
    _ options: ServiceOptions, _ answers: OperatorAnswers
  ) throws(ServiceError) {
    let named: String?
    switch options.socket {
    case .off: return
    case .usual: named = nil
    case .named(let path): named = path
    }
    let place = ControlPlace.forDaemon(named: named)
    let file = answers.assembly.configuration.file
    let state = answers.state
    do {
      control = try ControlServer(
        path: place.path, holder: "process \(getpid()) with session \(file)",
        cutOff: { state.cutOffClients.add(1, ordering: .relaxed) }
      ) { answers.answer($0) }
    } catch {
      if place.isNamed { throw error }
      notices.append("no control socket: \(error.message)")
    }
  }

  private mutating func openWeb(
    _ options: ServiceOptions, _ answers: OperatorAnswers, _ dashboard: DashboardThread?
  ) throws(ServiceError) {
    let address: WebAddress
    switch options.web {
    case .off: return
    case .usual: address = .usual
    case .named(let named): address = named
    }
    var pages = WebPages()
    pages.addHealth { answers.status }
    if let dashboard {
      let state = answers.state
      pages.addDashboard(
        dashboard.board,
        access: DashboardAccess(
          token: options.token, answer: { answers.answer($0) },
          refused: { state.notice($0) }))
    }
    do {
      let server = try WebServer.startAndWait(address, pages: pages)
      web = server
      if dashboard != nil { notices.append("dashboard: http://\(server.address)/") }
    } catch {
      if case .named = options.web { throw error }
      notices.append("no web server: \(error.message)")
    }
    if !address.isLoopback {
      notices.append("the web server on \(address) can be reached from other computers")
    }
  }
}
