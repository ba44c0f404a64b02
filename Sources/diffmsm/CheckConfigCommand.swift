import ArgumentParser
import Configuration

/// Every mistake at once.
struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Finds every mistake in session, device and model files.",
    discussion: "One line a mistake, as file:line:column: error: what is wrong; what to do.")

  @Argument(help: ArgumentHelp("Session, device and model files.", valueName: "file"))
  var files: [String]

  func run() throws {
    let problems = ConfigurationCheck.problems(inFiles: files)
    if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    for file in files { announce("\(file): no problems") }
  }
}
