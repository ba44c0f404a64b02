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

  /// The unknowns that move a sensor's offset.
  private let offsetMoves: [ParameterSet.Move]
  /// The integrator with its derivatives.
  private var stepper: LimbStep
  /// Activations of the window.
  private var track: ActivationTrack
  /// The window whose activations `track` holds, when they do not depend on theta.
  private var trackedWindow: Window?
  /// Factor on the angles' noise where bad EMG has no disturbance of its own to go into [1].
  private var doubt = 1.0
  /// Correlation factor of each disturbance over the step (disturbanceCount) [1].
  private var retention: [Double] = []
  /// State (stateCount) [rad, rad/s, disturbance units].
  private var z: [Double]
  /// Covariance of the state (stateCount x stateCount).
  private var covariance: Matrix
  /// Sensitivity of the state (stateCount x parameterCount).
  private var sensitivity: Matrix
  /// Scratch of the same shape as `sensitivity`.
  private var sensitivityScratch: Matrix
  /// Scratch of the same shape as `covariance`.
  private var covarianceScratch: Matrix
  /// Transition of the whole state over one step (stateCount x stateCount).
  private var transition: Matrix
  /// Kalman gain of one scalar measurement (stateCount) [units of state per rad].
  private var gain: [Double]
  /// Derivative of one prediction (parameterCount) [rad per unit of theta].
  private var row: [Double]

  /// The residuals of `model`.
  public init(_ model: LimbEstimationModel) {
    self.model = model
    let states = model.stateCount
    let unknowns = model.parameters.count
    offsetMoves = model.parameters.moves.filter {
      if case .coordinate(_, .offset) = $0.quantity { true } else { false }
    }
    stepper = LimbStep(model)
    track = ActivationTrack(
      channels: model.channels, dynamics: model.dynamics, parameters: model.parameters,
      isDirect: model.drivesActivation)
    z = Array(repeating: 0, count: states)
    covariance = Matrix(rows: states, columns: states)
    sensitivity = Matrix(rows: states, columns: unknowns)
    sensitivityScratch = sensitivity
    covarianceScratch = covariance
    transition = covariance
    gain = z
    row = Array(repeating: 0, count: unknowns)
  }

  /// Residuals and derivatives of `window` at `theta`, from `start`.
  ///
  /// - Parameter horizon: what must be predicted; nil takes every measurement's one-step error.
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
    prepare(window, system: system)

    // the start moves with theta as the window before says
    for i in z.indices {
      var mean = start.mean[i]
      for j in 0..<unknowns where theta[j] != start.theta[j] {
        mean += start.sensitivity[i, j] * (theta[j] - start.theta[j])
      }
      z[i] = mean
    }
    covariance = start.covariance
    sensitivity = start.sensitivity

    var result = WindowEvaluation(
      gradient: Array(repeating: 0, count: unknowns),
      information: Matrix(rows: unknowns, columns: unknowns), end: start,
      squaredInnovations: Array(repeating: 0, count: n))
    let correctedSteps =
      horizon.map { $0.leadMeasurements * window.measurementStride } ?? window.stepCount
    for step in 0..<window.stepCount {
      let isCorrected = step < correctedSteps
      advance(window, step: step, system: system, spreading: isCorrected)
      guard stepper.isRegular else {
        result.isFinite = false
        result.cost = .infinity
        return result
      }
      if (step + 1) % window.measurementStride == 0 {
        let measurement = (step + 1) / window.measurementStride
        for coordinate in 0..<n where window.isMeasured[measurement * n + coordinate] {
          let innovation =
            window.angles[measurement * n + coordinate] - system.angleOffsets[coordinate]
            - z[coordinate]
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
          let innovation = window.rates[measurement * n + coordinate] - z[n + coordinate]
          correct(
            n + coordinate, innovation: innovation, noise: model.noise.rate[coordinate],
            isResidual: horizon == nil, result: &result, gains: &gains, isFrozen: isFrozen)
        }
      }
    }
    mirrorInformation(&result.information)
    result.isFinite = result.cost.isFinite
    result.end = StateBelief(
      mean: z, covariance: covariance, sensitivity: sensitivity, theta: theta)
    return result
  }

  /// The angles at the window's measurement times without any correction, driven by EMG alone.
  ///
  /// - Parameter state: angles and rates at the start (2 coordinateCount) [rad, rad/s], then
  ///   disturbances, which fade with their correlation times, if any are known (stateCount in all).
  /// - Returns: angles ((measurementCount + 1) x coordinateCount) [rad], nil when not finite.
  public mutating func predict(
    _ window: Window, theta: [Double], from state: [Double], withoutActivation: Bool = false
  ) -> [Double]? {
    let n = model.limb.coordinateCount
    let system = model.parameters.system(at: theta)
    if withoutActivation {
      var passive = window
      for index in passive.envelopes.indices { passive.envelopes[index] = 0 }
      prepare(passive, system: system)
    } else {
      prepare(window, system: system)
    }
    for index in z.indices { z[index] = index < state.count ? state[index] : 0 }
    var angles = Array(state[0..<n])
    for step in 0..<window.stepCount {
      stepper.advance(
        &z, model: model, system: system, track: track, halfStep: 2 * step, step: window.step,
        payloadMass: window.payload[step], differentiating: false)
      guard stepper.isRegular else { return nil }
      for index in retention.indices { z[2 * n + index] *= retention[index] }
      if (step + 1) % window.measurementStride == 0 { angles += z[0..<n] }
    }
    return angles
  }

  /// The activations at the half steps of `window` ((2 stepCount + 1) x muscleCount) [1].
  public mutating func activations(_ window: Window, theta: [Double]) -> [Double] {
    prepare(window, system: model.parameters.system(at: theta))
    return track.activations
  }

  /// Computes activations where they may have changed, and the disturbances' retention.
  private mutating func prepare(_ window: Window, system: SystemParameters) {
    precondition(
      window.coordinateCount == model.limb.coordinateCount, "all coordinates, measured or not")
    if track.tangents.isEmpty && trackedWindow == window {
      // nothing to do: theta does not reach the activations
    } else {
      track.fill(window, channelParameters: system.channels)
      trackedWindow = window
    }
    let count = model.activationDisturbances
    let worst = window.quality.reduce(0) { max($0, $1.activationDoubt) }
    // a window that is driven by what is no EMG says nothing: its residuals count a ten-thousandth
    doubt = count > 0 ? 1 : 1 + 99 * worst
    retention = (0..<(model.stateCount - 2 * model.limb.coordinateCount)).map { index in
      let time =
        index < count
        ? model.noise.activationCorrelationTime : model.noise.torqueCorrelationTime
      return .exp(-window.step / time)
    }
  }

  /// One step of state, sensitivity and covariance.
  ///
  /// - Parameter spreading: the covariance goes along; once nothing corrects, nobody asks for it.
  private mutating func advance(
    _ window: Window, step: Int, system: SystemParameters, spreading: Bool
  ) {
    let n = model.limb.coordinateCount
    let side = 2 * n
    let states = z.count
    stepper.advance(
      &z, model: model, system: system, track: track, halfStep: 2 * step, step: window.step,
      payloadMass: window.payload[step], differentiating: true)

    // transition of (x, disturbances)
    let disturbances = states - side
    for i in 0..<side {
      for j in 0..<side { transition[i, j] = stepper.transition[i * side + j] }
      for j in 0..<disturbances {
        transition[i, side + j] = stepper.byDisturbance[i * disturbances + j]
      }
    }
    for j in 0..<disturbances {
      transition[side + j, side + j] = retention[j]
      z[side + j] *= retention[j]
    }

    // S <- A S + B
    Self.multiply(transition, sensitivity, into: &sensitivityScratch)
    swap(&sensitivity, &sensitivityScratch)
    for index in 0..<(side * row.count) {
      sensitivity.elements[index] += stepper.byParameter[index]
    }

    guard spreading else { return }
    // P <- A P Aᵀ + Q; P is symmetric, so (A (A P)ᵀ) needs no transpose of A
    Self.multiply(transition, covariance, into: &covarianceScratch)
    for i in 0..<states {
      for j in 0...i {
        var sum = 0.0
        for k in 0..<states { sum += covarianceScratch[i, k] * transition[j, k] }
        covariance[i, j] = sum
        covariance[j, i] = sum
      }
    }
    for j in 0..<disturbances {
      let deviation =
        j < model.activationDisturbances
        ? max(model.noise.activation, window.quality[model.channels[j]].activationDoubt)
        : model.noise.torque
      covariance[side + j, side + j] += deviation * deviation * (1 - retention[j] * retention[j])
    }
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
    let states = z.count
    let unknowns = row.count
    let noise = sensorNoise * doubt
    var deviation = Double.sqrt(covariance[place, place] + noise * noise)
    if isFrozen {
      gains.take(&gain, deviation: &deviation)
    } else {
      for i in 0..<states { gain[i] = covariance[i, place] / (deviation * deviation) }
      if gains.isKept { gains.keep(gain, deviation: deviation) }
    }
    if isResidual {
      takeResidual(
        place, innovation: innovation, deviation: deviation, result: &result, gains: &gains)
    } else {
      fillRow(place)
    }

    // the state moves toward the measurement, and its sensitivity with it
    for i in 0..<states where gain[i] != 0 {
      z[i] += gain[i] * innovation
      for j in 0..<unknowns {
        sensitivity.elements[i * unknowns + j] -= gain[i] * row[j]
      }
    }
    // P <- (1 - K C) P, kept symmetric
    let variance = deviation * deviation
    for i in 0..<states {
      for j in 0...i {
        covariance[i, j] -= gain[i] * variance * gain[j]
        covariance[j, i] = covariance[i, j]
      }
    }
  }

  /// The derivative of a predicted reading, the sensor's offset included, into `row`.
  private mutating func fillRow(_ place: Int) {
    for j in row.indices { row[j] = sensitivity[place, j] }
    for move in offsetMoves where move.quantity == .coordinate(place, .offset) {
      row[move.parameter] += 1
    }
  }

  /// Adds one residual and its derivative, which it leaves in `row`, to cost, gradient and JᵀJ.
  private mutating func takeResidual(
    _ place: Int, innovation: Double, deviation: Double, result: inout WindowEvaluation,
    gains: inout FrozenGains
  ) {
    fillRow(place)
    let unknowns = row.count
    let residual = innovation / deviation
    result.cost += 0.5 * residual * residual
    result.logDeviation += .log(deviation)
    result.residualCount += 1
    if place < result.squaredInnovations.count {
      result.angleCount += 1
      result.squaredInnovations[place] += innovation * innovation
    }
    if gains.isKept {
      gains.residuals.append(residual)
      gains.derivatives.append(row.map { -$0 / deviation })
    }
    let weight = 1 / (deviation * deviation)
    for j in 0..<unknowns {
      let own = row[j]
      if own == 0 { continue }
      result.gradient[j] -= own * innovation * weight
      let scaled = own * weight
      for k in 0...j { result.information.elements[j * unknowns + k] += scaled * row[k] }
    }
  }

  /// Copies the lower triangle of JᵀJ to the upper.
  private func mirrorInformation(_ information: inout Matrix) {
    for i in 0..<information.rowCount {
      for j in 0..<i { information[j, i] = information[i, j] }
    }
  }

  /// `left` times `right`, skipping zeros of `left`.
  @inline(__always)
  private static func multiply(_ left: Matrix, _ right: Matrix, into result: inout Matrix) {
    let width = right.columnCount
    let inner = left.columnCount
    var sum = result.elements.mutableSpan
    let factors = left.elements.span
    let given = right.elements.span
    for i in 0..<left.rowCount {
      let to = i * width
      for column in 0..<width { sum[to + column] = 0 }
      for k in 0..<inner {
        let factor = factors[i * inner + k]
        if factor == 0 { continue }
        let from = k * width
        for column in 0..<width { sum[to + column] += factor * given[from + column] }
      }
    }
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
