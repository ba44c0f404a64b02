import Algebra
import CShim
import Foundation
import Musculoskeletal
import OpenSimFiles
import Signals
import TestSupport
import Testing

@testable import Identification

/// The kernels against the reference equations, which are checked against GSL and OpenSim elsewhere.
@Suite struct LimbStepTests {
  /// The variants that this processor runs.
  private static var variants: [LimbStep.Variant] {
    diffmsm_has_avx2_and_fma() ? [.baseline, .version3] : [.baseline]
  }

  /// Every quantity of the arm's model that kernels know, one unknown each, and one that moves two.
  private func everything() -> [FreeParameter] {
    var targets: [[Quantity]] = []
    for muscle in 0..<6 {
      targets += Quantity.MuscleProperty.allCases.filter {
        $0 != .pennation && $0 != .fiberDamping
      }.map { [.muscle(muscle, $0)] }
    }
    for body in [1, 2] { targets += Quantity.BodyProperty.allCases.map { [.body(body, $0)] } }
    for coordinate in [0, 1] {
      targets += [
        [.coordinate(coordinate, .damping)], [.coordinate(coordinate, .stiffness)],
        [.coordinate(coordinate, .restAngle)], [.coordinate(coordinate, .limitTorque)],
        [.coordinate(coordinate, .offset)],
      ]
    }
    for channel in [0, 3] {
      targets += Quantity.ChannelProperty.allCases.map { [.emg(channel, $0)] }
    }
    targets += [[.payload(.mass)], [.payload(.location)], [.tilt]]
    targets += [[.muscle(0, .maxIsometricForce), .muscle(1, .maxIsometricForce)]]
    return targets.enumerated().map {
      FreeParameter(name: "p\($0)", targets: $1, base: 1, priorDeviation: 0.1)
    }
  }

  /// One step by `variant` from the state `z`.
  private func step(
    _ variant: LimbStep.Variant, _ model: LimbEstimationModel, theta: [Double], z: [Double],
    at halfStep: Int, payload: Double
  ) -> (z: [Double], step: LimbStep) {
    let window = smoothWindow(stepCount: 12, step: 0.01)
    let system = model.parameters.system(at: theta)
    var track = ActivationTrack(
      drives: model.drives, parameters: model.parameters)
    track.fill(window, channelParameters: system.channels, muscles: system.limb.muscles)
    var step = LimbStep(model, variant: variant)
    var end = z
    step.advance(
      &end, model: model, system: system, track: track, halfStep: halfStep, step: 0.01,
      payloadMass: payload, differentiating: true)
    return (end, step)
  }

  /// The largest difference over the size of its column, or a thousandth of the matrix's if that is more.
  private func difference(_ found: [Double], _ expected: [Double], rows: Int) -> Double {
    let width = expected.count / rows
    let size = expected.reduce(0) { max($0, abs($1)) }
    var worst = 0.0
    for column in 0..<width {
      let scale = (0..<rows).reduce(1e-3 * size) {
        max($0, abs(expected[$1 * width + column]))
      }
      for row in 0..<rows {
        let apart = abs(found[row * width + column] - expected[row * width + column])
        if scale > 0 { worst = max(worst, apart / scale) } else if apart > 0 { worst = .infinity }
      }
    }
    return worst
  }

  @Test(arguments: ["points", "polynomials"])
  func theKernelsAgreeWithTheReferenceEquations(paths: String) throws {
    let (points, base) = try arm()
    let limb = paths == "points" ? points : points.withSurrogatePaths().model
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: everything(), base: base),
      noise: NoiseModel(angle: [0.01, 0.01], activation: 0.1, torque: 0.2),
      channels: [0, 3, 3, 1, 2, 5])
    #expect(StepKernelPlan(model) != nil)
    var random = RandomSource(seed: 41)
    for trial in 0..<20 {
      let theta = model.parameters.free.map { parameter -> Double in
        if case .emg(_, .delay) = parameter.targets[0] { return 0.002 * random.uniform() }
        return 0.3 * (random.uniform() - 0.5)
      }
      var z = Array(repeating: 0.0, count: model.stateCount)
      z[0] = 3 * random.uniform() - 1
      z[1] = 2.2 * random.uniform()
      for index in 2..<4 { z[index] = 6 * random.gaussian() }
      for index in 4..<z.count { z[index] = 0.2 * random.gaussian() }
      let payload = trial % 3 == 0 ? 0 : 2.0
      let half = 2 * (trial % 8)
      let expected = step(.reference, model, theta: theta, z: z, at: half, payload: payload)
      for variant in Self.variants {
        let found = step(variant, model, theta: theta, z: z, at: half, payload: payload)
        #expect(found.step.isRegular && expected.step.isRegular)
        let note = Comment(rawValue: "\(variant), trial \(trial)")
        #expect(difference(found.z, expected.z, rows: z.count) < 1e-12, note)
        #expect(
          difference(found.step.transition, expected.step.transition, rows: 4) < 1e-12, note)
        #expect(
          difference(found.step.byDisturbance, expected.step.byDisturbance, rows: 4) < 1e-12, note)
        #expect(
          difference(found.step.byParameter, expected.step.byParameter, rows: 4) < 1e-12, note)
      }
    }
  }

  @Test func slackAndOverstretchedMusclesAgreeToo() throws {
    let (limb, base) = try arm()
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: everything(), base: base),
      noise: NoiseModel(angle: [0.01, 0.01]), channels: [0, 3, 3, 1, 2, 5])
    // tendons too long for the path, and fibers too short for it
    for (property, change) in [
      (Quantity.MuscleProperty.tendonSlackLength, 0.5), (.tendonSlackLength, -0.6),
      (.optimalFiberLength, -0.4), (.optimalFiberLength, 1.5),
    ] {
      let theta = model.parameters.free.map { parameter -> Double in
        if case .muscle(_, property) = parameter.targets[0] { change } else { 0 }
      }
      let z = [0.3, 0.9, 1.5, -2]
      let expected = step(.reference, model, theta: theta, z: z, at: 4, payload: 1)
      for variant in Self.variants {
        let found = step(variant, model, theta: theta, z: z, at: 4, payload: 1)
        let note = Comment(rawValue: "\(variant), \(property) \(change)")
        #expect(found.step.isRegular == expected.step.isRegular, note)
        #expect(difference(found.z, expected.z, rows: 4) < 1e-12, note)
        #expect(
          difference(found.step.byParameter, expected.step.byParameter, rows: 4) < 1e-12, note)
      }
    }
  }

  @Test func aSingleHingeIsTheFirstOfTwo() throws {
    let (limb, base) = oscillator(stiffness: 3, damping: 0.4, inertia: 0.2)
    let free = [
      FreeParameter(name: "k", targets: [.coordinate(0, .stiffness)], base: 3, priorDeviation: 0.1),
      FreeParameter(name: "m", targets: [.body(0, .mass)], base: 1, priorDeviation: 0.1),
    ]
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [0.01], torque: 0.1), channels: [])
    var track = ActivationTrack(drives: [], parameters: model.parameters)
    let window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: 0.01, stepCount: 4, historySteps: 4,
      channelCount: 0, coordinateCount: 1, measurementStride: 1, followsPrevious: false)
    track.fill(window, channelParameters: [], muscles: [])
    func advanced(_ variant: LimbStep.Variant) -> ([Double], LimbStep) {
      var step = LimbStep(model, variant: variant)
      var z = [0.7, -1.2, 0.3]
      step.advance(
        &z, model: model, system: model.parameters.system(at: [0.1, -0.2]), track: track,
        halfStep: 0, step: 0.01, payloadMass: 0, differentiating: true)
      return (z, step)
    }
    let (z, expected) = advanced(.reference)
    for variant in Self.variants {
      let (found, step) = advanced(variant)
      #expect(difference(found, z, rows: 3) < 1e-13)
      #expect(difference(step.transition, expected.transition, rows: 2) < 1e-13)
      #expect(difference(step.byDisturbance, expected.byDisturbance, rows: 2) < 1e-13)
      #expect(difference(step.byParameter, expected.byParameter, rows: 2) < 1e-13)
    }
  }

  @Test func aStepAllocatesNothing() throws {
    let (limb, base) = try arm()
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: everything(), base: base),
      noise: NoiseModel(angle: [0.01, 0.01], activation: 0.1, torque: 0.2),
      channels: [0, 1, 2, 3, 4, 5])
    let window = smoothWindow(stepCount: 12)
    let system = model.parameters.system(at: model.parameters.free.map { _ in 0 })
    var track = ActivationTrack(
      drives: model.drives, parameters: model.parameters)
    track.fill(window, channelParameters: system.channels, muscles: system.limb.muscles)
    for variant in Self.variants {
      var step = LimbStep(model, variant: variant)
      var z = Array(repeating: 0.1, count: model.stateCount)
      func run(_ index: Int) {
        step.advance(
          &z, model: model, system: system, track: track, halfStep: 2 * index, step: 0.01,
          payloadMass: index < 6 ? 0 : 2, differentiating: true)
      }
      run(0)
      #expect(allocations { for index in 1..<12 { run(index) } } == 0)
      #expect(step.isRegular)
    }
  }
}
