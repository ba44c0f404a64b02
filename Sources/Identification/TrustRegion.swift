internal import Algebra
internal import RealModule

/// Gauss-Newton within a trusted distance, measured in prior standard deviations.
///
/// With scales D, H' = D H D = V L Vᵀ and g' = D g, the step is -D V (L + lambda)^-1 Vᵀ g' with the smallest
/// lambda >= 0 that keeps |D^-1 step| within the radius: the secular equation of Moré and Sorensen (1983),
/// solved on the eigenvalues. Prior deviations as scales keep directions that the data cannot tell where
/// they are, which Marquardt's scaling by diag H does not: a long flat valley is followed, not left.
public struct TrustRegion: Sendable, Hashable {
  /// Most evaluations of the problem, the first included [1].
  public var evaluationLimit: Int
  /// A step whose length in posterior standard deviations is below this ends the search [1].
  public var stepTolerance: Double
  /// The first radius, in scales [1].
  public var initialRadius: Double
  /// True where steps that only the radius keeps short do not end the search: a curved valley is followed to
  /// its end, in as many steps as it needs.
  public var followsValleys: Bool

  /// A solver with these limits.
  public init(
    evaluationLimit: Int, stepTolerance: Double = 1e-3, initialRadius: Double = 2,
    followsValleys: Bool = false
  ) {
    precondition(evaluationLimit > 0, "one evaluation at least")
    self.evaluationLimit = evaluationLimit
    self.stepTolerance = stepTolerance
    self.initialRadius = initialRadius
    self.followsValleys = followsValleys
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
    /// The lowest cost after each evaluation (evaluations) [1].
    public var costs: [Double]
  }

  /// Minimises `problem` from `start`; nil when it is not finite there.
  ///
  /// `scales`: what counts as a distance of one for each element of theta (count).
  public func minimise<Problem: LeastSquaresProblem>(
    _ problem: inout Problem, from start: [Double], scales: [Double]
  ) -> Solution? {
    precondition(scales.count == start.count, "a scale for every unknown")
    guard let first = problem.evaluate(start) else { return nil }
    problem.accept()
    var best = Solution(
      theta: start, equations: first, termination: .iterationLimit, evaluations: 1,
      costs: [first.cost])
    var radius = initialRadius
    // evaluations since a step was too long, counted down [1]
    var caution = 0
    var model = QuadraticModel(first, scales: scales)
    while best.evaluations < evaluationLimit {
      guard let here = model else {
        best.termination = .notFinite
        break
      }
      let move = here.step(within: radius)
      if move.deviations < stepTolerance {
        // a short step is the end where the whole way is short, not where the radius makes it so
        if move.isInside || here.step(within: .infinity).deviations < stepTolerance {
          best.termination = .converged
          break
        }
        if !followsValleys {
          best.termination = .noProgress
          break
        }
      }
      let candidate = zip(best.theta, move.step).map { $0 + $1 }
      let equations = problem.evaluate(candidate)
      best.evaluations += 1
      let expected = max(move.decrease, 1e-300)
      let ratio = equations.map { (best.equations.cost - $0.cost) / expected } ?? -1
      if ratio < 0.25 {
        radius = (ratio > -2 ? 0.5 : 0.3) * min(move.length, radius)
        caution = 4
      } else if ratio > 0.75, !move.isInside {
        // soon after a step that was too long, by less than would make the next too long again
        radius *= caution > 0 ? 1.25 : 2.5
      }
      caution -= 1
      if let equations, ratio > 1e-4 {
        problem.accept()
        best.theta = candidate
        best.equations = equations
        model = QuadraticModel(equations, scales: scales)
      } else if radius < 1e-12 {
        best.termination = .noProgress
        best.costs.append(best.equations.cost)
        break
      }
      best.costs.append(best.equations.cost)
    }
    return best
  }
}

/// The quadratic model of a cost in scaled unknowns, by its eigenvalues.
private struct QuadraticModel {
  /// Eigenvalues of D H D (count) [1].
  let eigenvalues: [Double]
  /// Eigenvectors, one a column (count x count).
  let vectors: Matrix
  /// Vᵀ D g (count) [1].
  let slopes: [Double]
  /// D (count) [theta's unit].
  let scales: [Double]
  /// Eigenvalues below this part of the largest are rounding [1].
  let floor: Double

  /// A step and what it promises.
  struct Move {
    /// The step (count) [theta's unit].
    var step: [Double]
    /// Its length in scales [1].
    var length: Double
    /// Its length in posterior standard deviations, as a root mean square [1].
    var deviations: Double
    /// What the model promises [1].
    var decrease: Double
    /// True when the radius did not shorten it.
    var isInside: Bool
  }

  init?(_ equations: NormalEquations, scales: [Double]) {
    let count = scales.count
    self.scales = scales
    if let root = equations.root {
      // R D = U S Vᵀ: H' = V S² Vᵀ, Vᵀ D g = S Uᵀ q, and no direction is squared away
      var triangle = root.triangle
      for row in 0..<count {
        for column in row..<count { triangle[row, column] *= scales[column] }
      }
      guard let singular = SingularValues(triangle) else { return nil }
      let side = root.side
      floor = 1e-30
      eigenvalues = singular.values.map { $0 * $0 }
      vectors = singular.right
      slopes = (0..<count).map { column in
        singular.values[column]
          * (0..<count).reduce(0) { $0 + singular.left[$1, column] * side[$1] }
      }
      return
    }
    var matrix = equations.information
    for row in 0..<count {
      for column in 0..<count { matrix[row, column] *= scales[row] * scales[column] }
    }
    guard let eigen = SymmetricEigen(matrix) else { return nil }
    floor = 1e-15
    eigenvalues = eigen.values
    vectors = eigen.vectors
    slopes = (0..<count).map { column in
      (0..<count).reduce(0) { $0 + eigen.vectors[$1, column] * scales[$1] * equations.gradient[$1] }
    }
  }

  /// The best step no longer than `radius`.
  func step(within radius: Double) -> Move {
    let largest = max(eigenvalues.max() ?? 0, 1e-300)
    let least = largest * floor
    func length(_ damping: Double) -> Double {
      var sum = 0.0
      for (value, slope) in zip(eigenvalues, slopes) {
        let part = slope / (max(value, least) + damping)
        sum += part * part
      }
      return .sqrt(sum)
    }
    var damping = 0.0
    let isInside = length(0) <= radius
    if !isInside {
      // bisection on the logarithm: sixty halvings reach the last digit
      var low = Double.log(1e-3 * least)
      var high = Double.log(largest) + Double.log(max(length(largest) / radius, 1)) + 1
      while length(.exp(high)) > radius { high += 2 }
      for _ in 0..<60 {
        let middle = 0.5 * (low + high)
        if length(.exp(middle)) > radius { low = middle } else { high = middle }
      }
      damping = .exp(high)
    }
    var along = Array(repeating: 0.0, count: slopes.count)
    var decrease = 0.0
    var squares = 0.0
    var deviations = 0.0
    for index in slopes.indices {
      let value = max(eigenvalues[index], least)
      along[index] = -slopes[index] / (value + damping)
      decrease -= along[index] * (slopes[index] + 0.5 * value * along[index])
      squares += along[index] * along[index]
      deviations += value * along[index] * along[index]
    }
    let step = scales.indices.map { row in
      scales[row] * along.indices.reduce(0) { $0 + vectors[row, $1] * along[$1] }
    }
    return Move(
      step: step, length: .sqrt(squares),
      deviations: .sqrt(deviations / Double(max(slopes.count, 1))), decrease: decrease,
      isInside: isInside)
  }
}
