internal import Algebra
internal import RealModule
internal import Signals

/// How a study's true motion is measured.
public struct StudyMeasurement: Sendable, Hashable {
  /// Time between measurements of angles and rates [s].
  public var interval: Double
  /// The estimator's step; divides the interval [s].
  public var step: Double
  /// Standard deviation of a measured angle [rad].
  public var angleNoise: Double
  /// Standard deviation of a measured angular rate; nil where no gyro is worn [rad/s].
  public var rateNoise: Double?
  /// Relative standard deviation of the noise on an envelope, a Gauss-Markov process [1].
  public var activationNoise: Double
  /// Correlation time of that noise [s].
  public var activationCorrelationTime: Double
  /// Cut-off of the filter that goes over the envelopes both ways, `GaussMarkovNoise.smoother`; nil for none [Hz].
  public var envelopeCutOff: Double?
  /// Relative standard deviation of each channel's gain around one [1].
  public var gainSpread: Double
  /// Shortest and longest time by which the EMG leads the activation; one for all channels [s].
  public var delay: ClosedRange<Double>

  /// A measurement; see the properties.
  public init(
    interval: Double = 0.01, step: Double = 0.005, angleNoise: Double = 0, rateNoise: Double? = nil,
    activationNoise: Double = 0, activationCorrelationTime: Double = 0.08,
    envelopeCutOff: Double? = nil, gainSpread: Double = 0, delay: ClosedRange<Double> = 0...0
  ) {
    self.interval = interval
    self.step = step
    self.angleNoise = angleNoise
    self.rateNoise = rateNoise
    self.activationNoise = activationNoise
    self.activationCorrelationTime = activationCorrelationTime
    self.envelopeCutOff = envelopeCutOff
    self.gainSpread = gainSpread
    self.delay = delay
  }

  /// Envelope that a window carries from before its start, for delays [s].
  static let history = 0.1
}

/// What a study's estimator gets to see of a motion.
struct StudyRecord: Sendable {
  /// The whole trial as one window.
  let window: Window
  /// What each channel's envelope must be multiplied by to be the activation (channelCount) [1].
  let gains: [Double]
  /// By how much the EMG leads the activation beyond the shortest delay [s].
  let delay: Double

  /// Measures `motion`; `random` makes all that is uncertain about it.
  init(_ motion: StudyMotion, _ setup: StudyMeasurement, random: inout RandomSource) {
    let channels = motion.activations.channelCount
    let measurements = motion.payload.count
    let coordinates = motion.states.count / (measurements + 1) / 2
    let stride = max(1, Int((setup.interval / setup.step).rounded()))
    let history = Int((StudyMeasurement.history / setup.step).rounded())
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: setup.interval / Double(stride),
      stepCount: measurements * stride, historySteps: history, channelCount: channels,
      coordinateCount: coordinates, measurementStride: stride, followsPrevious: false)
    for step in 0..<window.stepCount { window.payload[step] = motion.payload[step / stride] }

    // angles and rates
    window.isMeasured = window.isMeasured.map { _ in true }
    if setup.rateNoise != nil {
      window.rates = window.angles
      window.isRateMeasured = window.isMeasured
    }
    for row in 0...measurements {
      for coordinate in 0..<coordinates {
        let place = row * coordinates + coordinate
        let state = row * 2 * coordinates + coordinate
        window.angles[place] = motion.states[state] + setup.angleNoise * random.gaussian()
        if let noise = setup.rateNoise {
          window.rates[place] = motion.states[state + coordinates] + noise * random.gaussian()
        }
      }
    }

    // envelopes lead the activations, each with its own gain and a noise that grows with it
    gains = (0..<channels).map { _ in .exp(setup.gainSpread * random.gaussian()) }
    let span = setup.delay.upperBound - setup.delay.lowerBound
    delay = span * random.uniform()
    let retention = Double.exp(-0.5 * window.step / setup.activationCorrelationTime)
    let renewal = (1 - retention * retention).squareRoot()
    var noise = (0..<channels).map { _ in random.gaussian() }
    var activation = noise
    for row in 0...window.halfStepCount {
      let time = 0.5 * window.step * Double(row - 2 * history)
      motion.activations.evaluate(at: time + delay, into: &activation)
      for channel in 0..<channels {
        noise[channel] = retention * noise[channel] + renewal * random.gaussian()
        window.envelopes[row * channels + channel] =
          activation[channel] * max(1 + setup.activationNoise * noise[channel], 0) / gains[channel]
      }
    }
    if let cutOff = setup.envelopeCutOff { window.smoothEnvelopes(cutOff: cutOff) }
    self.window = window
  }
}

extension Window {
  /// Takes what is above `cutOff` [Hz] out of the envelopes, as a session's own filter does.
  fileprivate mutating func smoothEnvelopes(cutOff: Double) {
    let smoother = GaussMarkovNoise.smoother(cutOff: cutOff, rate: 2 / step)
    for channel in 0..<channelCount {
      let rows = stride(from: channel, to: envelopes.count, by: channelCount)
      let smooth = smoother.zeroPhase(rows.map { envelopes[$0] })
      for (row, value) in zip(rows, smooth) { envelopes[row] = max(value, 0) }
    }
  }
}
