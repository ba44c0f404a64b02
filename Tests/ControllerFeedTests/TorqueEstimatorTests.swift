import Algebra
import Foundation
import Identification
import Musculoskeletal
import Signals
import TestSupport
import Testing

@testable import ControllerFeed

/// A forearm with a flexor and an extensor, and what is unknown of them.
enum Elbow {
  static let names = [
    "muscle/flexor/max_isometric_force", "muscle/extensor/max_isometric_force",
    "muscle/flexor/optimal_fiber_length", "muscle/flexor/tendon_slack_length",
    "muscle/flexor/max_contraction_velocity", "muscle/flexor/activation_time_constant",
    "emg/flexor/gain", "emg/flexor/shape_factor", "emg/extensor/delay", "body/forearm/mass",
  ]

  static func model(activationNoise: Double = 0) -> LimbEstimationModel {
    func muscle(
      _ name: String, _ force: Double, _ length: Double, _ slack: Double, _ from: Vector3,
      _ to: Vector3
    ) -> MuscleDescription {
      MuscleDescription(
        name: name, maxIsometricForce: force, optimalFiberLength: length, tendonSlackLength: slack,
        pennationAngleAtOptimal: 0, fiberDamping: 0.01,
        path: [
          PathPoint(name: "origin", body: nil, location: from),
          PathPoint(name: "insertion", body: 0, location: to),
        ])
    }
    let description = ModelDescription(
      name: "elbow", gravity: Vector3(0, -9.81, 0),
      bodies: [
        BodyDescription(
          name: "forearm", mass: 1.5, massCenter: Vector3(0, -0.18, 0),
          momentsOfInertia: Vector3(0.02, 0.002, 0.02))
      ],
      coordinates: [
        CoordinateDescription(
          name: "flexion", defaultValue: 0.8, rangeMinimum: 0, rangeMaximum: 2.2, damping: 0.3)
      ],
      joints: [
        JointDescription(
          name: "elbow", parent: nil, child: 0, frameInParent: Placement(),
          frameInChild: Placement(), motion: .hinge(axis: Vector3(0, 0, 1), coordinate: 0))
      ],
      muscles: [
        muscle("flexor", 400, 0.12, 0.17, Vector3(0.04, 0.28, 0), Vector3(0, -0.05, 0)),
        muscle("extensor", 500, 0.1, 0.185, Vector3(-0.02, 0.28, 0), Vector3(-0.02, 0.02, 0)),
      ]
    ).replacingMuscles(by: .deGrooteFregly2016, isTendonRigid: true, keepsTimeConstants: true)
    let limb = LimbModel(description)
    let targets: [Quantity] = [
      .muscle(0, .maxIsometricForce), .muscle(1, .maxIsometricForce),
      .muscle(0, .optimalFiberLength), .muscle(0, .tendonSlackLength),
      .muscle(0, .maxContractionVelocity), .muscle(0, .activationTimeConstant), .emg(0, .gain),
      .emg(0, .shapeFactor), .emg(1, .delay), .body(0, .mass),
    ]
    let base = SystemParameters(
      limb: limb.nominalParameters, channels: [ChannelParameters(), ChannelParameters()],
      angleOffsets: [0])
    let free = zip(names, targets).map { name, target in
      FreeParameter(
        name: name, targets: [target], base: base[target],
        // a shape and a delay to have derivatives at
        priorMean: target == .emg(0, .shapeFactor) ? -1 : target == .emg(1, .delay) ? 0.013 : 0,
        priorDeviation: 0.1)
    }
    return LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [1e-3], activation: activationNoise), channels: [0, 1])
  }

  /// A moving limb and envelopes that rise and fall, `index` half steps of 5 ms after the start.
  static func frame(_ index: Int) -> Frame {
    var frame = Frame(channelCount: 2, coordinateCount: 1)
    let time = Double(index) * 0.005
    frame.time = SampleTime(seconds: time)
    frame.envelopes = [
      0.3 + 0.2 * sin(7 * time), 0.2 + 0.1 * cos(5 * time),
    ]
    frame.angles = [1 + 0.4 * sin(3 * time)]
    frame.isMeasured = [true]
    frame.isValid = true
    return frame
  }
}

@Suite struct TorqueEstimatorTests {
  private static func run(
    _ model: LimbEstimationModel, theta: [Double], covariance: [Double], frames: Int = 200
  ) -> TorqueEstimator {
    var estimator = TorqueEstimator(model, spacing: 0.005)
    estimator.use(theta: theta, covariance: covariance)
    for index in 0..<frames { estimator.advance(Elbow.frame(index)) }
    return estimator
  }

  private static func diagonal(_ variances: [Double]) -> [Double] {
    variances.indices.flatMap { row in (0...row).map { $0 == row ? variances[row] : 0 } }
  }

  @Test func torqueIsTheModels() {
    let model = Elbow.model()
    let theta = model.parameters.priorMean
    let estimator = Self.run(
      model, theta: theta, covariance: Self.diagonal(theta.map { _ in 0 }))
    #expect(estimator.isReady)
    // the rate of a sine 15 ms ago, within what a line through seven points leaves
    let time = 199 * 0.005 - 3 * 0.005
    #expect(abs(estimator.rate[0] - 1.2 * cos(3 * time)) < 2e-3)
    var state = LimbState(model.limb)
    let system = model.parameters.system(at: theta)
    model.limb.evaluate(
      q: estimator.angle, u: estimator.rate, activations: estimator.activations, torque: [0],
      payloadMass: 0, parameters: system.limb, state: &state)
    let arms = model.limb.momentArms(state)
    let expected = arms[0] * state.force[0].force + arms[1] * state.force[1].force
    #expect(abs(estimator.torque[0] - expected) < 1e-12 && abs(expected) > 1)
    // mass times g times the horizontal distance of the mass centre; the coordinate turns it up
    let gravity = 1.5 * 9.81 * 0.18 * sin(estimator.angle[0])
    #expect(abs(estimator.gravity[0] - gravity) < 1e-9)
    #expect(abs(estimator.inertia(0, 0) - (0.02 + 1.5 * 0.18 * 0.18)) < 1e-9)
    // activation follows excitation with a delay, so it is neither now's nor nothing
    let law = system.limb.muscles[0]
    var activation = 0.0
    for index in 0..<200 {
      let now = ExcitationShape.point(Elbow.frame(index).envelopes[0], shapeFactor: -1).value
      guard index > 0 else {
        activation = now
        continue
      }
      let before = ExcitationShape.point(Elbow.frame(index - 1).envelopes[0], shapeFactor: -1).value
      // Euler's steps, a hundred a frame
      for step in 0..<100 {
        let excitation = before + (now - before) * (Double(step) + 0.5) / 100
        activation +=
          5e-5 * law.activationRate(activation: activation, excitation: excitation).value
      }
    }
    #expect(abs(activation - estimator.activations[0]) < 1e-4)
  }

  /// One unknown at a time, against differences of the whole estimate.
  @Test(arguments: Elbow.names.indices)
  func deviationIsThatOfDifferences(unknown: Int) {
    let model = Elbow.model()
    let theta = model.parameters.priorMean
    let step = 1e-5
    func torque(_ change: Double) -> Double {
      var moved = theta
      moved[unknown] += change
      return Self.run(model, theta: moved, covariance: Self.diagonal(theta.map { _ in 0 }))
        .torque[0]
    }
    let slope = (torque(step) - torque(-step)) / (2 * step)
    var variances = theta.map { _ in 0.0 }
    variances[unknown] = 0.04
    let found = Self.run(model, theta: theta, covariance: Self.diagonal(variances)).deviation[0]
    // to a ten-thousandth, and where the torque does not depend on it nothing
    #expect(abs(found - 0.2 * abs(slope)) < 1e-4 * found + 1e-7, "\(Elbow.names[unknown])")
    #expect((found > 1e-3) == (unknown != 9), "\(found)")
  }

  @Test func unknownsThatHideEachOtherLeaveTheTorqueSure() {
    let model = Elbow.model()
    let theta = model.parameters.priorMean
    // strength and gain of the flexor, 20 % each, one up where the other goes down
    var covariance = Self.diagonal(theta.indices.map { $0 == 0 || $0 == 6 ? 0.04 : 0 })
    let apart = Self.run(model, theta: theta, covariance: covariance).deviation[0]
    covariance[6 * 7 / 2] = -0.0399
    let together = Self.run(model, theta: theta, covariance: covariance).deviation[0]
    #expect(together < 0.35 * apart && together > 0)
  }

  @Test func activationNoiseIsPartOfIt() {
    let quiet = Elbow.model()
    let none = Self.diagonal(quiet.parameters.priorMean.map { _ in 0 })
    let theta = quiet.parameters.priorMean
    #expect(Self.run(quiet, theta: theta, covariance: none).deviation[0] == 0)
    let noisy = Self.run(Elbow.model(activationNoise: 0.1), theta: theta, covariance: none)
    let twice = Self.run(Elbow.model(activationNoise: 0.2), theta: theta, covariance: none)
    #expect(noisy.deviation[0] > 0.1)
    #expect(abs(twice.deviation[0] - 2 * noisy.deviation[0]) < 1e-9)
  }

  @Test func aGapBeginsAnew() {
    let model = Elbow.model()
    var estimator = TorqueEstimator(model, spacing: 0.005)
    for index in 0..<50 { estimator.advance(Elbow.frame(index)) }
    #expect(estimator.isReady)
    var gap = Elbow.frame(50)
    gap.isValid = false
    gap.envelopes = [.nan, .nan]
    estimator.advance(gap)
    #expect(!estimator.isReady)
    for index in 51..<57 {
      estimator.advance(Elbow.frame(index))
      #expect(!estimator.isReady, "rates need seven angles")
    }
    estimator.advance(Elbow.frame(57))
    #expect(estimator.isReady && estimator.torque[0].isFinite)
  }

  @Test func framesAllocateNothing() {
    var estimator = TorqueEstimator(Elbow.model(activationNoise: 0.1), spacing: 0.005)
    let frames = (0..<60).map { Elbow.frame($0) }
    for frame in frames { estimator.advance(frame) }
    let count = allocations { for index in 0..<60 { estimator.advance(frames[index]) } }
    #expect(count == 0)
  }
}
