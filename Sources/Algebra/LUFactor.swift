internal import CLAPACKE

/// A square matrix as the product of a lower and an upper triangle, with row exchanges (LAPACK dgetrf).
public struct LUFactor: Sendable {
  /// Rows [1].
  public let count: Int
  /// Both triangles (count x count, row by row) [the matrix's unit].
  private var elements: [Double]
  /// Row exchanges (count) [1].
  private var pivots: [Int32]

  /// Room for a matrix of `count` rows.
  public init(count: Int) {
    self.count = count
    elements = Array(repeating: 0, count: count * count)
    pivots = Array(repeating: 0, count: count)
  }

  /// Factors `matrix` (count x count); false when it is singular.
  public mutating func refactor(_ matrix: Matrix) -> Bool {
    precondition(matrix.rowCount == count && matrix.columnCount == count, "a square matrix")
    elements = matrix.elements
    let size = Int32(count)
    return elements.withUnsafeMutableBufferPointer { elements in
      pivots.withUnsafeMutableBufferPointer { pivots in
        LAPACKE_dgetrf(
          LAPACK_ROW_MAJOR, size, size, elements.baseAddress, size, pivots.baseAddress)
      }
    } == 0
  }

  /// Replaces `vector` (count) by the solution of A x = vector.
  public func solve(_ vector: inout [Double]) {
    // forward and back by rows: LAPACK's row-major solve would transpose the factor each time
    for row in 0..<count {
      let other = Int(pivots[row]) - 1
      if other != row { vector.swapAt(row, other) }
    }
    let triangle = elements.span
    for row in 0..<count {
      var sum = vector[row]
      for column in 0..<row { sum -= triangle[row * count + column] * vector[column] }
      vector[row] = sum
    }
    for row in stride(from: count - 1, through: 0, by: -1) {
      var sum = vector[row]
      for column in (row + 1)..<max(count, row + 1) {
        sum -= triangle[row * count + column] * vector[column]
      }
      vector[row] = sum / triangle[row * count + row]
    }
  }
}
