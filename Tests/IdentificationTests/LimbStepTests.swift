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
  /// Every quantity of the arm's model that kernels know, one unknown each, and one that moves two.
  private func everything() -> [FreeParameter] {
    var targets: [[Quantity]] = []
    for muscle in 0..<6 {
      targets += Quantity.MuscleProperty.allCases.map { [.muscle(muscle, $0)] }
    }
    for body in [1, 2] { targets += Quantity.BodyProperty.allCases.map { [.body(body, $0)] } }
    for coordinate in [0, 1] {
      targets += [
        [.coordinate(coordinate, .damping)], [.coordinate(coordinate, .stiffness)],
        [.coordinate(coordinate, .restAngle)], [.coordinate(coordinate, .limitTorque)],
        [.coordinate(coordinate, .limitAngle)], [.coordinate(coordinate, .offset)],
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

  @Test(arguments: ["points", "polynomials"])
  func theKernelsAgreeWithTheReferenceEquations(paths: String) throws {
    let (points, base) = try arm()
    let limb = paths == "points" ? points : points.withSurrogatePaths().model
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: everything(), base: base),
      noise: NoiseModel(angle: [0.01, 0.01], activation: 0.1, torque: 0.2),
      channels: [0, 3, 3, 1, 2, 5])
    #expect(StepKernelPlan(model)?.isClosed == true)
    let window = smoothWindow(stepCount: 12, step: 0.01)
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
      StepAgreement.expect(
        model, theta: theta, z: z, window: window, at: half, payload: payload,
        note: "trial \(trial)")
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
      StepAgreement.expect(
        model, theta: theta, z: [0.3, 0.9, 1.5, -2],
        window: smoothWindow(stepCount: 12, step: 0.01), at: 4, payload: 1,
        note: "\(property) \(change)")
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
    let window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: 0.01, stepCount: 4, historySteps: 4,
      channelCount: 0, coordinateCount: 1, measurementStride: 1, followsPrevious: false)
    StepAgreement.expect(
      model, theta: [0.1, -0.2], z: [0.7, -1.2, 0.3], window: window, at: 0, payload: 0,
      note: "alone")
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
    for variant in StepAgreement.variants {
      var step = LimbStep(model, variant: variant)
      step.prepare(system)
      var z = Array(repeating: 0.1, count: model.stateCount)
      var sensitivity = step.columns.zeros(rows: z.count)
      let retention = Array(repeating: 0.9, count: z.count - 4)
      func run(_ index: Int) {
        step.advance(
          &z, sensitivity: &sensitivity, model: model, system: system, track: track,
          halfStep: 2 * index, step: 0.01, payloadMass: index < 6 ? 0 : 2, retention: retention,
          differentiating: true)
      }
      run(0)
      #expect(allocations { for index in 1..<12 { run(index) } } == 0)
      #expect(step.isRegular)
    }
  }

  @Test func aChainOfFiveHingesAgreesWithTheReferenceEquations() {
    let (model, window) = hingeChain(joints: 5, muscles: 21)
    #expect(StepKernelPlan(model)?.isClosed == false)
    var random = RandomSource(seed: 5)
    for trial in 0..<6 {
      let theta = model.parameters.free.map { _ in 0.3 * (random.uniform() - 0.5) }
      var z = Array(repeating: 0.0, count: model.stateCount)
      for index in 0..<5 { z[index] = random.uniform() - 0.5 }
      for index in 5..<10 { z[index] = 4 * random.gaussian() }
      for index in 10..<z.count { z[index] = 0.2 * random.gaussian() }
      StepAgreement.expect(
        model, theta: theta, z: z, window: window, at: 2 * trial, payload: Double(trial % 2),
        note: "trial \(trial)")
    }
  }

  @Test func aStepOfAChainAllocatesNothing() {
    let (model, window) = hingeChain(joints: 5, muscles: 21)
    let system = model.parameters.system(at: model.parameters.free.map { _ in 0 })
    var track = ActivationTrack(drives: model.drives, parameters: model.parameters)
    track.fill(window, channelParameters: system.channels, muscles: system.limb.muscles)
    for variant in StepAgreement.variants {
      var step = LimbStep(model, variant: variant)
      step.prepare(system)
      var z = Array(repeating: 0.1, count: model.stateCount)
      var sensitivity = step.columns.zeros(rows: z.count)
      let retention = Array(repeating: 0.9, count: z.count - 10)
      func run(_ index: Int) {
        step.advance(
          &z, sensitivity: &sensitivity, model: model, system: system, track: track,
          halfStep: 2 * index, step: 0.002, payloadMass: 1, retention: retention,
          differentiating: true)
      }
      run(0)
      #expect(allocations { for index in 1..<6 { run(index) } } == 0)
      #expect(step.isRegular)
    }
  }
}
