/// How far ahead each window must be predicted from its own beginning: the fit of a predictor.
///
/// The first measurements of a window, the lead, correct the state as usual and are no residuals of
/// their own. From there on nothing corrects it, and every measured angle's distance from the predicted
/// one is a residual with the deviation given here. One-step errors reward a model that follows the
/// sensor; these reward one that knows where the limb goes.
public struct PredictionHorizon: Sendable, Hashable {
  /// Measurements that correct the state, the one at the window's start not counted [1].
  public var leadMeasurements: Int
  /// Standard deviation that stands for one residual, (coordinateCount) [rad].
  public var deviation: [Double]

  /// A horizon whose residuals have these deviations.
  public init(leadMeasurements: Int, deviation: [Double]) {
    precondition(leadMeasurements > 0, "a state needs measurements")
    self.leadMeasurements = leadMeasurements
    self.deviation = deviation
  }

  /// A horizon over overlapping windows.
  ///
  /// Errors of one prediction are correlated over `correlationTime`, and windows that begin every
  /// `interval` share their data `duration / interval` times, so n residuals tell as much as
  /// n (measurementInterval / correlationTime) (interval / duration) independent ones.
  ///
  /// - `error`: standard deviation of a predicted angle (coordinateCount) [rad].
  /// - `duration`: predicted part of a window [s].
  /// - `interval`: from one window's start to the next one's [s].
  public init(
    leadMeasurements: Int, error: [Double], correlationTime: Double, duration: Double,
    interval: Double, measurementInterval: Double
  ) {
    let repetitions =
      max(correlationTime / measurementInterval, 1) * max(duration / interval, 1)
    self.init(
      leadMeasurements: leadMeasurements,
      deviation: error.map { $0 * repetitions.squareRoot() })
  }
}
