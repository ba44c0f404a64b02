import Testing

@testable import Musculoskeletal

@Suite struct MasslessCoordinateTests {
  private func massless(_ model: ModelDescription) -> String? {
    let limb = LimbModel(model)
    var state = LimbState(limb)
    let zeros = Array(repeating: 0.0, count: limb.coordinateCount)
    limb.evaluate(
      q: limb.skeleton.modelCoordinates.map { model.coordinates[$0].defaultValue }, u: zeros,
      activations: Array(repeating: 0.1, count: limb.muscleCount), torque: zeros, payloadMass: 0,
      parameters: limb.nominalParameters, state: &state)
    return limb.masslessCoordinate(state).map { limb.skeleton.coordinateNames[$0] }
  }

  @Test func soundModelsHaveNone() throws {
    for model in [try arm26(), tree(), strangeLeg()] { #expect(massless(model) == nil) }
  }

  @Test func anAxisThatItsFunctionHoldsIsNamed() {
    for function: CoordinateFunction in [
      .polynomial([0.4]), .linear(slope: 0, intercept: 0.2), .linear(slope: 1e-12, intercept: 0),
    ] {
      var model = strangeLeg()
      for axis in model.joints[1].motion.axes.indices
      where model.joints[1].motion.axes[axis].motion.coordinate == 2 {
        model.joints[1].motion.axes[axis].motion.function = function
      }
      #expect(massless(model) == "turn", "\(function)")
    }
  }

  @Test func twoCoordinatesThatMoveTheSameAreNamed() {
    var model = strangeLeg()
    let hip = model.joints[1].motion.axes[0]
    // the second axis now turns as the first does, and nothing tells them apart
    model.joints[1].motion.axes[1] = JointAxis(
      kind: .rotation, axis: hip.axis, motion: DrivenValue(coordinate: 2, function: .identity))
    #expect(massless(model) == "turn")
  }

  @Test func aPointMassOnItsOwnAxisIsNamed() {
    var model = tree()
    let body = model.bodies.firstIndex { $0.name == "tip" }!
    model.bodies[body].mass = 0
    model.bodies[body].momentsOfInertia = .zero
    model.bodies[body].productsOfInertia = .zero
    #expect(massless(model) == "third")
  }
}
