internal import Algebra

/// How the columns of a sensitivity in lanes make the derivatives by the unknowns.
///
/// The hot loop keeps derivatives by muscles' and joints' own numbers in an order of its own; that by an
/// unknown is the sum of its columns. Every unknown has a column that is nobody else's, its home.
struct SensitivityColumns: Sendable {
  /// Which columns make which unknown's derivative.
  let links: [(column: Int, unknown: Int)]
  /// A column of each unknown that no other has (unknowns) (index).
  let homes: [Int]
  /// Blocks of eight columns [1].
  let blockCount: Int

  /// Columns of a kernel.
  init(links: [(column: Int, unknown: Int)], homes: [Int], blockCount: Int) {
    self.links = links
    self.homes = homes
    self.blockCount = blockCount
  }

  /// One column for each unknown, in order.
  init(unknowns: Int) {
    links = (0..<unknowns).map { ($0, $0) }
    homes = Array(0..<unknowns)
    blockCount = (unknowns + 7) / 8
  }

  /// Room for `rows` rows of columns.
  func zeros(rows: Int) -> [SIMD8<Double>] {
    Array(repeating: SIMD8(repeating: 0), count: rows * blockCount)
  }

  /// Derivatives by the unknowns into lanes, row by row.
  func spread(_ matrix: Matrix, into lanes: inout [SIMD8<Double>]) {
    let width = 8 * blockCount
    for index in lanes.indices { lanes[index] = SIMD8(repeating: 0) }
    let given = matrix.elements.span
    let homes = homes.span
    lanes.withUnsafeMutableBytes { bytes in
      let numbers = bytes.assumingMemoryBound(to: Double.self)
      for row in 0..<matrix.rowCount {
        for unknown in 0..<homes.count {
          numbers[row * width + homes[unknown]] = given[row * matrix.columnCount + unknown]
        }
      }
    }
  }

  /// The derivatives by the unknowns (rows x unknowns), from lanes.
  func collect(_ lanes: [SIMD8<Double>], into matrix: inout Matrix) {
    let width = 8 * blockCount
    matrix.fill(0)
    let columns = matrix.columnCount
    let rows = matrix.rowCount
    let links = links.span
    var sums = matrix.elements.mutableSpan
    lanes.withUnsafeBytes { bytes in
      let numbers = bytes.assumingMemoryBound(to: Double.self)
      for row in 0..<rows {
        for index in 0..<links.count {
          sums[row * columns + links[index].unknown] += numbers[row * width + links[index].column]
        }
      }
    }
  }

  /// One row of it, from the lanes of a row.
  func collect(_ lanes: [SIMD8<Double>], into row: inout [Double]) {
    var sums = row.mutableSpan
    for index in 0..<sums.count { sums[index] = 0 }
    let links = links.span
    lanes.withUnsafeBytes { bytes in
      let numbers = bytes.assumingMemoryBound(to: Double.self)
      for index in 0..<links.count { sums[links[index].unknown] += numbers[links[index].column] }
    }
  }
}
