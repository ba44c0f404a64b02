/// The mass properties of one body that an identification may change.
public struct BodyParameters: Hashable, Sendable {
  /// Mass [kg].
  public var mass: Double
  /// Factor on the vector from the body's origin to its centre of mass [1].
  public var massCenterFactor: Double
  /// Factor on the inertia about the centre of mass [1].
  public var inertiaFactor: Double
}

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

/// A joint's own torque: viscous damping and a linear spring, both of which scale with the forces.
///
/// tau = -damping u - stiffness (q - restAngle)
public struct JointParameters: Hashable, Sendable {
  /// Viscous damping [N·m·s/rad].
  public var damping: Double
  /// Passive stiffness [N·m/rad].
  public var stiffness: Double
  /// The angle at which the passive torque is zero [rad].
  public var restAngle: Double
}

/// All numbers of a limb that an identification may change, separate from its constant structure.
public struct LimbParameters: Hashable, Sendable {
  /// One set per muscle (muscleCount).
  public var muscles: [MuscleParameters]
  /// One set per body of the model, moving or not (bodyCount).
  public var bodies: [BodyParameters]
  /// One set per free coordinate (coordinateCount).
  public var joints: [JointParameters]
  /// Factor on the announced payload mass [1].
  public var payloadMassFactor: Double
  /// Factor on the vector from the body's origin to the payload [1].
  public var payloadLocationFactor: Double

  /// The file's own values.
  public init(_ model: ModelDescription, skeleton: Skeleton) {
    muscles = model.muscles.map { MuscleParameters($0) }
    bodies = model.bodies.map {
      BodyParameters(mass: $0.mass, massCenterFactor: 1, inertiaFactor: 1)
    }
    joints = skeleton.modelCoordinates.map {
      JointParameters(damping: model.coordinates[$0].damping, stiffness: 0, restAngle: 0)
    }
    payloadMassFactor = 1
    payloadLocationFactor = 1
  }
}
