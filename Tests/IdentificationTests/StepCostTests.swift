import Foundation
import Signals
import TestSupport
import Testing

@testable import Identification

/// What derivatives cost, as ratios of processor times, which hold on any machine and in any build.
@Suite(.serialized) struct StepCostTests {
  /// The least processor time of a few runs [s].
  private func cost(_ body: () -> Void) -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
    body()
    return (0..<5).reduce(.infinity) { least, _ in
      let start = now()
      body()
      return min(least, now() - start)
    }
  }

  /// Processor times of a prediction and of the full Jacobian with its normal matrix.
  private func costs(joints: Int, muscles: Int) throws -> (forward: Double, jacobian: Double) {
    let (disturbed, window) = hingeChain(joints: joints, muscles: muscles)
    let model = disturbed.with(
      noise: NoiseModel(angle: Array(repeating: 0.01, count: joints)))
    var residual = WindowResidual(model)
    let theta = model.parameters.free.map { _ in 0.0 }
    let start = model.freshStart(window, theta: theta)
    let forward = cost { _ = residual.predict(window, theta: theta, from: start.mean) }
    let jacobian = cost { _ = residual.evaluate(window, theta: theta, start: start) }
    return (forward, jacobian)
  }

  @Test func aJacobianCostsAFewSimulationsHoweverManyTheUnknowns() throws {
    let (forward, jacobian) = try costs(joints: 2, muscles: 6)
    // differences would take a simulation an unknown; the optimised build's two are the benchmark's to show
    print("Jacobian over forward, this build: \(jacobian / forward)")
    #expect(jacobian < 3 * forward)
  }

  @Test func aSimulationsCostIsLinearInMuscles() throws {
    let few = try costs(joints: 2, muscles: 16)
    let many = try costs(joints: 2, muscles: 64)
    print("four times the muscles: forward \(many.forward / few.forward)")
    #expect(many.forward < 6 * few.forward)
  }
}
