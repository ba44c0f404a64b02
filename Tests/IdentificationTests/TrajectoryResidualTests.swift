import Algebra
import Foundation
import Musculoskeletal
import Signals
import Testing

@testable import Identification

@Suite struct TrajectoryResidualTests {
  /// Unknowns of several kinds on the arm, angles and rates measured.
  private func model() throws -> LimbEstimationModel {
    let (limb, base) = try arm()
    let targets: [Quantity] =
      Quantity.MuscleProperty.allCases.map { .muscle(4, $0) } + [
        .muscle(0, .maxIsometricForce), .body(2, .mass), .body(1, .inertia),
        .coordinate(0, .damping), .coordinate(1, .offset), .emg(3, .gain), .payload(.mass),
      ]
    let free = targets.map {
      FreeParameter(name: "\($0)", targets: [$0], base: 1, priorDeviation: 0.1)
    }
    return LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [0.01, 0.02], rate: [0.1, 0.2]), channels: [0, 1, 2, 3, 4, 5],
      drivesActivation: true)
  }

  /// A window with a payload, missing angles and measured rates.
  private func window() -> Window {
    var window = smoothWindow(stepCount: 24, stride: 2)
    var random = RandomSource(seed: 3)
    for step in 9..<24 { window.payload[step] = 1.5 }
    window.angles = window.angles.indices.map { ($0 % 2 == 0 ? 0.2 : 1) + 0.02 * random.gaussian() }
    window.rates = window.angles.map { _ in 0.3 * random.gaussian() }
    window.isRateMeasured = window.isMeasured
    window.isMeasured[9] = false
    window.isRateMeasured[12] = false
    return window
  }

  @Test func theJacobianIsTheDerivativeByThetaAndStart() throws {
    let model = try model()
    let window = window()
    var residual = TrajectoryResidual(model)
    let theta = (0..<model.parameters.count).map { 0.03 * Double($0 % 5) - 0.05 }
    let start = [0.2, 1.0, 0.4, -0.6]
    let belief = (mean: [0.0, 0, 0, 0], sd: [1.0, 1, 1, 1])
    let unknowns = theta + start
    func evaluate(_ values: [Double]) -> TrajectoryResidual.Equations? {
      residual.evaluate(
        window, theta: Array(values[0..<theta.count]), start: Array(values[theta.count...]),
        belief: belief, keepsJacobian: true)
    }
    let here = try #require(evaluate(unknowns))
    #expect(here.residuals.count == 13 * 4 - 2)
    let step = 1e-5
    for column in unknowns.indices {
      var (plus, minus) = (unknowns, unknowns)
      plus[column] += step
      minus[column] -= step
      let high = try #require(evaluate(plus)?.residuals)
      let low = try #require(evaluate(minus)?.residuals)
      let derivatives = here.residuals.indices.map {
        here.jacobian[$0 * unknowns.count + column]
      }
      let size = derivatives.map(abs).max() ?? 0
      for row in derivatives.indices {
        let difference = (high[row] - low[row]) / (2 * step)
        #expect(
          abs(difference - derivatives[row]) < 1e-6 * max(size, 1),
          "row \(row), column \(column): \(derivatives[row]), by differences \(difference)")
      }
    }
    // the normal equations are those of the residuals
    for i in unknowns.indices {
      var slope = i < theta.count ? 0 : start[i - theta.count]
      for row in here.residuals.indices {
        slope += here.jacobian[row * unknowns.count + i] * here.residuals[row]
      }
      #expect(abs(slope - here.gradient[i]) < 1e-9 * max(abs(slope), 1))
    }
  }
}
