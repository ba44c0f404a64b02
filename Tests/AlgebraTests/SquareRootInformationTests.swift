import Algebra
import Testing

@Suite struct SquareRootInformationTests {
  @Test func triangleAndNormalEquationsAreTheSameProblem() throws {
    var random = RandomSource(seed: 5)
    let count = 7
    var root = SquareRootInformation(count: count)
    var information = Matrix(rows: count, columns: count)
    var gradient = Array(repeating: 0.0, count: count)
    var squares = 0.0
    for _ in 0..<1000 {
      let row = (0..<count).map { _ in random.gaussian() }
      let residual = random.gaussian()
      root.append(row, residual: residual, weight: 0.5)
      squares += 0.25 * residual * residual
      for i in 0..<count {
        gradient[i] += 0.25 * row[i] * residual
        for j in 0..<count { information[i, j] += 0.25 * row[i] * row[j] }
      }
    }
    root.fold()
    for i in 0..<count {
      #expect(abs(root.gradient[i] - gradient[i]) < 1e-11 * 1000)
      for j in 0..<count {
        #expect(abs(root.information[i, j] - information[i, j]) < 1e-11 * 1000)
      }
    }
    // what is left is the cost at the best point: r²/2 - gᵀ H⁻¹ g/2
    let factor = try #require(Cholesky(information))
    var step = gradient
    factor.solve(&step)
    let best = 0.5 * squares - 0.5 * zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(root.rest - best) < 1e-11 * squares)
    let covariance = try #require(root.covariance())
    let inverse = factor.inverse()
    for (own, other) in zip(covariance.elements, inverse.elements) {
      #expect(abs(own - other) < 1e-13)
    }
  }

  @Test func directionsKeepWhatSquaresLose() throws {
    // two nearly parallel rows: the second direction is 1e-11 of the first, its square 1e-22
    let small = 1e-11
    var root = SquareRootInformation(count: 2)
    root.append([1, 1], residual: 0)
    root.append([1, 1 + small], residual: 0)
    root.fold()
    let covariance = try #require(root.covariance())
    // in exact numbers var x1 = (1 + (1 + s)²)/s², var x2 = 2/s²
    let rounded = (1 + small) - 1
    #expect(abs(covariance[1, 1] * rounded * rounded / 2 - 1) < 1e-4)
    #expect(Cholesky(root.information)?.inverse().elements.allSatisfy { $0 > 0 } != true)
  }

  @Test func eliminatedUnknownsLeaveTheSchurComplement() throws {
    var random = RandomSource(seed: 8)
    var whole = SquareRootInformation(count: 5)
    for _ in 0..<200 {
      whole.append((0..<5).map { _ in random.gaussian() }, residual: random.gaussian())
    }
    whole.fold()
    var kept = SquareRootInformation(count: 3)
    kept.append(whole)
    kept.fold()
    #expect(abs(kept.rest - whole.rest) < 1e-10)
    let all = try #require(whole.covariance())
    let own = try #require(kept.covariance())
    for row in 0..<3 {
      for column in 0..<3 {
        #expect(abs(own[row, column] - all[row + 2, column + 2]) < 1e-13)
      }
    }
  }

  @Test func aBeliefIsRows() throws {
    let information = Matrix(diagonal: [4, 0, 9])
    var root = SquareRootInformation(count: 3)
    let isAdded = root.append(information: information, gradient: [2, 0, -3])
    #expect(isAdded)
    root.fold()
    #expect(zip(root.gradient, [2, 0, -3]).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(
      zip(root.information.elements, information.elements).allSatisfy { abs($0 - $1) < 1e-14 })
    var broken = information
    broken[0, 0] = .nan
    let isBroken = !root.append(information: broken, gradient: [0, 0, 0])
    #expect(isBroken)
  }

  @Test func singularValuesMultiplyBack() throws {
    var random = RandomSource(seed: 2)
    var matrix = Matrix(rows: 4, columns: 4)
    for index in matrix.elements.indices { matrix.elements[index] = random.gaussian() }
    let found = try #require(SingularValues(matrix))
    let back = found.left * Matrix(diagonal: found.values) * found.right.transposed()
    for (own, other) in zip(back.elements, matrix.elements) { #expect(abs(own - other) < 1e-13) }
    #expect(zip(found.values, found.values.dropFirst()).allSatisfy { $0 >= $1 })
    matrix[1, 1] = .infinity
    #expect(SingularValues(matrix) == nil)
  }
}
