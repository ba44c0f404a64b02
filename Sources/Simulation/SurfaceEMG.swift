internal import Algebra
internal import RealModule
internal import Signals

/// What an electrode sees of a muscle: noise of the EMG's band whose amplitude is the excitation.
struct SurfaceEMG: Sendable {
  private var band: ButterworthFilter
  private var random: RandomSource
  /// Rms of the band-passed noise before scaling [1].
  private let scale: Double
  /// Rms of the EMG in an MVC [V].
  private let mvc: Double
  /// Rms of the amplifier's own noise [V].
  private let baseline: Double

  /// An electrode whose EMG has the rms `mvc` at full excitation [V].
  init(mvc: Double, baselineNoise: Double, rate: Double, random: RandomSource) {
    band = ButterworthFilter(
      .bandPass(lower: 20, upper: min(450, 0.45 * rate)), order: 4, rate: rate)
    // white noise of unit variance leaves the band with this rms
    var energy = 0.0
    for value in band.impulseResponse(tolerance: 1e-9) { energy += value * value }
    scale = 1 / .sqrt(energy)
    self.mvc = mvc
    baseline = baselineNoise * mvc
    self.random = random
  }

  /// The next sample at this excitation [V].
  mutating func sample(excitation: Double) -> Double {
    let carrier = band.advance(random.gaussian()) * scale
    return mvc * excitation * carrier + baseline * random.gaussian()
  }
}
