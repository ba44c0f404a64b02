import Algebra
import Foundation
import Musculoskeletal
import TestSupport
import Testing

@Suite struct LimbModelTests {
  /// Controls u(t) = offset + amplitude sin(w t + phase) of the reference trajectories, arm26's order.
  private static let controls: [(amplitude: Double, w: Double, phase: Double, offset: Double)] = [
    (0.030, 10.24, 2.33, 0.057), (0.171, 5.59, -1.25, 0.274), (0.028, 5.72, -1.49, 0.084),
    (0.043, 3.90, 2.85, 0.122), (0.133, 5.28, -1.59, 0.270), (0.032, 9.17, -0.99, 0.093),
  ]

  private func controls(_ time: Double) -> [Double] {
    Self.controls.map { $0.offset + $0.amplitude * sin($0.w * time + $0.phase) }
  }

  private func start(damping: Double) throws -> RandomInstant {
    let limb = LimbModel(try arm26())
    var instant = RandomInstant(limb, seed: 0)
    instant.parameters = limb.nominalParameters
    for index in 0..<2 { instant.parameters.joints[index].damping = damping }
    instant.q = [10 * .pi / 180, 60 * .pi / 180]
    instant.u = [0, 0]
    instant.torque = [0, 0]
    instant.payloadMass = 0
    return instant
  }

  @Test(
    .enabled(if: hasSharedData, "the OpenSim reference tables are not there"),
    arguments: [("traj_A_dgf_rigid_nowrap", 0.3), ("traj_F_dgf_rigid_nowrap_nodamp", 0)])
  func forwardDynamicsAreOpenSims(file: String, damping: Double) throws {
    let table = try columns(ofCSV: sharedData.appendingPathComponent("opensim/\(file).csv"))
    let shoulder = try #require(table["q_shoulder"])
    let elbow = try #require(table["q_elbow"])
    #expect(shoulder.count == 1001)
    var instant = try start(damping: damping)
    var farthest = 0.0
    for row in 1...1000 {
      rungeKutta(&instant, step: 1e-3, activations: controls, at: Double(row - 1) * 1e-3)
      farthest = max(
        farthest, abs(instant.q[0] - shoulder[row]), abs(instant.q[1] - elbow[row]))
    }
    #expect(farthest < 1e-7, "\(file): \(farthest) rad")
    #expect(farthest > 0, "two programs never agree to the last digit")
  }

  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func tendonForcesAlongATrajectoryAreOpenSims() throws {
    let table = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/traj_A_dgf_rigid_nowrap.csv"))
    let limb = LimbModel(try arm26())
    var state = LimbState(limb)
    for row in stride(from: 0, through: 1000, by: 20) {
      limb.evaluate(
        q: [try #require(table["q_shoulder"])[row], try #require(table["q_elbow"])[row]],
        u: [try #require(table["u_shoulder"])[row], try #require(table["u_elbow"])[row]],
        activations: try limb.description.muscles.map {
          try #require(table["act_\($0.name)"])[row]
        }, torque: [0, 0], payloadMass: 0, parameters: limb.nominalParameters, state: &state)
      for (muscle, description) in limb.description.muscles.enumerated() {
        let force = try #require(table["Ftendon_\(description.name)"])[row]
        #expect(abs(state.force[muscle].force - force) < 1e-6, "\(description.name), row \(row)")
      }
    }
  }

  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func activationDynamicsDriveTheSameMotionAsOpenSims() throws {
    let table = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/traj_C_dgf_rigid_actdyn_nowrap.csv"))
    let law = ActivationDynamics(activationTimeConstant: 0.015, deactivationTimeConstant: 0.06)
    // activations on a grid of 0.25 ms, with excitation linear between its points
    var grid = [controls(0)]
    for step in 0..<4000 {
      let time = Double(step) * 2.5e-4
      let (from, to) = (controls(time), controls(time + 2.5e-4))
      grid.append(
        (0..<6).map {
          law.advance(activation: grid[step][$0], from: from[$0], to: to[$0], step: 2.5e-4)
        })
    }
    var instant = try start(damping: 0.3)
    var farthest = 0.0
    let shoulder = try #require(table["q_shoulder"])
    let elbow = try #require(table["q_elbow"])
    for row in 1...1000 {
      rungeKutta(
        &instant, step: 1e-3, activations: { grid[Int(($0 / 2.5e-4).rounded())] },
        at: Double(row - 1) * 1e-3)
      farthest = max(
        farthest, abs(instant.q[0] - shoulder[row]), abs(instant.q[1] - elbow[row]))
    }
    // linear excitation over 0.25 ms errs by (h w)^2 / 8 of the amplitude: 1e-6 of it
    #expect(farthest < 1e-6, "\(farthest) rad")
  }

  @Test(arguments: 0..<8)
  func scaleLawLeavesTheMotionUnchanged(seed: Int) throws {
    let limb = LimbModel(
      seed % 2 == 0 ? tree() : try arm26(), payload: Payload(body: 2, location: Vector3(0, -0.3, 0))
    )
    let instant = RandomInstant(limb, seed: UInt64(seed)).with {
      $0.torque = $0.torque.map { _ in 0 }
    }
    let scaled = instant.with {
      for index in $0.parameters.muscles.indices {
        $0.parameters.muscles[index].maxIsometricForce *= 1.7
      }
      for index in $0.parameters.bodies.indices {
        $0.parameters.bodies[index].mass *= 1.7
        $0.parameters.bodies[index].inertiaFactor *= 1.7
      }
      for index in $0.parameters.joints.indices {
        $0.parameters.joints[index].damping *= 1.7
        $0.parameters.joints[index].stiffness *= 1.7
        $0.parameters.joints[index].limitTorque *= 1.7
      }
      $0.parameters.payloadMassFactor *= 1.7
    }
    for (one, other) in zip(instant.acceleration, scaled.acceleration) {
      #expect(abs(one - other) <= 1e-12 * max(1, abs(one)))
    }
    // and a known payload breaks it
    let anchored = scaled.with { $0.parameters.payloadMassFactor /= 1.7 }
    let change = zip(instant.acceleration, anchored.acceleration).map { abs($0 - $1) }
    #expect(change.max()! > 1e-3)
  }

  @Test func evaluationAllocatesNothing() throws {
    let limb = LimbModel(try arm26(), payload: Payload(body: 2, location: Vector3(0, -0.3, 0)))
    let instant = RandomInstant(limb, seed: 5)
    var state = LimbState(limb)
    instant.evaluate(&state)
    instant.differentiate(&state)
    let count = allocations {
      for _ in 0..<10 {
        instant.evaluate(&state)
        instant.differentiate(&state)
      }
    }
    #expect(count == 0)
  }

  /// The cost of a muscle must not depend on how many others there are.
  @Test func evaluationTimePerMuscleIsConstant() throws {
    func secondsPerMuscle(copies: Int) throws -> Double {
      var model = try arm26()
      model.muscles = (0..<copies).flatMap { copy in
        model.muscles.map { muscle in
          var muscle = muscle
          muscle.name += "\(copy)"
          return muscle
        }
      }
      let limb = LimbModel(model)
      let instant = RandomInstant(limb, seed: 11)
      var state = LimbState(limb)
      instant.evaluate(&state)
      var best = Double.infinity
      for _ in 0..<30 {
        let start = ContinuousClock.now
        for _ in 0..<(26 / copies) { instant.evaluate(&state) }
        let evaluations = Double(26 / copies * 6 * copies)
        best = min(best, (ContinuousClock.now - start) / .seconds(1) / evaluations)
      }
      return best
    }
    let few = try secondsPerMuscle(copies: 1)
    let many = try secondsPerMuscle(copies: 13)
    // the skeleton's own cost is shared by more muscles, so more can only be cheaper apiece
    #expect(many < 1.3 * few, "\(few) s apiece for 6, \(many) s for 78")
  }
}
