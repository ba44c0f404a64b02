public import Algebra
internal import RealModule

/// Simulated annealing of Corana's kind: the way EMG-driven models are usually calibrated.
///
/// Corana, Marchesi, Martini, Ridella 1987, ACM Trans Math Softw 13:262; Goffe, Ferrier, Rogers 1994,
/// J Econometrics 60:65. Each unknown in turn moves by a uniform step; a rise of the cost by d is accepted
/// with probability exp(-d / T). After `cycles` such rounds each unknown's step is lengthened or
/// shortened toward half of the moves being accepted; after `adjustments` of those T falls by
/// `coolingFactor`, and the walk goes on from the best point. Own code, because the annealing of the GNU
/// Scientific Library has one fixed step for all unknowns and none of this schedule.
public struct SimulatedAnnealing: Sendable, Hashable {
  /// Evaluations of the cost in all [1].
  public var evaluations: Int
  /// Rounds over all unknowns between adjustments of the steps; Corana's NS [1].
  public var cycles: Int
  /// Adjustments of the steps between reductions of the temperature; NT [1].
  public var adjustments: Int
  /// Factor on the temperature [1].
  public var coolingFactor: Double
  /// First temperature; nil takes the spread of costs over a round of first moves [1].
  public var temperature: Double?

  /// An annealing within a budget.
  public init(
    evaluations: Int, cycles: Int = 20, adjustments: Int = 5, coolingFactor: Double = 0.1,
    temperature: Double? = nil
  ) {
    precondition(evaluations > 0 && cycles > 0 && adjustments > 0, "an annealing evaluates")
    precondition(coolingFactor > 0 && coolingFactor < 1, "an annealing cools")
    self.evaluations = evaluations
    self.cycles = cycles
    self.adjustments = adjustments
    self.coolingFactor = coolingFactor
    self.temperature = temperature
  }

  /// The schedule that cools at least `reductions` times within the budget for so many unknowns.
  ///
  /// The usual 20 rounds and 5 or more adjustments cost thousands of evaluations a temperature; with
  /// fewer to spend, adjustments are given up first and rounds next.
  public func fitted(unknowns: Int, reductions: Int = 6) -> SimulatedAnnealing {
    var result = self
    let rounds = max(1, evaluations / max(1, unknowns * reductions))
    result.adjustments = min(adjustments, max(1, rounds / min(cycles, 5)))
    result.cycles = min(cycles, max(1, rounds / result.adjustments))
    return result
  }

  /// What an annealing found.
  public struct Solution: Sendable {
    /// The best point (count) [theta's units].
    public var theta: [Double]
    /// Its cost [1].
    public var cost: Double
    /// Evaluations used [1].
    public var evaluations: Int
    /// Lowest cost after each reduction of the temperature [1].
    public var costs: [Double]
  }

  /// Minimises `cost` in a box; nil when it is not finite at `start`.
  ///
  /// - `box`: where each unknown may go (count).
  /// - `cost`: the objective; nil where it is not finite.
  public func minimise(
    from start: [Double], box: [ClosedRange<Double>], random: inout RandomSource,
    cost: ([Double]) -> Double?
  ) -> Solution? {
    precondition(box.count == start.count, "a range for every unknown")
    guard let first = cost(start) else { return nil }
    var best = Solution(theta: start, cost: first, evaluations: 1, costs: [first])
    var point = start
    var level = first
    var steps = box.map { 0.25 * ($0.upperBound - $0.lowerBound) }
    var heat = temperature
    var rises: [Double] = []
    while best.evaluations < evaluations {
      for _ in 0..<adjustments {
        var accepted = start.map { _ in 0 }
        for _ in 0..<cycles {
          for index in point.indices where best.evaluations < evaluations {
            var candidate = point
            candidate[index] += (2 * random.uniform() - 1) * steps[index]
            if !box[index].contains(candidate[index]) {
              let range = box[index]
              candidate[index] =
                range.lowerBound + random.uniform() * (range.upperBound - range.lowerBound)
            }
            best.evaluations += 1
            guard let value = cost(candidate) else { continue }
            if heat == nil { rises.append(abs(value - level)) }
            let isBetter = value <= level
            // without a temperature yet every finite move is one of the first round's
            let chance = heat.map { Double.exp(-(value - level) / $0) } ?? 0.5
            guard isBetter || random.uniform() < chance else { continue }
            accepted[index] += 1
            point = candidate
            level = value
            if value < best.cost {
              best.cost = value
              best.theta = candidate
            }
          }
          if heat == nil, !rises.isEmpty {
            heat = max(rises.reduce(0, +) / Double(rises.count), .leastNormalMagnitude)
          }
        }
        for index in steps.indices {
          steps[index] *= Self.adjustment(Double(accepted[index]) / Double(cycles))
          steps[index] = min(steps[index], box[index].upperBound - box[index].lowerBound)
        }
      }
      heat = heat.map { $0 * coolingFactor }
      point = best.theta
      level = best.cost
      best.costs.append(best.cost)
    }
    return best
  }

  /// Corana's factor on a step after this part of the moves was accepted.
  private static func adjustment(_ ratio: Double) -> Double {
    if ratio > 0.6 { return 1 + 2 * (ratio - 0.6) / 0.4 }
    if ratio < 0.4 { return 1 / (1 + 2 * (0.4 - ratio) / 0.4) }
    return 1
  }
}
