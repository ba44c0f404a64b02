import Algebra
import Foundation
import TestSupport
import Testing

@testable import Musculoskeletal

/// The strange leg and arm26 as first-order systems: every derivative against central differences.
@Suite struct LimbSystemTests {
  private func system(
    _ kind: MuscleModelKind, rigid: Bool, seed: Int
  ) throws -> (LimbSystem, y: [Double]) {
    let model =
      seed % 2 == 0
      ? try arm26().replacingMuscles(by: kind, isTendonRigid: rigid)
      : strangeLeg().replacingMuscles(by: kind, isTendonRigid: rigid)
    let limb = LimbModel(
      model, payload: Payload(body: model.bodies.count - 1, location: Vector3(0.02, -0.3, 0)))
    // a state and numbers of the same limb on rigid tendons, then each muscle's own equations
    let stiff = LimbModel(
      model.replacingMuscles(by: nil, isTendonRigid: true), payload: limb.payload)
    var instant = RandomInstant(stiff, seed: UInt64(700 + seed))
    for index in instant.parameters.muscles.indices {
      var muscle = model.muscles[index]
      muscle.maxIsometricForce = instant.parameters.muscles[index].maxIsometricForce
      muscle.fiberDamping += 0.05
      instant.parameters.muscles[index] = MuscleParameters(muscle)
    }
    // a fiber of a working length at every pose of the leg
    var random = RandomSource(seed: UInt64(seed))
    for index in instant.parameters.muscles.indices {
      let optimal = instant.parameters.muscles[index].optimalFiberLength
      var state = LimbState(limb)
      let silence = Array(repeating: 0.1, count: limb.muscleCount)
      limb.evaluate(
        q: instant.q, u: instant.u, activations: instant.activations, torque: instant.torque,
        payloadMass: 0, parameters: instant.parameters, state: &state, tendonStates: silence)
      instant.parameters.muscles[index].tendonSlackLength =
        max(0.03, state.length[index] - (0.75 + 0.4 * random.uniform()) * optimal)
    }
    let count = limb.muscleCount
    let spline = CubicSpline(
      start: 0, spacing: 0.1, channelCount: count,
      values: (0..<(11 * count)).map { _ in 0.15 + 0.6 * random.uniform() })
    var system = LimbSystem(
      limb, parameters: instant.parameters, excitations: spline, hasActivationDynamics: true)
    system.torque = instant.torque
    system.payloadMass = 1.2
    var y = try system.start(q: instant.q, u: instant.u.map { 0.3 * $0 }, at: 0.37)
    let start = 2 * limb.coordinateCount
    for index in start..<(start + count) { y[index] = 0.15 + 0.5 * random.uniform() }
    return (system, y)
  }

  private static let cases: [(MuscleModelKind, Bool)] = MuscleModelKind.allCases.flatMap {
    [($0, true), ($0, false)]
  }

  @Test(arguments: cases, 0..<4)
  func jacobianIsTheDerivative(_ muscles: (kind: MuscleModelKind, rigid: Bool), seed: Int) throws {
    var (system, y) = try system(muscles.kind, rigid: muscles.rigid, seed: seed)
    let count = y.count
    var jacobian = Matrix(rows: count, columns: count)
    let isFinite = system.fillJacobian(at: 0.37, y, into: &jacobian)
    #expect(isFinite)
    var rates = y
    _ = system.fillRates(at: 0.37, y, into: &rates)
    let size = rates.map(abs).max()!
    let tendons = count - system.elasticMuscles.count
    for column in 0..<count {
      // a fiber length bends the tendon's curve within micrometres
      let isLength = column >= tendons && muscles.kind != .deGrooteFregly2016
      expectDerivatives(
        (0..<count).map { jacobian[$0, column] },
        of: { by in
          var moved = y
          moved[column] += by
          var rates = y
          _ = system.fillRates(at: 0.37, moved, into: &rates)
          return rates
        }, step: isLength ? 2e-7 : 2e-5, tolerance: 2e-6, floor: 1e-2 * size,
        "\(muscles), seed \(seed), column \(column) of \(count)")
    }
  }

  @Test(arguments: cases, 0..<4)
  func everyParameterHasItsDerivative(
    _ muscles: (kind: MuscleModelKind, rigid: Bool), seed: Int
  ) throws {
    var (system, y) = try system(muscles.kind, rigid: muscles.rigid, seed: seed)
    let limb = system.limb
    var jacobian = Matrix(rows: y.count, columns: y.count)
    let isFinite = system.fillJacobian(at: 0.37, y, into: &jacobian)
    #expect(isFinite)
    var rates = y
    _ = system.fillRates(at: 0.37, y, into: &rates)
    let size = rates.map(abs).max()!

    var parameters: [RateParameter] = [.tilt, .logPayloadMass, .logPayloadLocation]
    for muscle in 0..<limb.muscleCount {
      parameters += RateParameter.Muscle.allCases.map { .muscle(muscle, $0) }
    }
    for body in limb.description.bodies.indices {
      parameters += (0..<10).map { .inertia(body, $0) }
    }
    for joint in 0..<limb.coordinateCount {
      parameters += RateParameter.Joint.allCases.map { .joint(joint, $0) }
    }
    _ = system.fillJacobian(at: 0.37, y, into: &jacobian)
    for parameter in parameters {
      var exact = y
      system.fillRates(by: parameter, into: &exact)
      expectDerivatives(
        exact,
        of: { by in
          var moved = LimbSystem(
            limb, parameters: system.parameters.moved(parameter, by: by),
            excitations: system.excitations, hasActivationDynamics: true)
          moved.torque = system.torque
          moved.payloadMass = system.payloadMass
          var rates = y
          _ = moved.fillRates(at: 0.37, y, into: &rates)
          return rates
        }, step: 2e-5, tolerance: 2e-6, floor: 1e-2 * size,
        "\(muscles), seed \(seed), \(parameter)")
    }
  }

  @Test(arguments: cases)
  func derivativesAllocateNothing(_ muscles: (kind: MuscleModelKind, rigid: Bool)) throws {
    var (system, y) = try system(muscles.kind, rigid: muscles.rigid, seed: 0)
    var jacobian = Matrix(rows: y.count, columns: y.count)
    var rates = y
    func all() {
      _ = system.fillRates(at: 0.3, y, into: &rates)
      _ = system.fillJacobian(at: 0.37, y, into: &jacobian)
      for muscle in 0..<system.limb.muscleCount {
        system.fillRates(by: .muscle(muscle, .pennation), into: &rates)
        system.fillRates(by: .muscle(muscle, .logActivationTimeConstant), into: &rates)
      }
      system.fillRates(by: .inertia(2, 5), into: &rates)
      system.fillRates(by: .joint(1, .limitTorque), into: &rates)
    }
    all()
    #expect(allocations { all() } == 0)
  }
}

extension LimbParameters {
  /// A copy with one parameter moved, in the coordinates of `RateParameter`.
  func moved(_ parameter: RateParameter, by change: Double) -> LimbParameters {
    var result = self
    let factor = exp(change)
    switch parameter {
    case .muscle(let index, let number):
      switch number {
      case .logMaxIsometricForce: result.muscles[index].maxIsometricForce *= factor
      case .logOptimalFiberLength: result.muscles[index].optimalFiberLength *= factor
      case .logTendonSlackLength: result.muscles[index].tendonSlackLength *= factor
      case .logMaxContractionVelocity: result.muscles[index].maxContractionVelocity *= factor
      case .pennation: result.muscles[index].pennationAngleAtOptimal += change
      case .logTendonStrain: result.muscles[index].tendonStrainAtOneNormForce *= factor
      case .logPassiveStrain: result.muscles[index].passiveFiberStrainAtOneNormForce *= factor
      case .fiberDamping: result.muscles[index].fiberDamping += change
      case .logActivationTimeConstant: result.muscles[index].activationTimeConstant *= factor
      case .logDeactivationTimeConstant: result.muscles[index].deactivationTimeConstant *= factor
      }
    case .inertia(let body, let number):
      var numbers = bodies[body].effective.linearParameters
      numbers[number] += change
      guard numbers[0] > 0 else { break }
      result.bodies[body] = BodyParameters(RigidBodyInertia(linearParameters: numbers))
    case .joint(let index, let number):
      switch number {
      case .damping: result.joints[index].damping += change
      case .stiffness: result.joints[index].stiffness += change
      case .restAngle: result.joints[index].restAngle += change
      case .limitTorque: result.joints[index].limitTorque += change
      case .coulombFriction: result.joints[index].coulombFriction += change
      }
    case .tilt: result.tilt += change
    case .logPayloadMass: result.payloadMassFactor *= factor
    case .logPayloadLocation: result.payloadLocationFactor *= factor
    }
    return result
  }
}
