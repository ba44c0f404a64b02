/// A musculotendon length as a polynomial of coordinates: OpenSim's `FunctionBasedPath` with a
/// `MultivariatePolynomialFunction`, or a surrogate of a path.
///
/// L = sum_m c_m prod_d x_d^(n_md) over all powers n with sum_d n_md <= order, in OpenSim's order: the
/// last variable's power counts up fastest (MultivariatePolynomialFunction::generateCombinations).
/// Each variable is scale_d (f_d(q) - center_d), so that surrogates are fitted where |x| <= 1.
public struct PathPolynomial: Sendable {
  /// A variable: a function of a free coordinate, moved and scaled.
  struct Variable: Sendable {
    /// The free coordinate among `freeCoordinates` (index); nil when the variable is constant.
    let slot: Int?
    /// The model coordinate's value by the free one.
    let source: DrivenValue
    /// What is subtracted from it [rad].
    let center: Double
    /// What it is then multiplied by [1/rad].
    let scale: Double
  }

  /// The free coordinates it depends on, ascending (indices).
  public let freeCoordinates: [Int]
  /// The variables (dimension).
  let variables: [Variable]
  /// Highest total power [1].
  public let order: Int
  /// The powers of each term, term by term (coefficients x dimension) [1].
  let powers: [Int]
  /// The factor of each term in OpenSim's order [m/unit^power].
  public internal(set) var coefficients: [Double]

  /// The polynomial of an OpenSim file, on coordinates that follow the free ones by `sources`.
  init(_ function: FunctionBasedPath, sources: [DrivenValue]) {
    self.init(
      sources: function.coordinates.map { sources[$0] },
      centers: function.coordinates.map { _ in 0 }, scales: function.coordinates.map { _ in 1 },
      order: function.order, coefficients: function.coefficients)
  }

  /// A polynomial of the variables scale (source - center); missing coefficients are zero.
  init(
    sources: [DrivenValue], centers: [Double], scales: [Double], order: Int,
    coefficients: [Double]
  ) {
    let free = Set(sources.compactMap(\.coordinate)).sorted()
    freeCoordinates = free
    variables = sources.indices.map { index in
      Variable(
        slot: sources[index].coordinate.flatMap { free.firstIndex(of: $0) },
        source: sources[index], center: centers[index], scale: scales[index])
    }
    self.order = order
    var powers: [Int] = []
    func combine(_ chosen: [Int], left: Int) {
      if chosen.count == sources.count {
        powers += chosen
        return
      }
      for power in 0...left { combine(chosen + [power], left: left - power) }
    }
    combine([], left: order)
    self.powers = powers
    let count = Self.coefficientCount(dimension: sources.count, order: order)
    self.coefficients = Array(coefficients.prefix(count))
    self.coefficients += Array(repeating: 0, count: count - self.coefficients.count)
  }

  /// The number of terms, (dimension + order)! / (dimension! order!) [1].
  public static func coefficientCount(dimension: Int, order: Int) -> Int {
    (0..<dimension).reduce(1) { $0 * (order + $1 + 1) / ($1 + 1) }
  }

  /// Vectors of scratch that `length` needs [1].
  var powerCount: Int { variables.count * (order + 2) }

  /// The length [m] at free coordinates `q`, with its derivatives added to gradient and Hessian.
  ///
  /// - Parameters:
  ///   - gradient: dL/dq of `freeCoordinates` from `offset` [m/rad].
  ///   - hessian: d2L/dq2 of them, row by row, from `hessianOffset` [m/rad^2].
  ///   - powers: room for `powerCount` vectors.
  func length(
    _ q: [Double], gradient: inout [Double], at offset: Int, hessian: inout [Double],
    at hessianOffset: Int, withHessian: Bool, powers table: inout [Vector3]
  ) -> Double {
    let dimension = variables.count
    let width = order + 2
    let count = freeCoordinates.count

    // each variable's powers with two derivatives, and the variable's own by its coordinate
    for index in 0..<dimension {
      let variable = variables[index]
      var jet = Jet(value: 0, first: 1)
      if variable.slot != nil, let coordinate = variable.source.coordinate {
        jet = variable.source.function.evaluate(at: q[coordinate])
      } else {
        jet = variable.source.function.evaluate(at: 0)
      }
      let x = variable.scale * (jet.value - variable.center)
      table[index * width + order + 1] = Vector3(
        0, variable.scale * jet.first, variable.scale * jet.second)
      var power = Vector3(1, 0, 0)
      for exponent in 0...order {
        table[index * width + exponent] = power
        let next = Double(exponent + 1)
        power = Vector3(power.x * x, next * power.x, next * power.y)
      }
    }

    var total = 0.0
    for term in coefficients.indices {
      let coefficient = coefficients[term]
      if coefficient == 0 { continue }
      let first = term * dimension
      var product = coefficient
      for index in 0..<dimension { product *= table[index * width + powers[first + index]].x }
      total += product
      for row in 0..<dimension where powers[first + row] > 0 {
        guard let slot = variables[row].slot else { continue }
        // the product without this variable, times its derivative
        var rest = coefficient
        for index in 0..<dimension where index != row {
          rest *= table[index * width + powers[first + index]].x
        }
        let own = table[row * width + powers[first + row]]
        let motion = table[row * width + order + 1]
        gradient[offset + slot] += rest * own.y * motion.y
        if !withHessian { continue }
        hessian[hessianOffset + slot * count + slot] +=
          rest * (own.z * motion.y * motion.y + own.y * motion.z)
        for column in 0..<dimension where column != row && powers[first + column] > 0 {
          guard let otherSlot = variables[column].slot else { continue }
          var mixed = coefficient
          for index in 0..<dimension where index != row && index != column {
            mixed *= table[index * width + powers[first + index]].x
          }
          hessian[hessianOffset + slot * count + otherSlot] +=
            mixed * own.y * motion.y
            * table[column * width + powers[first + column]].y
            * table[column * width + order + 1].y
        }
      }
    }
    return total
  }
}
