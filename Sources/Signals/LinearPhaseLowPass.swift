import RealModule

/// A low-pass with the same known delay at every frequency: a finite symmetric impulse response.
///
///     y[n] = sum over k of h[k] x[n-k],   h[k] = h[taps-1-k],   sum of h = 1
///     delay = (taps - 1) / 2 samples
///
/// Taking a sample costs two stores; the sum is made only when `output` is asked for, so that a
/// decimated output costs no more than its own rate. Nothing is allocated after the start.
public struct LinearPhaseLowPass: Hashable, Sendable {
  /// The impulse response, symmetric and of unit sum (an odd number of taps) [1].
  public let weights: [Double]
  /// The sampling rate of the input [Hz].
  public let rate: Double
  /// The last samples, twice in a row so that any `taps` of them lie together (2 taps) [its unit].
  private var history: [Double]
  /// Where in the first half the next sample goes, which is where the oldest lies [1].
  private var next: Int

  /// A Gaussian response: no overshoot, no negative weight; half power at `cutOff` [Hz].
  ///
  ///     h[k] ~ exp(-(k - c)^2 / (2 s^2)),   s = rate sqrt(ln 2) / (2 pi cutOff)
  ///     |H(f)| = exp(-2 pi^2 s^2 f^2 / rate^2)
  ///
  /// cut `widths` standard deviations s from the middle c; so the delay is widths s / rate.
  public init(gaussianCutOff cutOff: Double, widths: Double = 4, rate: Double) {
    precondition(cutOff > 0 && cutOff < rate / 2, "the cut-off lies between zero and half the rate")
    precondition(widths > 0, "a response has a width")
    let deviation = rate * .sqrt(.log(2)) / (2 * .pi * cutOff)
    let half = max(1, Int((widths * deviation).rounded(.up)))
    self.init(
      rate: rate,
      unscaled: (-half...half).map { .exp(-0.5 * .pow(Double($0) / deviation, 2)) })
  }

  /// A Kaiser-windowed sinc: flat up to the transition, then down by `attenuation` [dB].
  ///
  /// The response is a half at `cutOff` [Hz], in the middle of the transition of `transitionWidth`
  /// [Hz]. Length and shape by Kaiser (1974), as scipy.signal.kaiserord, the length rounded up to odd.
  public init(
    kaiserCutOff cutOff: Double, transitionWidth: Double, attenuation: Double, rate: Double
  ) {
    precondition(cutOff > 0 && cutOff < rate / 2, "the cut-off lies between zero and half the rate")
    precondition(transitionWidth > 0 && attenuation > 8, "Kaiser's formula begins above 8 dB")
    let width = 2 * Double.pi * transitionWidth / rate
    let length = Int(((attenuation - 7.95) / (2.285 * width) + 1).rounded(.up))
    let half = max(1, length / 2)
    let shape = Self.kaiserShape(attenuation)
    self.init(
      rate: rate,
      unscaled: (-half...half).map { k in
        let place = Double(k) / Double(half)
        let sinc = k == 0 ? 1 : Double.sin(2 * .pi * cutOff / rate * Double(k)) / Double(k)
        let middle = k == 0 ? 2 * Double.pi * cutOff / rate : 1
        return sinc * middle * Self.besselI0(shape * .sqrt(1 - place * place))
      })
  }

  private init(rate: Double, unscaled: [Double]) {
    let sum = unscaled.reduce(0, +)
    self.rate = rate
    weights = unscaled.map { $0 / sum }
    history = Array(repeating: 0, count: 2 * unscaled.count)
    next = 0
  }

  /// Takes the next sample without making an output.
  public mutating func append(_ input: Double) {
    history[next] = input
    history[next + weights.count] = input
    next = next + 1 == weights.count ? 0 : next + 1
  }

  /// The filtered value as of the last sample, `delay` old.
  public var output: Double {
    // oldest to newest lie at next ..< next + taps; equal weights meet from both ends
    let half = weights.count / 2
    let last = next + weights.count - 1
    var (even, odd) = (weights[half] * history[next + half], 0.0)
    var k = 0
    while k + 1 < half {
      even += weights[k] * (history[next + k] + history[last - k])
      odd += weights[k + 1] * (history[next + k + 1] + history[last - k - 1])
      k += 2
    }
    if k < half {
      odd += weights[k] * (history[next + k] + history[last - k])
    }
    return even + odd
  }

  /// Takes the next sample and gives the filtered value.
  public mutating func advance(_ input: Double) -> Double {
    append(input)
    return output
  }

  /// Takes `value` for the whole past, so that no transient follows.
  public mutating func settle(at value: Double) {
    for index in history.indices { history[index] = value }
  }

  /// Forgets everything: as if the input had always been zero.
  public mutating func reset() {
    settle(at: 0)
  }

  /// The delay at every frequency, (taps - 1) / (2 rate) [s].
  public var delay: Double { Double(weights.count - 1) / (2 * rate) }

  /// The gain at a frequency [Hz], beside the delay; negative where the phase is reversed [1].
  public func amplitude(at frequency: Double) -> Double {
    let angular = 2 * Double.pi * frequency / rate
    let middle = weights.count / 2
    return weights.indices.reduce(0) {
      $0 + weights[$1] * .cos(angular * Double($1 - middle))
    }
  }

  /// The width of the ideal filter of unit gain that passes as much white noise [Hz].
  public var equivalentNoiseBandwidth: Double {
    rate / 2 * weights.reduce(0) { $0 + $1 * $1 }
  }

  /// Kaiser's beta for a stop-band attenuation [dB].
  private static func kaiserShape(_ attenuation: Double) -> Double {
    if attenuation > 50 { return 0.1102 * (attenuation - 8.7) }
    if attenuation > 21 {
      return 0.5842 * .pow(attenuation - 21, 0.4) + 0.07886 * (attenuation - 21)
    }
    return 0
  }

  /// The modified Bessel function of order zero, sum over k of ((x/2)^k / k!)^2.
  private static func besselI0(_ x: Double) -> Double {
    var (sum, term, k) = (1.0, 1.0, 1.0)
    while term > 1e-17 * sum {
      term *= (0.5 * x / k) * (0.5 * x / k)
      sum += term
      k += 1
    }
    return sum
  }
}
