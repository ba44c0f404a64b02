internal import Musculoskeletal

/// Where a number of a parameter stands: a property of an element, or of one inside it.
struct NumberPlace {
  /// The element that has the property: a muscle or a body.
  var owner: OpenSimElement
  /// The tags that lead to the property from there; the last is the property.
  var path: [String]
  /// Which of the property's numbers (index).
  var index = 0
  /// How many numbers the property has [1].
  var count = 1

  /// The place in words of a message.
  var words: String { "<\(path[path.count - 1])> of \(owner.label)" }

  /// The property's element; nil when the file leaves it to the default.
  func property() throws(OpenSimError) -> OpenSimElement? {
    var element = owner
    for tag in path {
      guard let next = try element.property(tag) else { return nil }
      element = next
    }
    return element
  }
}

/// Finds the places of parameters in a model's elements.
struct ParameterPlaces {
  /// What a parameter's value does to the numbers of its places.
  enum Effect {
    /// It takes their place.
    case replaces
    /// It multiplies them.
    case multiplies
  }

  private let muscles: [String: OpenSimElement]
  private let bodies: [String: OpenSimElement]

  /// The places in `model`, which the reader has read.
  init(_ model: OpenSimElement) throws(OpenSimError) {
    var muscles: [String: OpenSimElement] = [:]
    for element in try OpenSimReader.muscleElements(of: model) {
      muscles[try element.requiredName()] = element
    }
    var bodies: [String: OpenSimElement] = [:]
    for element in try OpenSimReader.bodyElements(of: model) {
      bodies[try element.requiredName()] = element
    }
    self.muscles = muscles
    self.bodies = bodies
  }

  /// Names of the muscles, sorted.
  var muscleNames: [String] { muscles.keys.sorted() }
  /// Names of the bodies, sorted.
  var bodyNames: [String] { bodies.keys.sorted() }

  /// The places of `property` of a muscle; nil when there is no such muscle, none when the file has
  /// no such property.
  func muscle(_ name: String, _ property: String) -> [NumberPlace]? {
    guard let owner = muscles[name] else { return nil }
    let path: [String]
    switch (property, owner.tag) {
    case ("max_isometric_force", _), ("optimal_fiber_length", _), ("tendon_slack_length", _),
      ("pennation_angle_at_optimal", _), ("max_contraction_velocity", _),
      ("activation_time_constant", _), ("deactivation_time_constant", _):
      path = [property]
    case ("minimum_activation", "Thelen2003Muscle"),
      ("minimum_activation", "Millard2012EquilibriumMuscle"):
      path = [property]
    case ("FmaxTendonStrain", "Thelen2003Muscle"), ("FmaxMuscleStrain", "Thelen2003Muscle"):
      path = [property]
    case ("tendon_strain_at_one_norm_force", "Thelen2003Muscle"): path = ["FmaxTendonStrain"]
    case ("passive_fiber_strain_at_one_norm_force", "Thelen2003Muscle"): path = ["FmaxMuscleStrain"]
    case ("tendon_strain_at_one_norm_force", "Millard2012EquilibriumMuscle"):
      path = ["TendonForceLengthCurve", "strain_at_one_norm_force"]
    case ("passive_fiber_strain_at_one_norm_force", "Millard2012EquilibriumMuscle"):
      path = ["FiberForceLengthCurve", "strain_at_one_norm_force"]
    case ("tendon_strain_at_one_norm_force", "DeGrooteFregly2016Muscle"),
      ("passive_fiber_strain_at_one_norm_force", "DeGrooteFregly2016Muscle"):
      path = [property]
    case ("fiber_damping", "Millard2012EquilibriumMuscle"),
      ("fiber_damping", "DeGrooteFregly2016Muscle"):
      path = [property]
    default: return []
    }
    return [NumberPlace(owner: owner, path: path)]
  }

  /// The places of `property` of a body and what its value does; nil when there is no such body, none
  /// when the file has no such property.
  func body(
    _ name: String, _ property: String
  ) throws(OpenSimError) -> (places: [NumberPlace], effect: Effect)? {
    guard let owner = bodies[name] else { return nil }
    switch property {
    case "mass": return ([NumberPlace(owner: owner, path: [property])], .replaces)
    case "mass_center_x", "mass_center_y", "mass_center_z":
      let index = ["x", "y", "z"].firstIndex(of: property.suffix(1)) ?? 0
      return (
        [NumberPlace(owner: owner, path: ["mass_center"], index: index, count: 3)], .replaces
      )
    case "inertia_xx", "inertia_yy", "inertia_zz", "inertia_xy", "inertia_xz", "inertia_yz":
      if try owner.property("inertia_xx") != nil {
        return ([NumberPlace(owner: owner, path: [property])], .replaces)
      }
      let order = ["xx", "yy", "zz", "xy", "xz", "yz"]
      let index = order.firstIndex(of: String(property.suffix(2))) ?? 0
      return ([NumberPlace(owner: owner, path: ["inertia"], index: index, count: 6)], .replaces)
    case "mass_center":
      return (
        (0..<3).map { NumberPlace(owner: owner, path: [property], index: $0, count: 3) },
        .multiplies
      )
    case "inertia":
      // format 3.x has one element each
      if try owner.property("inertia_xx") != nil {
        let tags = ["xx", "yy", "zz", "xy", "xz", "yz"].map { "inertia_" + $0 }
        return (tags.map { NumberPlace(owner: owner, path: [$0]) }, .multiplies)
      }
      return (
        (0..<6).map { NumberPlace(owner: owner, path: [property], index: $0, count: 6) },
        .multiplies
      )
    default: return ([], .replaces)
    }
  }
}
