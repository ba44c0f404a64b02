import Foundation
import Musculoskeletal
import TestSupport
import Testing

@Suite struct LimbDerivativesTests {
  /// arm26 or the tree, both with a payload, in a random state; a muscle of the tree may be slack.
  private func instant(_ seed: Int) throws -> RandomInstant {
    let limb =
      seed % 2 == 0
      ? LimbModel(try arm26(), payload: Payload(body: 2, location: Vector3(0.01, -0.3, 0.02)))
      : LimbModel(tree(), payload: Payload(body: 5, location: Vector3(0.02, -0.1, 0.03)))
    return RandomInstant(limb, seed: UInt64(100 + seed))
  }

  @Test(arguments: 0..<10)
  func everyPartialIsADerivative(seed: Int) throws {
    let instant = try instant(seed)
    let limb = instant.limb
    let count = limb.coordinateCount
    var state = LimbState(limb)
    instant.evaluate(&state)
    instant.differentiate(&state)
    let size = state.acceleration.map(abs).max()!

    func column(_ matrix: [Double], _ column: Int) -> [Double] {
      (0..<count).map { matrix[$0 * count + column] }
    }
    func row(_ matrix: [Double], _ row: Int) -> [Double] {
      (0..<count).map { matrix[row * count + $0] }
    }
    func check(
      _ exact: [Double], _ what: String, step: Double = 1e-3,
      _ change: (inout RandomInstant, Double) -> Void
    ) {
      expectDerivatives(
        exact, of: { by in instant.with { change(&$0, by) }.acceleration }, step: step,
        tolerance: 1e-8, floor: 1e-3 * size, "seed \(seed), \(what)")
    }

    for j in 0..<count {
      check(column(state.accelerationByAngle, j), "angle \(j)", step: 2e-4) { $0.q[j] += $1 }
      check(column(state.accelerationByRate, j), "rate \(j)") { $0.u[j] += $1 }
      check(column(state.accelerationByTorque, j), "torque \(j)") { $0.torque[j] += $1 }
      let damping = instant.parameters.joints[j].damping
      check(
        column(state.accelerationByTorque, j).map { -$0 * damping * instant.u[j] }, "damping \(j)"
      ) { $0.parameters.joints[j].damping *= exp($1) }
      let stiffness = instant.parameters.joints[j].stiffness
      let stretch = instant.q[j] - instant.parameters.joints[j].restAngle
      check(
        column(state.accelerationByTorque, j).map { -$0 * stiffness * stretch }, "stiffness \(j)"
      ) { $0.parameters.joints[j].stiffness *= exp($1) }
      check(column(state.accelerationByTorque, j).map { $0 * stiffness }, "rest angle \(j)") {
        $0.parameters.joints[j].restAngle += $1
      }
      let joint = instant.parameters.joints[j]
      let limit = joint.limitTorque * joint.limitShape(at: instant.q[j]).value
      check(column(state.accelerationByTorque, j).map { $0 * limit }, "limit torque \(j)") {
        $0.parameters.joints[j].limitTorque *= exp($1)
      }
    }
    for m in 0..<limb.muscleCount {
      let force = state.force[m]
      let byForce = row(state.accelerationByForce, m)
      check(byForce.map { $0 * force.byActivation }, "activation \(m)") { $0.activations[m] += $1 }
      check(byForce.map { $0 * force.byLogMaxIsometricForce }, "F0 of \(m)") {
        $0.parameters.muscles[m].maxIsometricForce *= exp($1)
      }
      check(byForce.map { $0 * force.byLogOptimalFiberLength }, "l0 of \(m)", step: 2e-4) {
        $0.parameters.muscles[m].optimalFiberLength *= exp($1)
      }
      check(byForce.map { $0 * force.byLogTendonSlackLength }, "lTs of \(m)", step: 1e-4) {
        $0.parameters.muscles[m].tendonSlackLength *= exp($1)
      }
      check(byForce.map { $0 * force.byLogMaxContractionVelocity }, "vmax of \(m)") {
        $0.parameters.muscles[m].maxContractionVelocity *= exp($1)
      }
    }
    for b in limb.description.bodies.indices {
      check(row(state.accelerationByLogMass, b), "mass \(b)") {
        $0.parameters.bodies[b].mass *= exp($1)
      }
      check(row(state.accelerationByLogMassCenter, b), "mass centre \(b)") {
        $0.parameters.bodies[b].massCenterFactor *= exp($1)
      }
      check(row(state.accelerationByLogInertia, b), "inertia \(b)") {
        $0.parameters.bodies[b].inertiaFactor *= exp($1)
      }
    }
    check(state.accelerationByTilt, "tilt") { $0.parameters.tilt += $1 }
    check(state.accelerationByLogPayloadMass, "payload mass") {
      $0.parameters.payloadMassFactor *= exp($1)
    }
    check(state.accelerationByLogPayloadLocation, "payload location") {
      $0.parameters.payloadLocationFactor *= exp($1)
    }
  }

  @Test func limitTorqueIsSmoothAndPushesBackIntoTheRange() throws {
    var joint = try instant(0).parameters.joints[0]
    joint.limitWidth = 0.1
    // at the ends one width of the exponential is e, five widths on its tangent takes over
    #expect(abs(joint.limitShape(at: joint.rangeMinimum).value - 1) < 1e-9)
    #expect(abs(joint.limitShape(at: joint.rangeMaximum).value + 1) < 1e-9)
    for step in -40...40 {
      let angle = joint.rangeMaximum + 0.025 * Double(step) + 1e-3
      expectDerivatives(
        [joint.limitShape(at: angle).byAngle], of: { [joint.limitShape(at: angle + $0).value] },
        step: 2e-4, tolerance: 1e-8, floor: 1e-3, "limit at \(angle)")
    }
    #expect(joint.limitShape(at: 1e6).value.isFinite)
  }

  @Test func aBodyWeldedToTheGroundChangesNothing() throws {
    let instant = try instant(1)
    var state = LimbState(instant.limb)
    instant.evaluate(&state)
    instant.differentiate(&state)
    #expect(instant.limb.description.bodies[0].name == "stand")
    #expect((0..<4).allSatisfy { state.accelerationByLogMass[$0] == 0 })
    let heavier = instant.with { $0.parameters.bodies[0].mass = 100 }
    #expect(heavier.acceleration == instant.acceleration)
  }
}
