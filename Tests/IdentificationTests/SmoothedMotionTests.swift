import Algebra
import Foundation
import Musculoskeletal
import Signals
import Testing

@testable import Identification

@Suite struct SmoothedMotionTests {
  /// Unknowns of several kinds on the arm, angles and rates measured.
  private func model(torque: Double = 0) throws -> LimbEstimationModel {
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
      noise: NoiseModel(angle: [0.01, 0.02], rate: [0.1, 0.2], torque: torque),
      channels: [0, 1, 2, 3, 4, 5], drivesActivation: true)
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

  /// The cost at `theta` once the states have settled there.
  private func settled(_ motion: SmoothedMotion, _ theta: [Double]) throws -> NormalEquations {
    var motion = motion
    var equations = motion.evaluate(theta)
    for _ in 0..<4 {
      motion.accept()
      equations = motion.evaluate(theta)
    }
    return try #require(equations)
  }

  @Test func withoutDisturbancesItIsTheTrajectoryFromTheBestStart() throws {
    // the same cost by shooting: the start is found by Newton steps with differences
    let model = try model()
    let window = window()
    let theta = (0..<model.parameters.count).map { 0.03 * Double($0 % 5) - 0.05 }
    let motion = SmoothedMotion(
      [window], arrival: ArrivalCost(prior: model.parameters), model: model)
    let own = try settled(motion, theta)
    let belief = model.freshStart(window, theta: theta)
    var residual = WindowResidual(model)
    let count = theta.count
    /// cost of the deterministic trajectory from `start`
    func cost(_ start: [Double]) -> Double {
      let known = StateBelief(
        mean: start, covariance: Matrix(rows: 4, columns: 4),
        sensitivity: Matrix(rows: 4, columns: count), theta: theta)
      var sum = residual.evaluate(window, theta: theta, start: known).cost
      for index in 0..<4 {
        let offset = start[index] - belief.mean[index]
        sum += 0.5 * offset * offset / belief.covariance[index, index]
      }
      return sum
    }
    var start = belief.mean
    for _ in 0..<12 {
      let h = 1e-4
      var gradient = Array(repeating: 0.0, count: 4)
      var hessian = Matrix(rows: 4, columns: 4)
      func at(_ i: Int, _ a: Double, _ j: Int, _ b: Double) -> Double {
        var point = start
        point[i] += a
        point[j] += b
        return cost(point)
      }
      for i in 0..<4 {
        gradient[i] = (at(i, h, i, 0) - at(i, -h, i, 0)) / (2 * h)
        for j in 0..<4 {
          hessian[i, j] =
            (at(i, h, j, h) - at(i, h, j, -h) - at(i, -h, j, h) + at(i, -h, j, -h)) / (4 * h * h)
        }
      }
      let factor = try #require(Cholesky(hessian))
      factor.solve(&gradient)
      for i in 0..<4 { start[i] -= gradient[i] }
    }
    let prior = zip(theta, model.parameters.free).reduce(0.0) {
      let offset = ($1.0 - $1.1.priorMean) / $1.1.priorDeviation
      return $0 + 0.5 * offset * offset
    }
    #expect(abs(own.cost - cost(start) - prior) < 1e-6 * own.cost)
  }

  @Test(arguments: [0.0, 2.0])
  func theGradientIsTheDerivativeOfTheSettledCost(torque: Double) throws {
    let model = try model(torque: torque)
    let motion = SmoothedMotion(
      [window()], arrival: ArrivalCost(prior: model.parameters), model: model)
    let theta = (0..<model.parameters.count).map { 0.03 * Double($0 % 5) - 0.05 }
    let here = try settled(motion, theta)
    let size = here.gradient.map(abs).max() ?? 0
    for column in theta.indices {
      var (plus, minus) = (theta, theta)
      plus[column] += 1e-5
      minus[column] -= 1e-5
      let difference = (try settled(motion, plus).cost - settled(motion, minus).cost) / 2e-5
      #expect(
        abs(difference - here.gradient[column]) < 1e-5 * size,
        "\(model.parameters.free[column].name): \(here.gradient[column]), \(difference)")
    }
  }

  @Test func windowsThatTouchAreOneMotion() throws {
    let model = try model()
    let window = window()
    let theta = Array(repeating: 0.02, count: model.parameters.count)
    let arrival = ArrivalCost(prior: model.parameters)
    let whole = try settled(SmoothedMotion([window], arrival: arrival, model: model), theta)
    let parts = window.parts(of: 5, isContinuous: true)
    #expect(parts.count == 3)
    let own = try settled(SmoothedMotion(parts, arrival: arrival, model: model), theta)
    #expect(abs(whole.cost - own.cost) < 1e-9 * whole.cost)
    for (first, second) in zip(whole.gradient, own.gradient) {
      #expect(abs(first - second) < 1e-7 * max(1, abs(first)))
    }
    // broken, each part has a start of its own and tells less
    let broken = try settled(
      SmoothedMotion(
        window.parts(of: 5, isContinuous: false), arrival: arrival, model: model), theta)
    #expect(broken.information[0, 0] < whole.information[0, 0])
  }
}
