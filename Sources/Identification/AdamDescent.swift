internal import Algebra
internal import RealModule

/// Gradient descent with Adam's step, the way the paper fits: for comparison with second-order steps.
///
/// Kingma and Ba 2015, Adam: a method for stochastic optimization, algorithm 1:
///   m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,
///   x <- x - a (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + e),
/// in x = (theta - start) / scale, so that the learning rate a means the same for every unknown. The
/// gradient is exact and takes in all windows; nothing is stochastic. Departures: a point that is not
/// finite is given up for the best one so far with half the learning rate, and what is returned is the
/// best point, not the last.
public struct AdamDescent: Sendable, Hashable {
  /// First step of each unknown, in its scale; a [1].
  public var learningRate: Double
  /// Evaluations of the problem, the first included [1].
  public var iterations: Int
  /// Forgetting of the gradient's mean; b1 [1].
  public var meanRetention: Double
  /// Forgetting of the gradient's square; b2 [1].
  public var squareRetention: Double
  /// What keeps a vanishing gradient from a long step; e [1].
  public var regularisation: Double

  /// A descent; the retentions and the regularisation are the authors'.
  public init(
    learningRate: Double = 0.03, iterations: Int = 1000, meanRetention: Double = 0.9,
    squareRetention: Double = 0.999, regularisation: Double = 1e-8
  ) {
    precondition(learningRate > 0 && iterations > 0, "a descent goes somewhere")
    precondition((0..<1).contains(meanRetention) && (0..<1).contains(squareRetention), "it forgets")
    self.learningRate = learningRate
    self.iterations = iterations
    self.meanRetention = meanRetention
    self.squareRetention = squareRetention
    self.regularisation = regularisation
  }

  /// Minimises `problem` from `start`; nil when it is not finite there.
  ///
  /// `scales`: what one unit of x is of each unknown, such as its prior deviation (count).
  public func minimise<Problem: LeastSquaresProblem>(
    _ problem: inout Problem, from start: [Double], scales: [Double]
  ) -> LevenbergMarquardt.Solution? {
    precondition(scales.count == start.count, "a scale for every unknown")
    guard let first = problem.evaluate(start) else { return nil }
    var best = LevenbergMarquardt.Solution(
      theta: start, equations: first, termination: .iterationLimit, evaluations: 1)
    var point = start
    var gradient = first.gradient
    var mean = start.map { _ in 0.0 }
    var square = mean
    var rate = learningRate
    var meanBias = 1.0
    var squareBias = 1.0
    while best.evaluations < iterations {
      meanBias *= meanRetention
      squareBias *= squareRetention
      for index in point.indices {
        let slope = gradient[index] * scales[index]
        mean[index] = meanRetention * mean[index] + (1 - meanRetention) * slope
        square[index] = squareRetention * square[index] + (1 - squareRetention) * slope * slope
        let step =
          mean[index] / (1 - meanBias)
          / (.sqrt(square[index] / (1 - squareBias)) + regularisation)
        point[index] -= rate * scales[index] * step
      }
      best.evaluations += 1
      guard let equations = problem.evaluate(point) else {
        rate *= 0.5
        point = best.theta
        gradient = best.equations.gradient
        for index in mean.indices { mean[index] = 0 }
        guard rate > 1e-6 * learningRate else {
          best.termination = .noProgress
          return best
        }
        continue
      }
      gradient = equations.gradient
      if equations.cost < best.equations.cost {
        best.theta = point
        best.equations = equations
      }
      if gradientLength(equations, scales: scales) < 1e-9 {
        best.termination = .converged
        return best
      }
    }
    return best
  }

  /// Length of the gradient in x [1].
  private func gradientLength(_ equations: NormalEquations, scales: [Double]) -> Double {
    .sqrt(zip(equations.gradient, scales).reduce(0) { $0 + ($1.0 * $1.1) * ($1.0 * $1.1) })
  }
}
