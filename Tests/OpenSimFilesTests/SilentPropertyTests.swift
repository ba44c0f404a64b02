import Musculoskeletal
import OpenSimFiles
import Testing

/// Where a file is silent, OpenSim 4.6's own defaults hold, as its classes state them when made empty.
@Suite struct SilentPropertyTests {
  @Test func silenceIsOpenSimsDefault() throws {
    let text = """
      <OpenSimDocument Version="40500"><Model name="silent"><Ground name="ground"/>
      <BodySet name="bodyset"><objects><Body name="block"><mass>1</mass></Body></objects></BodySet>
      <JointSet name="jointset"><objects><CustomJoint name="slide">
      <socket_parent_frame>/ground</socket_parent_frame><socket_child_frame>/bodyset/block</socket_child_frame>
      <coordinates><Coordinate name="x"/></coordinates>
      <SpatialTransform>
      <TransformAxis name="translation2"><coordinates>x</coordinates><LinearFunction name="function"/></TransformAxis>
      </SpatialTransform></CustomJoint></objects></JointSet>
      <ForceSet name="forceset"><objects><Thelen2003Muscle name="m"><GeometryPath name="path"><PathPointSet><objects>
      <PathPoint name="a"><socket_parent_frame>/ground</socket_parent_frame></PathPoint>
      <PathPoint name="b"><socket_parent_frame>/bodyset/block</socket_parent_frame></PathPoint>
      </objects></PathPointSet></GeometryPath></Thelen2003Muscle></objects></ForceSet></Model></OpenSimDocument>
      """
    let model = try OpenSimReader.read(text: text, path: "silent.osim")
    #expect(model.gravity == Vector3(0, -9.80665, 0))
    #expect(model.coordinates[0].rangeMinimum == -10 && model.coordinates[0].rangeMaximum == 10)
    #expect(model.bodies[0].massCenter == .zero && model.bodies[0].momentsOfInertia == .zero)
    let axis = try #require(model.joints[0].motion.axes.first)
    #expect(axis.kind == .translation && axis.axis == Vector3(0, 1, 0))
    let muscle = model.muscles[0]
    #expect(
      muscle.maxIsometricForce == 1000 && muscle.optimalFiberLength == 0.1
        && muscle.tendonSlackLength == 0.2)
    #expect(muscle.path.map(\.location) == [.zero, .zero])
    // a body's mass has no default: OpenSim's is not a number
    #expect(throws: OpenSimError.self) {
      try OpenSimReader.read(
        text: text.replacing("<mass>1</mass>", with: ""), path: "silent.osim")
    }
  }
}
