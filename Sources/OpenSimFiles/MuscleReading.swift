internal import Musculoskeletal

extension MuscleDescription {
  /// What OpenSim 4.6 assumes where the file is silent, and what it calls the strains.
  private struct Defaults {
    /// The tag of the passive fiber strain; nil where a curve keeps it.
    var fiberStrainTag: String?
    /// The tag of the tendon strain; nil where a curve keeps it.
    var tendonStrainTag: String?
    /// Passive fiber strain at one norm force [1].
    var fiberStrain: Double
    /// Tendon strain at one norm force [1].
    var tendonStrain: Double
    /// Fiber damping [1].
    var damping: Double
    /// Activation time constant [s].
    var activation: Double
    /// Deactivation time constant [s].
    var deactivation: Double
  }

  /// The tags that are read as muscles.
  static let supportedTags = [
    "Thelen2003Muscle", "DeGrooteFregly2016Muscle", "Millard2012EquilibriumMuscle",
  ]

  private static func defaults(for tag: String) -> Defaults {
    switch tag {
    case "Thelen2003Muscle":
      Defaults(
        fiberStrainTag: "FmaxMuscleStrain", tendonStrainTag: "FmaxTendonStrain", fiberStrain: 0.6,
        tendonStrain: 0.04, damping: 0, activation: 0.015, deactivation: 0.05)
    case "Millard2012EquilibriumMuscle":
      Defaults(
        fiberStrainTag: nil, tendonStrainTag: nil, fiberStrain: 0.7, tendonStrain: 0.049,
        damping: 0.1, activation: 0.01, deactivation: 0.04)
    default:
      Defaults(
        fiberStrainTag: "passive_fiber_strain_at_one_norm_force",
        tendonStrainTag: "tendon_strain_at_one_norm_force", fiberStrain: 0.6,
        tendonStrain: 0.049, damping: 0, activation: 0.015, deactivation: 0.06)
    }
  }

  /// The muscle that an OpenSim muscle element states.
  init(
    _ element: OpenSimElement, paths: PathReading, leniency: inout Leniency
  ) throws(OpenSimError) {
    let defaults = Self.defaults(for: element.tag)
    for old in ["pennation_angle", "Vmax", "Vmax0"] {
      guard let property = try element.property(old) else { continue }
      throw property.error(
        "<\(old)> of \(element.label) is a name from before OpenSim 3",
        remedy: "open the model in OpenSim and save it again")
    }
    let pennation = try element.number(
      "pennation_angle_at_optimal", unit: "rad", range: .notNegative, fallback: 0)
    guard pennation < .pi / 2 else {
      throw element.place(of: "pennation_angle_at_optimal").error(
        "<pennation_angle_at_optimal> of \(element.label) is \(pennation)",
        remedy: "write an angle below pi/2 in radians")
    }
    self.init(
      name: try element.requiredName(),
      maxIsometricForce: try element.number(
        "max_isometric_force", unit: "N", range: .positive, fallback: 1000),
      optimalFiberLength: try element.number(
        "optimal_fiber_length", unit: "m", range: .positive, fallback: 0.1),
      tendonSlackLength: try element.number(
        "tendon_slack_length", unit: "m", range: .positive, fallback: 0.2),
      pennationAngleAtOptimal: pennation,
      maxContractionVelocity: try element.number(
        "max_contraction_velocity", unit: "1/s", range: .positive, fallback: 10),
      fiberDamping: try element.number(
        "fiber_damping", unit: "1", range: .notNegative, fallback: defaults.damping),
      activationTimeConstant: try element.number(
        "activation_time_constant", unit: "s", range: .positive, fallback: defaults.activation),
      deactivationTimeConstant: try element.number(
        "deactivation_time_constant", unit: "s", range: .positive, fallback: defaults.deactivation),
      path: [])
    isTendonRigid = try element.truth("ignore_tendon_compliance", fallback: false)
    ignoresActivationDynamics = try element.truth("ignore_activation_dynamics", fallback: false)
    minimumActivation = try element.number(
      "minimum_activation", unit: "1", range: .notNegative, fallback: 0.01)
    guard minimumActivation < 1 else {
      throw element.place(of: "minimum_activation").error(
        "<minimum_activation> of \(element.label) is \(minimumActivation)",
        remedy: "write a number below 1")
    }
    passiveFiberStrainAtOneNormForce = defaults.fiberStrain
    tendonStrainAtOneNormForce = defaults.tendonStrain
    if let tag = defaults.fiberStrainTag {
      passiveFiberStrainAtOneNormForce = try element.number(
        tag, unit: "1", range: .positive, fallback: defaults.fiberStrain)
    }
    if let tag = defaults.tendonStrainTag {
      tendonStrainAtOneNormForce = try element.number(
        tag, unit: "1", range: .positive, fallback: defaults.tendonStrain)
    }
    switch element.tag {
    case "Thelen2003Muscle": model = .thelen2003(try ThelenShape(element))
    case "Millard2012EquilibriumMuscle":
      let shape = try MillardShape(element)
      model = .millard2012(shape)
      passiveFiberStrainAtOneNormForce = shape.passiveStrainAtOneNormForce
      tendonStrainAtOneNormForce = shape.tendonStrainAtOneNormForce
    default: try readDeGrooteFregly(element)
    }
    try readPath(of: element, paths: paths, leniency: &leniency)
  }

  /// What only De Groote-Fregly muscles have.
  private mutating func readDeGrooteFregly(_ element: OpenSimElement) throws(OpenSimError) {
    model = .deGrooteFregly2016
    activeForceWidthScale = try element.number(
      "active_force_width_scale", unit: "1", range: .positive, fallback: 1)
    ignoresPassiveFiberForce = try element.truth("ignore_passive_fiber_force", fallback: false)
    activationDynamicsSmoothing = try element.number(
      "activation_dynamics_smoothing", unit: "1", range: .positive, fallback: 0.1)
  }

  private mutating func readPath(
    of element: OpenSimElement, paths: PathReading, leniency: inout Leniency
  ) throws(OpenSimError) {
    if let polynomial = try element.property("FunctionBasedPath") {
      lengthFunction = try paths.polynomial(polynomial, muscle: element, leniency: &leniency)
      return
    }
    let other = element.children.first { $0.tag.hasSuffix("Path") && $0.tag != "GeometryPath" }
    if let other {
      throw other.error(
        "\(other.label) of \(element.label) is a kind of path that is not supported",
        remedy: "replace it by a GeometryPath or a FunctionBasedPath")
    }
    let geometry = try element.requiredProperty("GeometryPath", holding: "a PathPointSet")
    path = try paths.points(of: geometry, muscle: element)
    wraps = try paths.wraps(of: geometry, pointCount: path.count, muscle: element)
  }
}
