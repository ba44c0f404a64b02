import Algebra
import Foundation
import Identification
import Testing

@Suite struct LevenbergMarquardtTests {
  /// r = (10 (y - x^2), 1 - x); minimum 0 at (1, 1) at the end of a curved valley.
  private struct Rosenbrock: LeastSquaresProblem {
    mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
      let (x, y) = (theta[0], theta[1])
      let residuals = [10 * (y - x * x), 1 - x]
      let jacobian = [[-20 * x, 10], [-1, 0]]
      return equations(residuals, jacobian)
    }
  }

  /// r = A theta - b.
  private struct Line: LeastSquaresProblem {
    var rows: [[Double]]
    var right: [Double]

    mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
      let residuals = zip(rows, right).map { row, b in
        zip(row, theta).map { $0 * $1 }.reduce(0, +) - b
      }
      return equations(residuals, rows)
    }
  }

  /// Finite only right of one half; minimum at one.
  private struct Cliff: LeastSquaresProblem {
    mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
      guard theta[0] > 0.5 else { return nil }
      return equations([log(theta[0])], [[1 / theta[0]]])
    }
  }

  @Test func findsTheEndOfRosenbrocksValley() throws {
    var problem = Rosenbrock()
    let solver = LevenbergMarquardt(evaluationLimit: 100, stepTolerance: 1e-12)
    let solution = try #require(solver.minimise(&problem, from: [-1.2, 1]))
    #expect(solution.termination == .converged)
    #expect(abs(solution.theta[0] - 1) < 1e-10 && abs(solution.theta[1] - 1) < 1e-10)
    #expect(solution.equations.cost < 1e-20)
    #expect(solution.evaluations < 60)
  }

  @Test func aLinearProblemTakesOneStep() throws {
    // the regression line of (0,1) (1,3) (2,4) (3,4) by hand: intercept 1.5, slope 1
    var problem = Line(rows: [[1, 0], [1, 1], [1, 2], [1, 3]], right: [1, 3, 4, 4])
    let solver = LevenbergMarquardt(evaluationLimit: 10)
    let solution = try #require(solver.minimise(&problem, from: [50, -20]))
    #expect(solution.termination == .converged)
    #expect(abs(solution.theta[0] - 1.5) < 1e-12 && abs(solution.theta[1] - 1) < 1e-12)
    #expect(solution.evaluations == 2)
    // residuals 0.5, -0.5, -0.5, 0.5
    #expect(abs(solution.equations.cost - 0.5) < 1e-12)
  }

  @Test func theBudgetIsEvaluations() throws {
    var problem = Rosenbrock()
    let solver = LevenbergMarquardt(evaluationLimit: 3, stepTolerance: 1e-12)
    let solution = try #require(solver.minimise(&problem, from: [-1.2, 1]))
    #expect(solution.termination == .iterationLimit)
    #expect(solution.evaluations == 3)
  }

  @Test func backsAwayFromWhereNothingIsFinite() throws {
    var problem = Cliff()
    let solver = LevenbergMarquardt(evaluationLimit: 50, stepTolerance: 1e-10)
    // the full step from 4 goes to 4 - 4 ln 4 < 0
    let solution = try #require(solver.minimise(&problem, from: [4]))
    #expect(abs(solution.theta[0] - 1) < 1e-8)
    #expect(solver.minimise(&problem, from: [0.2]) == nil)
  }

  @Test func aSingularProblemStaysFinite() throws {
    var problem = Line(rows: [[1, 1], [1, 1]], right: [2, 2])
    let solver = LevenbergMarquardt(evaluationLimit: 20, stepTolerance: 1e-9)
    let solution = try #require(solver.minimise(&problem, from: [0, 0]))
    #expect(abs(solution.theta[0] + solution.theta[1] - 2) < 1e-6)
  }
}

private func equations(_ residuals: [Double], _ jacobian: [[Double]]) -> NormalEquations {
  let count = jacobian[0].count
  var information = Matrix(rows: count, columns: count)
  var gradient = Array(repeating: 0.0, count: count)
  for (residual, row) in zip(residuals, jacobian) {
    for i in 0..<count {
      gradient[i] += residual * row[i]
      for j in 0..<count { information[i, j] += row[i] * row[j] }
    }
  }
  return NormalEquations(
    cost: residuals.map { 0.5 * $0 * $0 }.reduce(0, +), gradient: gradient,
    information: information)
}
