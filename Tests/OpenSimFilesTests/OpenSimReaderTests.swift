import Foundation
import Musculoskeletal
import OpenSimFiles
import TestSupport
import Testing

@Suite("OpenSim models")
struct OpenSimReaderTests {
  static let arm = repository.appendingPathComponent("config/models/arm26_nowrap.osim").path

  /// The layout of the reference dump that OpenSim itself made.
  private struct Reference: Decodable {
    struct Body: Decodable {
      let name: String
      let mass: Double
      let mass_center: [Double]
      let inertia_about_com_xx_yy_zz_xy_xz_yz: [Double]
    }
    struct Frame: Decodable {
      let parent: String
      let translation: [Double]
      let orientation: [Double]
    }
    struct Coordinate: Decodable {
      let name: String
      let range: [Double]
    }
    struct Joint: Decodable {
      let name: String
      let type: String
      let frames: [Frame]
      let coordinate: Coordinate?
      let axis_rotation1_unnormalised: [Double]?
    }
    struct Point: Decodable {
      let body: String
      let location: [Double]
    }
    struct Muscle: Decodable {
      let name: String
      let max_isometric_force: Double
      let optimal_fiber_length: Double
      let tendon_slack_length: Double
      let pennation_angle_at_optimal: Double
      let max_contraction_velocity: Double
      let FmaxMuscleStrain: Double
      let activation_time_constant: Double
      let deactivation_time_constant: Double
      let path_points: [Point]
    }
    let name: String
    let credits: String
    let gravity: [Double]
    let bodies: [Body]
    let joints: [Joint]
    let muscles: [Muscle]
  }

  private func array(_ vector: Vector3) -> [Double] { [vector.x, vector.y, vector.z] }

  @Test(
    "arm26 says what OpenSim's own dump says, number for number",
    .enabled(if: hasSharedData, "reference tables are not beside the checkout"))
  func arm26() throws {
    let model = try OpenSimReader.read(path: Self.arm)
    let file = sharedData.appendingPathComponent("opensim/arm26.json")
    let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    #expect(model.name == reference.name)
    #expect(model.credits == reference.credits)
    #expect(array(model.gravity) == reference.gravity)

    #expect(model.bodies.map(\.name) == reference.bodies.map(\.name))
    for (body, expected) in zip(model.bodies, reference.bodies) {
      #expect(body.mass == expected.mass)
      #expect(array(body.massCenter) == expected.mass_center)
      #expect(
        array(body.momentsOfInertia) + array(body.productsOfInertia)
          == expected.inertia_about_com_xx_yy_zz_xy_xz_yz)
    }

    #expect(model.joints.map(\.name) == reference.joints.map(\.name))
    for (joint, expected) in zip(model.joints, reference.joints) {
      let parent = joint.parent.map { "/bodyset/" + model.bodies[$0].name } ?? "/ground"
      #expect(parent == expected.frames[0].parent)
      #expect("/bodyset/" + model.bodies[joint.child].name == expected.frames[1].parent)
      #expect(array(joint.frameInParent.translation) == expected.frames[0].translation)
      #expect(array(joint.frameInChild.translation) == expected.frames[1].translation)
      #expect(joint.frameInParent.rotation == .identity)
      #expect(joint.frameInChild.rotation == .identity)
      guard let (axis, coordinate) = joint.motion.asHinge else {
        #expect(joint.motion == .weld && expected.type == "WeldJoint")
        continue
      }
      let unnormalised = try #require(expected.axis_rotation1_unnormalised)
      let length = unnormalised.map { $0 * $0 }.reduce(0, +).squareRoot()
      for (value, wanted) in zip(array(axis), unnormalised) {
        #expect(abs(value - wanted / length) < 1e-15)
      }
      let wanted = try #require(expected.coordinate)
      #expect(model.coordinates[coordinate].name == wanted.name)
      #expect(model.coordinates[coordinate].rangeMinimum == wanted.range[0])
      #expect(model.coordinates[coordinate].rangeMaximum == wanted.range[1])
      #expect(!model.coordinates[coordinate].isLocked)
    }

    #expect(model.muscles.map(\.name) == reference.muscles.map(\.name))
    for (muscle, expected) in zip(model.muscles, reference.muscles) {
      #expect(muscle.maxIsometricForce == expected.max_isometric_force)
      #expect(muscle.optimalFiberLength == expected.optimal_fiber_length)
      #expect(muscle.tendonSlackLength == expected.tendon_slack_length)
      #expect(muscle.pennationAngleAtOptimal == expected.pennation_angle_at_optimal)
      #expect(muscle.maxContractionVelocity == expected.max_contraction_velocity)
      #expect(muscle.passiveFiberStrainAtOneNormForce == expected.FmaxMuscleStrain)
      #expect(muscle.activationTimeConstant == expected.activation_time_constant)
      #expect(muscle.deactivationTimeConstant == expected.deactivation_time_constant)
      #expect(muscle.fiberDamping == 0)
      #expect(
        muscle.path.map { $0.body.map { model.bodies[$0].name } }
          == expected.path_points.map(\.body))
      #expect(muscle.path.map { array($0.location) } == expected.path_points.map(\.location))
    }
  }

  @Test("joint frames, order, locks and muscle properties of a self-made model")
  func smallModelIsRead() throws {
    let model = try OpenSimReader.read(text: smallModel, path: "small.osim")
    #expect(model.name == "small")
    #expect(model.credits == "made for a test")
    #expect(model.bodies.map(\.name) == ["upper", "lower", "tip"])
    #expect(model.bodies[0].productsOfInertia == Vector3(0.001, -0.0012, 0.0005))
    // parents before children, whatever the file's order
    #expect(model.joints.map(\.name) == ["shoulder", "elbow", "wrist"])
    #expect(model.joints.map(\.parent) == [nil, 0, 1])
    #expect(model.joints.map(\.child) == [0, 1, 2])
    // coordinates stay in file order
    #expect(model.coordinates.map(\.name) == ["elbow_flex", "shoulder_elev"])
    #expect(model.coordinates.map(\.isLocked) == [true, false])
    #expect(model.coordinates[0].defaultValue == 0.25)
    #expect(model.joints[0].motion == .hinge(axis: Vector3(0, 0, 1), coordinate: 1))
    guard let (axis, coordinate) = model.joints[1].motion.asHinge, coordinate == 0 else {
      Issue.record("the elbow is no hinge of the first coordinate")
      return
    }
    #expect((axis - Vector3(0.6, 0, 0.8)).norm < 1e-15)
    #expect(model.joints[2].motion == .weld)
    #expect(model.joints[1].frameInParent.translation == Vector3(0.01, -0.3, 0.02))
    #expect(model.joints[1].frameInChild == Placement())
    let muscle = model.muscles[0]
    #expect(muscle.maxContractionVelocity == 12)
    #expect(muscle.passiveFiberStrainAtOneNormForce == 0.7)
    #expect(muscle.fiberDamping == 0.01)
    #expect(muscle.activationTimeConstant == 0.02)
    #expect(muscle.deactivationTimeConstant == 0.07)
    #expect(muscle.path.map(\.body) == [nil, 0, 2])
    // a point on an offset frame turned by 90 degrees about z: (0.1, 0, 0) -> (0, 0.1, 0) + (0, 0.01, 0)
    let second = muscle.path[1].location
    #expect(abs(second.x) < 1e-15 && abs(second.y - 0.11) < 1e-15 && second.z == 0)
  }

  @Test("orientation is body-fixed x, then y, then z")
  func orientation() throws {
    let model = try OpenSimReader.read(text: smallModel, path: "small.osim")
    let rotation = model.joints[0].frameInParent.rotation
    // scipy.spatial.transform.Rotation.from_euler('XYZ', [0.3, -0.5, 0.7]).as_matrix(), columns
    let expected = Rotation(
      x: Vector3(0.6712121661589574, 0.5070818727544463, 0.5406867876359134),
      y: Vector3(-0.5653542083811437, 0.8219543695041273, -0.06903356805788476),
      z: Vector3(-0.479425538604203, -0.25934338005223073, 0.8383866435942033))
    for (column, wanted) in [
      (rotation.x, expected.x), (rotation.y, expected.y), (rotation.z, expected.z),
    ] {
      for index in 0..<3 { #expect(abs(column[index] - wanted[index]) < 1e-15) }
    }
  }

  @Test("format 3.x: joints inside bodies, ground among the bodies, class defaults of the file")
  func oldFormat() throws {
    let model = try OpenSimReader.read(text: oldFormatModel, path: "old.osim")
    #expect(model.bodies.map(\.name) == ["upper"])
    #expect(model.bodies[0].momentsOfInertia == Vector3(0.02, 0.004, 0.021))
    #expect(model.bodies[0].productsOfInertia == Vector3(0.001, 0, 0))
    #expect(model.joints[0].parent == nil)
    #expect(model.joints[0].frameInParent.translation == Vector3(0, 0.8, 0))
    #expect(abs(model.joints[0].frameInParent.rotation.x.y - sin(0.5)) < 1e-15)
    #expect(model.joints[0].frameInChild.translation == Vector3(0, 0.02, 0))
    #expect(model.joints[0].motion == .hinge(axis: Vector3(0, 0, 1), coordinate: 0))
    #expect(model.coordinates[0].defaultValue == 0.1)
    #expect(model.muscles.map(\.name) == ["lifter"])
    #expect(model.muscles[0].path.map(\.body) == [nil, 0])
    #expect(model.muscles[0].passiveFiberStrainAtOneNormForce == 0.65)
    #expect(model.muscles[0].activationTimeConstant == 0.011)
    #expect(model.muscles[0].deactivationTimeConstant == 0.05)
  }

  @Test("what OpenSim writes for a dash of an old code page is read")
  func controlCharacter() throws {
    let model = try OpenSimReader.read(
      text: smallModel.replacingOccurrences(of: "made for a test", with: "pp 829&#x13;840"),
      path: "small.osim")
    #expect(model.credits == "pp 829\u{FFFD}840")
  }
}
