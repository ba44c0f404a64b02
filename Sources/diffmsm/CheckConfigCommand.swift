import ArgumentParser
import Configuration

/// Every mistake at once.
struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Finds every mistake in session, study, device and model files.",
    discussion: "One line a mistake, as file:line:column: error: what is wrong; what to do.")

  @Argument(help: ArgumentHelp("Session, study, device and model files.", valueName: "file"))
  var files: [String]
  @OptionGroup var settings: SettingOptions
  @Flag(help: "Print sessions and studies as they are read: files included, settings in place.")
  var resolved = false

  func run() throws {
    let problems = ConfigurationCheck.problems(inFiles: files, settings: settings.set)
    if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    for file in files {
      if resolved, !file.hasSuffix(".osim"),
        let text = ConfigurationCheck.resolved(file, settings: settings.set)
      {
        announce("# \(file)\n\(text)", terminator: "")
      } else {
        announce("\(file): no problems")
      }
    }
  }
}
