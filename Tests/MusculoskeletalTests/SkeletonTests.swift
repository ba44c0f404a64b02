import Algebra
import Foundation
import TestSupport
import Testing

@testable import Musculoskeletal

@Suite struct SkeletonTests {
  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func rigidBodyDynamicsAreOpenSims() throws {
    let limb = LimbModel(try arm26())
    var parameters = limb.nominalParameters
    for muscle in parameters.muscles.indices { parameters.muscles[muscle].maxIsometricForce = 0 }
    var state = LimbState(limb)
    let table = try columns(ofCSV: sharedData.appendingPathComponent("opensim/arm26_rigidbody.csv"))
    func cell(_ column: String, _ row: Int) throws -> Double { try #require(table[column])[row] }
    let rows = try #require(table["q_sh"]).count
    #expect(rows == 250)
    for row in 0..<rows {
      limb.evaluate(
        q: [try cell("q_sh", row), try cell("q_el", row)],
        u: [try cell("u_sh", row), try cell("u_el", row)],
        activations: Array(repeating: 0, count: 6), torque: [0, 0], payloadMass: 0,
        parameters: parameters, state: &state)
      let mass = state.massMatrix
      for (value, name) in [
        (mass[0, 0], "M11"), (mass[1, 0], "M21"), (mass[0, 1], "M12"), (mass[1, 1], "M22"),
        (state.acceleration[0], "fd_free_udot_sh"), (state.acceleration[1], "fd_free_udot_el"),
      ] {
        let expected = try cell(name, row)
        #expect(abs(value - expected) <= 1e-10 * max(1, abs(expected)), "\(name), row \(row)")
      }
      for (coordinate, word) in ["sh", "el"].enumerated() {
        let bias = try cell("grav_\(word)", row) + cell("coriolis_\(word)", row)
        #expect(abs(state.bias[coordinate] - bias) <= 1e-10, "bias \(word), row \(row)")
        // M udot + bias is the table's inverse dynamics
        let torque =
          mass[coordinate, 0] * (try cell("udot_sh", row))
          + mass[coordinate, 1] * (try cell("udot_el", row)) + state.bias[coordinate]
        let expected = try cell("tau_id_\(word)", row)
        #expect(abs(torque - expected) <= 1e-10 * max(1, abs(expected)), "row \(row)")
      }
    }
  }

  /// Positions of all masses and the payload, and the rotations of their links, at `q`.
  private func placed(_ instant: RandomInstant, q: [Double]) -> (points: [Vector3], [Rotation]) {
    var state = LimbState(instant.limb)
    instant.with { $0.q = q }.evaluate(&state)
    let skeleton = instant.limb.skeleton
    var points = state.skeleton.massCenter
    if skeleton.payloadLink(instant.limb.payload) != nil {
      points.append(state.skeleton.payloadPlace)
    }
    return (points, skeleton.massElements.map { state.skeleton.rotation[$0.link] })
  }

  @Test(arguments: 0..<6)
  func massMatrixIsTheKineticEnergyOfTheMovingMasses(seed: Int) {
    let limb = LimbModel(tree(), payload: Payload(body: 5, location: Vector3(0.02, -0.1, 0.03)))
    let instant = RandomInstant(limb, seed: UInt64(seed))
    var state = LimbState(limb)
    instant.evaluate(&state)
    let count = limb.coordinateCount

    // Jacobians by differences of the pose alone
    var point: [[Vector3]] = []
    var spin: [[Vector3]] = []
    for column in 0..<count {
      func flat(_ by: Double) -> [Double] {
        var q = instant.q
        q[column] += by
        let (points, rotations) = placed(instant, q: q)
        return points.flatMap { [$0.x, $0.y, $0.z] }
          + rotations.flatMap { [$0.x, $0.y, $0.z].flatMap { [$0.x, $0.y, $0.z] } }
      }
      let change = derivative(flat)
      let (points, rotations) = placed(instant, q: instant.q)
      func vector(_ at: Int) -> Vector3 { Vector3(change[at], change[at + 1], change[at + 2]) }
      point.append(points.indices.map { vector(3 * $0) })
      // the columns c of a turning frame move by w x c, so w = sum c x c' / 2
      spin.append(
        rotations.indices.map { index in
          let at = 3 * points.count + 9 * index
          let own = rotations[index]
          return
            (cross(own.x, vector(at)) + cross(own.y, vector(at + 3))
            + cross(own.z, vector(at + 6))) * 0.5
        })
    }
    let held = instant.payloadMass * instant.parameters.payloadMassFactor
    for row in 0..<count {
      for column in 0..<count {
        var expected = held * dot(point[row][limb.skeleton.massElements.count], point[column].last!)
        for (index, element) in limb.skeleton.massElements.enumerated() {
          let body = instant.parameters.bodies[element.body]
          expected += body.mass * dot(point[row][index], point[column][index])
          expected +=
            body.inertiaFactor
            * dot(
              spin[row][index],
              state.skeleton.elementInertia[index].apply(spin[column][index]))
        }
        #expect(abs(state.massMatrix[row, column] - expected) < 1e-10, "\(row), \(column)")
      }
    }
  }

  @Test func energyIsConservedWithoutMusclesAndDamping() {
    let limb = LimbModel(tree(), payload: Payload(body: 5, location: Vector3(0.02, -0.1, 0.03)))
    var instant = RandomInstant(limb, seed: 3)
    for index in instant.parameters.muscles.indices {
      instant.parameters.muscles[index].maxIsometricForce = 0
    }
    for index in instant.parameters.joints.indices {
      instant.parameters.joints[index].damping = 0
      instant.parameters.joints[index].limitTorque = 0
    }
    instant.parameters.tilt = 0
    instant.torque = Array(repeating: 0, count: 4)
    func energy() -> Double {
      var state = LimbState(limb)
      instant.evaluate(&state)
      var sum = 0.0
      for row in 0..<4 {
        let joint = instant.parameters.joints[row]
        sum += 0.5 * joint.stiffness * pow(instant.q[row] - joint.restAngle, 2)
        for column in 0..<4 {
          sum += 0.5 * instant.u[row] * state.massMatrix[row, column] * instant.u[column]
        }
      }
      let (points, _) = placed(instant, q: instant.q)
      for (index, element) in limb.skeleton.massElements.enumerated() {
        let mass = instant.parameters.bodies[element.body].mass
        sum -= mass * dot(limb.skeleton.gravity, points[index])
      }
      let held = instant.payloadMass * instant.parameters.payloadMassFactor
      return sum - held * dot(limb.skeleton.gravity, points.last!)
    }
    let start = energy()
    var farthest = 0.0
    for step in 0..<4000 {
      rungeKutta(&instant, step: 2.5e-4)
      if step % 400 == 399 { farthest = max(farthest, abs(energy() - start)) }
    }
    #expect(farthest < 1e-8, "energy drifts by \(farthest) J of \(start) J")
    #expect(instant.u.contains { abs($0) > 0.5 }, "it moved")
  }

  @Test func aBodyWithInertiaButNoMassStillResists() {
    var model = tree()
    model.bodies[5].mass = 0
    let limb = LimbModel(model)
    let heavy = RandomInstant(limb, seed: 1)
    var state = LimbState(limb)
    heavy.evaluate(&state)
    let with = state.massMatrix[2, 2]
    heavy.with { $0.parameters.bodies[5].inertiaFactor = 0 }.evaluate(&state)
    #expect(with > state.massMatrix[2, 2] + 1e-4)
  }
}

/// One classical Runge-Kutta step of angles and rates [s].
func rungeKutta(
  _ instant: inout RandomInstant, step: Double, activations: ((Double) -> [Double])? = nil,
  at time: Double = 0
) {
  let (q, u) = (instant.q, instant.u)
  var state = LimbState(instant.limb)
  var rates = Array(repeating: 0.0, count: q.count)
  var accelerations = rates
  for (fraction, weight) in [(0.0, 1.0), (0.5, 2), (0.5, 2), (1, 1)] {
    if fraction > 0 {
      let stage = instant.u
      instant.q = zip(q, stage).map { $0 + fraction * step * $1 }
      instant.u = zip(u, state.acceleration).map { $0 + fraction * step * $1 }
    }
    if let activations { instant.activations = activations(time + fraction * step) }
    instant.evaluate(&state)
    for index in q.indices {
      rates[index] += weight * instant.u[index]
      accelerations[index] += weight * state.acceleration[index]
    }
  }
  instant.q = zip(q, rates).map { $0 + step / 6 * $1 }
  instant.u = zip(u, accelerations).map { $0 + step / 6 * $1 }
}
