import ArgumentParser
import Configuration
import Runtime

/// The same line on a recording.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Takes a recording through the same line again and compares every byte.",
    discussion: """
      Every estimate is computed anew from the recorded samples; only the moments of adoption and the \
      skipped windows are read back. A recording made by the same configuration must give the same \
      events and estimates: the first difference is reported, and the exit code is 65. A part, from --from to \
      --to, warms up for 5 s first and is not compared. --recompute makes estimates anew, with another \
      configuration if one is given, and reports how they differ from the recorded ones.
      """)

  @Argument(help: ArgumentHelp("The recording.", valueName: "file.xdf"))
  var recording: String
  @Option(
    help: ArgumentHelp(
      "The session file; by default the session that the recording carries.", valueName: "file"))
  var config: String?
  @Option(help: ArgumentHelp("Times real time, or max.", valueName: "1|N|max"))
  var speed = ReplaySpeed.fastest
  @Option(help: ArgumentHelp("Where to begin, as in 10s, counted from the recording's beginning."))
  var from: SessionDuration?
  @Option(help: ArgumentHelp("Where to end, as in 40s, counted from the recording's beginning."))
  var to: SessionDuration?
  @Flag(help: "Make estimates anew and report the differences from the recorded ones.")
  var recompute = false
  @Option(help: ArgumentHelp("Write every event as a line of JSON.", valueName: "events.jsonl"))
  var output: String?
  @Flag(help: "Replace the event file if it exists.")
  var force = false
  @Flag(help: "Use what is whole of a recording that was cut short.")
  var allowTruncated = false
  @Flag(help: "Print the result as JSON.")
  var json = false
  @OptionGroup var settings: SettingOptions

  func run() throws {
    var replay = ReplayRun(
      recording, configuration: try settings.session(config), speed: speed.factor,
      events: output, overwrite: force)
    replay.allowsTruncated = allowTruncated
    replay.range.from = from?.seconds
    replay.range.to = to?.seconds
    replay.recomputes = recompute
    let outcome = try replay.run()
    complain(outcome.omissions.map { "note: \(recording): \($0)" })
    if let differences = outcome.differences {
      announce(json ? differences.json : differences.lines.joined(separator: "\n"))
    } else {
      announce(json ? outcome.summary.json : outcome.summary.lines.joined(separator: "\n"))
    }
    complain([outcome.speedLine])
    if let difference = outcome.difference { throw difference }
    complainOrPrint(outcome.verdictLine)
  }

  /// The verdict is a result, but not part of a JSON object.
  private func complainOrPrint(_ line: String) {
    if json { complain([line]) } else { announce(line) }
  }
}
