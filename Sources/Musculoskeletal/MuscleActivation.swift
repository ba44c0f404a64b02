extension MuscleParameters {
  /// The rate of the activation dynamics that go with the muscle's equations [1/s].
  @inline(__always)
  public func activationRate(activation: Double, excitation: Double) -> ActivationRate {
    switch equations {
    case .deGrooteFregly2016:
      ActivationDynamics(
        activationTimeConstant: activationTimeConstant,
        deactivationTimeConstant: deactivationTimeConstant,
        smoothing: activationDynamicsSmoothing
      ).rateWithPartials(activation: activation, excitation: excitation)
    case .thelen2003, .millard2012:
      FirstOrderActivationDynamics(
        activationTimeConstant: activationTimeConstant,
        deactivationTimeConstant: deactivationTimeConstant, minimumActivation: minimumActivation
      ).rateWithPartials(activation: activation, excitation: excitation)
    }
  }

  /// The activation at which a steady `excitation` has arrived [1].
  func startActivation(_ excitation: Double) -> Double { steadyActivation(excitation).value }

  /// The activation at which a steady `excitation` has arrived, with its derivative by it [1].
  public func steadyActivation(_ excitation: Double) -> (value: Double, slope: Double) {
    equations == .deGrooteFregly2016 ? (excitation, 1) : held(excitation)
  }
}

extension MuscleForce {
  /// The force of a muscle with an elastic tendon as far as its motion and numbers change it at a held state.
  @inline(__always)
  init(_ elastic: ElasticMuscle) {
    self.init()
    force = elastic.force.value
    byLength = elastic.force.byLength
    byLengtheningSpeed = elastic.force.byLengtheningSpeed
    byActivation = elastic.force.byActivation
    byLogMaxIsometricForce = elastic.force.byLogMaxIsometricForce
    byLogOptimalFiberLength = elastic.force.byLogOptimalFiberLength
    byLogTendonSlackLength = elastic.force.byLogTendonSlackLength
    byLogMaxContractionVelocity = elastic.force.byLogMaxContractionVelocity
    byPennation = elastic.force.byPennation
    byLogPassiveStrain = elastic.force.byLogPassiveStrain
    byFiberDamping = elastic.force.byFiberDamping
    normalizedFiberLength = elastic.normalizedFiberLength
    fiberVelocity = elastic.fiberVelocity
  }
}

extension MuscleDescription {
  /// What the state of an elastic tendon is called in tables; nil for a rigid one.
  public var tendonStateName: String? {
    if isTendonRigid { return nil }
    return model.kind == .deGrooteFregly2016 ? "normalized_tendon_force" : "fiber_length"
  }
}
