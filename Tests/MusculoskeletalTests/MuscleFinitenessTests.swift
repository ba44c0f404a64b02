import Algebra
import Foundation
import Musculoskeletal
import TestSupport
import Testing

/// No state of a muscle, however wild, makes a number that is none.
@Suite struct MuscleFinitenessTests {
  /// A number from anywhere: often plausible, sometimes at an edge, sometimes enormous.
  private func wild(_ random: inout RandomSource, about scale: Double) -> Double {
    let sign = random.uniform() < 0.5 ? -1.0 : 1.0
    switch Int(random.uniform() * 6) {
    case 0: return sign * scale * random.uniform()
    case 1: return sign * scale * 100 * random.uniform()
    case 2: return sign * pow(10, -300 + 600 * random.uniform())
    case 3:
      return [0, -0.0, 1, 0.01, .greatestFiniteMagnitude, -.greatestFiniteMagnitude][
        Int(random.uniform() * 6)]
    case 4: return sign * .leastNonzeroMagnitude
    default: return scale * (1 + 1e-3 * random.gaussian())
    }
  }

  @Test(arguments: MuscleModelKind.allCases, 0..<40)
  func everyResultIsFinite(kind: MuscleModelKind, seed: Int) {
    var random = RandomSource(seed: UInt64(1000 + seed))
    for isTendonRigid in [false, true] {
      let muscle = RandomMuscle(kind, seed: seed, isTendonRigid: isTendonRigid)
      let parameters = MuscleParameters(muscle.description)
      for draw in 0..<250 {
        let length = wild(&random, about: muscle.length)
        let speed = wild(&random, about: muscle.speed)
        let activation = wild(&random, about: 0.5)
        let state = wild(&random, about: muscle.state)
        let what = Comment(
          rawValue: "\(kind), seed \(seed), draw \(draw): \(length) \(speed) \(activation) \(state)"
        )
        let rigid = MuscleForce(
          parameters, length: length, lengtheningSpeed: speed, activation: activation)
        let partials = [
          rigid.force, rigid.byLength, rigid.byLengtheningSpeed, rigid.byActivation,
          rigid.byLogMaxIsometricForce, rigid.byLogOptimalFiberLength,
          rigid.byLogTendonSlackLength, rigid.byLogMaxContractionVelocity, rigid.byPennation,
          rigid.byLogPassiveStrain, rigid.byFiberDamping, rigid.normalizedFiberLength,
          rigid.fiberVelocity,
        ]
        let isRigidFinite = partials.allSatisfy { $0.isFinite }
        #expect(isRigidFinite, what)
        let elastic = ElasticMuscle(
          parameters, state: state, length: length, lengtheningSpeed: speed,
          activation: activation)
        let numbers =
          elastic.force.partials + elastic.rate.partials
          + [elastic.force.value, elastic.rate.value, elastic.fiberVelocity]
        let isElasticFinite = numbers.allSatisfy { $0.isFinite }
        #expect(isElasticFinite, what)
        if draw % 10 == 0 {
          let equilibrium = MuscleEquilibrium(
            parameters, length: length, lengtheningSpeed: speed, activation: activation)
          #expect(equilibrium.state.isFinite, what)
        }
      }
    }
  }

  @Test(arguments: MuscleModelKind.allCases, [0, 0.3])
  func theForceGoesSmoothlyToZeroWhereThePathIsShorterThanTheTendon(
    kind: MuscleModelKind, pennation: Double
  ) {
    var muscle = RandomMuscle(kind, seed: 2, isTendonRigid: true)
    muscle.description.pennationAngleAtOptimal = pennation
    let parameters = MuscleParameters(muscle.description)
    let slack = parameters.tendonSlackLength
    func force(_ fiber: Double) -> MuscleForce {
      MuscleForce(
        parameters, length: slack + fiber * parameters.optimalFiberLength, lengtheningSpeed: 0,
        activation: 0.5)
    }
    // no jump of force or stiffness on the way, and none of the sign
    var last = force(0.5)
    let steps = 20_000
    let largest =
      (0...steps).map { abs(force(0.5 - 0.9 * Double($0) / Double(steps)).byLength) }
      .max() ?? 0
    for step in 1...steps {
      let here = force(0.5 - 0.9 * Double(step) / Double(steps))
      let stride = 0.9 / Double(steps) * parameters.optimalFiberLength
      #expect(abs(here.force - last.force) <= 1.5 * largest * stride, "\(kind), step \(step)")
      #expect(abs(here.byLength - last.byLength) <= 0.02 * largest, "\(kind), step \(step)")
      #expect(here.force > -1e-3 * parameters.maxIsometricForce)
      last = here
    }
    #expect(abs(force(-0.5).force) < 0.02 * parameters.maxIsometricForce * 0.01)
    #expect(abs(force(-2).force) < 1e-9 * parameters.maxIsometricForce)
  }

  @Test(arguments: [MuscleModelKind.thelen2003, .millard2012])
  func aRigidMuscleDoesNotPush(kind: MuscleModelKind) {
    let muscle = RandomMuscle(kind, seed: 2, isTendonRigid: true)
    let parameters = MuscleParameters(muscle.description)
    var last = 0.0
    for step in 0...4000 {
      let speed = -3 + 0.001 * Double(step)
      let force = MuscleForce(
        parameters, length: muscle.length, lengtheningSpeed: speed, activation: 0.2)
      #expect(force.force >= last - 1e-12, "\(kind): the force grows with the speed from zero on")
      last = force.force
    }
    #expect(last > 0)
  }

  @Test(arguments: MuscleModelKind.allCases, 0..<10)
  func curvesAreContinuousWhereMusclesWork(kind: MuscleModelKind, seed: Int) {
    let muscle = RandomMuscle(kind, seed: seed)
    let parameters = MuscleParameters(muscle.description)
    func rate(_ part: Double) -> ElasticMuscle {
      ElasticMuscle(
        parameters, state: muscle.state,
        length: muscle.length + 0.02 * part * muscle.description.tendonSlackLength,
        lengtheningSpeed: muscle.speed, activation: muscle.activation)
    }
    // the mean slope over a small stride is the mean of the slopes at its ends
    let steps = 2000
    var last = rate(-1)
    for step in 1...steps {
      let here = rate(-1 + 2 * Double(step) / Double(steps))
      let stride = 0.04 / Double(steps) * muscle.description.tendonSlackLength
      let expected = 0.5 * stride * (here.force.byLength + last.force.byLength)
      #expect(
        abs(here.force.value - last.force.value - expected)
          <= 2e-2 * max(abs(expected), 1e-3 * parameters.maxIsometricForce),
        "\(kind), seed \(seed), step \(step)")
      last = here
    }
  }
}
