internal import CLAPACKE

/// The singular value decomposition A = U diag(values) Vᵀ of a square matrix, by LAPACK's `dgesvd`.
public struct SingularValues: Sendable {
  /// Singular values in descending order (size) [the matrix's unit].
  public let values: [Double]
  /// U, left singular vectors as columns (size x size).
  public let left: Matrix
  /// V, right singular vectors as columns (size x size).
  public let right: Matrix

  /// Decomposes `matrix`; nil when it is not finite or LAPACK fails.
  public init?(_ matrix: Matrix) {
    precondition(matrix.rowCount == matrix.columnCount, "a square matrix")
    guard matrix.elements.allSatisfy(\.isFinite) else { return nil }
    let size = matrix.rowCount
    var given = matrix
    var values = Array(repeating: 0.0, count: size)
    var left = Matrix(rows: size, columns: size)
    var right = left
    var unconverged = Array(repeating: 0.0, count: max(size, 1))
    let status = given.elements.withUnsafeMutableBufferPointer { given in
      values.withUnsafeMutableBufferPointer { values in
        left.elements.withUnsafeMutableBufferPointer { left in
          right.elements.withUnsafeMutableBufferPointer { right in
            unconverged.withUnsafeMutableBufferPointer { unconverged in
              LAPACKE_dgesvd(
                LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "A")), CChar(UInt8(ascii: "A")),
                Int32(size), Int32(size), given.baseAddress, Int32(size), values.baseAddress,
                left.baseAddress, Int32(size), right.baseAddress, Int32(size),
                unconverged.baseAddress)
            }
          }
        }
      }
    }
    guard status == 0 else { return nil }
    self.values = values
    self.left = left
    self.right = right.transposed()
  }
}
