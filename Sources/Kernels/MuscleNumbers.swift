extension MuscleKernel {
  /// The path of a muscle, as `Musculoskeletal.PairPath` states it; once, before the first step.
  ///
  /// - Parameters:
  ///   - coordinates: the coordinates that the forms mean, at most two (indices).
  ///   - stretches: squared lengths by 1, cos, sin of either (9 each) [m^2].
  ///   - polynomial: by powers of both ((order + 1) squared) [m].
  ///   - centers: what the variables subtract (2) [rad].
  ///   - scales: what they multiply by (2) [1/rad].
  mutating func setPath(
    muscle: Int, coordinates: [Int], constantLength: Double, stretches given: [[Double]],
    order: Int, polynomial: [Double], centers: [Double], scales: [Double]
  ) {
    let (index, lane) = (lanes[muscle] / 8, lanes[muscle] % 8)
    // a lone coordinate may be the pair's second
    let isSwapped =
      coordinates.count == 1 && coordinates[0] != paths[index].first
      && coordinates[0] == paths[index].second
    paths[index].constant[lane] = constantLength
    for (slot, form) in given.enumerated() {
      if paths[index].stretches.count == slot { addStretch(to: index) }
      let c = isSwapped ? Self.transposed(form, side: 3) : form
      let place = paths[index].stretches.lowerBound + slot
      stretches[place].weight[lane] = 1
      stretches[place].c00[lane] = c[0]
      stretches[place].c01[lane] = c[1]
      stretches[place].c02[lane] = c[2]
      stretches[place].c10[lane] = c[3]
      stretches[place].c11[lane] = c[4]
      stretches[place].c12[lane] = c[5]
      stretches[place].c20[lane] = c[6]
      stretches[place].c21[lane] = c[7]
      stretches[place].c22[lane] = c[8]
    }
    guard order > 0 else {
      paths[index].constant[lane] += polynomial.first ?? 0
      return
    }
    raiseOrder(of: index, to: order)
    paths[index].firstCenter[lane] = centers[isSwapped ? 1 : 0]
    paths[index].secondCenter[lane] = centers[isSwapped ? 0 : 1]
    paths[index].firstScale[lane] = scales[isSwapped ? 1 : 0]
    paths[index].secondScale[lane] = scales[isSwapped ? 0 : 1]
    let square = isSwapped ? Self.transposed(polynomial, side: order + 1) : polynomial
    for first in 0...order {
      for second in 0...(order - first) {
        let place = Self.place(first, second, order: paths[index].order)
        coefficients[paths[index].polynomial + place][lane] = square[first * (order + 1) + second]
      }
    }
  }

  /// The numbers of a muscle; whenever they change.
  ///
  /// - Parameters:
  ///   - pennation: sine and cosine of the pennation at optimal fiber length [1].
  ///   - passive: steepness, offset and scale of the passive curve, the scale zero to ignore it [1].
  ///   - narrowing: one over the widening of the active curve [1].
  mutating func setNumbers(
    muscle: Int, maxIsometricForce: Double, optimalFiberLength: Double, tendonSlackLength: Double,
    maxContractionVelocity: Double, fiberDamping: Double, pennation: (sine: Double, cosine: Double),
    passive: (steepness: Double, offset: Double, scale: Double), narrowing: Double
  ) {
    let (index, lane) = (lanes[muscle] / 8, lanes[muscle] % 8)
    muscles[index].strength[lane] = maxIsometricForce
    muscles[index].optimal[lane] = optimalFiberLength
    muscles[index].slack[lane] = tendonSlackLength
    muscles[index].damping[lane] = fiberDamping
    muscles[index].height[lane] = optimalFiberLength * pennation.sine
    muscles[index].heightByPennation[lane] = optimalFiberLength * pennation.cosine
    muscles[index].inverseOptimal[lane] = 1 / optimalFiberLength
    muscles[index].velocityScale[lane] = 1 / (maxContractionVelocity * optimalFiberLength)
    muscles[index].steepness[lane] = passive.steepness
    muscles[index].passiveOffset[lane] = passive.offset
    muscles[index].passiveScale[lane] = passive.scale
    muscles[index].narrowing[lane] = narrowing
  }

  /// Where x^first y^second stands: highest power of x first, and in its row of y.
  static func place(_ first: Int, _ second: Int, order: Int) -> Int {
    // rows of powers order ... first + 1 have 1 ... order - first terms
    let before = (order - first) * (order - first + 1) / 2
    return before + (order - first - second)
  }

  private static func transposed(_ square: [Double], side: Int) -> [Double] {
    (0..<(side * side)).map { square[$0 % side * side + $0 / side] }
  }

  /// One more stretch for a block; those of later blocks move.
  private mutating func addStretch(to index: Int) {
    var counts = paths.map(\.stretches.count)
    counts[index] += 1
    var end = 0
    for block in paths.indices {
      paths[block].stretches = end..<(end + counts[block])
      end += counts[block]
    }
    stretches.insert(StretchBlock(), at: paths[index].stretches.upperBound - 1)
  }

  /// Room for polynomials of a higher order in a block; their terms move.
  private mutating func raiseOrder(of index: Int, to order: Int) {
    let old = paths[index].order
    guard order > old else { return }
    let start = coefficients.count
    coefficients += Array(repeating: all(0), count: (order + 1) * (order + 2) / 2)
    if old > 0 {
      for first in 0...old {
        for second in 0...(old - first) {
          coefficients[start + Self.place(first, second, order: order)] =
            coefficients[paths[index].polynomial + Self.place(first, second, order: old)]
        }
      }
    }
    paths[index].polynomial = start
    paths[index].order = order
  }
}

extension StepKernel {
  /// The path of a muscle; see `MuscleKernel`.
  public mutating func setPath(
    muscle: Int, coordinates: [Int], constantLength: Double, stretches: [[Double]], order: Int,
    polynomial: [Double], centers: [Double], scales: [Double]
  ) {
    muscles.setPath(
      muscle: muscle, coordinates: coordinates, constantLength: constantLength,
      stretches: stretches, order: order, polynomial: polynomial, centers: centers, scales: scales)
    isStale = true
  }

  /// The numbers of a muscle; see `MuscleKernel`.
  public mutating func setNumbers(
    muscle: Int, maxIsometricForce: Double, optimalFiberLength: Double, tendonSlackLength: Double,
    maxContractionVelocity: Double, fiberDamping: Double, pennation: (sine: Double, cosine: Double),
    passive: (steepness: Double, offset: Double, scale: Double), narrowing: Double
  ) {
    muscles.setNumbers(
      muscle: muscle, maxIsometricForce: maxIsometricForce,
      optimalFiberLength: optimalFiberLength, tendonSlackLength: tendonSlackLength,
      maxContractionVelocity: maxContractionVelocity, fiberDamping: fiberDamping,
      pennation: pennation, passive: passive, narrowing: narrowing)
    isStale = true
  }
}
