internal import Musculoskeletal

extension MuscleDescription {
  /// What OpenSim's muscle classes call their passive strain and assume where the file is silent.
  private struct Defaults {
    var strainTag: String?
    /// Passive fiber strain at one norm force [1].
    var strain: Double
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
        strainTag: "FmaxMuscleStrain", strain: 0.6, damping: 0, activation: 0.015,
        deactivation: 0.05)
    case "Millard2012EquilibriumMuscle":
      Defaults(strainTag: nil, strain: 0.7, damping: 0.1, activation: 0.01, deactivation: 0.04)
    default:
      Defaults(
        strainTag: "passive_fiber_strain_at_one_norm_force", strain: 0.6, damping: 0,
        activation: 0.015, deactivation: 0.06)
    }
  }

  /// The muscle that an OpenSim muscle element states.
  init(_ element: OpenSimElement, directory: FrameDirectory) throws(OpenSimError) {
    let defaults = Self.defaults(for: element.tag)
    let strain: Double
    if let tag = defaults.strainTag {
      strain = try element.number(tag, unit: "1", range: .positive, fallback: defaults.strain)
    } else {
      // Millard keeps it in the curve
      strain =
        try element.property("FiberForceLengthCurve")?.number(
          "strain_at_one_norm_force", unit: "1", range: .positive, fallback: defaults.strain)
        ?? defaults.strain
    }
    let pennation = try element.number(
      "pennation_angle_at_optimal", unit: "rad", range: .notNegative, fallback: 0)
    guard pennation < .pi / 2 else {
      throw element.place(of: "pennation_angle_at_optimal").error(
        "<pennation_angle_at_optimal> of \(element.label) is \(pennation)",
        remedy: "write an angle below pi/2 in radians")
    }
    guard try element.number("active_force_width_scale", unit: "1", fallback: 1) == 1 else {
      throw element.place(of: "active_force_width_scale").error(
        "<active_force_width_scale> of \(element.label) is not supported", remedy: "write 1")
    }
    if try element.truth("ignore_passive_fiber_force", fallback: false) {
      throw element.place(of: "ignore_passive_fiber_force").error(
        "<ignore_passive_fiber_force> of \(element.label) is not supported", remedy: "write false")
    }
    self.init(
      name: try element.requiredName(),
      maxIsometricForce: try element.number("max_isometric_force", unit: "N", range: .positive),
      optimalFiberLength: try element.number("optimal_fiber_length", unit: "m", range: .positive),
      tendonSlackLength: try element.number("tendon_slack_length", unit: "m", range: .positive),
      pennationAngleAtOptimal: pennation,
      maxContractionVelocity: try element.number(
        "max_contraction_velocity", unit: "1/s", range: .positive, fallback: 10),
      passiveFiberStrainAtOneNormForce: strain,
      fiberDamping: try element.number(
        "fiber_damping", unit: "1", range: .notNegative, fallback: defaults.damping),
      activationTimeConstant: try element.number(
        "activation_time_constant", unit: "s", range: .positive, fallback: defaults.activation),
      deactivationTimeConstant: try element.number(
        "deactivation_time_constant", unit: "s", range: .positive, fallback: defaults.deactivation),
      path: try Self.path(of: element, directory: directory))
  }

  private static func path(
    of muscle: OpenSimElement, directory: FrameDirectory
  ) throws(OpenSimError) -> [PathPoint] {
    let path = try muscle.requiredProperty("GeometryPath", holding: "a PathPointSet")
    if let wrap = try path.objects(ofSet: "PathWrapSet").first {
      throw wrap.error(
        "\(wrap.label) of \(muscle.label): wrapping is not supported",
        remedy: "delete it and let via points keep the muscle off the bone")
    }
    let elements = try path.objects(ofSet: "PathPointSet")
    try requireUniqueNames(elements, kind: "path point")
    var points: [PathPoint] = []
    for element in elements {
      guard element.tag == "PathPoint" else {
        throw element.error(
          "\(element.label) of \(muscle.label) is a kind of path point that is not supported",
          remedy: "replace it by a PathPoint fixed in one body")
      }
      let isOldFormat = try element.property("body") != nil
      let socket = try element.requiredProperty(
        isOldFormat ? "body" : "socket_parent_frame", holding: "/bodyset/NAME or /ground")
      let frame = try directory.frame(of: socket)
      let location = try element.vector("location", unit: "m")
      let point = PathPoint(
        name: try element.requiredName(), body: frame.body,
        location: frame.placement.translation + frame.placement.rotation.applied(to: location))
      if let last = points.last, last.body == point.body, last.location == point.location {
        throw element.error(
          "\(element.label) of \(muscle.label) lies on the point before it", remedy: "delete it")
      }
      points.append(point)
    }
    guard points.count >= 2 else {
      throw path.error(
        "the path of \(muscle.label) has \(points.count) points",
        remedy: "give it an origin and an insertion at the least")
    }
    return points
  }
}
