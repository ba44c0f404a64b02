internal import Musculoskeletal

extension ThelenShape {
  /// The shape that a Thelen2003Muscle states.
  init(_ element: OpenSimElement) throws(OpenSimError) {
    self.init()
    activeForceLengthShape = try element.number(
      "KshapeActive", unit: "1", range: .positive, fallback: activeForceLengthShape)
    passiveForceLengthShape = try element.number(
      "KshapePassive", unit: "1", range: .positive, fallback: passiveForceLengthShape)
    forceVelocityShape = try element.number(
      "Af", unit: "1", range: .positive, fallback: forceVelocityShape)
    maxLengtheningForce = try element.number(
      "Flen", unit: "1", range: .positive, fallback: maxLengtheningForce)
    extrapolationThreshold = try element.number(
      "fv_linear_extrap_threshold", unit: "1", range: .positive, fallback: extrapolationThreshold)
    // Thelen's eq. 6 divides by F_len - 1
    guard maxLengtheningForce > 1 else {
      throw element.place(of: "Flen").error(
        "<Flen> of \(element.label) is \(maxLengtheningForce)", remedy: "write a number above 1")
    }
  }
}

extension MillardShape {
  /// The shape that the four curves of a Millard2012EquilibriumMuscle state.
  init(_ element: OpenSimElement) throws(OpenSimError) {
    self.init()
    if let curve = try element.property("ActiveForceLengthCurve") { try readActive(curve) }
    if let curve = try element.property("ForceVelocityCurve") { try readVelocity(curve) }
    if let curve = try element.property("FiberForceLengthCurve") { try readPassive(curve) }
    if let curve = try element.property("TendonForceLengthCurve") { try readTendon(curve) }
  }

  private mutating func readActive(_ curve: OpenSimElement) throws(OpenSimError) {
    minActiveFiberLength = try curve.number(
      "min_norm_active_fiber_length", unit: "1", range: .notNegative,
      fallback: minActiveFiberLength)
    transitionFiberLength = try curve.number(
      "transition_norm_fiber_length", unit: "1", range: .positive, fallback: transitionFiberLength)
    maxActiveFiberLength = try curve.number(
      "max_norm_active_fiber_length", unit: "1", range: .positive, fallback: maxActiveFiberLength)
    shallowAscendingSlope = try curve.number(
      "shallow_ascending_slope", unit: "1", range: .notNegative, fallback: shallowAscendingSlope)
    minimumActiveForce = try curve.number(
      "minimum_value", unit: "1", range: .notNegative, fallback: minimumActiveForce)
    guard minActiveFiberLength < transitionFiberLength, transitionFiberLength < 1,
      maxActiveFiberLength > 1
    else {
      throw curve.error(
        "the fiber lengths of \(curve.label) are out of order",
        remedy: "let minimum < transition < 1 < maximum")
    }
  }

  private mutating func readVelocity(_ curve: OpenSimElement) throws(OpenSimError) {
    concentricSlopeAtVmax = try curve.number(
      "concentric_slope_at_vmax", unit: "1", range: .notNegative, fallback: concentricSlopeAtVmax)
    concentricSlopeNearVmax = try curve.number(
      "concentric_slope_near_vmax", unit: "1", range: .notNegative,
      fallback: concentricSlopeNearVmax)
    isometricSlope = try curve.number(
      "isometric_slope", unit: "1", range: .positive, fallback: isometricSlope)
    eccentricSlopeAtVmax = try curve.number(
      "eccentric_slope_at_vmax", unit: "1", range: .notNegative, fallback: eccentricSlopeAtVmax)
    eccentricSlopeNearVmax = try curve.number(
      "eccentric_slope_near_vmax", unit: "1", range: .notNegative,
      fallback: eccentricSlopeNearVmax)
    maxEccentricForce = try curve.number(
      "max_eccentric_velocity_force_multiplier", unit: "1", range: .positive,
      fallback: maxEccentricForce)
    concentricCurviness = try curve.number(
      "concentric_curviness", unit: "1", range: .notNegative, fallback: concentricCurviness)
    eccentricCurviness = try curve.number(
      "eccentric_curviness", unit: "1", range: .notNegative, fallback: eccentricCurviness)
    guard concentricCurviness <= 1, eccentricCurviness <= 1 else {
      throw curve.error("a curviness of \(curve.label) is above 1", remedy: "write 0 to 1")
    }
    guard maxEccentricForce > 1 else {
      throw curve.place(of: "max_eccentric_velocity_force_multiplier").error(
        "the largest eccentric force of \(curve.label) is \(maxEccentricForce)",
        remedy: "write a number above 1")
    }
  }

  private mutating func readPassive(_ curve: OpenSimElement) throws(OpenSimError) {
    passiveStrainAtZeroForce = try curve.number(
      "strain_at_zero_force", unit: "1", fallback: passiveStrainAtZeroForce)
    passiveStrainAtOneNormForce = try curve.number(
      "strain_at_one_norm_force", unit: "1", range: .positive,
      fallback: passiveStrainAtOneNormForce)
    passiveStiffnessAtLowForce = try optional("stiffness_at_low_force", of: curve)
    passiveStiffnessAtOneNormForce = try optional("stiffness_at_one_norm_force", of: curve)
    passiveCurviness = try optional("curviness", of: curve)
    guard passiveStrainAtZeroForce < passiveStrainAtOneNormForce else {
      throw curve.error(
        "the strains of \(curve.label) are out of order",
        remedy: "let the strain at zero force be the smaller one")
    }
  }

  private mutating func readTendon(_ curve: OpenSimElement) throws(OpenSimError) {
    tendonStrainAtOneNormForce = try curve.number(
      "strain_at_one_norm_force", unit: "1", range: .positive,
      fallback: tendonStrainAtOneNormForce)
    tendonStiffnessAtOneNormForce = try optional("stiffness_at_one_norm_force", of: curve)
    tendonNormForceAtToeEnd = try optional("norm_force_at_toe_end", of: curve)
    tendonCurviness = try optional("curviness", of: curve)
  }

  /// A property that OpenSim chooses itself when it is empty or not there.
  private func optional(_ tag: String, of curve: OpenSimElement) throws(OpenSimError) -> Double? {
    guard let property = try curve.property(tag), !property.trimmed.isEmpty else { return nil }
    return try curve.number(tag, unit: "1", range: .notNegative)
  }
}
