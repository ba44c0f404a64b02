import Algebra
import Foundation
import Musculoskeletal
import TestSupport
import Testing

@Suite struct MuscleForceTests {
  /// The muscle of OpenSim's table of states.
  private var tableMuscle: MuscleParameters {
    MuscleParameters(
      MuscleDescription(
        name: "table", maxIsometricForce: 750, optimalFiberLength: 0.11, tendonSlackLength: 0.19,
        pennationAngleAtOptimal: 0.35, maxContractionVelocity: 10, fiberDamping: 0.05, path: []))
  }

  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func rigidTendonForceIsOpenSims() throws {
    let table = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/muscle_state_samples.csv"))
    let lengths = try #require(table["lmt"])
    #expect(lengths.count == 200)
    for row in lengths.indices {
      // all rows have a fiber longer than the twentieth where the force departs from OpenSim's
      #expect(lengths[row] - 0.19 > 0.05 * 0.11)
      let muscle = MuscleForce(
        tableMuscle, length: lengths[row], lengtheningSpeed: try #require(table["vmt"])[row],
        activation: try #require(table["activation"])[row])
      let expected = try #require(table["F_dgf_rigid"])[row]
      #expect(abs(muscle.force - expected) <= 1e-9 * abs(expected), "row \(row)")
    }
  }

  @Test(arguments: 0..<60)
  func partialsAreDerivatives(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
    var muscle = tableMuscle
    muscle.pennationAngleAtOptimal = seed % 3 == 0 ? 0 : uniform(0.05, 0.5)
    muscle.fiberDamping = uniform(0, 0.1)
    muscle.optimalFiberLength = uniform(0.05, 0.2)
    // every fourth is slack: the path is shorter than the tendon, or nearly
    let isSlack = seed % 4 == 1
    let fiber = isSlack ? uniform(-0.3, 0.03) : uniform(0.35, 1.5)
    let length = muscle.tendonSlackLength + fiber * muscle.optimalFiberLength
    let speed = uniform(-0.8, 0.8)
    let activation = uniform(0.01, 1)
    let force = MuscleForce(muscle, length: length, lengtheningSpeed: speed, activation: activation)
    let size = max(abs(force.force), 1)

    func check(
      _ exact: Double, step: Double, _ what: String,
      _ change: (inout MuscleParameters, inout Double, inout Double, inout Double, Double) -> Void
    ) {
      expectDerivatives(
        [exact],
        of: {
          var (changed, length, speed, activation) = (muscle, length, speed, activation)
          change(&changed, &length, &speed, &activation, $0)
          let force = MuscleForce(
            changed, length: length, lengtheningSpeed: speed, activation: activation)
          return [force.force]
        }, step: step, tolerance: 1e-8, floor: size, "seed \(seed), \(what)")
    }
    check(force.byLength, step: 2e-5, "length") {
      $1 += $4; _ = ($0, $2, $3)
    }
    check(force.byLengtheningSpeed, step: 1e-3, "speed") {
      $2 += $4; _ = ($0, $1, $3)
    }
    check(force.byActivation, step: 1e-3, "activation") {
      $3 += $4; _ = ($0, $1, $2)
    }
    check(force.byLogMaxIsometricForce, step: 1e-3, "maximum isometric force") {
      $0.maxIsometricForce *= exp($4)
      _ = ($1, $2, $3)
    }
    check(force.byLogOptimalFiberLength, step: 2e-4, "optimal fiber length") {
      $0.optimalFiberLength *= exp($4)
      _ = ($1, $2, $3)
    }
    check(force.byLogTendonSlackLength, step: 1e-4, "tendon slack length") {
      $0.tendonSlackLength *= exp($4)
      _ = ($1, $2, $3)
    }
    check(force.byLogMaxContractionVelocity, step: 1e-3, "maximum contraction velocity") {
      $0.maxContractionVelocity *= exp($4)
      _ = ($1, $2, $3)
    }
  }

  @Test func forceStaysPositiveAndSmoothWhereThePathIsShorterThanTheTendon() {
    let muscle = tableMuscle
    let edge = muscle.tendonSlackLength + 0.05 * muscle.optimalFiberLength
    var last = Double.infinity
    for step in 0...200 {
      let length = edge + 0.02 - 0.0005 * Double(step)
      let force = MuscleForce(muscle, length: length, lengtheningSpeed: 0, activation: 0.5)
      // passive force is slightly negative below 0.2 optimal lengths, -1e-3 F0 at most
      #expect(force.force.isFinite && force.force > -1e-3 * muscle.maxIsometricForce)
      #expect(force.force <= last + 1e-9, "the force falls with the length")
      last = force.force
    }
    let above = MuscleForce(muscle, length: edge + 1e-9, lengtheningSpeed: 0.1, activation: 0.5)
    let below = MuscleForce(muscle, length: edge - 1e-9, lengtheningSpeed: 0.1, activation: 0.5)
    #expect(abs(above.force - below.force) < 1e-4)
    #expect(abs(above.byLength - below.byLength) < 1e-3 * abs(above.byLength))
  }
}
