import ArgumentParser
import Configuration
import Runtime

/// Offline identification of recordings.
struct IdentifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identify",
    abstract: "Identifies recordings offline, all windows at once, and tests what was held out.",
    discussion: """
      The last part of each recording is held out. Its motion is predicted in windows from EMG alone, \
      each started from the state estimated with data up to its start, and compared with the prior \
      model, with a joint that keeps its velocity or holds, and with the limb without EMG.
      """)

  @Argument(help: ArgumentHelp("The recordings.", valueName: "file.xdf"))
  var recordings: [String]
  @Option(
    help: ArgumentHelp(
      "The session file; by default the session that the first recording carries.",
      valueName: "file"))
  var config: String?
  @Option(help: ArgumentHelp("Write the result as JSON.", valueName: "result.json"))
  var output: String?
  @Option(
    help: ArgumentHelp(
      "How the search goes down: damped Gauss-Newton steps, or the gradient descent of the paper for "
        + "comparison.", valueName: "gauss-newton|adam"))
  var step = IdentifyStep.gaussNewton
  @Flag(
    help: """
      Also try the nominal model, one gain per muscle, two stages, simulated annealing with as many \
      evaluations, and an extended Kalman filter.
      """)
  var baselines = false
  @Flag(help: "Replace the result if it exists.")
  var force = false
  @Flag(help: "Use what is whole of recordings that were cut short.")
  var allowTruncated = false
  @Flag(help: "Print the result as JSON.")
  var json = false
  @OptionGroup var settings: SettingOptions

  func run() throws {
    var run = IdentifyRun(recordings, configuration: try settings.session(config))
    run.allowsTruncated = allowTruncated
    run.step = step
    run.withBaselines = baselines
    let file = try output.map { try ResultFile(path: $0, overwrite: force) }
    let outcome = try run.run()
    complain(outcome.omissions.map { "note: \($0)" })
    try file?.write(outcome.json)
    announce(json ? outcome.json : outcome.lines.joined(separator: "\n"))
    if let output { complain(["result: \(output)"]) }
  }
}
