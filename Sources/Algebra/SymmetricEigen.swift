internal import CLAPACKE

/// Eigenvalues and eigenvectors of a symmetric matrix, by LAPACK's `dsyev`.
public struct SymmetricEigen: Sendable {
  /// Eigenvalues in ascending order (size) [the matrix's unit].
  public let values: [Double]
  /// Orthonormal eigenvectors as columns, each with its largest component positive (size x size).
  public let vectors: Matrix

  /// Decomposes `matrix`, of which only the upper triangle is read; nil when it is not finite or LAPACK fails.
  public init?(_ matrix: Matrix) {
    precondition(matrix.rowCount == matrix.columnCount, "only square matrices have eigenvectors")
    guard matrix.elements.allSatisfy(\.isFinite) else { return nil }
    let size = matrix.rowCount
    var vectors = matrix
    var values = Array(repeating: 0.0, count: size)
    // column-major and row-major agree for a symmetric matrix but for the triangle that is read
    let status = vectors.elements.withUnsafeMutableBufferPointer { elements in
      values.withUnsafeMutableBufferPointer { values in
        LAPACKE_dsyev(
          LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(size),
          elements.baseAddress, Int32(size), values.baseAddress)
      }
    }
    guard status == 0 else { return nil }
    for column in 0..<size {
      var largest = 0
      for row in 1..<max(size, 1) where abs(vectors[row, column]) > abs(vectors[largest, column]) {
        largest = row
      }
      if size > 0, vectors[largest, column] < 0 {
        for row in 0..<size {
          vectors[row, column].negate()
        }
      }
    }
    self.values = values
    self.vectors = vectors
  }
}
