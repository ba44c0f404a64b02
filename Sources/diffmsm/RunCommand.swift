import ArgumentParser
import Configuration
import Runtime

/// The daemon.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a session in real time and identifies while the subject moves.",
    discussion: """
      Stops after --duration, or on SIGINT or SIGTERM, in order and within a second. On a terminal it \
      draws a live view, elsewhere it prints one line a second, both on standard error. A session of \
      virtual devices needs no hardware; at its end the true parameters stand beside the identified ones.
      """)

  @Option(help: ArgumentHelp("The session file.", valueName: "file"))
  var config: String
  @Option(help: ArgumentHelp("How long, as in 250ms, 30s or 2min; without it, until a signal."))
  var duration: SessionDuration?
  @Option(help: ArgumentHelp("Record everything into this new XDF file.", valueName: "file.xdf"))
  var record: String?
  @Flag(
    help: """
      Keep everything of this run in a new folder in recording.folder, named by time and subject code: \
      recording, configuration, result, report and log.
      """)
  var folder = false
  @Option(help: ArgumentHelp("Seed of the virtual subject instead of the session file's."))
  var seed: UInt64?
  @Option(
    help: ArgumentHelp(
      "Where status, marker and payload reach this session; a usual place by default.",
      valueName: "path"))
  var socket: String?
  @Option(
    name: .customLong("continue"),
    help: ArgumentHelp(
      "Begin with what this earlier recording of the session had learned; it may have been cut short.",
      valueName: "file.xdf"))
  var continuing: String?
  @Option(
    help: ArgumentHelp(
      "Where dashboard, metrics and health are served; 127.0.0.1:8722 by default.",
      valueName: "address:port|off"))
  var http: WebChoice?
  @Option(
    help: ArgumentHelp(
      "Keep what is learned here against a crash, and begin with it after one.",
      valueName: "file"))
  var state: String?
  @Option(
    help: ArgumentHelp(
      "A file that only you can read, its first line what the dashboard must say to change anything; "
        + "without it the dashboard is read-only.", valueName: "file"))
  var tokenFile: String?
  @Option(help: "How progress is told on standard error; by default as fits what it is.")
  var log: LogStyle = .auto
  @Flag(help: "Replace the recording if it exists.")
  var force = false
  @Flag(help: "Print the result as JSON.")
  var json = false
  @OptionGroup var settings: SettingOptions

  func validate() throws {
    if folder, record != nil { throw ValidationError("--folder and --record exclude each other.") }
  }

  func run() throws {
    let session = try settings.session(config)
    var folder = try folder ? SessionFolder(session) : nil
    var live = LiveRun(
      session, duration: duration?.seconds, seed: seed, recording: folder?.recording ?? record,
      overwrite: force)
    live.continuing = continuing
    live.services.socket = socket.map { .named($0) } ?? .usual
    live.services.web = (http ?? .fromEnvironment).place
    live.services.token = try tokenFile.map { try DashboardToken.read($0) }
    live.isRealTime = true
    live.stateFile = state
    var report = LiveReport(log)
    let summary = try live.run(reportEvery: report.interval) {
      report.show($0, $1)
      folder?.show($0, $1)
    }
    announce(json ? summary.json : summary.lines.joined(separator: "\n"))
    if let folder {
      try folder.finish(summary)
      complain(["session: \(folder.path)"])
    }
    if let fault = summary.recordingFault { throw fault }
  }
}
