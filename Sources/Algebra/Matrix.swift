/// A dense matrix of doubles, row by row, whose shape is fixed when it is made.
public struct Matrix: Hashable, Sendable {
  /// Number of rows [1].
  public let rowCount: Int
  /// Number of columns [1].
  public let columnCount: Int
  /// The elements, row by row (rowCount x columnCount) [the owner's unit].
  public var elements: [Double]

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix has no negative side")
    rowCount = rows
    columnCount = columns
    elements = Array(repeating: 0, count: rows * columns)
  }

  /// A square matrix with `diagonal` on its diagonal and zeros elsewhere.
  public init(diagonal: [Double]) {
    self.init(rows: diagonal.count, columns: diagonal.count)
    for (index, value) in diagonal.enumerated() {
      self[index, index] = value
    }
  }

  /// The element in `row` and `column`.
  @inlinable
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(column < columnCount, "inside the matrix")
      return elements[row * columnCount + column]
    }
    set {
      precondition(column < columnCount, "inside the matrix")
      elements[row * columnCount + column] = newValue
    }
  }

  /// Sets every element to `value`.
  public mutating func fill(_ value: Double) {
    for index in elements.indices {
      elements[index] = value
    }
  }

  /// The transpose.
  public func transposed() -> Matrix {
    var result = Matrix(rows: columnCount, columns: rowCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        result[column, row] = self[row, column]
      }
    }
    return result
  }

  /// The matrix product.
  public static func * (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.columnCount == right.rowCount, "the inner sides must agree")
    var result = Matrix(rows: left.rowCount, columns: right.columnCount)
    for row in 0..<left.rowCount {
      for inner in 0..<left.columnCount {
        let factor = left[row, inner]
        if factor == 0 { continue }
        for column in 0..<right.columnCount {
          result[row, column] += factor * right[inner, column]
        }
      }
    }
    return result
  }

  /// The product with a column vector (columnCount).
  public static func * (left: Matrix, right: [Double]) -> [Double] {
    precondition(left.columnCount == right.count, "the inner sides must agree")
    return (0..<left.rowCount).map { row in
      var sum = 0.0
      for column in 0..<left.columnCount {
        sum += left[row, column] * right[column]
      }
      return sum
    }
  }

  /// The sum, element by element.
  public static func + (left: Matrix, right: Matrix) -> Matrix {
    precondition(
      left.rowCount == right.rowCount && left.columnCount == right.columnCount,
      "the shapes must agree")
    var result = left
    for index in result.elements.indices {
      result.elements[index] += right.elements[index]
    }
    return result
  }
}
