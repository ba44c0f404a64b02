import ArgumentParser
import Configuration
import Runtime

/// Repeated simulation and identification against a known truth.
struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Repeats simulation and identification over seeds, guesses and noise.",
    discussion: """
      Every trial draws a motion, a measurement and an initial guess around the truth. The true motion is \
      integrated by another method than the estimator's. Every trial counts. Errors are compared with \
      the truth and with the Cramér-Rao bound, and intervals with what they claim.
      """)

  @Option(help: ArgumentHelp("The study file.", valueName: "file"))
  var config: String
  @Option(help: ArgumentHelp("Trials instead of the study file's number.", valueName: "n"))
  var trials: Int?
  @Option(help: ArgumentHelp("Number of the first trial.", valueName: "n"))
  var first = 0
  @Option(help: ArgumentHelp("Trials at the same time; by default one a core.", valueName: "n"))
  var threads: Int?
  @Option(help: ArgumentHelp("Write the result as JSON.", valueName: "study.json"))
  var output: String?
  @Flag(help: "Replace the result if it exists.")
  var force = false
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard trials ?? 1 > 0, threads ?? 1 > 0, first >= 0 else {
      throw ValidationError("--trials and --threads are at least 1, --first at least 0")
    }
  }
  @OptionGroup var settings: SettingOptions

  func run() throws {
    var study = StudyRun(try settings.study(config), trials: trials)
    study.firstTrial = first
    if let threads { study.threads = threads }
    study.progress = progressBar(of: "trials")
    let file = try output.map { try ResultFile(path: $0, overwrite: force) }
    let lines: [String]
    let text: String
    if study.configuration.faults.isEmpty {
      let outcome = try study.run()
      lines = outcome.lines
      text = outcome.json
    } else {
      let outcome = try DiagnosisStudyRun(study).run()
      lines = outcome.lines
      text = outcome.json
    }
    try file?.write(text)
    announce(json ? text : lines.joined(separator: "\n"))
    if let output { complain(["result: \(output)"]) }
  }
}
