/// The equations that all muscles of a model shall follow.
public enum MuscleModelKind: String, CaseIterable, Hashable, Sendable {
  /// De Groote and others 2016.
  case deGrooteFregly2016 = "degroote-fregly-2016"
  /// Thelen 2003.
  case thelen2003 = "thelen-2003"
  /// Millard and others 2013.
  case millard2012 = "millard-2012"
}

extension MuscleModel {
  /// Which equations these are.
  public var kind: MuscleModelKind {
    switch self {
    case .deGrooteFregly2016: .deGrooteFregly2016
    case .thelen2003: .thelen2003
    case .millard2012: .millard2012
    }
  }
}

extension MuscleDescription {
  /// The same muscle with the equations of `kind`; unchanged when it follows them already.
  ///
  /// Force, lengths, pennation, velocity, activation dynamics, tendon and path stay; so do both
  /// strains at one norm force, which Millard keeps in its curves. Turning into De Groote-Fregly is
  /// OpenSim's `DeGrooteFregly2016Muscle::replaceMuscles`: damping is copied from Millard and zero
  /// from Thelen, and width scale and passive force are the class's defaults; the activation dynamics
  /// become those of the paper (15 ms, 60 ms, b = 10), where OpenSim keeps the old time constants and
  /// takes b = 0.1. The other turns, which
  /// OpenSim has not, give the curves the class's default shape, Millard a damping of 0.1 where there
  /// was none, and Thelen none.
  public func following(_ kind: MuscleModelKind) -> MuscleDescription {
    guard kind != model.kind else { return self }
    var result = self
    if case .millard2012(let shape) = model {
      result.passiveFiberStrainAtOneNormForce = shape.passiveStrainAtOneNormForce
      result.tendonStrainAtOneNormForce = shape.tendonStrainAtOneNormForce
    }
    if case .thelen2003 = model { result.fiberDamping = 0 }
    result.activeForceWidthScale = 1
    result.ignoresPassiveFiberForce = false
    switch kind {
    case .deGrooteFregly2016:
      result.model = .deGrooteFregly2016
      result.activationTimeConstant = 0.015
      result.deactivationTimeConstant = 0.06
      result.activationDynamicsSmoothing = 10
    case .thelen2003:
      result.model = .thelen2003(ThelenShape())
      result.fiberDamping = 0
    case .millard2012:
      var shape = MillardShape()
      shape.passiveStrainAtOneNormForce = result.passiveFiberStrainAtOneNormForce
      shape.tendonStrainAtOneNormForce = result.tendonStrainAtOneNormForce
      result.model = .millard2012(shape)
      if result.fiberDamping == 0 { result.fiberDamping = 0.1 }
    }
    return result
  }
}

extension ModelDescription {
  /// The model with all muscles following `kind`, or their own where it is nil, and with rigid or elastic tendons where told.
  ///
  /// `keepsTimeConstants`: activation dynamics keep the file's time constants.
  public func replacingMuscles(
    by kind: MuscleModelKind?, isTendonRigid: Bool? = nil, keepsTimeConstants: Bool = false
  ) -> ModelDescription {
    var result = self
    result.muscles = muscles.map { original in
      var muscle = kind.map(original.following) ?? original
      if keepsTimeConstants {
        muscle.activationTimeConstant = original.activationTimeConstant
        muscle.deactivationTimeConstant = original.deactivationTimeConstant
      }
      if let isTendonRigid { muscle.isTendonRigid = isTendonRigid }
      return muscle
    }
    return result
  }
}
