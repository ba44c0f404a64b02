public import Algebra

/// A limb driven by excitations as one first-order system, with the exact Jacobian of its rates.
///
/// y = (q, u, activations, tendon states): activations only with activation dynamics, else they are the
/// excitations; a tendon state for each muscle with an elastic tendon. Excitations between samples are
/// their twice continuously differentiable cubic spline.
public struct LimbSystem: FirstOrderSystem {
  /// The limb.
  public let limb: LimbModel
  /// Its numbers.
  public let parameters: LimbParameters
  /// Excitations, or activations without activation dynamics, by time; nil for a limb without muscles.
  public var excitations: CubicSpline?
  /// True when activations follow excitations by their own dynamics.
  public let hasActivationDynamics: Bool
  /// External joint torque (coordinateCount) [N·m].
  public var torque: [Double]
  /// Payload held at present [kg].
  public var payloadMass = 0.0
  /// How the ground moves at present.
  public var base = BaseMotion.still
  /// Everything at the last evaluation.
  public private(set) var state: LimbState
  /// Activations at the last evaluation (muscleCount) [1].
  public private(set) var activations: [Double]
  /// The muscles with an elastic tendon, in order (indices).
  public let elasticMuscles: [Int]

  /// Angles (coordinateCount) [rad].
  private(set) var q: [Double]
  /// Rates (coordinateCount) [rad/s].
  private(set) var u: [Double]
  /// Excitations of the present evaluation (muscleCount) [1].
  private var levels: [Double]
  /// Accelerations by a body's ten mass numbers (10 x coordinateCount) [rad/s^2 per unit].
  private var massScratch: [Double]
  /// Tendon states, one a muscle, rigid ones unused (muscleCount) [1 or m].
  private var tendonStates: [Double]

  /// The system of `limb` driven by `excitations`.
  public init(
    _ limb: LimbModel, parameters: LimbParameters, excitations: CubicSpline?,
    hasActivationDynamics: Bool = false
  ) {
    precondition(
      (excitations?.channelCount ?? 0) == limb.muscleCount, "every muscle has an excitation")
    self.limb = limb
    self.parameters = parameters
    self.excitations = excitations
    self.hasActivationDynamics = hasActivationDynamics
    elasticMuscles = limb.elasticMuscles
    torque = Array(repeating: 0, count: limb.coordinateCount)
    q = torque
    u = torque
    levels = Array(repeating: 0, count: limb.muscleCount)
    activations = levels
    tendonStates = levels
    massScratch = Array(repeating: 0, count: 10 * limb.coordinateCount)
    state = LimbState(limb)
  }

  /// Numbers in y [1].
  public var dimension: Int {
    2 * limb.coordinateCount + (hasActivationDynamics ? limb.muscleCount : 0)
      + elasticMuscles.count
  }

  /// Where activations start in y [1].
  private var activationStart: Int { 2 * limb.coordinateCount }
  /// Where tendon states start in y [1].
  private var tendonStart: Int {
    activationStart + (hasActivationDynamics ? limb.muscleCount : 0)
  }

  /// The state at `time` [s] in a pose: activations are the excitations, tendons in equilibrium.
  ///
  /// - Throws: the muscle whose tendon finds no equilibrium.
  public mutating func start(
    q: [Double], u: [Double], at time: Double
  ) throws(TendonEquilibriumFailure) -> [Double] {
    excitations?.evaluate(at: time, into: &levels)
    for muscle in levels.indices {
      activations[muscle] =
        hasActivationDynamics
        ? parameters.muscles[muscle].startActivation(levels[muscle]) : levels[muscle]
    }
    try limb.equilibrate(
      q: q, u: u, activations: activations, parameters: parameters, state: &state,
      tendonStates: &tendonStates)
    return q + u + (hasActivationDynamics ? activations : [])
      + elasticMuscles.map { tendonStates[$0] }
  }

  /// Writes y' at `time` [s] into `rates`; false when it is not finite.
  public mutating func fillRates(at time: Double, _ y: [Double], into rates: inout [Double]) -> Bool
  {
    evaluate(at: time, y, forDerivatives: false)
    let count = limb.coordinateCount
    for index in 0..<count {
      rates[index] = u[index]
      rates[count + index] = state.acceleration[index]
    }
    if hasActivationDynamics {
      for muscle in levels.indices {
        rates[activationStart + muscle] =
          parameters.muscles[muscle].activationRate(
            activation: activations[muscle], excitation: levels[muscle]
          ).value
      }
    }
    for index in elasticMuscles.indices {
      rates[tendonStart + index] = state.elastic[elasticMuscles[index]].rate.value
    }
    return state.isRegular && Self.isFinite(rates)
  }

  /// Writes dy'/dy at `time` [s] into `jacobian`; false when it is not finite.
  public mutating func fillJacobian(
    at time: Double, _ y: [Double], into jacobian: inout Matrix
  ) -> Bool {
    evaluate(at: time, y, forDerivatives: true)
    limb.differentiate(
      q: q, u: u, payloadMass: payloadMass, parameters: parameters, state: &state)
    let count = limb.coordinateCount
    jacobian.fill(0)
    for row in 0..<count {
      jacobian[row, count + row] = 1
      for column in 0..<count {
        jacobian[count + row, column] = state.accelerationByAngle[row * count + column]
        jacobian[count + row, count + column] = state.accelerationByRate[row * count + column]
      }
    }
    if hasActivationDynamics {
      for muscle in levels.indices {
        let column = activationStart + muscle
        jacobian[column, column] =
          parameters.muscles[muscle].activationRate(
            activation: activations[muscle], excitation: levels[muscle]
          ).byActivation
        for row in 0..<count {
          jacobian[count + row, column] =
            state.accelerationByForce[muscle * count + row] * state.force[muscle].byActivation
        }
      }
    }
    for index in elasticMuscles.indices {
      fillTendon(elasticMuscles[index], at: tendonStart + index, into: &jacobian)
    }
    return state.isRegular && Self.isFinite(jacobian.elements)
  }

  /// The row and column of one tendon state.
  private func fillTendon(_ muscle: Int, at place: Int, into jacobian: inout Matrix) {
    let count = limb.coordinateCount
    let (force, rate) = (state.elastic[muscle].force, state.elastic[muscle].rate)
    jacobian[place, place] = rate.byState
    if hasActivationDynamics {
      jacobian[place, activationStart + muscle] = rate.byActivation
    }
    for row in 0..<count {
      jacobian[count + row, place] =
        state.accelerationByForce[muscle * count + row] * force.byState
    }
    let span = limb.spans[muscle]
    for slot in 0..<span.count {
      let column = limb.spanCoordinates[span.lowerBound + slot]
      let byAngle = state.lengthGradient[span.lowerBound + slot]
      let speedByAngle = limb.speedByAngle(muscle, slot: slot, u: u, state: state)
      jacobian[place, column] =
        rate.byLength * byAngle + rate.byLengtheningSpeed * speedByAngle
      jacobian[place, count + column] = rate.byLengtheningSpeed * byAngle
    }
  }

  /// True when all numbers are finite.
  private static func isFinite(_ numbers: [Double]) -> Bool {
    for index in 0..<numbers.count where !numbers[index].isFinite { return false }
    return true
  }

  /// Where a muscle's tendon state stands in y; nil for a rigid tendon.
  func tendonPlace(of muscle: Int) -> Int? {
    for index in elasticMuscles.indices where elasticMuscles[index] == muscle {
      return tendonStart + index
    }
    return nil
  }

  /// Adds how a time constant changes the rate of a muscle's activation.
  func addActivation(
    _ muscle: Int, _ number: RateParameter.Muscle, to derivative: inout [Double]
  ) {
    guard hasActivationDynamics else { return }
    let rate = parameters.muscles[muscle].activationRate(
      activation: activations[muscle], excitation: levels[muscle])
    switch number {
    case .logActivationTimeConstant:
      derivative[activationStart + muscle] += rate.byLogActivationTimeConstant
    case .logDeactivationTimeConstant:
      derivative[activationStart + muscle] += rate.byLogDeactivationTimeConstant
    default: break
    }
  }

  /// Writes the accelerations by one of a body's linear mass numbers.
  mutating func differentiateByInertia(
    _ body: Int, _ number: Int, into derivative: inout [Double]
  ) {
    let count = limb.coordinateCount
    limb.differentiateByInertia(ofBody: body, state: &state, into: &massScratch)
    for row in 0..<count { derivative[count + row] = massScratch[number * count + row] }
  }

  private mutating func evaluate(at time: Double, _ y: [Double], forDerivatives: Bool) {
    let count = limb.coordinateCount
    for index in 0..<count {
      q[index] = y[index]
      u[index] = y[count + index]
    }
    excitations?.evaluate(at: time, into: &levels)
    for muscle in levels.indices {
      activations[muscle] = hasActivationDynamics ? y[activationStart + muscle] : levels[muscle]
    }
    for index in elasticMuscles.indices {
      tendonStates[elasticMuscles[index]] = y[tendonStart + index]
    }
    limb.evaluate(
      q: q, u: u, activations: activations, torque: torque, payloadMass: payloadMass, base: base,
      parameters: parameters, state: &state, tendonStates: tendonStates,
      forDerivatives: forDerivatives)
  }
}
