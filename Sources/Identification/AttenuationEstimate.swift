public import Algebra
internal import Musculoskeletal
internal import RealModule
public import Signals

/// What the noise of the envelopes does to a fit that takes them as regressors.
///
/// Noise in a residual makes an estimate uncertain; noise in what the residual is differentiated by makes it
/// wrong, too small as a rule (attenuation), and makes it look certain: J^T J counts the noise in J as
/// information. Both are of second order in the noise and cannot be seen in the residuals. So more noise of the
/// same kind is added on purpose, with both signs, and what the equations change by on average is what the
/// noise that is there has changed them by (simulation and extrapolation to no noise: Cook and Stefanski,
/// Journal of the American Statistical Association 89, 1994; corrected scores: Stefanski, Biometrika 76, 1989):
///
///     H' = H - mean(H(±) - H),   bias = H'⁻¹ mean(g(±) - g),   covariance = H'⁻¹ H H'⁻¹ + bias biasᵀ
///
/// The estimate stays where it is: the bias is known too coarsely to be taken away, and counts as uncertainty.
public struct AttenuationEstimate: Sendable {
  /// Expected error of the estimate (parameterCount) [theta's units].
  public let bias: [Double]
  /// Covariance of the estimate around the truth, the bias included (parameterCount x parameterCount).
  public let covariance: Matrix
  /// Part of the apparent information that noise fakes, in the direction where it fakes most [1].
  public let fakedInformation: Double

  /// Noisy copies of the recording, in pairs of both signs [1].
  private static let pairs = 8
  /// No direction loses more of its information than this: nothing is known better than that it is little [1].
  private static let mostLost = 0.8

  /// The estimate for a fit of `windows`, whose equations at the best point are `equations`; nil where they are
  /// singular or a noisy copy is not finite.
  ///
  /// - `noise`: that of the activations, whose envelopes are copied.
  /// - `scales`: prior deviations (parameterCount) [theta's units].
  /// - `evaluate`: the equations at the same point with other windows.
  public init?(
    of windows: [Window], noise: NoiseModel, equations: NormalEquations, scales: [Double],
    evaluate: ([Window]) -> NormalEquations?
  ) {
    let count = scales.count
    var random = RandomSource(seed: 1)
    var slope = Array(repeating: 0.0, count: count)
    var excess = Matrix(rows: count, columns: count)
    let part = 1 / Double(2 * Self.pairs)
    for _ in 0..<Self.pairs {
      let added = AddedNoise(windows, noise: noise, random: &random)
      for sign in [1.0, -1] {
        guard let there = evaluate(added.applied(to: windows, sign: sign)) else { return nil }
        for row in 0..<count {
          slope[row] += part * scales[row] * (there.gradient[row] - equations.gradient[row])
          for column in 0..<count {
            excess[row, column] +=
              part * scales[row] * scales[column]
              * (there.information[row, column] - equations.information[row, column])
          }
        }
      }
    }

    // in units of the apparent information: H = I, and what noise fakes is a part of one
    var information = equations.information
    for row in 0..<count {
      for column in 0..<count { information[row, column] *= scales[row] * scales[column] }
    }
    guard let apparent = SymmetricEigen(information), apparent.values[0] > 0 else { return nil }
    let whitening = apparent.recomposed { 1 / $0.squareRoot() }
    guard let faked = SymmetricEigen(whitening * excess * whitening),
      let most = faked.values.last
    else { return nil }
    fakedInformation = min(max(most, 0), 1)
    func left(_ part: Double) -> Double { 1 - min(max(part, 0), Self.mostLost) }
    let gain = whitening * faked.recomposed { 1 / left($0) } * whitening
    let spread = whitening * faked.recomposed { 1 / (left($0) * left($0)) } * whitening
    let error = gain * slope
    bias = zip(scales, error).map { -$0 * $1 }
    var covariance = spread
    for row in 0..<count {
      for column in 0..<count {
        covariance[row, column] =
          scales[row] * scales[column] * (spread[row, column] + error[row] * error[column])
      }
    }
    self.covariance = covariance
  }
}

extension SymmetricEigen {
  /// The matrix with the same vectors whose values are `value` of these.
  fileprivate func recomposed(_ value: (Double) -> Double) -> Matrix {
    var scaled = vectors
    for column in values.indices {
      let factor = value(values[column])
      for row in values.indices { scaled[row, column] *= factor }
    }
    return scaled * vectors.transposed()
  }
}

/// Noise on the envelopes of a whole recording, one course in time for each channel.
private struct AddedNoise {
  /// When it begins.
  let origin: SampleTime
  /// Between two values [s].
  let interval: Double
  /// Relative noise (times x channelCount) [1].
  let values: [Double]
  /// Channels [1].
  let channelCount: Int

  /// A course of `noise` from the first window's history to the last one's end.
  init(_ windows: [Window], noise: NoiseModel, random: inout RandomSource) {
    let starts = windows.map(Self.begin)
    origin = starts.min { $0.nanoseconds < $1.nanoseconds } ?? SampleTime(nanoseconds: 0)
    interval = 0.5 * (windows.first?.step ?? 1)
    let channels = windows.first?.channelCount ?? 0
    let end = windows.map(\.end.nanoseconds).max() ?? 0
    let count = Int((1e-9 * Double(end - origin.nanoseconds) / interval).rounded()) + 1
    let process = GaussMarkovNoise(
      deviation: noise.activation, correlationTime: noise.activationCorrelationTime,
      cutOff: noise.activationCutOff)
    var values = Array(repeating: 0.0, count: count * channels)
    for channel in 0..<channels {
      let series = process.series(count, interval: interval, random: &random)
      for index in series.indices { values[index * channels + channel] = series[index] }
    }
    self.values = values
    channelCount = channels
  }

  /// When a window's envelopes begin.
  private static func begin(_ window: Window) -> SampleTime {
    window.start.advanced(seconds: -Double(window.historySteps) * window.step)
  }

  /// `windows` with the noise, or its opposite.
  func applied(to windows: [Window], sign: Double) -> [Window] {
    windows.map { window in
      var window = window
      let elapsed = 1e-9 * Double(Self.begin(window).nanoseconds - origin.nanoseconds)
      let first = Int((elapsed / interval).rounded()) * channelCount
      for index in window.envelopes.indices where first + index < values.count {
        window.envelopes[index] *= max(1 + sign * values[first + index], 0)
      }
      return window
    }
  }
}
