internal import Signals

/// Gathers frames into windows; a window has no invalid frame, neither inside nor in its history.
struct WindowAssembler: Sendable {
  private let configuration: PipelineConfiguration
  /// Envelopes of the frames so far (rowLimit x channelCount) [1].
  private var envelopes: [Double]
  /// Angles of the frames so far (rowLimit x coordinateCount) [rad].
  private var angles: [Double]
  /// Which of these are measured (as angles).
  private var isMeasured: [Bool]
  /// Angular rates of the frames so far (as angles); empty where nothing measures any [rad/s].
  private var rates: [Double]
  /// Which of these are measured (as rates).
  private var isRateMeasured: [Bool]
  /// What was wrong with the channels in the frames so far (rowLimit x channelCount).
  private var quality: [QualityFlags]
  /// Payload of the frames so far (rowLimit) [kg].
  private var payload: [Double]
  /// A worn device's torque of the frames so far (rowLimit x coordinateCount); empty where none is measured [N·m].
  private var torque: [Double]
  /// Frames gathered [1].
  private var rows = 0
  /// Time of the first of them [ns on the session timeline].
  private var firstTime = SampleTime(nanoseconds: 0)
  /// The index of the next window [1].
  private var nextWindow = 0
  /// True when the next window begins where the last one ended.
  private var follows = false

  init(_ configuration: PipelineConfiguration) {
    self.configuration = configuration
    let limit = 2 * (configuration.historySteps + configuration.windowSteps) + 1
    envelopes = Array(repeating: 0, count: limit * configuration.emg.count)
    quality = Array(repeating: [], count: limit * configuration.emg.count)
    angles = Array(repeating: 0, count: limit * configuration.coordinateCount)
    isMeasured = Array(repeating: false, count: angles.count)
    let hasRates = configuration.joints.contains(where: \.hasRate)
    rates = hasRates ? angles : []
    isRateMeasured = hasRates ? isMeasured : []
    payload = Array(repeating: 0, count: limit)
    torque = configuration.measuresExternalTorque ? angles : []
  }

  /// Frames in a window with its history, both ends included [1].
  private var rowLimit: Int { payload.count }

  /// Takes a frame; returns how many incomplete frames an invalid one threw away [1].
  mutating func append(_ frame: Frame) -> Int {
    guard frame.isValid else {
      let dropped = rows
      rows = 0
      follows = false
      return dropped
    }
    if rows == 0 { firstTime = frame.time }
    let channels = configuration.emg.count
    let coordinates = configuration.coordinateCount
    for channel in 0..<channels {
      envelopes[rows * channels + channel] = frame.envelopes[channel]
      quality[rows * channels + channel] = frame.quality[channel]
    }
    for coordinate in 0..<coordinates {
      let place = rows * coordinates + coordinate
      angles[place] = frame.angles[coordinate]
      isMeasured[place] = frame.isMeasured[coordinate]
      guard !rates.isEmpty else { continue }
      rates[place] = frame.rates[coordinate]
      isRateMeasured[place] = frame.isRateMeasured[coordinate]
    }
    payload[rows] = frame.payload
    if !torque.isEmpty {
      for coordinate in 0..<coordinates {
        torque[rows * coordinates + coordinate] = frame.externalTorque[coordinate]
      }
    }
    rows += 1
    return 0
  }

  /// True when the window's last frame is there.
  var isComplete: Bool { rows == rowLimit }

  /// Fills `window`, of the grid's shape, with the complete window, whose end stays as the next one's beginning.
  mutating func close(into window: inout Window) {
    precondition(isComplete, "a window is closed when it is complete")
    let channels = configuration.emg.count
    let coordinates = configuration.coordinateCount
    let history = 2 * configuration.historySteps
    let spacing = 0.5 * configuration.step
    window.index = nextWindow
    window.start = firstTime.advanced(seconds: Double(history) * spacing)
    window.followsPrevious = follows
    for index in envelopes.indices { window.envelopes[index] = envelopes[index] }
    for channel in 0..<channels {
      var flags: QualityFlags = []
      for row in 0..<rowLimit { flags.formUnion(quality[row * channels + channel]) }
      window.quality[channel] = flags
    }
    for measurement in 0...window.measurementCount {
      let row = history + 2 * configuration.measurementStride * measurement
      for coordinate in 0..<coordinates {
        let (target, place) = (
          measurement * coordinates + coordinate, row * coordinates + coordinate
        )
        window.angles[target] = angles[place]
        window.isMeasured[target] = isMeasured[place]
        guard !rates.isEmpty else { continue }
        window.rates[target] = rates[place]
        window.isRateMeasured[target] = isRateMeasured[place]
      }
    }
    for step in 0..<window.stepCount { window.payload[step] = payload[history + 2 * step + 1] }

    if !torque.isEmpty {
      for step in 0..<window.stepCount {
        let row = history + 2 * step + 1
        for coordinate in 0..<coordinates {
          window.externalTorque[step * coordinates + coordinate] =
            torque[row * coordinates + coordinate]
        }
      }
    }

    // keep the history of the next window, whose first frame is this one's last
    let shift = 2 * configuration.windowSteps
    for row in shift..<rowLimit {
      for channel in 0..<channels {
        envelopes[(row - shift) * channels + channel] = envelopes[row * channels + channel]
        quality[(row - shift) * channels + channel] = quality[row * channels + channel]
      }
      for coordinate in 0..<coordinates {
        let (target, place) = (
          (row - shift) * coordinates + coordinate, row * coordinates + coordinate
        )
        angles[target] = angles[place]
        isMeasured[target] = isMeasured[place]
        guard !rates.isEmpty else { continue }
        rates[target] = rates[place]
        isRateMeasured[target] = isRateMeasured[place]
      }
      payload[row - shift] = payload[row]
      if !torque.isEmpty {
        for coordinate in 0..<coordinates {
          torque[(row - shift) * coordinates + coordinate] = torque[row * coordinates + coordinate]
        }
      }
    }
    rows -= shift
    firstTime = firstTime.advanced(seconds: Double(shift) * spacing)
    nextWindow += 1
    follows = true
  }
}

extension WindowAssembler: Resumable {
  /// The frames gathered.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&envelopes)
    archive.carry(&angles)
    archive.carry(&isMeasured)
    archive.carry(&rates)
    archive.carry(&isRateMeasured)
    archive.carry(&quality)
    archive.carry(&payload)
    archive.carry(&torque)
    archive.carry(&rows, in: payload.indices)
    archive.carry(&firstTime)
    archive.carry(&nextWindow)
    archive.carry(&follows)
  }
}
