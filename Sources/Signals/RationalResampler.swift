import RealModule

/// A channel at another rate: up by one whole number, down by another, through one low-pass.
///
///     y[m] = up sum over k of h[m down - k up] x[k]
///
/// The low-pass h (Kaiser, symmetric) stands at up times the input's rate and cuts at the lower of the
/// two Nyquist frequencies; only the products with samples that are there are formed (polyphase).
/// Each phase's weights are scaled to a sum of one, so that a constant stays exactly what it is. The
/// output lags by `delay` at every frequency.
public struct RationalResampler: Hashable, Sendable {
  /// Output samples per `down` input samples [samples].
  public let up: Int
  /// Input samples per `up` output samples [samples].
  public let down: Int
  /// The sampling rate of the input [Hz].
  public let inputRate: Double
  /// The weights of each phase, newest input first (up x taps) [1].
  private let weights: [Double]
  /// Input samples that one output reads [samples].
  private let taps: Int
  /// Weights of the low-pass, an odd number [1].
  private let length: Int
  /// The last inputs, twice in a row so that any `taps` of them lie together (2 taps) [its unit].
  private var history: [Double]
  /// Where in the first half the next input goes [1].
  private var next = 0
  /// Time of the next output after the newest input, in parts of 1/up of an input period [1].
  private var phase = 0
  private var hasStarted = false

  /// From `inputRate` [Hz] to `inputRate` up / down, with aliases and images down by `attenuation` [dB].
  ///
  /// The pass band ends, and the transition begins, at `passBand` of the lower Nyquist frequency.
  public init(
    up: Int, down: Int, inputRate: Double, passBand: Double = 0.8, attenuation: Double = 80
  ) {
    precondition(up > 0 && down > 0, "rates are multiplied and divided by whole numbers")
    precondition(inputRate > 0, "a sampling rate is positive")
    precondition(passBand > 0 && passBand < 1, "the pass band is a part of the band")
    let divisor = Self.greatestCommonDivisor(up, down)
    let (up, down) = (up / divisor, down / divisor)
    self.up = up
    self.down = down
    self.inputRate = inputRate
    let fine = inputRate * Double(up)
    let nyquist = 0.5 * min(inputRate, inputRate * Double(up) / Double(down))
    guard up > 1 || down > 1 else {
      (weights, taps, length) = ([1], 1, 1)
      history = [0, 0]
      return
    }
    let lowPass = LinearPhaseLowPass(
      kaiserCutOff: 0.5 * (1 + passBand) * nyquist, transitionWidth: (1 - passBand) * nyquist,
      attenuation: attenuation, rate: fine)
    length = lowPass.weights.count
    taps = (length + up - 1) / up
    var phases = [Double](repeating: 0, count: up * taps)
    for phase in 0..<up {
      var sum = 0.0
      for tap in 0..<taps where phase + tap * up < length {
        phases[phase * taps + tap] = lowPass.weights[phase + tap * up]
        sum += phases[phase * taps + tap]
      }
      for tap in 0..<taps { phases[phase * taps + tap] /= sum }
    }
    weights = phases
    history = Array(repeating: 0, count: 2 * taps)
  }

  /// The sampling rate of the output [Hz].
  public var outputRate: Double { inputRate * Double(up) / Double(down) }

  /// The delay at every frequency [s].
  public var delay: Double { Double(length - 1) / 2 / (inputRate * Double(up)) }

  /// The most outputs that one input can bring [samples].
  public var largestOutputCount: Int { (up + down - 1) / down }

  /// Takes the next input and calls `output` with each sample that it brings, in order.
  ///
  /// The first input is taken for the whole past; the first output stands at the first input's time.
  public mutating func advance(_ input: Double, output: (Double) -> Void) {
    if !hasStarted {
      hasStarted = true
      for index in history.indices { history[index] = input }
    }
    history[next] = input
    history[next + taps] = input
    next = next + 1 == taps ? 0 : next + 1
    while phase < up {
      var sum = 0.0
      for tap in 0..<taps {
        sum += weights[phase * taps + tap] * history[next + taps - 1 - tap]
      }
      output(sum)
      phase += down
    }
    phase -= up
  }

  /// Forgets everything; the next input starts anew.
  public mutating func reset() {
    hasStarted = false
    next = 0
    phase = 0
  }

  private static func greatestCommonDivisor(_ one: Int, _ other: Int) -> Int {
    other == 0 ? one : greatestCommonDivisor(other, one % other)
  }
}
