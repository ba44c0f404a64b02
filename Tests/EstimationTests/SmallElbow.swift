import Algebra
import Foundation
import Identification
import Musculoskeletal
import Signals

/// A forearm on a hinge with one flexor and one extensor, each with its own EMG channel.
func smallElbow() -> ModelDescription {
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
  return ModelDescription(
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
}

/// The elbow with strengths, mass and damping unknown.
func smallElbowModel(noise: Double = 1e-3, carriesPayload: Bool = false) -> LimbEstimationModel {
  let description = smallElbow()
  let limb = LimbModel(
    description, payload: carriesPayload ? Payload(body: 0, location: Vector3(0, -0.3, 0)) : nil)
  let free = [
    FreeParameter(
      name: "muscle/flexor/max_isometric_force", targets: [.muscle(0, .maxIsometricForce)],
      base: 400, priorDeviation: 0.2),
    FreeParameter(
      name: "muscle/extensor/max_isometric_force", targets: [.muscle(1, .maxIsometricForce)],
      base: 500, priorDeviation: 0.2),
    FreeParameter(
      name: "body/forearm/mass", targets: [.body(0, .mass)], base: 1.5, priorDeviation: 0.2),
    FreeParameter(
      name: "coordinate/flexion/damping", targets: [.coordinate(0, .damping)], base: 0.3,
      priorDeviation: 0.3),
  ]
  return LimbEstimationModel(
    limb: limb,
    parameters: ParameterSet(
      free: free,
      base: SystemParameters(
        limb: limb.nominalParameters,
        channels: Array(repeating: ChannelParameters(), count: 2), angleOffsets: [0])),
    noise: NoiseModel(angle: [noise]), channels: [0, 1])
}

/// What a limb with unknowns `theta` does while its muscles wax and wane, in windows of half a second.
func elbowWindows(
  _ model: LimbEstimationModel, theta: [Double], count: Int, level: Double = 0.15,
  noise: Double = 1e-3, seed: UInt64 = 5
) -> [Window] {
  var window = Window(
    index: 0, start: SampleTime(nanoseconds: 0), step: 0.0125, stepCount: 40 * count,
    historySteps: 20, channelCount: 2, coordinateCount: 1, measurementStride: 2,
    followsPrevious: false)
  for row in 0...window.halfStepCount {
    let time = 0.5 * window.step * Double(row - 2 * window.historySteps)
    window.envelopes[2 * row] = level * (1 + 0.8 * sin(2 * .pi * 0.9 * time))
    window.envelopes[2 * row + 1] = level * (1 + 0.8 * sin(2 * .pi * 0.7 * time + 2))
  }
  var residual = WindowResidual(model)
  var random = RandomSource(seed: seed)
  window.angles = (residual.predict(window, theta: theta, from: [0.8, 0]) ?? []).map {
    $0 + noise * random.gaussian()
  }
  window.isMeasured = window.angles.map { _ in true }
  return window.parts(of: 20, isContinuous: true)
}
