import Algebra
import TestSupport
import Testing

@Suite struct CholeskyTests {
  /// A well-conditioned positive definite matrix, B Bᵀ + size 1, from a seed.
  static func positive(_ size: Int, seed: UInt64) -> Matrix {
    var random = RandomSource(seed: seed)
    var factor = Matrix(rows: size, columns: size)
    for index in factor.elements.indices { factor.elements[index] = random.gaussian() }
    return factor * factor.transposed()
      + Matrix(diagonal: Array(repeating: Double(size), count: size))
  }

  @Test func theTextbookFactor() throws {
    var matrix = Matrix(rows: 3, columns: 3)
    matrix.elements = [4, 12, -16, 12, 37, -43, -16, -43, 98]
    let factor = try #require(Cholesky(matrix))
    #expect(factor.factor.elements == [2, 0, 0, 6, 1, 0, -8, 5, 3])
    // forward substitution by hand: L y = (2, 7, 0) gives (1, 1, 1)
    var right = [2.0, 7, 0]
    factor.solveLower(&right)
    #expect(right == [1, 1, 1])
  }

  @Test(arguments: [1, 2, 5, 20, 40, 128, 203])
  func solvesAndInverts(size: Int) throws {
    let matrix = Self.positive(size, seed: UInt64(size))
    let cholesky = try #require(Cholesky(matrix))
    let wanted = (0..<size).map { Double($0) - 3.5 }
    var vector = matrix * wanted
    cholesky.solve(&vector)
    for (value, expected) in zip(vector, wanted) { #expect(abs(value - expected) < 1e-11) }
    let product = cholesky.inverse() * matrix
    let back = cholesky.factor * cholesky.factor.transposed()
    for row in 0..<size {
      for column in 0..<size {
        #expect(abs(product[row, column] - (row == column ? 1 : 0)) < 1e-11)
        #expect(abs(back[row, column] - matrix[row, column]) < 1e-11)
      }
    }
  }

  @Test func whatIsNotPositiveDefiniteHasNoFactor() {
    #expect(Cholesky(Matrix(diagonal: [1, 0, 2])) == nil)
    #expect(Cholesky(Matrix(diagonal: [1, -1])) == nil)
    #expect(Cholesky(Matrix(diagonal: [1, .nan])) == nil)
    #expect(Cholesky(Matrix(diagonal: [.infinity])) == nil)
    var indefinite = Matrix(rows: 2, columns: 2)
    indefinite.elements = [1, 2, 2, 1]
    #expect(Cholesky(indefinite) == nil)
  }

  @Test func onlyTheLowerTriangleCounts() throws {
    var matrix = Self.positive(4, seed: 9)
    let factor = try #require(Cholesky(matrix)).factor
    matrix[0, 3] = .nan
    #expect(try #require(Cholesky(matrix)).factor == factor)
  }

  @Test func refactoringAndSolvingAllocateNothing() {
    let matrix = Self.positive(6, seed: 2)
    var cholesky = Cholesky(identity: 6)
    var vector = [1.0, 2, 3, 4, 5, 6]
    var isPositive = cholesky.refactor(matrix)
    cholesky.solve(&vector)
    #expect(isPositive)
    let count = allocations {
      isPositive = cholesky.refactor(matrix)
      cholesky.solve(&vector)
    }
    #expect(count == 0)
  }
}
