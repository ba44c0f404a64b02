import Algebra
import Identification
import Musculoskeletal
import Signals
import Testing

@Suite struct AugmentedKalmanFilterTests {
  /// A linear oscillator whose sensor's zero is unknown, and a noisy reading of it.
  private func linear() -> (LimbEstimationModel, [Window]) {
    let (limb, base) = oscillator(stiffness: 30, damping: 0.4, inertia: 0.5)
    let model = LimbEstimationModel(
      limb: limb,
      parameters: ParameterSet(
        free: [
          FreeParameter(
            name: "coordinate/swing/offset", targets: [.coordinate(0, .offset)], base: 0,
            priorDeviation: 0.2),
          FreeParameter(
            name: "coordinate/swing/rest_angle", targets: [.coordinate(0, .restAngle)], base: 0,
            priorDeviation: 0.3),
        ], base: base),
      noise: NoiseModel(angle: [0.01], torque: 0.2), channels: [])
    var random = RandomSource(seed: 11)
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: 0.02, stepCount: 60, historySteps: 2,
      channelCount: 0, coordinateCount: 1, measurementStride: 2, followsPrevious: false)
    var residual = WindowResidual(model)
    window.angles = residual.predict(window, theta: [0.1, -0.2], from: [0.3, 0]) ?? []
    for index in window.angles.indices {
      window.angles[index] += 0.1 + 0.01 * random.gaussian()
      window.isMeasured[index] = true
    }
    return (model, window.parts(of: 10, isContinuous: true))
  }

  @Test func onALinearSystemItIsTheBatchLeastSquares() throws {
    let (model, windows) = linear()
    var filter = AugmentedKalmanFilter(model)
    filter.filter(windows)
    #expect(filter.intervalCount == 30)
    var chain = WindowChain(
      windows, arrival: ArrivalCost(prior: model.parameters), start: nil,
      residual: WindowResidual(model))
    let solver = LevenbergMarquardt(evaluationLimit: 10, stepTolerance: 1e-10)
    let result = solver.minimise(&chain, from: [0, 0])
    let batch = try #require(result)
    for index in 0..<2 {
      #expect(abs(filter.posterior.mean[index] - batch.theta[index]) < 1e-9)
      for column in 0..<2 {
        let own = filter.posterior.information[index, column]
        let other = batch.equations.information[index, column]
        #expect(abs(own - other) < 1e-6 * abs(other))
      }
    }
    // the readings swing about offset plus rest angle; only the prior tells the two apart
    #expect(abs(batch.theta[0] + batch.theta[1] + 0.1) < 0.03)
  }

  @Test func aBrokenWindowEndsWhereItBreaks() {
    let (model, sound) = linear()
    var windows = sound
    windows[1].angles[4] = .nan
    var filter = AugmentedKalmanFilter(model)
    filter.filter(windows)
    // three intervals of the broken one, and all of the two others
    #expect(filter.intervalCount == 10 + 3 + 10)
    let isFinite = filter.posterior.mean.allSatisfy { $0.isFinite }
    #expect(isFinite)
    let prior = ArrivalCost(prior: model.parameters)
    #expect(filter.posterior.information[0, 0] > prior.information[0, 0])
  }
}
