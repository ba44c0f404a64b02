import Foundation
import Identification
import Musculoskeletal
import Signals
import Testing

@testable import CrossCheck

/// A worn device's torque in the model: the product's step against GSL, and what it tells of the scale.
@Suite struct ExternalTorqueCheckTests {
  private let start = [0.2, 1.2, 0.5, -0.3]
  private let theta = [0.05, -0.08, 0.1]

  private func helped(_ steps: Int = 100) -> Window {
    var window = smoothWindow(step: 0.005, stepCount: steps, stride: 2)
    window.isMeasured = window.isMeasured.map { _ in true }
    for step in 0..<steps {
      window.externalTorque += [1.5 * sin(0.05 * Double(step)), step < steps / 2 ? 3 : -2]
    }
    return window
  }

  private func motion(
    _ model: LimbEstimationModel, _ window: Window, theta: [Double]
  ) -> [Double]? {
    var residual = WindowResidual(model)
    return residual.predict(window, theta: theta, from: start)
  }

  @Test func gslFollowsTheSameTorque() throws {
    let model = try armModel()
    let window = helped()
    let predicted = try #require(
      motion(model, window, theta: theta))
    var check = TrajectoryCrossCheck(model)
    let outcome = check.check(window, theta: theta, start: start, predicted: predicted)
    let result = try #require(outcome.result)
    #expect(result.passed && result.maxAngleDifference < 1e-4, "\(result.maxAngleDifference) rad")
    // without the torque it is another motion, in the product and in GSL
    var alone = window
    alone.externalTorque = []
    let other = try #require(motion(model, alone, theta: theta))
    #expect(zip(other, predicted).map { abs($0 - $1) }.max() ?? 0 > 0.1)
    let opposed = check.check(alone, theta: theta, start: start, predicted: predicted)
    let wrong = try #require(opposed.result)
    #expect(!wrong.passed)
  }

  @Test func derivativesStayExactUnderTorque() throws {
    let model = try armModel()
    var check = DerivativeCrossCheck(model)
    let question = try #require(check.question(helped()))
    var residual = WindowResidual(model)
    let found = residual.predictionChange(
      question.window, theta: theta, from: start, along: question.direction)
    let change = try #require(found)
    let difference = try check.difference(question, theta: theta, start: start, change: change)
    #expect(difference < 2e-3, "\(difference)")
  }

  /// Forces, inertias and dampings that grow together move nothing, unless something that does not grow pulls too.
  @Test func aMeasuredTorqueIsAnAnchorOfTheScale() throws {
    let (limb, base) = try dampedArm()
    var alone = helped()
    alone.externalTorque = []
    for (window, isAnchored) in [(alone, false), (helped(), true)] {
      var grown = base
      for index in grown.limb.muscles.indices { grown.limb.muscles[index].maxIsometricForce *= 1.3 }
      for index in grown.limb.bodies.indices where grown.limb.bodies[index].distribution.mass > 0 {
        let numbers = grown.limb.bodies[index].distribution.linearParameters
        grown.limb.bodies[index].distribution = RigidBodyInertia(
          linearParameters: numbers.map { 1.3 * $0 })
      }
      for index in grown.limb.joints.indices {
        grown.limb.joints[index].damping *= 1.3
        grown.limb.joints[index].stiffness *= 1.3
        grown.limb.joints[index].limitTorque *= 1.3
      }
      let predictions = try [base, grown].map { base in
        let model = LimbEstimationModel(
          limb: limb, parameters: ParameterSet(free: [], base: base),
          noise: NoiseModel(angle: [1e-3, 1e-3]), channels: Array(0..<6))
        return try #require(motion(model, window, theta: []))
      }
      let difference = zip(predictions[0], predictions[1]).map { abs($0 - $1) }.max() ?? 0
      #expect(isAnchored ? difference > 0.01 : difference < 1e-9, "\(difference) rad")
    }
  }
}
