import ArgumentParser
import Configuration
import Foundation
import Runtime

/// Calibration, from a recording with markers or led on a live session.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Takes MVC, rest level, sensor zeros, signs and axes, and EMG delay from a trial.",
    discussion: """
      Without a recording it runs the session and leads through it: it says what to do, when to begin and \
      when to stop, and records that with its markers. With one, markers in it say what was done: "rest", \
      "mvc NAME", "pose", "move COORDINATE", "end"; config/README.md explains them. When the data are not \
      good enough nothing is written, every reason is printed, and the exit code is 65.
      """)

  @Argument(
    help: ArgumentHelp("The recording; without it, a live session.", valueName: "file.xdf"))
  var recording: String?
  @Option(help: ArgumentHelp("The session file.", valueName: "file"))
  var config: String
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

  func validate() throws {
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
    let session = try settings.session(config)
    let file = try ResultFile(path: output, overwrite: force)
    let place: String
    let outcome: (text: String?, refusals: [String])
    if let recording {
      place = recording
      outcome = try CalibrationRun(recording, configuration: session).run()
    } else {
      let base = output.hasSuffix(".yaml") ? String(output.dropLast(5)) : output
      place = record ?? base + ".xdf"
      guard let led = try lead(session, recording: place) else {
        complain(["\(place): error: stopped before the end; begin again"])
        throw ExitCode(EX_DATAERR)
      }
      outcome = led
    }
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
