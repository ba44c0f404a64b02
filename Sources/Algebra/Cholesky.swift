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
    if size >= 2 * Self.blockSize { return refactorByBlocks(matrix) }
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

  /// Columns that are eliminated at once from a large matrix [1].
  private static var blockSize: Int { 64 }

  /// The same for a large matrix, block by block of columns, so that rows stay near while they are used.
  private mutating func refactorByBlocks(_ matrix: Matrix) -> Bool {
    let size = matrix.rowCount
    let given = matrix.elements.span
    var l = factor.elements.mutableSpan
    for row in 0..<size {
      for column in 0...row { l[row * size + column] = given[row * size + column] }
    }
    for start in stride(from: 0, to: size, by: Self.blockSize) {
      let end = min(start + Self.blockSize, size)
      // the block's own columns, all rows
      for row in start..<size {
        for column in start..<min(row + 1, end) {
          var sum = l[row * size + column]
          for inner in start..<max(column, start) {
            sum -= l[row * size + inner] * l[column * size + inner]
          }
          if row == column {
            guard sum > 0, sum.isFinite else { return false }
            l[row * size + row] = .sqrt(sum)
          } else {
            l[row * size + column] = sum / l[column * size + column]
          }
        }
      }
      Self.eliminate(start..<end, from: &l, size: size)
    }
    return true
  }

  /// Subtracts what the columns of a block make of all later ones, four rows by four columns at a time.
  @inline(never)
  private static func eliminate(
    _ block: Range<Int>, from l: inout MutableSpan<Double>, size: Int
  ) {
    var row = block.upperBound
    while row < size {
      let rows = min(4, size - row)
      var column = block.upperBound
      while column < row + rows {
        if rows == 4 && column + 4 <= row + rows {
          eliminateTile(block, from: &l, size: size, row: row, column: column)
        } else {
          for i in row..<(row + rows) {
            for j in column..<max(min(column + 4, i + 1), column) {
              var sum = 0.0
              for inner in block { sum += l[i * size + inner] * l[j * size + inner] }
              l[i * size + j] -= sum
            }
          }
        }
        column += 4
      }
      row += 4
    }
  }

  /// One tile of it; on the diagonal what is above it is left alone.
  @inline(__always)
  private static func eliminateTile(
    _ block: Range<Int>, from l: inout MutableSpan<Double>, size: Int, row: Int, column: Int
  ) {
    let (a0, a1, a2, a3) = (row * size, (row + 1) * size, (row + 2) * size, (row + 3) * size)
    let (b0, b1) = (column * size, (column + 1) * size)
    let (b2, b3) = ((column + 2) * size, (column + 3) * size)
    var (s00, s01, s02, s03) = (0.0, 0.0, 0.0, 0.0)
    var (s10, s11, s12, s13) = (0.0, 0.0, 0.0, 0.0)
    var (s20, s21, s22, s23) = (0.0, 0.0, 0.0, 0.0)
    var (s30, s31, s32, s33) = (0.0, 0.0, 0.0, 0.0)
    for inner in block {
      let (x0, x1, x2, x3) = (l[a0 + inner], l[a1 + inner], l[a2 + inner], l[a3 + inner])
      let (y0, y1, y2, y3) = (l[b0 + inner], l[b1 + inner], l[b2 + inner], l[b3 + inner])
      s00 += x0 * y0
      s01 += x0 * y1
      s02 += x0 * y2
      s03 += x0 * y3
      s10 += x1 * y0
      s11 += x1 * y1
      s12 += x1 * y2
      s13 += x1 * y3
      s20 += x2 * y0
      s21 += x2 * y1
      s22 += x2 * y2
      s23 += x2 * y3
      s30 += x3 * y0
      s31 += x3 * y1
      s32 += x3 * y2
      s33 += x3 * y3
    }
    let isDiagonal = row == column
    l[a0 + column] -= s00
    l[a1 + column] -= s10
    l[a2 + column] -= s20
    l[a3 + column] -= s30
    l[a1 + column + 1] -= s11
    l[a2 + column + 1] -= s21
    l[a3 + column + 1] -= s31
    l[a2 + column + 2] -= s22
    l[a3 + column + 2] -= s32
    l[a3 + column + 3] -= s33
    guard !isDiagonal else { return }
    l[a0 + column + 1] -= s01
    l[a0 + column + 2] -= s02
    l[a0 + column + 3] -= s03
    l[a1 + column + 2] -= s12
    l[a1 + column + 3] -= s13
    l[a2 + column + 3] -= s23
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
