internal import Configuration
internal import Glibc
internal import Services

/// What a daemon offers to the world while it runs.
public struct ServiceOptions: Hashable, Sendable {
  /// The control socket's path; nil takes the usual place.
  public var socket: String?

  /// The usual services.
  public init(socket: String? = nil) {
    self.socket = socket
  }
}

/// The services of a live session, from opening to closing; belongs to the main thread.
///
/// A place that somebody named and that is not to be had stops the session before it begins; the usual
/// place, taken by another daemon, only costs the service.
struct LiveServices {
  private var control: ControlServer?
  /// What could not be had, one sentence each.
  private(set) var notices: [String] = []

  /// Opens the services.
  init(_ options: ServiceOptions, answers: OperatorAnswers) throws(ServiceError) {
    let place = ControlPlace.forDaemon(named: options.socket)
    let file = answers.assembly.configuration.file
    do {
      control = try ControlServer(
        path: place.path, holder: "process \(getpid()) with session \(file)"
      ) { answers.answer($0) }
    } catch {
      if place.isNamed { throw error }
      notices.append("no control socket: \(error.message)")
    }
  }

  /// Closes the services.
  mutating func close() {
    control?.stop()
    control = nil
  }
}
