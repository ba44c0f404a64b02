public import Musculoskeletal
internal import RealModule

/// A number of a body's whole mass distribution: the ten of `LogCholesky`, in words and units of their own.
///
/// With the pseudo-inertia J = U Uᵀ and U = e^a [D t; 0 1], the mass is e^2a, the centre of mass is t, and
/// D Dᵀ is the mean square spread of mass about it: its diagonal are radii, what stands above are shears.
/// Every choice of the ten is a possible mass distribution (Rucker and Wensing 2022).
public enum DistributionProperty: String, Hashable, Sendable, CaseIterable {
  /// Mass, the distribution's shape kept: moments of inertia grow with it [kg].
  case mass
  /// Centre of mass along the body's x axis [m].
  case centerX = "center_x"
  /// Centre of mass along the body's y axis [m].
  case centerY = "center_y"
  /// Centre of mass along the body's z axis [m].
  case centerZ = "center_z"
  /// Root mean square spread of mass along x, less what the shears give [m].
  case radiusX = "radius_x"
  /// Root mean square spread of mass along y, less what the shear yz gives [m].
  case radiusY = "radius_y"
  /// Root mean square spread of mass along z [m].
  case radiusZ = "radius_z"
  /// Spread along x that goes with y [m].
  case shearXY = "shear_xy"
  /// Spread along y that goes with z [m].
  case shearYZ = "shear_yz"
  /// Spread along x that goes with z [m].
  case shearXZ = "shear_xz"

  /// True when it is positive and fitted as a logarithm.
  public var isLogarithmic: Bool {
    switch self {
    case .mass, .radiusX, .radiusY, .radiusZ: true
    default: false
    }
  }

  /// Its place among the numbers of `LogCholesky` (index).
  var place: Int {
    switch self {
    case .mass: 0
    case .radiusX: 1
    case .radiusY: 2
    case .radiusZ: 3
    case .shearXY: 4
    case .shearYZ: 5
    case .shearXZ: 6
    case .centerX: 7
    case .centerY: 8
    case .centerZ: 9
    }
  }

  /// How fast that number moves with theta: the mass is the square of e^a [1].
  var rate: Double { self == .mass ? 0.5 : 1 }

  /// Its value in a mass distribution [kg] or [m].
  public func value(in distribution: LogCholesky) -> Double {
    let number = distribution.theta[place]
    return isLogarithmic ? .exp(number / rate) : number
  }

  /// What may be believed before any data, from the model's own distribution: mass 10 %, centre of mass a
  /// tenth of its distance from the body's origin and at least 5 mm, radii 15 %, shears a tenth of the
  /// largest radius [1 or m].
  public func priorDeviation(of body: LogCholesky) -> Double {
    func value(_ property: DistributionProperty) -> Double { property.value(in: body) }
    switch self {
    case .mass: return 0.1
    case .radiusX, .radiusY, .radiusZ: return 0.15
    case .centerX, .centerY, .centerZ:
      let center = Vector3(value(.centerX), value(.centerY), value(.centerZ))
      return max(0.1 * center.norm, 0.005)
    case .shearXY, .shearYZ, .shearXZ:
      return 0.1 * max(value(.radiusX), max(value(.radiusY), value(.radiusZ)))
    }
  }
}

/// How a body's ten linear mass numbers move with the unknowns of its distribution.
public struct DistributionChange: Hashable, Sendable {
  /// The body (index).
  public let body: Int
  /// d linear parameters / d theta, row by row (10 x 10, columns by `DistributionProperty.place`)
  /// [the linear parameters' units per unit of theta].
  public let jacobian: [Double]
}

/// A body whose distribution is free: where it stands at theta zero, and which unknowns move it.
struct FreeDistribution: Hashable, Sendable {
  /// The body (index).
  let body: Int
  /// The distribution at theta zero.
  let base: LogCholesky
  /// What moves it.
  private(set) var moves: [Move] = []

  /// An unknown and the number it moves.
  struct Move: Hashable, Sendable {
    /// The unknown (index into theta).
    let parameter: Int
    /// What it moves.
    let property: DistributionProperty
  }

  /// The distribution of `body` as `parameters` has it.
  init(_ body: Int, in parameters: LimbParameters) {
    guard let base = LogCholesky(parameters.bodies[body].effective) else {
      preconditionFailure("only a possible mass distribution can be freed")
    }
    self.body = body
    self.base = base
  }

  /// Lets unknown `parameter` move it too.
  mutating func add(_ parameter: Int, _ property: DistributionProperty) {
    moves.append(Move(parameter: parameter, property: property))
  }

  /// Writes the distribution at `theta` into `parameters`, and returns its derivative.
  func apply(_ theta: [Double], to parameters: inout LimbParameters) -> DistributionChange {
    var numbers = base
    for move in moves {
      numbers.theta[move.property.place] += move.property.rate * theta[move.parameter]
    }
    parameters.bodies[body] = BodyParameters(numbers.inertia)
    var jacobian = numbers.jacobian
    for property in DistributionProperty.allCases where property.rate != 1 {
      for row in 0..<10 { jacobian[10 * row + property.place] *= property.rate }
    }
    return DistributionChange(body: body, jacobian: jacobian)
  }
}
