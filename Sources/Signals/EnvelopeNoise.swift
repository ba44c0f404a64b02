import RealModule

/// What the randomness of EMG itself leaves in a linear envelope, predicted from the filters.
///
/// Constant effort gives stationary Gaussian EMG x of rms s and autocorrelation rho_k, and |x| then has
///
///     mean        s sqrt(2 / pi)
///     covariance  (2 s^2 / pi) c(rho_k),   c(rho) = rho asin(rho) + sqrt(1 - rho^2) - 1
///
/// (Price's theorem; Papoulis, Probability, Random Variables and Stochastic Processes, 3rd ed.,
/// section 10-2.) A low-pass of unit gain at zero and noise bandwidth Bn, narrow beside the spectrum of
/// |x|, passes the density of |x| at zero times 2 Bn, so that the envelope's coefficient of variation is
///
///     relativeNoise^2 = 2 Bn Teff (pi/2 - 1),   Teff = (1/rate) sum over all k of c(rho_k) / c(1)
///
/// with c(1) = pi/2 - 1. Teff is the time over which |x| counts as one independent value. The leading
/// term c = rho^2/2 and Parseval give Teff = 0.44 / B for a flat band of width B, the terms after it
/// 0.46 / B (narrow) to 0.47 / B (from zero), near the rule of thumb 1 / (2 B). Here the sum is taken
/// over the sampled rho_k of white noise behind the band-pass, so the aliasing of |x| is in it.
public struct EnvelopeNoise: Hashable, Sendable {
  /// Bn: width of the ideal low-pass that passes as much white noise as the envelope's [Hz].
  public let noiseBandwidth: Double
  /// B = (integral of S)^2 / (integral of S^2) of the assumed EMG power density S(f), f > 0 [Hz].
  public let spectralBandwidth: Double
  /// Teff: the time over which rectified EMG counts as one independent value [s].
  public let independenceTime: Double
  /// Standard deviation of the envelope over its mean at constant effort [1].
  public let relativeNoise: Double

  /// The noise of white Gaussian EMG behind these two filters, which run at one rate.
  public init(bandPass: ButterworthFilter, lowPass: ButterworthFilter) {
    precondition(bandPass.rate == lowPass.rate, "both filters run at one rate")
    let rate = bandPass.rate
    let correlation = Self.autocorrelation(of: bandPass)
    var sumOfCovariances = Self.rectifiedCovariance(1)
    var sumOfSquares = 1.0
    for value in correlation.dropFirst() {
      sumOfCovariances += 2 * Self.rectifiedCovariance(value)
      sumOfSquares += 2 * value * value
    }
    noiseBandwidth = lowPass.equivalentNoiseBandwidth
    spectralBandwidth = rate / (2 * sumOfSquares)
    independenceTime = sumOfCovariances / Self.rectifiedCovariance(1) / rate
    relativeNoise = .sqrt(2 * noiseBandwidth * independenceTime * Self.rectifiedCovariance(1))
  }

  /// The noise of a moving root mean square over `samples` values of white Gaussian EMG behind the band-pass.
  ///
  /// The mean square of N values has the relative variance 2/N times the sum of all rho_k^2, and its root
  /// a quarter of that; the noise bandwidth of N values is rate / (2 N).
  public init(bandPass: ButterworthFilter, rmsSamples samples: Int) {
    let rate = bandPass.rate
    var sumOfSquares = 1.0
    for value in Self.autocorrelation(of: bandPass).dropFirst() {
      sumOfSquares += 2 * value * value
    }
    noiseBandwidth = rate / (2 * Double(samples))
    spectralBandwidth = rate / (2 * sumOfSquares)
    relativeNoise = .sqrt(sumOfSquares / (2 * Double(samples)))
    independenceTime =
      relativeNoise * relativeNoise / (2 * noiseBandwidth * Self.rectifiedCovariance(1))
  }

  /// Time between two envelope values that count as independent, 1 / (2 Bn) [s].
  ///
  /// It is the integral of the noise's normalised autocorrelation over all lags, positive and
  /// negative: the mean over a time T much longer has the variance of the noise times this over T.
  /// An exponential exp(-|lag| / tau) with the same integral has tau = correlationTime / 2.
  public var correlationTime: Double { 1 / (2 * noiseBandwidth) }

  /// The relative noise of EMG whose spectrum has another `bandwidth` B, of similar shape [Hz].
  ///
  /// Muscle and skin narrow the spectrum of real EMG to 100-200 Hz, below what the band-pass lets
  /// through; the noise grows with 1 / sqrt(B).
  public func relativeNoise(ofSpectralBandwidth bandwidth: Double) -> Double {
    precondition(bandwidth > 0, "a spectrum has a width")
    return relativeNoise * .sqrt(spectralBandwidth / bandwidth)
  }

  /// c(rho), the covariance of |x| and |y| times pi/2 for unit Gaussians of correlation rho.
  private static func rectifiedCovariance(_ correlation: Double) -> Double {
    let rho = min(1, max(-1, correlation))
    // the closed form cancels for small rho, where the series does not
    if rho.magnitude < 0.05 {
      let square = rho * rho
      return square * (0.5 + square * (1.0 / 24 + square / 80))
    }
    return rho * .asin(rho) + .sqrt(1 - rho * rho) - 1
  }

  /// The autocorrelation of white noise behind the filter, from lag 0 until it fades below 1e-4 [1].
  private static func autocorrelation(of filter: ButterworthFilter) -> [Double] {
    let impulse = filter.impulseResponse(tolerance: 1e-8)
    let lags = Int((Double.log(1e-4) / .log(filter.largestPoleMagnitude)).rounded(.up))
    let products = (0...min(lags, impulse.count - 1)).map { lag in
      var sum = 0.0
      for index in lag..<impulse.count {
        sum += impulse[index] * impulse[index - lag]
      }
      return sum
    }
    return products.map { $0 / products[0] }
  }
}
