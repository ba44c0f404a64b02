internal import RealModule

/// Ten free numbers, each choice of which is a possible mass distribution.
///
/// The pseudo-inertia J = [Sigma h; hᵀ m], with Sigma = tr(I)/2 1 - I about the body's origin, belongs to
/// a distribution of mass exactly when it is positive definite, so J = U Uᵀ with
///
///     U = e^a [e^d1 s12 s13 t1; 0 e^d2 s23 t2; 0 0 e^d3 t3; 0 0 0 1],
///
/// theta = (a, d1, d2, d3, s12, s23, s13, t1, t2, t3): Rucker and Wensing, Smooth parameterization of
/// rigid-body inertia (2022), eq. 11-13.
public struct LogCholesky: Hashable, Sendable {
  /// The ten free numbers a, d1, d2, d3, s12, s23, s13, t1, t2, t3 [1, lengths s and t in m over e^a's unit].
  public var theta: [Double]

  /// The distribution of these numbers.
  public init(theta: [Double]) {
    precondition(theta.count == 10, "a mass distribution has ten numbers")
    self.theta = theta
  }

  /// The numbers of `inertia`; nil when no distribution of positive mass in space has it.
  public init?(_ inertia: RigidBodyInertia) {
    let p = inertia.linearParameters
    guard p[0] > 0, p.allSatisfy(\.isFinite) else { return nil }
    let half = 0.5 * (p[4] + p[5] + p[6])
    var j = Self.matrix(
      [half - p[4], -p[7], -p[8], p[1]], [-p[7], half - p[5], -p[9], p[2]],
      [-p[8], -p[9], half - p[6], p[3]], [p[1], p[2], p[3], p[0]])
    // upper factor, from the last column to the first
    for column in stride(from: 3, through: 0, by: -1) {
      guard j[column][column] > 0 else { return nil }
      j[column][column] = .sqrt(j[column][column])
      for row in 0..<column { j[row][column] /= j[column][column] }
      for row in 0..<column {
        for other in 0...row {
          j[other][row] -= j[other][column] * j[row][column]
        }
      }
    }
    let scale = j[3][3]
    theta = [
      .log(scale), .log(j[0][0] / scale), .log(j[1][1] / scale), .log(j[2][2] / scale),
      j[0][1] / scale, j[1][2] / scale, j[0][2] / scale, j[0][3] / scale, j[1][3] / scale,
      j[2][3] / scale,
    ]
  }

  /// The mass distribution.
  public var inertia: RigidBodyInertia {
    let u = factor
    return RigidBodyInertia(linearParameters: Self.linearParameters(Self.product(u, u)))
  }

  /// d linear parameters / d theta, row by row (10 x 10) [the linear parameters' units].
  public var jacobian: [Double] {
    let u = factor
    var result = Array(repeating: 0.0, count: 100)
    for column in 0..<10 {
      // dJ = dU Uᵀ + U dUᵀ
      let change = factorChange(column, factor: u)
      let half = Self.product(change, u)
      var whole = half
      for row in 0..<4 {
        for other in 0..<4 { whole[row][other] = half[row][other] + half[other][row] }
      }
      let linear = Self.linearParameters(whole)
      for row in 0..<10 { result[row * 10 + column] = linear[row] }
    }
    return result
  }

  /// U.
  private var factor: [[Double]] {
    let scale = Double.exp(theta[0])
    let rows = Self.matrix(
      [.exp(theta[1]), theta[4], theta[6], theta[7]], [0, .exp(theta[2]), theta[5], theta[8]],
      [0, 0, .exp(theta[3]), theta[9]], [0, 0, 0, 1])
    return rows.map { $0.map { scale * $0 } }
  }

  /// dU / d theta[index].
  private func factorChange(_ index: Int, factor u: [[Double]]) -> [[Double]] {
    if index == 0 { return u }
    var change = Self.matrix([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])
    switch index {
    case 1...3: change[index - 1][index - 1] = u[index - 1][index - 1]
    case 4: change[0][1] = u[3][3]
    case 5: change[1][2] = u[3][3]
    case 6: change[0][2] = u[3][3]
    default: change[index - 7][3] = u[3][3]
    }
    return change
  }

  private static func matrix(_ rows: [Double]...) -> [[Double]] { rows }

  /// A Bᵀ.
  private static func product(_ left: [[Double]], _ right: [[Double]]) -> [[Double]] {
    left.map { row in right.map { other in zip(row, other).reduce(0) { $0 + $1.0 * $1.1 } } }
  }

  /// The linear parameters of a pseudo-inertia: I = tr(Sigma) 1 - Sigma.
  private static func linearParameters(_ j: [[Double]]) -> [Double] {
    let trace = j[0][0] + j[1][1] + j[2][2]
    return [
      j[3][3], j[0][3], j[1][3], j[2][3], trace - j[0][0], trace - j[1][1], trace - j[2][2],
      -j[0][1], -j[0][2], -j[1][2],
    ]
  }
}
