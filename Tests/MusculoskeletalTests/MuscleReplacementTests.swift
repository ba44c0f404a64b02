import Musculoskeletal
import Testing

/// What `DeGrooteFregly2016Muscle::replaceMuscles` of OpenSim 4.6 made of the same two muscles, but for the
/// activation dynamics, which are the paper's.
@Suite struct MuscleReplacementTests {
  private func muscle(_ model: MuscleModel) -> MuscleDescription {
    var muscle = MuscleDescription(
      name: "m", maxIsometricForce: 750, optimalFiberLength: 0.11, tendonSlackLength: 0.19,
      pennationAngleAtOptimal: 0.35, maxContractionVelocity: 8.5,
      passiveFiberStrainAtOneNormForce: 0.71, fiberDamping: 0.07, activationTimeConstant: 0.011,
      deactivationTimeConstant: 0.051, path: [])
    muscle.tendonStrainAtOneNormForce = 0.033
    muscle.model = model
    return muscle
  }

  @Test func thelenBecomesWhatOpenSimMakesOfIt() {
    let made = muscle(.thelen2003(ThelenShape())).following(.deGrooteFregly2016)
    var expected = muscle(.deGrooteFregly2016)
    expected.fiberDamping = 0
    expected.activationTimeConstant = 0.015
    expected.deactivationTimeConstant = 0.06
    #expect(made == expected)
  }

  @Test func millardBecomesWhatOpenSimMakesOfIt() {
    var shape = MillardShape()
    shape.passiveStrainAtOneNormForce = 0.66
    shape.tendonStrainAtOneNormForce = 0.055
    var original = muscle(.millard2012(shape))
    original.isTendonRigid = true
    var expected = muscle(.deGrooteFregly2016)
    expected.isTendonRigid = true
    expected.activationTimeConstant = 0.015
    expected.deactivationTimeConstant = 0.06
    expected.passiveFiberStrainAtOneNormForce = 0.66
    expected.tendonStrainAtOneNormForce = 0.055
    #expect(original.following(.deGrooteFregly2016) == expected)
  }

  @Test func otherTurnsKeepWhatModelsShare() {
    let thelen = muscle(.thelen2003(ThelenShape()))
    let millard = thelen.following(.millard2012)
    guard case .millard2012(let shape) = millard.model else {
      Issue.record("not a Millard muscle")
      return
    }
    #expect(shape.passiveStrainAtOneNormForce == 0.71)
    #expect(shape.tendonStrainAtOneNormForce == 0.033)
    #expect(millard.fiberDamping == 0.1)
    #expect(thelen.following(.thelen2003) == thelen)
    #expect(muscle(.deGrooteFregly2016).following(.thelen2003).fiberDamping == 0)
    #expect(millard.following(.thelen2003).tendonStrainAtOneNormForce == 0.033)
  }

  @Test func aModelReplacesAllMusclesAndTendons() throws {
    let model = try arm26()
    let replaced = model.replacingMuscles(by: .millard2012, isTendonRigid: true)
    for muscle in replaced.muscles {
      #expect(muscle.model.kind == .millard2012 && muscle.isTendonRigid)
    }
    #expect(replaced.muscles.map(\.path) == model.muscles.map(\.path))
    #expect(model.replacingMuscles(by: nil) == model)
  }
}
