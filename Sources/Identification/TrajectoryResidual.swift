internal import Algebra
internal import Musculoskeletal
internal import Signals

/// The residuals of a window as one trajectory from one start state, with their exact derivatives.
///
/// Nothing corrects the state on its way, so the start state s is as unknown as theta. The normal
/// equations of both,
///
///     [ H_tt  H_ts ] [ dtheta ]     [ g_t ]
///     [ H_st  H_ss ] [ ds     ] = - [ g_s ]
///
/// are reduced to theta by the Schur complement of H_ss: the same steps as with all unknowns at once, and
/// the information that is left is what a motion with an unknown start tells. This is the limit of
/// `WindowResidual` without disturbances, but its derivatives are those of the cost, gains and all.
struct TrajectoryResidual: Sendable {
  /// The constant part.
  let model: LimbEstimationModel

  /// The unknowns that move a sensor's offset.
  private let offsetMoves: [ParameterSet.Move]
  /// The integrator with its derivatives.
  private var stepper: LimbStep
  /// Activations of the window.
  private var track: ActivationTrack
  /// The window whose activations `track` holds, when they do not depend on theta.
  private var trackedWindow: Window?
  /// Angles and rates (2 coordinateCount) [rad, rad/s].
  private var z: [Double]
  /// Derivative of z by theta and start (2 coordinateCount x (parameterCount + 2 coordinateCount)).
  private var sensitivity: Matrix
  /// Scratch of the same shape.
  private var scratch: Matrix
  /// Derivative of one reading (parameterCount + 2 coordinateCount) [its unit per unit of theta].
  private var row: [Double]

  /// What one trajectory says about theta and its own start.
  struct Equations: Sendable {
    /// Half the sum of squared whitened residuals [1].
    var cost = 0.0
    /// Half the sum over measurements alone, without what was believed of the start [1].
    var residualCost = 0.0
    /// Whitened residuals [1].
    var residualCount = 0
    /// Sum of squared residuals of each coordinate's angle (coordinateCount) [rad^2].
    var squaredErrors: [Double]
    /// Angles among the residuals [1].
    var angleCount = 0
    /// Jᵀr of theta, then of the start (parameterCount + 2 coordinateCount) [1 per unit].
    var gradient: [Double]
    /// JᵀJ of both (parameterCount + 2 coordinateCount squared).
    var information: Matrix
    /// Whitened residuals in order, when they are kept [1].
    var residuals: [Double] = []
    /// Their derivatives by theta and start, row by row, when they are kept [1 per unit].
    var jacobian: [Double] = []
  }

  /// The residuals of `model`, which must know no disturbances.
  init(_ model: LimbEstimationModel) {
    precondition(model.stateCount == 2 * model.limb.coordinateCount, "a trajectory is undisturbed")
    self.model = model
    let states = model.stateCount
    let columns = model.parameters.count + states
    offsetMoves = model.parameters.moves.filter {
      if case .coordinate(_, .offset) = $0.quantity { true } else { false }
    }
    stepper = LimbStep(model)
    track = ActivationTrack(
      drives: model.drives, parameters: model.parameters,
      isDirect: model.drivesActivation)
    z = Array(repeating: 0, count: states)
    sensitivity = Matrix(rows: states, columns: columns)
    scratch = sensitivity
    row = Array(repeating: 0, count: columns)
  }

  /// What `window` says at `theta` from `start` (2 coordinateCount) [rad, rad/s]; nil when not finite.
  ///
  /// - Parameters:
  ///   - belief: the start's mean and standard deviations before any measurement
  ///     (2 coordinateCount each) [rad, rad/s].
  ///   - keepsJacobian: also keeps each residual and its derivatives.
  mutating func evaluate(
    _ window: Window, theta: [Double], start: [Double], belief: (mean: [Double], sd: [Double]),
    keepsJacobian: Bool = false
  ) -> Equations? {
    let n = model.limb.coordinateCount
    let unknowns = model.parameters.count
    let columns = row.count
    let system = model.parameters.system(at: theta)
    if track.tangents.isEmpty && trackedWindow == window {
      // theta does not reach the activations
    } else {
      track.fill(window, channelParameters: system.channels, muscles: system.limb.muscles)
      trackedWindow = window
    }
    for index in 0..<(2 * n) { z[index] = start[index] }
    sensitivity.fill(0)
    for index in 0..<(2 * n) { sensitivity[index, unknowns + index] = 1 }

    var result = Equations(
      squaredErrors: Array(repeating: 0, count: n),
      gradient: Array(repeating: 0, count: columns),
      information: Matrix(rows: columns, columns: columns))
    for index in 0..<(2 * n) {
      let offset = (start[index] - belief.mean[index]) / belief.sd[index]
      result.cost += 0.5 * offset * offset
      result.gradient[unknowns + index] += offset / belief.sd[index]
      result.information[unknowns + index, unknowns + index] +=
        1 / (belief.sd[index] * belief.sd[index])
    }
    measure(window, at: 0, system: system, result: &result, keepsJacobian: keepsJacobian)
    for step in 0..<window.stepCount {
      stepper.advance(
        &z, model: model, system: system, track: track, halfStep: 2 * step, step: window.step,
        payloadMass: window.payload[step], differentiating: true)
      guard stepper.isRegular else { return nil }
      spread()
      if (step + 1) % window.measurementStride == 0 {
        measure(
          window, at: (step + 1) / window.measurementStride, system: system, result: &result,
          keepsJacobian: keepsJacobian)
      }
    }
    for i in 0..<columns {
      for j in 0..<i { result.information[j, i] = result.information[i, j] }
    }
    result.cost += result.residualCost
    return result.cost.isFinite ? result : nil
  }

  /// S <- A S + B.
  private mutating func spread() {
    Self.spread(
      sensitivity, transition: stepper.transition, byParameter: stepper.byParameter,
      side: z.count, unknowns: model.parameters.count, into: &scratch)
    swap(&sensitivity, &scratch)
  }

  /// The sensitivity after a step, `side` rows of which the last `side` columns belong to the start.
  private static func spread(
    _ sensitivity: Matrix, transition: [Double], byParameter: [Double], side: Int, unknowns: Int,
    into result: inout Matrix
  ) {
    let columns = unknowns + side
    var to = result.elements.mutableSpan
    let from = sensitivity.elements.span
    let factors = transition.span
    let inputs = byParameter.span
    for i in 0..<side {
      let at = i * columns
      for j in 0..<unknowns { to[at + j] = inputs[i * unknowns + j] }
      for j in unknowns..<columns { to[at + j] = 0 }
      for k in 0..<side {
        let factor = factors[i * side + k]
        let other = k * columns
        for j in 0..<columns { to[at + j] += factor * from[other + j] }
      }
    }
  }

  /// Takes the readings of one measurement as residuals.
  private mutating func measure(
    _ window: Window, at measurement: Int, system: SystemParameters, result: inout Equations,
    keepsJacobian: Bool
  ) {
    let n = model.limb.coordinateCount
    for coordinate in 0..<n where window.isMeasured[measurement * n + coordinate] {
      let error =
        window.angles[measurement * n + coordinate] - system.angleOffsets[coordinate]
        - z[coordinate]
      result.squaredErrors[coordinate] += error * error
      result.angleCount += 1
      take(
        coordinate, error: error, deviation: model.noise.angle[coordinate], result: &result,
        keepsJacobian: keepsJacobian)
    }
    guard !window.rates.isEmpty, !model.noise.rate.isEmpty else { return }
    for coordinate in 0..<n where window.isRateMeasured[measurement * n + coordinate] {
      take(
        n + coordinate,
        error: window.rates[measurement * n + coordinate] - z[n + coordinate],
        deviation: model.noise.rate[coordinate], result: &result, keepsJacobian: keepsJacobian)
    }
  }

  /// Adds weight row rowᵀ to the lower triangle of `information`.
  private static func add(_ row: [Double], weight: Double, to information: inout Matrix) {
    let columns = row.count
    var sum = information.elements.mutableSpan
    let given = row.span
    for j in 0..<columns {
      let own = given[j] * weight
      if own == 0 { continue }
      let at = j * columns
      for k in 0...j { sum[at + k] += own * given[k] }
    }
  }

  /// Adds one residual to the normal equations.
  private mutating func take(
    _ place: Int, error: Double, deviation: Double, result: inout Equations, keepsJacobian: Bool
  ) {
    let columns = row.count
    for j in 0..<columns { row[j] = sensitivity.elements[place * columns + j] }
    for move in offsetMoves where move.quantity == .coordinate(place, .offset) {
      row[move.parameter] += 1
    }
    let weight = 1 / (deviation * deviation)
    result.residualCost += 0.5 * error * error * weight
    result.residualCount += 1
    Self.add(row, weight: weight, to: &result.information)
    for j in 0..<columns { result.gradient[j] -= row[j] * weight * error }
    if keepsJacobian {
      result.residuals.append(error / deviation)
      for j in 0..<columns { result.jacobian.append(-row[j] / deviation) }
    }
  }
}
