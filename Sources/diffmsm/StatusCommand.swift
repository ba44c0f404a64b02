import ArgumentParser
import Foundation
import Services

/// How the running daemon is getting on.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Says how the running daemon is getting on.",
    discussion:
      "Exit code 69 when none runs. With --watch once a second, until it or the daemon is stopped.")

  @OptionGroup var control: ControlOptions
  @Flag(help: "Again every second.")
  var watch = false
  @Flag(help: "One line of JSON each time.")
  var json = false

  func run() throws {
    let client = control.client
    let isTerminal = isatty(STDOUT_FILENO) == 1
    var drawn = 0
    while true {
      let status = try client.status()
      if json {
        announce(status.json)
      } else {
        let lines = status.lines
        // over what was drawn before
        if drawn > 0 { announce("\u{1B}[\(drawn)A\u{1B}[J", terminator: "") }
        announce(lines.joined(separator: "\n"))
        drawn = isTerminal ? lines.count : 0
      }
      if !watch { return }
      Thread.sleep(forTimeInterval: 1)
    }
  }
}
