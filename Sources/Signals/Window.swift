/// A stretch of the session on the estimator's grid: envelopes in, angles out, nothing missing inside.
///
/// Envelopes stand at half steps, beginning `historySteps` before the start, so that activation
/// dynamics, gain, shape and delay can be computed, and fitted, inside the residual. They are already
/// shifted by the nominal electromechanical delay and relieved of the filters' own delay.
public struct Window: Sendable, Hashable, Codable {
  /// Counts the session's windows from zero, skipped ones too [1].
  public var index: Int
  /// When the window begins [ns on the session timeline].
  public var start: SampleTime
  /// The integration step [s].
  public var step: Double
  /// Steps in the window [1].
  public var stepCount: Int
  /// Steps of envelope before the start [1].
  public var historySteps: Int
  /// EMG channels [1].
  public var channelCount: Int
  /// Normalised linear envelopes ((2 (historySteps + stepCount) + 1) x channelCount) [1].
  public var envelopes: [Double]
  /// Measured coordinates [1].
  public var coordinateCount: Int
  /// Steps between measurements; divides stepCount [1].
  public var measurementStride: Int
  /// Measured angles, first at the start ((stepCount / measurementStride + 1) x coordinateCount) [rad].
  public var angles: [Double]
  /// Which of them were measured (as angles).
  public var isMeasured: [Bool]
  /// Measured angular rates at the same times (as angles); empty where nothing measures them [rad/s].
  public var rates: [Double]
  /// Which of them were measured (as rates).
  public var isRateMeasured: [Bool]
  /// What was wrong with each channel at any time in the window or its history (channelCount).
  public var quality: [QualityFlags]
  /// Payload held in each step (stepCount) [kg].
  public var payload: [Double]
  /// Torque that a worn device gives in each step (stepCount x coordinateCount); empty where none is
  /// measured [N·m].
  public var externalTorque: [Double]
  /// True when the window begins where the one before ended, so that the state goes on.
  public var followsPrevious: Bool

  /// A window of this shape filled with zeros, every angle unmeasured.
  public init(
    index: Int, start: SampleTime, step: Double, stepCount: Int, historySteps: Int,
    channelCount: Int, coordinateCount: Int, measurementStride: Int, followsPrevious: Bool
  ) {
    precondition(stepCount % measurementStride == 0, "measurements divide the window")
    self.index = index
    self.start = start
    self.step = step
    self.stepCount = stepCount
    self.historySteps = historySteps
    self.channelCount = channelCount
    self.envelopes = Array(
      repeating: 0, count: (2 * (historySteps + stepCount) + 1) * channelCount)
    self.coordinateCount = coordinateCount
    self.measurementStride = measurementStride
    let measurements = (stepCount / measurementStride + 1) * coordinateCount
    self.angles = Array(repeating: 0, count: measurements)
    self.isMeasured = Array(repeating: false, count: measurements)
    self.rates = []
    self.isRateMeasured = []
    self.quality = Array(repeating: [], count: channelCount)
    self.payload = Array(repeating: 0, count: stepCount)
    self.externalTorque = []
    self.followsPrevious = followsPrevious
  }

  /// Duration [s].
  public var duration: Double { Double(stepCount) * step }
  /// When the window ends [ns on the session timeline].
  public var end: SampleTime { start.advanced(seconds: duration) }
  /// Measurements after the one at the start [1].
  public var measurementCount: Int { stepCount / measurementStride }
  /// Half steps of envelope, history included [1].
  public var halfStepCount: Int { 2 * (historySteps + stepCount) }
  /// True when every number is finite.
  public var isFinite: Bool {
    envelopes.allSatisfy(\.isFinite) && angles.allSatisfy(\.isFinite)
      && rates.allSatisfy(\.isFinite) && payload.allSatisfy(\.isFinite)
      && externalTorque.allSatisfy(\.isFinite)
  }
  /// True when a worn device gave torque for a while.
  public var hasExternalTorque: Bool { externalTorque.contains { $0 != 0 } }
  /// Largest minus smallest measured angle of `coordinate`; zero when fewer than two were measured [rad].
  public func range(ofCoordinate coordinate: Int) -> Double {
    var smallest = Double.infinity
    var largest = -Double.infinity
    for row in 0...measurementCount where isMeasured[row * coordinateCount + coordinate] {
      smallest = min(smallest, angles[row * coordinateCount + coordinate])
      largest = max(largest, angles[row * coordinateCount + coordinate])
    }
    return largest > smallest ? largest - smallest : 0
  }

  /// Becomes the same as `other` in the storage it has; allocates nothing where the shapes agree.
  public mutating func copy(_ other: borrowing Window) {
    index = other.index
    start = other.start
    step = other.step
    stepCount = other.stepCount
    historySteps = other.historySteps
    channelCount = other.channelCount
    envelopes.copy(other.envelopes)
    coordinateCount = other.coordinateCount
    measurementStride = other.measurementStride
    angles.copy(other.angles)
    isMeasured.copy(other.isMeasured)
    rates.copy(other.rates)
    isRateMeasured.copy(other.isRateMeasured)
    quality.copy(other.quality)
    payload.copy(other.payload)
    externalTorque.copy(other.externalTorque)
    followsPrevious = other.followsPrevious
  }

  /// The same window in storage that nobody shares.
  public var separate: Window {
    var window = Window.empty
    window.copy(self)
    return window
  }

  /// The measurements `range`, both ends included, as a window of its own with the same history before it.
  ///
  /// `followsPrevious`: the state goes on from the window that ends where this one begins.
  public func part(_ range: ClosedRange<Int>, index: Int, followsPrevious: Bool) -> Window {
    precondition(range.lowerBound >= 0 && range.upperBound <= measurementCount, "inside")
    let first = range.lowerBound * measurementStride
    var window = Window(
      index: index, start: start.advanced(seconds: Double(first) * step), step: step,
      stepCount: (range.count - 1) * measurementStride, historySteps: historySteps,
      channelCount: channelCount, coordinateCount: coordinateCount,
      measurementStride: measurementStride, followsPrevious: followsPrevious)
    let rows = window.halfStepCount + 1
    window.envelopes = Array(
      envelopes[(2 * first * channelCount)..<((2 * first + rows) * channelCount)])
    let places = (range.lowerBound * coordinateCount)..<((range.upperBound + 1) * coordinateCount)
    window.angles = Array(angles[places])
    window.isMeasured = Array(isMeasured[places])
    if !rates.isEmpty {
      window.rates = Array(rates[places])
      window.isRateMeasured = Array(isRateMeasured[places])
    }
    window.quality = quality
    window.payload = Array(payload[first..<(first + window.stepCount)])
    if !externalTorque.isEmpty {
      window.externalTorque = Array(
        externalTorque[
          (first * coordinateCount)..<((first + window.stepCount) * coordinateCount)])
    }
    return window
  }

  /// The window in parts of `measurements` measurements, what is left at its end being a shorter one.
  ///
  /// `isContinuous`: each part goes on from the one before, the first if the whole does.
  public func parts(of measurements: Int, isContinuous: Bool) -> [Window] {
    precondition(measurements > 0, "parts have some length")
    var parts: [Window] = []
    var first = 0
    while first < measurementCount {
      let last = min(first + measurements, measurementCount)
      parts.append(
        part(
          first...last, index: index + parts.count,
          followsPrevious: isContinuous && (first > 0 || followsPrevious)))
      first = last
    }
    return parts
  }
}

extension Window: Resumable {
  /// A window of no length.
  public static let empty = Window(
    index: 0, start: SampleTime(nanoseconds: 0), step: 1, stepCount: 0, historySteps: 0,
    channelCount: 0, coordinateCount: 0, measurementStride: 1, followsPrevious: false)

  /// Its shape and every number.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&index)
    archive.carry(&start)
    archive.carry(&step)
    archive.carry(&stepCount)
    archive.carry(&historySteps)
    archive.carry(&channelCount)
    archive.carry(growing: &envelopes, blank: 0)
    archive.carry(&coordinateCount)
    archive.carry(&measurementStride)
    archive.carry(growing: &angles, blank: 0)
    archive.carry(growing: &isMeasured, blank: false)
    archive.carry(growing: &rates, blank: 0)
    archive.carry(growing: &isRateMeasured, blank: false)
    archive.carry(growing: &quality, blank: [])
    archive.carry(growing: &payload, blank: 0)
    archive.carry(growing: &externalTorque, blank: 0)
    archive.carry(&followsPrevious)
  }
}
