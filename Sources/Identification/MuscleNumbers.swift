public import Musculoskeletal

extension MuscleParameters {
  /// The number that `property` names [its unit].
  public subscript(property: Quantity.MuscleProperty) -> Double {
    get {
      switch property {
      case .maxIsometricForce: maxIsometricForce
      case .optimalFiberLength: optimalFiberLength
      case .tendonSlackLength: tendonSlackLength
      case .maxContractionVelocity: maxContractionVelocity
      case .pennation: pennationAngleAtOptimal
      case .tendonStrain: tendonStrainAtOneNormForce
      case .fiberDamping: fiberDamping
      case .activationTimeConstant: activationTimeConstant
      case .deactivationTimeConstant: deactivationTimeConstant
      }
    }
    set {
      switch property {
      case .maxIsometricForce: maxIsometricForce = newValue
      case .optimalFiberLength: optimalFiberLength = newValue
      case .tendonSlackLength: tendonSlackLength = newValue
      case .maxContractionVelocity: maxContractionVelocity = newValue
      case .pennation: pennationAngleAtOptimal = newValue
      case .tendonStrain: tendonStrainAtOneNormForce = newValue
      case .fiberDamping: fiberDamping = newValue
      case .activationTimeConstant: activationTimeConstant = newValue
      case .deactivationTimeConstant: deactivationTimeConstant = newValue
      }
    }
  }
}
