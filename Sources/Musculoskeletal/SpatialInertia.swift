/// A symmetric 3 x 3 matrix.
public struct SymmetricMatrix3: Hashable, Sendable {
  /// Diagonal elements xx, yy, zz [the matrix's unit].
  public var diagonal: Vector3
  /// Elements xy, xz, yz [the matrix's unit].
  public var products: Vector3

  /// The matrix of these elements.
  @inline(__always)
  public init(diagonal: Vector3, products: Vector3 = .zero) {
    self.diagonal = diagonal
    self.products = products
  }

  /// Nothing.
  public static let zero = SymmetricMatrix3(diagonal: .zero)

  /// The matrix times `vector`.
  @inline(__always)
  public func apply(_ vector: Vector3) -> Vector3 {
    Vector3(
      diagonal.x * vector.x + products.x * vector.y + products.y * vector.z,
      products.x * vector.x + diagonal.y * vector.y + products.z * vector.z,
      products.y * vector.x + products.z * vector.y + diagonal.z * vector.z)
  }

  /// The sum of the diagonal [the matrix's unit].
  @inline(__always)
  public var trace: Double { diagonal.x + diagonal.y + diagonal.z }

  /// The sum.
  @inline(__always)
  public static func + (left: SymmetricMatrix3, right: SymmetricMatrix3) -> SymmetricMatrix3 {
    SymmetricMatrix3(
      diagonal: left.diagonal + right.diagonal, products: left.products + right.products)
  }

  /// The multiple.
  @inline(__always)
  public static func * (matrix: SymmetricMatrix3, factor: Double) -> SymmetricMatrix3 {
    SymmetricMatrix3(diagonal: matrix.diagonal * factor, products: matrix.products * factor)
  }

  /// R M Rᵀ: the matrix of a turned body, seen from outside.
  @inline(__always)
  public func turned(by rotation: Rotation) -> SymmetricMatrix3 {
    let (x, y, z) = (rotation.x, rotation.y, rotation.z)
    let a = x * diagonal.x + y * products.x + z * products.y
    let b = x * products.x + y * diagonal.y + z * products.z
    let c = x * products.y + y * products.z + z * diagonal.z
    return SymmetricMatrix3(
      diagonal: Vector3(
        a.x * x.x + b.x * y.x + c.x * z.x, a.y * x.y + b.y * y.y + c.y * z.y,
        a.z * x.z + b.z * y.z + c.z * z.z),
      products: Vector3(
        a.x * x.y + b.x * y.y + c.x * z.y, a.x * x.z + b.x * y.z + c.x * z.z,
        a.y * x.z + b.y * y.z + c.y * z.z))
  }

  /// m (c·c 1 - c cᵀ): the inertia of a point mass at `place` about the origin.
  @inline(__always)
  public static func pointMass(_ mass: Double, at place: Vector3) -> SymmetricMatrix3 {
    let x = mass * place.x
    let y = mass * place.y
    let z = mass * place.z
    return SymmetricMatrix3(
      diagonal: Vector3(
        y * place.y + z * place.z, x * place.x + z * place.z, x * place.x + y * place.y),
      products: Vector3(-x * place.y, -x * place.z, -y * place.z))
  }
}

/// The mass, first moment and inertia of what moves together, about the ground's origin in ground axes.
public struct SpatialInertia: Hashable, Sendable {
  /// Mass m [kg].
  public var mass: Double
  /// First moment h = m c [kg·m].
  public var firstMoment: Vector3
  /// Inertia about the ground's origin [kg·m^2].
  public var inertia: SymmetricMatrix3

  /// Nothing.
  public static let zero = SpatialInertia(mass: 0, firstMoment: .zero, inertia: .zero)

  /// The sum of two masses.
  @inline(__always)
  public static func += (left: inout SpatialInertia, right: SpatialInertia) {
    left.mass += right.mass
    left.firstMoment += right.firstMoment
    left.inertia = left.inertia + right.inertia
  }

  /// I v: the momentum of a motion, or the force of an acceleration (2.63).
  @inline(__always)
  func apply(_ motion: SpatialVector) -> SpatialVector {
    SpatialVector(
      inertia.apply(motion.angular) + cross(firstMoment, motion.linear),
      motion.linear * mass - cross(firstMoment, motion.angular))
  }
}

/// How the velocity-dependent forces of what moves together respond to a change of its motion.
///
/// B(a) = I (a x V) + a x* (I V) + V x* (I a) for a change a = (w, v) of the motion V. For a rigid body
/// only the angular part w counts: B(a) = (D w, 2 w x p), with the linear momentum p and
/// D = 2 [W] I - tr(I) [W] - 2 [h] [V0], where V = (W, V0). Sums of bodies have sums of D and p.
/// Compare Singh, Russell and Wensing, Efficient analytical derivatives of rigid-body dynamics (2022).
struct MotionResponse: Hashable, Sendable {
  /// The matrix D by columns [N·m·s].
  var moment: Rotation
  /// Linear momentum p [kg·m/s].
  var momentum: Vector3

  /// Nothing.
  static let zero = MotionResponse(
    moment: Rotation(x: .zero, y: .zero, z: .zero), momentum: .zero)

  /// Nothing, or what is given.
  @inline(__always)
  init(moment: Rotation, momentum: Vector3) {
    self.moment = moment
    self.momentum = momentum
  }

  /// The response of `inertia` at `velocity`.
  @inline(__always)
  init(_ inertia: SpatialInertia, velocity: SpatialVector) {
    let trace = inertia.inertia.trace
    let turn = velocity.angular
    let slide = velocity.linear
    let h = inertia.firstMoment
    @inline(__always)
    func column(_ unit: Vector3, _ own: Vector3) -> Vector3 {
      // 2 W x (I e) - tr(I) W x e - 2 h x (V0 x e)
      (cross(turn, own) - cross(h, cross(slide, unit))) * 2 - cross(turn, unit) * trace
    }
    let (d, p) = (inertia.inertia.diagonal, inertia.inertia.products)
    moment = Rotation(
      x: column(Vector3(1, 0, 0), Vector3(d.x, p.x, p.y)),
      y: column(Vector3(0, 1, 0), Vector3(p.x, d.y, p.z)),
      z: column(Vector3(0, 0, 1), Vector3(p.y, p.z, d.z)))
    momentum = inertia.apply(velocity).linear
  }

  /// Adds.
  @inline(__always)
  static func += (left: inout MotionResponse, right: MotionResponse) {
    left.moment.x += right.moment.x
    left.moment.y += right.moment.y
    left.moment.z += right.moment.z
    left.momentum += right.momentum
  }

  /// B(a), the force of a change with the angular part `turn`.
  @inline(__always)
  func apply(_ turn: Vector3) -> SpatialVector {
    SpatialVector(moment.apply(turn), cross(turn, momentum) * 2)
  }

  /// The vector whose product with a change's angular part is the power of B(a) along `motion`.
  @inline(__always)
  func transposed(_ motion: SpatialVector) -> Vector3 {
    moment.applyInverse(motion.angular) + cross(momentum, motion.linear) * 2
  }
}
