/// A point that a muscle's line of action passes through.
public struct PathPoint: Hashable, Sendable {
  /// How a point's place depends on the pose.
  public enum Motion: Hashable, Sendable {
    /// Fixed in its body.
    case fixed
    /// Fixed, and on the path only while a coordinate (index) is inside a range [rad].
    case conditional(coordinate: Int, range: ClosedRange<Double>)
    /// Each component of the place follows a coordinate (index) [m].
    case moving(x: DrivenValue, y: DrivenValue, z: DrivenValue)
  }

  /// OpenSim's name.
  public var name: String
  /// The body that carries it; nil is the ground (index into bodies).
  public var body: Int?
  /// Position in the body frame; for a moving point the place that its components are added to [m].
  public var location: Vector3
  /// How its place depends on the pose.
  public var motion = Motion.fixed
  /// The axes of a moving point's components in the body frame.
  public var axes = Rotation.identity

  /// A via point, origin or insertion.
  public init(name: String, body: Int?, location: Vector3, motion: Motion = .fixed) {
    self.name = name
    self.body = body
    self.location = location
    self.motion = motion
  }
}

/// A number that follows a coordinate.
public struct DrivenValue: Hashable, Sendable {
  /// The coordinate (index into the model's coordinates); nil when the function is a constant.
  public var coordinate: Int?
  /// The function of it.
  public var function: CoordinateFunction

  /// A number that follows `coordinate` by `function`.
  public init(coordinate: Int?, function: CoordinateFunction) {
    self.coordinate = coordinate
    self.function = function
  }
}

/// That a path may lie on a wrap object.
public struct PathWrap: Hashable, Sendable {
  /// How OpenSim finds a path over an ellipsoid; nothing here depends on it.
  public enum Method: String, Hashable, Sendable {
    /// The better of the two others.
    case hybrid
    /// In the plane of the two points and the ellipsoid's centre.
    case midpoint
    /// Along an axis of the ellipsoid.
    case axial
  }

  /// OpenSim's name.
  public var name: String
  /// The object (index into the model's wrap objects).
  public var wrapObject: Int
  /// OpenSim's method.
  public var method = Method.hybrid
  /// The path points between which it may wrap (indices into `path`, counted from zero); nil is all.
  public var range: ClosedRange<Int>?

  /// A wrap over an object.
  public init(
    name: String, wrapObject: Int, method: Method = .hybrid, range: ClosedRange<Int>? = nil
  ) {
    self.name = name
    self.wrapObject = wrapObject
    self.method = method
    self.range = range
  }
}

/// A surface that muscles lie on.
public struct WrapObjectDescription: Hashable, Sendable {
  /// The surface, centred in its frame.
  public enum Shape: Hashable, Sendable {
    /// About the z axis, with its whole length [m].
    case cylinder(radius: Double, length: Double)
    /// About the origin [m].
    case sphere(radius: Double)
    /// Half axes along x, y and z [m].
    case ellipsoid(radii: Vector3)
    /// About the z axis: the radius of the hole's centre line and of the tube, as OpenSim's inner and
    /// outer radius state them [m].
    case torus(innerRadius: Double, outerRadius: Double)
  }

  /// The half of the object that a path must lie on: OpenSim's `quadrant`.
  public enum Quadrant: String, Hashable, Sendable, CaseIterable {
    /// Any side.
    case all
    /// Positive x.
    case positiveX = "+x"
    /// Negative x.
    case negativeX = "-x"
    /// Positive y.
    case positiveY = "+y"
    /// Negative y.
    case negativeY = "-y"
    /// Positive z.
    case positiveZ = "+z"
    /// Negative z.
    case negativeZ = "-z"
  }

  /// OpenSim's name.
  public var name: String
  /// The body that carries it; nil is the ground (index into bodies).
  public var body: Int?
  /// Where its frame sits in the body.
  public var placement: Placement
  /// The surface.
  public var shape: Shape
  /// The side that a path must lie on.
  public var quadrant: Quadrant
  /// False when paths ignore it.
  public var isActive: Bool

  /// A surface fixed in a body.
  public init(
    name: String, body: Int?, placement: Placement, shape: Shape, quadrant: Quadrant = .all,
    isActive: Bool = true
  ) {
    self.name = name
    self.body = body
    self.placement = placement
    self.shape = shape
    self.quadrant = quadrant
    self.isActive = isActive
  }
}

/// A path given as a polynomial: OpenSim's `FunctionBasedPath` over a `MultivariatePolynomialFunction`.
public struct FunctionBasedPath: Hashable, Sendable {
  /// The coordinates it depends on (index into the model's coordinates, dimension).
  public var coordinates: [Int]
  /// Highest total power [1].
  public var order: Int
  /// Coefficients in OpenSim's order [m/rad^power].
  public var coefficients: [Double]

  /// A length polynomial over `coordinates`.
  public init(coordinates: [Int], order: Int, coefficients: [Double]) {
    self.coordinates = coordinates
    self.order = order
    self.coefficients = coefficients
  }
}
