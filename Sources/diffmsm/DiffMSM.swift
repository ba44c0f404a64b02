import ArgumentParser

/// The command line: arguments in, exit code out; everything between is Runtime's.
@main
struct DiffMSM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diffmsm",
    abstract: "Identifies a person's muscle and bone parameters from EMG and joint angles, live.",
    discussion: """
      Results go to standard output, everything else to standard error. Exit codes: 0 done, 64 wrong \
      arguments, 65 bad data, 66 no such input, 69 device unavailable, 70 internal, 73 cannot create, \
      74 read or write failed, 77 not permitted, 78 bad configuration. For research only, not a medical device.
      """,
    version: programVersion,
    subcommands: [
      RunCommand.self, ReplayCommand.self, SimulateCommand.self, ConvertCommand.self,
      IdentifyCommand.self, ReportCommand.self, StudyCommand.self, PlanCommand.self,
      CalibrateCommand.self,
      ModelCommand.self,
      DevicesCommand.self, CheckConfigCommand.self, DoctorCommand.self, ManualCommand.self,
      StatusCommand.self, MarkerCommand.self,
      PayloadCommand.self, RecordCommand.self, ArmCommand.self, DisarmCommand.self,
      ReloadCommand.self, FeedCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      guard let failure = CommandFailure(error) else { exit(withError: error) }
      complain(failure.lines)
      exit(withError: ExitCode(failure.code))
    }
  }
}
