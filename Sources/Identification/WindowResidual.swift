public import Algebra
internal import Musculoskeletal
internal import RealModule
public import Signals

/// What one window says about the unknowns: cost, gradient and Gauss-Newton matrix of its residuals.
public struct WindowEvaluation: Sendable {
  /// Half the sum of squared whitened residuals [1].
  public var cost = 0.0
  /// Half the log-determinant terms, sum of ln(sqrt(S)) over residuals, so that noise levels compare [1].
  public var logDeviation = 0.0
  /// Whitened residuals [1].
  public var residualCount = 0
  /// Those of them that are angles [1].
  public var angleCount = 0
  /// Jᵀr (parameterCount) [1 per unit of theta].
  public var gradient: [Double]
  /// JᵀJ (parameterCount x parameterCount).
  public var information: Matrix
  /// What the window leaves behind for the next one.
  public var end: StateBelief
  /// Sum of squared one-step prediction errors of each coordinate (coordinateCount) [rad^2].
  public var squaredInnovations: [Double]
  /// False when the model left the finite numbers.
  public var isFinite = true
}

/// The residuals of one window and their exact derivatives.
///
/// The limb is integrated step by step from the belief about its state. At each measured sample the
/// difference between measured and predicted angle, divided by its predicted deviation, is a residual;
/// then the state moves toward the measurement by the Kalman gain that the noise model implies. So
/// activation noise and unknown torques are marginalised rather than ignored, and without them the gain
/// is that of the free initial state alone: an ordinary trajectory fit. The derivative of every residual
/// is carried through steps and corrections alike and is exact for the gains used.
public struct WindowResidual: Sendable {
  /// The constant part.
  public let model: LimbEstimationModel

  /// State, covariance and sensitivity on their way through the window.
  private var filter: StateFilter
  /// JᵀJ and Jᵀr on their way; nil before the first evaluation.
  private var sums: ResidualSums?

  /// The residuals of `model`.
  public init(_ model: LimbEstimationModel) {
    self.model = model
    filter = StateFilter(model)
  }

  /// Residuals and derivatives of `window` at `theta`, from `start`.
  ///
  /// `horizon`: what must be predicted; nil takes every measurement's one-step error.
  public mutating func evaluate(
    _ window: Window, theta: [Double], start: StateBelief, horizon: PredictionHorizon? = nil
  ) -> WindowEvaluation {
    var residuals = FrozenGains()
    return evaluate(
      window, theta: theta, start: start, horizon: horizon, gains: &residuals, isFrozen: false)
  }

  /// The same with gains kept from an earlier call, so that residuals can be differenced at other theta.
  mutating func evaluate(
    _ window: Window, theta: [Double], start: StateBelief, horizon: PredictionHorizon? = nil,
    gains: inout FrozenGains, isFrozen: Bool
  ) -> WindowEvaluation {
    let n = model.limb.coordinateCount
    let unknowns = model.parameters.count
    let system = model.parameters.system(at: theta)
    filter.prepare(window, system: system)

    // the start moves with theta as the window before says
    for i in filter.z.indices {
      var mean = start.mean[i]
      for j in 0..<unknowns where theta[j] != start.theta[j] {
        mean += start.sensitivity[i, j] * (theta[j] - start.theta[j])
      }
      filter.z[i] = mean
    }
    filter.covariance = start.covariance
    filter.sensitivity = start.sensitivity

    var result = WindowEvaluation(
      gradient: Array(repeating: 0, count: unknowns),
      information: Matrix(rows: unknowns, columns: unknowns), end: start,
      squaredInnovations: Array(repeating: 0, count: n))
    if sums == nil {
      sums = ResidualSums(filter.columns, arithmetic: filter.arithmetic)
    } else {
      sums?.clear()
    }
    let correctedSteps =
      horizon.map { $0.leadMeasurements * window.measurementStride } ?? window.stepCount
    for step in 0..<window.stepCount {
      let isCorrected = step < correctedSteps
      filter.advance(window, step: step, system: system, spreading: isCorrected)
      if isCorrected { filter.disturb(window, steps: 1) }
      guard filter.isRegular else {
        result.isFinite = false
        result.cost = .infinity
        return result
      }
      if (step + 1) % window.measurementStride == 0 {
        let measurement = (step + 1) / window.measurementStride
        for coordinate in 0..<n where window.isMeasured[measurement * n + coordinate] {
          let innovation =
            window.angles[measurement * n + coordinate] - system.angleOffsets[coordinate]
            - filter.z[coordinate]
          if isCorrected {
            correct(
              coordinate, innovation: innovation, noise: model.noise.angle[coordinate],
              isResidual: horizon == nil, result: &result, gains: &gains, isFrozen: isFrozen)
          } else if let horizon {
            takeResidual(
              coordinate, innovation: innovation, deviation: horizon.deviation[coordinate],
              result: &result, gains: &gains)
          }
        }
        // a horizon asks for angles; rates help it to its start only
        guard isCorrected, !window.rates.isEmpty, !model.noise.rate.isEmpty else { continue }
        for coordinate in 0..<n where window.isRateMeasured[measurement * n + coordinate] {
          let innovation = window.rates[measurement * n + coordinate] - filter.z[n + coordinate]
          correct(
            n + coordinate, innovation: innovation, noise: model.noise.rate[coordinate],
            isResidual: horizon == nil, result: &result, gains: &gains, isFrozen: isFrozen)
        }
      }
    }
    sums?.fold(filter.columns, into: &result)
    result.isFinite = result.cost.isFinite
    result.end = StateBelief(
      mean: filter.z, covariance: filter.covariance, sensitivity: filter.sensitivity, theta: theta)
    return result
  }

  /// The angles at the window's measurement times without any correction, driven by EMG alone.
  ///
  /// `state`: angles and rates at the start (2 coordinateCount) [rad, rad/s], then
  /// disturbances, which fade with their correlation times, if any are known (stateCount in all).
  /// - Returns: angles ((measurementCount + 1) x coordinateCount) [rad], nil when not finite.
  public mutating func predict(
    _ window: Window, theta: [Double], from state: [Double], withoutActivation: Bool = false
  ) -> [Double]? {
    let n = model.limb.coordinateCount
    let system = model.parameters.system(at: theta)
    if withoutActivation {
      var passive = window
      for index in passive.envelopes.indices { passive.envelopes[index] = 0 }
      filter.prepare(passive, system: system)
    } else {
      filter.prepare(window, system: system)
    }
    for index in filter.z.indices { filter.z[index] = index < state.count ? state[index] : 0 }
    var angles = Array(state[0..<n])
    angles.reserveCapacity((window.measurementCount + 1) * n)
    for step in 0..<window.stepCount {
      filter.advanceState(window, step: step, system: system)
      guard filter.isRegular else { return nil }
      if (step + 1) % window.measurementStride == 0 { angles += filter.z[0..<n] }
    }
    return angles
  }

  /// The activations at the half steps of `window` ((2 stepCount + 1) x muscleCount) [1].
  public mutating func activations(_ window: Window, theta: [Double]) -> [Double] {
    filter.prepare(window, system: model.parameters.system(at: theta))
    return filter.activations
  }

  /// Takes one measured angle or rate: a residual, its derivative, and the state's correction.
  ///
  /// - Parameters:
  ///   - place: what is measured, its index in z.
  ///   - noise: the sensor's standard deviation [unit of the state].
  private mutating func correct(
    _ place: Int, innovation: Double, noise sensorNoise: Double, isResidual: Bool,
    result: inout WindowEvaluation, gains: inout FrozenGains, isFrozen: Bool
  ) {
    var deviation = filter.weigh(place, noise: sensorNoise)
    if isFrozen {
      gains.take(&filter.gain, deviation: &deviation)
    } else if gains.isKept {
      gains.keep(filter.gain, deviation: deviation)
    }
    if isResidual {
      takeResidual(
        place, innovation: innovation, deviation: deviation, result: &result, gains: &gains)
    } else {
      filter.fillRow(place)
    }
    // the state moves toward the measurement, and its sensitivity with it
    for i in filter.z.indices { filter.z[i] += filter.gain[i] * innovation }
    filter.correct(deviation: deviation)
  }

  /// Adds one residual and its derivative, which it leaves in the filter's row, to cost, gradient and JᵀJ.
  private mutating func takeResidual(
    _ place: Int, innovation: Double, deviation: Double, result: inout WindowEvaluation,
    gains: inout FrozenGains
  ) {
    filter.fillRow(place)
    let residual = innovation / deviation
    result.cost += 0.5 * residual * residual
    result.logDeviation += .log(deviation)
    result.residualCount += 1
    if place < result.squaredInnovations.count {
      result.angleCount += 1
      result.squaredInnovations[place] += innovation * innovation
    }
    if gains.isKept {
      filter.collectRow()
      gains.residuals.append(residual)
      gains.derivatives.append(filter.row.map { -$0 / deviation })
    }
    sums?.add(filter.rowLanes, factor: -1 / deviation, residual: residual)
  }
}

/// Gains and deviations of one evaluation, replayed so that another theta sees the same corrections.
struct FrozenGains: Sendable {
  /// True when an evaluation should be kept.
  var isKept = false
  /// Residuals in order [1].
  var residuals: [Double] = []
  /// Their derivatives in order, one row a residual (parameterCount) [1 per unit of theta].
  var derivatives: [[Double]] = []
  /// Gains in order, one vector a residual.
  private var gains: [[Double]] = []
  /// Deviations in order [rad].
  private var deviations: [Double] = []
  /// The next to be replayed [1].
  private var next = 0

  mutating func keep(_ gain: [Double], deviation: Double) {
    gains.append(gain)
    deviations.append(deviation)
  }

  mutating func take(_ gain: inout [Double], deviation: inout Double) {
    gain = gains[next]
    deviation = deviations[next]
    next += 1
  }

  /// Begins again with the first gain and forgets the residuals.
  mutating func rewind() {
    next = 0
    residuals = []
    derivatives = []
  }
}
