import Algebra
import Foundation
import Musculoskeletal
import Signals
import Testing

@testable import Identification

@Suite struct SoftWallTests {
  /// Lengths and pennation of all muscles free, inside the literature's bounds.
  private func parameters(_ base: SystemParameters, priorDeviation: Double = 0.2) -> ParameterSet {
    let free = (0..<6).flatMap { muscle in
      [Quantity.MuscleProperty.optimalFiberLength, .tendonSlackLength, .pennation].map { property in
        let quantity = Quantity.muscle(muscle, property)
        return FreeParameter(
          name: "\(muscle) \(property)", targets: [quantity], base: base[quantity],
          priorDeviation: priorDeviation,
          wall: PhysiologicalBounds.wall(quantity, base: base[quantity], priorMean: 0))
      }
    }
    return ParameterSet(free: free, base: base)
  }

  private func walls(priorDeviation: Double = 0.2) throws -> (LimbEstimationModel, SoftWalls) {
    let (limb, base) = try arm()
    let model = LimbEstimationModel(
      limb: limb, parameters: parameters(base, priorDeviation: priorDeviation),
      noise: NoiseModel(angle: [0.01, 0.01]), channels: Array(0..<6))
    var window = smoothWindow(stepCount: 40)
    for row in 0...40 {
      window.angles[2 * row] = -0.5 + 0.02 * Double(row)
      window.angles[2 * row + 1] = 0.3 + 0.04 * Double(row)
    }
    return (model, SoftWalls(model, windows: [window]))
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func derivativesAreThoseOfTheCost(seed: UInt64) throws {
    let (model, walls) = try walls()
    var random = RandomSource(seed: seed)
    let count = model.parameters.count
    let theta = (0..<count).map { _ in 0.8 * (random.uniform() - 0.5) }
    func equations(_ theta: [Double]) -> NormalEquations {
      var own = NormalEquations(
        cost: 0, gradient: Array(repeating: 0, count: count),
        information: Matrix(rows: count, columns: count))
      walls.add(to: &own, at: theta)
      return own
    }
    let own = equations(theta)
    #expect(own.cost > 1, "some wall is touched")
    #expect(!walls.contacts(theta).isEmpty || !walls.fibers.ends.isEmpty)
    for column in 0..<count {
      func cost(_ by: Double) -> Double {
        var other = theta
        other[column] += by
        return equations(other).cost
      }
      let step = 1e-5
      let difference = (cost(step) - cost(-step)) / (2 * step)
      #expect(
        abs(difference - own.gradient[column]) < 1e-5 * max(1, abs(own.gradient[column])),
        "\(model.parameters.free[column].name)")
    }
    // taken away again, nothing is left
    let rest = walls.without(own, at: theta)
    #expect(abs(rest.cost) < 1e-12)
    #expect(rest.gradient.allSatisfy { abs($0) < 1e-9 })
    #expect(rest.information.elements.allSatisfy { abs($0) < 1e-6 })
  }

  @Test func fibersAreSeenAtTheExtremesOfTheirPaths() throws {
    let (model, walls) = try walls()
    #expect(walls.fibers.ends.count == 12)
    let theta = model.parameters.priorMean
    var equations = NormalEquations(
      cost: 0, gradient: theta, information: Matrix(rows: theta.count, columns: theta.count))
    walls.add(to: &equations, at: theta)
    #expect(equations.cost == 0, "the model itself is inside")
    #expect(walls.fibers.contacts(model.parameters.system(at: theta)).isEmpty)

    // brachialis' fibers at 0.7 of their length on a tendon at 0.9 of its are stretched beyond 1.3
    var long = theta
    long[15] = log(0.7)
    long[16] = log(0.9)
    let system = model.parameters.system(at: long)
    let contact = try #require(
      walls.fibers.contacts(system).first { $0.muscle == 5 && $0.length > $0.bound })
    // the same by the rigid tendon's geometry at the longest path
    let end = try #require(walls.fibers.ends.first { $0.muscle == 5 && $0.isLongest })
    let own = system.limb.muscles[5]
    let along = end.pathLength - own.tendonSlackLength
    let height = own.optimalFiberLength * sin(own.pennationAngleAtOptimal)
    let length = (along * along + height * height).squareRoot() / own.optimalFiberLength
    #expect(abs(contact.length - length) < 1e-12)
  }

  @Test func boundsAreAbsoluteWhereTheLiteratureGivesValues() throws {
    let time = try #require(
      PhysiologicalBounds.wall(.muscle(0, .activationTimeConstant), base: 0.015, priorMean: 0))
    #expect(abs(exp(time.bounds.lowerBound) * 0.015 - 0.0075) < 1e-15)
    #expect(abs(exp(time.bounds.upperBound) * 0.015 - 0.035) < 1e-15)
    // a model beyond the bounds may stay there
    let slow = try #require(
      PhysiologicalBounds.wall(.muscle(0, .activationTimeConstant), base: 0.05, priorMean: 0))
    #expect(slow.bounds.upperBound == 0 && slow.excess(0) == nil)
    let shape = try #require(
      PhysiologicalBounds.wall(.emg(0, .shapeFactor), base: -1, priorMean: 0))
    #expect(shape.bounds == -2.0...1.0)
    let delay = try #require(
      PhysiologicalBounds.wall(.emg(0, .delay), base: 0, priorMean: 0, nominalDelay: 0.04))
    #expect(abs(delay.bounds.lowerBound + 0.04) < 1e-15)
    #expect(abs(delay.bounds.upperBound - 0.085) < 1e-15)
    #expect(PhysiologicalBounds.wall(.body(0, .mass), base: 1, priorMean: 0) == nil)
  }

  @Test func aWallHoldsAFitAndIsNoKnowledge() throws {
    // one unknown whose data want 1.0 with deviation 0.1, a wall at 0.5 with the same width
    struct Line: LeastSquaresProblem {
      var arrival: ArrivalCost
      mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
        var equations = NormalEquations(
          cost: 50 * (theta[0] - 1) * (theta[0] - 1), gradient: [100 * (theta[0] - 1)],
          information: Matrix(diagonal: [100]))
        arrival.add(to: &equations, at: theta)
        return equations
      }
    }
    let (_, base) = try arm()
    let set = ParameterSet(
      free: [
        FreeParameter(
          name: "x", targets: [.muscle(0, .optimalFiberLength)], base: 1, priorDeviation: 1e3,
          wall: SoftWall(-0.5...0.5, width: 0.1))
      ], base: base)
    let walls = SoftWalls(set)
    var line = Line(arrival: ArrivalCost(prior: set, walls: walls))
    let solution = try #require(LevenbergMarquardt(evaluationLimit: 20).minimised(&line, from: [0]))
    #expect(abs(solution.theta[0] - 0.75) < 1e-6)
    let contact = try #require(walls.contacts(solution.theta).first)
    #expect(contact.bound == 0.5 && abs(contact.beyond - 0.25) < 1e-6)
    let information = walls.without(solution.equations, at: solution.theta).information[0, 0]
    #expect(abs(information - 100) < 1e-4)
  }
}

extension LevenbergMarquardt {
  /// `minimise` as `#require` wants it.
  fileprivate func minimised<Problem: LeastSquaresProblem>(
    _ problem: inout Problem, from start: [Double]
  ) -> Solution? {
    minimise(&problem, from: start)
  }
}
