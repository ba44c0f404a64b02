public import Algebra

/// A Gaussian belief about theta: the prior, or the posterior of all windows so far.
///
/// cost(theta) = (theta - mean)ᵀ information (theta - mean) / 2.
public struct ArrivalCost: Sendable, Hashable {
  /// Mean of theta (count) [1, or the quantity's unit].
  public var mean: [Double]
  /// Inverse covariance of theta (count x count).
  public var information: Matrix

  /// A belief with these moments.
  public init(mean: [Double], information: Matrix) {
    self.mean = mean
    self.information = information
  }

  /// The prior of `parameters`: independent Gaussians.
  public init(prior parameters: ParameterSet) {
    mean = parameters.priorMean
    information = Matrix(
      diagonal: parameters.free.map { 1 / ($0.priorDeviation * $0.priorDeviation) })
  }

  /// Adds the belief's cost and derivatives at `theta` to `equations`.
  public func add(to equations: inout NormalEquations, at theta: [Double]) {
    let offset = zip(theta, mean).map { $0 - $1 }
    let pull = information * offset
    for index in offset.indices {
      equations.cost += 0.5 * offset[index] * pull[index]
      equations.gradient[index] += pull[index]
    }
    equations.information = equations.information + information
  }
}
