internal import Algebra
internal import RealModule

/// How a path's polynomial surrogate is fitted.
public struct PathSurrogateSettings: Hashable, Sendable {
  /// Highest total power; lowered where the coefficients would be too many [1].
  public var order: Int
  /// The most coefficients a muscle may have [1].
  public var coefficientLimit: Int

  /// Order six and at most 500 coefficients, when nothing else is said.
  public init(order: Int = 6, coefficientLimit: Int = 500) {
    self.order = order
    self.coefficientLimit = coefficientLimit
  }
}

/// How far a path's polynomial surrogate is from the path, at points that were not fitted.
public struct PathSurrogateError: Hashable, Sendable {
  /// The muscle's name.
  public var muscle: String
  /// The polynomial's order [1].
  public var order: Int
  /// The polynomial's coefficients [1].
  public var coefficientCount: Int
  /// Root mean square of the length's error [m].
  public var lengthRMS = 0.0
  /// Largest error of the length [m].
  public var lengthMaximum = 0.0
  /// Root mean square of the moment arms' errors [m/rad].
  public var momentArmRMS = 0.0
  /// Largest error of a moment arm [m/rad].
  public var momentArmMaximum = 0.0
}

extension LimbModel {
  /// The same model with each path replaced by a polynomial of the coordinates that it spans.
  ///
  /// Least squares over the coordinates' ranges of sum (L - p)^2 + sum_d (dL/dx_d - dp/dx_d)^2, with
  /// x_d in [-1, 1] over the range of coordinate d, so that lengths and moment arms are fitted alike (cf.
  /// Sartori et al., Journal of Biomechanics 45, 2012, 595-601, who use splines). Points lie on the
  /// additive sequence of Roberts, denser towards the ends of the range by x = cos(pi u). The errors are
  /// measured at as many points between them.
  public func withSurrogatePaths(
    _ settings: PathSurrogateSettings = PathSurrogateSettings()
  ) -> (model: LimbModel, errors: [PathSurrogateError]) {
    var fit = PathSurrogateFit(self)
    var surrogates: [MusculotendonPath] = []
    var errors: [PathSurrogateError] = []
    for muscle in paths.indices {
      guard paths[muscle].polynomial == nil,
        let fitted = fit.polynomial(muscle: muscle, settings: settings)
      else {
        surrogates.append(paths[muscle])
        continue
      }
      surrogates.append(MusculotendonPath(polynomial: fitted))
      errors.append(fit.error(of: fitted, muscle: muscle))
    }
    let model = LimbModel(description, payload: payload, skeleton: skeleton, paths: surrogates)
    return (model, errors)
  }
}

/// The least-squares fit of polynomials to the paths of a model.
private struct PathSurrogateFit {
  /// The model.
  let limb: LimbModel
  /// Its parameters.
  let parameters: LimbParameters
  /// The posed skeleton.
  var state: SkeletonState
  /// Free coordinates at their defaults, but for those that vary (coordinateCount) [rad].
  var q: [Double]
  /// dL/dq of the muscle at hand (spanned coordinates) [m/rad].
  var gradient: [Double] = []
  /// Not used, but an argument [m/rad^2].
  var hessian: [Double] = []
  /// What paths and polynomials need [m].
  var scratch: [Vector3]

  init(_ limb: LimbModel) {
    self.limb = limb
    parameters = limb.nominalParameters
    state = SkeletonState(limb.skeleton)
    q = limb.skeleton.modelCoordinates.map { limb.description.coordinates[$0].defaultValue }
    scratch = Array(
      repeating: .zero,
      count: MusculotendonPath.scratchCount(limb.paths, skeleton: limb.skeleton))
  }

  /// The range of a free coordinate [rad].
  private func range(_ coordinate: Int) -> ClosedRange<Double> {
    let description = limb.description.coordinates[limb.skeleton.modelCoordinates[coordinate]]
    return description.rangeMinimum...max(description.rangeMinimum, description.rangeMaximum)
  }

  /// The polynomial nearest to the path of `muscle`; nil for a path that nothing changes.
  mutating func polynomial(muscle: Int, settings: PathSurrogateSettings) -> PathPolynomial? {
    let coordinates = limb.paths[muscle].coordinates
    guard !coordinates.isEmpty else { return nil }
    let dimension = coordinates.count
    var order = settings.order
    while order > 1,
      PathPolynomial.coefficientCount(dimension: dimension, order: order)
        > settings.coefficientLimit
    { order -= 1 }
    var polynomial = PathPolynomial(
      sources: coordinates.map { DrivenValue(coordinate: $0, function: .identity) },
      centers: coordinates.map { (range($0).lowerBound + range($0).upperBound) / 2 },
      scales: coordinates.map { 2 / max(1e-6, range($0).upperBound - range($0).lowerBound) },
      order: order, coefficients: [])
    let count = polynomial.coefficients.count

    // the normal equations, a row for the length and one for each moment arm
    var matrix = Matrix(rows: count, columns: count)
    var right = Array(repeating: 0.0, count: count)
    var row = Array(repeating: 0.0, count: count)
    for sample in 0..<Self.sampleCount(count) {
      let x = place(coordinates, sample: Double(sample))
      let length = length(limb.paths[muscle], dimension: dimension)
      for derivative in 0...dimension {
        polynomial.fillRow(&row, at: x, by: derivative - 1)
        let target =
          derivative == 0
          ? length : gradient[derivative - 1] / polynomial.variables[derivative - 1].scale
        for one in 0..<count where row[one] != 0 {
          right[one] += row[one] * target
          for other in 0...one { matrix[one, other] += row[one] * row[other] }
        }
      }
    }
    // the smallest of shifts that lets it be factored
    var largest = 0.0
    for index in 0..<count { largest = max(largest, matrix[index, index]) }
    for index in 0..<count { matrix[index, index] += 1e-13 * largest }
    guard let factor = Cholesky(matrix) else { return nil }
    factor.solve(&right)
    polynomial.coefficients = right
    return polynomial
  }

  /// How far `polynomial` is from the path of `muscle` at points between those fitted.
  mutating func error(of polynomial: PathPolynomial, muscle: Int) -> PathSurrogateError {
    let path = limb.paths[muscle]
    let surrogate = MusculotendonPath(polynomial: polynomial)
    let dimension = path.coordinates.count
    let samples = Self.sampleCount(polynomial.coefficients.count)
    scratch += Array(repeating: .zero, count: max(0, polynomial.powerCount - scratch.count))
    var error = PathSurrogateError(
      muscle: limb.description.muscles[muscle].name, order: polynomial.order,
      coefficientCount: polynomial.coefficients.count)
    for sample in 0..<samples {
      _ = place(path.coordinates, sample: Double(sample) + 0.5)
      let exact = length(path, dimension: dimension)
      let arms = gradient
      let difference = length(surrogate, dimension: dimension) - exact
      error.lengthRMS += difference * difference
      error.lengthMaximum = max(error.lengthMaximum, abs(difference))
      for index in 0..<dimension {
        let difference = gradient[index] - arms[index]
        error.momentArmRMS += difference * difference
        error.momentArmMaximum = max(error.momentArmMaximum, abs(difference))
      }
    }
    error.lengthRMS = .sqrt(error.lengthRMS / Double(samples))
    error.momentArmRMS = .sqrt(error.momentArmRMS / Double(samples * dimension))
    return error
  }

  private static func sampleCount(_ coefficients: Int) -> Int { max(200, 2 * coefficients) }

  /// Sets the coordinates for a sample and returns them scaled to [-1, 1].
  private mutating func place(_ coordinates: [Int], sample: Double) -> [Double] {
    // the root of g^(d+1) = g + 1 spreads points evenly in d dimensions
    var root = 1.5
    for _ in 0..<60 { root = .pow(1 + root, 1 / Double(coordinates.count + 1)) }
    return coordinates.indices.map { index in
      let step = Double.pow(root, -Double(index + 1))
      let value = 0.5 + (sample + 1) * step
      let x = Double.cos(.pi * (value - value.rounded(.down)))
      let range = range(coordinates[index])
      q[coordinates[index]] =
        (range.lowerBound + range.upperBound) / 2 + x * (range.upperBound - range.lowerBound) / 2
      return x
    }
  }

  private mutating func length(_ path: MusculotendonPath, dimension: Int) -> Double {
    if gradient.count != dimension { gradient = Array(repeating: 0, count: dimension) }
    limb.skeleton.pose(
      q, parameters: parameters, payload: nil, payloadMass: 0, state: &state)
    return path.length(
      limb.skeleton, state: state, q: q, gradient: &gradient, at: 0, hessian: &hessian, at: 0,
      withHessian: false, scratch: &scratch)
  }
}

extension PathPolynomial {
  /// Each term's value at scaled variables `x`, or its derivative by one of them.
  fileprivate func fillRow(_ row: inout [Double], at x: [Double], by variable: Int) {
    for term in row.indices {
      var value = 1.0
      for index in x.indices {
        var power = powers[term * x.count + index]
        if index == variable {
          value *= Double(power)
          power = max(0, power - 1)
        }
        for _ in 0..<power { value *= x[index] }
      }
      row[term] = value
    }
  }
}
