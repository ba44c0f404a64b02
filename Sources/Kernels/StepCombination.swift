extension Workspace {
  /// W of the accelerations at each stage (4 x coordinates x groups).
  var moverGains: UnsafeMutablePointer<SIMD4<Double>> {
    recursion + 4 * places.coordinates * places.groups
  }

  /// The reverse recursion over the stages for any number of coordinates; see `PairStep.fillTransition`.
  ///
  /// - Parameters:
  ///   - jacobians: accelerations by angles and rates at each stage (4 x n x 2 n).
  ///   - inverses: inverse mass matrices (4 x n x n).
  @inline(never)
  func recur(step: Double, jacobians: Span<Double>, inverses: Span<Double>) {
    typealias Column = SIMD4<Double>
    let n = places.coordinates
    let side = 2 * n
    let groups = places.groups
    let w = recursion
    let p = recursion + side * groups
    func unit(_ column: Int, _ group: Int) -> Column {
      var result = Column()
      if column / 4 == group { result[column % 4] = 1 }
      return result
    }
    for column in 0..<side {
      for group in 0..<groups {
        transition[column * groups + group] = unit(column, group)
        p[column * groups + group] = Column()
      }
    }
    for later in 0..<4 {
      let stage = 3 - later
      let own = (stage == 0 || stage == 3 ? 1.0 / 6 : 1.0 / 3) * step
      let chain = stage == 3 ? 0 : stage == 2 ? step : 0.5 * step
      for column in 0..<side {
        for group in 0..<groups {
          let index = column * groups + group
          w[index] = fused(unit(column, group), own, p[index] * chain)
        }
      }
      for group in 0..<groups {
        for column in 0..<side {
          var sum = column >= n ? w[(column - n) * groups + group] : Column()
          for k in 0..<n {
            sum = fused(
              w[(n + k) * groups + group], jacobians[(stage * n + k) * side + column], sum)
          }
          p[column * groups + group] = sum
          transition[column * groups + group] += sum
        }
        for column in 0..<n {
          var sum = Column()
          for k in 0..<n {
            sum = fused(
              w[(n + k) * groups + group], inverses[(stage * n + k) * n + column], sum)
          }
          gains[(stage * n + column) * groups + group] = sum
          moverGains[(stage * n + column) * groups + group] = w[(n + column) * groups + group]
        }
      }
    }
  }
}
