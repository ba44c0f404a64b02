internal import Algebra
internal import Musculoskeletal
public import Signals

extension WindowResidual {
  /// How the readings predicted from `state` by EMG alone change when theta moves along `direction`.
  ///
  /// These are the derivatives that the fit uses, taken from the very same sweep: the state is known
  /// exactly and nothing corrects it, so the residuals are those of an open-loop prediction.
  ///
  /// - `state`: angles and rates at the window's start (2 coordinateCount) [rad, rad/s].
  /// - `direction`: a direction in theta (parameterCount).
  /// - Returns: one derivative for each coordinate at each measurement after the first
  ///   ((measurementCount - 1) x coordinateCount) [rad], nil when not finite.
  public mutating func predictionChange(
    _ window: Window, theta: [Double], from state: [Double], along direction: [Double]
  ) -> [Double]? {
    let count = model.limb.coordinateCount
    var open = window
    open.rates = []
    open.isRateMeasured = []
    for index in open.angles.indices {
      open.angles[index] = 0
      // the first measurement is the shortest lead there is; unmeasured, it corrects nothing
      open.isMeasured[index] = index >= 2 * count
    }
    let states = model.stateCount
    let start = StateBelief(
      mean: Array(state.prefix(2 * count)) + Array(repeating: 0, count: states - 2 * count),
      covariance: Matrix(rows: states, columns: states),
      sensitivity: Matrix(rows: states, columns: model.parameters.count), theta: theta)
    var kept = FrozenGains()
    kept.isKept = true
    let result = evaluate(
      open, theta: theta, start: start,
      horizon: PredictionHorizon(
        leadMeasurements: 1, deviation: Array(repeating: 1, count: count)),
      gains: &kept, isFrozen: false)
    guard result.isFinite else { return nil }
    // a residual is measured minus predicted, so its derivative has the other sign
    return kept.derivatives.map { row in
      var sum = 0.0
      for index in row.indices { sum -= row[index] * direction[index] }
      return sum
    }
  }
}
