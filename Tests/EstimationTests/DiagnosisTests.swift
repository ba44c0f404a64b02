import Algebra
import Foundation
import Identification
import Musculoskeletal
import Signals
import Testing

@testable import Estimation

/// What is wrong with a pendulum's session, with a tight prior on its mass as the anchor.
@Suite struct DiagnosisTests {
  /// The session's model: the mass is free within 2 %, damping is stated.
  private func model(damping: Double, mass: Double = 1) -> LimbEstimationModel {
    let limb = LimbModel(
      ModelDescription(
        name: "pendulum", gravity: Vector3(0, -9.81, 0),
        bodies: [
          BodyDescription(
            name: "bob", mass: mass, massCenter: Vector3(0, -0.3, 0),
            momentsOfInertia: Vector3(0.001, 0.001, 0.001))
        ],
        coordinates: [
          CoordinateDescription(
            name: "swing", defaultValue: 0, rangeMinimum: -3, rangeMaximum: 3, damping: damping)
        ],
        joints: [
          JointDescription(
            name: "pin", parent: nil, child: 0, frameInParent: Placement(),
            frameInChild: Placement(), motion: .hinge(axis: Vector3(0, 0, 1), coordinate: 0))
        ],
        muscles: []))
    return LimbEstimationModel(
      limb: limb,
      parameters: ParameterSet(
        free: [
          FreeParameter(
            name: "body/bob/mass", targets: [.body(0, .mass)], base: mass, priorDeviation: 0.02)
        ],
        base: SystemParameters(limb: limb.nominalParameters, channels: [], angleOffsets: [0])),
      noise: NoiseModel(angle: [1e-3]), channels: [])
  }

  /// Six seconds of swinging of a pendulum damped by 0.02, with encoder noise.
  private func session(seed: UInt64) throws -> Window {
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: 0.01, stepCount: 600, historySteps: 0,
      channelCount: 0, coordinateCount: 1, measurementStride: 1, followsPrevious: false)
    window.isMeasured = window.isMeasured.map { _ in true }
    var residual = WindowResidual(model(damping: 0.02, mass: 1.01))
    let angles = residual.predict(window, theta: [0], from: [1.2, 0])
    window.angles = try #require(angles)
    var random = RandomSource(seed: seed)
    for index in window.angles.indices { window.angles[index] += 1e-3 * random.gaussian() }
    return window
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func aCleanSessionIsLeftInPeace(seed: UInt64) throws {
    let outcome = try #require(
      Diagnosis(model(damping: 0.02)).examine([try session(seed: seed)]))
    #expect(outcome.accused.isEmpty)
    #expect(outcome.findings(model(damping: 0.02)).isEmpty)
    #expect(abs(outcome.plain.meanSquaredResidual - 1) < 0.2)
    // a pendulum is as good as its mirror image: a flipped sensor cannot be told, and nothing is made up
    let flipped = StudyFault.encoderSign(coordinate: 0).applied(to: try session(seed: seed))
    #expect(try #require(Diagnosis(model(damping: 0.02)).examine([flipped])).accused.isEmpty)
  }

  @Test(arguments: [UInt64(4), 5])
  func wrongDampingIsNamedWithItsValue(seed: UInt64) throws {
    let stated = model(damping: 0.03)
    let outcome = try #require(Diagnosis(stated).examine([try session(seed: seed)]))
    #expect(outcome.accused == [.damping], "seed \(seed)")
    let fit = try #require(outcome.alternatives.first)
    let found = DiagnosisHypothesis.damping.freed(stated).parameters.system(at: fit.theta)
    // free-start windows of this length tell it to a few per cent
    #expect(abs(found.limb.joints[0].damping - 0.02) < 0.002)
    let finding = try #require(outcome.findings(stated).first)
    #expect(finding.code == "damping_wrong")
    #expect(finding.message.contains("swing 0.0"))
    #expect(!finding.evidence.isEmpty && !finding.remedy.isEmpty)
  }

  @Test(arguments: [0.1, -0.05])
  func aWrongZeroIsNamedWithItsValue(offset: Double) throws {
    let model = model(damping: 0.02)
    let wrong = StudyFault.encoderZero(coordinate: 0, offset: offset)
      .applied(to: try session(seed: 6))
    let outcome = try #require(Diagnosis(model).examine([wrong]))
    #expect(outcome.accused == [.angleZero(0)])
    let fit = try #require(outcome.alternatives.first)
    let found = DiagnosisHypothesis.angleZero(0).freed(model).parameters.system(at: fit.theta)
    #expect(abs(found.angleOffsets[0] - offset) < 0.005)
    #expect(outcome.findings(model).map(\.code) == ["encoder_zero_off"])
  }

  @Test func aChannelIsDeadOnlyWhileTheLimbMoves() {
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: 0.01, stepCount: 100, historySteps: 0,
      channelCount: 2, coordinateCount: 1, measurementStride: 1, followsPrevious: false)
    window.isMeasured = window.isMeasured.map { _ in true }
    for row in 0...window.halfStepCount {
      window.envelopes[2 * row] = 0.005 + 0.0005 * sin(Double(row))
      window.envelopes[2 * row + 1] = 0.1 + 0.08 * sin(0.1 * Double(row))
    }
    #expect(!ChannelEvidence.all([window])[0].isDead)
    for row in 0...100 { window.angles[row] = 0.01 * Double(row) }
    let evidence = ChannelEvidence.all([window], unusableTime: [0, 0.5])
    #expect(evidence.map(\.isDead) == [true, false])
    #expect(evidence.map(\.isSaturated) == [false, true])
  }
}
