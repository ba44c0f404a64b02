internal import Algebra
internal import RealModule

/// How a subject shares wanted accelerations among too many muscles.
///
/// Minimises sum_i w_i (a_i - c_i)^2 + sum_ij k_ij (a_i - a_j)^2 subject to B a = y, with co-contraction
/// c, weights w and synergy k between muscles that pull alike; activations that leave their bounds are
/// pushed back by a stiff penalty and the rest solved again.
struct ActivationSharing: Sendable {
  /// Synergy between muscles (muscleCount x muscleCount) [1].
  let synergy: Matrix
  /// Smallest and largest activation asked for [1].
  let bounds: ClosedRange<Double>

  /// Muscles whose moment arms (muscleCount x coordinateCount) point alike help each other.
  init(momentArms: [Double], coordinateCount: Int, bounds: ClosedRange<Double>) {
    let count = momentArms.count / coordinateCount
    func product(_ i: Int, _ j: Int) -> Double {
      (0..<coordinateCount).reduce(0) { sum, k in
        sum + momentArms[i * coordinateCount + k] * momentArms[j * coordinateCount + k]
      }
    }
    var synergy = Matrix(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<count where i != j {
        let norm = Double.sqrt(product(i, i) * product(j, j))
        guard norm > 0 else { continue }
        synergy[i, j] = 4 * max(0, product(i, j) / norm - 0.5)
      }
    }
    self.synergy = synergy
    self.bounds = bounds
  }

  /// The activations (muscleCount) [1] and the largest part of `wanted` they miss [rad/s^2].
  ///
  /// - Parameters:
  ///   - effect: accelerations by activation (muscleCount x coordinateCount) [rad/s^2].
  ///   - wanted: accelerations to be made by the muscles (coordinateCount) [rad/s^2].
  func share(
    effect: [Double], wanted: [Double], coContraction: [Double], weights: [Double]
  ) -> (activations: [Double], miss: Double) {
    let muscles = weights.count
    let coordinates = wanted.count
    var matrix = Matrix(rows: muscles, columns: muscles)
    var right = Array(repeating: 0.0, count: muscles)
    for i in 0..<muscles {
      matrix[i, i] = weights[i]
      right[i] = weights[i] * coContraction[i]
      for j in 0..<muscles where i != j {
        matrix[i, i] += synergy[i, j]
        matrix[i, j] -= synergy[i, j]
      }
    }
    var pushed = Array(repeating: false, count: muscles)
    var activations = right
    for _ in 0..<6 {
      guard let factor = Cholesky(matrix) else { break }
      activations = right
      factor.solve(&activations)
      // Lagrange multipliers of B a = y
      var columns: [[Double]] = []
      var gram = Matrix(rows: coordinates, columns: coordinates)
      var miss = wanted
      for row in 0..<coordinates {
        var column = (0..<muscles).map { effect[$0 * coordinates + row] }
        for muscle in 0..<muscles { miss[row] -= column[muscle] * activations[muscle] }
        factor.solve(&column)
        columns.append(column)
      }
      for row in 0..<coordinates {
        for other in 0..<coordinates {
          for muscle in 0..<muscles {
            gram[row, other] += effect[muscle * coordinates + row] * columns[other][muscle]
          }
        }
        gram[row, row] += 1e-6
      }
      guard let gramFactor = Cholesky(gram) else { break }
      gramFactor.solve(&miss)
      for muscle in 0..<muscles {
        for row in 0..<coordinates { activations[muscle] += columns[row][muscle] * miss[row] }
      }
      // hold what left its bounds and solve the rest again
      var isDone = true
      for muscle in 0..<muscles where !pushed[muscle] && !bounds.contains(activations[muscle]) {
        let bound =
          activations[muscle] < bounds.lowerBound ? bounds.lowerBound : bounds.upperBound
        pushed[muscle] = true
        matrix[muscle, muscle] += 1e4
        right[muscle] += 1e4 * bound
        isDone = false
      }
      if isDone { break }
    }
    var largest = 0.0
    for row in 0..<coordinates {
      var made = 0.0
      for muscle in 0..<muscles {
        made +=
          effect[muscle * coordinates + row]
          * min(max(activations[muscle], bounds.lowerBound), bounds.upperBound)
      }
      largest = max(largest, abs(wanted[row] - made))
    }
    return (activations, largest)
  }
}
