internal import Devices
internal import Pipeline
internal import RealTime
internal import Signals
internal import Synchronization

/// One column of the dashboard's pictures.
struct TraceSample: Sendable {
  /// Counts the session's columns, dropped ones too [1].
  var number = 0
  /// When it ends [ns on the session timeline].
  var time = SampleTime(nanoseconds: 0)
  /// Least EMG of each signal since the column before (channelCount) [V].
  var low: [Double]
  /// Largest EMG (channelCount) [V].
  var high: [Double]
  /// Envelopes (channelCount) [1].
  var envelopes: [Double]
  /// What is wrong with each signal (channelCount).
  var quality: [QualityFlags]
  /// Angles (coordinateCount) [rad].
  var angles: [Double]
  /// Which of them are measured.
  var isMeasured: [Bool]
  /// Payload held [kg].
  var payload = 0.0

  /// A column of nothing.
  init(_ configuration: PipelineConfiguration) {
    let channels = configuration.emg.count
    low = Array(repeating: 0, count: channels)
    high = Array(repeating: 0, count: channels)
    envelopes = Array(repeating: 0, count: channels)
    quality = Array(repeating: [], count: channels)
    angles = Array(repeating: 0, count: configuration.coordinateCount)
    isMeasured = Array(repeating: false, count: configuration.coordinateCount)
  }
}

/// What the pipeline's thread leaves behind for dashboards, and dashboards take.
///
/// Two threads share it. The ring drops the newest column when nobody takes them; the window is left only
/// when nobody is looking at it at that moment.
final class DashboardIntake: Sendable {
  /// Columns; two seconds of them.
  let columns: SingleProducerRing<TraceSample>
  /// The latest window that closed, in storage of its own; its index is -1 before the first.
  let window: Mutex<Window>

  /// An intake for one pipeline.
  init(_ configuration: PipelineConfiguration) {
    window = Mutex(configuration.blankWindow)
    columns = SingleProducerRing(capacity: 128) { TraceSample(configuration) }
  }
}

/// The pipeline's side of the dashboard: sums blocks up into sixty columns a second; never waits,
/// allocates nothing.
struct DashboardTap: Sendable {
  /// The first electrode of a signal, as it is drawn.
  private struct Trace {
    let stream: Int
    let channel: Int
    /// Volts per native unit [V].
    let scale: Double
    /// How far the baseline follows a sample [1].
    let pull: Double
    /// Slow mean, which amplifiers add [V].
    var baseline: Double?
  }

  private let intake: DashboardIntake
  private var traces: [Trace]
  private var column: TraceSample
  private var isEmpty = true
  private var lastTime = SampleTime(nanoseconds: 0)
  private var windowIndex = -1

  /// Between two columns [ns].
  private static let interval: Int64 = 16_666_667

  /// A tap into the pipeline of `configuration`.
  init(_ configuration: PipelineConfiguration, intake: DashboardIntake) {
    self.intake = intake
    traces = configuration.emg.map { signal in
      let electrode = signal.electrodes[0]
      let stream = configuration.streams[electrode.stream]
      return Trace(
        stream: electrode.stream, channel: electrode.channel,
        scale: stream.channels[electrode.channel].scale,
        pull: 1 / max(1, 0.5 * stream.nominalRate))
    }
    column = TraceSample(configuration)
  }

  /// Looks at a block that the pipeline has taken.
  mutating func take(_ block: borrowing SampleBlock) {
    for index in traces.indices where traces[index].stream == block.stream {
      let trace = traces[index]
      var baseline = trace.baseline
      var low = isEmpty ? Double.infinity : column.low[index]
      var high = isEmpty ? -Double.infinity : column.high[index]
      for sample in 0..<block.sampleCount {
        let volts = block[sample, trace.channel] * trace.scale
        guard volts.isFinite else { continue }
        let mean = baseline ?? volts
        let next = mean + trace.pull * (volts - mean)
        baseline = next
        low = min(low, volts - next)
        high = max(high, volts - next)
      }
      traces[index].baseline = baseline
      column.low[index] = low.isFinite ? low : 0
      column.high[index] = high.isFinite ? high : 0
    }
    isEmpty = false
  }

  /// Ends a column when it is time.
  mutating func tick(_ pipeline: borrowing Pipeline) {
    let now = pipeline.now
    guard now.nanoseconds - lastTime.nanoseconds >= Self.interval else { return }
    lastTime = now
    // signals stand at their own time, a little before the present
    column.time = pipeline.frameCount > 0 ? pipeline.frame.time : now
    column.payload = pipeline.frame.payload
    let isValid = pipeline.frame.isValid
    for channel in column.envelopes.indices {
      column.envelopes[channel] = isValid ? pipeline.frame.envelopes[channel] : 0
      column.quality[channel] = pipeline.quality[channel]
    }
    for coordinate in column.angles.indices {
      column.angles[coordinate] = pipeline.frame.angles[coordinate]
      column.isMeasured[coordinate] = isValid && pipeline.frame.isMeasured[coordinate]
    }
    let number = column.number
    _ = intake.columns.push(&column)
    // what comes back is an older column of the same shape
    column.number = number + 1
    isEmpty = true
  }

  /// Leaves the window that closed last, if any has.
  mutating func leave(_ window: Window) {
    guard window.index != windowIndex else { return }
    if intake.window.withLockIfAvailable({ $0.copy(window) }) != nil { windowIndex = window.index }
  }
}
