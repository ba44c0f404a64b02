import ArgumentParser
import Configuration
import Runtime

/// A virtual subject wearing virtual devices.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Records a virtual subject on virtual devices, as fast as the machine can.",
    discussion: """
      The same line as in a live session, with the true parameters in the recording. The same seed gives \
      the same bytes.
      """)

  @Option(help: ArgumentHelp("The session file.", valueName: "file"))
  var config: String
  @Option(help: ArgumentHelp("How long, as in 30s or 2min."))
  var duration: SessionDuration
  @Option(help: ArgumentHelp("Seed of the virtual subject instead of the session file's."))
  var seed: UInt64?
  @Option(help: ArgumentHelp("The recording to make.", valueName: "file.xdf"))
  var output: String
  @Flag(help: "Replace the recording if it exists.")
  var force = false
  @Flag(help: "Print the result as JSON.")
  var json = false
  @OptionGroup var settings: SettingOptions

  func run() throws {
    let simulation = SimulationRun(
      try settings.session(config), duration: duration.seconds, seed: seed, output: output,
      overwrite: force)
    let summary = try simulation.run()
    announce(json ? summary.json : summary.lines.joined(separator: "\n"))
  }
}
