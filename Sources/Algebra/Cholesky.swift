internal import RealModule

/// The lower triangular factor L of a symmetric positive definite matrix A = L·Lᵀ.
public struct Cholesky: Sendable {
  /// The factor; elements above its diagonal are zero (size x size).
  public private(set) var factor: Matrix

  /// Factors `matrix`, of which only the lower triangle is read; nil when not positive definite.
  public init?(_ matrix: Matrix) {
    precondition(
      matrix.rowCount == matrix.columnCount, "only square matrices have a Cholesky factor")
    factor = Matrix(rows: matrix.rowCount, columns: matrix.columnCount)
    guard refactor(matrix) else { return nil }
  }

  /// The factor of the identity, to be replaced by `refactor`.
  public init(identity size: Int) {
    factor = Matrix(diagonal: Array(repeating: 1, count: size))
  }

  /// Factors another matrix of the same size in the same storage; false when it is not positive definite.
  public mutating func refactor(_ matrix: Matrix) -> Bool {
    let size = matrix.rowCount
    precondition(size == factor.rowCount, "the size is fixed")
    for row in 0..<size {
      for column in 0...row {
        var sum = matrix[row, column]
        for inner in 0..<column {
          sum -= factor[row, inner] * factor[column, inner]
        }
        if row == column {
          guard sum > 0, sum.isFinite else { return false }
          factor[row, row] = .sqrt(sum)
        } else {
          factor[row, column] = sum / factor[column, column]
        }
      }
    }
    return true
  }

  /// Replaces `vector` by the solution x of A·x = vector (size).
  public func solve(_ vector: inout [Double]) {
    let size = factor.rowCount
    precondition(vector.count == size, "the vector has the matrix's size")
    solveLower(&vector)
    for row in stride(from: size - 1, through: 0, by: -1) {
      var sum = vector[row]
      for inner in (row + 1)..<max(size, row + 1) {
        sum -= factor[inner, row] * vector[inner]
      }
      vector[row] = sum / factor[row, row]
    }
  }

  /// Replaces `vector` by the solution x of L·x = vector (size).
  public func solveLower(_ vector: inout [Double]) {
    for row in 0..<factor.rowCount {
      var sum = vector[row]
      for inner in 0..<row {
        sum -= factor[row, inner] * vector[inner]
      }
      vector[row] = sum / factor[row, row]
    }
  }

  /// The inverse of A (size x size).
  public func inverse() -> Matrix {
    let size = factor.rowCount
    var result = Matrix(rows: size, columns: size)
    for column in 0..<size {
      var unit = Array(repeating: 0.0, count: size)
      unit[column] = 1
      solve(&unit)
      for row in 0..<size {
        result[row, column] = unit[row]
      }
    }
    return result
  }
}
