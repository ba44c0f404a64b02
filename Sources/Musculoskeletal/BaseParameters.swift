internal import RealModule

/// Which combinations of the bodies' mass numbers a motion can see.
///
/// The torques are Y phi; directions phi that no motion of the set moves are invisible. Numerically
/// (Gautier, Numerical calculation of the base inertial parameters of robots, 1991): the columns of Y,
/// scaled to their own size, are taken one by one in the order of what they add; a column that adds
/// nothing beyond the tolerance is a combination of those before it, and its number is regrouped with
/// theirs.
public struct BaseParameters: Sendable {
  /// One number that stands for several: phi_k + sum of factors times others.
  public struct Combination: Sendable {
    /// The mass number that leads (index into 10 x bodyCount).
    public var leader: Int
    /// The other mass numbers regrouped with it and their factors [the leader's unit per own unit].
    public var members: [(parameter: Int, factor: Double)]
  }

  /// The visible combinations, the most visible first (rank).
  public let combinations: [Combination]
  /// Mass numbers that no motion of the set sees at all (indices).
  public let invisible: [Int]

  /// The number of visible combinations [1].
  public var rank: Int { combinations.count }

  /// The base parameters of `limb` under the given motions.
  ///
  /// - `motions`: angles, rates and accelerations, each (coordinateCount) [rad, rad/s, rad/s^2].
  /// - `spread`: how far each mass number may be from the model's (10 x bodyCount) [its unit]: numbers
  ///   whose spread moves the torques most lead; empty takes all alike.
  /// - `tolerance`: what counts as nothing, relative to a column's own size [1].
  public init(
    _ limb: LimbModel, motions: [(q: [Double], u: [Double], udot: [Double])],
    base: [BaseMotion] = [], spread: [Double] = [], tolerance: Double = 1e-8
  ) {
    let count = limb.coordinateCount
    let numbers = 10 * limb.description.bodies.count
    var state = LimbState(limb)
    let parameters = limb.nominalParameters
    var columns = Array(repeating: [Double](), count: numbers)
    var regressor = Array(repeating: 0.0, count: 10 * count)
    for (index, motion) in motions.enumerated() {
      _ = limb.moveTo(
        q: motion.q, u: motion.u, udot: motion.udot,
        base: index < base.count ? base[index] : .still, parameters: parameters, state: &state)
      for body in limb.description.bodies.indices {
        limb.fillRegressor(ofBody: body, state: &state, regressor: &regressor)
        for number in 0..<10 {
          columns[10 * body + number] += regressor[(number * count)..<((number + 1) * count)]
        }
      }
    }
    let sizes = columns.map { Double.sqrt($0.reduce(0) { $0 + $1 * $1 }) }
    // lengths of a metre and seconds of motion make all units comparable
    let largest = sizes.max() ?? 0
    var remaining: [Int] = []
    var unseen: [Int] = []
    for index in 0..<numbers {
      if sizes[index] > 1e-12 * largest { remaining.append(index) } else { unseen.append(index) }
    }
    var work = columns.indices.map { index in
      sizes[index] > 0 ? columns[index].map { $0 / sizes[index] } : columns[index]
    }

    // modified Gram-Schmidt, the longest remainder first
    var basis: [[Double]] = []
    var chosen: [Int] = []
    let weights = sizes.indices.map { spread.isEmpty ? 1 : max(spread[$0], 1e-9) * sizes[$0] }
    while true {
      var best: (number: Int, length: Double)?
      for number in remaining {
        let length = Self.norm(work[number])
        guard length > tolerance else { continue }
        if let best, weights[number] * length <= weights[best.number] * best.length { continue }
        best = (number, length)
      }
      guard let (next, length) = best else { break }
      let direction = work[next].map { $0 / length }
      basis.append(direction)
      chosen.append(next)
      remaining.removeAll { $0 == next }
      for other in remaining {
        // twice is enough
        for _ in 0..<2 {
          let share = zip(direction, work[other]).reduce(0) { $0 + $1.0 * $1.1 }
          for row in direction.indices { work[other][row] -= share * direction[row] }
        }
      }
    }

    // the others in terms of the chosen: R x = Qᵀ column, R = Qᵀ chosen columns, upper triangular
    func shares(_ column: Int) -> [Double] {
      basis.map { direction in
        zip(direction, columns[column]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    let triangle = chosen.map(shares)
    var members = Array(repeating: [(parameter: Int, factor: Double)](), count: chosen.count)
    for other in remaining {
      var solution = shares(other)
      for row in stride(from: chosen.count - 1, through: 0, by: -1) {
        for column in (row + 1)..<max(chosen.count, row + 1) {
          solution[row] -= triangle[column][row] * solution[column]
        }
        solution[row] /= triangle[row][row]
      }
      for row in chosen.indices {
        let size = solution[row] * sizes[chosen[row]]
        if abs(size) > 1e-6 * sizes[other] { members[row].append((other, solution[row])) }
      }
    }
    combinations = zip(chosen, members).map { Combination(leader: $0, members: $1) }
    invisible = unseen
  }

  /// The values of the combinations for mass numbers `phi` (10 x bodyCount) [the leaders' units].
  public func values(_ phi: [Double]) -> [Double] {
    combinations.map { combination in
      combination.members.reduce(phi[combination.leader]) { $0 + $1.factor * phi[$1.parameter] }
    }
  }

  private static func norm(_ column: [Double]) -> Double {
    Double.sqrt(column.reduce(0) { $0 + $1 * $1 })
  }
}
