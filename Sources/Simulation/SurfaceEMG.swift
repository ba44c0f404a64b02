internal import Algebra
internal import RealModule
internal import Signals

/// What electrodes see of a muscle: noise of the EMG's band whose amplitude is the excitation.
///
///     emg = mvc excitation (sqrt(1 - w) n + sqrt(w) sqrt(2) cos(phi)) + baseline noise
///
/// with Gaussian noise n of 20 to 450 Hz and a carrier of constant amplitude whose frequency wanders
/// through the same band. w = 0 is the interference pattern under one pair of electrodes: an envelope of
/// 6 Hz then has 9 % of noise, and no filter can take it away. Averaging over an array of electrodes and
/// whitening lower it (Clancy, Morin and Merletti 2002, J Electromyogr Kinesiol 12:1-16); w stands for
/// that in one channel.
struct SurfaceEMG: Sendable {
  private var band: ButterworthFilter
  private var random: RandomSource
  /// Rms of the band-passed noise before scaling [1].
  private let scale: Double
  /// Pattern of unit power to volts at full excitation [V].
  private let amplitude: Double
  /// Rms of the amplifier's noise [V].
  private let baseline: Double
  /// Part w of the carrier of constant amplitude in the power [1].
  private let steadiness: Double
  /// The carrier's phase [rad].
  private var phase: Double
  /// Where the carrier's frequency wanders: the logarithm of its ratio to the band's middle [1].
  private var wander = 0.0
  /// Time between samples [s].
  private let interval: Double

  /// The middle of the carrier's frequencies [Hz].
  private static let middleFrequency = 120.0
  /// Correlation time of the carrier's frequency [s].
  private static let wanderTime = 0.01
  /// Standard deviation of the logarithm of the carrier's frequency [1].
  private static let wanderDeviation = 0.4

  /// Electrodes whose linear envelope is `mvc` at full excitation [V].
  ///
  /// - Parameter meanRectified: the pattern's `meanRectified` at this steadiness and rate [1].
  init(
    mvc: Double, baselineNoise: Double, steadiness: Double, meanRectified: Double, rate: Double,
    random: RandomSource
  ) {
    band = ButterworthFilter(
      .bandPass(lower: 20, upper: min(450, 0.45 * rate)), order: 4, rate: rate)
    // white noise of unit variance leaves the band with this rms
    var energy = 0.0
    for value in band.impulseResponse(tolerance: 1e-9) { energy += value * value }
    scale = 1 / .sqrt(energy)
    amplitude = mvc / meanRectified
    baseline = baselineNoise * mvc
    self.steadiness = steadiness
    self.random = random
    phase = 2 * .pi * self.random.uniform()
    interval = 1 / rate
  }

  /// The next sample at this excitation [V].
  mutating func sample(excitation: Double) -> Double {
    let noise = band.advance(random.gaussian()) * scale
    let retention = 1 - interval / Self.wanderTime
    wander =
      retention * wander
      + Self.wanderDeviation * .sqrt(1 - retention * retention) * random.gaussian()
    let frequency = min(max(Self.middleFrequency * .exp(wander), 40), 400)
    phase += 2 * .pi * frequency * interval
    let carrier = Double.sqrt(2) * .cos(phase)
    let pattern = Double.sqrt(1 - steadiness) * noise + Double.sqrt(steadiness) * carrier
    return amplitude * excitation * pattern + baseline * random.gaussian()
  }

  /// Mean rectified value of a minute of the pattern in the EMG's band, per unit of its rms [1].
  static func meanRectified(steadiness: Double, rate: Double) -> Double {
    var pattern = SurfaceEMG(
      mvc: 1, baselineNoise: 0, steadiness: steadiness, meanRectified: 1, rate: rate,
      random: RandomSource(seed: 1))
    var band = ButterworthFilter(
      .bandPass(lower: 20, upper: min(450, 0.45 * rate)), order: 4, rate: rate)
    let count = Int(60 * rate)
    var sum = 0.0
    for _ in 0..<count { sum += abs(band.advance(pattern.sample(excitation: 1))) }
    return sum / Double(count)
  }
}
