import Algebra
import RealModule
import Testing

@testable import Signals

/// Correlated noise against the moments of the process.
@Suite struct GaussMarkovNoiseTests {
  private func covariance(_ values: [Double], lag: Int) -> Double {
    var sum = 0.0
    for index in lag..<values.count { sum += values[index] * values[index - lag] }
    return sum / Double(values.count - lag)
  }

  /// Variance of the means of `length` values.
  private func varianceOfMeans(_ values: [Double], length: Int) -> Double {
    let means = stride(from: 0, to: values.count - length, by: length).map { start in
      values[start..<(start + length)].reduce(0, +) / Double(length)
    }
    return means.reduce(0) { $0 + $1 * $1 } / Double(means.count)
  }

  @Test func varianceAndCorrelationAreThoseOfTheProcess() {
    var random = RandomSource(seed: 3)
    let noise = GaussMarkovNoise(deviation: 0.1, correlationTime: 0.08)
    let values = noise.series(400_000, interval: 0.01, random: &random)
    // 400 000 values hold 25 000 independent ones: one per cent of the variance is one deviation
    #expect(abs(covariance(values, lag: 0) / 0.01 - 1) < 0.04)
    #expect(abs(covariance(values, lag: 8) / covariance(values, lag: 0) - .exp(-1)) < 0.03)
  }

  @Test func smoothingTakesWhatIsFastAndLeavesWhatIsSlow() {
    let slow = GaussMarkovNoise(deviation: 1, correlationTime: 0.08)
    let cut = GaussMarkovNoise(deviation: 1, correlationTime: 0.08, cutOff: 3.5)
    var first = RandomSource(seed: 4)
    var second = RandomSource(seed: 4)
    let raw = slow.series(200_000, interval: 0.005, random: &first)
    let smooth = cut.series(200_000, interval: 0.005, random: &second)
    // means over two seconds are below half a hertz, differences of neighbours are not
    let ratio = varianceOfMeans(smooth, length: 400) / varianceOfMeans(raw, length: 400)
    #expect(abs(ratio - 1) < 0.05)
    func roughness(_ values: [Double]) -> Double {
      zip(values.dropFirst(), values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    #expect(roughness(smooth) < 0.1 * roughness(raw))
  }
}
