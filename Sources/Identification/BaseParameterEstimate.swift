internal import Algebra
public import Musculoskeletal

/// A combination of mass numbers that motion can see, as an estimate has it.
///
/// Torques are linear in the bodies' ten mass numbers, and only some combinations of them show in any
/// motion of the limb (`BaseParameters`): those are what data can tell of the bones. Values and deviations
/// follow from the estimate's physically consistent distributions.
public struct BaseParameterEstimate: Sendable, Hashable {
  /// One mass number that takes part.
  public struct Member: Sendable, Hashable {
    /// `body/r_humerus/first_moment_y`.
    public var name: String
    /// Its factor [the combination's unit per own unit].
    public var factor: Double
  }

  /// The name of the mass number that leads: `body/r_humerus/inertia_zz`.
  public var name: String
  /// The SI unit of the combination.
  public var unit: String
  /// The others that are regrouped with it.
  public var members: [Member]
  /// The value [unit].
  public var value: Double
  /// Its value at the prior mean [unit].
  public var priorMean: Double
  /// Prior standard deviation, propagated from the unknowns' priors [unit].
  public var priorDeviation: Double
  /// Posterior standard deviation, propagated from the estimate's covariance [unit].
  public var deviation: Double
  /// Whether the data tell it.
  public var status: ParameterStatus
}

extension ParameterStatus {
  /// The verdict on a number with this posterior and prior standard deviation [same unit].
  init(deviation: Double, priorDeviation: Double) {
    let ratio = deviation / priorDeviation
    let eigenvalue = 1 / (ratio * ratio) - 1
    if ratio < 0.3, eigenvalue >= 10 {
      self = .identified
    } else {
      self = eigenvalue >= 1 ? .priorLimited : .unidentifiable
    }
  }
}

extension ParameterEstimate {
  /// The combinations of mass numbers that motions of `limb` can see and that some unknown moves.
  ///
  /// The motions are drawn over the coordinates' ranges, the same ones always.
  public func baseParameters(
    _ parameters: ParameterSet, limb: LimbModel
  ) -> [BaseParameterEstimate] {
    let numbers = MassNumbers(parameters, at: theta)
    guard !numbers.free.isEmpty else { return [] }
    let prior = MassNumbers(parameters, at: parameters.priorMean)
    // masses are regrouped with the moments and inertias of the bodies that carry them
    var spread = Self.priorDeviations(along: prior.byTheta, parameters)
    for body in numbers.free { spread[10 * body] = 0 }
    let base = BaseParameters(limb, motions: Self.motions(limb), spread: spread)
    func row(_ combination: BaseParameters.Combination, _ matrix: Matrix) -> Matrix {
      var row = Matrix(rows: 1, columns: parameters.count)
      for column in 0..<parameters.count {
        row[0, column] = combination.members.reduce(matrix[combination.leader, column]) {
          $0 + $1.factor * matrix[$1.parameter, column]
        }
      }
      return row
    }
    let values = base.values(numbers.values)
    let priorValues = base.values(prior.values)
    return base.combinations.indices.compactMap { index in
      let combination = base.combinations[index]
      let deviation = deviations(along: row(combination, numbers.byTheta))[0]
      let priorDeviation = Self.priorDeviations(
        along: row(combination, prior.byTheta), parameters)[0]
      guard priorDeviation > 0 else { return nil }
      return BaseParameterEstimate(
        name: Self.massNumberName(combination.leader, limb),
        unit: Self.massNumberUnit(combination.leader),
        members: combination.members.map {
          BaseParameterEstimate.Member(
            name: Self.massNumberName($0.parameter, limb), factor: $0.factor)
        }, value: values[index], priorMean: priorValues[index], priorDeviation: priorDeviation,
        deviation: deviation,
        status: ParameterStatus(deviation: deviation, priorDeviation: priorDeviation))
    }
  }

  /// Motions that excite whatever can be excited.
  private static func motions(
    _ limb: LimbModel
  ) -> [(q: [Double], u: [Double], udot: [Double])] {
    var random = RandomSource(seed: 1)
    let ranges = limb.skeleton.modelCoordinates.map { limb.description.coordinates[$0] }
    return (0..<(50 + 10 * limb.coordinateCount)).map { _ in
      (
        ranges.map {
          $0.rangeMinimum + (0.05 + 0.9 * random.uniform()) * ($0.rangeMaximum - $0.rangeMinimum)
        }, ranges.map { _ in 3 * random.gaussian() }, ranges.map { _ in 20 * random.gaussian() }
      )
    }
  }

  /// `body/r_humerus/inertia_zz`; inertias are about the body's origin.
  private static func massNumberName(_ index: Int, _ limb: LimbModel) -> String {
    let numbers = [
      "mass", "first_moment_x", "first_moment_y", "first_moment_z", "inertia_xx", "inertia_yy",
      "inertia_zz", "inertia_xy", "inertia_xz", "inertia_yz",
    ]
    return "body/\(limb.description.bodies[index / 10].name)/\(numbers[index % 10])"
  }

  private static func massNumberUnit(_ index: Int) -> String {
    index % 10 == 0 ? "kg" : index % 10 < 4 ? "kg*m" : "kg*m^2"
  }
}
