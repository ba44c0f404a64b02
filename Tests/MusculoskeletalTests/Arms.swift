import Algebra
import Foundation
import Musculoskeletal
import OpenSimFiles
import TestSupport

/// The shipped arm26 without wrapping, its muscles as sessions fit them.
func arm26() throws -> ModelDescription {
  try OpenSimReader.read(
    path: repository.appendingPathComponent("config/models/arm26_nowrap.osim").path
  ).replacingMuscles(by: .deGrooteFregly2016, isTendonRigid: true, keepsTimeConstants: true)
}

/// A tree that shares nothing with arm26: tilted hinges, turned frames, welds, a lock and a branch.
///
/// stand (welded to the ground) - upper (hinge) - plate (welded), upper - middle (locked hinge) -
/// lower (hinge) - tip (hinge), and upper - twig (hinge): four links.
func tree() -> ModelDescription {
  func turned(_ x: Double, _ y: Double, _ z: Double, by angle: Double) -> Rotation {
    Rotation(axis: unit(x, y, z), angle: angle)
  }
  func unit(_ x: Double, _ y: Double, _ z: Double) -> Vector3 {
    Vector3(x, y, z) / (x * x + y * y + z * z).squareRoot()
  }
  func body(_ name: String, _ mass: Double, _ seed: Double) -> BodyDescription {
    BodyDescription(
      name: name, mass: mass, massCenter: Vector3(0.03 * seed, -0.12, 0.02 - 0.01 * seed),
      momentsOfInertia: Vector3(0.011, 0.008, 0.013) * mass,
      productsOfInertia: Vector3(0.0011, -0.0007, 0.0009) * mass)
  }
  func coordinate(_ name: String, locked: Bool = false, damping: Double) -> CoordinateDescription {
    CoordinateDescription(
      name: name, defaultValue: 0.4, rangeMinimum: -2, rangeMaximum: 2, isLocked: locked,
      damping: damping)
  }
  func joint(
    _ name: String, _ parent: Int?, _ child: Int, at place: Vector3, _ turn: Rotation,
    child inner: Placement = Placement(), _ motion: JointDescription.Motion
  ) -> JointDescription {
    JointDescription(
      name: name, parent: parent, child: child,
      frameInParent: Placement(rotation: turn, translation: place), frameInChild: inner,
      motion: motion)
  }
  func muscle(
    _ name: String, _ force: Double, length: Double, slack: Double, pennation: Double,
    _ points: [(Int?, Vector3)]
  ) -> MuscleDescription {
    MuscleDescription(
      name: name, maxIsometricForce: force, optimalFiberLength: length, tendonSlackLength: slack,
      pennationAngleAtOptimal: pennation, fiberDamping: 0.02,
      path: points.map { PathPoint(name: name, body: $0.0, location: $0.1) })
  }
  let elastic = ModelDescription(
    name: "tree", gravity: Vector3(0.4, -9.7, 0.9),
    bodies: [
      body("stand", 3, 0.2), body("upper", 1.9, 0.5), body("plate", 0.4, -0.6),
      body("middle", 0.7, 1.1), body("lower", 1.2, -0.4), body("tip", 0.5, 0.9),
      body("twig", 0.3, 0.1),
    ],
    coordinates: [
      coordinate("first", damping: 0.21), coordinate("lock", locked: true, damping: 9),
      coordinate("second", damping: 0.13), coordinate("third", damping: 0.07),
      coordinate("fourth", damping: 0.05),
    ],
    joints: [
      joint("base", nil, 0, at: Vector3(0.1, 0.8, 0), turned(1, 2, 0, by: 0.3), .weld),
      joint(
        "shoulder", 0, 1, at: Vector3(0, 0.1, 0.05), turned(0, 1, 1, by: 0.5),
        child: Placement(rotation: turned(1, 0, 0, by: 0.2), translation: Vector3(0, 0.01, 0)),
        .hinge(axis: unit(0.1, -0.2, 1), coordinate: 0)),
      joint(
        "screw", 1, 2, at: Vector3(0.04, -0.1, 0), turned(0, 0, 1, by: 1.1),
        child: Placement(rotation: turned(0, 1, 0, by: -0.4), translation: Vector3(0, 0, 0.02)),
        .weld),
      joint(
        "seized", 1, 3, at: Vector3(0.01, -0.27, -0.01), turned(1, 1, 0, by: -0.3),
        .hinge(axis: unit(0, 1, 0.3), coordinate: 1)),
      joint(
        "elbow", 3, 4, at: Vector3(0, -0.05, 0.01), .identity,
        child: Placement(rotation: turned(0, 1, 1, by: 0.25), translation: Vector3(0.01, 0, 0)),
        .hinge(axis: unit(0.8, 0.1, 0.6), coordinate: 2)),
      joint(
        "wrist", 4, 5, at: Vector3(0, -0.24, 0), turned(1, 0, 1, by: 0.7),
        .hinge(axis: unit(-0.3, 0.9, 0.2), coordinate: 3)),
      joint(
        "bud", 1, 6, at: Vector3(-0.05, -0.15, 0.03), turned(0, 1, 0, by: 0.9),
        .hinge(axis: unit(1, 0.2, -0.4), coordinate: 4)),
    ],
    muscles: [
      muscle(
        "one", 620, length: 0.11, slack: 0.16, pennation: 0.2,
        [
          (nil, Vector3(0.05, 0.75, 0.08)), (0, Vector3(0.02, 0.05, 0)),
          (1, Vector3(0.03, -0.2, 0)),
        ]
      ),
      muscle(
        "two", 480, length: 0.12, slack: 0.2, pennation: 0,
        [
          (1, Vector3(0.02, -0.05, 0.01)), (3, Vector3(0.03, -0.02, 0)),
          (4, Vector3(0, -0.1, 0.02)),
        ]
      ),
      muscle(
        "three", 350, length: 0.1, slack: 0.45, pennation: 0.3,
        [(0, Vector3(0, -0.05, 0)), (4, Vector3(0.02, -0.05, 0)), (5, Vector3(0.01, -0.06, 0.02))]),
      muscle(
        "four", 200, length: 0.13, slack: 0.3, pennation: 0.1,
        [(6, Vector3(0, -0.1, 0)), (2, Vector3(0.02, 0, 0.01)), (5, Vector3(0, -0.05, 0.03))]),
    ])
  return elastic.replacingMuscles(by: nil, isTendonRigid: true)
}

/// A limb, its numbers and one instant of its motion, all drawn from a seed.
struct RandomInstant {
  /// The limb.
  var limb: LimbModel
  /// Its numbers, moved off the file's.
  var parameters: LimbParameters
  /// Angles [rad].
  var q: [Double]
  /// Rates [rad/s].
  var u: [Double]
  /// Activations [1].
  var activations: [Double]
  /// External torques [N·m].
  var torque: [Double]
  /// Payload [kg].
  var payloadMass: Double

  init(_ limb: LimbModel, seed: UInt64) {
    var random = RandomSource(seed: seed)
    func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
    self.limb = limb
    var parameters = limb.nominalParameters
    for index in parameters.muscles.indices {
      var muscle = limb.description.muscles[index]
      muscle.maxIsometricForce *= uniform(0.8, 1.2)
      muscle.fiberDamping = uniform(0, 0.1)
      parameters.muscles[index] = MuscleParameters(muscle)
    }
    for index in parameters.bodies.indices {
      parameters.bodies[index].mass *= uniform(0.8, 1.2)
      parameters.bodies[index].massCenterFactor = uniform(0.8, 1.2)
      parameters.bodies[index].inertiaFactor = uniform(0.8, 1.2)
    }
    for index in parameters.joints.indices {
      parameters.joints[index].damping = uniform(0.05, 0.5)
      parameters.joints[index].stiffness = uniform(0.1, 2)
      parameters.joints[index].restAngle = uniform(-0.5, 0.5)
      parameters.joints[index].limitTorque = uniform(0.5, 3)
      parameters.joints[index].limitWidth = uniform(0.1, 0.4)
    }
    parameters.payloadMassFactor = uniform(0.9, 1.1)
    parameters.payloadLocationFactor = uniform(0.9, 1.1)
    parameters.tilt = uniform(-0.3, 0.3)
    self.parameters = parameters
    q = (0..<limb.coordinateCount).map { _ in uniform(-0.6, 1.2) }
    u = (0..<limb.coordinateCount).map { _ in uniform(-4, 4) }
    activations = (0..<limb.muscleCount).map { _ in uniform(0.02, 0.9) }
    torque = (0..<limb.coordinateCount).map { _ in uniform(-3, 3) }
    payloadMass = uniform(0.5, 3)

    // fibers where muscles work, and one in four slack
    var state = LimbState(limb)
    evaluate(&state)
    for index in self.parameters.muscles.indices {
      let fiber = index % 4 == 3 ? uniform(-0.3, 0) : uniform(0.5, 1.4)
      self.parameters.muscles[index].tendonSlackLength =
        state.length[index] - fiber * self.parameters.muscles[index].optimalFiberLength
    }
  }

  /// Evaluates into `state`.
  func evaluate(_ state: inout LimbState) {
    limb.evaluate(
      q: q, u: u, activations: activations, torque: torque, payloadMass: payloadMass,
      parameters: parameters, state: &state)
  }

  /// Differentiates what `evaluate` left in `state`.
  func differentiate(_ state: inout LimbState) {
    limb.differentiate(
      q: q, u: u, payloadMass: payloadMass, parameters: parameters, state: &state)
  }

  /// The accelerations.
  var acceleration: [Double] {
    var state = LimbState(limb)
    evaluate(&state)
    return state.acceleration
  }

  /// A copy with `change` applied.
  func with(_ change: (inout RandomInstant) -> Void) -> RandomInstant {
    var copy = self
    change(&copy)
    return copy
  }
}
