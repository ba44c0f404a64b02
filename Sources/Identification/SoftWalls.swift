internal import Algebra
public import Signals

/// All bounds of a fit: those of its unknowns, and those of the fibers in the poses that data show.
public struct SoftWalls: Hashable, Sendable {
  /// The unknowns.
  public let parameters: ParameterSet
  /// The fibers.
  public private(set) var fibers = FiberLengthWall()

  /// The walls of `parameters`, with fibers that have not been seen.
  public init(_ parameters: ParameterSet) {
    self.parameters = parameters
  }

  /// The walls of a model over the poses of `windows`.
  public init(_ model: LimbEstimationModel, windows: [Window]) {
    self.init(model.parameters)
    extend(windows, model: model)
  }

  /// Takes in the poses of `windows`, where a fiber's length depends on the unknowns and walls are wanted.
  public mutating func extend(_ windows: [Window], model: LimbEstimationModel) {
    guard parameters.free.contains(where: { $0.wall != nil }) else { return }
    fibers.extend(windows, model: model)
  }

  /// Adds cost and derivatives at `theta` to `equations`.
  func add(to equations: inout NormalEquations, at theta: [Double]) {
    for (index, parameter) in parameters.free.enumerated() {
      guard let wall = parameter.wall, let excess = wall.excess(theta[index]) else { continue }
      let weight = 1 / (wall.width * wall.width)
      equations.cost += 0.5 * weight * excess.beyond * excess.beyond
      equations.gradient[index] += weight * excess.beyond
      equations.information[index, index] += weight
    }
    fibers.add(to: &equations, at: theta, parameters: parameters)
  }

  /// What data and prior alone say, of equations at `theta` that hold the walls too.
  public func without(_ equations: NormalEquations, at theta: [Double]) -> NormalEquations {
    var own = NormalEquations(
      cost: 0, gradient: Array(repeating: 0, count: theta.count),
      information: Matrix(rows: theta.count, columns: theta.count))
    add(to: &own, at: theta)
    guard own.cost > 0 else { return equations }
    var rest = equations
    rest.cost -= own.cost
    for i in theta.indices {
      rest.gradient[i] -= own.gradient[i]
      for j in theta.indices { rest.information[i, j] -= own.information[i, j] }
    }
    return rest
  }

  /// The unknowns that lean on a bound: index, theta's bound, and how far beyond it lies.
  public func contacts(_ theta: [Double]) -> [(parameter: Int, bound: Double, beyond: Double)] {
    parameters.free.indices.compactMap { index in
      parameters.free[index].wall?.excess(theta[index]).map { (index, $0.bound, $0.beyond) }
    }
  }
}

extension SoftWalls: Resumable {
  /// The poses that were seen.
  public mutating func carry(_ archive: inout StateArchive) {
    fibers.carry(&archive)
  }
}
