internal import Algebra
public import Identification
internal import RealModule

/// What a study's trials say together.
public struct StudySummary: Sendable {
  /// One unknown over all trials.
  public struct Parameter: Sendable {
    /// Its name.
    public var name: String
    /// Root mean square error of theta [theta's unit].
    public var error: Double
    /// Root mean square of the posterior's standard deviation [theta's unit].
    public var deviation: Double
    /// Root mean square of the error over the Cramér-Rao bound's deviation [1].
    public var errorOverBound: Double
    /// Part of the trials whose 95 % interval holds the truth [1].
    public var coverage: Double
    /// Mean error over mean posterior deviation of the mean: bias [theta's unit].
    public var bias: Double
  }

  /// One way of taking noisy activations, over all trials.
  public struct Way: Sendable {
    /// The way.
    public var estimator: StudyEstimator
    /// Part of all 95 % intervals that hold the truth [1].
    public var coverage: Double
    /// Mean error of gain times maximum isometric force, the largest of all muscles [1].
    public var strengthBias: Double
    /// Mean error of a muscle's mean force, the largest of all muscles [1].
    public var forceBias: Double
    /// Root mean square error of gain times maximum isometric force over muscles and trials [1].
    public var strengthError: Double
    /// Root mean square error of a muscle's mean force over muscles and trials [1].
    public var forceError: Double
  }

  /// Mean, median and largest of the trials' mean muscle-parameter errors [%].
  public var muscleError: (mean: Double, median: Double, max: Double)
  /// The same before the fit, mean only [%].
  public var initialMuscleError: Double
  /// Median and 95th percentile over directions of the error over the bound [1].
  public var errorOverBound: (median: Double, p95: Double)
  /// Directions that the data tell [1].
  public var identifiableDirections: Int
  /// Part of all 95 % intervals that hold the truth [1].
  public var coverage: Double
  /// Median online error after the whole trial; nil when it was not asked for [%].
  public var onlineError: (mean: Double, median: Double)?
  /// Trials that ended above the noise, by number.
  public var failed: [Int]
  /// One entry an unknown.
  public var parameters: [Parameter]
  /// The ways of taking noisy activations; empty where they are exact.
  public var ways: [Way]
  /// The label of most trials.
  public var scale: ScaleLabel

  /// Gathers `results` of trials with these unknowns; `missing` trials gave no finite fit.
  public init(_ results: [StudyTrialResult], parameters: ParameterSet, missing: [Int]) {
    func mean(_ values: [Double]) -> Double {
      values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
    func root(_ values: [Double]) -> Double { Double.sqrt(mean(values.map { $0 * $0 })) }
    func quantile(_ values: [Double], _ part: Double) -> Double {
      let sorted = values.sorted()
      guard !sorted.isEmpty else { return .nan }
      let place = part * Double(sorted.count - 1)
      let low = Int(place)
      let high = min(low + 1, sorted.count - 1)
      return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }
    let errors = results.map(\.muscleError)
    muscleError = (mean(errors), quantile(errors, 0.5), errors.max() ?? .nan)
    initialMuscleError = mean(results.map(\.initialMuscleError))
    let online = results.compactMap(\.onlineError)
    onlineError = online.isEmpty ? nil : (mean(online), quantile(online, 0.5))
    failed = (results.filter(\.hasFailed).map(\.index) + missing).sorted()

    var inside = 0
    self.parameters = parameters.free.indices.map { index in
      let own = results.map { $0.error[index] }
      let held = results.filter { abs($0.error[index]) <= 1.959964 * $0.deviation[index] }.count
      inside += held
      return Parameter(
        name: parameters.free[index].name, error: root(own),
        deviation: root(results.map { $0.deviation[index] }),
        errorOverBound: root(
          results.map { $0.error[index] / Double.sqrt($0.bound[index, index]) }),
        coverage: Double(held) / Double(max(results.count, 1)), bias: mean(own))
    }
    coverage = Double(inside) / Double(max(results.count * parameters.count, 1))
    ways = StudyEstimator.allCases.compactMap { estimator in
      let fits = results.flatMap(\.fits).filter { $0.estimator == estimator }
      guard let muscles = fits.first?.strengthError.indices else { return nil }
      let held = fits.reduce(0) { sum, fit in
        sum + zip(fit.error, fit.deviation).count { abs($0) <= 1.959964 * $1 }
      }
      func worst(_ errors: (StudyFitResult) -> [Double]) -> Double {
        muscles.map { muscle in abs(mean(fits.map { errors($0)[muscle] })) }.max() ?? .nan
      }
      return Way(
        estimator: estimator,
        coverage: Double(held) / Double(max(fits.count * parameters.count, 1)),
        strengthBias: worst(\.strengthError), forceBias: worst(\.forceError),
        strengthError: root(fits.flatMap(\.strengthError)),
        forceError: root(fits.flatMap(\.forceError)))
    }
    let ratios = Self.directionRatios(results, parameters: parameters)
    identifiableDirections = ratios.count
    errorOverBound = (quantile(ratios, 0.5), quantile(ratios, 0.95))
    scale =
      [ScaleLabel.newtons, .priorLimited, .ratiosOnly].max { first, second in
        results.filter { $0.scale == first }.count < results.filter { $0.scale == second }.count
      } ?? .ratiosOnly
  }

  /// Root mean square over trials of error over bound, for each direction that the data tell.
  ///
  /// Directions are eigenvectors of the trials' mean information, whitened by the prior deviations; data
  /// tell those whose eigenvalue, the prior's part left out, is ten or more.
  private static func directionRatios(
    _ results: [StudyTrialResult], parameters: ParameterSet
  ) -> [Double] {
    let count = parameters.count
    let scales = parameters.free.map(\.priorDeviation)
    var sum = Matrix(rows: count, columns: count)
    var whitened: [Matrix] = []
    for result in results {
      var covariance = result.bound
      for row in 0..<count {
        for column in 0..<count { covariance[row, column] /= scales[row] * scales[column] }
      }
      whitened.append(covariance)
      if let information = Cholesky(covariance)?.inverse() { sum = sum + information }
    }
    let shared = Double(max(results.count, 1))
    guard let eigen = SymmetricEigen(sum) else { return [] }
    return (0..<count).compactMap { direction in
      guard eigen.values[direction] / shared - 1 >= 10 else { return nil }
      var squares = 0.0
      for (result, covariance) in zip(results, whitened) {
        var error = 0.0
        var variance = 0.0
        for row in 0..<count {
          let part = eigen.vectors[row, direction]
          error += part * result.error[row] / scales[row]
          for column in 0..<count {
            variance += part * covariance[row, column] * eigen.vectors[column, direction]
          }
        }
        squares += error * error / variance
      }
      return Double.sqrt(squares / shared)
    }
  }
}
