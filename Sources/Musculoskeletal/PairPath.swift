internal import RealModule

/// A path whose length depends on at most two hinges, in closed form for the hot loop.
///
/// The squared length of a straight stretch between two links with hinges a and b between them is
/// bilinear in (1, cos q_a, sin q_a) and (1, cos q_b, sin q_b): the law of cosines. So
/// L = constantLength + sum of sqrt(stretch) + polynomial, without a pose of the skeleton.
public struct PairPath: Hashable, Sendable {
  /// The coordinates that it spans, ascending, at most two (indices).
  public let coordinates: [Int]
  /// The length that never changes [m].
  public let constantLength: Double
  /// Squared lengths by 1, cos, sin of the first coordinate (rows) and of the second (3 x 3 each) [m^2].
  public let stretches: [[Double]]
  /// The highest total power of the polynomial; zero when there is none [1].
  public let order: Int
  /// Its coefficients by powers of x and y, nothing above the order ((order + 1) x (order + 1)) [m].
  public let coefficients: [Double]
  /// What x and y subtract from their coordinates (2) [rad].
  public let centers: [Double]
  /// What they then multiply by (2) [1/rad].
  public let scales: [Double]
}

extension LimbModel {
  /// The path of `muscle` (index) in closed form; nil when it has wraps, conditions or other joints than
  /// plain hinges, or spans more than two.
  public func pairPath(_ muscle: Int) -> PairPath? {
    let path = paths[muscle]
    guard path.coordinates.count <= 2, path.conditions.isEmpty, path.surfaces.isEmpty else {
      return nil
    }
    if let polynomial = path.polynomial { return polynomial.pairPath }
    var constant = path.constantLength
    var stretches: [[Double]] = []
    for stretch in path.stretches {
      if let length = stretch.constantLength {
        constant += length
        continue
      }
      let movers = path.movers[stretch.movers]
      let areHinges = movers.allSatisfy {
        skeleton.axes[$0.axis].isRotation && skeleton.axes[$0.axis].isDirect
      }
      guard areHinges, Set(movers.map(\.slot)).count == movers.count else { return nil }
      stretches.append(squaredLength(stretch, coordinates: path.coordinates))
    }
    return PairPath(
      coordinates: path.coordinates, constantLength: constant, stretches: stretches, order: 0,
      coefficients: [0], centers: [0, 0], scales: [1, 1])
  }

  /// The squared length of a stretch, from its values at three angles of either coordinate.
  private func squaredLength(_ stretch: PathStretch, coordinates: [Int]) -> [Double] {
    var state = SkeletonState(skeleton)
    var q = Array(repeating: 0.0, count: coordinateCount)
    return TrigonometricFit.bilinear { first, second in
      for (coordinate, angle) in zip(coordinates, [first, second]) { q[coordinate] = angle }
      skeleton.pose(
        q, parameters: nominalParameters, payload: nil, payloadMass: 0, state: &state)
      let span =
        skeleton.position(stretch.end, link: stretch.endLink, state: state)
        - skeleton.position(stretch.start, link: stretch.startLink, state: state)
      return dot(span, span)
    }
  }
}

extension PathPolynomial {
  /// The polynomial as a path of at most two coordinates; nil when a variable is no coordinate itself.
  fileprivate var pairPath: PairPath? {
    let slots = variables.compactMap(\.slot)
    guard slots.count == variables.count, Set(slots).count == slots.count,
      variables.allSatisfy({ $0.source.function.isIdentity })
    else { return nil }
    let width = order + 1
    var square = Array(repeating: 0.0, count: width * width)
    var centers = [0.0, 0.0]
    var scales = [1.0, 1.0]
    for (index, slot) in slots.enumerated() {
      centers[slot] = variables[index].center
      scales[slot] = variables[index].scale
    }
    for term in coefficients.indices {
      var place = [0, 0]
      for (index, slot) in slots.enumerated() {
        place[slot] = powers[term * variables.count + index]
      }
      square[place[0] * width + place[1]] += coefficients[term]
    }
    return PairPath(
      coordinates: freeCoordinates, constantLength: 0, stretches: [], order: order,
      coefficients: square, centers: centers, scales: scales)
  }
}

/// Trigonometric polynomials through their values at equal angles: a discrete Fourier transform.
enum TrigonometricFit {
  /// Coefficients of 1, cos x, sin x, cos 2x, sin 2x and so on (2 harmonics + 1) [the value's unit].
  static func coefficients(harmonics: Int, of value: (Double) -> Double) -> [Double] {
    let count = 2 * harmonics + 1
    var result = Array(repeating: 0.0, count: count)
    for sample in 0..<count {
      let angle = 2 * Double.pi * Double(sample) / Double(count)
      let height = value(angle) / Double(count)
      result[0] += height
      for harmonic in 0..<harmonics {
        let turn = Double(harmonic + 1) * angle
        result[2 * harmonic + 1] += 2 * height * .cos(turn)
        result[2 * harmonic + 2] += 2 * height * .sin(turn)
      }
    }
    return result
  }

  /// Coefficients by 1, cos, sin of the first angle (rows) and of the second (3 x 3) [the value's unit].
  static func bilinear(_ value: (Double, Double) -> Double) -> [Double] {
    var result = Array(repeating: 0.0, count: 9)
    for column in 0..<3 {
      let rows = coefficients(harmonics: 1) { first in
        coefficients(harmonics: 1) { second in value(first, second) }[column]
      }
      for row in 0..<3 { result[row * 3 + column] = rows[row] }
    }
    return result
  }
}
