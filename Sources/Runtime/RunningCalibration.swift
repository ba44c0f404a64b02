internal import Configuration
internal import Foundation
internal import Recordings
public import Services

/// A calibration in the session that a daemon runs already: it leads and records, and its recording is judged here.
public struct RunningCalibration: Sendable {
  /// The daemon.
  public var client: ControlClient
  /// How fast the person is led.
  public var pace: CalibrationPace

  /// How often the daemon is asked how far it is [ms].
  private static let interval = 200
  /// Until what was recorded last is in the file, which the recorder writes every second [s].
  private static let settling = 2.5

  /// A calibration that has not begun.
  public init(_ client: ControlClient, pace: CalibrationPace) {
    self.client = client
    self.pace = pace
  }

  /// Asks the daemon to lead, repeats what it says, and judges; nil when it was stopped before its end, as SIGINT does.
  ///
  /// - Parameter say: what the person is told.
  public func run(
    say: (String) -> Void
  ) throws -> (text: String?, refusals: [String], recording: String)? {
    var signals = TerminationSignals()
    let reply = try client.ask(.calibrate(pace))
    if let message = reply.message { say(message) }
    var heard = 0
    while true {
      if case .stop = signals.wait(milliseconds: Self.interval) {
        _ = try client.ask(.stopCalibration)
        return nil
      }
      guard let progress = try client.status().calibration else { return nil }
      progress.said.dropFirst(heard).forEach(say)
      heard = progress.said.count
      if progress.isRunning { continue }
      guard progress.isFinished else { return nil }
      Thread.sleep(forTimeInterval: Self.settling)
      let outcome = try Self.judge(progress.recording)
      return (outcome.text, outcome.refusals, progress.recording)
    }
  }

  /// The calibration that a recording makes with the session that it carries.
  private static func judge(_ path: String) throws -> (text: String?, refusals: [String]) {
    guard let session = try RecordingSource(path: path).preamble?.session() else {
      throw SessionError(
        .data, file: path, message: "the recording carries no session configuration",
        remedy: "calibrate from it with --config")
    }
    return try CalibrationRun(path, configuration: session).run()
  }
}
