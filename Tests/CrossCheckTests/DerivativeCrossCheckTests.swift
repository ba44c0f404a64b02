import CrossCheck
import Foundation
import Identification
import Signals
import Testing

@Suite struct DerivativeCrossCheckTests {
  private let start = [0.2, 1.2, 0.5, -0.3]
  private let theta = [0.05, -0.08, 0.1]

  /// The check's difference for the product's derivative, one parameter's part of it falsified.
  private func difference(
    window index: Int = 0, payload: Double = 0, falsified: Int? = nil, factor: Double = 1
  ) throws -> Double {
    let model = try armModel()
    var window = smoothWindow(step: 0.005, stepCount: 100, stride: 2)
    window.index = index
    for step in 7..<100 { window.payload[step] = payload }
    var check = DerivativeCrossCheck(model)
    let question = try #require(check.question(window))
    var direction = question.direction
    // a derivative by one parameter that is too long by a factor is the derivative along this
    if let falsified { direction[falsified] *= factor }
    var residual = WindowResidual(model)
    let change = residual.predictionChange(
      question.window, theta: theta, from: start, along: direction)
    return try check.difference(
      question, theta: theta, start: start, change: try #require(change))
  }

  @Test(arguments: [0, 1, 7])
  func theProductsDerivativeAgreesWithGSL(index: Int) throws {
    let difference = try difference(window: index, payload: index == 7 ? 2 : 0)
    #expect(difference < 1e-4)
    #expect(difference > 1e-12, "two ways to a derivative never agree to the last digit")
  }

  @Test(arguments: 0..<3)
  func aWrongDerivativeByOneParameterFails(index: Int) throws {
    let threshold = DerivativeCrossCheck(try armModel()).threshold
    #expect(try difference(falsified: index, factor: 1.1) > threshold)
    #expect(try difference(falsified: index, factor: 0) > threshold)
  }

  @Test func theDerivativeIsThatOfThePredictedReadings() throws {
    let model = try armModel()
    let window = smoothWindow(step: 0.005, stepCount: 20, stride: 4)
    let direction = [0.3, -0.2, 0.5]
    var residual = WindowResidual(model)
    let change = residual.predictionChange(window, theta: theta, from: start, along: direction)
    func predicted(_ distance: Double) throws -> [Double] {
      var residual = WindowResidual(model)
      let angles = residual.predict(
        window, theta: zip(theta, direction).map { $0 + distance * $1 }, from: start)
      return Array(try #require(angles).dropFirst(4))
    }
    let (ahead, behind) = (try predicted(1e-4), try predicted(-1e-4))
    for (index, exact) in try #require(change).enumerated() {
      #expect(abs(exact - (ahead[index] - behind[index]) / 2e-4) < 1e-8)
    }
  }

  @Test func directionsFollowFromTheWindowsIndex() throws {
    let check = DerivativeCrossCheck(try armModel())
    var window = smoothWindow(step: 0.005, stepCount: 100)
    let first = try #require(check.question(window))
    #expect(first.direction == check.question(window)?.direction)
    window.index = 1
    #expect(first.direction != check.question(window)?.direction)
    #expect(first.window.stepCount == 20)
  }

  @Test func aTrajectoryThatCannotBeFollowedIsAFailure() throws {
    let model = try armModel()
    var check = DerivativeCrossCheck(model)
    let question = try #require(check.question(smoothWindow(step: 0.005, stepCount: 100)))
    let count = 2 * (question.window.measurementCount - 1)
    #expect(throws: CrossCheckFailure.self) {
      try check.difference(
        question, theta: theta, start: [0, 0, 1e200, 0],
        change: Array(repeating: 1, count: count))
    }
  }
}
