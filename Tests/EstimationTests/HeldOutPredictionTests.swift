import Identification
import Musculoskeletal
import Signals
import Testing

@testable import Estimation

/// A hinge without muscles, gravity or damping: it keeps its velocity, by closed form.
private func freeHinge(damping: Double = 0) -> LimbEstimationModel {
  let description = ModelDescription(
    name: "hinge", gravity: .zero,
    bodies: [
      BodyDescription(
        name: "bar", mass: 1, massCenter: Vector3(0.2, 0, 0),
        momentsOfInertia: Vector3(0.01, 0.01, 0.01))
    ],
    coordinates: [
      CoordinateDescription(
        name: "turn", defaultValue: 0, rangeMinimum: -3, rangeMaximum: 3, damping: damping)
    ],
    joints: [
      JointDescription(
        name: "pin", parent: nil, child: 0, frameInParent: Placement(), frameInChild: Placement(),
        motion: .hinge(axis: Vector3(0, 0, 1), coordinate: 0))
    ],
    muscles: [])
  let limb = LimbModel(description)
  let base = SystemParameters(limb: limb.nominalParameters, channels: [], angleOffsets: [0])
  let free = FreeParameter(
    name: "body/bar/mass", targets: [.body(0, .mass)], base: 1, priorDeviation: 0.1)
  return LimbEstimationModel(
    limb: limb, parameters: ParameterSet(free: [free], base: base),
    noise: NoiseModel(angle: [1e-4]), channels: [])
}

/// A window of `steps` steps of 10 ms, measured every 20 ms, following `angle` from `start` [s].
private func window(from start: Double, steps: Int, angle: (Double) -> Double) -> Window {
  var window = Window(
    index: 0, start: SampleTime(seconds: start), step: 0.01, stepCount: steps, historySteps: 5,
    channelCount: 0, coordinateCount: 1, measurementStride: 2, followsPrevious: false)
  for row in 0...window.measurementCount {
    window.angles[row] = angle(start + 0.02 * Double(row))
    window.isMeasured[row] = true
  }
  return window
}

private func task(_ angle: (Double) -> Double) -> HeldOutPrediction.Task {
  HeldOutPrediction.Task(
    lead: window(from: 0, steps: 40, angle: angle),
    window: window(from: 0.4, steps: 100, angle: angle))
}

@Suite struct HeldOutPredictionTests {
  private let plan = PredictionPlan(lead: 0.4, duration: 1, interval: 0.25)

  @Test func steadyMotionIsForetoldByAllThatKnowIt() throws {
    let held = HeldOutPrediction(freeHinge(), plan: plan)
    let score = held.score([task { 0.3 + 0.5 * $0 }], theta: [0])
    let turn = score.coordinates[0]
    #expect(score.windows == 1 && score.movingWindows == 1 && turn.windows == 1)
    #expect(try #require(turn.error(.model)) < 1e-4)
    #expect(try #require(turn.error(.priorModel)) < 1e-4)
    #expect(try #require(turn.error(.constantVelocity)) < 1e-12)
    // the joint that holds misses 0.5 t at t = 0.02 k, k = 1...50
    let squares = (1...50).reduce(0.0) { $0 + (0.01 * Double($1)) * (0.01 * Double($1)) }
    #expect(abs(try #require(turn.error(.hold)) - (squares / 50).squareRoot()) < 1e-12)
    #expect(try #require(turn.correlation) > 0.999999)
    #expect(abs(try #require(turn.bestBaseline)) < 1e-4)
  }

  @Test func restDoesNotCount() {
    let held = HeldOutPrediction(freeHinge(), plan: plan)
    let score = held.score([task { _ in 0.3 }], theta: [0])
    #expect(score.windows == 1 && score.movingWindows == 0)
    #expect(score.coordinates[0].error(.model) == nil)
  }

  @Test func aWrongModelIsWorse() throws {
    let steady = task { 0.3 + 0.5 * $0 }
    let damped = HeldOutPrediction(freeHinge(damping: 0.1), plan: plan).score([steady], theta: [0])
    // q' = q'' keeps exp(-t d / I), I = 0.01 + 0.2^2: after a second 14 % of the way is made
    #expect(try #require(damped.coordinates[0].error(.model)) > 0.1)
  }

  @Test func nothingMeasuredInsideTheWindowReachesThePrediction() throws {
    let held = HeldOutPrediction(freeHinge(), plan: plan)
    let honest = task { 0.3 + 0.5 * $0 }
    var altered = honest
    for row in 1...altered.window.measurementCount { altered.window.angles[row] = 9 }
    var residual = WindowResidual(held.model)
    for predictor in HeldOutPrediction.Predictor.allCases {
      let first = held.angles(predictor, honest, theta: [0], residual: &residual)
      let second = held.angles(predictor, altered, theta: [0], residual: &residual)
      #expect(first == second)
      #expect(first != nil)
    }
  }
}
