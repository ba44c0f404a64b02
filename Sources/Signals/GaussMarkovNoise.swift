public import Algebra
internal import RealModule

/// Noise that is correlated in time: a first-order Gauss-Markov (Ornstein-Uhlenbeck) process, smoothed or not.
///
/// Below the cut-off the spectral density is that of the process, 2 tau s² / (1 + (2 pi f tau)²); above it the
/// filter that made an envelope has left none.
public struct GaussMarkovNoise: Hashable, Sendable {
  /// Standard deviation of the process before it is smoothed [its unit].
  public var deviation: Double
  /// Correlation time [s].
  public var correlationTime: Double
  /// Half-amplitude cut-off of the smoothing, as `smoother`; nil leaves the process as it is [Hz].
  public var cutOff: Double?

  /// Noise; see the properties.
  public init(deviation: Double, correlationTime: Double, cutOff: Double? = nil) {
    precondition(deviation >= 0 && correlationTime > 0, "a deviation and a time")
    self.deviation = deviation
    self.correlationTime = correlationTime
    self.cutOff = cutOff
  }

  /// What smooths a signal at `rate` [Hz] without delay when it goes both ways: second order each way.
  public static func smoother(cutOff: Double, rate: Double) -> SectionCascade {
    ButterworthFilter(.lowPass(cutOff: min(cutOff, 0.45 * rate)), order: 2, rate: rate).cascade
  }

  /// `count` values `interval` [s] apart, begun in the stationary state [its unit].
  public func series(
    _ count: Int, interval: Double, random: inout RandomSource
  ) -> [Double] {
    let retention = Double.exp(-interval / correlationTime)
    let renewal = (1 - retention * retention).squareRoot()
    var value = random.gaussian()
    var values: [Double] = []
    values.reserveCapacity(count)
    for _ in 0..<count {
      values.append(deviation * value)
      value = retention * value + renewal * random.gaussian()
    }
    guard let cutOff, count > 16 else { return values }
    return Self.smoother(cutOff: cutOff, rate: 1 / interval).zeroPhase(values)
  }
}
