/// The proper orthogonal matrix that turns a frame, by columns: the images of x, y and z [1].
public struct Rotation: Hashable, Sendable {
  /// Image of the x axis [1].
  public var x: Vector3
  /// Image of the y axis [1].
  public var y: Vector3
  /// Image of the z axis [1].
  public var z: Vector3

  /// The matrix with these columns.
  public init(x: Vector3, y: Vector3, z: Vector3) {
    self.x = x
    self.y = y
    self.z = z
  }

  /// No turn at all.
  public static let identity = Rotation(
    x: Vector3(1, 0, 0), y: Vector3(0, 1, 0), z: Vector3(0, 0, 1))
}

/// Where a body or frame sits relative to another: first turned, then moved.
public struct Placement: Hashable, Sendable {
  /// Orientation of the frame [1].
  public var rotation: Rotation
  /// Origin of the frame [m].
  public var translation: Vector3

  /// A frame at `translation`, turned by `rotation`.
  public init(rotation: Rotation = .identity, translation: Vector3 = .zero) {
    self.rotation = rotation
    self.translation = translation
  }
}

/// A rigid segment with its mass properties, in the words of OpenSim's `Body`.
public struct BodyDescription: Hashable, Sendable {
  /// OpenSim's name.
  public var name: String
  /// Mass [kg].
  public var mass: Double
  /// Centre of mass in the body frame [m].
  public var massCenter: Vector3
  /// Moments of inertia about the centre of mass, body axes (xx, yy, zz) [kg·m^2].
  public var momentsOfInertia: Vector3
  /// Products of inertia about the centre of mass, body axes (xy, xz, yz) [kg·m^2].
  public var productsOfInertia: Vector3
  /// True for a part of a worn device: what is known of it does not come from the subject.
  public var isWorn = false

  /// A body with these mass properties.
  public init(
    name: String, mass: Double, massCenter: Vector3, momentsOfInertia: Vector3,
    productsOfInertia: Vector3 = .zero
  ) {
    self.name = name
    self.mass = mass
    self.massCenter = massCenter
    self.momentsOfInertia = momentsOfInertia
    self.productsOfInertia = productsOfInertia
  }
}

/// One generalized coordinate: what turns or moves the axes of a joint, an angle unless it is a length.
public struct CoordinateDescription: Hashable, Sendable {
  /// OpenSim's name.
  public var name: String
  /// True when it is a length and its values are in metres, false when it is an angle.
  public var isTranslational = false
  /// When another coordinate (index) determines it, how: OpenSim's `CoordinateCouplerConstraint`.
  public var coupling: DrivenValue?
  /// Angle in the default pose [rad].
  public var defaultValue: Double
  /// Smallest angle of the stated range [rad].
  public var rangeMinimum: Double
  /// Largest angle of the stated range [rad].
  public var rangeMaximum: Double
  /// True when the angle never changes.
  public var isLocked: Bool
  /// Viscous joint damping [N·m·s/rad].
  public var damping: Double
  /// Passive stiffness [N·m/rad].
  public var stiffness = 0.0
  /// The angle at which the spring's torque is zero; nil is the default pose [rad].
  public var restAngle: Double?
  /// Passive torque at either end of the range [N·m].
  public var limitTorque = 0.0
  /// Angle over which the limit torque grows by e [rad].
  public var limitWidth = 0.1

  /// Viscous friction of a worn device [N·m·s/rad].
  public var deviceDamping = 0.0
  /// Dry friction of a worn device [N·m].
  public var coulombFriction = 0.0
  /// The rate at which dry friction has reached three quarters of its value [rad/s].
  public var coulombSpeed = 0.05

  /// A coordinate with this range and no passive torque.
  public init(
    name: String, defaultValue: Double, rangeMinimum: Double, rangeMaximum: Double,
    isLocked: Bool = false, damping: Double = 0
  ) {
    self.name = name
    self.defaultValue = defaultValue
    self.rangeMinimum = rangeMinimum
    self.rangeMaximum = rangeMaximum
    self.isLocked = isLocked
    self.damping = damping
  }
}

/// One step of a joint's motion: a turn about an axis or a slide along it.
public struct JointAxis: Hashable, Sendable {
  /// What the axis does.
  public enum Kind: Hashable, Sendable {
    /// Turns, by an angle [rad].
    case rotation
    /// Slides, by a length [m].
    case translation
  }

  /// What the axis does.
  public var kind: Kind
  /// Unit vector in the frame that the steps before it leave [1].
  public var axis: Vector3
  /// How far: a coordinate (index) through a function, or a constant [rad or m].
  public var motion: DrivenValue

  /// A turn or slide.
  public init(kind: Kind, axis: Vector3, motion: DrivenValue) {
    self.kind = kind
    self.axis = axis
    self.motion = motion
  }
}

/// How one body hangs on another.
public struct JointDescription: Hashable, Sendable {
  /// What the joint lets the child do: its steps from the parent's joint frame to the child's, in order.
  ///
  /// OpenSim's `SpatialTransform` slides along axes of the parent's frame first and then turns about
  /// body-fixed axes, so its translations stand before its rotations.
  public struct Motion: Hashable, Sendable {
    /// The steps; none is a weld.
    public var axes: [JointAxis]

    /// A motion of these steps.
    public init(axes: [JointAxis]) {
      self.axes = axes
    }

    /// Nothing.
    public static let weld = Motion(axes: [])

    /// Turn about `axis` (unit vector in the joint frame [1]) by the coordinate with this index.
    public static func hinge(axis: Vector3, coordinate: Int) -> Motion {
      let motion = DrivenValue(coordinate: coordinate, function: .identity)
      return Motion(axes: [JointAxis(kind: .rotation, axis: axis, motion: motion)])
    }

    /// The axis and coordinate of a joint that is no more than a hinge.
    public var asHinge: (axis: Vector3, coordinate: Int)? {
      guard axes.count == 1, axes[0].kind == .rotation, axes[0].motion.function.isIdentity,
        let coordinate = axes[0].motion.coordinate
      else { return nil }
      return (axes[0].axis, coordinate)
    }
  }

  /// OpenSim's name.
  public var name: String
  /// The body it hangs on; nil is the ground (index into bodies).
  public var parent: Int?
  /// The body that hangs (index into bodies).
  public var child: Int
  /// The joint frame in the parent body.
  public var frameInParent: Placement
  /// The joint frame in the child body.
  public var frameInChild: Placement
  /// What it lets the child do.
  public var motion: Motion

  /// A joint between two bodies.
  public init(
    name: String, parent: Int?, child: Int, frameInParent: Placement, frameInChild: Placement,
    motion: Motion
  ) {
    self.name = name
    self.parent = parent
    self.child = child
    self.frameInParent = frameInParent
    self.frameInChild = frameInChild
    self.motion = motion
  }
}

/// A musculoskeletal model as its file states it: a tree of bodies, hinges and muscles.
///
/// Constant once read. `LimbModel` is what computes with it.
public struct ModelDescription: Hashable, Sendable {
  /// OpenSim's name.
  public var name: String
  /// The file's credits, to be kept wherever the model goes.
  public var credits: String
  /// Gravity in the ground frame [m/s^2].
  public var gravity: Vector3
  /// Bodies in file order (bodyCount).
  public var bodies: [BodyDescription]
  /// Generalized coordinates, locked ones too (coordinateCount).
  public var coordinates: [CoordinateDescription]
  /// One joint per body, parents before children (bodyCount).
  public var joints: [JointDescription]
  /// Muscles in file order (muscleCount).
  public var muscles: [MuscleDescription]
  /// Relative standard deviation of each muscle's moment arms, all of one muscle together [1].
  ///
  /// How far a scaled generic geometry is off in one person: muscle forces that are told by joint torque
  /// inherit it one to one. The model file does not say it.
  public var momentArmUncertainty = 0.1
  /// The surfaces that muscles lie on.
  public var wrapObjects: [WrapObjectDescription] = []

  /// A model of these parts.
  public init(
    name: String, credits: String = "", gravity: Vector3, bodies: [BodyDescription],
    coordinates: [CoordinateDescription], joints: [JointDescription],
    muscles: [MuscleDescription]
  ) {
    self.name = name
    self.credits = credits
    self.gravity = gravity
    self.bodies = bodies
    self.coordinates = coordinates
    self.joints = joints
    self.muscles = muscles
  }
}
