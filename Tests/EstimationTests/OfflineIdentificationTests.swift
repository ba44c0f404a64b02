import Algebra
import Identification
import Signals
import Testing

@testable import Estimation

@Suite struct OfflineIdentificationTests {
  /// Recordings of somebody with unknowns `theta`, one a seed.
  private func recordings(
    _ theta: [Double], noise: Double, seeds: [UInt64]
  ) -> [RecordingSplit] {
    let model = smallElbowModel()
    return seeds.map { seed in
      let windows = elbowWindows(
        model, theta: theta, count: 6, level: 0.1 + 0.02 * Double(seed), noise: noise, seed: seed)
      var stretch = MotionStretch(windows[0])
      for window in windows.dropFirst() { stretch.append(window) }
      return RecordingSplit([stretch], heldOut: 0)
    }
  }

  private func errors(
    _ solution: OfflineIdentification.Solution, _ truth: [Double]
  ) throws -> [Double] {
    let covariance = try #require(Cholesky(solution.posterior.information)).inverse()
    return truth.indices.map {
      abs(solution.posterior.mean[$0] - truth[$0]) / covariance[$0, $0].squareRoot()
    }
  }

  @Test func farFromThePriorTheTruthIsFoundOverAllRecordings() throws {
    // two and three prior deviations off
    let truth = [0.5, -0.45, 0.4, -0.9]
    let splits = recordings(truth, noise: 1e-3, seeds: [1, 2])
    let fit = OfflineIdentification(smallElbowModel())
    let solution = try #require(fit.solve(splits))
    #expect(abs(solution.meanSquaredResidual - 1) < 0.25)
    #expect(solution.termination == .converged)
    // the scale of forces is the prior's: ratios are told
    let ratio = solution.posterior.mean[0] - solution.posterior.mean[1]
    #expect(abs(ratio - 0.95) < 0.02, "\(solution.posterior.mean)")
    // the same windows by the study's way
    let study = try #require(
      TrajectoryFit(smallElbowModel()).solve(
        fit.windows(splits), arrival: ArrivalCost(prior: smallElbowModel().parameters)))
    for (own, other) in zip(solution.posterior.mean, study.posterior.mean) {
      #expect(abs(own - other) < 1e-3)
    }
    // and with the recordings the other way round
    let turned = try #require(fit.solve(splits.reversed()))
    for (own, other) in zip(solution.posterior.mean, turned.posterior.mean) {
      #expect(abs(own - other) < 1e-3)
    }
  }

  @Test func levelsOfNoiseAreEstimatedWhenAsked() throws {
    let truth = [0.15, -0.1, 0.05, 0.1]
    var squares = 0.0
    for seed in 1...2 as ClosedRange<UInt64> {
      let splits = recordings(truth, noise: 3e-3, seeds: [seed, seed + 10])
      var fit = OfflineIdentification(smallElbowModel(noise: 6e-4))
      fit.estimatesNoise = true
      let solution = try #require(fit.solve(splits))
      let level = try #require(solution.noiseLevels.first)
      #expect(solution.noiseLevels.count == 1 && level.stated == 6e-4)
      let error = (level.value - 3e-3) / level.deviation
      #expect(abs(error) < 3.5, "\(level)")
      squares += error * error / 2
      #expect(abs(solution.meanSquaredResidual - 1) < 0.1)
      #expect(solution.noise?.angle == [level.value])
      // with levels that are true, error bars are
      #expect(try errors(solution, truth).allSatisfy { $0 < 3.5 })
    }
    #expect(squares < 3)
  }

  @Test func aModelThatCannotFitIsSaidToAndFittedAnyway() throws {
    // sensors ten times as bad as stated: no start comes down to the noise
    let splits = recordings([0.1, -0.1, 0, 0], noise: 1e-2, seeds: [3])
    let solution = try #require(OfflineIdentification(smallElbowModel()).solve(splits))
    #expect(solution.meanSquaredResidual > 50 && solution.meanSquaredResidual < 200)
    #expect(abs(solution.posterior.mean[0] - solution.posterior.mean[1] - 0.2) < 0.2)
  }
}
