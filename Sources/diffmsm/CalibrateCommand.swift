import ArgumentParser
import Configuration
import Foundation
import Runtime
import Services

/// Calibration, from a recording with markers or led on a live session.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Takes MVC, rest level, sensor zeros, signs and axes, and EMG delay from a trial.",
    discussion: """
      Without a recording it runs the session and leads through it: it says what to do, when to begin and \
      when to stop, and records that with its markers. With --running or --socket it does so in the session that a \
      daemon runs and records. With a recording, markers in it say what was done: "rest", \
      "mvc NAME", "pose", "move COORDINATE", "end"; config/README.md explains them. When the data are not \
      good enough nothing is written, every reason is printed, and the exit code is 65.
      """)

  @Argument(
    help: ArgumentHelp("The recording; without it, a live session.", valueName: "file.xdf"))
  var recording: String?
  @Option(
    help: ArgumentHelp(
      "The session file; a running session has its own.", valueName: "file"))
  var config: String?
  @Flag(help: "Calibrate in the session that a daemon runs already, which must be recording.")
  var running = false
  @Option(
    help: ArgumentHelp(
      "The same, and the daemon's control socket; by default the user's own daemon, else the service.",
      valueName: "path"))
  var socket: String?
  @Option(help: ArgumentHelp("The calibration to write.", valueName: "calibration.yaml"))
  var output: String
  @Option(
    help: ArgumentHelp(
      "Where the live session is recorded; beside the calibration by default.",
      valueName: "file.xdf"))
  var record: String?
  @Option(help: ArgumentHelp("Time between an announcement and its task; default 4s."))
  var pause: SessionDuration?
  @Option(help: ArgumentHelp("How long a contraction lasts; default 5s."))
  var contraction: SessionDuration?
  @Option(help: ArgumentHelp("Contractions of each EMG signal."))
  var repeats = 3
  @Option(help: "Seed of the virtual subject instead of the session file's.")
  var seed: UInt64?
  @Flag(help: "Replace the calibration, and the live session's recording, if they exist.")
  var force = false
  @OptionGroup var settings: SettingOptions

  /// True when a daemon runs the session.
  private var isRunning: Bool { running || socket != nil }

  func validate() throws {
    if isRunning {
      if recording != nil || config != nil || record != nil || seed != nil {
        throw ValidationError(
          "A running session has its own --config, --record and --seed, and no recording to be named."
        )
      }
    } else if config == nil {
      throw ValidationError("Missing expected argument '--config <file>'")
    }
    if recording != nil, record != nil || pause != nil || contraction != nil || seed != nil {
      throw ValidationError(
        "--record, --pause, --contraction and --seed belong to a live session, which has no recording yet."
      )
    }
    guard (1...10).contains(repeats) else {
      throw ValidationError("--repeats is \(repeats); 1 to 10 are possible.")
    }
  }

  func run() throws {
    let file = try ResultFile(path: output, overwrite: force)
    if isRunning {
      let client = ControlClient(path: ControlPlace.forCommand(named: socket))
      let pace = CalibrationPace(
        pause: pause?.seconds, contraction: contraction?.seconds, repeats: repeats)
      let outcome = try RunningCalibration(client, pace: pace).run {
        complain(["calibrate: \($0)"])
      }
      guard let outcome else { throw stopped(client.path) }
      return try finish((outcome.text, outcome.refusals), of: outcome.recording, in: file)
    }
    guard let session = try settings.session(config) else {
      throw ValidationError("Missing expected argument '--config <file>'")
    }
    let place: String
    let outcome: (text: String?, refusals: [String])
    if let recording {
      place = recording
      outcome = try CalibrationRun(recording, configuration: session).run()
    } else {
      let base = output.hasSuffix(".yaml") ? String(output.dropLast(5)) : output
      place = record ?? base + ".xdf"
      guard let led = try lead(session, recording: place) else { throw stopped(place) }
      outcome = led
    }
    try finish(outcome, of: place, in: file)
  }

  /// Says that nobody was led to the end.
  private func stopped(_ place: String) -> ExitCode {
    complain(["\(place): error: stopped before the end; begin again"])
    return ExitCode(EX_DATAERR)
  }

  /// Writes the calibration, or says why there is none.
  private func finish(
    _ outcome: (text: String?, refusals: [String]), of place: String, in file: ResultFile
  ) throws {
    guard let text = outcome.text else {
      complain(outcome.refusals.map { "\(place): error: \($0)" })
      throw ExitCode(EX_DATAERR)
    }
    try file.write(text)
    announce(text)
    complain(["calibration: \(output)"])
  }

  /// Leads a person through a live session.
  private func lead(
    _ session: SessionConfiguration, recording: String
  ) throws -> (text: String?, refusals: [String])? {
    var guided = GuidedCalibration(session, recording: recording)
    guided.overwrite = force
    guided.seed = seed
    guided.setPace(
      pause: pause?.seconds, contraction: contraction?.seconds, repeats: repeats)
    var services = ServiceOptions()
    services.socket = .usual
    return try guided.run(services: services) { complain(["calibrate: \($0)"]) }
  }
}
