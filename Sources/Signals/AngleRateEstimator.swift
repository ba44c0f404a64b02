/// The rate of an angle from its samples, with a delay that is known at every frequency.
///
/// The slope of the straight line of least squares through the last N = 2 M + 1 angles:
///
///     rate = sum over k = -M ... M of k angle[n - M + k] / (T sum of k^2),   delay = M T
///
/// so it is a symmetric (linear-phase) differentiator, exact for constant and for linearly growing
/// rates, with noise deviation / (T sqrt(M (M + 1) (2 M + 1) / 3)) from white angle noise. (Savitzky and
/// Golay 1964, first order.) `advance` allocates nothing.
public struct AngleRateEstimator: Hashable, Sendable {
  /// M: samples on either side of the moment whose rate is given [samples].
  public let halfWidth: Int
  /// The sampling rate [Hz].
  public let rate: Double
  /// The last angles, twice in a row so that any N of them lie together (2 N) [rad].
  private var history: [Double]
  /// Where in the first half the next angle goes, which is where the oldest lies [1].
  private var next = 0
  /// Angles held, at most N [samples].
  private var count = 0

  /// An estimator over 2 `halfWidth` + 1 samples at a sampling `rate` [Hz].
  public init(halfWidth: Int, rate: Double) {
    precondition(halfWidth > 0, "a slope needs a neighbour on either side")
    precondition(rate > 0, "a sampling rate is positive")
    self.halfWidth = halfWidth
    self.rate = rate
    history = Array(repeating: 0, count: 2 * (2 * halfWidth + 1))
  }

  /// The estimator whose delay comes nearest to `delay` [s] at a sampling `rate` [Hz].
  public init(delay: Double, rate: Double) {
    self.init(halfWidth: max(1, Int((delay * rate).rounded())), rate: rate)
  }

  /// The age of the rate that `advance` gives, M T, at every frequency [s].
  public var delay: Double { Double(halfWidth) / rate }

  /// Standard deviation of the rate per standard deviation of white angle noise [1/s].
  public var noiseGain: Double {
    let m = Double(halfWidth)
    return rate / (m * (m + 1) * (2 * m + 1) / 3).squareRoot()
  }

  /// Takes the next angle [rad] and gives the rate `delay` ago; nil until N angles have come [rad/s].
  public mutating func advance(_ angle: Double) -> Double? {
    let width = 2 * halfWidth + 1
    history[next] = angle
    history[next + width] = angle
    next = next + 1 == width ? 0 : next + 1
    count = min(count + 1, width)
    guard count == width else { return nil }
    var sum = 0.0
    for k in 1...halfWidth {
      sum += Double(k) * (history[next + halfWidth + k] - history[next + halfWidth - k])
    }
    let m = Double(halfWidth)
    return sum * rate / (m * (m + 1) * (2 * m + 1) / 3)
  }

  /// Forgets all angles, as after a gap.
  public mutating func reset() {
    next = 0
    count = 0
  }
}

extension AngleRateEstimator: Resumable {
  /// The angles held.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&history)
    archive.carry(&next, in: 0..<(2 * halfWidth + 1))
    archive.carry(&count, in: 0..<(2 * halfWidth + 2))
  }
}
