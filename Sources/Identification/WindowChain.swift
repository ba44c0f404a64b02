internal import Algebra
internal import Musculoskeletal
public import Signals

/// The fit of several windows in a row, the state going on from one to the next where they touch.
public struct WindowChain: LeastSquaresProblem, Sendable {
  /// The windows in time order.
  public let windows: [Window]
  /// What was believed of theta before them.
  public let arrival: ArrivalCost
  /// What was believed of the state where the first begins; nil makes a fresh start.
  public let start: StateBelief?
  /// What each window must predict; nil takes one-step errors.
  public let horizon: PredictionHorizon?
  /// The unknowns that change from window to window; nil where all are constant.
  let changing: ChangingUnknowns?
  /// What the last finite evaluation left behind, one per window.
  public private(set) var ends: [StateBelief] = []
  /// Sum of squared one-step prediction errors in that evaluation (coordinateCount) [rad^2].
  public private(set) var squaredInnovations: [Double] = []
  /// Residuals in that evaluation [1].
  public private(set) var residualCount = 0
  /// Those of them that are angles [1].
  public private(set) var angleCount = 0
  /// Half their sum of squares [1].
  public private(set) var residualCost = 0.0
  /// The same where theta may change from window to window, all of it explained that can be [1].
  public private(set) var explainedCost = 0.0
  /// The cost of every finite evaluation so far, in order [1].
  public private(set) var costs: [Double] = []
  /// Theta with what it changes around, in that evaluation; nil where all are constant.
  private(set) var joint: ChangingCost?

  /// The residual and its work space.
  private var residual: WindowResidual

  /// The fit of `windows` with what was believed before.
  public init(
    _ windows: [Window], arrival: ArrivalCost, start: StateBelief?, residual: WindowResidual,
    horizon: PredictionHorizon? = nil
  ) {
    self.init(
      windows, arrival: arrival, start: start, residual: residual, horizon: horizon, changing: nil)
  }

  /// The same where theta changes from window to window as `changing` says.
  init(
    _ windows: [Window], arrival: ArrivalCost, start: StateBelief?, residual: WindowResidual,
    horizon: PredictionHorizon? = nil, changing: ChangingUnknowns?
  ) {
    precondition(
      changing == nil || arrival.changing != nil, "what changes has a belief that tells so")
    self.changing = changing
    self.windows = windows
    self.arrival = arrival
    self.start = start
    self.horizon = horizon
    self.residual = residual
  }

  /// Cost and derivatives of all windows and the arrival cost; nil where a window is not finite.
  public mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
    let count = theta.count
    var equations = NormalEquations(
      cost: 0, gradient: Array(repeating: 0, count: count),
      information: Matrix(rows: count, columns: count))
    var ends: [StateBelief] = []
    var squares = Array(repeating: 0.0, count: residual.model.limb.coordinateCount)
    var number = 0
    var angles = 0
    var sum = 0.0
    var logarithms = 0.0
    var joint = changing.flatMap { unknowns in
      arrival.changing.map { ChangingCost($0, unknowns: unknowns, at: theta) }
    }
    for (index, window) in windows.enumerated() {
      let before = index == 0 ? start : ends[index - 1]
      let belief: StateBelief
      if window.followsPrevious, let before {
        belief = before
      } else {
        belief = residual.model.freshStart(window, theta: theta)
      }
      let own = residual.evaluate(window, theta: theta, start: belief, horizon: horizon)
      guard own.isFinite else { return nil }
      if joint == nil {
        equations.cost += own.cost + own.logDeviation
        for index in 0..<count { equations.gradient[index] += own.gradient[index] }
        equations.information = equations.information + own.information
      } else {
        // what the windows before have told is about a theta that has changed since
        guard joint?.advance(to: window.start) == true else { return nil }
        joint?.add(own)
      }
      for index in squares.indices { squares[index] += own.squaredInnovations[index] }
      number += own.residualCount
      angles += own.angleCount
      sum += own.cost
      logarithms += own.logDeviation
      ends.append(own.end)
    }
    if let joint {
      guard let now = joint.marginal else { return nil }
      equations = now
      explainedCost = max(now.cost - logarithms, 0)
      arrival.walls?.add(to: &equations, at: theta)
    } else {
      arrival.add(to: &equations, at: theta)
    }
    guard equations.cost.isFinite else { return nil }
    self.ends = ends
    self.joint = joint
    squaredInnovations = squares
    residualCount = number
    angleCount = angles
    residualCost = sum
    if joint == nil { explainedCost = sum }
    costs.append(equations.cost)
    return equations
  }
}
