/// Sums over residuals of their derivatives' products, JᵀJ, and with the residuals, Jᵀr, in columns.
///
/// Rows are collected and then added many at once, tile by tile of eight columns by eight, so that a sum
/// stays in registers while rows pass by. Only tiles on and below the diagonal are kept.
public struct NormalSums: Sendable {
  /// Blocks of eight columns [1].
  private let blocks: Int
  /// Rows waiting, block by block (blocks x capacity).
  private var rows: [Lanes]
  /// How many wait [1].
  private var waiting = 0
  /// Tiles of JᵀJ, row by row of tiles (blocks (blocks + 1) / 2 x 8).
  private var tiles: [Lanes]
  /// Jᵀr (blocks).
  private var gradient: [Lanes]

  /// Rows that wait at most [1].
  private static var capacity: Int { 64 }

  /// Sums of `blockCount` blocks of eight columns.
  public init(blockCount: Int) {
    blocks = blockCount
    rows = Array(repeating: all(0), count: Self.capacity * blockCount)
    tiles = Array(repeating: all(0), count: 4 * blockCount * (blockCount + 1))
    gradient = Array(repeating: all(0), count: blockCount)
  }

  /// Forgets everything.
  public mutating func clear() {
    waiting = 0
    for index in tiles.indices { tiles[index] = all(0) }
    for index in gradient.indices { gradient[index] = all(0) }
  }

  /// Adds a residual whose derivative is `factor` times `row` (blocks).
  public mutating func add(_ row: Span<SIMD8<Double>>, factor: Double, residual: Double) {
    let (blocks, place) = (blocks, waiting)
    let slope = factor * residual
    gradient.withUnsafeMutableBufferPointer { gradient in
      rows.withUnsafeMutableBufferPointer { rows in
        for block in 0..<blocks {
          gradient[block] = fused(row[block], all(slope), gradient[block])
          rows[block * Self.capacity + place] = row[block] * factor
        }
      }
    }
    waiting += 1
    if waiting == Self.capacity { flush() }
  }

  /// Adds the rows that wait to the tiles.
  private mutating func flush() {
    let (blocks, count) = (blocks, waiting)
    waiting = 0
    guard count > 0, blocks > 0 else { return }
    rows.withUnsafeBufferPointer { rows in
      tiles.withUnsafeMutableBufferPointer { tiles in
        Self.addProducts(rows.baseAddress!, count, blocks, to: tiles.baseAddress!)
      }
    }
  }

  @inline(never)
  private static func addProducts(
    _ rows: UnsafePointer<Lanes>, _ count: Int, _ blocks: Int, to tiles: UnsafeMutablePointer<Lanes>
  ) {
    var tile = tiles
    for block in 0..<blocks {
      let left = UnsafeRawPointer(rows + block * capacity).assumingMemoryBound(to: Double.self)
      for other in 0...block {
        let right = rows + other * capacity
        addTile(left, right, count, to: tile)
        addTile(left + 4, right, count, to: tile + 4)
        tile += 8
      }
    }
  }

  /// Four rows of a tile.
  @inline(__always)
  private static func addTile(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Lanes>, _ count: Int,
    to tile: UnsafeMutablePointer<Lanes>
  ) {
    var (s0, s1, s2, s3) = (tile[0], tile[1], tile[2], tile[3])
    for row in 0..<count {
      let z = right[row]
      let factors = left + 8 * row
      s0 = fused(all(factors[0]), z, s0)
      s1 = fused(all(factors[1]), z, s1)
      s2 = fused(all(factors[2]), z, s2)
      s3 = fused(all(factors[3]), z, s3)
    }
    tile[0] = s0
    tile[1] = s1
    tile[2] = s2
    tile[3] = s3
  }

  /// Adds the sums of the columns of each unknown: Jᵀr (unknowns) and JᵀJ (unknowns x unknowns).
  public mutating func fold(
    _ links: [(column: Int, unknown: Int)], gradient totals: inout [Double],
    information products: inout [Double]
  ) {
    flush()
    let unknowns = totals.count
    var total = totals.mutableSpan
    var information = products.mutableSpan
    let own = links.span
    let sums = gradient.span.bytes
    let whole = tiles.span.bytes
    for index in 0..<own.count {
      let (column, unknown) = own[index]
      total[unknown] += sums.unsafeLoad(fromByteOffset: 8 * column, as: Double.self)
      let row = unknown * unknowns
      for other in 0..<own.count {
        let (high, low) = (max(column, own[other].column), min(column, own[other].column))
        let tile = (high / 8) * (high / 8 + 1) / 2 + low / 8
        information[row + own[other].unknown] += whole.unsafeLoad(
          fromByteOffset: 8 * (64 * tile + 8 * (high % 8) + low % 8), as: Double.self)
      }
    }
  }
}

/// What a reading does to a sensitivity.
public enum SensitivityCorrection {
  /// S <- S - K row for a sensitivity (states x blocks) and a gain (states).
  public static func apply(
    _ sensitivity: inout MutableSpan<SIMD8<Double>>, gain: Span<Double>,
    row: Span<SIMD8<Double>>
  ) {
    let blocks = row.count
    for state in 0..<gain.count where gain[state] != 0 {
      let factor = all(-gain[state])
      let from = state * blocks
      for block in 0..<blocks {
        sensitivity[from + block] = fused(factor, row[block], sensitivity[from + block])
      }
    }
  }
}

/// What a step does to the covariance of a state.
public enum CovarianceStep {
  /// P <- A P Aᵀ for a symmetric P (count x count) and a transition (count x count).
  ///
  /// - Parameter scratch: room for A P (count x count).
  public static func apply(
    _ covariance: inout MutableSpan<Double>, transition: Span<Double>,
    scratch: inout MutableSpan<Double>, count: Int
  ) {
    if count == 4 {
      apply(&covariance, transition)
      return
    }
    for row in 0..<count {
      let to = row * count
      for column in 0..<count { scratch[to + column] = 0 }
      for inner in 0..<count {
        let factor = transition[to + inner]
        if factor == 0 { continue }
        let from = inner * count
        for column in 0..<count { scratch[to + column] += factor * covariance[from + column] }
      }
    }
    for row in 0..<count {
      for column in 0...row {
        var sum = 0.0
        for inner in 0..<count {
          sum += scratch[row * count + inner] * transition[column * count + inner]
        }
        covariance[row * count + column] = sum
        covariance[column * count + row] = sum
      }
    }
  }

  /// The same for four states, a row at a time.
  @inline(__always)
  private static func apply(_ p: inout MutableSpan<Double>, _ a: Span<Double>) {
    typealias Row = SIMD4<Double>
    let columns = (
      Row(a[0], a[4], a[8], a[12]), Row(a[1], a[5], a[9], a[13]), Row(a[2], a[6], a[10], a[14]),
      Row(a[3], a[7], a[11], a[15])
    )
    // P Aᵀ row by row, then A of that
    let half = (
      Self.combine(columns, p[0], p[1], p[2], p[3]), Self.combine(columns, p[4], p[5], p[6], p[7]),
      Self.combine(columns, p[8], p[9], p[10], p[11]),
      Self.combine(columns, p[12], p[13], p[14], p[15])
    )
    let r0 = Self.combine(half, a[0], a[1], a[2], a[3])
    let r1 = Self.combine(half, a[4], a[5], a[6], a[7])
    let r2 = Self.combine(half, a[8], a[9], a[10], a[11])
    let r3 = Self.combine(half, a[12], a[13], a[14], a[15])
    // symmetric to the last digit: what is above the diagonal is copied
    (p[0], p[1], p[2], p[3]) = (r0.x, r1.x, r2.x, r3.x)
    (p[4], p[5], p[6], p[7]) = (r1.x, r1.y, r2.y, r3.y)
    (p[8], p[9], p[10], p[11]) = (r2.x, r2.y, r2.z, r3.z)
    (p[12], p[13], p[14], p[15]) = (r3.x, r3.y, r3.z, r3.w)
  }

  /// A sum of four rows.
  @inline(__always)
  private static func combine(
    _ rows: (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>), _ a: Double,
    _ b: Double, _ c: Double, _ d: Double
  ) -> SIMD4<Double> {
    fused(rows.3, d, fused(rows.2, c, fused(rows.1, b, rows.0 * a)))
  }
}
