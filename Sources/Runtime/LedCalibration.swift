internal import Configuration
internal import Estimation
internal import Foundation
internal import Musculoskeletal
internal import Services
internal import Synchronization

/// The calibration that operators ask a running session for.
///
/// `begin`, `stop` and `progress` belong to the services' threads, `advance` to the main thread.
final class LedCalibration: Sendable {
  private struct Course: Sendable {
    /// Leads the person; nil while it does, and after the end.
    var guide: CalibrationGuide?
    /// Which calibration of the session this is [1].
    var number = 0
    /// True from the request to the last task.
    var isRunning = false
    /// True when every task was done.
    var isFinished = false
    /// What was said so far.
    var said: [String] = []
    /// The recording that gets the markers.
    var recording = ""
  }

  private let course = Mutex(Course())
  /// Who else hears what the person is told.
  private let notice: @Sendable (String) -> Void

  /// Nothing is asked for yet.
  init(notice: @escaping @Sendable (String) -> Void) {
    self.notice = notice
  }

  /// Begins to lead through `plan`; false while another calibration goes on.
  func begin(_ plan: CalibrationProtocol, recording: String) -> Bool {
    course.withLock { course in
      guard !course.isRunning else { return false }
      let number = course.number + 1
      course = Course(number: number, isRunning: true, recording: recording)
      course.guide = CalibrationGuide(plan) { [self] in say($0, in: number) }
      return true
    }
  }

  private func say(_ sentence: String, in number: Int) {
    course.withLock { if $0.number == number { $0.said.append(sentence) } }
    notice(sentence)
  }

  /// Leads no further; false when nobody is led.
  func stop() -> Bool {
    course.withLock { course in
      guard course.isRunning else { return false }
      (course.isRunning, course.guide) = (false, nil)
      return true
    }
  }

  /// Goes on at `time` of the session, as `CalibrationGuide` does [s].
  func advance(time: Double, isStreaming: Bool, mark: (String) -> Void) {
    // the guide speaks and marks, which takes time, so nobody is kept waiting meanwhile
    let (taken, number) = course.withLock { ($0.guide.take(), $0.number) }
    guard var guide = taken else { return }
    guide.advance(time: time, isStreaming: isStreaming, mark: mark)
    course.withLock { [guide] course in
      guard course.number == number, course.isRunning else { return }
      if guide.isFinished {
        (course.isRunning, course.isFinished) = (false, true)
      } else {
        course.guide = guide
      }
    }
  }

  /// How far it has come; nil when none was asked for.
  var progress: DaemonStatus.Calibration? {
    course.withLock { course in
      course.number == 0
        ? nil
        : DaemonStatus.Calibration(
          isRunning: course.isRunning, isFinished: course.isFinished, said: course.said,
          recording: course.recording)
    }
  }
}

extension CalibrationProtocol {
  /// The tasks of a session, at some pace.
  init(_ configuration: SessionConfiguration, skeleton: Skeleton, timing: Timing) {
    let pose = skeleton.modelCoordinates.map {
      "\(configuration.model.coordinates[$0].name) "
        + "\(fixed(configuration.calibrationPose[$0] * 180 / .pi, 0)) deg"
    }
    self.init(
      signals: configuration.emg.map(\.name), coordinates: skeleton.coordinateNames,
      pose: pose.joined(separator: ", "), timing: timing)
  }
}
