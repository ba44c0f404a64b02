import Algebra
import Signals
import Testing

@testable import Identification

/// Errors in variables with a known answer: a straight line through noisy regressors.
@Suite struct AttenuationEstimateTests {
  /// A minute of a slow activation, measured with noise that multiplies it, and what it truly moves.
  private struct Line {
    /// The recording as windows of one second with overlapping histories.
    let windows: [Window]
    /// The reading at each half step of all windows [1].
    let readings: [[Double]]

    init(noise: NoiseModel, seed: UInt64) {
      var whole = Window(
        index: 0, start: SampleTime(nanoseconds: 5_000_000_000), step: 0.01, stepCount: 6000,
        historySteps: 10, channelCount: 1, coordinateCount: 1, measurementStride: 1,
        followsPrevious: false)
      var random = RandomSource(seed: seed)
      let slow = GaussMarkovNoise(deviation: 0.4, correlationTime: 2)
        .series(whole.halfStepCount + 1, interval: 0.005, random: &random)
      let error = GaussMarkovNoise(
        deviation: noise.activation, correlationTime: noise.activationCorrelationTime
      ).series(whole.halfStepCount + 1, interval: 0.005, random: &random)
      whole.envelopes = zip(slow, error).map { (1 + $0) * (1 + $1) }
      var truth = whole
      truth.envelopes = slow.map { 1 + $0 }
      windows = whole.parts(of: 100, isContinuous: true)
      readings = truth.parts(of: 100, isContinuous: true).map { window in
        window.envelopes.map { AttenuationEstimateTests.slope * $0 }
      }
    }

    /// The least squares for the slope at `slope`, with a standard deviation of one for each reading.
    func equations(_ windows: [Window], at slope: Double) -> NormalEquations {
      var result = NormalEquations(
        cost: 0, gradient: [0], information: Matrix(rows: 1, columns: 1))
      for (window, reading) in zip(windows, readings) {
        for (regressor, value) in zip(window.envelopes, reading) {
          let residual = slope * regressor - value
          result.cost += 0.5 * residual * residual
          result.gradient[0] += residual * regressor
          result.information[0, 0] += regressor * regressor
        }
      }
      return result
    }

    /// The slope that least squares find.
    var fitted: Double {
      let zero = equations(windows, at: 0)
      return -zero.gradient[0] / zero.information[0, 0]
    }
  }

  private static let slope = 2.0

  @Test func theBiasOfALineThroughNoisyRegressorsIsTold() throws {
    let noise = NoiseModel(angle: [1], activation: 0.3, activationCorrelationTime: 0.05)
    var error = 0.0
    var bias = 0.0
    // one recording's own luck is a fifth of the bias: sixteen tell the mean to a twentieth
    for seed in UInt64(1)...16 {
      let line = Line(noise: noise, seed: seed)
      let fitted = line.fitted
      let found = try #require(
        AttenuationEstimate(
          of: line.windows, noise: noise, equations: line.equations(line.windows, at: fitted),
          scales: [0.7]
        ) { line.equations($0, at: fitted) })
      // noise of the same kind fakes 0.09 of the information, and bends the slope by that part again
      #expect(abs(found.fakedInformation - 0.09) < 0.015)
      #expect(found.covariance[0, 0] > found.bias[0] * found.bias[0])
      error += (fitted - Self.slope) / 16
      bias += found.bias[0] / 16
    }
    // the closed form: c E[a²] / E[a² (1 + n)²]
    #expect(abs(error - Self.slope * (1 / 1.09 - 1)) < 0.03)
    #expect(abs(bias / error - 1) < 0.25)
  }

  @Test func withoutNoiseNothingIsLost() throws {
    let noise = NoiseModel(angle: [1], activation: 0, activationCorrelationTime: 0.05)
    let line = Line(noise: noise, seed: 4)
    let equations = line.equations(line.windows, at: line.fitted)
    let found = try #require(
      AttenuationEstimate(
        of: line.windows, noise: noise, equations: equations, scales: [1]
      ) { line.equations($0, at: line.fitted) })
    #expect(abs(found.bias[0]) < 1e-9)
    #expect(abs(found.covariance[0, 0] * equations.information[0, 0] - 1) < 1e-9)
  }

  @Test func copiesThatLeaveTheFiniteNumbersGiveNoEstimate() {
    let noise = NoiseModel(angle: [1], activation: 0.1)
    let line = Line(noise: noise, seed: 5)
    #expect(
      AttenuationEstimate(
        of: line.windows, noise: noise, equations: line.equations(line.windows, at: 2), scales: [1]
      ) { _ in nil } == nil)
  }
}
