/// The mass distribution of one rigid body as far as its motion can tell: ten numbers.
public struct RigidBodyInertia: Hashable, Sendable {
  /// Mass [kg].
  public var mass: Double
  /// Centre of mass in the body frame [m].
  public var massCenter: Vector3
  /// Inertia about the centre of mass, body axes [kg·m^2].
  public var inertia: SymmetricMatrix3

  /// A distribution with these moments.
  public init(mass: Double, massCenter: Vector3, inertia: SymmetricMatrix3) {
    self.mass = mass
    self.massCenter = massCenter
    self.inertia = inertia
  }

  /// The body's own, as its file states it.
  public init(_ body: BodyDescription) {
    self.init(
      mass: body.mass, massCenter: body.massCenter,
      inertia: SymmetricMatrix3(
        diagonal: body.momentsOfInertia, products: body.productsOfInertia))
  }

  /// The ten numbers that dynamics is linear in: mass [kg], first moments [kg·m], and the inertia about
  /// the body's origin xx, yy, zz, xy, xz, yz [kg·m^2].
  public var linearParameters: [Double] {
    let origin = inertia + .pointMass(mass, at: massCenter)
    let h = massCenter * mass
    return [
      mass, h.x, h.y, h.z, origin.diagonal.x, origin.diagonal.y, origin.diagonal.z,
      origin.products.x, origin.products.y, origin.products.z,
    ]
  }

  /// The distribution with these `linearParameters` (10); a positive mass.
  public init(linearParameters p: [Double]) {
    precondition(p.count == 10 && p[0] > 0, "ten numbers, the first a positive mass")
    let center = Vector3(p[1], p[2], p[3]) / p[0]
    let origin = SymmetricMatrix3(
      diagonal: Vector3(p[4], p[5], p[6]), products: Vector3(p[7], p[8], p[9]))
    self.init(
      mass: p[0], massCenter: center, inertia: origin + .pointMass(-p[0], at: center))
  }
}

/// The mass properties of one body that an identification may change.
public struct BodyParameters: Hashable, Sendable {
  /// The body's mass distribution before the two factors.
  public var distribution: RigidBodyInertia
  /// Factor on the vector from the body's origin to its centre of mass [1].
  public var massCenterFactor: Double
  /// Factor on the inertia about the centre of mass [1].
  public var inertiaFactor: Double

  /// A body with this distribution.
  public init(_ distribution: RigidBodyInertia) {
    self.distribution = distribution
    massCenterFactor = 1
    inertiaFactor = 1
  }

  /// Mass [kg].
  public var mass: Double {
    get { distribution.mass }
    set { distribution.mass = newValue }
  }

  /// The distribution with both factors applied.
  public var effective: RigidBodyInertia {
    RigidBodyInertia(
      mass: distribution.mass, massCenter: distribution.massCenter * massCenterFactor,
      inertia: distribution.inertia * inertiaFactor)
  }
}
