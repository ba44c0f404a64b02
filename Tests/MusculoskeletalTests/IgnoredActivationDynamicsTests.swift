import Algebra
import Foundation
import Testing

@testable import Musculoskeletal

@Suite struct IgnoredActivationDynamicsTests {
  /// Motion over 0.3 s with dynamics, from rest.
  private func motion(_ model: ModelDescription, hasDynamics: Bool) throws -> [Double] {
    let limb = LimbModel(model)
    let count = limb.muscleCount
    let values = (0...30).flatMap { row in
      (0..<count).map { 0.3 + 0.2 * sin(0.7 * Double(row) + Double($0)) }
    }
    var system = LimbSystem(
      limb, parameters: limb.nominalParameters,
      excitations: CubicSpline(start: 0, spacing: 0.01, channelCount: count, values: values),
      hasActivationDynamics: hasDynamics)
    let start = try system.start(q: [0.2, 1], u: [0, 0], at: 0)
    var integrator = DormandPrince853(
      system, from: start, at: 0, choice: .fixed(1e-3))
    try integrator.advance(to: 0.3)
    return Array(integrator.y[0..<4])
  }

  @Test func musclesThatIgnoreTheDynamicsFollowTheirExcitation() throws {
    var model = try arm26()
    let followed = try motion(model, hasDynamics: true)
    let direct = try motion(model, hasDynamics: false)
    for index in model.muscles.indices { model.muscles[index].ignoresActivationDynamics = true }
    let ignored = try motion(model, hasDynamics: true)
    for (one, two) in zip(ignored, direct) { #expect(abs(one - two) < 1e-9) }
    #expect(zip(followed, direct).contains { abs($0 - $1) > 1e-3 }, "the dynamics do something")
    // one of them alone changes something, too
    model.muscles[0].ignoresActivationDynamics = false
    #expect(zip(try motion(model, hasDynamics: true), direct).contains { abs($0 - $1) > 1e-5 })
  }

  @Test func theJacobianIsTheRatesDerivative() throws {
    var model = try arm26()
    model.muscles[2].ignoresActivationDynamics = true
    let limb = LimbModel(model)
    let values = (0...3).flatMap { row in (0..<6).map { 0.3 + 0.05 * Double(row + $0) } }
    var system = LimbSystem(
      limb, parameters: limb.nominalParameters,
      excitations: CubicSpline(start: 0, spacing: 0.1, channelCount: 6, values: values),
      hasActivationDynamics: true)
    var y = try system.start(q: [0.2, 1], u: [0.5, -0.3], at: 0.05)
    for muscle in 0..<6 { y[4 + muscle] += 0.02 }
    var jacobian = Matrix(rows: y.count, columns: y.count)
    #expect(system.fillJacobian(at: 0.1, y, into: &jacobian))
    for column in y.indices {
      expectDerivatives(
        y.indices.map { jacobian[$0, column] },
        of: { by in
          var moved = y
          moved[column] += by
          var rates = y
          _ = system.fillRates(at: 0.1, moved, into: &rates)
          return rates
        }, tolerance: 1e-7, floor: 1, "by \(column)")
    }
  }
}
