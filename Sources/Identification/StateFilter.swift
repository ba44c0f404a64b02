internal import Algebra
internal import Musculoskeletal
internal import RealModule
internal import Signals

/// A limb's state, what is known of it, and how it follows theta, carried through a window's steps.
///
/// z is the point of linearisation; for each step dz' = A dz + B dtheta + w with the integrator's own
/// exact A and B, so that S <- A S + B and P <- A P Aᵀ + Q; a reading y of place h moves dz by the gain
/// K = P hᵀ / (h P hᵀ + r), S by -K h S and P by -K h P. Who moves z, and whereto, is the owner's affair.
struct StateFilter: Sendable {
  /// The constant part.
  let model: LimbEstimationModel
  /// State (stateCount) [rad, rad/s, disturbance units].
  var z: [Double]
  /// Covariance of the state given theta (stateCount x stateCount).
  var covariance: Matrix
  /// Derivative of the state by theta, in the hot loop's columns (stateCount x blocks).
  private var lanes: [SIMD8<Double>]
  /// Transition of the whole state over the last step (stateCount x stateCount).
  private(set) var transition: Matrix
  /// Kalman gain of the last reading (stateCount) [units of state per unit of reading].
  var gain: [Double]
  /// Derivative of the last reading's prediction in columns (blocks) [its unit per unit of theta].
  private(set) var rowLanes: [SIMD8<Double>]
  /// The same by the unknowns, as `collectRow` left it (parameterCount) [its unit per unit of theta].
  private(set) var row: [Double]
  /// How columns make derivatives by the unknowns.
  let columns: SensitivityColumns
  /// Sums in lanes.
  let arithmetic: LaneArithmetic

  /// Angles and rates [1].
  private let side: Int
  /// The unknowns that move a sensor's offset.
  private let offsetMoves: [ParameterSet.Move]
  /// The integrator with its derivatives.
  private var stepper: LimbStep
  /// Activations of the window.
  private var track: ActivationTrack
  /// The window whose activations `track` holds, when they do not depend on theta.
  private var trackedWindow: Window?
  /// Factor on the sensors' noise where bad EMG has no disturbance of its own to go into [1].
  private var doubt = 1.0
  /// Correlation factor of each disturbance over the step (disturbanceCount) [1].
  private var retention: [Double] = []
  /// Scratch of the same shape as `covariance`.
  private var covarianceScratch: Matrix

  /// A filter of `model`; state and beliefs are the owner's to set.
  init(_ model: LimbEstimationModel) {
    self.model = model
    let states = model.stateCount
    let unknowns = model.parameters.count
    offsetMoves = model.parameters.moves.filter {
      if case .coordinate(_, .offset) = $0.quantity { true } else { false }
    }
    side = 2 * model.limb.coordinateCount
    let variant = LimbStep.Variant.fastest
    stepper = LimbStep(model, variant: variant)
    columns = stepper.columns
    arithmetic = LaneArithmetic(variant)
    lanes = columns.zeros(rows: states)
    rowLanes = columns.zeros(rows: 1)
    track = ActivationTrack(
      drives: model.drives, parameters: model.parameters, isDirect: model.drivesActivation)
    z = Array(repeating: 0, count: states)
    covariance = Matrix(rows: states, columns: states)
    covarianceScratch = covariance
    transition = covariance
    gain = z
    row = Array(repeating: 0, count: unknowns)
  }

  /// False when the last step left the finite numbers.
  var isRegular: Bool { stepper.isRegular }
  /// Derivative of the state by theta (stateCount x parameterCount).
  var sensitivity: Matrix {
    get {
      var result = Matrix(rows: z.count, columns: row.count)
      columns.collect(lanes, into: &result)
      return result
    }
    set { columns.spread(newValue, into: &lanes) }
  }
  /// Activations at the window's half steps ((2 stepCount + 1) x muscleCount) [1].
  var activations: [Double] { track.activations }

  /// Computes activations where they may have changed, and the disturbances' retention.
  mutating func prepare(_ window: Window, system: SystemParameters) {
    precondition(
      window.coordinateCount == model.limb.coordinateCount, "all coordinates, measured or not")
    if track.tangents.isEmpty && trackedWindow == window {
      // nothing to do: theta does not reach the activations
    } else {
      track.fill(window, channelParameters: system.channels, muscles: system.limb.muscles)
      trackedWindow = window
    }
    stepper.prepare(system)
    let count = model.activationDisturbances
    // a window that is driven by what is no EMG says nothing: its residuals count a ten-thousandth
    let worst = window.quality.reduce(0) { max($0, $1.activationDoubt) }
    doubt = count > 0 ? 1 : 1 + 99 * worst
    retention = (0..<(model.stateCount - 2 * model.limb.coordinateCount)).map { index in
      let time =
        index < count
        ? model.noise.activationCorrelationTime : model.noise.torqueCorrelationTime
      return .exp(-window.step / time)
    }
    // disturbances move the state and fade; nothing moves them
    transition.fill(0)
    for index in retention.indices { transition[side + index, side + index] = retention[index] }
  }

  /// One step of z alone.
  mutating func advanceState(_ window: Window, step: Int, system: SystemParameters) {
    stepper.advance(
      &z, sensitivity: &lanes, model: model, system: system, track: track, halfStep: 2 * step,
      step: window.step, payloadMass: window.payload[step],
      external: ExternalTorque(window, step: step), retention: retention, differentiating: false)
    for index in retention.indices { z[side + index] *= retention[index] }
  }

  /// One step of state, sensitivity and covariance; what disturbs it is `disturb`'s.
  ///
  /// - Parameter spreading: the covariance goes along; once nothing corrects, nobody asks for it.
  mutating func advance(_ window: Window, step: Int, system: SystemParameters, spreading: Bool) {
    stepper.advance(
      &z, sensitivity: &lanes, model: model, system: system, track: track, halfStep: 2 * step,
      step: window.step, payloadMass: window.payload[step],
      external: ExternalTorque(window, step: step), retention: retention, differentiating: true)
    Self.copy(stepper.transition, to: &transition.elements)
    for j in retention.indices { z[side + j] *= retention[j] }
    guard spreading else { return }
    arithmetic.spread(
      &covariance.elements, transition: transition.elements,
      scratch: &covarianceScratch.elements, count: z.count)
  }

  /// The first elements of `whole` from `rows`.
  @inline(__always)
  private static func copy(_ rows: [Double], to whole: inout [Double]) {
    let given = rows.span
    var result = whole.mutableSpan
    for index in 0..<given.count { result[index] = given[index] }
  }

  /// What disturbances have become uncertain by in the last `steps` steps: P <- P + Q.
  mutating func disturb(_ window: Window, steps: Int) {
    for j in retention.indices {
      let deviation =
        j < model.activationDisturbances
        ? model.activationDeviation(j, in: window)
        : model.noise.torque
      var kept = 1.0
      for _ in 0..<steps { kept *= retention[j] }
      covariance[side + j, side + j] += deviation * deviation * (1 - kept * kept)
    }
  }

  /// Sets `gain` to that of a reading of `place`, whose sensor has this standard deviation.
  ///
  /// - Returns: the standard deviation of the reading's prediction error.
  mutating func weigh(_ place: Int, noise sensorNoise: Double) -> Double {
    let noise = sensorNoise * doubt
    let deviation = Double.sqrt(covariance[place, place] + noise * noise)
    for i in gain.indices { gain[i] = covariance[i, place] / (deviation * deviation) }
    return deviation
  }

  /// The derivative of a predicted reading, the sensor's offset included, into `rowLanes`.
  mutating func fillRow(_ place: Int) {
    let blocks = columns.blockCount
    for block in 0..<blocks { rowLanes[block] = lanes[place * blocks + block] }
    for move in offsetMoves where move.quantity == .coordinate(place, .offset) {
      let home = columns.homes[move.parameter]
      rowLanes[home / 8][home % 8] += 1
    }
  }

  /// The same by the unknowns, into `row`.
  mutating func collectRow() { columns.collect(rowLanes, into: &row) }

  /// What the reading behind `gain` and `rowLanes` tells of the state: S <- S - K row, P <- P - K var Kᵀ; a
  /// `deviation` of zero leaves P alone.
  mutating func correct(deviation: Double) {
    let states = z.count
    var isIdle = true
    for i in 0..<states where gain[i] != 0 { isIdle = false }
    if isIdle { return }
    arithmetic.correct(&lanes, gain: gain, row: rowLanes)
    guard deviation > 0 else { return }
    let variance = deviation * deviation
    for i in 0..<states {
      for j in 0...i {
        covariance[i, j] -= gain[i] * variance * gain[j]
        covariance[j, i] = covariance[i, j]
      }
    }
  }

  /// `left` times `right`, skipping zeros of `left`.
  @inline(__always)
  static func multiply(_ left: Matrix, _ right: Matrix, into result: inout Matrix) {
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
