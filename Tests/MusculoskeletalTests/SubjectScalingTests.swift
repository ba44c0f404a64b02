import Foundation
import Musculoskeletal
import OpenSimFiles
import TestSupport
import Testing

@Suite("A model in a subject's size")
struct SubjectScalingTests {
  /// Path lengths at `q` (muscleCount) [m].
  private func lengths(_ model: ModelDescription, at q: [Double]) -> [Double] {
    var model = model
    for index in model.muscles.indices { model.muscles[index].isTendonRigid = true }
    let limb = LimbModel(model)
    var state = LimbState(limb)
    limb.evaluate(
      q: q, u: [0, 0], activations: Array(repeating: 0, count: limb.muscleCount), torque: [0, 0],
      payloadMass: 0, parameters: limb.nominalParameters, state: &state, forDerivatives: false)
    return state.length
  }

  @Test("one factor: every length by it, masses by its cube, moments by its fifth power")
  func uniform() throws {
    let model = try arm26()
    var scaling = SubjectScaling(bodyCount: model.bodies.count)
    scaling.height = 1.1
    let scaled = model.scaled(by: scaling)
    for (body, own) in zip(scaled.bodies, model.bodies) {
      #expect(abs(body.mass - own.mass * 1.331) < 1e-14)
      #expect((body.massCenter - own.massCenter * 1.1).norm < 1e-15)
      #expect((body.momentsOfInertia - own.momentsOfInertia * 1.61051).norm < 1e-14)
    }
    for q in [[0, 0], [0.7, 1.2], [-1, 2]] {
      for (length, own) in zip(lengths(scaled, at: q), lengths(model, at: q)) {
        #expect(abs(length - 1.1 * own) < 1e-14)
      }
    }
    for (muscle, own) in zip(scaled.muscles, model.muscles) {
      #expect(abs(muscle.optimalFiberLength / own.optimalFiberLength - 1.1) < 1e-13)
      #expect(abs(muscle.tendonSlackLength / own.tendonSlackLength - 1.1) < 1e-13)
      #expect(muscle.maxIsometricForce == own.maxIsometricForce)
    }
  }

  @Test("a known mass is shared out as the model's is")
  func mass() throws {
    let model = try arm26()
    var scaling = SubjectScaling(bodyCount: model.bodies.count)
    scaling.height = 1.1
    scaling.mass = 0.9
    let scaled = model.scaled(by: scaling)
    for (body, own) in zip(scaled.bodies, model.bodies) {
      #expect(abs(body.mass - own.mass * 0.9) < 1e-15)
      #expect((body.momentsOfInertia - own.momentsOfInertia * 1.089).norm < 1e-15)
    }
  }

  @Test("one longer segment: the next joint moves, fibers and tendons keep their share of the path")
  func segment() throws {
    let model = try arm26()
    let humerus = 1
    let length = try #require(model.segmentLength(of: humerus))
    // the elbow's place in the humerus
    #expect(abs(length - Vector3(0.0061, -0.2904, -0.0123).norm) < 1e-4)
    #expect(model.segmentLength(of: 2) == nil)
    var scaling = SubjectScaling(bodyCount: model.bodies.count)
    scaling.segments[humerus] = 1.2
    let scaled = model.scaled(by: scaling)
    #expect(abs((scaled.segmentLength(of: humerus) ?? 0) - 1.2 * length) < 1e-15)
    #expect(scaled.bodies[2] == model.bodies[2])
    let before = lengths(model, at: [0, 0])
    let after = lengths(scaled, at: [0, 0])
    for index in model.muscles.indices {
      let ratio = after[index] / before[index]
      #expect(ratio > 1)
      let own = model.muscles[index]
      let muscle = scaled.muscles[index]
      #expect(abs(muscle.optimalFiberLength - ratio * own.optimalFiberLength) < 1e-14)
      #expect(abs(muscle.tendonSlackLength - ratio * own.tendonSlackLength) < 1e-14)
    }
    // no factor, no change
    #expect(model.scaled(by: SubjectScaling(bodyCount: 3)) == model)
  }

  @Test("slides, moving points and wrap objects grow too, coordinates that are lengths do not")
  func everyKind() throws {
    let path = repository.appendingPathComponent("Tests/interop/osim/kinds.osim").path
    var model = try OpenSimReader.read(path: path)
    model.muscles.removeAll { $0.lengthFunction == nil && $0.name != "degroote" }
    var scaling = SubjectScaling(bodyCount: model.bodies.count)
    scaling.height = 1.3
    let scaled = model.scaled(by: scaling)
    var pose = model.coordinates.map { 0.3 * ($0.rangeMaximum + $0.rangeMinimum) + 0.1 }
    for index in pose.indices where model.coordinates[index].isTranslational { pose[index] = 0 }
    let before = model.bodyPlacements(at: pose)
    for (new, old) in zip(scaled.bodyPlacements(at: pose), before) {
      #expect((new.translation - old.translation * 1.3).norm < 1e-14)
    }
    // a coordinate that is a length slides as far as it says
    let slide = try #require(model.coordinates.firstIndex { $0.name == "slide_x" })
    let end = try #require(model.bodies.firstIndex { $0.name == "d" })
    pose[slide] = 0.1
    let moved = scaled.bodyPlacements(at: pose)[end].translation
    pose[slide] = 0
    let still = scaled.bodyPlacements(at: pose)[end].translation
    #expect(abs((moved - still).norm - 0.1) < 1e-14)

    guard case .torus(let inner, let outer) = scaled.wrapObjects[0].shape,
      case .sphere(let radius) = scaled.wrapObjects[1].shape
    else {
      Issue.record("the wrap objects are a torus and a sphere")
      return
    }
    #expect(abs(inner - 0.026) < 1e-15 && abs(outer - 0.091) < 1e-15)
    #expect(abs(radius - 0.039) < 1e-15)
  }
}
