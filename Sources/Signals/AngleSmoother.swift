/// A causal low-pass for one encoder's angles, so that they may be taken at a lower rate.
///
/// The first sample after the start or a `reset` is taken for the angle's whole past, so that there is no
/// transient from zero. `advance` allocates nothing.
public struct AngleSmoother: Hashable, Sendable {
  /// How the angles are smoothed.
  public enum Method: Hashable, Sendable {
    /// A Butterworth low-pass with this half-power cut-off [Hz] and number of poles.
    case butterworth(cutOff: Double, order: Int = 2)
    /// The mean of this many samples.
    case movingAverage(samples: Int)
  }

  /// How the angles are smoothed.
  public let method: Method
  /// The time by which a slow movement's smoothed angle lags: the group delay at 0 Hz [s].
  public let delay: Double

  /// The low-pass, when that is the method; else there is an `average`.
  private var filter: ButterworthFilter?
  /// The moving average, when that is the method.
  private var average: MovingAverage?
  /// Whether an angle has come since the start or the last `reset`.
  private var hasStarted: Bool

  /// A smoother for angles sampled at `rate` [Hz].
  public init(_ method: Method = .butterworth(cutOff: 20), rate: Double) {
    precondition(rate > 0, "a sampling rate is positive")
    self.method = method
    hasStarted = false
    switch method {
    case .butterworth(let cutOff, let order):
      let filter = ButterworthFilter(.lowPass(cutOff: cutOff), order: order, rate: rate)
      delay = filter.groupDelay(at: 0)
      self.filter = filter
    case .movingAverage(let samples):
      let average = MovingAverage(samples: samples)
      delay = average.delay(atRate: rate)
      self.average = average
    }
  }

  /// Takes the next angle and gives the smoothed one, which is `delay` old [rad].
  public mutating func advance(_ angle: Double) -> Double {
    if !hasStarted {
      hasStarted = true
      filter?.settle(at: angle)
    }
    return filter?.advance(angle) ?? average?.advance(angle) ?? angle
  }

  /// Forgets the past, as after a gap; the next angle starts anew.
  public mutating func reset() {
    hasStarted = false
    average?.reset()
  }
}

extension AngleSmoother: Resumable {
  /// The filter's memory.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&hasStarted)
    filter?.carry(&archive)
    average?.carry(&archive)
  }
}
