internal import Algebra
internal import Musculoskeletal

/// The limb's reference equations as a first-order system: y = (q, u), y' = (u, udot).
struct LimbEquations {
  /// The limb.
  let limb: LimbModel
  /// Its numbers.
  let parameters: LimbParameters
  /// Activations by the time since the start; nil for a limb without muscles.
  let activations: CubicSpline?
  /// Payload held at present [kg].
  var payloadMass = 0.0

  /// Angles of the present evaluation (coordinateCount) [rad].
  private var q: [Double]
  /// Rates of the present evaluation (coordinateCount) [rad/s].
  private var u: [Double]
  /// Activations of the present evaluation (muscleCount) [1].
  private var levels: [Double]
  /// No external torque (coordinateCount) [N·m].
  private let torque: [Double]
  /// The limb at the present evaluation.
  private var state: LimbState

  /// The equations of `limb` driven by `activations`.
  init(_ limb: LimbModel, parameters: LimbParameters, activations: CubicSpline?) {
    precondition(
      (activations?.channelCount ?? 0) == limb.muscleCount, "every muscle has an activation")
    self.limb = limb
    self.parameters = parameters
    self.activations = activations
    q = Array(repeating: 0, count: limb.coordinateCount)
    u = q
    torque = q
    levels = Array(repeating: 0, count: limb.muscleCount)
    state = LimbState(limb)
  }

  /// Numbers in y [1].
  var dimension: Int { 2 * limb.coordinateCount }

  /// Writes y' at `time` [s] into `rates`; false when it is not finite.
  mutating func evaluate(
    at time: Double, _ y: UnsafeBufferPointer<Double>,
    into rates: UnsafeMutableBufferPointer<Double>
  ) -> Bool {
    let count = limb.coordinateCount
    for index in 0..<count {
      // the caller's buffers hold `dimension` numbers each, and buffer subscripts check it in debug
      q[index] = unsafe y[index]
      u[index] = unsafe y[count + index]
    }
    activations?.evaluate(at: time, into: &levels)
    limb.evaluate(
      q: q, u: u, activations: levels, torque: torque, payloadMass: payloadMass,
      parameters: parameters, state: &state)
    var isFinite = state.isRegular
    for index in 0..<count {
      unsafe rates[index] = u[index]
      unsafe rates[count + index] = state.acceleration[index]
      if !u[index].isFinite || !state.acceleration[index].isFinite { isFinite = false }
    }
    return isFinite
  }
}
