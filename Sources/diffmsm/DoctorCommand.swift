import ArgumentParser
import Runtime

/// What this computer lacks.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what this computer lacks for a session, and how to get it.",
    discussion: """
      Looks at permissions, udev rules, USB memory, real-time rights, clock, disk, the LSL library and ports, and with \
      --config at the session's own devices and folder. Changes nothing. Exit code 69 when a session \
      cannot run.
      """)

  @Option(help: ArgumentHelp("The session that is meant.", valueName: "file"))
  var config: String?
  @OptionGroup var folder: DevicesCommand.Folder
  @OptionGroup var settings: SettingOptions
  @Flag(help: "Print the findings as JSON.")
  var json = false

  func run() throws {
    let doctor = Doctor(try settings.session(config), deviceFolder: folder.folder)
    let findings = doctor.examine()
    announce(json ? findings.json : findings.lines.joined(separator: "\n"))
    if findings.contains(where: { $0.grade == .problem }) { throw ExitCode(69) }
  }
}
