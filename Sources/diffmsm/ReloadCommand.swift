import ArgumentParser
import Services

/// The running session's file, read anew.
struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload",
    abstract: "Reads the running session's file anew and takes what may change meanwhile.",
    discussion: """
      recording.folder is taken at once; the feed's evidence and rates (recovery, hold_limit, torque_sd, relative_sd, \
      estimator_timeout, refusals, scale, state_rate, parameters_rate, calibration_age, free_space) while it is \
      disarmed. Everything else is named and holds after a restart. Never arms. A file with mistakes changes nothing: exit \
      code 78 and every mistake. What was taken is an event of the recording.
      """)

  @OptionGroup var control: ControlOptions
  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let reply = try control.client.ask(.reload)
    announce((json ? reply.reload?.json : nil) ?? reply.message ?? "done")
  }
}
