internal import Estimation
internal import Identification

/// What the data tell, direction by direction, in a result.
struct ResultIdentifiability: Sendable, Encodable {
  /// One direction in parameter space.
  struct Direction: Sendable, Encodable {
    /// How many times the data outweigh the prior [1].
    var eigenvalue: Double
    /// Components in prior standard deviations, in the order of the parameters [1].
    var weights: [Double]
  }

  /// The directions, best known first; empty where the search ended without a finite posterior.
  var directions: [Direction]
  /// Correlation of every two parameters, lower triangle by rows with its diagonal [1].
  var correlation: [Double]
}

extension IdentifyOutcome {
  /// Directions and correlations of the posterior.
  var identifiability: ResultIdentifiability {
    let spectrum = InformationDirections(
      posterior: solution.posterior, parameters: material.assembly.model.parameters)
    let correlation = estimate.correlation
    return ResultIdentifiability(
      directions: (spectrum?.directions ?? []).map {
        ResultIdentifiability.Direction(
          eigenvalue: $0.eigenvalue, weights: $0.weights.map { rounded($0, 4) })
      },
      correlation: correlation.allSatisfy(\.isFinite) ? correlation.map { rounded($0, 4) } : [])
  }
}
