import CrossCheck
import Foundation
import Identification
import Signals
import Testing

@Suite struct TrajectoryCrossCheckTests {
  private let start = [0.2, 1.2, 0.5, -0.3]
  private let theta = [0.05, -0.08, 0.1]

  /// The product's prediction of a window and the check's opinion of it.
  private func opinion(
    _ window: Window, predictedWith theta: [Double]? = nil, threshold: Double = 0.5e-3
  ) throws -> CrossCheckResult {
    let model = try armModel()
    let predicted = try #require(
      WindowResidual(model).predicted(window, theta: theta ?? self.theta, from: start))
    var check = TrajectoryCrossCheck(model, threshold: threshold)
    let outcome = check.check(window, theta: self.theta, start: start, predicted: predicted)
    return try #require(outcome.result)
  }

  @Test func agreesWithTheProductAtItsOwnStep() throws {
    let result = try opinion(smoothWindow(step: 0.005, stepCount: 100))
    #expect(result.passed)
    #expect(result.threshold == 0.5e-3)
    #expect(result.maxAngleDifference < 1e-4, "\(result.maxAngleDifference) rad")
    #expect(result.maxAngleDifference > 1e-13, "two integrators never agree to the last digit")
  }

  @Test func theDifferenceFallsWithTheFourthPowerOfTheStep() throws {
    // same continuous envelopes; RK4 of limb and activations both err with the fourth power,
    // the linear excitation between half steps with the second
    let coarse = try opinion(smoothWindow(step: 0.01, stepCount: 50)).maxAngleDifference
    let fine = try opinion(smoothWindow(step: 0.005, stepCount: 100)).maxAngleDifference
    #expect(coarse / fine > 8 && coarse / fine < 40, "\(coarse) and \(fine) rad")
  }

  @Test func noticesAStepThatIsTooLong() throws {
    let result = try opinion(smoothWindow(step: 0.05, stepCount: 10))
    #expect(!result.passed, "\(result.maxAngleDifference) rad")
  }

  @Test(arguments: 0..<3)
  func noticesADifferentParameter(index: Int) throws {
    var other = theta
    other[index] += 0.1
    let result = try opinion(smoothWindow(step: 0.005, stepCount: 100), predictedWith: other)
    #expect(!result.passed, "\(result.maxAngleDifference) rad")
  }

  @Test func followsThePayloadStepByStep() throws {
    var window = smoothWindow(step: 0.005, stepCount: 100, stride: 2)
    for step in 33..<71 { window.payload[step] = 2 }
    let result = try opinion(window)
    #expect(result.passed && result.maxAngleDifference < 1e-4)

    // one step later is a different motion
    let model = try armModel()
    let predicted = try #require(
      WindowResidual(model).predicted(window, theta: theta, from: start))
    for step in 28..<33 { window.payload[step] = 2 }
    var check = TrajectoryCrossCheck(model)
    let outcome = check.check(window, theta: theta, start: start, predicted: predicted)
    #expect(try #require(outcome.result).passed == false)
  }

  @Test func whatIsNotFiniteIsAFailureNotACrash() throws {
    let window = smoothWindow(step: 0.005, stepCount: 10)
    let model = try armModel()
    var predicted = try #require(
      WindowResidual(model).predicted(window, theta: theta, from: start))
    var check = TrajectoryCrossCheck(model)
    let absurd = check.check(window, theta: theta, start: [0, 0, 1e200, 0], predicted: predicted)
    #expect(absurd.result == nil)
    predicted[5] = .nan
    #expect(
      check.check(window, theta: theta, start: start, predicted: predicted)
        == .failed(.predictionNotFinite))
  }
}

extension WindowResidual {
  /// `predict` on a copy.
  fileprivate func predicted(_ window: Window, theta: [Double], from state: [Double]) -> [Double]? {
    var copy = self
    return copy.predict(window, theta: theta, from: state)
  }
}
