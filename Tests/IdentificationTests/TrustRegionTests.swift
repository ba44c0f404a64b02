import Algebra
import Testing

@testable import Identification

/// Gauss-Newton in a trusted distance on problems with a known end.
@Suite struct TrustRegionTests {
  /// Rosenbrock's valley, r = (k (y - x²), 1 - x): the end is at (1, 1), and all ways there bend.
  private struct Valley: LeastSquaresProblem {
    /// How steep its walls are [1].
    let steepness: Double

    mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
      let (x, y) = (theta[0], theta[1])
      let first = steepness * (y - x * x)
      let second = 1 - x
      let slope = -2 * steepness * x
      var information = Matrix(diagonal: [slope * slope + 1, steepness * steepness])
      information[0, 1] = slope * steepness
      information[1, 0] = information[0, 1]
      return NormalEquations(
        cost: 0.5 * (first * first + second * second),
        gradient: [slope * first - second, steepness * first], information: information)
    }
  }

  /// Where a search from (-1.2, 1.44) ends.
  private func end(_ solver: TrustRegion, steepness: Double) throws -> TrustRegion.Solution {
    var valley = Valley(steepness: steepness)
    return try #require(solver.minimise(&valley, from: [-1.2, 1.44], scales: [1, 1]))
  }

  @Test func aGentleValleyIsWalkedToItsEnd() throws {
    let found = try end(TrustRegion(evaluationLimit: 100, stepTolerance: 1e-6), steepness: 10)
    #expect(found.termination == .converged)
    #expect(abs(found.theta[0] - 1) < 1e-6 && abs(found.theta[1] - 1) < 1e-6)
    for (later, earlier) in zip(found.costs.dropFirst(), found.costs) { #expect(later <= earlier) }
  }

  @Test func stepsThatAValleyKeepsShortAreNotItsEnd() throws {
    // a step that holds to the bend is a small part of a deviation, and yet far from the end
    let short = TrustRegion(evaluationLimit: 2000, stepTolerance: 0.05)
    let stopped = try end(short, steepness: 3000)
    #expect(stopped.termination == .noProgress)
    #expect(abs(stopped.theta[0] - 1) > 0.5)
    var patient = short
    patient.followsValleys = true
    let found = try end(patient, steepness: 3000)
    #expect(found.termination == .converged)
    #expect(abs(found.theta[0] - 1) < 0.1)
  }
}
