internal import RealModule

/// A point mass carried by a body.
public struct Payload: Hashable, Sendable {
  /// The body that carries it (index into the model's bodies).
  public var body: Int
  /// Where it is held, in the body frame [m].
  public var location: Vector3

  /// A payload place on a body.
  public init(body: Int, location: Vector3) {
    self.body = body
    self.location = location
  }
}

/// A joint's own torque, all of which scales with the forces.
///
/// tau = -damping u - stiffness (q - restAngle) + limitTorque (e((qmin - q) / w) - e((q - qmax) / w)),
/// less what a worn device rubs, -deviceDamping u - coulombFriction tanh(u / coulombSpeed), which does not
/// scale with the forces. Here e is the exponential up to 5 and its tangent beyond, so that it stays finite. The double
/// exponential of the passive joint follows Riener and Edrich 1999, eq. 1, without the biarticular part.
public struct JointParameters: Hashable, Sendable {
  /// Viscous damping [N·m·s/rad].
  public var damping: Double
  /// Passive stiffness [N·m/rad].
  public var stiffness: Double
  /// The angle at which the spring's torque is zero [rad].
  public var restAngle: Double
  /// Passive torque at either end of the range [N·m].
  public var limitTorque: Double
  /// Angle over which the limit torque grows by e [rad].
  public var limitWidth: Double
  /// Viscous friction of a worn device [N·m·s/rad].
  public var deviceDamping: Double
  /// Dry friction of a worn device [N·m].
  public var coulombFriction: Double
  /// The rate at which dry friction has reached three quarters of its value [rad/s].
  public var coulombSpeed: Double
  /// Smallest angle of the range [rad].
  public var rangeMinimum: Double
  /// Largest angle of the range [rad].
  public var rangeMaximum: Double

  /// A joint as its description states it.
  public init(_ coordinate: CoordinateDescription) {
    damping = coordinate.damping
    stiffness = coordinate.stiffness
    restAngle = coordinate.restAngle ?? coordinate.defaultValue
    limitTorque = coordinate.limitTorque
    limitWidth = coordinate.limitWidth
    deviceDamping = coordinate.deviceDamping
    coulombFriction = coordinate.coulombFriction
    coulombSpeed = coordinate.coulombSpeed
    rangeMinimum = coordinate.rangeMinimum
    rangeMaximum = coordinate.rangeMaximum
  }

  /// The torque of damping and friction at rate `u` [rad/s] and its derivative: [N·m], [N·m·s/rad].
  @inline(__always)
  func frictionTorque(at u: Double) -> (value: Double, byRate: Double) {
    let viscous = damping + deviceDamping
    if coulombFriction == 0 { return (-viscous * u, -viscous) }
    let shape = dryFrictionShape(at: u)
    return (
      -viscous * u - coulombFriction * shape,
      -viscous - coulombFriction / coulombSpeed * (1 - shape * shape)
    )
  }

  /// The dry friction of one newton metre against rate `u` [rad/s]: tanh(u / coulombSpeed) [1].
  func dryFrictionShape(at u: Double) -> Double { .tanh(u / coulombSpeed) }

  /// The torque of spring and limits at angle `q` [rad] and its derivative: [N·m], [N·m/rad].
  @inline(__always)
  func passiveTorque(at q: Double) -> (value: Double, byAngle: Double) {
    var value = -stiffness * (q - restAngle)
    var slope = -stiffness
    if limitTorque != 0 {
      let limit = limitShape(at: q)
      value += limitTorque * limit.value
      slope += limitTorque * limit.byAngle
    }
    return (value, slope)
  }

  /// The limit torque of one newton metre and its derivative: [1], [1/rad].
  public func limitShape(at q: Double) -> (value: Double, byAngle: Double) {
    let lower = Self.exponential((rangeMinimum - q) / limitWidth)
    let upper = Self.exponential((q - rangeMaximum) / limitWidth)
    return (lower.value - upper.value, -(lower.slope + upper.slope) / limitWidth)
  }

  /// How the limit torque of one newton metre changes with the upper end of the range [1/rad].
  public func upperLimitByAngle(at q: Double) -> Double {
    Self.exponential((q - rangeMaximum) / limitWidth).slope / limitWidth
  }

  /// exp(x) up to 5, its tangent beyond.
  @inline(__always)
  private static func exponential(_ x: Double) -> (value: Double, slope: Double) {
    let edge = Double.exp(min(x, 5))
    return x <= 5 ? (edge, edge) : (edge * (1 + x - 5), edge)
  }
}

/// All numbers of a limb that an identification may change, separate from its constant structure.
public struct LimbParameters: Hashable, Sendable {
  /// One set per muscle (muscleCount).
  public var muscles: [MuscleParameters]
  /// One set per body of the model, moving or not (bodyCount).
  public var bodies: [BodyParameters]
  /// One set per free coordinate (coordinateCount).
  public var joints: [JointParameters]
  /// Turn of the whole model against gravity, about the ground's z axis [rad].
  public var tilt: Double
  /// Factor on the announced payload mass [1].
  public var payloadMassFactor: Double
  /// Factor on the vector from the body's origin to the payload [1].
  public var payloadLocationFactor: Double

  /// The file's own values.
  public init(_ model: ModelDescription, skeleton: Skeleton) {
    muscles = model.muscles.map { MuscleParameters($0) }
    bodies = model.bodies.map { BodyParameters(RigidBodyInertia($0)) }
    joints = skeleton.modelCoordinates.map { JointParameters(model.coordinates[$0]) }
    tilt = 0
    payloadMassFactor = 1
    payloadLocationFactor = 1
  }

  /// Gravity as the tilted model sees it [m/s^2], and its derivative by the tilt [m/s^2/rad].
  func gravity(_ gravity: Vector3) -> (value: Vector3, byTilt: Vector3) {
    if tilt == 0 { return (gravity, Vector3(gravity.y, -gravity.x, 0)) }
    let cosine = Double.cos(tilt)
    let sine = Double.sin(tilt)
    let x = cosine * gravity.x + sine * gravity.y
    let y = cosine * gravity.y - sine * gravity.x
    return (Vector3(x, y, gravity.z), Vector3(y, -x, 0))
  }
}
