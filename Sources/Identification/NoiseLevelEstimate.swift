internal import Algebra
internal import Musculoskeletal
internal import RealModule
public import Signals

/// How much one sensor errs, as the data tell it.
public struct NoiseLevel: Sendable, Hashable {
  /// What a sensor measures.
  public enum Sensor: String, Sendable, Hashable {
    /// An angle.
    case angle
    /// An angular rate.
    case rate
  }

  /// What is measured.
  public var sensor: Sensor
  /// Of which free coordinate.
  public var coordinate: Int
  /// The standard deviation that was stated [rad, or rad/s].
  public var stated: Double
  /// The standard deviation that the data tell [rad, or rad/s].
  public var value: Double
  /// How well they tell it [rad, or rad/s].
  public var deviation: Double

  /// The level in a noise model [rad, or rad/s].
  subscript(noise: NoiseModel) -> Double {
    sensor == .angle ? noise.angle[coordinate] : noise.rate[coordinate]
  }

  /// Puts `value` [rad, or rad/s] into a noise model.
  func set(_ value: Double, in noise: inout NoiseModel) {
    switch sensor {
    case .angle: noise.angle[coordinate] = value
    case .rate: noise.rate[coordinate] = value
    }
  }
}

/// Sensors' noise levels by the data's own likelihood, together with the fit that they ask for.
///
/// With eta = ln level, levels and unknowns minimise
///
///   F(eta, theta) = sum r²/2 + sum ln s + prior cost + ln det Lambda / 2,
///
/// r and s being innovations and their deviations of the motion's filter: states and, by the last term, theta
/// are integrated out (Patterson and Thompson, Biometrika 1971, 58:545), so that what the unknowns have taken
/// of the data counts as degrees of freedom. Levels and theta take turns. A level's variance is that of F's
/// profile, H - C Lambda⁻¹ Cᵀ inverted, H and C = d² F/d eta d theta being differences.
public struct NoiseLevelEstimate: Sendable {
  /// The model with these levels.
  public let model: LimbEstimationModel
  /// The levels, angles first.
  public private(set) var levels: [NoiseLevel]
  /// The fit at these levels.
  public let solution: TrajectoryFit.Solution
  /// True when the levels stood still in the end.
  public let isConverged: Bool
  /// Cost of levels and unknowns together [1].
  public let cost: Double

  /// The same where other levels were stated at first.
  public func stated(as other: NoiseLevelEstimate) -> NoiseLevelEstimate {
    var result = self
    for index in result.levels.indices { result.levels[index].stated = other.levels[index].stated }
    return result
  }

  /// Half the distance of two levels that are differenced, as a logarithm [1].
  private static let difference = 0.02
  /// Turns at most [1].
  private static let turns = 25
  /// How far from what was stated a level may go, as a logarithm [1].
  private static let reach = Double.log(1e4)

  /// The levels of the sensors behind `windows`, beginning with those of `model` and at `theta`; nil when
  /// something is not finite there or nothing is measured.
  public init?(
    _ model: LimbEstimationModel, _ windows: [Window], arrival: ArrivalCost, from theta: [Double]
  ) {
    var likelihood = NoiseLikelihood(model, windows, arrival: arrival)
    var levels = likelihood.levels
    guard !levels.isEmpty, var fit = likelihood.refit(model, from: theta) else { return nil }
    var evaluations = fit.solution.evaluations
    var isConverged = false
    var model = model
    var best = Double.infinity
    for _ in 0..<Self.turns {
      guard let middle = likelihood.evaluate(model, at: fit.solution.theta) else { return nil }
      best = middle.cost
      var noise = model.noise
      var largest = 0.0
      for index in levels.indices {
        let level = levels[index]
        guard
          let ends = likelihood.ends(
            level, of: model, at: fit.solution.theta, distance: Self.difference)
        else { return nil }
        evaluations += 2
        let slope = (ends.above.cost - ends.below.cost) / (2 * Self.difference)
        let curvature =
          (ends.above.cost - 2 * middle.cost + ends.below.cost)
          / (Self.difference * Self.difference)
        // where all of the error is this sensor's, n - slope is the sum of its squares
        let count = Double(likelihood.counts[index])
        var step = 0.5 * Double.log(max(count - slope, 1e-3 * count) / count)
        if curvature > 0, abs(slope) < 0.5 * curvature { step = -slope / curvature }
        step = min(max(step, -1.5), 1.5)
        let limited = min(
          max(.log(level[noise]) + step, .log(level.stated) - Self.reach),
          .log(level.stated) + Self.reach)
        step = limited - .log(level[noise])
        level.set(.exp(limited), in: &noise)
        // in units of what n readings tell
        largest = max(largest, abs(step) * Double.sqrt(2 * count))
      }
      model = model.with(noise: noise)
      guard let next = likelihood.refit(model, from: fit.solution.theta) else { return nil }
      evaluations += next.solution.evaluations
      fit = next
      if largest < 0.02 {
        isConverged = true
        break
      }
    }
    guard
      let deviations = likelihood.deviations(
        levels, of: model, at: fit.solution.theta, distance: Self.difference)
    else { return nil }
    for index in levels.indices {
      levels[index].value = levels[index][model.noise]
      levels[index].deviation = levels[index].value * deviations[index]
    }
    self.model = model
    self.levels = levels
    self.isConverged = isConverged
    cost = best
    solution = TrajectoryFit.Solution(
      posterior: ArrivalCost(
        mean: fit.solution.theta, information: fit.solution.equations.information),
      covariance: fit.solution.equations.covariance, termination: fit.solution.termination,
      evaluations: evaluations, starts: 1, meanSquaredResidual: fit.meanSquaredResidual,
      innovation: fit.innovation, costs: [fit.solution.costs], isComplete: true)
  }
}

/// The likelihood of noise levels over some windows.
private struct NoiseLikelihood {
  /// The windows.
  let windows: [Window]
  /// What was believed of theta before them.
  let arrival: ArrivalCost
  /// The levels as stated.
  let levels: [NoiseLevel]
  /// Readings of each (levels.count) [1].
  let counts: [Int]
  /// States to be linearised at, where the last fit left them.
  private var nodes = MotionNodes()

  /// A point of it.
  struct Point {
    /// F [1].
    var cost: Double
    /// Its derivative by theta, but for that of the last term (parameterCount) [1 per unit of theta].
    var gradient: [Double]
    /// Lambda (parameterCount x parameterCount).
    var information: Matrix
  }

  /// A fit of theta at some levels.
  struct Fit {
    /// The search.
    var solution: TrustRegion.Solution
    /// Mean squared whitened residual [1].
    var meanSquaredResidual: Double
    /// Root mean square error of each coordinate (coordinateCount) [rad].
    var innovation: [Double]
  }

  init(_ model: LimbEstimationModel, _ windows: [Window], arrival: ArrivalCost) {
    self.windows = windows
    self.arrival = arrival
    var levels: [NoiseLevel] = []
    var counts: [Int] = []
    let n = model.limb.coordinateCount
    func add(_ sensor: NoiseLevel.Sensor, _ stated: [Double], _ count: (Window, Int) -> Int) {
      for coordinate in stated.indices {
        let number = windows.reduce(0) { $0 + count($1, coordinate) }
        guard number > 1, stated[coordinate].isFinite else { continue }
        levels.append(
          NoiseLevel(
            sensor: sensor, coordinate: coordinate, stated: stated[coordinate],
            value: stated[coordinate], deviation: .infinity))
        counts.append(number)
      }
    }
    add(.angle, model.noise.angle) { window, coordinate in
      (1...window.measurementCount).count { window.isMeasured[$0 * n + coordinate] }
    }
    add(.rate, model.noise.rate) { window, coordinate in
      window.rates.isEmpty
        ? 0 : (1...window.measurementCount).count { window.isRateMeasured[$0 * n + coordinate] }
    }
    self.levels = levels
    self.counts = counts
  }

  /// True where a motion of `model` is linearised along its smoothed states.
  private func isSmoothed(_ model: LimbEstimationModel) -> Bool {
    model.activationDisturbances + model.torqueDisturbances == 0
  }

  private func motion(_ model: LimbEstimationModel) -> SmoothedMotion {
    SmoothedMotion(
      windows, arrival: arrival, model: model, known: nodes, isSmoothed: isSmoothed(model))
  }

  /// The likelihood with the levels of `model`; nil when it is not finite.
  func evaluate(_ model: LimbEstimationModel, at theta: [Double]) -> Point? {
    var motion = motion(model)
    guard let equations = motion.evaluate(theta), let root = equations.root else { return nil }
    var half = 0.0
    for index in theta.indices { half += .log(abs(root.triangle[index, index])) }
    let cost = equations.cost + motion.logDeviation + half
    guard cost.isFinite else { return nil }
    return Point(
      cost: cost, gradient: equations.gradient, information: equations.information)
  }

  /// The likelihood with one level by `distance` of its logarithm higher and lower.
  func ends(
    _ level: NoiseLevel, of model: LimbEstimationModel, at theta: [Double], distance: Double
  ) -> (above: Point, below: Point)? {
    guard let above = evaluate(model.scaled([level], by: distance), at: theta),
      let below = evaluate(model.scaled([level], by: -distance), at: theta)
    else { return nil }
    return (above, below)
  }

  /// Standard deviations of the levels' logarithms (levels.count) [1]; nil when they are not finite.
  func deviations(
    _ levels: [NoiseLevel], of model: LimbEstimationModel, at theta: [Double], distance: Double
  ) -> [Double]? {
    guard let middle = evaluate(model, at: theta), let known = Cholesky(middle.information)
    else { return nil }
    var above: [Point] = []
    var crosses: [[Double]] = []
    var curvature = Matrix(rows: levels.count, columns: levels.count)
    for (index, level) in levels.enumerated() {
      guard let ends = ends(level, of: model, at: theta, distance: distance) else { return nil }
      curvature[index, index] =
        (ends.above.cost - 2 * middle.cost + ends.below.cost) / (distance * distance)
      crosses.append(
        zip(ends.above.gradient, ends.below.gradient).map { ($0 - $1) / (2 * distance) })
      above.append(ends.above)
    }
    for row in levels.indices {
      for column in 0..<row {
        guard
          let both = evaluate(
            model.scaled([levels[row], levels[column]], by: distance), at: theta)
        else { return nil }
        let cross =
          (both.cost - above[row].cost - above[column].cost + middle.cost) / (distance * distance)
        curvature[row, column] = cross
        curvature[column, row] = cross
      }
    }
    // theta moves along with the levels
    for row in levels.indices {
      var moved = crosses[row]
      known.solve(&moved)
      for column in levels.indices {
        curvature[row, column] -= zip(moved, crosses[column]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    guard let factor = Cholesky(curvature) else { return nil }
    let covariance = factor.inverse()
    return levels.indices.map { Double.sqrt(covariance[$0, $0]) }
  }

  /// Theta at the levels of `model`, from `theta`; the states stay with it.
  mutating func refit(_ model: LimbEstimationModel, from theta: [Double]) -> Fit? {
    var motion = motion(model)
    let solver = TrustRegion(
      evaluationLimit: 60, stepTolerance: 0.02, followsValleys: isSmoothed(model))
    guard
      let solution = solver.minimise(
        &motion, from: theta, scales: model.parameters.free.map(\.priorDeviation)),
      motion.evaluate(solution.theta) != nil
    else { return nil }
    if isSmoothed(model) {
      motion.accept()
      nodes = motion.nodes
    }
    let angles = Double(max(motion.angleCount, 1))
    let coordinates = Double(model.limb.coordinateCount)
    return Fit(
      solution: solution,
      meanSquaredResidual: 2 * motion.residualCost / Double(max(motion.residualCount, 1)),
      innovation: motion.squaredErrors.map { .sqrt($0 * coordinates / angles) })
  }
}

extension LimbEstimationModel {
  /// The same with some levels higher by a part of their logarithm [1].
  fileprivate func scaled(_ levels: [NoiseLevel], by distance: Double) -> LimbEstimationModel {
    var noise = noise
    for level in levels { level.set(level[noise] * .exp(distance), in: &noise) }
    return with(noise: noise)
  }
}
