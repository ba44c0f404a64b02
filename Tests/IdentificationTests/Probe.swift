import Foundation
import Identification
import Signals
import Testing

extension RecursiveEstimatorTests {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["PROBE"] != nil)) func probe() throws {
    for angle in [1e-2, 1e-3, 1e-4, 1e-6] {
      let model = try model(angle: angle)
      var estimator = RecursiveEstimator(model, evaluations: 6, hasGains: true)
      for window in try windows(model, count: 20) {
        let e = estimator.consume(window)
        let err = zip(e.theta, truth).map { abs($0 - $1) }.max()!
        let z = (0..<5).map { abs(e.theta[$0] - truth[$0]) / e.deviations[$0] }.max()!
        print("PROBE", angle, window.index, err, z, e.meanSquaredResidual, e.termination, e.evaluations, window.angles[0], window.angles[1])
      }
    }
  }
}
