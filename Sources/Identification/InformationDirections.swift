internal import Algebra

/// What the data tell, direction by direction in parameter space, best known first.
///
/// With prior deviations D and posterior information P, W = D P D - 1; an eigenvector of W is a
/// direction and its eigenvalue how many times the data outweigh the prior along it. The same W decides
/// `Identifiability`.
public struct InformationDirections: Sendable, Hashable {
  /// One eigenvector of W.
  public struct Direction: Sendable, Hashable {
    /// How many times the data outweigh the prior [1].
    public var eigenvalue: Double
    /// Components in prior standard deviations, of unit length together (parameterCount) [1].
    public var weights: [Double]
  }

  /// The directions by falling eigenvalue (parameterCount).
  public let directions: [Direction]

  /// Analyses the posterior of `parameters`; nil when it is not finite.
  public init?(posterior: ArrivalCost, parameters: ParameterSet) {
    let count = parameters.count
    let priors = parameters.free.map(\.priorDeviation)
    var whitened = Matrix(rows: count, columns: count)
    for row in 0..<count {
      for column in 0..<count {
        whitened[row, column] = priors[row] * posterior.information[row, column] * priors[column]
      }
      whitened[row, row] -= 1
    }
    guard let eigen = SymmetricEigen(whitened) else { return nil }
    directions = (0..<count).reversed().map { column in
      Direction(
        eigenvalue: eigen.values[column], weights: (0..<count).map { eigen.vectors[$0, column] })
    }
  }
}

extension ParameterEstimate {
  /// Posterior correlation of every two unknowns, lower triangle by rows with its diagonal; empty where
  /// there is no covariance (parameterCount (parameterCount + 1) / 2) [1].
  public var correlation: [Double] {
    let count = theta.count
    guard covariance.count == count * (count + 1) / 2 else { return [] }
    let deviations: [Double] = (0..<count).map { index in
      covariance[index * (index + 3) / 2].squareRoot()
    }
    var result: [Double] = []
    for row in 0..<count {
      let start = row * (row + 1) / 2
      for column in 0...row {
        result.append(covariance[start + column] / (deviations[row] * deviations[column]))
      }
    }
    return result
  }
}
