internal import Algebra
internal import RealModule

/// A smooth random signal of unit variance: a sum of sines whose frequencies and phases are drawn once.
struct SmoothProcess: Sendable {
  /// Angular frequencies (8) [rad/s].
  private let frequencies: [Double]
  /// Phases (8) [rad].
  private let phases: [Double]

  /// A signal whose frequencies reach up to `bandwidth` [Hz].
  init(bandwidth: Double, random: inout RandomSource) {
    var frequencies: [Double] = []
    var phases: [Double] = []
    for index in 0..<8 {
      // one frequency in each eighth of the band, so that none is missing
      let share = (Double(index) + random.uniform()) / 8
      frequencies.append(2 * .pi * bandwidth * share)
      phases.append(2 * .pi * random.uniform())
    }
    self.frequencies = frequencies
    self.phases = phases
  }

  /// The signal at `time` [s], of unit variance [1].
  func value(at time: Double) -> Double {
    var sum = 0.0
    for index in frequencies.indices {
      sum += .sin(frequencies[index] * time + phases[index])
    }
    return sum * 0.5
  }
}
