internal import Identification
internal import Musculoskeletal

/// A body's mass properties in a result.
struct ResultBody: Sendable, Hashable, Encodable {
  /// The body's name in the model.
  var name: String
  /// Mass [kg].
  var mass: Double
  /// Centre of mass in the body's axes (3) [m].
  var massCenter: [Double]
  /// Inertia xx, yy, zz, xy, xz, yz about the centre of mass (6) [kg·m^2].
  var inertia: [Double]
  /// Standard deviations of the three, in the same order.
  var deviation: Deviation

  /// Posterior standard deviations.
  struct Deviation: Sendable, Hashable, Encodable {
    /// Of the mass [kg].
    var mass: Double
    /// Of the centre of mass (3) [m].
    var massCenter: [Double]
    /// Of the inertia (6) [kg·m^2].
    var inertia: [Double]

    private enum CodingKeys: String, CodingKey {
      case mass, inertia
      case massCenter = "mass_center"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case name, mass, inertia
    case massCenter = "mass_center"
    case deviation = "sd"
  }
}

/// What motion can see of the bodies' mass numbers, in a result.
struct ResultBaseParameter: Sendable, Hashable, Encodable {
  /// A mass number that is regrouped with the one that leads.
  struct Member: Sendable, Hashable, Encodable {
    /// Its name.
    var name: String
    /// Its factor [the combination's unit per own unit].
    var factor: Double
  }

  /// The mass number that leads.
  var name: String
  /// The value [unit].
  var value: Double
  /// The SI unit.
  var unit: String
  /// The value at the prior mean [unit].
  var priorMean: Double
  /// Prior standard deviation [unit].
  var priorDeviation: Double
  /// Posterior standard deviation [unit].
  var deviation: Double
  /// The 95 % interval (2) [unit].
  var interval: [Double]
  /// Whether the data tell it.
  var status: ParameterStatus
  /// What is regrouped with it.
  var members: [Member]

  private enum CodingKeys: String, CodingKey {
    case name, value, unit, status, members
    case priorMean = "prior_mean"
    case priorDeviation = "prior_sd"
    case deviation = "sd"
    case interval = "interval95"
  }
}

extension IdentifyOutcome {
  /// The mass properties of every body that an unknown moves; none where the deviations are not finite.
  var bodies: [ResultBody] {
    let model = material.assembly.model
    return estimate.bodies(model.parameters).compactMap { body in
      let (values, sd) = (body.values, body.deviations)
      guard (values + sd).allSatisfy(\.isFinite) else { return nil }
      return ResultBody(
        name: model.limb.description.bodies[body.body].name, mass: values[0],
        massCenter: Array(values[1..<4]), inertia: Array(values[4..<10]),
        deviation: ResultBody.Deviation(
          mass: sd[0], massCenter: Array(sd[1..<4]), inertia: Array(sd[4..<10])))
    }
  }

  /// The combinations of mass numbers that motion can see.
  var baseParameters: [ResultBaseParameter] {
    let model = material.assembly.model
    return estimate.baseParameters(model.parameters, limb: model.limb).compactMap { base in
      guard base.value.isFinite, base.deviation.isFinite else { return nil }
      let half = 1.96 * base.deviation
      return ResultBaseParameter(
        name: base.name, value: base.value, unit: base.unit, priorMean: base.priorMean,
        priorDeviation: base.priorDeviation, deviation: base.deviation,
        interval: [base.value - half, base.value + half], status: base.status,
        members: base.members.map {
          ResultBaseParameter.Member(name: $0.name, factor: $0.factor)
        })
    }
  }
}
