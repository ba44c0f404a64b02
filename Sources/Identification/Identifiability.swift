internal import Algebra
internal import RealModule

/// Whether the data, rather than the prior, tell a parameter.
public enum ParameterStatus: String, Sendable, Codable, Hashable {
  /// The data tell it: posterior sd below 0.3 of the prior's and eigenvalue at least 10.
  case identified
  /// Data and prior both matter: eigenvalue from 1 to 10.
  case priorLimited = "prior-limited"
  /// The prior alone tells it: eigenvalue below 1.
  case unidentifiable
}

/// Whether forces are known in newtons: the scale law's verdict.
public enum ScaleLabel: String, Sendable, Codable, Hashable {
  /// An anchor fixes the scale better than the prior does.
  case newtons
  /// Forces are as uncertain as the prior on mass, however long the recording.
  case priorLimited = "prior-limited"
  /// Only ratios of forces mean anything.
  case ratiosOnly = "ratios-only"
}

/// What data can tell, from the information matrix whitened by the prior.
///
/// With prior deviations D, W = D H D where H is the information of the data alone; an eigenvector of W
/// is a direction in parameter space, its eigenvalue how many times the data outweigh the prior there.
/// A parameter's own eigenvalue is prior variance / posterior variance - 1, the harmonic mean of the
/// directions it takes part in.
///
/// Motion shows a muscle's torque, its force times its moment arm, so a maximum isometric force f that
/// was fitted on the model's moment arms errs by their error too. With covariance C of the fit, prior
/// deviations p and independent moment arms of relative deviation u, to first order,
///
///     var ln f_i = C_ii + u^2 sum_j (delta_ij - C_ij / p_j^2)^2      over the forces j:
///
/// C_ii + u^2 where the data outweigh the prior, p_i^2 where they say nothing. Torques, and all that is
/// no muscle's force, are as certain as before; so are the directions and the common scale.
public struct Identifiability: Sendable, Hashable {
  /// The verdict on each parameter (parameterCount).
  public let status: [ParameterStatus]
  /// Posterior standard deviations of theta, a force's with its moment arm's error (parameterCount)
  /// [1, or the quantity's unit].
  public let deviation: [Double]
  /// Each direction the data cannot tell, in words.
  public let unidentified: [String]
  /// Prior variance over posterior variance, minus one, of the common scale of forces [1].
  public let scaleEigenvalue: Double
  /// Posterior standard deviation of the logarithm of the common scale [1].
  public let scaleDeviation: Double

  /// Analyses the posterior of `parameters`; nil when the information is not positive definite.
  public init?(posterior: ArrivalCost, parameters: ParameterSet) {
    let count = parameters.count
    let priors = parameters.free.map(\.priorDeviation)
    guard let factor = Cholesky(posterior.information) else { return nil }
    let covariance = factor.inverse()

    // each parameter against its prior
    let forces = (0..<count).filter { parameters.free[$0].isMaxIsometricForce }
    var deviation: [Double] = []
    var status: [ParameterStatus] = []
    for index in 0..<count {
      var variance = covariance[index, index]
      if parameters.free[index].isMaxIsometricForce {
        for force in forces {
          // how much of the force's apparent change the fit believes
          let weight =
            (force == index ? 1 : 0) - covariance[index, force] / (priors[force] * priors[force])
          let share = weight * parameters.momentArmUncertainty
          variance += share * share
        }
      }
      let sd = Double.sqrt(variance)
      let ratio = sd / priors[index]
      let eigenvalue = 1 / (ratio * ratio) - 1
      deviation.append(sd)
      if ratio < 0.3, eigenvalue >= 10 {
        status.append(.identified)
      } else if eigenvalue >= 1 {
        status.append(.priorLimited)
      } else {
        status.append(.unidentifiable)
      }
    }
    self.deviation = deviation
    self.status = status

    // directions of the data's own information
    var whitened = Matrix(rows: count, columns: count)
    for row in 0..<count {
      for column in 0..<count {
        whitened[row, column] = priors[row] * posterior.information[row, column] * priors[column]
      }
      whitened[row, row] -= 1
    }
    guard let eigen = SymmetricEigen(whitened) else { return nil }
    var sentences: [String] = []
    for column in 0..<count where eigen.values[column] < 1 {
      sentences.append(
        Self.sentence(direction: (0..<count).map { eigen.vectors[$0, column] }, parameters))
    }
    unidentified = sentences

    // the common scale: the best weighted mean of log forces, whose variance is 1 / (1ᵀ C⁻¹ 1)
    let scaled =
      forces.isEmpty ? (0..<count).filter { parameters.free[$0].scalesWithForce } : forces
    var priorInformation = 0.0
    var block = Matrix(rows: scaled.count, columns: scaled.count)
    for (row, parameter) in scaled.enumerated() {
      priorInformation += 1 / (priors[parameter] * priors[parameter])
      for (column, other) in scaled.enumerated() {
        block[row, column] = covariance[parameter, other]
      }
    }
    guard !scaled.isEmpty, let blockFactor = Cholesky(block) else {
      scaleEigenvalue = 0
      scaleDeviation = .infinity
      return
    }
    var weights = Array(repeating: 1.0, count: scaled.count)
    blockFactor.solve(&weights)
    let information = weights.reduce(0, +)
    scaleEigenvalue = information / priorInformation - 1
    scaleDeviation = 1 / .sqrt(information)
  }

  /// The verdict on the scale.
  ///
  /// - Parameters:
  ///   - hasAnchor: a known payload or torque was in the data.
  ///   - hasGains: envelopes are normalised by MVC, so that gain and force do not hide each other.
  public func scaleLabel(hasAnchor: Bool, hasGains: Bool) -> ScaleLabel {
    if hasAnchor, hasGains, scaleEigenvalue >= 10 { return .newtons }
    return scaleDeviation <= 0.15 ? .priorLimited : .ratiosOnly
  }

  /// A direction in words: all forces and inertias, or what takes part most.
  private static func sentence(direction: [Double], _ parameters: ParameterSet) -> String {
    let count = parameters.count
    // alignment with the scale direction, where every such parameter moves alike
    let scaled = (0..<count).filter { parameters.free[$0].scalesWithForce }
    var alignment = 0.0
    var norm = 0.0
    for index in scaled {
      let prior = parameters.free[index].priorDeviation
      alignment += direction[index] / prior
      norm += 1 / (prior * prior)
    }
    if !scaled.isEmpty, abs(alignment) / .sqrt(norm) > 0.9 {
      return "all forces and inertias together"
    }
    let largest = direction.map { abs($0) }.max() ?? 0
    let parts = (0..<count).filter { abs(direction[$0]) >= 0.4 * largest }
      .sorted { abs(direction[$0]) > abs(direction[$1]) }.prefix(4)
    guard let first = parts.first else { return "nothing" }
    let rest = parts.dropFirst().map { index in
      (direction[index] * direction[first] > 0 ? "with " : "against ")
        + parameters.free[index].name
    }
    return ([parameters.free[first].name] + rest).joined(separator: " ")
  }
}
