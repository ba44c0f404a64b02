import Identification
import Musculoskeletal
import Signals
import Testing

@testable import Estimation

@Suite struct EstimatorWorkerTests {
  /// A pendulum whose damping is unknown, measured without noise while it swings.
  private func swing(damping: Double) -> (LimbEstimationModel, Window) {
    func pendulum(_ damping: Double) -> LimbModel {
      LimbModel(
        ModelDescription(
          name: "pendulum", gravity: Vector3(0, -9.81, 0),
          bodies: [
            BodyDescription(
              name: "bob", mass: 1, massCenter: Vector3(0, -0.3, 0),
              momentsOfInertia: Vector3(0.001, 0.001, 0.001))
          ],
          coordinates: [
            CoordinateDescription(
              name: "swing", defaultValue: 0, rangeMinimum: -3, rangeMaximum: 3, damping: damping)
          ],
          joints: [
            JointDescription(
              name: "pin", parent: nil, child: 0, frameInParent: Placement(),
              frameInChild: Placement(),
              motion: .hinge(axis: Vector3(0, 0, 1), coordinate: 0))
          ],
          muscles: []))
    }
    func model(_ limb: LimbModel) -> LimbEstimationModel {
      LimbEstimationModel(
        limb: limb,
        parameters: ParameterSet(
          free: [
            FreeParameter(
              name: "coordinate/swing/damping", targets: [.coordinate(0, .damping)],
              base: limb.description.coordinates[0].damping, priorDeviation: 0.5)
          ],
          base: SystemParameters(
            limb: limb.nominalParameters, channels: [], angleOffsets: [0])),
        noise: NoiseModel(angle: [1e-4]), channels: [])
    }
    var window = Window(
      index: 0, start: SampleTime(seconds: 0), step: 0.01, stepCount: 100, historySteps: 5,
      channelCount: 0, coordinateCount: 1, measurementStride: 1, followsPrevious: false)
    var truth = WindowResidual(model(pendulum(damping)))
    window.angles = truth.predict(window, theta: [0], from: [0.8, 0]) ?? []
    window.isMeasured = window.angles.map { _ in true }
    return (model(pendulum(0.05)), window)
  }

  @Test func aGoodWindowIsFittedCrossCheckedAndAdopted() throws {
    let (model, window) = swing(damping: 0.08)
    var worker = EstimatorWorker(
      RecursiveEstimator(model, configuration: RecursionConfiguration(), hasGains: true))
    let outcome = worker.consume(window)
    #expect(outcome.refusal == nil)
    let check = try #require(outcome.estimate.crossCheck)
    #expect(check.passed && check.maxAngleDifference < 1e-5)
    #expect(abs(outcome.estimate.values[0] - 0.08) < 1e-3)
    #expect(outcome.estimate.status == [.identified])
  }

  @Test func aWindowWithANaNIsRefusedAndTheBeliefStays() {
    let (model, window) = swing(damping: 0.08)
    var worker = EstimatorWorker(
      RecursiveEstimator(model, configuration: RecursionConfiguration(), hasGains: true))
    _ = worker.consume(window)
    let before = worker.estimator.posterior
    var broken = window
    broken.index = 1
    broken.angles[40] = .nan
    let outcome = worker.consume(broken)
    #expect(outcome.refusal == .notFinite)
    #expect(worker.estimator.posterior == before)
  }
}
