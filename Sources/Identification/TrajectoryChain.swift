internal import Algebra
internal import Musculoskeletal
internal import Signals

/// The fit of several trajectories, each with a start state of its own that is eliminated.
///
/// Start states follow theta: from one accepted point to the next each moves by its own Gauss-Newton step,
/// ds = -H_ss^-1 (g_s + H_st dtheta), so that the search over theta is the search over everything.
struct TrajectoryChain: LeastSquaresProblem, Sendable {
  /// The windows, each a trajectory.
  let windows: [Window]
  /// What was believed of theta before them.
  let arrival: ArrivalCost
  /// Residuals in the last evaluation [1].
  private(set) var residualCount = 0
  /// Half their sum of squares [1].
  private(set) var residualCost = 0.0
  /// Angles among them [1].
  private(set) var angleCount = 0
  /// Sum of squared angle errors in the last evaluation (coordinateCount) [rad^2].
  private(set) var squaredErrors: [Double] = []
  /// The start states at the accepted point (windows x 2 coordinateCount) [rad, rad/s].
  private(set) var starts: [[Double]]

  /// What was believed of each start before its window: mean and standard deviations.
  private let beliefs: [(mean: [Double], sd: [Double])]
  /// How each start moves from the accepted point.
  private var moves: [StartMove?]
  /// The same of the point evaluated last.
  private var candidates: [(start: [Double], move: StartMove)] = []
  /// The point evaluated last (parameterCount) [theta's unit].
  private var candidateTheta: [Double] = []
  private var residual: TrajectoryResidual

  /// How a start state follows theta.
  private struct StartMove: Sendable {
    /// Where it was taken (parameterCount) [theta's unit].
    var theta: [Double]
    /// -H_ss^-1 g_s (2 coordinateCount) [rad, rad/s].
    var step: [Double]
    /// -H_ss^-1 H_st (2 coordinateCount x parameterCount).
    var byTheta: Matrix
  }

  /// The fit of `windows` with what was believed before; their first readings start the search.
  ///
  /// - Parameter known: start states by time that an earlier fit found.
  init(
    _ windows: [Window], arrival: ArrivalCost, model: LimbEstimationModel,
    known: [SampleTime: [Double]] = [:]
  ) {
    self.windows = windows
    self.arrival = arrival
    residual = TrajectoryResidual(model)
    let count = model.limb.coordinateCount
    var beliefs: [(mean: [Double], sd: [Double])] = []
    var starts: [[Double]] = []
    for window in windows {
      let fresh = model.freshStart(window, theta: arrival.mean)
      var sd: [Double] = []
      for index in 0..<count {
        let coordinate = model.limb.description.coordinates[
          model.limb.skeleton.modelCoordinates[index]]
        sd.append(coordinate.rangeMaximum - coordinate.rangeMinimum)
      }
      sd += Array(repeating: model.noise.initialRate, count: count)
      beliefs.append((Array(fresh.mean[0..<count]) + Array(repeating: 0, count: count), sd))
      starts.append(
        known[window.start] ?? Self.firstState(window, fresh: fresh.mean, count: count))
    }
    self.beliefs = beliefs
    self.starts = starts
    moves = Array(repeating: nil, count: windows.count)
  }

  /// Cost and derivatives of all windows and the arrival cost; nil where one is not finite.
  mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
    let count = theta.count
    var equations = NormalEquations(
      cost: 0, gradient: Array(repeating: 0, count: count),
      information: Matrix(rows: count, columns: count))
    candidates.removeAll(keepingCapacity: true)
    candidateTheta = theta
    var number = 0
    var angles = 0
    var sum = 0.0
    var squares = Array(repeating: 0.0, count: residual.model.limb.coordinateCount)
    for (index, window) in windows.enumerated() {
      let start = self.start(index, theta: theta)
      guard
        let own = residual.evaluate(
          window, theta: theta, start: start, belief: beliefs[index]),
        let move = eliminate(own, theta: theta, into: &equations)
      else { return nil }
      candidates.append((start, move))
      number += own.residualCount
      angles += own.angleCount
      sum += own.residualCost
      for place in squares.indices { squares[place] += own.squaredErrors[place] }
    }
    arrival.add(to: &equations, at: theta)
    guard equations.cost.isFinite else { return nil }
    residualCount = number
    residualCost = sum
    angleCount = angles
    squaredErrors = squares
    return equations
  }

  /// The start states by time, for a fit that begins where this one ends.
  var knownStarts: [SampleTime: [Double]] {
    Dictionary(zip(windows.map(\.start), starts)) { $1 }
  }

  /// Takes the point evaluated last as the one to move on from.
  mutating func accept() {
    for index in candidates.indices {
      starts[index] = candidates[index].start
      moves[index] = candidates[index].move
    }
  }

  /// Where the window's trajectory begins at `theta`.
  private func start(_ index: Int, theta: [Double]) -> [Double] {
    guard let move = moves[index] else { return starts[index] }
    let offset = zip(theta, move.theta).map { $0 - $1 }
    let change = move.byTheta * offset
    return starts[index].indices.map { starts[index][$0] + move.step[$0] + change[$0] }
  }

  /// Adds a trajectory's equations with its start eliminated; nil when the start cannot be told.
  private func eliminate(
    _ own: TrajectoryResidual.Equations, theta: [Double], into equations: inout NormalEquations
  ) -> StartMove? {
    let unknowns = theta.count
    let states = own.gradient.count - unknowns
    var corner = Matrix(rows: states, columns: states)
    for i in 0..<states {
      for j in 0..<states { corner[i, j] = own.information[unknowns + i, unknowns + j] }
    }
    guard let factor = Cholesky(corner) else { return nil }
    var step = (0..<states).map { -own.gradient[unknowns + $0] }
    factor.solve(&step)
    var byTheta = Matrix(rows: states, columns: unknowns)
    for column in 0..<unknowns {
      var side = (0..<states).map { -own.information[unknowns + $0, column] }
      factor.solve(&side)
      for i in 0..<states { byTheta[i, column] = side[i] }
    }
    // the cost that is left once the start has made its step, which it does next: else steps of theta would
    // be judged by how well starts follow, and long ones refused
    equations.cost += own.cost
    for i in 0..<states { equations.cost += 0.5 * own.gradient[unknowns + i] * step[i] }
    for row in 0..<unknowns {
      var slope = own.gradient[row]
      for i in 0..<states { slope += own.information[row, unknowns + i] * step[i] }
      equations.gradient[row] += slope
      for column in 0..<unknowns {
        var sum = own.information[row, column]
        for i in 0..<states { sum += own.information[row, unknowns + i] * byTheta[i, column] }
        equations.information[row, column] += sum
      }
    }
    return StartMove(theta: theta, step: step, byTheta: byTheta)
  }

  /// The first readings; a rate that is not measured is the slope of a parabola through seven angles.
  private static func firstState(_ window: Window, fresh: [Double], count: Int) -> [Double] {
    var state = Array(fresh[0..<(2 * count)])
    let interval = Double(window.measurementStride) * window.step
    for coordinate in 0..<count where window.rates.isEmpty || !window.isRateMeasured[coordinate] {
      let rows = (0...min(6, window.measurementCount)).filter {
        window.isMeasured[$0 * count + coordinate]
      }
      guard rows.count >= 3 else { continue }
      var matrix = Matrix(rows: 3, columns: 3)
      var side = [0.0, 0, 0]
      for row in rows {
        let t = Double(row)
        let powers = [1, t, t * t]
        for i in 0..<3 {
          side[i] += powers[i] * window.angles[row * count + coordinate]
          for j in 0..<3 { matrix[i, j] += powers[i] * powers[j] }
        }
      }
      guard let factor = Cholesky(matrix) else { continue }
      factor.solve(&side)
      state[count + coordinate] = side[1] / interval
    }
    return state
  }
}
