import Algebra
import Musculoskeletal

extension MillardShape {
  /// A shape from the numbers of the golden tables; not-a-number is OpenSim's own choice.
  init(openSim n: [Double]) {
    self.init()
    minActiveFiberLength = n[0]
    transitionFiberLength = n[1]
    maxActiveFiberLength = n[2]
    shallowAscendingSlope = n[3]
    concentricSlopeNearVmax = n[4]
    isometricSlope = n[5]
    eccentricSlopeNearVmax = n[6]
    maxEccentricForce = n[7]
    concentricCurviness = n[8]
    eccentricCurviness = n[9]
    passiveStrainAtZeroForce = n[10]
    passiveStrainAtOneNormForce = n[11]
    tendonStrainAtOneNormForce = n[15]
    if !n[12].isNaN {
      passiveStiffnessAtLowForce = n[12]
      passiveStiffnessAtOneNormForce = n[13]
      passiveCurviness = n[14]
      tendonStiffnessAtOneNormForce = n[16]
      tendonNormForceAtToeEnd = n[17]
      tendonCurviness = n[18]
    }
  }

  /// A shape drawn from a seed.
  init(seed: UInt64) {
    var random = RandomSource(seed: seed)
    func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
    self.init()
    minActiveFiberLength = uniform(0.35, 0.5)
    transitionFiberLength = uniform(0.68, 0.78)
    maxActiveFiberLength = uniform(1.6, 1.95)
    isometricSlope = uniform(3.5, 6)
    maxEccentricForce = uniform(1.25, 1.6)
    passiveStrainAtZeroForce = uniform(-0.1, 0.1)
    passiveStrainAtOneNormForce = uniform(0.5, 0.9)
    tendonStrainAtOneNormForce = uniform(0.03, 0.08)
    if seed % 3 == 0 {
      passiveStiffnessAtOneNormForce =
        uniform(1.6, 3) / (passiveStrainAtOneNormForce - passiveStrainAtZeroForce)
      passiveCurviness = uniform(0.4, 0.9)
      tendonStiffnessAtOneNormForce = uniform(1.2, 1.6) / tendonStrainAtOneNormForce
      tendonNormForceAtToeEnd = uniform(0.3, 0.8)
    }
  }
}

extension MuscleDescription {
  /// A muscle from a row of the golden table of states.
  init(openSim kind: String, numbers n: [Double]) {
    self.init(
      name: kind, maxIsometricForce: n[0], optimalFiberLength: n[1], tendonSlackLength: n[2],
      pennationAngleAtOptimal: n[3], maxContractionVelocity: n[4], fiberDamping: n[5], path: [])
    isTendonRigid = kind.hasSuffix("rigid")
    let extra = Array(n.dropFirst(12))
    switch kind {
    case "thelen":
      var shape = ThelenShape()
      shape.activeForceLengthShape = extra[2]
      shape.passiveForceLengthShape = extra[3]
      shape.forceVelocityShape = extra[4]
      shape.maxLengtheningForce = extra[5]
      shape.extrapolationThreshold = extra[6]
      model = .thelen2003(shape)
      tendonStrainAtOneNormForce = extra[0]
      passiveFiberStrainAtOneNormForce = extra[1]
    case "millard-rigid", "millard-elastic":
      model = .millard2012(MillardShape(openSim: extra))
    default:
      activeForceWidthScale = extra[0]
      tendonStrainAtOneNormForce = extra[1]
      passiveFiberStrainAtOneNormForce = extra[2]
      ignoresPassiveFiberForce = extra[3] == 1
    }
  }
}
