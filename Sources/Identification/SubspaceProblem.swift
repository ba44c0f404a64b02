internal import Algebra

/// A least-squares problem in some of its unknowns, the others held where they are.
public struct SubspaceProblem<Problem: LeastSquaresProblem>: LeastSquaresProblem {
  /// The problem in all unknowns.
  public var problem: Problem
  /// The unknowns that move (indices into theta).
  public let free: [Int]
  /// All unknowns; those that move are replaced (count) [theta's units].
  public let held: [Double]

  /// `problem` with only `free` unknowns moving around `held`.
  public init(_ problem: Problem, free: [Int], held: [Double]) {
    self.problem = problem
    self.free = free
    self.held = held
  }

  /// All unknowns where those that move are at `part` (free.count).
  public func whole(_ part: [Double]) -> [Double] {
    var theta = held
    for (slot, index) in free.enumerated() { theta[index] = part[slot] }
    return theta
  }

  /// The rows and columns of the whole problem's equations that belong to the moving unknowns.
  public mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
    guard let all = problem.evaluate(whole(theta)) else { return nil }
    var information = Matrix(rows: free.count, columns: free.count)
    for (row, i) in free.enumerated() {
      for (column, j) in free.enumerated() { information[row, column] = all.information[i, j] }
    }
    return NormalEquations(
      cost: all.cost, gradient: free.map { all.gradient[$0] }, information: information)
  }
}
