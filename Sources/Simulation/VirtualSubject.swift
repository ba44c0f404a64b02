internal import Algebra
public import Musculoskeletal
internal import RealModule

/// A person who exists only as numbers: own parameters, own will, and muscles that obey late and noisily.
///
/// The subject follows a plan of reaches by computed accelerations with feedback, looking ahead by the
/// muscles' own lag; it knows its own body. Integrated at the sampling rate by RK4 with linear
/// activations between samples, a tenth of the estimator's step.
public struct VirtualSubject: Sendable {
  /// The subject's limb.
  public let limb: LimbModel
  /// The subject's own parameters: the truth.
  public let truth: LimbParameters
  /// Angles (coordinateCount) [rad].
  public private(set) var q: [Double]
  /// Rates (coordinateCount) [rad/s].
  public private(set) var u: [Double]
  /// What the muscles are told now (muscleCount) [1].
  public private(set) var excitations: [Double]
  /// Payload in the hand, as announced [kg].
  public private(set) var payload = 0.0
  /// Time lived [s].
  public private(set) var time = 0.0

  private let configuration: VirtualSubjectConfiguration
  private let dynamics: [ActivationDynamics]
  private let sharing: ActivationSharing
  private let weights: [SmoothProcess]
  private let coContractions: [SmoothProcess]
  private let wills: [SmoothProcess]
  private let common: SmoothProcess
  private var random: RandomSource
  private var plan: ReachPlan
  /// Activations (muscleCount) [1].
  private var activations: [Double]
  /// Two first-order lags between will and excitation (2 x muscleCount) [1].
  private var drive: [Double]
  private var state: LimbState
  /// No external torque (coordinateCount) [N·m].
  private let noTorque: [Double]
  /// No activation (muscleCount) [1].
  private let noActivation: [Double]

  /// Position gain of the feedback [1/s^2].
  private static let stiffness = 250.0
  /// Rate gain of the feedback [1/s].
  private static let damping = 32.0
  /// How far ahead the subject plans, the lag of its activations [s].
  private static let lookAhead = 0.035
  /// Each lag between will and excitation [s].
  private static let driveLag = 0.005

  /// A subject with parameters drawn around `limb`'s own, or with those of `truth`.
  public init(
    _ limb: LimbModel, configuration: VirtualSubjectConfiguration,
    truth known: LimbParameters? = nil
  ) {
    precondition(limb.elasticMuscles.isEmpty, "tendons of a virtual subject do not stretch")
    self.limb = limb
    self.configuration = configuration
    var random = RandomSource(seed: configuration.seed)
    let drawn = Self.drawTruth(limb, configuration: configuration, random: &random)
    truth = known ?? drawn
    let muscles = limb.muscleCount
    dynamics = limb.description.muscles.map {
      ActivationDynamics(
        activationTimeConstant: $0.activationTimeConstant,
        deactivationTimeConstant: $0.deactivationTimeConstant,
        smoothing: $0.activationDynamicsSmoothing)
    }
    weights = (0..<muscles).map { _ in SmoothProcess(bandwidth: 0.8, random: &random) }
    coContractions = (0..<muscles).map { _ in SmoothProcess(bandwidth: 0.8, random: &random) }
    wills = (0..<muscles).map { _ in SmoothProcess(bandwidth: 2, random: &random) }
    common = SmoothProcess(bandwidth: 0.6, random: &random)
    state = LimbState(limb)
    noTorque = Array(repeating: 0, count: limb.coordinateCount)
    noActivation = Array(repeating: 0, count: muscles)

    // begin in the middle of the reach, holding still
    q = configuration.reach.map { 0.5 * ($0.lowerBound + $0.upperBound) }
    u = noTorque
    limb.evaluate(
      q: q, u: u, activations: noActivation, torque: noTorque, payloadMass: 0, parameters: truth,
      state: &state)
    sharing = ActivationSharing(
      momentArms: limb.momentArms(state), coordinateCount: limb.coordinateCount,
      bounds: 0.02...0.9)
    plan = ReachPlan(configuration, posture: q)
    self.random = random
    excitations = Array(repeating: configuration.coContraction, count: muscles)
    activations = excitations
    drive = excitations + excitations
    // the first posture is one the subject can hold
    let start = feasibleTarget(payload: 0, from: q)
    q = start
    plan = ReachPlan(configuration, posture: start)
    let wanted = shareNow(ReachPlan.Point(q: start, u: noTorque, a: noTorque), ahead: nil)
    excitations = wanted
    activations = wanted
    drive = wanted + wanted
  }

  /// What the subject wants of its muscles in a state that somebody else integrates (muscleCount) [1].
  ///
  /// The activations come into force the muscles' own lag later; the subject plans ahead by as much.
  ///
  /// - `q`: angles (coordinateCount) [rad].
  /// - `u`: rates (coordinateCount) [rad/s].
  public mutating func decide(q: [Double], u: [Double], at time: Double) -> [Double] {
    self.q = q
    self.u = u
    self.time = time
    return will()
  }

  /// Lives for `step` [s]: wills, drives, activates and moves.
  public mutating func advance(step: Double) {
    let wanted = will()
    let before = activations
    for muscle in wanted.indices {
      let old = excitations[muscle]
      let second = muscle + wanted.count
      drive[muscle] += step / Self.driveLag * (wanted[muscle] - drive[muscle])
      drive[second] += step / Self.driveLag * (drive[muscle] - drive[second])
      excitations[muscle] = drive[second]
      activations[muscle] = dynamics[muscle].advance(
        activation: activations[muscle], from: old, to: drive[second], step: step)
    }
    move(step: step, from: before, to: activations)
    time += step
  }

  /// The activations wanted now, with their tremor (muscleCount) [1].
  private mutating func will() -> [Double] {
    updatePayload()
    while plan.end < time + 2 * Self.lookAhead {
      // a load that is about to be picked up must be bearable where it is picked up
      let heaviest = configuration.payload
      let target = feasibleTarget(payload: heaviest, from: plan.lastTarget)
      plan.append(to: target, random: &random, past: time - 1)
    }
    var wanted = shareNow(plan.point(at: time), ahead: plan.point(at: time + Self.lookAhead))
    for muscle in wanted.indices {
      let tremor = Double.exp(0.03 * wills[muscle].value(at: time))
      wanted[muscle] = min(max(wanted[muscle] * tremor, 0.01), 1)
    }
    return wanted
  }

  /// RK4 of the limb with activations that change linearly over the step.
  private mutating func move(step: Double, from start: [Double], to end: [Double]) {
    let middle = zip(start, end).map { 0.5 * ($0 + $1) }
    var rates = noTorque
    var accelerations = noTorque
    var stageQ = q
    var stageU = u
    for stage in 0..<4 {
      let share = stage == 0 || stage == 3 ? 1.0 : 2.0
      limb.evaluate(
        q: stageQ, u: stageU, activations: stage == 0 ? start : stage == 3 ? end : middle,
        torque: noTorque, payloadMass: payload, parameters: truth, state: &state,
        forDerivatives: false)
      let fraction = stage == 2 ? step : 0.5 * step
      for index in q.indices {
        rates[index] += share * stageU[index]
        accelerations[index] += share * state.acceleration[index]
        stageQ[index] = q[index] + fraction * stageU[index]
        stageU[index] = u[index] + fraction * state.acceleration[index]
      }
    }
    for index in q.indices {
      q[index] += step / 6 * rates[index]
      u[index] += step / 6 * accelerations[index]
    }
  }

  /// The activations that would follow the plan: computed acceleration plus feedback.
  private mutating func shareNow(_ now: ReachPlan.Point, ahead: ReachPlan.Point?) -> [Double] {
    var futureQ = q
    var futureU = u
    var wanted = noTorque
    for index in q.indices {
      let feedback =
        Self.stiffness * (now.q[index] - q[index]) + Self.damping * (now.u[index] - u[index])
      wanted[index] = (ahead ?? now).a[index] + feedback
      if let ahead {
        futureQ[index] += ahead.q[index] - now.q[index]
        futureU[index] += ahead.u[index] - now.u[index]
      }
    }
    return share(q: futureQ, u: futureU, wanted: wanted, payload: payload).activations
  }

  /// Shares the accelerations `wanted` in a state.
  private mutating func share(
    q: [Double], u: [Double], wanted: [Double], payload: Double
  ) -> (activations: [Double], miss: Double) {
    limb.evaluate(
      q: q, u: u, activations: noActivation, torque: noTorque, payloadMass: payload,
      parameters: truth, state: &state)
    limb.differentiate(q: q, u: u, payloadMass: payload, parameters: truth, state: &state)
    let coordinates = q.count
    var effect = state.accelerationByForce
    for muscle in noActivation.indices {
      for index in 0..<coordinates {
        effect[muscle * coordinates + index] *= state.force[muscle].byActivation
      }
    }
    let missing = zip(wanted, state.acceleration).map { $0 - $1 }
    let shared = Double.exp(0.4 * common.value(at: time))
    let coContraction = coContractions.map { process in
      let own = Double.exp(configuration.coContractionSpread * process.value(at: time))
      return min(max(configuration.coContraction * shared * own, 0.04), 0.4)
    }
    return sharing.share(
      effect: effect, wanted: missing, coContraction: coContraction,
      weights: weights.map { .exp(0.35 * $0.value(at: time)) })
  }

  /// A random posture that the subject can hold with `payload` [kg] at no more than half its strength.
  private mutating func feasibleTarget(payload: Double, from present: [Double]) -> [Double] {
    for _ in 0..<500 {
      let target = configuration.reach.map {
        $0.lowerBound + random.uniform() * ($0.upperBound - $0.lowerBound)
      }
      let distance = zip(target, present).reduce(0) { $0 + abs($1.0 - $1.1) }
      guard distance > 0.4 else { continue }
      let isBearable = [0, payload].allSatisfy { load in
        let (activations, miss) = share(q: target, u: noTorque, wanted: noTorque, payload: load)
        return miss < 0.5 && activations.allSatisfy { $0 < 0.6 }
      }
      if isBearable { return target }
    }
    return present
  }

  /// Picks up and puts down on schedule.
  private mutating func updatePayload() {
    payload = configuration.payload(at: time)
  }

  /// The subject's own parameters: the model's times lognormal factors of the given spread.
  private static func drawTruth(
    _ limb: LimbModel, configuration: VirtualSubjectConfiguration, random: inout RandomSource
  ) -> LimbParameters {
    var truth = limb.nominalParameters
    func factor(_ spread: Double) -> Double { .exp(spread * random.gaussian()) }
    let spread = configuration.truthSpread
    for index in truth.muscles.indices {
      truth.muscles[index].maxIsometricForce *= factor(spread)
      truth.muscles[index].optimalFiberLength *= factor(spread)
      truth.muscles[index].tendonSlackLength *= factor(spread)
      truth.muscles[index].maxContractionVelocity *= factor(spread)
    }
    for index in truth.bodies.indices where !limb.description.bodies[index].isWorn {
      truth.bodies[index].mass *= factor(spread)
      truth.bodies[index].massCenterFactor *= factor(spread)
      truth.bodies[index].inertiaFactor *= factor(spread)
    }
    for index in truth.joints.indices { truth.joints[index].damping *= factor(spread) }
    truth.payloadMassFactor *= factor(configuration.payloadMassDeviation)
    truth.payloadLocationFactor *= factor(configuration.payloadLocationDeviation)
    return truth
  }
}
