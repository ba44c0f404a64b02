import Algebra
import Foundation
import TestSupport
import Testing

@testable import Musculoskeletal

/// A leg with everything joints can do: slides, several axes a joint, splines, polynomials, a coupled
/// coordinate, a locked one, a moving path point and a worn device.
func strangeLeg() -> ModelDescription {
  func body(_ name: String, _ mass: Double) -> BodyDescription {
    BodyDescription(
      name: name, mass: mass, massCenter: Vector3(0.01, -0.15 * mass / 4, 0.02),
      momentsOfInertia: Vector3(0.05, 0.02, 0.06) * (mass / 4),
      productsOfInertia: Vector3(0.002, -0.001, 0.003) * (mass / 4))
  }
  func axis(
    _ kind: JointAxis.Kind, _ x: Double, _ y: Double, _ z: Double, _ coordinate: Int?,
    _ function: CoordinateFunction = .identity
  ) -> JointAxis {
    let direction = Vector3(x, y, z)
    return JointAxis(
      kind: kind, axis: direction / direction.norm,
      motion: DrivenValue(coordinate: coordinate, function: function))
  }
  let spline = SimmSpline(
    x: [-2, -1.2, -0.4, 0.5, 1.3, 2.1], y: [0.02, 0.035, 0.01, -0.02, 0.01, 0.04])
  var coordinates = ["sway", "hip", "turn", "knee", "patella", "toe"].map {
    CoordinateDescription(name: $0, defaultValue: 0.2, rangeMinimum: -2, rangeMaximum: 2)
  }
  coordinates[0].isTranslational = true
  coordinates[4].coupling = DrivenValue(
    coordinate: 3, function: .multiplied(.polynomial([0.1, 0.5, 0.05]), by: 0.8))
  coordinates[5].isLocked = true
  func joint(
    _ name: String, _ parent: Int?, _ child: Int, _ place: Vector3, _ axes: [JointAxis]
  ) -> JointDescription {
    JointDescription(
      name: name, parent: parent, child: child,
      frameInParent: Placement(
        rotation: Rotation(axis: Vector3(0, 0.6, 0.8), angle: 0.3), translation: place),
      frameInChild: Placement(
        rotation: Rotation(axis: Vector3(1, 0, 0), angle: 0.2),
        translation: Vector3(0.01, 0.02, 0)), motion: .init(axes: axes))
  }
  var muscles = [
    MuscleDescription(
      name: "vast", maxIsometricForce: 2000, optimalFiberLength: 0.1, tendonSlackLength: 0.3,
      pennationAngleAtOptimal: 0.1, fiberDamping: 0.03,
      path: [
        PathPoint(name: "a", body: 1, location: Vector3(0.04, -0.1, 0)),
        PathPoint(name: "b", body: 3, location: Vector3(0.03, 0.02, 0.01)),
        PathPoint(name: "c", body: 2, location: Vector3(0.03, -0.05, 0)),
      ]),
    MuscleDescription(
      name: "ham", maxIsometricForce: 1500, optimalFiberLength: 0.12, tendonSlackLength: 0.25,
      pennationAngleAtOptimal: 0, fiberDamping: 0.02,
      path: [
        PathPoint(name: "d", body: nil, location: Vector3(-0.05, 1, 0)),
        PathPoint(
          name: "e", body: 2, location: .zero,
          motion: .moving(
            x: DrivenValue(coordinate: 3, function: .spline(spline)),
            y: DrivenValue(coordinate: 3, function: .polynomial([0.01, -0.02, -0.04])),
            z: DrivenValue(coordinate: nil, function: .constant(0.01)))),
        PathPoint(name: "f", body: 4, location: Vector3(-0.02, -0.06, 0)),
      ]),
  ]
  for index in muscles.indices { muscles[index].isTendonRigid = true }
  return ModelDescription(
    name: "leg", gravity: Vector3(0.2, -9.7, 0.5),
    bodies: [
      body("trunk", 8), body("thigh", 6), body("shank", 4), body("patella", 0.2), body("foot", 1),
    ],
    coordinates: coordinates,
    joints: [
      joint("root", nil, 0, Vector3(0, 1, 0), [axis(.translation, 1, 0.2, 0, 0)]),
      joint(
        "hip", 0, 1, Vector3(0, -0.1, 0.08),
        [
          axis(.rotation, 0, 0.1, 1, 1),
          axis(.rotation, 0.2, 1, 0, 2, .linear(slope: -1, intercept: 0.1)),
        ]),
      joint(
        "knee", 1, 2, Vector3(0, -0.4, 0),
        [
          axis(.translation, 1, 0, 0, 3, .spline(spline)),
          axis(
            .translation, 0, 1, 0, 3, .multiplied(.polynomial([0.002, -0.01, 0.004, 0]), by: 1.1)),
          axis(.rotation, 0, 0, 1, 3),
          axis(.rotation, 1, 0, 0, 3, .polynomial([0.05, -0.1, 0.02, 0])),
          axis(.rotation, 0, 1, 0, nil, .constant(0.1)),
        ]),
      joint("patella", 1, 3, Vector3(0.04, -0.38, 0), [axis(.rotation, 0, 0, 1, 4)]),
      joint("ankle", 2, 4, Vector3(0, -0.4, 0), [axis(.rotation, 0, 0, 1, 5)]),
    ], muscles: muscles)
}

@Suite struct GeneralJointTests {
  private func instant(_ seed: Int) -> RandomInstant {
    let device = WornDevice(
      segments: [
        .init(
          body: BodyDescription(
            name: "cuff", mass: 0.7, massCenter: Vector3(0.02, 0, 0.03),
            momentsOfInertia: Vector3(0.002, 0.003, 0.002)), carrier: 2,
          placement: Placement(translation: Vector3(0.03, -0.1, 0.04)))
      ], frictions: [.init(coordinate: 3, damping: 0.3, coulombFriction: 0.8, coulombSpeed: 0.7)])
    let limb = LimbModel(
      strangeLeg().wearing(device), payload: Payload(body: 4, location: Vector3(0.1, -0.02, 0)))
    return RandomInstant(limb, seed: UInt64(seed))
  }

  @Test func couplingsAndLocksVanish() {
    let skeleton = Skeleton(strangeLeg())
    #expect(skeleton.coordinateNames == ["sway", "hip", "turn", "knee"])
    let pose = skeleton.modelPose([0.1, 0.2, 0.3, 0.4])
    #expect(pose[5] == 0.2)
    #expect(abs(pose[4] - 0.8 * (0.1 * 0.16 + 0.5 * 0.4 + 0.05)) < 1e-15)
  }

  @Test(arguments: 0..<8)
  func everyPartialIsADerivative(seed: Int) {
    let instant = instant(seed)
    let limb = instant.limb
    let count = limb.coordinateCount
    var state = LimbState(limb)
    instant.evaluate(&state)
    instant.differentiate(&state)
    let size = state.acceleration.map(abs).max()!
    for column in 0..<count {
      func exact(_ matrix: [Double]) -> [Double] { (0..<count).map { matrix[$0 * count + column] } }
      func check(
        _ partials: [Double], _ what: String, _ change: (inout RandomInstant, Double) -> Void
      ) {
        expectDerivatives(
          partials, of: { by in instant.with { change(&$0, by) }.acceleration }, step: 1e-4,
          tolerance: 1e-7, floor: 1e-3 * size, "seed \(seed), \(what) \(column)")
      }
      check(exact(state.accelerationByAngle), "angle") { $0.q[column] += $1 }
      check(exact(state.accelerationByRate), "rate") { $0.u[column] += $1 }
    }
    // the ten mass numbers of every body, the cuff among them
    var byNumber = Array(repeating: 0.0, count: 10 * count)
    for body in limb.description.bodies.indices {
      limb.differentiateByInertia(ofBody: body, state: &state, into: &byNumber)
      let phi = instant.parameters.bodies[body].effective.linearParameters
      for number in 0..<10 {
        expectDerivatives(
          Array(byNumber[(number * count)..<((number + 1) * count)]),
          of: { by in
            instant.with {
              var moved = phi
              moved[number] += by * 0.1
              $0.parameters.bodies[body] = BodyParameters(RigidBodyInertia(linearParameters: moved))
            }.acceleration.map { $0 * 10 }
          }, step: 1e-4, tolerance: 1e-6, floor: 1e-2 * size, "body \(body), number \(number)")
      }
    }
  }

  /// The Lagrangian by differences: an oracle that shares only the pose.
  @Test(arguments: 0..<4)
  func torquesAreLagranges(seed: Int) {
    let instant = instant(seed)
    let limb = instant.limb
    let skeleton = limb.skeleton
    let count = limb.coordinateCount
    var random = RandomSource(seed: UInt64(900 + seed))
    let udot = (0..<count).map { _ in 3 * random.gaussian() }
    var parameters = instant.parameters
    parameters.tilt = 0

    func energies(q: [Double], u: [Double]) -> (kinetic: Double, potential: Double) {
      func placed(_ q: [Double]) -> (centers: [Vector3], rotations: [Rotation]) {
        var state = SkeletonState(skeleton)
        skeleton.pose(q, parameters: parameters, payload: nil, payloadMass: 0, state: &state)
        return (
          state.massCenter,
          skeleton.massElements.map { state.rotation[$0.link] * $0.placement.rotation }
        )
      }
      let step = 1e-4
      let rates = { (sign: Double) in placed(zip(q, u).map { $0 + sign * step * $1 }) }
      let (two, one, minusOne, minusTwo) = (rates(2), rates(1), rates(-1), rates(-2))
      let here = placed(q)
      func rate(_ get: ((centers: [Vector3], rotations: [Rotation])) -> Vector3) -> Vector3 {
        ((get(one) - get(minusOne)) * 8 - (get(two) - get(minusTwo))) / (12 * step)
      }
      var kinetic = 0.0
      var potential = 0.0
      for (index, element) in skeleton.massElements.enumerated() {
        let body = parameters.bodies[element.body].effective
        let velocity = rate { $0.centers[index] }
        let own = here.rotations[index]
        let spin =
          (cross(own.x, rate { $0.rotations[index].x })
            + cross(own.y, rate { $0.rotations[index].y })
            + cross(own.z, rate { $0.rotations[index].z })) * 0.5
        let local = own.applyInverse(spin)
        kinetic +=
          0.5 * body.mass * dot(velocity, velocity) + 0.5 * dot(local, body.inertia.apply(local))
        potential -= body.mass * dot(skeleton.gravity, here.centers[index])
      }
      return (kinetic, potential)
    }
    func momentum(_ index: Int, q: [Double], u: [Double]) -> Double {
      derivative { by in
        var moved = u
        moved[index] += by
        return [energies(q: q, u: moved).kinetic]
      }[0]
    }
    var state = LimbState(limb)
    let torque = limb.moveTo(
      q: instant.q, u: instant.u, udot: udot, parameters: parameters, state: &state)
    for index in 0..<count {
      let change = derivative { time in
        let u = zip(instant.u, udot).map { $0 + time * $1 }
        let q = instant.q.indices.map {
          instant.q[$0] + time * instant.u[$0] + 0.5 * time * time * udot[$0]
        }
        return [momentum(index, q: q, u: u)]
      }[0]
      let slope = derivative { by in
        var moved = instant.q
        moved[index] += by
        let energy = energies(q: moved, u: instant.u)
        return [energy.kinetic - energy.potential]
      }[0]
      #expect(
        abs(torque[index] - (change - slope)) < 1e-3 * max(1, abs(torque[index])),
        "seed \(seed), \(skeleton.coordinateNames[index]): \(torque[index]), \(change - slope)")
    }
  }

  @Test func anAcceleratingGroundIsGravityThatLeans() {
    let instant = instant(3)
    var state = LimbState(instant.limb)
    let lean = Vector3(1.5, 0.3, -2)
    var parameters = instant.parameters
    parameters.tilt = 0
    func acceleration(_ base: BaseMotion) -> [Double] {
      instant.limb.evaluate(
        q: instant.q, u: instant.u, activations: instant.activations, torque: instant.torque,
        payloadMass: 1, base: base, parameters: parameters, state: &state)
      return state.acceleration
    }
    let moved = acceleration(BaseMotion(acceleration: lean))
    let hung = acceleration(BaseMotion(gravity: instant.limb.skeleton.gravity - lean))
    for (one, other) in zip(moved, hung) { #expect(abs(one - other) < 1e-9 * max(1, abs(one))) }
    #expect(zip(moved, acceleration(.still)).contains { abs($0 - $1) > 0.1 })
  }
}
