import Algebra
import Foundation
import Identification
import Musculoskeletal
import Signals
import Testing

@Suite struct NoiseLevelEstimateTests {
  /// A mass on a spring with a sensor of its angle and one of its rate.
  private func model(angle: Double, rate: Double?) -> LimbEstimationModel {
    let (limb, base) = oscillator(stiffness: 80, damping: 0.4, inertia: 1)
    let free = [
      FreeParameter(
        name: "stiffness", targets: [.coordinate(0, .stiffness)], base: 80, priorDeviation: 0.5),
      FreeParameter(
        name: "damping", targets: [.coordinate(0, .damping)], base: 0.4, priorDeviation: 1),
      FreeParameter(
        name: "offset", targets: [.coordinate(0, .offset)], base: 0, priorDeviation: 0.5),
    ]
    return LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [angle], rate: rate.map { [$0] } ?? []), channels: [])
  }

  /// What the sensors of a swing show that begins at 0.5 rad: exact, then with noise.
  private func windows(
    _ model: LimbEstimationModel, steps: Int, stride: Int, angle: Double, rate: Double?,
    seed: UInt64
  ) throws -> [Window] {
    var random = RandomSource(seed: seed)
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: 0.01, stepCount: steps, historySteps: 2,
      channelCount: 0, coordinateCount: 1, measurementStride: stride, followsPrevious: false)
    let theta = [0.1, 0.2, 0.05]
    let exact = WindowResidual(model).predicted(window, theta: theta, from: [0.5, 0])
    window.angles = try #require(exact)
    window.isMeasured = window.isMeasured.map { _ in true }
    if let rate {
      // the closed form of a damped swing from rest
      let (stiffness, damping) = (80 * exp(0.1), 0.4 * exp(0.2))
      let decay = damping / 2
      let frequency = sqrt(stiffness - decay * decay)
      window.rates = window.angles.indices.map { row in
        let time = Double(row * stride) * window.step
        return -0.5 * stiffness / frequency * exp(-decay * time) * sin(frequency * time)
          + rate * random.gaussian()
      }
      window.isRateMeasured = window.isMeasured
    }
    for index in window.angles.indices { window.angles[index] += 0.05 + angle * random.gaussian() }
    return window.parts(of: 50, isContinuous: true)
  }

  @Test(arguments: [3, 1.0 / 3])
  func levelsAreFoundWhateverIsStated(factor: Double) throws {
    let (angle, rate) = (0.002, 0.03)
    var squares = 0.0
    var logarithms = 0.0
    let seeds: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8]
    for seed in seeds {
      let model = model(angle: factor * angle, rate: rate / factor)
      let windows = try windows(
        model, steps: 400, stride: 1, angle: angle, rate: rate, seed: seed)
      let found = try #require(
        NoiseLevelEstimate(
          model, windows, arrival: ArrivalCost(prior: model.parameters), from: [0, 0, 0]))
      #expect(found.isConverged && found.levels.count == 2)
      for (level, truth) in zip(found.levels, [angle, rate]) {
        // four hundred readings each, of which few go into five unknowns
        #expect(abs(level.deviation / (level.value / sqrt(800)) - 1) < 0.03)
        let error = (level.value - truth) / level.deviation
        #expect(abs(error) < 4, "seed \(seed): \(level)")
        squares += error * error / Double(2 * seeds.count)
        logarithms += log(level.value / truth) / Double(2 * seeds.count)
      }
      #expect(abs(found.levels[0].stated - factor * angle) < 1e-15)
      #expect(abs(found.solution.meanSquaredResidual - 1) < 0.03)
      for (index, truth) in [0.1, 0.2, 0.05].enumerated() {
        let covariance = try #require(found.solution.covariance)
        #expect(
          abs(found.solution.posterior.mean[index] - truth) < 4.5 * sqrt(covariance[index, index]))
      }
    }
    #expect(squares > 0.3 && squares < 2.2, "\(squares)")
    #expect(abs(logarithms) < 3 / sqrt(800 * Double(2 * seeds.count)), "\(logarithms)")
  }

  @Test func whatUnknownsTakeIsNoLackOfNoise() throws {
    // 24 readings for three unknowns and two states: without degrees of freedom the variance is a fifth short
    var ratio = 0.0
    let count = 40
    for seed in 0..<count {
      let model = model(angle: 0.01, rate: nil)
      let windows = try windows(
        model, steps: 240, stride: 10, angle: 0.01, rate: nil, seed: UInt64(100 + seed))
      let found = try #require(
        NoiseLevelEstimate(
          model, windows, arrival: ArrivalCost(prior: model.parameters), from: [0, 0, 0]))
      ratio += pow(found.levels[0].value / 0.01, 2) / Double(count)
    }
    // one standard deviation is sqrt(2 / 20 / 40)
    #expect(abs(ratio - 1) < 3 * sqrt(2 / 20 / Double(count)), "\(ratio)")
  }

  @Test func aSensorThatMeasuresNothingHasNoLevel() throws {
    let model = model(angle: 0.01, rate: 0.1)
    let windows = try windows(model, steps: 100, stride: 2, angle: 0.01, rate: nil, seed: 3)
    let found = try #require(
      NoiseLevelEstimate(
        model, windows, arrival: ArrivalCost(prior: model.parameters), from: [0, 0, 0]))
    #expect(found.levels.count == 1 && found.levels[0].sensor == .angle)
  }
}
