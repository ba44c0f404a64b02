import Algebra
import Testing

@Suite struct MatrixTests {
  private func matrix(_ rows: [[Double]]) -> Matrix {
    var matrix = Matrix(rows: rows.count, columns: rows[0].count)
    matrix.elements = rows.flatMap { $0 }
    return matrix
  }

  @Test func productsAndTransposeAreTheTextbooks() {
    let left = matrix([[1, 2, 3], [4, 5, 6]])
    let right = matrix([[7, 8], [9, 10], [11, 12]])
    #expect(left * right == matrix([[58, 64], [139, 154]]))
    #expect(left * [1, -1, 2] == [5, 11])
    #expect(left.transposed() == matrix([[1, 4], [2, 5], [3, 6]]))
    #expect((left * right).transposed() == right.transposed() * left.transposed())
    #expect(left + left == matrix([[2, 4, 6], [8, 10, 12]]))
    #expect(left[1, 2] == 6)
  }

  @Test func diagonalAndFill() {
    var diagonal = Matrix(diagonal: [2, 3])
    #expect(diagonal == matrix([[2, 0], [0, 3]]))
    diagonal.fill(5)
    #expect(diagonal == matrix([[5, 5], [5, 5]]))
  }

  @Test func aColumnBeyondTheShapeIsACrash() async {
    await #expect(processExitsWith: .failure) {
      let matrix = Matrix(rows: 2, columns: 2)
      // who reads nothing from it, is not asked where by an optimised build
      print(matrix[0, 2])
    }
  }
}
