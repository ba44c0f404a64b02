import Algebra
import Identification
import Musculoskeletal
import Signals
import Simulation
import Testing

@testable import Estimation

/// Whole trials of a small study: the truth is integrated apart from the estimator, guesses are drawn around it.
@Suite struct StudyTests {
  /// An elbow's strengths, mass and damping, with a payload as the anchor.
  private func design(
    angleNoise: Double, activationNoise: Double = 0, duration: Double = 4
  ) -> StudyDesign {
    let model = smallElbowModel(carriesPayload: true)
    return StudyDesign(
      limb: model.limb,
      subject: VirtualSubjectConfiguration(
        seed: 0, truthSpread: 0, payload: 1, payloadPeriod: 2, payloadMassDeviation: 0,
        payloadLocationDeviation: 0, reach: [0.5...1.6], coContraction: 0.1),
      measurement: StudyMeasurement(
        interval: 0.01, step: 0.005, angleNoise: angleNoise, activationNoise: activationNoise),
      duration: duration, parameters: model.parameters,
      noise: NoiseModel(angle: [max(angleNoise, 1e-6)], activation: activationNoise))
  }

  @Test func withoutNoiseTheTruthIsFound() throws {
    let trial = try StudyTrial(design(angleNoise: 0), index: 3)
    let result = try #require(StudyTrialResult(trial, online: nil, onlineWindow: 1))
    #expect(result.initialMuscleError > 1)
    #expect(result.muscleError < 1e-3)
    #expect(!result.hasFailed)
    // the same number is the same trial, to the digit
    let again = try StudyTrial(design(angleNoise: 0), index: 3)
    #expect(again.window == trial.window)
    #expect(StudyTrialResult(again, online: nil, onlineWindow: 1)?.error == result.error)
  }

  @Test func errorsAreWhatTheBoundSays() throws {
    let design = design(angleNoise: 1e-3)
    let results = try (0..<6).compactMap {
      StudyTrialResult(try StudyTrial(design, index: $0), online: nil, onlineWindow: 1)
    }
    #expect(results.count == 6)
    let summary = StudySummary(results, parameters: design.parameters, missing: [])
    #expect(summary.failed.isEmpty)
    #expect(summary.identifiableDirections >= 3)
    // six trials: the square root of chi-square over its freedom lies in 0.4 to 1.6 but for 2 % each
    #expect(summary.errorOverBound.median > 0.4 && summary.errorOverBound.median < 1.6)
    #expect(summary.coverage > 0.8)
    for result in results {
      for (index, deviation) in result.deviation.enumerated() {
        let bound = result.bound[index, index].squareRoot()
        #expect(abs(deviation / bound - 1) < 0.2)
      }
    }
  }

  @Test func noisyActivationsTakenAsExactAreFalselyCertain() throws {
    let design = design(angleNoise: 1e-3, activationNoise: 0.1)
    let results = try (0..<2).compactMap {
      StudyTrialResult(try StudyTrial(design, index: $0), online: nil, onlineWindow: 1)
    }
    let summary = StudySummary(results, parameters: design.parameters, missing: [])
    #expect(summary.ways.map(\.estimator) == [.firstOrder, .latent, .naive])
    let (product, naive) = (summary.ways[0], summary.ways[2])
    #expect(product.coverage > 0.8)
    #expect(naive.coverage < product.coverage - 0.2)
  }
}
