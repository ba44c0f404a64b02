import TestSupport
import Testing

@testable import Musculoskeletal

/// Lengths that are polynomials: a file's and fitted ones.
@Suite struct PathPolynomialTests {
  /// A polynomial of as many free coordinates as `x` has.
  private func polynomial(_ order: Int, _ coefficients: [Double], at x: [Double]) -> PathPolynomial
  {
    PathPolynomial(
      FunctionBasedPath(
        coordinates: Array(x.indices), order: order, coefficients: coefficients),
      sources: x.indices.map { DrivenValue(coordinate: $0, function: .identity) })
  }

  private func evaluate(
    _ polynomial: PathPolynomial, _ q: [Double]
  ) -> (length: Double, gradient: [Double], hessian: [Double]) {
    let count = polynomial.freeCoordinates.count
    var gradient = Array(repeating: 0.0, count: count)
    var hessian = Array(repeating: 0.0, count: count * count)
    var powers = Array(repeating: Vector3.zero, count: polynomial.powerCount)
    let length = polynomial.length(
      q, gradient: &gradient, at: 0, hessian: &hessian, at: 0, withHessian: true, powers: &powers)
    return (length, gradient, hessian)
  }

  /// Values and slopes that OpenSim 4.6's MultivariatePolynomialFunction gives for random coefficients.
  @Test func coefficientsAreInOpenSimsOrder() {
    let cases: [(Int, [Double], [Double], Double, [Double])] = [
      (4, [2.041, -2.556, 0.418, -0.568, -0.453], [-0.134], 2.392230219746992, [-2.694261163552]),
      (
        3, [-2.02, -0.232, -0.865, 3.323, 0.226, -0.353, -0.281, -0.668, -1.055, -0.391],
        [-0.432, 0.297], -2.271399039445, [0.725335759, 0.161260049]
      ),
      (
        3,
        [
          0.958, -0.2, 0.024, 1.546, 0.545, -0.505, -0.183, 0.541, 1.935, -0.27, -0.244, 1.002,
          -0.886, -0.292, 0.883, 0.58, 0.092, 0.67, -2.828, 1.021,
        ],
        [-0.563, 0.66, 0.315], 0.806288885043, [2.958518577, 0.214003058, 0.34321358]
      ),
      (
        2,
        [
          -1.639, 0.061, -0.964, 0.757, -2.034, -0.914, 0.71, 1.156, -2.158, -0.498, 0.328, -0.609,
          1.591, -1.191, 0.355, -1.048, 1.406, -0.022, -0.372, -1.718, 1.682, 0.753, 0.754, 1.138,
          0.349, -0.639, -0.8, -0.8,
        ],
        [-0.263, 0.179, 0.339, 0.338, 0.046, 0.109], -1.869514987,
        [1.066475, -0.79134, 0.033472, -0.162036, -0.042081, -0.005067]
      ),
    ]
    for (order, coefficients, x, length, slopes) in cases {
      let found = evaluate(polynomial(order, coefficients, at: x), x)
      #expect(abs(found.length - length) < 1e-12)
      for (one, other) in zip(found.gradient, slopes) { #expect(abs(one - other) < 1e-12) }
    }
  }

  @Test(arguments: 0..<10)
  func gradientAndHessianAreDerivatives(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    // seven coordinates, of which two drive the same free one, one through a curve
    let dimension = 7
    let order = 3
    let sources = (0..<dimension).map { index in
      index == 4
        ? DrivenValue(coordinate: 0, function: .polynomial([0.3, -0.5, 0.2]))
        : DrivenValue(coordinate: index, function: .identity)
    }
    let count = PathPolynomial.coefficientCount(dimension: dimension, order: order)
    let polynomial = PathPolynomial(
      sources: sources, centers: (0..<dimension).map { 0.1 * Double($0) },
      scales: (0..<dimension).map { 1 + 0.2 * Double($0) }, order: order,
      coefficients: (0..<count).map { _ in .random(in: -1...1, using: &random) })
    let q = (0..<dimension).map { _ in Double.random(in: -1...1, using: &random) }
    let exact = evaluate(polynomial, q)
    let free = polynomial.freeCoordinates
    #expect(free == [0, 1, 2, 3, 5, 6])
    for (column, coordinate) in free.enumerated() {
      func moved(_ by: Double) -> [Double] {
        var q = q
        q[coordinate] += by
        let found = evaluate(polynomial, q)
        return [found.length] + found.gradient
      }
      expectDerivatives(
        [exact.gradient[column]] + free.indices.map { exact.hessian[$0 * free.count + column] },
        of: moved, tolerance: 1e-9, floor: 1, "seed \(seed), by \(coordinate)")
    }
  }

  /// Straight paths are smooth: a polynomial of order eight follows them closely, and the model that
  /// uses it moves alike.
  @Test func surrogateFollowsAStraightPath() throws {
    let limb = LimbModel(try arm26())
    let (surrogate, errors) = limb.withSurrogatePaths(PathSurrogateSettings(order: 8))
    #expect(errors.count == limb.muscleCount)
    for error in errors {
      #expect(error.lengthRMS < 5e-4, "\(error)")
      #expect(error.lengthMaximum < 3e-3, "\(error)")
      #expect(error.momentArmRMS < 2e-3, "\(error)")
    }
    var states = [LimbState(limb), LimbState(surrogate)]
    for (index, model) in [limb, surrogate].enumerated() {
      model.evaluate(
        q: [0.5, 1.0], u: [0, 0], activations: Array(repeating: 0.1, count: 6), torque: [0, 0],
        payloadMass: 0, parameters: model.nominalParameters, state: &states[index],
        tendonStates: Array(repeating: 0.1, count: 6))
    }
    for muscle in 0..<limb.muscleCount {
      #expect(abs(states[0].length[muscle] - states[1].length[muscle]) < 1e-3)
    }
  }
}
