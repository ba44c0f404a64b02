/// An exoskeleton on the limb: known bodies that move with it and joints that rub.
///
/// Its numbers are known and do not scale with the muscles' forces. Since it is never taken off, it fixes their scale only
/// as far as it outweighs what is not known of the segments that carry it: motion shows the sum of both, where a payload
/// that comes and goes shows the difference. What its motors give is an external joint torque at each instant.
public struct WornDevice: Hashable, Sendable {
  /// A rigid part of the device, strapped to a body of the model.
  public struct Segment: Hashable, Sendable {
    /// The part's mass properties in its own frame.
    public var body: BodyDescription
    /// The body it is strapped to (index into the model's bodies).
    public var carrier: Int
    /// Where the part's frame sits in the carrier.
    public var placement: Placement

    /// A part on a body.
    public init(body: BodyDescription, carrier: Int, placement: Placement) {
      self.body = body
      self.carrier = carrier
      self.placement = placement
    }
  }

  /// What a joint of the device rubs.
  public struct Friction: Hashable, Sendable {
    /// The model's coordinate that it goes along with (index).
    public var coordinate: Int
    /// Viscous friction [N·m·s/rad].
    public var damping: Double
    /// Dry friction [N·m].
    public var coulombFriction: Double
    /// The rate at which dry friction has reached three quarters of its value [rad/s].
    public var coulombSpeed: Double

    /// Friction along a coordinate.
    public init(
      coordinate: Int, damping: Double, coulombFriction: Double = 0, coulombSpeed: Double = 0.05
    ) {
      self.coordinate = coordinate
      self.damping = damping
      self.coulombFriction = coulombFriction
      self.coulombSpeed = coulombSpeed
    }
  }

  /// The device's parts.
  public var segments: [Segment]
  /// The device's joints.
  public var frictions: [Friction]

  /// A device of these parts and joints.
  public init(segments: [Segment], frictions: [Friction]) {
    self.segments = segments
    self.frictions = frictions
  }
}

extension ModelDescription {
  /// The model with `device` on: its parts are bodies welded to their carriers, after the model's own.
  public func wearing(_ device: WornDevice) -> ModelDescription {
    var worn = self
    for segment in device.segments {
      var part = segment.body
      part.isWorn = true
      worn.bodies.append(part)
      worn.joints.append(
        JointDescription(
          name: segment.body.name + "_strap", parent: segment.carrier,
          child: worn.bodies.count - 1, frameInParent: segment.placement,
          frameInChild: Placement(), motion: .weld))
    }
    for friction in device.frictions {
      worn.coordinates[friction.coordinate].deviceDamping += friction.damping
      worn.coordinates[friction.coordinate].coulombFriction += friction.coulombFriction
      worn.coordinates[friction.coordinate].coulombSpeed = friction.coulombSpeed
    }
    return worn
  }

  /// True when a worn device of known mass moves along, which fixes the scale of forces.
  public var wearsKnownMass: Bool { bodies.contains { $0.isWorn && $0.mass > 0 } }
}
