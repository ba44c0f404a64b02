public import Algebra
public import Signals

/// A Gaussian belief about theta: the prior, or the posterior of all windows so far.
///
/// cost(theta) = (theta - mean)ᵀ information (theta - mean) / 2, and what walls cost where there are some.
/// Walls stay walls: they are never part of mean and information.
public struct ArrivalCost: Sendable, Hashable {
  /// Mean of theta (count) [1, or the quantity's unit].
  public var mean: [Double]
  /// Inverse covariance of theta (count x count).
  public var information: Matrix
  /// Bounds that a fit may lean on; nil where there are none.
  public var walls: SoftWalls?
  /// The same together with what unknowns change around; nil where nothing changes or nobody asked.
  var changing: ChangingBelief?

  /// A belief with these moments.
  public init(mean: [Double], information: Matrix) {
    self.mean = mean
    self.information = information
  }

  /// The prior of `parameters`: independent Gaussians, inside `walls` where there are some.
  public init(prior parameters: ParameterSet, walls: SoftWalls? = nil) {
    self.walls = walls
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
    walls?.add(to: &equations, at: theta)
  }
}

extension ArrivalCost: Resumable {
  /// Mean, information, what the walls have seen, and how all of it changes.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&mean)
    information.carry(&archive)
    walls?.carry(&archive)
    changing?.carry(&archive)
  }
}
