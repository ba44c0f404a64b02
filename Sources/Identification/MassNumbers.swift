internal import Algebra
internal import Musculoskeletal
internal import RealModule

/// The ten linear mass numbers of every body and how they move with the unknowns.
struct MassNumbers {
  /// The bodies' `RigidBodyInertia.linearParameters`, one body after the other (10 x bodyCount)
  /// [kg, kg·m, kg·m^2].
  let values: [Double]
  /// Their derivatives by theta (10 x bodyCount rows, parameterCount columns).
  let byTheta: Matrix
  /// The bodies that an unknown moves, in order (indices).
  let free: [Int]

  /// The numbers of `parameters` at `theta`, payload and worn devices left out.
  init(_ parameters: ParameterSet, at theta: [Double]) {
    let system = parameters.system(at: theta)
    let bodies = system.limb.bodies
    values = bodies.flatMap { $0.effective.linearParameters }
    var byTheta = Matrix(rows: 10 * bodies.count, columns: parameters.count)
    var isFree = Array(repeating: false, count: bodies.count)
    for move in parameters.moves {
      let (body, change) = Self.change(move.quantity, in: system)
      guard let body else { continue }
      isFree[body] = true
      for number in 0..<10 { byTheta[10 * body + number, move.parameter] += change[number] }
    }
    self.byTheta = byTheta
    free = bodies.indices.filter { isFree[$0] }
  }

  /// The body that a quantity belongs to, and what one unit of theta does to its ten numbers.
  private static func change(
    _ quantity: Quantity, in system: SystemParameters
  ) -> (body: Int?, change: [Double]) {
    switch quantity {
    case .distribution(let body, let property):
      guard let own = system.distributionChanges.first(where: { $0.body == body }) else {
        return (nil, [])
      }
      return (body, (0..<10).map { own.jacobian[10 * $0 + property.place] })
    case .body(let body, let property):
      let effective = system.limb.bodies[body].effective
      let whole = effective.linearParameters
      // what is left without the inertia about the centre of mass is the point mass's
      let own = effective.inertia
      let about = [
        own.diagonal.x, own.diagonal.y, own.diagonal.z, own.products.x, own.products.y,
        own.products.z,
      ]
      let change = (0..<10).map { number in
        let point = number < 4 ? whole[number] : whole[number] - about[number - 4]
        return switch property {
        case .mass: point
        case .massCenter: number == 0 ? 0 : number < 4 ? point : 2 * point
        case .inertia: number < 4 ? 0 : about[number - 4]
        }
      }
      return (body, change)
    default: return (nil, [])
    }
  }
}

/// A body's mass properties as an estimate has them, with what is known of them.
public struct BodyEstimate: Sendable, Hashable {
  /// The body (index).
  public var body: Int
  /// Mass, centre of mass, and inertia xx, yy, zz, xy, xz, yz about it, in body axes (10)
  /// [kg, m, kg·m^2].
  public var values: [Double]
  /// Their posterior standard deviations (10) [kg, m, kg·m^2].
  public var deviations: [Double]
  /// Their prior standard deviations (10) [kg, m, kg·m^2].
  public var priorDeviations: [Double]
}

extension ParameterEstimate {
  /// The mass properties of every body that an unknown moves, their deviations propagated to first order.
  public func bodies(_ parameters: ParameterSet) -> [BodyEstimate] {
    let numbers = MassNumbers(parameters, at: theta)
    return numbers.free.map { body in
      let phi = Array(numbers.values[(10 * body)..<(10 * body + 10)])
      let inertia = RigidBodyInertia(linearParameters: phi)
      var jacobian = Matrix(rows: 10, columns: parameters.count)
      for column in 0..<parameters.count {
        let change = Self.centralChange(
          inertia, (0..<10).map { numbers.byTheta[10 * body + $0, column] })
        for row in 0..<10 { jacobian[row, column] = change[row] }
      }
      let (own, center) = (inertia.inertia, inertia.massCenter)
      return BodyEstimate(
        body: body,
        values: [
          inertia.mass, center.x, center.y, center.z, own.diagonal.x, own.diagonal.y,
          own.diagonal.z, own.products.x, own.products.y, own.products.z,
        ], deviations: deviations(along: jacobian),
        priorDeviations: Self.priorDeviations(along: jacobian, parameters))
    }
  }

  /// Standard deviations of the rows of `jacobian` times theta.
  func deviations(along jacobian: Matrix) -> [Double] {
    let count = jacobian.columnCount
    guard covariance.count == count * (count + 1) / 2 else {
      return Array(repeating: .infinity, count: jacobian.rowCount)
    }
    return (0..<jacobian.rowCount).map { row in
      var variance = 0.0
      for i in 0..<count {
        for j in 0...i {
          let share = jacobian[row, i] * jacobian[row, j] * covariance[i * (i + 1) / 2 + j]
          variance += i == j ? share : 2 * share
        }
      }
      return .sqrt(max(variance, 0))
    }
  }

  /// The same of what was believed before any data.
  static func priorDeviations(along jacobian: Matrix, _ parameters: ParameterSet) -> [Double] {
    (0..<jacobian.rowCount).map { row in
      var variance = 0.0
      for (column, parameter) in parameters.free.enumerated() {
        let share = jacobian[row, column] * parameter.priorDeviation
        variance += share * share
      }
      return .sqrt(variance)
    }
  }

  /// How mass, centre and inertia about it change with the linear numbers.
  private static func centralChange(_ inertia: RigidBodyInertia, _ change: [Double]) -> [Double] {
    let (mass, center) = (inertia.mass, inertia.massCenter)
    let moment = Vector3(change[1], change[2], change[3])
    let move = (moment - center * change[0]) / mass
    // the point mass's part m (c·c 1 - c cᵀ) of the inertia about the origin
    func part(_ one: Double, _ other: Double, _ oneMove: Double, _ otherMove: Double) -> Double {
      change[0] * one * other + mass * (oneMove * other + one * otherMove)
    }
    let (x, y, z) = ((center.x, move.x), (center.y, move.y), (center.z, move.z))
    let squares = [x, y, z].map { part($0.0, $0.0, $0.1, $0.1) }
    let square = squares.reduce(0, +)
    return [
      change[0], move.x, move.y, move.z, change[4] - square + squares[0],
      change[5] - square + squares[1],
      change[6] - square + squares[2], change[7] + part(x.0, y.0, x.1, y.1),
      change[8] + part(x.0, z.0, x.1, z.1), change[9] + part(y.0, z.0, y.1, z.1),
    ]
  }
}
