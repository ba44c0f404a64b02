internal import Algebra
internal import Musculoskeletal
public import Signals

/// The extended Kalman filter with the unknowns in its state: every measurement updates both, once.
///
/// State z and unknowns theta are one Gaussian, kept as the belief about theta and that about z given
/// theta with its sensitivity. Each interval is linearised at the mean of theta as it then is, and never
/// again: what sets this filter apart from a fit, and what makes it overconfident, for directions seem
/// told that no linearisation alone tells (Huang, Mourikis, Roumeliotis 2010, Int J Robotics Res
/// 29:502-528). The unknowns are constant; the disturbances are the noise model's.
public struct AugmentedKalmanFilter: Sendable {
  /// The belief about theta.
  public private(set) var posterior: ArrivalCost
  /// Measurement intervals filtered [1].
  public private(set) var intervalCount = 0
  private var residual: WindowResidual

  /// A filter that believes the prior.
  public init(_ model: LimbEstimationModel) {
    posterior = ArrivalCost(prior: model.parameters)
    residual = WindowResidual(model)
  }

  /// Filters `windows`, in time order; a window that leaves the finite numbers ends where it does.
  public mutating func filter(_ windows: [Window]) {
    var state: StateBelief?
    for window in windows {
      var belief =
        (window.followsPrevious ? state : nil)
        ?? residual.model.freshStart(window, theta: posterior.mean)
      state = nil
      var isWhole = true
      for measurement in 1...window.measurementCount {
        let part = window.part(
          (measurement - 1)...measurement, index: window.index, followsPrevious: true)
        let own = residual.evaluate(part, theta: posterior.mean, start: belief)
        let information = posterior.information + own.information
        guard own.isFinite, let factor = Cholesky(information) else {
          isWhole = false
          break
        }
        // the belief about theta has its mean here, so the gradient is the measurement's alone
        var step = own.gradient.map { -$0 }
        factor.solve(&step)
        posterior = ArrivalCost(
          mean: zip(posterior.mean, step).map { $0 + $1 }, information: information)
        belief = own.end
        intervalCount += 1
      }
      if isWhole { state = belief }
    }
  }
}
