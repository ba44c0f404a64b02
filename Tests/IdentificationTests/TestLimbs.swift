import Algebra
import Foundation
import Identification
import Musculoskeletal
import OpenSimFiles
import Signals
import TestSupport

/// The shipped arm26 with a payload place, and numbers that no quantity makes vanish.
func arm() throws -> (limb: LimbModel, base: SystemParameters) {
  let description = try OpenSimReader.read(
    path: repository.appendingPathComponent("config/models/arm26_nowrap.osim").path
  ).replacingMuscles(by: .deGrooteFregly2016, isTendonRigid: true, keepsTimeConstants: true)
  let limb = LimbModel(description, payload: Payload(body: 2, location: Vector3(0.01, -0.3, 0)))
  var parameters = limb.nominalParameters
  for index in parameters.joints.indices {
    parameters.joints[index].damping = 0.8
    parameters.joints[index].stiffness = 0.5
    parameters.joints[index].restAngle = 0.3
    parameters.joints[index].limitTorque = 1
    parameters.joints[index].limitWidth = 0.3
  }
  for index in parameters.muscles.indices { parameters.muscles[index].fiberDamping = 0.05 }
  return (
    limb,
    SystemParameters(
      limb: parameters, channels: Array(repeating: ChannelParameters(), count: 6),
      angleOffsets: [0.02, -0.03])
  )
}

/// A point mass on one hinge without gravity or muscles: stiffness k, damping c and inertia I.
func oscillator(stiffness: Double, damping: Double, inertia: Double) -> (
  LimbModel, SystemParameters
) {
  let limb = LimbModel(
    ModelDescription(
      name: "oscillator", gravity: .zero,
      bodies: [
        BodyDescription(
          name: "bob", mass: inertia, massCenter: Vector3(0, -1, 0), momentsOfInertia: .zero)
      ],
      coordinates: [
        CoordinateDescription(name: "swing", defaultValue: 0, rangeMinimum: -1, rangeMaximum: 1)
      ],
      joints: [
        JointDescription(
          name: "hinge", parent: nil, child: 0, frameInParent: Placement(),
          frameInChild: Placement(), motion: .hinge(axis: Vector3(0, 0, 1), coordinate: 0))
      ], muscles: []))
  var parameters = limb.nominalParameters
  parameters.joints[0].stiffness = stiffness
  parameters.joints[0].damping = damping
  return (limb, SystemParameters(limb: parameters, channels: [], angleOffsets: [0]))
}

/// A long window of smooth envelopes, to be cut into short ones.
func smoothWindow(
  stepCount: Int, historySteps: Int = 30, stride: Int = 1, step: Double = 0.005
) -> Window {
  var window = Window(
    index: 0, start: SampleTime(nanoseconds: 0), step: step, stepCount: stepCount,
    historySteps: historySteps, channelCount: 6, coordinateCount: 2, measurementStride: stride,
    followsPrevious: false)
  for row in 0...window.halfStepCount {
    let time = 0.5 * step * Double(row - 2 * historySteps)
    for channel in 0..<6 {
      // one to three hertz, so that muscles come and go within a second
      let cycles = (1 + 0.35 * Double(channel)) * time + 0.17 * Double(channel * channel)
      window.envelopes[6 * row + channel] = 0.16 + 0.12 * sin(2 * .pi * cycles)
    }
  }
  window.isMeasured = window.isMeasured.map { _ in true }
  return window
}

extension Window {
  /// Consecutive windows of `steps` steps, each with its history, the first a fresh start.
  func cut(steps: Int) -> [Window] {
    (0..<(stepCount / steps)).map { index in
      var part = Window(
        index: index, start: start.advanced(seconds: Double(index * steps) * step), step: step,
        stepCount: steps, historySteps: historySteps, channelCount: channelCount,
        coordinateCount: coordinateCount, measurementStride: measurementStride,
        followsPrevious: index > 0)
      let row = 2 * index * steps * channelCount
      part.envelopes = Array(envelopes[row..<(row + part.envelopes.count)])
      let measurement = index * steps / measurementStride * coordinateCount
      part.angles = Array(angles[measurement..<(measurement + part.angles.count)])
      part.isMeasured = Array(isMeasured[measurement..<(measurement + part.angles.count)])
      part.payload = Array(payload[(index * steps)..<((index + 1) * steps)])
      return part
    }
  }
}

extension WindowResidual {
  /// `predict` on a copy, as `#require` wants it.
  func predicted(_ window: Window, theta: [Double], from state: [Double]) -> [Double]? {
    var copy = self
    return copy.predict(window, theta: theta, from: state)
  }
}

/// A chain of hinges about changing axes with muscles across one joint or two, everything free and disturbed.
func hingeChain(joints: Int, muscles: Int) -> (model: LimbEstimationModel, window: Window) {
  var random = RandomSource(seed: 17)
  let axes = [Vector3(0, 0, 1), Vector3(1, 0, 0), Vector3(0, 0.6, 0.8)]
  let bodies = (0..<joints).map { joint in
    BodyDescription(
      name: "link\(joint)", mass: 2 - 0.2 * Double(joint),
      massCenter: Vector3(0.01, -0.1 - 0.01 * Double(joint), 0.02),
      momentsOfInertia: Vector3(0.03, 0.01, 0.028))
  }
  let coordinates = (0..<joints).map {
    CoordinateDescription(name: "q\($0)", defaultValue: 0, rangeMinimum: -2, rangeMaximum: 2)
  }
  let hinges = (0..<joints).map { joint in
    JointDescription(
      name: "hinge\(joint)", parent: joint == 0 ? nil : joint - 1, child: joint,
      frameInParent: Placement(translation: joint == 0 ? .zero : Vector3(0, -0.25, 0.01)),
      frameInChild: Placement(), motion: .hinge(axis: axes[joint % 3], coordinate: joint))
  }
  let units = (0..<muscles).map { index -> MuscleDescription in
    var muscle = MuscleDescription(
      name: "m\(index)", maxIsometricForce: 300 + 400 * random.uniform(),
      optimalFiberLength: 0.1, tendonSlackLength: 0.15,
      pennationAngleAtOptimal: 0.1 + 0.2 * random.uniform(), maxContractionVelocity: 10,
      fiberDamping: 0.01, path: [])
    muscle.isTendonRigid = true
    func arm() -> Double { 0.06 * (random.uniform() - 0.5) }
    let first = index % joints
    let length = 0.25 + 0.01 * random.uniform()
    muscle.lengthFunction =
      index % 3 == 0 || first == joints - 1
      ? FunctionBasedPath(
        coordinates: [first], order: 2, coefficients: [length, arm(), 0.1 * arm()])
      : FunctionBasedPath(
        coordinates: [first, first + 1], order: 2,
        coefficients: [length, arm(), 0.1 * arm(), arm(), 0.1 * arm(), 0.1 * arm()])
    return muscle
  }
  let limb = LimbModel(
    ModelDescription(
      name: "chain", gravity: Vector3(0, -9.81, 0), bodies: bodies, coordinates: coordinates,
      joints: hinges, muscles: units),
    payload: Payload(body: joints - 1, location: Vector3(0.02, -0.2, 0)))
  var parameters = limb.nominalParameters
  for index in parameters.joints.indices {
    parameters.joints[index].damping = 0.4
    parameters.joints[index].stiffness = 0.5
    parameters.joints[index].limitTorque = 1
    parameters.joints[index].limitWidth = 0.3
  }
  var targets: [[Quantity]] = []
  for muscle in 0..<muscles {
    targets += Quantity.MuscleProperty.allCases.map { [.muscle(muscle, $0)] }
  }
  for body in 0..<joints { targets += Quantity.BodyProperty.allCases.map { [.body(body, $0)] } }
  for coordinate in 0..<joints {
    targets += Quantity.CoordinateProperty.allCases.map { [.coordinate(coordinate, $0)] }
  }
  targets += [[.payload(.mass)], [.payload(.location)], [.tilt], [.emg(1, .gain)]]
  targets += [[.muscle(0, .maxIsometricForce), .muscle(muscles - 1, .maxIsometricForce)]]
  let model = LimbEstimationModel(
    limb: limb,
    parameters: ParameterSet(
      free: targets.enumerated().map {
        FreeParameter(name: "p\($0)", targets: $1, base: 1, priorDeviation: 0.1)
      },
      base: SystemParameters(
        limb: parameters, channels: Array(repeating: ChannelParameters(), count: 6),
        angleOffsets: Array(repeating: 0, count: joints))),
    noise: NoiseModel(
      angle: Array(repeating: 0.01, count: joints), activation: 0.1, torque: 0.2),
    channels: (0..<muscles).map { $0 % 6 })
  var window = Window(
    index: 0, start: SampleTime(nanoseconds: 0), step: 0.002, stepCount: 12, historySteps: 30,
    channelCount: 6, coordinateCount: joints, measurementStride: 1, followsPrevious: false)
  for index in window.envelopes.indices {
    window.envelopes[index] = 0.2 + 0.1 * sin(0.1 * Double(index))
  }
  return (model, window)
}
