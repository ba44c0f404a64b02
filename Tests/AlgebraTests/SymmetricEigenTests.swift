import Algebra
import Testing

@Suite struct SymmetricEigenTests {
  @Test func theTextbookPair() throws {
    var matrix = Matrix(rows: 2, columns: 2)
    matrix.elements = [2, 1, 1, 2]
    let eigen = try #require(SymmetricEigen(matrix))
    let half = 0.5.squareRoot()
    #expect(abs(eigen.values[0] - 1) < 1e-14)
    #expect(abs(eigen.values[1] - 3) < 1e-14)
    #expect(abs(eigen.vectors[0, 1] - half) < 1e-14)
    #expect(abs(eigen.vectors[1, 1] - half) < 1e-14)
    #expect(abs(abs(eigen.vectors[0, 0]) - half) < 1e-14)
    #expect(eigen.vectors[0, 0] * eigen.vectors[1, 0] < 0)
  }

  @Test(arguments: [1, 3, 10, 38])
  func vectorsAreOrthonormalAndMakeTheMatrix(size: Int) throws {
    let matrix = CholeskyTests.positive(size, seed: UInt64(70 + size))
    let eigen = try #require(SymmetricEigen(matrix))
    #expect(eigen.values == eigen.values.sorted())
    let back =
      eigen.vectors * Matrix(diagonal: eigen.values) * eigen.vectors.transposed()
    let gram = eigen.vectors.transposed() * eigen.vectors
    for row in 0..<size {
      for column in 0..<size {
        #expect(abs(back[row, column] - matrix[row, column]) < 1e-11 * eigen.values[size - 1])
        #expect(abs(gram[row, column] - (row == column ? 1 : 0)) < 1e-12)
      }
    }
    // signs are normalised, so that the same matrix gives the same bytes
    for column in 0..<size {
      let vector = (0..<size).map { eigen.vectors[$0, column] }
      let largest = vector.max { abs($0) < abs($1) }
      #expect(try #require(largest) > 0)
    }
  }

  @Test func whatIsNotFiniteHasNone() {
    #expect(SymmetricEigen(Matrix(diagonal: [1, .nan])) == nil)
    #expect(SymmetricEigen(Matrix(diagonal: [.infinity])) == nil)
  }
}
