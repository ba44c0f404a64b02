import ArgumentParser
import Configuration
import Runtime

/// One page for people.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Tells a result, a recording or a calibration on one self-contained HTML page.",
    discussion: """
      The page needs no network and no script, follows the reader's light or dark, and prints. A recording \
      is identified first, with the session it carries or --config; a calibration is shown with the curves that \
      it was taken from. What the input lacks is said on the \
      page and on standard error; a file of which nothing can be read gives a page that says so, and the \
      exit code is 65.
      """)

  @Argument(
    help: ArgumentHelp(
      "The result, recording or calibration.", valueName: "result.json|file.xdf|calibration.yaml"))
  var input: String
  @Option(help: ArgumentHelp("Where the page goes.", valueName: "report.html"))
  var output: String
  @Option(
    help: ArgumentHelp(
      "The session file of a recording; by default the session that it carries.",
      valueName: "file"))
  var config: String?
  @Flag(help: "Replace the page if it exists.")
  var force = false
  @OptionGroup var settings: SettingOptions

  func run() throws {
    let file = try ResultFile(path: output, overwrite: force)
    let run = ReportRun(input, configuration: try settings.session(config))
    let outcome = try run.run()
    try file.write(outcome.html)
    announce("report: \(output)")
    if !outcome.missing.isEmpty { complain(outcome.missing.map { "\(input): missing: \($0)" }) }
    if outcome.isUnreadable { throw ExitCode(65) }
  }
}
