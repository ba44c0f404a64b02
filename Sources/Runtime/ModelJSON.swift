internal import Foundation
internal import Musculoskeletal
internal import OpenSimFiles

extension ModelInspection {
  /// The model for programs: one JSON object with sorted keys, SI units and radians.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    do {
      return String(decoding: try encoder.encode(ModelJSON(self)), as: UTF8.self)
    } catch {
      preconditionFailure("every model is JSON: \(error)")
    }
  }
}

/// The keys of `model show --json`, in OpenSim's words.
private struct ModelJSON: Encodable {
  struct Body: Encodable {
    var name: String
    /// Mass [kg].
    var mass: Double
    /// Centre of mass [m].
    var mass_center: [Double]
    /// xx yy zz xy xz yz [kg·m^2].
    var inertia: [Double]
  }

  struct Axis: Encodable {
    var kind: String
    /// Unit vector [1].
    var axis: [Double]
    var coordinate: String?
  }

  struct Joint: Encodable {
    var name: String
    var parent: String
    var child: String
    var axes: [Axis]
  }

  struct Coordinate: Encodable {
    var name: String
    var unit: String
    /// In the default pose [rad or m].
    var default_value: Double
    /// Smallest and largest value [rad or m].
    var range: [Double]
    var locked: Bool
    var follows: String?
  }

  struct Muscle: Encodable {
    var name: String
    var model: String
    /// Maximum isometric force [N].
    var max_isometric_force: Double
    /// Optimal fiber length [m].
    var optimal_fiber_length: Double
    /// Tendon slack length [m].
    var tendon_slack_length: Double
    /// Pennation angle at optimal fiber length [rad].
    var pennation_angle_at_optimal: Double
    /// Maximum contraction velocity [1/s].
    var max_contraction_velocity: Double
    /// Activation time constant [s].
    var activation_time_constant: Double
    /// Deactivation time constant [s].
    var deactivation_time_constant: Double
    var ignore_tendon_compliance: Bool
    var points: [String]
    var wraps: [String]
  }

  struct Wrap: Encodable {
    var name: String
    var body: String
    var shape: String
    /// Radii and lengths in the shape's order [m].
    var sizes: [Double]
    var quadrant: String
    var active: Bool
  }

  struct Omitted: Encodable {
    var line: Int
    var message: String
    var changes_motion: Bool
  }

  var name: String
  var file: String
  var credits: String
  /// In the ground frame [m/s^2].
  var gravity: [Double]
  var bodies: [Body]
  var joints: [Joint]
  var coordinates: [Coordinate]
  var muscles: [Muscle]
  var wrap_objects: [Wrap]
  var omitted: [Omitted]

  init(_ inspection: ModelInspection) {
    let model = inspection.model
    func array(_ vector: Vector3) -> [Double] { [vector.x, vector.y, vector.z] }
    name = model.name
    file = inspection.file
    credits = model.credits
    gravity = array(model.gravity)
    bodies = model.bodies.map {
      Body(
        name: $0.name, mass: $0.mass, mass_center: array($0.massCenter),
        inertia: array($0.momentsOfInertia) + array($0.productsOfInertia))
    }
    joints = model.joints.map { joint in
      Joint(
        name: joint.name, parent: inspection.name(of: joint.parent),
        child: inspection.name(of: joint.child),
        axes: joint.motion.axes.map {
          Axis(
            kind: $0.kind == .rotation ? "rotation" : "translation", axis: array($0.axis),
            coordinate: $0.motion.coordinate.map { model.coordinates[$0].name })
        })
    }
    coordinates = model.coordinates.map {
      Coordinate(
        name: $0.name, unit: $0.isTranslational ? "m" : "rad", default_value: $0.defaultValue,
        range: [$0.rangeMinimum, $0.rangeMaximum], locked: $0.isLocked,
        follows: $0.coupling?.coordinate.map { model.coordinates[$0].name })
    }
    muscles = model.muscles.map { muscle in
      Muscle(
        name: muscle.name, model: muscle.model.name,
        max_isometric_force: muscle.maxIsometricForce,
        optimal_fiber_length: muscle.optimalFiberLength,
        tendon_slack_length: muscle.tendonSlackLength,
        pennation_angle_at_optimal: muscle.pennationAngleAtOptimal,
        max_contraction_velocity: muscle.maxContractionVelocity,
        activation_time_constant: muscle.activationTimeConstant,
        deactivation_time_constant: muscle.deactivationTimeConstant,
        ignore_tendon_compliance: muscle.isTendonRigid, points: muscle.path.map(\.name),
        wraps: muscle.wraps.map { model.wrapObjects[$0.wrapObject].name })
    }
    wrap_objects = model.wrapObjects.map {
      Wrap(
        name: $0.name, body: inspection.name(of: $0.body), shape: $0.shape.name,
        sizes: $0.shape.sizes, quadrant: $0.quadrant.rawValue, active: $0.isActive)
    }
    omitted = inspection.omitted.map {
      Omitted(line: $0.line, message: $0.message, changes_motion: $0.changesMotion)
    }
  }
}
