import ArgumentParser
import Configuration
import Foundation
import Runtime

/// Calibration from a recording with markers.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Takes MVC, rest level, sensor zeros and signs, and EMG delay from a recording.",
    discussion: """
      Markers in the recording say what was done: "rest", "mvc NAME", "pose", "move COORDINATE", "end"; \
      config/README.md explains them. When the data are not good enough nothing is written, every \
      reason is printed, and the exit code is 65.
      """)

  @Argument(help: ArgumentHelp("The recording.", valueName: "file.xdf"))
  var recording: String
  @Option(help: ArgumentHelp("The session file.", valueName: "file"))
  var config: String
  @Option(help: ArgumentHelp("The calibration to write.", valueName: "calibration.yaml"))
  var output: String
  @Flag(help: "Replace the calibration if it exists.")
  var force = false
  @OptionGroup var settings: SettingOptions

  func run() throws {
    let run = CalibrationRun(recording, configuration: try settings.session(config))
    let file = try ResultFile(path: output, overwrite: force)
    let (text, refusals) = try run.run()
    guard let text else {
      complain(refusals.map { "\(recording): error: \($0)" })
      throw ExitCode(EX_DATAERR)
    }
    try file.write(text)
    announce(text)
    complain(["calibration: \(output)"])
  }
}
