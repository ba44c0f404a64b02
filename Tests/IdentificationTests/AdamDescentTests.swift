import Algebra
import Identification
import Testing

/// Half the squares of two residuals that bend, with a valley: Rosenbrock's function.
private struct Valley: LeastSquaresProblem {
  /// Points asked for.
  var points: [[Double]] = []
  /// Where the function is not finite.
  var wall = Double.infinity

  mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
    points.append(theta)
    guard theta[0] < wall else { return nil }
    let r = [10 * (theta[1] - theta[0] * theta[0]), 1 - theta[0]]
    let j = [[-20 * theta[0], 10], [-1, 0]]
    var information = Matrix(rows: 2, columns: 2)
    for a in 0..<2 {
      for b in 0..<2 { information[a, b] = j[0][a] * j[0][b] + j[1][a] * j[1][b] }
    }
    return NormalEquations(
      cost: 0.5 * (r[0] * r[0] + r[1] * r[1]),
      gradient: (0..<2).map { j[0][$0] * r[0] + j[1][$0] * r[1] }, information: information)
  }
}

@Suite struct AdamDescentTests {
  @Test func theFirstStepIsTheLearningRateInEveryScale() throws {
    // bias correction makes the first step a g / (|g| + e), whatever g is
    var valley = Valley()
    _ = AdamDescent(learningRate: 0.02, iterations: 2).minimise(
      &valley, from: [-1, 0.5], scales: [3, 0.1])
    // dF/dx = -20 x 10 (y - x^2) - (1 - x) < 0 and dF/dy = 10 * 10 (y - x^2) < 0 there
    #expect(abs(valley.points[1][0] - (-1 + 0.06)) < 1e-8)
    #expect(abs(valley.points[1][1] - (0.5 + 0.002)) < 1e-8)
  }

  @Test func theSecondStepFollowsThePaper() throws {
    var valley = Valley()
    _ = AdamDescent(learningRate: 0.02, iterations: 3).minimise(
      &valley, from: [-1, 0.5], scales: [1, 1])
    let next = valley.points[1]
    let (here, there) = (valley.evaluate([-1, 0.5]), valley.evaluate(next))
    let first = try #require(here).gradient[0]
    let second = try #require(there).gradient[0]
    let m = (0.09 * first + 0.1 * second) / (1 - 0.81)
    let v = (0.999 * 0.001 * first * first + 0.001 * second * second) / (1 - 0.999 * 0.999)
    let expected = valley.points[1][0] - 0.02 * m / (v.squareRoot() + 1e-8)
    #expect(abs(valley.points[2][0] - expected) < 1e-12)
  }

  @Test func itArrivesWhereLevenbergMarquardtDoesAndLater() throws {
    var valley = Valley()
    let descent = AdamDescent(learningRate: 0.03, iterations: 4000)
    let slowly = descent.minimise(&valley, from: [-1, 1.5], scales: [1, 1])
    let solver = LevenbergMarquardt(
      evaluationLimit: 200, stepTolerance: 1e-9, initialDamping: 1e-3)
    let quickly = solver.minimise(&valley, from: [-1, 1.5])
    let (slow, quick) = (try #require(slowly), try #require(quickly))
    for (a, b) in zip(slow.theta, quick.theta) { #expect(abs(a - b) < 1e-4) }
    #expect(slow.evaluations > 5 * quick.evaluations)
  }

  @Test func whereItIsNotFiniteItGoesBackAndShortensItsStep() throws {
    var valley = Valley(wall: 0.5)
    let descent = AdamDescent(learningRate: 0.3, iterations: 300)
    let result = descent.minimise(&valley, from: [-1, 1], scales: [1, 1])
    let found = try #require(result)
    #expect(found.theta[0] < 0.5 && found.equations.cost < 0.5)
    var nowhere = Valley(wall: -2)
    let nothing = descent.minimise(&nowhere, from: [-1, 1], scales: [1, 1])
    #expect(nothing == nil)
  }

  @Test func aSubspaceMovesOnlyItsOwn() throws {
    var part = SubspaceProblem(Valley(), free: [1], held: [0.7, 0])
    let solver = LevenbergMarquardt(evaluationLimit: 20, stepTolerance: 1e-12)
    let result = solver.minimise(&part, from: [0])
    let found = try #require(result)
    // at x = 0.7 the best y is x^2
    #expect(abs(found.theta[0] - 0.49) < 1e-12)
    #expect(part.whole(found.theta)[0] == 0.7)
  }
}

extension AdamDescentTests {
  @Test func annealingLeavesALocalMinimumAndRepeats() throws {
    // Rastrigin: a minimum at every whole number, the least at the origin
    func cost(_ x: [Double]) -> Double? {
      x.reduce(0) { $0 + $1 * $1 + 10 * (1 - cosine(2 * .pi * $1)) }
    }
    let annealing = SimulatedAnnealing(evaluations: 12000, adjustments: 5, coolingFactor: 0.8)
    let box = [-5.0...5, -5.0...5]
    for seed: UInt64 in 1...3 {
      var random = RandomSource(seed: seed)
      let result = annealing.minimise(from: [4, -3], box: box, random: &random, cost: cost)
      let found = try #require(result)
      // it starts in a valley 25 deep; one seed of three ends beside the deepest valley, at 0.995
      #expect(found.cost < 1, "seed \(seed): \(found)")
      #expect(found.evaluations <= 12000)
      var again = RandomSource(seed: seed)
      let second = annealing.minimise(from: [4, -3], box: box, random: &again, cost: cost)
      #expect(second?.theta == found.theta)
    }
  }

  @Test func annealingStaysInItsBoxAndItsBudget() throws {
    var random = RandomSource(seed: 4)
    var asked = 0
    let annealing = SimulatedAnnealing(evaluations: 500).fitted(unknowns: 3)
    let box = [-1.0...1, 0.0...1, -1.0...0]
    let result = annealing.minimise(from: [0, 0, 0], box: box, random: &random) { point in
      asked += 1
      for (value, range) in zip(point, box) { #expect(range.contains(value)) }
      return point[0] > 0.9 ? nil : -point[0] + point[1] + point[2]
    }
    let found = try #require(result)
    #expect(asked == found.evaluations && asked <= 500)
    // the least is at 0.9, 0 and -1
    #expect(found.cost < -1.5)
  }
}

/// The cosine by its series, so that the test needs no library.
private func cosine(_ angle: Double) -> Double {
  let x = angle - (angle / (2 * .pi)).rounded() * 2 * .pi
  var sum = 1.0
  var term = 1.0
  for k in 1...12 {
    term *= -x * x / Double((2 * k - 1) * 2 * k)
    sum += term
  }
  return sum
}
