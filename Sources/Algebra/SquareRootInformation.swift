internal import CLAPACKE
internal import RealModule

/// A least-squares problem |R x + q|²/2 + rest that grows row by row and is never squared.
///
/// Rows J x + r are gathered in blocks under the triangle R and folded into it by orthogonal transformations
/// (LAPACK's `dgelqf`): Rᵀ R = Jᵀ J and Rᵀ q = Jᵀ r, but where Jᵀ J loses what is 1e-8 of its largest
/// direction, R keeps what is 1e-16 of it. Bierman, Factorization Methods for Discrete Sequential
/// Estimation (1977), chapter V.
public struct SquareRootInformation: Sendable, Hashable {
  /// Unknowns [1].
  public let count: Int

  /// The triangle, its last column q, and below it rows that wait, row by row (height x (count + 1)) [1].
  private var rows: [Double]
  /// Rows that wait [1].
  private var waiting = 0
  /// Scalar factors of the reflectors (count + 1) [1].
  private var reflectors: [Double]
  /// LAPACK's work space [1].
  private var work: [Double]
  /// Rows that wait at most [1].
  private var blockLength: Int { max(128, 4 * (count + 1)) }
  /// Columns of `rows` [1].
  private var width: Int { count + 1 }

  /// Nothing known of `count` unknowns.
  public init(count: Int) {
    self.count = count
    reflectors = Array(repeating: 0, count: count + 1)
    work = Array(repeating: 0, count: 32 * (count + 1))
    rows = []
    rows = Array(repeating: 0, count: (width + blockLength) * width)
  }

  /// Adds the row (`derivatives` x + `residual`) times `weight`.
  ///
  /// `derivatives`: (count) [1 per unit of x].
  public mutating func append(_ derivatives: [Double], residual: Double, weight: Double = 1) {
    precondition(derivatives.count == count, "a derivative for every unknown")
    let count = count
    let at = (width + waiting) * width
    var to = rows.mutableSpan
    let from = derivatives.span
    for column in 0..<count { to[at + column] = weight * from[column] }
    to[at + count] = weight * residual
    waiting += 1
    if waiting == blockLength { fold() }
  }

  /// Adds another problem of the same unknowns, or of the last of its unknowns when it has more: what is left
  /// of it when its first unknowns have made their best step.
  public mutating func append(_ other: Self) {
    precondition(other.waiting == 0, "the other is folded")
    let first = other.count - count
    precondition(first >= 0, "the other knows these unknowns")
    var row = Array(repeating: 0.0, count: count)
    for index in first...other.count {
      for column in 0..<count { row[column] = other.rows[index * other.width + first + column] }
      append(row, residual: other.rows[index * other.width + other.count])
    }
  }

  /// Adds xᵀ H x/2 + gᵀ x with a symmetric H whose range holds g; nil-valued eigenvalues add nothing.
  ///
  /// - Returns: false when H is not finite.
  public mutating func append(information: Matrix, gradient: [Double]) -> Bool {
    guard let eigen = SymmetricEigen(information) else { return false }
    let floor = 1e-15 * (eigen.values.last ?? 0)
    for index in eigen.values.indices where eigen.values[index] > floor {
      let root = Double.sqrt(eigen.values[index])
      var slope = 0.0
      for row in 0..<count { slope += eigen.vectors[row, index] * gradient[row] }
      append((0..<count).map { eigen.vectors[$0, index] * root }, residual: slope / root)
    }
    return true
  }

  /// Folds the rows that wait into the triangle.
  public mutating func fold() {
    guard waiting > 0 else { return }
    let height = Int32(width + waiting)
    let side = Int32(width)
    // row by row, the rows are the transpose that LAPACK sees: its L is R transposed
    let workCount = Int32(work.count)
    let status = rows.withUnsafeMutableBufferPointer { rows in
      reflectors.withUnsafeMutableBufferPointer { reflectors in
        work.withUnsafeMutableBufferPointer { work in
          LAPACKE_dgelqf_work(
            LAPACK_COL_MAJOR, side, height, rows.baseAddress, side, reflectors.baseAddress,
            work.baseAddress, workCount)
        }
      }
    }
    precondition(status == 0, "dgelqf was called as LAPACK asks")
    let width = width
    var cleared = rows.mutableSpan
    for row in 1..<Int(height) {
      for column in 0..<min(row, width) { cleared[row * width + column] = 0 }
    }
    waiting = 0
  }

  /// Half the squared length that no x takes away, of the rows folded so far [1].
  public var rest: Double {
    let last = rows[count * width + count]
    return 0.5 * last * last
  }

  /// The element of R in `row` and `column`, of the rows folded so far.
  public subscript(row: Int, column: Int) -> Double { rows[row * width + column] }

  /// q, of the rows folded so far (count) [1].
  public var side: [Double] { (0..<count).map { rows[$0 * width + count] } }

  /// The triangle R, of the rows folded so far (count x count).
  public var triangle: Matrix {
    var result = Matrix(rows: count, columns: count)
    for row in 0..<count {
      for column in row..<count { result[row, column] = self[row, column] }
    }
    return result
  }

  /// Jᵀ J (count x count).
  public var information: Matrix { triangle.transposed() * triangle }

  /// Jᵀ r (count) [1 per unit of x].
  public var gradient: [Double] {
    (0..<count).map { column in
      (0...column).reduce(0) { $0 + self[$1, column] * rows[$1 * width + count] }
    }
  }

  /// The covariance R⁻¹ R⁻ᵀ (count x count); nil when R is singular.
  public func covariance() -> Matrix? {
    // columns of R⁻¹, from the last row up
    var inverse = Matrix(rows: count, columns: count)
    for column in 0..<count {
      for row in stride(from: column, through: 0, by: -1) {
        var sum = row == column ? 1.0 : 0
        for inner in (row + 1)..<max(column + 1, row + 1) {
          sum -= self[row, inner] * inverse[inner, column]
        }
        guard self[row, row] != 0 else { return nil }
        inverse[row, column] = sum / self[row, row]
      }
    }
    let result = inverse * inverse.transposed()
    return result.elements.allSatisfy(\.isFinite) ? result : nil
  }
}
