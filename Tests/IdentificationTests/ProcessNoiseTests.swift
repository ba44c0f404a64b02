import Algebra
import Foundation
import Musculoskeletal
import Signals
import Testing

@testable import Identification

@Suite struct ProcessNoiseTests {
  private let hour = 3600.0

  /// Two strengths that tire, a mass that does not, and a damping that changes slowly.
  private func parameters(_ base: SystemParameters, prior: Double = 0.2) -> ParameterSet {
    let targets: [Quantity] = [
      .muscle(3, .maxIsometricForce), .body(2, .mass), .muscle(1, .maxIsometricForce),
      .coordinate(1, .damping),
    ]
    return ParameterSet(
      free: targets.map {
        var parameter = FreeParameter(
          name: "\($0)", targets: [$0], base: base[$0], priorMean: 0.03, priorDeviation: prior)
        parameter.processNoise = ProcessNoise.usual($0)
        return parameter
      }, base: base)
  }

  /// A belief between the prior and certainty, with every correlation.
  private func belief(_ unknowns: ChangingUnknowns, seed: UInt64) -> ChangingBelief {
    var random = RandomSource(seed: seed)
    var information = unknowns.priorInformation
    for _ in 0..<3 {
      let row = (0..<unknowns.count).map { _ in 20 * random.gaussian() }
      for i in row.indices { for j in row.indices { information[i, j] += row[i] * row[j] } }
    }
    return ChangingBelief(
      mean: (0..<unknowns.jointCount).map { _ in 0.1 * random.gaussian() },
      information: information, time: SampleTime(nanoseconds: 0))
  }

  private func inverse(_ matrix: Matrix) throws -> Matrix {
    try #require(Cholesky(matrix)).inverse()
  }

  private func advance(_ cost: inout ChangingCost, to time: SampleTime) throws {
    let isPossible = cost.advance(to: time)
    try #require(isPossible)
  }

  /// The minimum of a quadratic cost.
  private func floor(_ cost: ChangingCost) throws -> Double {
    var step = cost.gradient
    try #require(Cholesky(cost.information)).solve(&step)
    return cost.cost - 0.5 * zip(step, cost.gradient).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test(arguments: [7.0, 60, 900, 20_000])
  func timeIsThatOfTheCovariance(duration: Double) throws {
    let (_, base) = try arm()
    let unknowns = try #require(ChangingUnknowns(parameters(base)))
    let before = belief(unknowns, seed: UInt64(duration))
    let theta = [0.2, -0.1, 0.05, 0.3]
    var cost = ChangingCost(before, unknowns: unknowns, at: theta)
    let least = try floor(cost)
    try advance(&cost, to: SampleTime(seconds: duration))
    let after = try #require(cost.belief(at: theta, walls: nil))

    // P' = Phi P Phiᵀ + Q, in one step and with inverses
    let size = unknowns.jointCount
    var transition = Matrix(diagonal: Array(repeating: 1, count: size))
    var noise = Matrix(rows: size, columns: size)
    for (index, parameter) in unknowns.parameters.enumerated() {
      let own = unknowns.noise[index]
      let kept = exp(-duration / own.timeConstant)
      transition[parameter, parameter] = kept
      transition[parameter, unknowns.count + index] = 1 - kept
      noise[parameter, parameter] = own.deviation * own.deviation * (1 - kept * kept)
    }
    let known = try inverse(before.information)
    let expected = transition * known * transition.transposed() + noise
    let found = try inverse(after.information)
    let mean = transition * before.mean
    for i in 0..<size {
      #expect(abs(after.mean[i] - mean[i]) < 1e-9)
      for j in 0..<size {
        #expect(abs(found[i, j] - expected[i, j]) < 1e-9 * 0.04, "\(i) \(j)")
      }
    }
    #expect(abs(try floor(cost) - least) < 1e-9 * max(1, cost.cost))
    // of theta alone
    let marginal = try #require(cost.marginal)
    let alone = try inverse(marginal.information)
    for i in 0..<unknowns.count {
      for j in 0..<unknowns.count { #expect(abs(alone[i, j] - expected[i, j]) < 1e-9 * 0.04) }
    }
    // mass stays to the last digit, the rest fades and never beyond the prior
    #expect(abs(found[1, 1] - known[1, 1]) < 1e-11 * known[1, 1])
    for index in 0..<unknowns.count {
      #expect(found[index, index] > known[index, index] * (1 - 1e-11))
      #expect(found[index, index] < 0.04 * (1 + 1e-9))
    }
    for index in unknowns.parameters { #expect(found[index, index] > known[index, index] * 1.001) }
  }

  @Test func whatWasKnownIsKnownBeforeTimePasses() throws {
    let (_, base) = try arm()
    let parameters = parameters(base)
    let unknowns = try #require(ChangingUnknowns(parameters))
    var arrival = ArrivalCost(prior: parameters)
    arrival.information[0, 0] += 500
    arrival.information[1, 1] += 300
    arrival.information[0, 1] -= 100
    arrival.information[1, 0] -= 100
    arrival.mean = [0.1, -0.2, 0.03, 0.03]
    var joint = ChangingCost(
      unknowns.belief(arrival), unknowns: unknowns, at: [0, 0.1, 0, 0.2])
    let marginal = try #require(joint.marginal)
    var same = NormalEquations(
      cost: 0, gradient: [0, 0, 0, 0], information: Matrix(rows: 4, columns: 4))
    arrival.add(to: &same, at: [0, 0.1, 0, 0.2])
    for i in 0..<4 {
      #expect(abs(marginal.gradient[i] - same.gradient[i]) < 1e-9)
      for j in 0..<4 {
        #expect(abs(marginal.information[i, j] - same.information[i, j]) < 1e-9)
      }
    }
    // after a hundred hours without data the strength is the person's, as far as one moment told it
    try advance(&joint, to: SampleTime(seconds: 0))
    try advance(&joint, to: SampleTime(seconds: 100 * hour))
    let late = try #require(joint.belief(at: [0, 0.1, 0, 0.2], walls: nil))
    let share = 1 - 0.1 * 0.1 / (0.2 * 0.2)
    #expect(abs(late.mean[0] - (0.03 + share * (0.1 - 0.03))) < 1e-6)
    #expect(abs(late.mean[1] + 0.2) < 1e-9)
  }

  @Test func manyWindowsAreTheJointFitOfAllTimes() throws {
    // oracle: theta at each time and its centres as unknowns of one dense problem
    let (_, base) = try arm()
    let unknowns = try #require(ChangingUnknowns(parameters(base)))
    let n = unknowns.count
    let times = [0.0, 30, 300, 310, 2000]
    var random = RandomSource(seed: 4)
    let theta = [0.1, 0.2, -0.1, 0]
    var cost = ChangingCost(
      ChangingBelief(
        mean: unknowns.joint([0.03, 0.03, 0.03, 0.03]), information: unknowns.priorInformation),
      unknowns: unknowns, at: theta)
    let centres = unknowns.parameters.count
    let size = n * times.count + centres
    var dense = Matrix(rows: size, columns: size)
    var side = Array(repeating: 0.0, count: size)
    func add(_ places: [Int], _ row: [Double], value: Double, precision: Double) {
      for (i, a) in zip(places, row) {
        side[i] += precision * a * value
        for (j, b) in zip(places, row) { dense[i, j] += precision * a * b }
      }
    }
    for (step, time) in times.enumerated() {
      for parameter in 0..<n {
        let place = n * step + parameter
        guard let index = unknowns.parameters.firstIndex(of: parameter) else {
          if step == 0 {
            add([place], [1], value: 0.03, precision: 1 / 0.04)
          } else {
            // constant: as good as equal
            add([place, place - n], [1, -1], value: 0, precision: 1e9)
          }
          continue
        }
        let own = unknowns.noise[index]
        let centre = n * times.count + index
        let variance = own.deviation * own.deviation
        if step == 0 {
          add([centre], [1], value: 0.03, precision: 1 / (0.04 - variance))
          add([place, centre], [1, -1], value: 0, precision: 1 / variance)
        } else {
          let kept = exp(-(time - times[step - 1]) / own.timeConstant)
          add(
            [place, place - n, centre], [1, -kept, kept - 1], value: 0,
            precision: 1 / (variance * (1 - kept * kept)))
        }
      }
      try advance(&cost, to: SampleTime(seconds: time))
      for _ in 0..<2 {
        let row = (0..<n).map { _ in 10 * random.gaussian() }
        let value = random.gaussian()
        add((0..<n).map { n * step + $0 }, row, value: value, precision: 1)
        var window = WindowEvaluation(
          gradient: [], information: Matrix(rows: n, columns: n), end: .empty,
          squaredInnovations: [])
        let residual = zip(row, theta).reduce(-value) { $0 + $1.0 * $1.1 }
        window.cost = 0.5 * residual * residual
        window.gradient = row.map { $0 * residual }
        for i in 0..<n { for j in 0..<n { window.information[i, j] = row[i] * row[j] } }
        cost.add(window)
      }
    }
    let factor = try #require(Cholesky(dense))
    factor.solve(&side)
    let covariance = factor.inverse()
    let found = try #require(cost.belief(at: theta, walls: nil))
    let own = try inverse(found.information)
    let last = n * (times.count - 1)
    for i in 0..<n {
      #expect(abs(found.mean[i] - side[last + i]) < 1e-6, "\(i)")
      for j in 0..<n { #expect(abs(own[i, j] - covariance[last + i, last + j]) < 1e-7) }
    }
  }

  /// A window of 0.3 s every six seconds for ten minutes, of an arm whose strength changes.
  private func tenMinutes(
    _ model: LimbEstimationModel, seed: UInt64
  ) throws -> (windows: [Window], truth: [[Double]]) {
    var random = RandomSource(seed: seed)
    let long = smoothWindow(stepCount: 60 * 100, stride: 2)
    let cut = long.cut(steps: 60)
    let offset = model.parameters.base.angleOffsets
    var windows: [Window] = []
    var truths: [[Double]] = []
    for (index, part) in cut.enumerated() {
      var window = part
      let time = 6 * Double(index)
      window.followsPrevious = false
      window.start = SampleTime(seconds: time)
      if index % 2 == 1 { window.payload = window.payload.map { _ in 2 } }
      // one muscle tires, the other comes and goes
      let truth = [0.1 - 0.3 * time / 600, 0.1, 0.1 * sin(2 * .pi * time / 900), -0.05]
      let start = (0..<4).map { _ in 0.3 + 0.3 * random.gaussian() }
      let angles = WindowResidual(model).predicted(window, theta: truth, from: start)
      window.angles = try #require(angles)
      for place in window.angles.indices {
        window.angles[place] += offset[place % 2] + 1e-3 * random.gaussian()
      }
      windows.append(window)
      truths.append(truth)
    }
    return (windows, truths)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func strengthThatFadesIsFollowedWithHonestErrorBars(seed: UInt64) throws {
    let (limb, base) = try arm()
    let changing = parameters(base)
    let constant = ParameterSet(
      free: changing.free.map { parameter in
        var parameter = parameter
        parameter.processNoise = nil
        return parameter
      }, base: base)
    func run(_ parameters: ParameterSet) throws -> ([ParameterEstimate], [[Double]]) {
      let model = LimbEstimationModel(
        limb: limb, parameters: parameters, noise: NoiseModel(angle: [1e-3, 1e-3]),
        channels: Array(0..<6))
      let (windows, truth) = try tenMinutes(model, seed: seed)
      var estimator = RecursiveEstimator(
        model, configuration: RecursionConfiguration(evaluations: 4, memory: 20), hasGains: true)
      return (windows.map { estimator.consume($0) }, truth)
    }
    let (estimates, truth) = try run(changing)
    var inside = Array(repeating: 0.0, count: 4)
    for (estimate, truth) in zip(estimates, truth).dropFirst(10) {
      for index in 0..<4 {
        let error = abs(estimate.theta[index] - truth[index]) / estimate.deviations[index]
        #expect(error < 4.5, "window \(estimate.window), \(index): \(error)")
        if error < 1.96 { inside[index] += 1 / 90 }
      }
    }
    let last = try #require(estimates.last)
    print(
      "drift seed \(seed): coverage \(inside), sd \(last.deviations), "
        + "error \(zip(last.theta, truth[99]).map { $0 - $1 }), residual "
        + "\(estimates.map(\.meanSquaredResidual).max() ?? 0)")
    #expect(inside.allSatisfy { $0 > 0.85 }, "\(inside)")
    // time takes nothing from the mass
    for (before, after) in zip(estimates, estimates.dropFirst())
    where after.termination == .linearUpdate {
      #expect(after.deviations[1] < before.deviations[1] * (1 + 1e-9))
    }
    #expect(last.deviations[1] < 0.1 * 0.2)
    guard seed == 1 else { return }
    // a strength that is taken for constant is the mean of the past, and sure of it
    let (fixed, _) = try run(constant)
    let still = try #require(fixed.last)
    print("constant: \(still.deviations) \(zip(still.theta, truth[99]).map { $0 - $1 })")
    #expect(abs(still.theta[0] - truth[99][0]) > 10 * still.deviations[0])
    #expect(abs(last.theta[0] - truth[99][0]) < 0.2 * abs(still.theta[0] - truth[99][0]))
  }

  @Test func aBeliefGoesOnFromItsWords() throws {
    let (limb, base) = try arm()
    let model = LimbEstimationModel(
      limb: limb, parameters: parameters(base), noise: NoiseModel(angle: [1e-3, 1e-3]),
      channels: Array(0..<6))
    let (windows, _) = try tenMinutes(model, seed: 9)
    func fresh() -> RecursiveEstimator {
      RecursiveEstimator(
        model, configuration: RecursionConfiguration(evaluations: 2, memory: 4), hasGains: true)
    }
    var first = fresh()
    for window in windows[0..<9] { _ = first.consume(window) }
    var archive = StateArchive()
    archive.carry(&first)
    var back = StateArchive(restoring: archive.words)
    var second = fresh()
    back.carry(&second)
    #expect(back.isWhollyRestored)
    for window in windows[9..<20] { #expect(first.consume(window) == second.consume(window)) }
  }

  @Test func everyKindHasItsOwn() {
    #expect(ProcessNoise.usual(.body(0, .mass)) == nil)
    #expect(ProcessNoise.usual(.distribution(0, .mass)) == nil)
    #expect(ProcessNoise.usual(.payload(.mass)) == nil)
    let strength = ProcessNoise.usual(.muscle(0, .maxIsometricForce))
    let length = ProcessNoise.usual(.muscle(0, .optimalFiberLength))
    #expect(strength == ProcessNoise(deviation: 0.1, timeConstant: 600))
    #expect((length?.timeConstant ?? 0) > 1000 * 600)
  }
}
