internal import Estimation
internal import Foundation
internal import Identification
internal import Signals

/// Measured and predicted motion of held-out windows, and how the errors are spread, in a result.
struct ResultPredictions: Sendable, Encodable {
  /// One coordinate in one window; a number is null where nothing was measured or predicted.
  struct Trace: Sendable, Encodable {
    /// Measured angles [rad].
    var measured: [Double?]
    /// Angles predicted from EMG with the identified numbers [rad].
    var predicted: [Double?]
    /// The same with the prior's numbers [rad].
    var priorModel: [Double?]

    private enum CodingKeys: String, CodingKey {
      case measured, predicted
      case priorModel = "prior_model"
    }
  }

  /// One window.
  struct Window: Sendable, Encodable {
    /// Which of the recordings, counted from zero [1].
    var recording: Int
    /// When the prediction begins, from the recording's first frame on [s].
    var start: Double
    /// Time between two angles [s].
    var interval: Double
    /// The free coordinates by name.
    var coordinates: [String: Trace]
  }

  /// Windows that do not overlap, in time order; of very many, an even choice.
  var windows: [Window]
  /// Of how many windows these were chosen [1].
  var total: Int

  /// How many windows a result holds [1].
  static let limit = 24
}

/// How the errors of held-out predictions are spread, by coordinate.
struct ResultResiduals: Sendable, Encodable {
  /// One coordinate's errors.
  struct Coordinate: Sendable, Encodable {
    /// Mean error, predicted minus measured [rad].
    var mean: Double?
    /// Standard deviation of the errors [rad].
    var deviation: Double?
    /// Root mean square error at each time ahead, identified model [rad].
    var growth: [Double?]
    /// The same of the prior model [rad].
    var priorGrowth: [Double?]
    /// How many errors lie in each of the equal bins [1].
    var counts: [Int]
    /// Middle of the histogram's outermost bins, minus and plus [rad].
    var span: Double
    /// Correlation of errors inside a window, at each lag [1].
    var autocorrelation: [Double?]
    /// Root mean square of the fit's one-step errors [rad].
    var oneStep: Double?

    private enum CodingKeys: String, CodingKey {
      case mean, counts, span, autocorrelation
      case deviation = "sd"
      case growth = "rmse_ahead"
      case priorGrowth = "rmse_ahead_prior_model"
      case oneStep = "one_step_rmse"
    }
  }

  /// The times ahead that errors are given at [s].
  var ahead: [Double]
  /// The lags of the autocorrelation [s].
  var lags: [Double]
  /// The free coordinates by name.
  var coordinates: [String: Coordinate]
}

/// Angles of one held-out window: measured, predicted, predicted by the prior model.
struct PredictedWindow {
  /// What was asked for.
  var task: HeldOutPrediction.Task
  /// The recording that the window is of (index).
  var recording: Int
  /// Predicted angles as the window's; nil where the model left the finite numbers [rad].
  var predicted: [Double]?
  /// The prior model's angles [rad].
  var prior: [Double]?

  /// Time between two angles [s].
  var interval: Double { Double(task.window.measurementStride) * task.window.step }

  /// The error of one angle; nil where it was not measured or not predicted [rad].
  func error(_ index: Int, ofPrior: Bool = false) -> Double? {
    guard task.window.isMeasured[index], let angle = (ofPrior ? prior : predicted)?[index],
      angle.isFinite
    else { return nil }
    return angle - task.window.angles[index]
  }
}

extension IdentifyOutcome {
  /// Predictions of held-out windows that do not overlap, recording by recording.
  var predictedWindows: [PredictedWindow] {
    let model = material.assembly.model
    var apart = plan
    apart.interval = plan.duration
    let prediction = HeldOutPrediction(model, plan: apart)
    var residual = WindowResidual(model)
    return material.splits.enumerated().flatMap { recording, split in
      prediction.tasks([split], heldOut: true).map { task in
        PredictedWindow(
          task: task, recording: recording,
          predicted: prediction.angles(
            .model, task, theta: solution.posterior.mean, residual: &residual),
          prior: prediction.angles(
            .priorModel, task, theta: solution.posterior.mean, residual: &residual))
      }
    }
  }

  /// An even choice of `windows` with their angles.
  func predictions(_ windows: [PredictedWindow]) -> ResultPredictions {
    let count = min(windows.count, ResultPredictions.limit)
    let chosen = (0..<count).map { windows[$0 * windows.count / count] }
    let coordinates = coordinateNames
    return ResultPredictions(
      windows: chosen.map { shown in
        let window = shown.task.window
        let origin = material.splits[shown.recording].stretches.first?.start ?? window.start
        var traces: [String: ResultPredictions.Trace] = [:]
        for (offset, name) in coordinates.enumerated() {
          let places = stride(from: offset, to: window.angles.count, by: coordinates.count)
          func angles(_ values: [Double]?) -> [Double?] {
            places.map { place in
              values.flatMap { $0[place].isFinite ? rounded($0[place], 5) : nil }
            }
          }
          traces[name] = ResultPredictions.Trace(
            measured: places.map { window.isMeasured[$0] ? rounded(window.angles[$0], 5) : nil },
            predicted: angles(shown.predicted), priorModel: angles(shown.prior))
        }
        return ResultPredictions.Window(
          recording: shown.recording, start: rounded(window.start.seconds(since: origin), 6),
          interval: shown.interval, coordinates: traces)
      }, total: windows.count)
  }

  /// How the errors of `windows` are spread; nil without windows.
  func residuals(_ windows: [PredictedWindow]) -> ResultResiduals? {
    guard let first = windows.first else { return nil }
    let names = coordinateNames
    let measurements = first.task.window.measurementCount
    // at most twenty points of each curve
    let stride = max(1, measurements / 20)
    let rows = Array(Swift.stride(from: stride, through: measurements, by: stride))
    let lags = Array(Swift.stride(from: 0, through: measurements / 2, by: max(1, stride / 2)))
    var coordinates: [String: ResultResiduals.Coordinate] = [:]
    for (offset, name) in names.enumerated() {
      func errors(_ row: Int, ofPrior: Bool = false) -> [Double] {
        windows.compactMap { $0.error(row * names.count + offset, ofPrior: ofPrior) }
      }
      let all = (1...measurements).flatMap { errors($0) }
      let mean = all.isEmpty ? nil : all.reduce(0, +) / Double(all.count)
      let spread = rootMeanSquare(all.map { $0 - (mean ?? 0) })
      let span = 3 * max(rootMeanSquare(all) ?? 0, 1e-9)
      var counts = Array(repeating: 0, count: 31)
      for error in all {
        let bin = Int(((error + span) / (2 * span) * 30).rounded())
        counts[min(max(bin, 0), 30)] += 1
      }
      coordinates[name] = ResultResiduals.Coordinate(
        mean: mean.map { rounded($0, 7) }, deviation: spread.map { rounded($0, 7) },
        growth: rows.map { rootMeanSquare(errors($0)).map { rounded($0, 7) } },
        priorGrowth: rows.map { rootMeanSquare(errors($0, ofPrior: true)).map { rounded($0, 7) } },
        counts: counts, span: span,
        autocorrelation: lags.map { lag in
          autocorrelation(windows, offset: offset, count: names.count, lag: lag, mean: mean ?? 0)
            .map { rounded($0, 5) }
        }, oneStep: solution.residual.indices.contains(offset) ? solution.residual[offset] : nil)
    }
    return ResultResiduals(
      ahead: rows.map { rounded(Double($0) * first.interval, 6) },
      lags: lags.map { rounded(Double($0) * first.interval, 6) }, coordinates: coordinates)
  }
}

/// The root of the mean square; nil of nothing [the same unit].
private func rootMeanSquare(_ values: [Double]) -> Double? {
  values.isEmpty
    ? nil : (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
}

/// The correlation of errors `lag` measurements apart inside windows; nil where nothing varies [1].
private func autocorrelation(
  _ windows: [PredictedWindow], offset: Int, count: Int, lag: Int, mean: Double
) -> Double? {
  var product = 0.0
  var square = 0.0
  for window in windows {
    let rows = window.task.window.measurementCount
    guard lag < rows else { continue }
    for row in 1...(rows - lag) {
      guard let here = window.error(row * count + offset),
        let there = window.error((row + lag) * count + offset)
      else { continue }
      product += (here - mean) * (there - mean)
      square += 0.5 * ((here - mean) * (here - mean) + (there - mean) * (there - mean))
    }
  }
  return square > 0 ? product / square : nil
}
