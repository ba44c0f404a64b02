import Algebra
import Foundation
import Musculoskeletal
import TestSupport
import Testing

/// A muscle of any model in a state where muscles work, drawn from a seed.
struct RandomMuscle {
  /// Its description, with every number off the defaults.
  var description: MuscleDescription
  /// Path length [m].
  var length: Double
  /// Lengthening speed [m/s].
  var speed: Double
  /// Activation [1].
  var activation: Double
  /// State of an elastic tendon, in its own unit [1 or m].
  var state: Double

  init(_ kind: MuscleModelKind, seed: Int, isTendonRigid: Bool = false) {
    var random = RandomSource(seed: UInt64(seed))
    func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
    var muscle = MuscleDescription(
      name: "random", maxIsometricForce: uniform(200, 1500), optimalFiberLength: uniform(0.05, 0.2),
      tendonSlackLength: uniform(0.05, 0.3),
      pennationAngleAtOptimal: seed % 3 == 0 ? 0 : uniform(0.05, 0.6),
      maxContractionVelocity: uniform(6, 12),
      passiveFiberStrainAtOneNormForce: uniform(0.4, 0.8), fiberDamping: uniform(0.02, 0.15),
      path: [])
    muscle.isTendonRigid = isTendonRigid
    muscle.tendonStrainAtOneNormForce = uniform(0.03, 0.07)
    switch kind {
    case .deGrooteFregly2016: muscle.activeForceWidthScale = uniform(1, 1.5)
    case .thelen2003:
      var shape = ThelenShape()
      shape.maxLengtheningForce = uniform(1.35, 1.8)
      muscle.model = .thelen2003(shape)
    case .millard2012:
      muscle.model = .millard2012(MillardShape(seed: UInt64(seed)))
      if seed % 4 == 0 && !isTendonRigid { muscle.fiberDamping = 0 }
    }
    description = muscle
    // a fiber between 0.6 and 1.4 and a tendon between toe and two thirds of the maximum force
    let fiber = muscle.optimalFiberLength * uniform(0.6, 1.4)
    let height = muscle.optimalFiberLength * sin(muscle.pennationAngleAtOptimal)
    let force = uniform(0.1, 0.7)
    let along = (fiber * fiber - height * height).squareRoot()
    let strain = muscle.tendonStrainAtOneNormForce
    let tendon =
      kind == .deGrooteFregly2016
      ? MuscleCurves.tendonForceLengthInverse(force, strainAtOneNormForce: strain).value
      : 1 + strain * (0.4 + force / 2)
    length = muscle.tendonSlackLength * (isTendonRigid ? 1 : tendon) + along
    speed = uniform(-0.6, 0.6) * muscle.optimalFiberLength * 6
    activation = uniform(0.1, 0.95)
    state = kind == .deGrooteFregly2016 ? force : fiber
  }

  /// Moves one quantity of a muscle or of its parameters.
  typealias Change = @Sendable (inout RandomMuscle, inout MuscleParameters, Double) -> Void

  /// Every quantity that a partial derivative is by, with a step that suits it.
  static let quantities: [(name: String, step: Double, change: Change)] = [
    ("state", 1e-6, { muscle, _, step in muscle.state += step }),
    ("length", 1e-6, { muscle, _, step in muscle.length += step }),
    ("lengthening speed", 1e-4, { muscle, _, step in muscle.speed += step }),
    ("activation", 1e-5, { muscle, _, step in muscle.activation += step }),
    (
      "maximum isometric force", 1e-4,
      {
        $1.maxIsometricForce *= exp($2); _ = $0
      }
    ),
    (
      "optimal fiber length", 1e-5,
      {
        $1.optimalFiberLength *= exp($2); _ = $0
      }
    ),
    (
      "tendon slack length", 1e-6,
      {
        $1.tendonSlackLength *= exp($2); _ = $0
      }
    ),
    (
      "maximum contraction velocity", 1e-4,
      {
        $1.maxContractionVelocity *= exp($2); _ = $0
      }
    ),
    (
      "pennation", 1e-5,
      {
        $1.pennationAngleAtOptimal += $2; _ = $0
      }
    ),
    (
      "tendon strain", 1e-5,
      {
        $1.tendonStrainAtOneNormForce *= exp($2); _ = $0
      }
    ),
    (
      "passive strain", 1e-5,
      {
        $1.passiveFiberStrainAtOneNormForce *= exp($2); _ = $0
      }
    ),
    (
      "damping", 1e-4,
      {
        $1.fiberDamping += $2; _ = $0
      }
    ),
  ]
}

extension MuscleSensitivity {
  /// The partials in the order of `RandomMuscle.quantities`.
  var partials: [Double] {
    [
      byState, byLength, byLengtheningSpeed, byActivation, byLogMaxIsometricForce,
      byLogOptimalFiberLength, byLogTendonSlackLength, byLogMaxContractionVelocity, byPennation,
      byLogTendonStrain, byLogPassiveStrain, byFiberDamping,
    ]
  }
}

extension MuscleForce {
  /// The partials in the order of `RandomMuscle.quantities`; a rigid tendon has neither state nor strain.
  var partials: [Double] {
    [
      0, byLength, byLengtheningSpeed, byActivation, byLogMaxIsometricForce,
      byLogOptimalFiberLength, byLogTendonSlackLength, byLogMaxContractionVelocity, byPennation, 0,
      byLogPassiveStrain, byFiberDamping,
    ]
  }
}

@Suite struct ElasticMuscleTests {
  private func evaluate(_ muscle: RandomMuscle, _ parameters: MuscleParameters) -> ElasticMuscle {
    ElasticMuscle(
      parameters, state: muscle.state, length: muscle.length, lengtheningSpeed: muscle.speed,
      activation: muscle.activation)
  }

  @Test(arguments: MuscleModelKind.allCases, 0..<60)
  func partialsAreDerivatives(kind: MuscleModelKind, seed: Int) {
    let muscle = RandomMuscle(kind, seed: seed)
    let parameters = MuscleParameters(muscle.description)
    let exact = evaluate(muscle, parameters)
    // Thelen's curves have kinks; smaller steps stay on one side of them
    let shrinking = kind == .thelen2003 ? 0.05 : 1
    for (index, quantity) in RandomMuscle.quantities.enumerated() {
      // an undamped Millard muscle does not read its damping
      if quantity.name == "damping" && parameters.fiberDamping == 0 { continue }
      expectDerivatives(
        [exact.force.partials[index], exact.rate.partials[index]],
        of: {
          var (changed, numbers) = (muscle, parameters)
          quantity.change(&changed, &numbers, $0)
          let found = evaluate(changed, numbers)
          return [found.force.value, found.rate.value]
        }, step: shrinking * quantity.step, tolerance: 2e-6,
        floor: 1e-3 * max(abs(exact.force.value), abs(exact.rate.value)),
        "\(kind), seed \(seed), \(quantity.name)")
      // force and rate differ in size by orders: each by its own
      expectDerivatives(
        [exact.rate.partials[index]],
        of: {
          var (changed, numbers) = (muscle, parameters)
          quantity.change(&changed, &numbers, $0)
          return [evaluate(changed, numbers).rate.value]
        }, step: shrinking * quantity.step, tolerance: 1e-5, floor: 1e-2 * abs(exact.rate.value),
        "\(kind), seed \(seed), rate by \(quantity.name)")
    }
  }

  @Test(arguments: MuscleModelKind.allCases, 0..<60)
  func rigidPartialsAreDerivatives(kind: MuscleModelKind, seed: Int) {
    var muscle = RandomMuscle(kind, seed: seed, isTendonRigid: true)
    // every fourth path is shorter than its tendon, or nearly
    if seed % 4 == 1 {
      muscle.length =
        muscle.description.tendonSlackLength
        + (0.033 - 0.01 * Double(seed % 10)) * muscle.description.optimalFiberLength
    }
    let parameters = MuscleParameters(muscle.description)
    func force(_ muscle: RandomMuscle, _ parameters: MuscleParameters) -> MuscleForce {
      MuscleForce(
        parameters, length: muscle.length, lengtheningSpeed: muscle.speed,
        activation: muscle.activation)
    }
    let exact = force(muscle, parameters)
    for (index, quantity) in RandomMuscle.quantities.enumerated() {
      expectDerivatives(
        [exact.partials[index]],
        of: {
          var (changed, numbers) = (muscle, parameters)
          quantity.change(&changed, &numbers, $0)
          return [force(changed, numbers).force]
        }, step: quantity.step, tolerance: 1e-6, floor: max(1e-3, abs(exact.force)),
        "\(kind), seed \(seed), \(quantity.name)")
    }
  }

  @Test(arguments: MuscleModelKind.allCases, 0..<60)
  func partialsAreThoseOfDualNumbers(kind: MuscleModelKind, seed: Int) {
    let muscle = RandomMuscle(kind, seed: seed)
    let exact = evaluate(muscle, MuscleParameters(muscle.description))
    for (index, quantity) in RandomMuscle.quantities.enumerated() {
      let oracle = DualMuscle(muscle, by: index).elastic
      for (found, partial, dual, name) in [
        (exact.force.value, exact.force.partials[index], oracle.force, "force"),
        (exact.rate.value, exact.rate.partials[index], oracle.rate, "rate"),
      ] {
        let what = Comment(rawValue: "\(kind), seed \(seed), \(name) by \(quantity.name)")
        #expect(abs(found - dual.value) <= 1e-10 * max(abs(dual.value), 1e-3), what)
        #expect(
          abs(partial - dual.slope) <= 1e-9 * max(abs(dual.slope), abs(dual.value), 1e-3), what)
      }
    }
  }

  @Test(arguments: MuscleModelKind.allCases, 0..<60)
  func rigidPartialsAreThoseOfDualNumbers(kind: MuscleModelKind, seed: Int) {
    let muscle = RandomMuscle(kind, seed: seed, isTendonRigid: true)
    guard DualMuscle(muscle, by: 0).pulls else { return }
    let exact = MuscleForce(
      MuscleParameters(muscle.description), length: muscle.length,
      lengtheningSpeed: muscle.speed, activation: muscle.activation)
    for (index, quantity) in RandomMuscle.quantities.enumerated() {
      let oracle = DualMuscle(muscle, by: index).rigidForce
      let what = Comment(rawValue: "\(kind), seed \(seed), \(quantity.name)")
      #expect(abs(exact.force - oracle.value) <= 1e-10 * abs(oracle.value), what)
      #expect(
        abs(exact.partials[index] - oracle.slope)
          <= 1e-9 * max(abs(oracle.slope), abs(oracle.value)), what)
    }
  }

  @Test func aFiberAtItsSmallestLengthDoesNotShorten() {
    for kind in [MuscleModelKind.thelen2003, .millard2012] {
      var muscle = RandomMuscle(kind, seed: 1)
      muscle.state = 0
      muscle.length = muscle.description.tendonSlackLength * 0.9
      let found = evaluate(muscle, MuscleParameters(muscle.description))
      #expect(found.rate.value == 0 && found.force.value == 0, "\(kind)")
      // a stretched tendon draws it out again
      muscle.length =
        muscle.description.tendonSlackLength * 1.05 + muscle.description.optimalFiberLength
      #expect(evaluate(muscle, MuscleParameters(muscle.description)).rate.value > 0, "\(kind)")
    }
  }

  @Test(arguments: MuscleModelKind.allCases)
  func evaluationAllocatesNothing(kind: MuscleModelKind) {
    let muscle = RandomMuscle(kind, seed: 7)
    let parameters = MuscleParameters(muscle.description)
    var sum = 0.0
    func work() {
      for step in 0..<100 {
        let shift = 1e-5 * Double(step)
        sum += evaluate(muscle, parameters).rate.value
        sum +=
          MuscleForce(
            parameters, length: muscle.length + shift, lengtheningSpeed: muscle.speed,
            activation: muscle.activation
          ).force
      }
    }
    work()
    #expect(allocations(during: work) == 0)
    #expect(sum.isFinite)
  }
}
