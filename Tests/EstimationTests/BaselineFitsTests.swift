import Identification
import Musculoskeletal
import Signals
import Testing

@testable import Estimation

@Suite struct BaselineFitsTests {
  private let model = smallElbowModel()

  @Test func nominalFitsNothing() throws {
    let windows = elbowWindows(model, theta: [0.2, 0, 0, 0], count: 1)
    let fit = try #require(BaselineFits(model, windows: windows, evaluations: 5).fit(.nominal))
    #expect(fit.theta == [0, 0, 0, 0] && fit.evaluations == 0)
    #expect(fit.values(of: model.parameters) == [400, 500, 1.5, 0.3])
  }

  @Test func oneGainAMuscleFindsStrengthsAndNothingElse() throws {
    // strengths off by 20 and -15 %, all else as the model says
    let windows = elbowWindows(model, theta: [0.1823, -0.1625, 0, 0], count: 3)
    let fit = try #require(
      BaselineFits(model, windows: windows, evaluations: 20).fit(.gainPerMuscle))
    let values = fit.values(of: model.parameters)
    #expect(abs(values[0] / 480 - 1) < 0.02 && abs(values[1] / 425 - 1) < 0.02, "\(values)")
    #expect(values[2] == 1.5 && values[3] == 0.3)
    // where the bones are wrong too it has nothing to turn, and strengths take the blame
    let both = elbowWindows(model, theta: [0.1823, -0.1625, 0.3, 0], count: 3)
    let blamed = try #require(
      BaselineFits(model, windows: both, evaluations: 20).fit(.gainPerMuscle))
    #expect(abs(blamed.values(of: model.parameters)[0] / 480 - 1) > 0.05)
  }

  @Test func twoStagesNeedMotionWithoutTorqueToKnowTheBones() throws {
    // strengths are nominal, so that the passive muscles do not blur the first stage
    let theta = [0, 0, 0, 0.5]
    let active = elbowWindows(model, theta: theta, count: 2)
    let blind = try #require(
      BaselineFits(model, windows: active, evaluations: 20).fit(.twoStage))
    #expect(blind.theta[2] == 0 && blind.theta[3] == 0)
    // let go from a height, the forearm swings
    let silent = elbowWindows(model, theta: theta, count: 2, level: 0.001)
    let seeing = try #require(
      BaselineFits(model, windows: silent + active, evaluations: 20).fit(.twoStage))
    #expect(abs(seeing.theta[3] - 0.5) < 0.05, "\(seeing.theta)")
    #expect(seeing.evaluations <= 40)
  }

  @Test func annealingSeesTheSameCostAndRepeats() throws {
    let windows = elbowWindows(model, theta: [0.2, -0.1, 0.1, 0], count: 1)
    let fits = BaselineFits(model, windows: windows, evaluations: 40, seed: 9)
    for theta in [[0.0, 0, 0, 0], [0.2, -0.1, 0.1, 0.3]] {
      var chain = WindowChain(
        windows, arrival: ArrivalCost(prior: model.parameters), start: nil,
        residual: WindowResidual(model))
      let equations = chain.evaluate(theta)
      let expected = try #require(equations).cost
      let cost = try #require(fits.cost(theta))
      #expect(abs(cost - expected) < 1e-9 * abs(expected))
    }
    let fit = try #require(fits.fit(.annealing))
    let found = try #require(fits.cost(fit.theta))
    let nominal = try #require(fits.cost([0, 0, 0, 0]))
    #expect(found < nominal)
    #expect(fit.evaluations <= 40)
    #expect(fits.fit(.annealing)?.theta == fit.theta)
  }

  @Test func theKalmanFilterLearnsInOnePass() throws {
    let theta = [0.15, -0.1, 0, 0]
    let windows = elbowWindows(model, theta: theta, count: 4)
    let fit = try #require(
      BaselineFits(model, windows: windows, evaluations: 20).fit(.kalmanFilter))
    #expect(fit.evaluations == 1)
    // the ratio of strengths needs no scale
    #expect(abs((fit.theta[0] - fit.theta[1]) - 0.25) < 0.05, "\(fit.theta)")
  }

  @Test func everyBaselineIsWorseThanTheFitOfAll() throws {
    let windows = elbowWindows(model, theta: [0.2, -0.2, 0.25, 0.4], count: 3)
    var chain = WindowChain(
      windows, arrival: ArrivalCost(prior: model.parameters), start: nil,
      residual: WindowResidual(model))
    let solver = LevenbergMarquardt(
      evaluationLimit: 30, stepTolerance: 1e-3, initialDamping: 1e-2)
    let result = solver.minimise(&chain, from: [0, 0, 0, 0])
    let joint = try #require(result)
    let fits = BaselineFits(model, windows: windows, evaluations: joint.evaluations)
    for baseline in [Baseline.nominal, .twoStage, .kalmanFilter] {
      let fit = try #require(fits.fit(baseline))
      let cost = try #require(fits.cost(fit.theta))
      #expect(cost > joint.equations.cost - 1e-6, "\(baseline) reached \(cost)")
    }
  }
}
