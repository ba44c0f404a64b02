import ArgumentParser
import Services

/// Which daemon a command talks to.
struct ControlOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The daemon's control socket; by default the user's own daemon, else the service.",
      valueName: "path"))
  var socket: String?

  /// The client of that daemon.
  var client: ControlClient {
    ControlClient(path: ControlPlace.forCommand(named: socket))
  }

  /// Asks, and prints what was done.
  func tell(_ request: OperatorRequest) throws {
    let reply = try client.ask(request)
    announce(reply.message ?? "done")
  }
}
