internal import Algebra
internal import Musculoskeletal
internal import RealModule
public import Signals

/// The online fit: each window's Gauss-Newton steps with the previous posterior as arrival cost.
///
/// A struct with one verb. It reads no clock and its budget is evaluations, so that a replay repeats
/// every digit.
public struct RecursiveEstimator: Sendable {
  /// The constant part of the identification.
  public let model: LimbEstimationModel
  /// The posterior of all windows so far.
  public private(set) var posterior: ArrivalCost
  /// Where the last window ended, when it was usable.
  public private(set) var state: StateBelief?
  /// The last window that was used [1].
  public private(set) var lastWindow: Int?
  /// True once a known payload was held while data came in.
  public private(set) var hasAnchor = false
  /// The belief about the state at the start of the last window, for predictions and cross-checks.
  public private(set) var windowStart: StateBelief?

  private let solver: LevenbergMarquardt
  private let hasGains: Bool
  private let residual: WindowResidual

  /// An estimator that believes the prior.
  ///
  /// - Parameters:
  ///   - evaluations: evaluations of each window's residuals at most [1].
  ///   - hasGains: envelopes are normalised by MVC.
  public init(_ model: LimbEstimationModel, evaluations: Int, hasGains: Bool) {
    self.model = model
    self.hasGains = hasGains
    posterior = ArrivalCost(prior: model.parameters)
    solver = LevenbergMarquardt(evaluationLimit: evaluations, stepTolerance: 0.02)
    residual = WindowResidual(model)
  }

  /// Fits `window` and returns the new belief; on failure the old belief stands and the state starts anew.
  public mutating func consume(_ window: Window) -> ParameterEstimate {
    let follows = window.followsPrevious && lastWindow == window.index - 1
    var connected = window
    connected.followsPrevious = follows
    let start = follows ? state : nil
    var chain = WindowChain([connected], arrival: posterior, start: start, residual: residual)
    guard window.isFinite, let solution = solver.minimise(&chain, from: posterior.mean) else {
      return reject(window)
    }
    // the chain's end must be that of the accepted point
    if chain.ends.last?.theta != solution.theta { _ = chain.evaluate(solution.theta) }
    guard let end = chain.ends.last, let factor = Cholesky(solution.equations.information) else {
      return reject(window)
    }

    // the last Gauss-Newton step is taken without looking: it is within the linear range by now
    var step = solution.equations.gradient.map { -$0 }
    factor.solve(&step)
    posterior = ArrivalCost(
      mean: zip(solution.theta, step).map { $0 + $1 }, information: solution.equations.information)
    windowStart = start ?? model.freshStart(connected, theta: posterior.mean)
    state = end
    lastWindow = window.index
    if window.payload.contains(where: { $0 > 0 }) { hasAnchor = true }

    let count = Double(max(chain.residualCount, 1))
    return estimate(
      window, termination: solution.termination, evaluations: solution.evaluations,
      meanSquaredResidual: 2 * chain.residualCost / count,
      innovation: chain.squaredInnovations.map {
        .sqrt($0 * Double(chain.squaredInnovations.count) / count)
      })
  }

  /// Angles and rates at the start of the last window, at the present parameters (2 coordinateCount) [rad, rad/s].
  public var windowStartState: [Double]? {
    guard let start = windowStart else { return nil }
    let count = 2 * model.limb.coordinateCount
    return (0..<count).map { row in
      var value = start.mean[row]
      for column in posterior.mean.indices {
        value += start.sensitivity[row, column] * (posterior.mean[column] - start.theta[column])
      }
      return value
    }
  }

  private mutating func reject(_ window: Window) -> ParameterEstimate {
    state = nil
    windowStart = nil
    lastWindow = nil
    return estimate(
      window, termination: .notFinite, evaluations: 1, meanSquaredResidual: .infinity,
      innovation: Array(repeating: .infinity, count: model.limb.coordinateCount))
  }

  private func estimate(
    _ window: Window, termination: Termination, evaluations: Int, meanSquaredResidual: Double,
    innovation: [Double]
  ) -> ParameterEstimate {
    ParameterEstimate(
      posterior, parameters: model.parameters, window: window.index, end: window.end,
      hasAnchor: hasAnchor, hasGains: hasGains, termination: termination,
      evaluations: evaluations, meanSquaredResidual: meanSquaredResidual, innovation: innovation)
  }
}

extension ParameterEstimate {
  /// The estimate that `posterior` amounts to.
  public init(
    _ posterior: ArrivalCost, parameters: ParameterSet, window: Int, end: SampleTime,
    hasAnchor: Bool, hasGains: Bool, termination: Termination, evaluations: Int,
    meanSquaredResidual: Double, innovation: [Double]
  ) {
    let verdict = Identifiability(posterior: posterior, parameters: parameters)
    let count = parameters.count
    var lower: [Double] = []
    if let covariance = Cholesky(posterior.information)?.inverse() {
      for row in 0..<count {
        for column in 0...row { lower.append(covariance[row, column]) }
      }
    }
    self.init(
      window: window, end: end, theta: posterior.mean,
      values: (0..<count).map { parameters.value(of: $0, theta: posterior.mean[$0]) },
      deviations: verdict?.deviation ?? Array(repeating: .infinity, count: count),
      covariance: lower,
      status: verdict?.status ?? Array(repeating: .unidentifiable, count: count),
      scale: verdict?.scaleLabel(hasAnchor: hasAnchor, hasGains: hasGains) ?? .ratiosOnly,
      unidentified: verdict?.unidentified ?? [], termination: termination,
      evaluations: evaluations, meanSquaredResidual: meanSquaredResidual, innovation: innovation)
  }
}
