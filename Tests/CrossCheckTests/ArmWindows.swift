import Foundation
import Identification
import Musculoskeletal
import OpenSimFiles
import Signals
import TestSupport

/// The shipped arm26 with a payload place in the hand and some joint damping.
func dampedArm() throws -> (limb: LimbModel, base: SystemParameters) {
  let description = try OpenSimReader.read(
    path: repository.appendingPathComponent("config/models/arm26_nowrap.osim").path
  ).replacingMuscles(by: .deGrooteFregly2016, isTendonRigid: true, keepsTimeConstants: true)
  let limb = LimbModel(description, payload: Payload(body: 2, location: Vector3(0, -0.3, 0)))
  var parameters = limb.nominalParameters
  for index in parameters.joints.indices { parameters.joints[index].damping = 0.3 }
  return (
    limb,
    SystemParameters(
      limb: parameters, channels: Array(repeating: ChannelParameters(), count: 6),
      angleOffsets: [0, 0])
  )
}

/// The arm with the maximum isometric force of BIClong, the forearm's mass and a gain free.
func armModel() throws -> LimbEstimationModel {
  let (limb, base) = try dampedArm()
  let free = [
    FreeParameter(
      name: "muscle/BIClong/max_isometric_force", targets: [.muscle(3, .maxIsometricForce)],
      base: 624.3, priorDeviation: 0.1),
    FreeParameter(
      name: "body/r_ulna_radius_hand/mass", targets: [.body(2, .mass)], base: 1.5,
      priorDeviation: 0.1),
    FreeParameter(
      name: "emg/BRA/gain", targets: [.emg(5, .gain)], base: 1, priorDeviation: 0.2),
  ]
  return LimbEstimationModel(
    limb: limb, parameters: ParameterSet(free: free, base: base),
    noise: NoiseModel(angle: [1e-3, 1e-3]), channels: Array(0..<6))
}

/// A window of smooth envelopes, each a raised sine of its own frequency.
func smoothWindow(step: Double, stepCount: Int, stride: Int = 1) -> Window {
  var window = Window(
    index: 0, start: SampleTime(nanoseconds: 0), step: step, stepCount: stepCount,
    historySteps: Int((0.15 / step).rounded()), channelCount: 6, coordinateCount: 2,
    measurementStride: stride, followsPrevious: false)
  for row in 0...window.halfStepCount {
    let time = 0.5 * step * Double(row - 2 * window.historySteps)
    for channel in 0..<6 {
      window.envelopes[6 * row + channel] =
        0.12 + 0.08 * sin(2 * .pi * (0.7 + 0.2 * Double(channel)) * time + Double(channel))
    }
  }
  return window
}
