import ArgumentParser
import Configuration
import Runtime

/// Proposes the next trial.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Proposes the trial that would shrink the error bars most.",
    discussion: """
      Trials that differ in posture, speed, co-contraction and load are simulated with the present \
      estimate, and what they would tell is added to what is known: the prior, or the posterior of the \
      recordings given. They are ranked by the mean logarithm of the posterior standard deviations of \
      the parameters asked for.
      """)

  @Option(
    help: ArgumentHelp(
      "The session file; by default the session that the first recording carries.",
      valueName: "file"))
  var config: String?
  @Option(help: ArgumentHelp("What was recorded so far; may be repeated.", valueName: "file.xdf"))
  var recording: [String] = []
  @Option(help: ArgumentHelp("How long the trial would last.", valueName: "15s"))
  var duration: SessionDuration?
  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "A parameter asked for, or a pattern; may be repeated. By default all but nuisances.",
      valueName: "name"))
  var wanted: [String] = []
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard config != nil || !recording.isEmpty else {
      throw ValidationError("name a session with --config, or a recording with --recording")
    }
  }
  @OptionGroup var settings: SettingOptions

  func run() throws {
    let outcome = try PlanRun(
      try settings.session(config), recordings: recording,
      duration: duration?.seconds ?? 15, patterns: wanted
    ).run()
    announce(json ? outcome.json : outcome.lines.joined(separator: "\n"))
  }
}
