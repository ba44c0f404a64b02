public import Signals

/// An uninterrupted stretch of a recording on the estimator's grid, from which windows are cut anywhere.
///
/// Made of consecutive windows; the shorter they are, the less is lost at a gap. A cut window has the
/// envelopes, angles and payloads of its own time and the usual history before it, nothing else.
public struct MotionStretch: Sendable, Hashable {
  /// When the stretch begins [ns on the session timeline].
  public let start: SampleTime
  /// The integration step [s].
  public let step: Double
  /// Steps between measurements [1].
  public let measurementStride: Int
  /// Steps of envelope before the start [1].
  public let historySteps: Int
  /// EMG channels [1].
  public let channelCount: Int
  /// Coordinates [1].
  public let coordinateCount: Int
  /// Envelopes at half steps, from the history on (any number x channelCount) [1].
  private var envelopes: [Double]
  /// Measured angles from the start on ((measurementCount + 1) x coordinateCount) [rad].
  private var angles: [Double]
  /// Which of them were measured.
  private var isMeasured: [Bool]
  /// Payload held in each step (stepCount) [kg].
  private var payload: [Double]
  /// Torque of a worn device in each step (stepCount x coordinateCount); empty where none is measured [N·m].
  private var externalTorque: [Double]
  /// How long a fault left each channel without EMG (channelCount) [s].
  public private(set) var unusableTime: [Double]

  /// The stretch that begins with `window`.
  public init(_ window: Window) {
    start = window.start
    step = window.step
    measurementStride = window.measurementStride
    historySteps = window.historySteps
    channelCount = window.channelCount
    coordinateCount = window.coordinateCount
    envelopes = window.envelopes
    angles = window.angles
    isMeasured = window.isMeasured
    payload = window.payload
    externalTorque = window.externalTorque
    unusableTime = Array(repeating: 0, count: window.channelCount)
    countUnusable(window)
  }

  /// Adds the time of channels that carry no EMG.
  private mutating func countUnusable(_ window: Window) {
    for channel in 0..<channelCount where !window.quality[channel].isDisjoint(with: .unusable) {
      unusableTime[channel] += window.duration
    }
  }

  /// The stretches that `windows`, in time order, make up.
  public static func stretches(of windows: [Window]) -> [MotionStretch] {
    var stretches: [MotionStretch] = []
    for window in windows {
      if window.followsPrevious, !stretches.isEmpty {
        stretches[stretches.count - 1].append(window)
      } else {
        stretches.append(MotionStretch(window))
      }
    }
    return stretches
  }

  /// Adds the window that begins where the stretch ends.
  public mutating func append(_ window: Window) {
    precondition(
      window.step == step && window.measurementStride == measurementStride
        && window.historySteps == historySteps && window.channelCount == channelCount
        && window.coordinateCount == coordinateCount, "windows of one pipeline")
    // the history and the first row are already here
    envelopes += window.envelopes[((2 * historySteps + 1) * channelCount)...]
    angles += window.angles[coordinateCount...]
    isMeasured += window.isMeasured[coordinateCount...]
    payload += window.payload
    externalTorque += window.externalTorque
    countUnusable(window)
  }

  /// Measurements after the one at the start [1].
  public var measurementCount: Int { payload.count / measurementStride }
  /// Time from one measurement to the next [s].
  public var measurementInterval: Double { Double(measurementStride) * step }
  /// Duration [s].
  public var duration: Double { Double(payload.count) * step }
  /// True when a payload was held for a while.
  public var hasPayload: Bool { payload.contains { $0 > 0 } }

  /// True when a worn device gave a measured torque for a while.
  public var hasExternalTorque: Bool { externalTorque.contains { $0 != 0 } }

  /// When which payload was held, from the stretch's start on [s, kg].
  public var payloadSpans: [(start: Double, end: Double, kilograms: Double)] {
    var spans: [(start: Double, end: Double, kilograms: Double)] = []
    for (index, kilograms) in payload.enumerated() where kilograms > 0 {
      let end = Double(index + 1) * step
      if index > 0, payload[index - 1] == kilograms, !spans.isEmpty {
        spans[spans.count - 1].end = end
      } else {
        spans.append((Double(index) * step, end, kilograms))
      }
    }
    return spans
  }

  /// The whole number of measurements closest to `duration` [s], at least one [1].
  public func measurements(in duration: Double) -> Int {
    max(1, Int((duration / measurementInterval).rounded()))
  }

  /// The measured angle of `coordinate` at a measurement; nil when there is none [rad].
  public func angle(_ coordinate: Int, at measurement: Int) -> Double? {
    let index = measurement * coordinateCount + coordinate
    return isMeasured[index] ? angles[index] : nil
  }

  /// The window over the measurements `range`, both ends included, numbered `index`.
  public func window(
    _ range: ClosedRange<Int>, index: Int, followsPrevious: Bool = false
  ) -> Window {
    precondition(range.lowerBound >= 0 && range.upperBound <= measurementCount, "inside")
    let first = range.lowerBound * measurementStride
    var window = Window(
      index: index, start: start.advanced(seconds: Double(first) * step), step: step,
      stepCount: range.count * measurementStride - measurementStride,
      historySteps: historySteps, channelCount: channelCount, coordinateCount: coordinateCount,
      measurementStride: measurementStride, followsPrevious: followsPrevious)
    let rows = window.halfStepCount + 1
    window.envelopes = Array(
      envelopes[(2 * first * channelCount)..<((2 * first + rows) * channelCount)])
    let from = range.lowerBound * coordinateCount
    let to = (range.upperBound + 1) * coordinateCount
    window.angles = Array(angles[from..<to])
    window.isMeasured = Array(isMeasured[from..<to])
    window.payload = Array(payload[first..<(first + window.stepCount)])
    if !externalTorque.isEmpty {
      window.externalTorque = Array(
        externalTorque[
          (first * coordinateCount)..<((first + window.stepCount) * coordinateCount)])
    }
    return window
  }
}
