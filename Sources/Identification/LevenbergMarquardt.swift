public import Algebra
internal import RealModule

/// Cost, gradient and Gauss-Newton matrix of a least-squares problem at one point.
public struct NormalEquations: Sendable {
  /// The objective, half a sum of squares plus what does not change the steps [1].
  public var cost: Double
  /// Its gradient Jᵀr (count) [1 per unit of theta].
  public var gradient: [Double]
  /// JᵀJ (count x count).
  public var information: Matrix
  /// The same without squares, where the problem keeps them: of changes of theta.
  public var root: SquareRootInformation?

  /// The equations with these terms.
  public init(cost: Double, gradient: [Double], information: Matrix) {
    self.cost = cost
    self.gradient = gradient
    self.information = information
  }

  /// The equations of a problem without squares at a point of this cost.
  public init(cost: Double, root: SquareRootInformation) {
    self.cost = cost
    self.root = root
    gradient = root.gradient
    information = root.information
  }
}

/// A sum of squares that can be evaluated with its derivatives anywhere.
public protocol LeastSquaresProblem {
  /// The equations at `theta`; nil when the model leaves the finite numbers there.
  mutating func evaluate(_ theta: [Double]) -> NormalEquations?
  /// The point evaluated last is the one that the search goes on from.
  mutating func accept()
}

extension LeastSquaresProblem {
  /// Nothing to remember.
  public mutating func accept() {}
}

/// Why a minimisation stopped.
public enum Termination: String, Sendable, Codable, Hashable {
  /// The last step was small against the standard deviations.
  case converged
  /// The iterations were used up; the budget is iterations, never time.
  case iterationLimit = "iteration_limit"
  /// No step lowered the cost.
  case noProgress = "no_progress"
  /// No search: a linear update at the common point of linearisation.
  case linearUpdate = "linear_update"
  /// No update: the window repeats what a rest has said already.
  case repetition
  /// The starting point gave no finite residuals.
  case notFinite = "not_finite"
}

/// Levenberg-Marquardt with Marquardt's scaling by the diagonal and Nielsen's damping rule.
///
/// Madsen, Nielsen, Tingleff, Methods for Non-Linear Least Squares Problems (2004), algorithm 3.16.
public struct LevenbergMarquardt: Sendable, Hashable {
  /// Most evaluations of the problem, the first included [1].
  public var evaluationLimit: Int
  /// A step whose length in posterior standard deviations is below this ends the search [1].
  public var stepTolerance: Double
  /// Damping of the first step relative to the diagonal [1].
  public var initialDamping: Double
  /// A step may raise the cost by this much, for problems whose gradient leaves a small part out [1].
  public var costSlack: Double

  /// A solver with these limits.
  public init(
    evaluationLimit: Int, stepTolerance: Double = 1e-3, initialDamping: Double = 0,
    costSlack: Double = 0
  ) {
    precondition(evaluationLimit > 0, "one evaluation at least")
    self.evaluationLimit = evaluationLimit
    self.stepTolerance = stepTolerance
    self.initialDamping = initialDamping
    self.costSlack = costSlack
  }

  /// What a search found.
  public struct Solution: Sendable {
    /// The best point evaluated (count) [theta's unit].
    public var theta: [Double]
    /// The equations there.
    public var equations: NormalEquations
    /// Why it stopped.
    public var termination: Termination
    /// Evaluations used [1].
    public var evaluations: Int
  }

  /// Minimises `problem` from `start`; nil when it is not finite there.
  ///
  /// - `limits`: how far one step may move each element of theta; empty for no limit (count).
  /// - `known`: the equations at `start`, when the caller has them already.
  public func minimise<Problem: LeastSquaresProblem>(
    _ problem: inout Problem, from start: [Double], limits: [Double] = [],
    known: NormalEquations? = nil
  ) -> Solution? {
    guard let first = known ?? problem.evaluate(start) else { return nil }
    if known == nil { problem.accept() }
    var best = Solution(
      theta: start, equations: first, termination: .iterationLimit, evaluations: 1)
    var damping = initialDamping
    var growth = 2.0
    while best.evaluations < evaluationLimit {
      guard let step = dampedStep(best.equations, damping: damping, limits: limits) else {
        damping = max(damping, 1e-6) * 10
        if damping > 1e12 {
          best.termination = .noProgress
          break
        }
        continue
      }
      if whitenedLength(step, best.equations) < stepTolerance {
        best.termination = .converged
        break
      }
      let candidate = zip(best.theta, step).map { $0 + $1 }
      best.evaluations += 1
      let equations = problem.evaluate(candidate)
      let expected = expectedDecrease(step, best.equations)
      if let equations, equations.cost < best.equations.cost + costSlack {
        problem.accept()
        // accepted: trust the model more the better it foretold
        let ratio = (best.equations.cost - equations.cost) / max(expected, 1e-300)
        let root = 2 * ratio - 1
        damping *= max(1.0 / 3, 1 - root * root * root)
        if damping < 1e-9 { damping = 0 }
        growth = 2
        best.theta = candidate
        best.equations = equations
      } else {
        damping = max(damping, 1e-3) * growth
        growth *= 4
        if damping > 1e12 {
          best.termination = .noProgress
          break
        }
      }
    }
    return best
  }

  /// Solves (H + damping diag H) step = -gradient, shortened to the limits; nil when it is singular.
  private func dampedStep(
    _ equations: NormalEquations, damping: Double, limits: [Double]
  ) -> [Double]? {
    var matrix = equations.information
    for index in 0..<matrix.rowCount { matrix[index, index] *= 1 + damping }
    guard let factor = Cholesky(matrix) else { return nil }
    var step = equations.gradient.map { -$0 }
    factor.solve(&step)
    let excess = zip(step, limits).reduce(1.0) { max($0, abs($1.0) / $1.1) }
    return excess > 1 ? step.map { $0 / excess } : step
  }

  /// The step's length in standard deviations, sqrt(stepᵀ H step / count) [1].
  private func whitenedLength(_ step: [Double], _ equations: NormalEquations) -> Double {
    let curved = equations.information * step
    var sum = 0.0
    for index in step.indices { sum += step[index] * curved[index] }
    return .sqrt(max(sum, 0) / Double(max(step.count, 1)))
  }

  /// What the quadratic model promises, -gᵀs - sᵀHs/2 [1].
  private func expectedDecrease(_ step: [Double], _ equations: NormalEquations) -> Double {
    let curved = equations.information * step
    var sum = 0.0
    for index in step.indices {
      sum -= step[index] * (equations.gradient[index] + 0.5 * curved[index])
    }
    return sum
  }
}
