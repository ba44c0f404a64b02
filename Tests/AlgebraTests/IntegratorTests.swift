import Algebra
import Foundation
import Testing

/// Two bodies under gravity, eccentricity 1/2: closed orbits of period 2 pi.
private struct Kepler: FirstOrderSystem {
  let dimension = 4
  static let start = [0.5, 0, 0, 3.0.squareRoot()]

  func fillRates(at time: Double, _ y: [Double], into rates: inout [Double]) -> Bool {
    let cube = pow(y[0] * y[0] + y[1] * y[1], 1.5)
    rates[0] = y[2]
    rates[1] = y[3]
    rates[2] = -y[0] / cube
    rates[3] = -y[1] / cube
    return rates.allSatisfy(\.isFinite)
  }

  func fillJacobian(at time: Double, _ y: [Double], into jacobian: inout Matrix) -> Bool {
    let square = y[0] * y[0] + y[1] * y[1]
    jacobian.fill(0)
    jacobian[0, 2] = 1
    jacobian[1, 3] = 1
    for row in 0..<2 {
      for column in 0..<2 {
        jacobian[2 + row, column] =
          3 * y[row] * y[column] / pow(square, 2.5) - (row == column ? 1 / pow(square, 1.5) : 0)
      }
    }
    return true
  }
}

/// Prothero and Robinson's problem: y' = -s (y - cos t) - sin t with the solution cos t.
private struct Stiff: FirstOrderSystem {
  let dimension = 1
  var stiffness = 1e6

  func fillRates(at time: Double, _ y: [Double], into rates: inout [Double]) -> Bool {
    rates[0] = -stiffness * (y[0] - cos(time)) - sin(time)
    return true
  }

  func fillJacobian(at time: Double, _ y: [Double], into jacobian: inout Matrix) -> Bool {
    jacobian[0, 0] = -stiffness
    return true
  }
}

@Suite struct IntegratorTests {
  private func farthest(_ y: [Double]) -> Double {
    zip(y, Kepler.start).map { abs($0 - $1) }.max()!
  }

  @Test(arguments: [1e-6, 1e-9, 1e-12])
  func closedOrbitsCloseWithinTolerance(tolerance: Double) throws {
    var explicit = DormandPrince853(
      Kepler(), from: Kepler.start, choice: .adaptive(tolerance: tolerance))
    try explicit.advance(to: 2 * .pi)
    // a step errs by the tolerance at most, an orbit by many steps of it
    #expect(farthest(explicit.y) < 1000 * tolerance)
    var implicit = RadauIIA(Kepler(), from: Kepler.start, choice: .adaptive(tolerance: tolerance))
    try implicit.advance(to: 2 * .pi)
    #expect(farthest(implicit.y) < 3000 * tolerance)
    #expect(implicit.stepCount > explicit.stepCount, "order 5 needs more steps than order 8")
  }

  @Test func fixedStepsConvergeAtTheirOrder() throws {
    func error(_ steps: Int, implicit: Bool) throws -> Double {
      let step = 2 * Double.pi / Double(steps)
      if implicit {
        var integrator = RadauIIA(Kepler(), from: Kepler.start, choice: .fixed(step))
        try integrator.advance(to: 2 * .pi)
        #expect(integrator.stepCount == steps)
        return farthest(integrator.y)
      }
      var integrator = DormandPrince853(Kepler(), from: Kepler.start, choice: .fixed(step))
      try integrator.advance(to: 2 * .pi)
      #expect(integrator.stepCount == steps)
      return farthest(integrator.y)
    }
    let explicit = try log2(error(100, implicit: false) / error(200, implicit: false))
    #expect(explicit > 7.3 && explicit < 9.5, "order \(explicit)")
    let implicit = try log2(error(200, implicit: true) / error(400, implicit: true))
    #expect(implicit > 4.6 && implicit < 5.6, "order \(implicit)")
  }

  @Test func stiffSystemsTakeLongSteps() throws {
    var integrator = RadauIIA(Stiff(), from: [1], choice: .adaptive(tolerance: 1e-8))
    try integrator.advance(to: 3)
    #expect(abs(integrator.y[0] - cos(3)) < 1e-7)
    #expect(integrator.stepCount < 200, "\(integrator.stepCount)")
    var fixed = RadauIIA(Stiff(), from: [2], choice: .fixed(0.01))
    try fixed.advance(to: 3)
    #expect(abs(fixed.y[0] - cos(3)) < 1e-7, "L-stable: what was wrong at the start is gone")
  }

  @Test func whatIsNotFiniteIsSaid() {
    struct Explosion: FirstOrderSystem {
      let dimension = 1
      func fillRates(at time: Double, _ y: [Double], into rates: inout [Double]) -> Bool {
        rates[0] = y[0] * y[0]
        return rates[0].isFinite
      }
      func fillJacobian(at time: Double, _ y: [Double], into jacobian: inout Matrix) -> Bool {
        jacobian[0, 0] = 2 * y[0]
        return true
      }
    }
    var integrator = DormandPrince853(Explosion(), from: [1], choice: .adaptive(tolerance: 1e-9))
    #expect(throws: IntegrationFailure.self) { try integrator.advance(to: 2, stepLimit: 5000) }
    #expect(integrator.time < 1.001)
  }

  @Test func factorsSolve() {
    var matrix = Matrix(rows: 3, columns: 3)
    for (index, value) in [0, 2, 1, 4, -1, 3, 1, 1, 7].enumerated() {
      matrix[index / 3, index % 3] = Double(value)
    }
    var factor = LUFactor(count: 3)
    let isRegular = factor.refactor(matrix)
    #expect(isRegular)
    var vector = matrix * [1, -2, 3]
    factor.solve(&vector)
    for (one, other) in zip(vector, [1.0, -2, 3]) { #expect(abs(one - other) < 1e-14) }
    let isSingular = !factor.refactor(Matrix(rows: 3, columns: 3))
    #expect(isSingular)
  }
}
