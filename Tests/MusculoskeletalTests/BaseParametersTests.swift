import Algebra
import TestSupport
import Testing

@testable import Musculoskeletal

@Suite struct BaseParametersTests {
  private func motions(_ limb: LimbModel, _ count: Int, seed: UInt64)
    -> [(q: [Double], u: [Double], udot: [Double])]
  {
    var random = RandomSource(seed: seed)
    func draw(_ size: Double) -> [Double] {
      (0..<limb.coordinateCount).map { _ in size * random.gaussian() }
    }
    return (0..<count).map { _ in (draw(1), draw(3), draw(10)) }
  }

  /// Of twenty numbers a planar chain of two links under gravity shows six: of either link the two first
  /// moments in the plane and the inertia about its hinge, the lower mass joined to the upper's
  /// (Khalil and Dombre 2002, section 9.4).
  @Test func aPlanarArmHasSixVisibleNumbers() {
    func link(_ name: String) -> BodyDescription {
      BodyDescription(
        name: name, mass: 1.5, massCenter: Vector3(0.01, -0.14, 0),
        momentsOfInertia: Vector3(0.01, 0.004, 0.011))
    }
    func hinge(_ parent: Int?, _ child: Int, at place: Vector3) -> JointDescription {
      JointDescription(
        name: "j\(child)", parent: parent, child: child,
        frameInParent: Placement(translation: place), frameInChild: Placement(),
        motion: .hinge(axis: Vector3(0, 0, 1), coordinate: child))
    }
    let model = ModelDescription(
      name: "planar", gravity: Vector3(0, -9.81, 0), bodies: [link("upper"), link("lower")],
      coordinates: ["a", "b"].map {
        CoordinateDescription(name: $0, defaultValue: 0, rangeMinimum: -2, rangeMaximum: 2)
      }, joints: [hinge(nil, 0, at: .zero), hinge(0, 1, at: Vector3(0, -0.3, 0))], muscles: [])
    let limb = LimbModel(model)
    let base = BaseParameters(limb, motions: motions(limb, 60, seed: 1))
    #expect(base.rank == 6)
    let seen = Set(
      base.combinations.map(\.leader) + base.combinations.flatMap { $0.members.map(\.parameter) })
    #expect(seen.isSubset(of: [0, 1, 2, 6, 10, 11, 12, 16]))
    #expect(seen.contains(10), "the lower mass is regrouped, not lost")
  }

  @Test func combinationsTellTheTorqueAndNothingElseDoes() {
    let limb = LimbModel(tree())
    let base = BaseParameters(limb, motions: motions(limb, 80, seed: 2))
    #expect(base.rank < 10 * 6)
    // another distribution with the same combinations gives the same torques on motions never seen
    var random = RandomSource(seed: 3)
    var parameters = limb.nominalParameters
    let phi = parameters.bodies.flatMap { $0.effective.linearParameters }
    var other = phi
    let leaders = Set(base.combinations.map(\.leader))
    for index in other.indices where !leaders.contains(index) {
      other[index] *= 1 + 0.2 * random.gaussian()
    }
    for combination in base.combinations {
      let own = combination.members.reduce(0) {
        $0 + $1.factor * (other[$1.parameter] - phi[$1.parameter])
      }
      other[combination.leader] -= own
    }
    var state = LimbState(limb)
    for motion in motions(limb, 20, seed: 4) {
      let before = limb.moveTo(
        q: motion.q, u: motion.u, udot: motion.udot, parameters: limb.nominalParameters,
        state: &state)
      for body in parameters.bodies.indices {
        parameters.bodies[body] = BodyParameters(
          RigidBodyInertia(linearParameters: Array(other[(10 * body)..<(10 * body + 10)])))
      }
      let after = limb.moveTo(
        q: motion.q, u: motion.u, udot: motion.udot, parameters: parameters, state: &state)
      for (one, two) in zip(before, after) { #expect(abs(one - two) < 1e-8 * max(1, abs(one))) }
    }
    #expect(zip(base.values(phi), base.values(other)).allSatisfy { abs($0 - $1) < 1e-9 })
  }
}
