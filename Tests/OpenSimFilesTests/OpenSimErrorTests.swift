import Foundation
import OpenSimFiles
import TestSupport
import Testing

/// One way to break the small model, and the one line that must come out.
struct BrokenModel: Sendable, CustomTestStringConvertible {
  /// The piece that is replaced wherever it occurs in the model.
  var piece: String
  /// What stands there instead.
  var replacement: String
  /// The whole message without the file's name.
  var message: String

  init(_ piece: String, _ replacement: String, _ message: String) {
    self.piece = piece
    self.replacement = replacement
    self.message = message
  }

  var testDescription: String { message }
}

@Suite("OpenSim errors")
struct OpenSimErrorTests {
  static let broken: [BrokenModel] = [
    BrokenModel(
      "<Model name=\"small\">",
      "<Muddle name=\"small\">",
      "120: error: the file is not well-formed XML (inside Muddle \"small\", opened on line 3); repair the markup at or just above this line, or export the model again"
    ),
    BrokenModel(
      "Model",
      "Muddle",
      "2: error: the file holds no Model; give the .osim file of a model, not of a setup"),
    BrokenModel(
      "</Model>\n</OpenSimDocument>",
      "",
      "120: error: the file is not well-formed XML (inside Model \"small\", opened on line 3); repair the markup at or just above this line, or export the model again"
    ),
    BrokenModel(
      "<mass>2</mass>",
      "",
      "11: error: Body \"upper\" has no <mass>; add <mass>...</mass> with one number [kg]"),
    BrokenModel(
      "<mass>2</mass>",
      "<mass>two</mass>",
      "12: error: <mass> of Body \"upper\" is \"two\"; write one number [kg]"),
    BrokenModel(
      "<mass>2</mass>",
      "<mass>-2</mass>",
      "12: error: <mass> of Body \"upper\" is -2.0; write one number [kg], zero or more"),
    BrokenModel(
      "<mass>2</mass>",
      "<mass>nan</mass>",
      "12: error: <mass> of Body \"upper\" is \"nan\"; write one number [kg]"),
    BrokenModel(
      "<mass>2</mass>",
      "<mass>2</mass><mass>3</mass>",
      "12: error: Body \"upper\" has <mass> twice; delete one of them"),
    BrokenModel(
      "<mass_center>0 -0.15 0</mass_center>",
      "<mass_center>0 -0.15</mass_center>",
      "13: error: <mass_center> of Body \"upper\" is \"0 -0.15\"; write 3 numbers [m]"),
    BrokenModel(
      "0.02 0.004 0.021 0.001 -0.0012 0.0005",
      "0.02 0.004 0.021",
      "14: error: <inertia> of Body \"upper\" is \"0.02 0.004 0.021\"; write 6 numbers [kg·m^2, order xx yy zz xy xz yz]"
    ),
    BrokenModel(
      "0.02 0.004 0.021 0.001 -0.0012 0.0005",
      "0.02 0.004 0.031 0 0 0",
      "14: error: the inertia of Body \"upper\" belongs to no distribution of mass; give moments that are not negative and none above the sum of the other two"
    ),
    BrokenModel(
      "<Body name=\"lower\">",
      "<Body name=\"upper\">",
      "16: error: the body name \"upper\" is already taken on line 11; rename one of the two"),
    BrokenModel(
      "<Body name=\"lower\">",
      "<Body>",
      "16: error: a Body has no name; write <Body name=\"...\">"),
    BrokenModel(
      "<Body name=\"lower\">",
      "<Body name=\"lo/wer\">",
      "16: error: the name of Body \"lo/wer\" holds a character that paths and parameter names cannot; rename it with letters, digits, '_', '-' and '.'"
    ),
    BrokenModel(
      "<Body name=\"tip\">",
      "<Body name=\"ground\">",
      "21: error: the body name \"ground\" is already taken by <Ground>; rename the body"),
    BrokenModel(
      "<length_units>meters",
      "<length_units>millimeters",
      "7: error: <length_units> of Model \"small\" is \"millimeters\"; convert the model to SI units and write meters"
    ),
    BrokenModel(
      "PinJoint",
      "BallJoint",
      "64: error: BallJoint \"shoulder\" turns by a quaternion, which is not supported; use a CustomJoint with six axes"
    ),
    BrokenModel(
      "<PinJoint name=\"shoulder\">",
      "<PinJoint name=\"elbow\">",
      "64: error: the joint name \"elbow\" is already taken on line 34; rename one of the two"),
    BrokenModel(
      "<socket_parent_frame>ground_offset<",
      "<socket_parent_frame>grund_offset<",
      "65: error: <socket_parent_frame> is \"grund_offset\", and no body or frame is called so; did you mean \"ground_offset\"?"
    ),
    BrokenModel(
      "<socket_parent>/bodyset/upper</socket_parent>\n              <translation>0 0.01",
      "<socket_parent>/bodyset/uper</socket_parent>\n                <translation>0 0.01",
      "79: error: <socket_parent> is \"/bodyset/uper\", and no body or frame is called so; did you mean \"/bodyset/upper\"?"
    ),
    BrokenModel(
      "<socket_parent_frame>/bodyset/tip<",
      "<socket_parent_frame>/bodyset/femur<",
      "102: error: <socket_parent_frame> is \"/bodyset/femur\", and no body or frame is called so; write one of: /bodyset/upper, /bodyset/lower, /bodyset/tip, /ground"
    ),
    BrokenModel(
      "<socket_parent_frame>/bodyset/tip<",
      "<socket_parent_frame><",
      "102: error: <socket_parent_frame> is \"\", and no body or frame is called so; write one of: /bodyset/upper, /bodyset/lower, /bodyset/tip, /ground"
    ),
    BrokenModel(
      "<socket_child_frame>/bodyset/tip<",
      "<socket_child_frame>/bodyset/lower<",
      "34: error: CustomJoint \"elbow\" closes a loop: Body \"lower\" already hangs on WeldJoint \"wrist\"; delete one of the two joints, only trees are supported"
    ),
    BrokenModel(
      "<socket_child_frame>/bodyset/tip<",
      "<socket_child_frame>/ground<",
      "30: error: WeldJoint \"wrist\" has the ground as its child; swap parent and child"),
    BrokenModel(
      "<socket_parent>/ground</socket_parent>",
      "<socket_parent>/bodyset/tip</socket_parent>",
      "30: error: WeldJoint \"wrist\" is part of a chain that never reaches the ground; hang one body of the chain on /ground"
    ),
    BrokenModel(
      "<socket_child_frame>/bodyset/tip</socket_child_frame>",
      "",
      "30: error: WeldJoint \"wrist\" has no <socket_child_frame>; add <socket_child_frame>...</socket_child_frame> with the name of one of the joint's frames"
    ),
    BrokenModel(
      "<PhysicalOffsetFrame name=\"ground_offset\">",
      "<StationDefinedFrame name=\"s\"/> <PhysicalOffsetFrame name=\"ground_offset\">",
      "73: error: StationDefinedFrame \"s\" of PinJoint \"shoulder\" is a kind of frame that is not supported; replace it by a PhysicalOffsetFrame"
    ),
    BrokenModel(
      "<coordinates>elbow_flex</coordinates>",
      "<coordinates>shoulder_elev</coordinates>",
      "57: error: TransformAxis \"rotation2\" of CustomJoint \"elbow\" follows \"shoulder_elev\"; let it follow a coordinate of the joint: elbow_flex"
    ),
    BrokenModel(
      "<axis>3 0 4</axis>",
      "<axis>0 0 0</axis>",
      "57: error: <axis> of TransformAxis \"rotation2\" of CustomJoint \"elbow\" has no direction; write a vector that is not zero"
    ),
    BrokenModel(
      "<LinearFunction name=\"function\"><coefficients> 1 0</coefficients></LinearFunction>",
      "",
      "57: error: TransformAxis \"rotation2\" of CustomJoint \"elbow\" has 0 functions; give it one function: LinearFunction or Constant"
    ),
    BrokenModel(
      "<TransformAxis name=\"rotation2\">",
      "<TransformAxis name=\"turn2\">",
      "57: error: TransformAxis \"turn2\" does not belong in the SpatialTransform of CustomJoint \"elbow\"; use TransformAxis elements named rotation1 to 3 and translation1 to 3"
    ),
    BrokenModel(
      "<Coordinate name=\"shoulder_elev\">",
      "<Coordinate name=\"elbow_flex\">",
      "68: error: the coordinate name \"elbow_flex\" is already taken on line 38; rename one of the two"
    ),
    BrokenModel(
      "<Coordinate name=\"shoulder_elev\">\n              <range>-1.5 3.1</range>\n            </Coordinate>",
      "",
      "64: error: PinJoint \"shoulder\" has 0 coordinates; a PinJoint has 1"
    ),
    BrokenModel(
      "<range>-1.5 3.1</range>",
      "<range>3.1 -1.5</range>",
      "69: error: <range> of Coordinate \"shoulder_elev\" is empty; write the smaller number first"),
    BrokenModel(
      "<range>-1.5 3.1</range>",
      "<range>-1.5 3.1</range><prescribed>true</prescribed>",
      "68: error: Coordinate \"shoulder_elev\" is prescribed, which is not supported; set <prescribed> to false, or lock the coordinate"
    ),
    BrokenModel(
      "<locked>true</locked>",
      "<locked>maybe</locked>",
      "41: error: <locked> of Coordinate \"elbow_flex\" is \"maybe\"; write true or false"),
    BrokenModel(
      "DeGrooteFregly2016Muscle",
      "RigidTendonMuscle",
      "89: error: RigidTendonMuscle \"flexor\" is a kind of force that is not supported; delete it, set its <appliesForce> to false, or use one of: Thelen2003Muscle, DeGrooteFregly2016Muscle, Millard2012EquilibriumMuscle"
    ),
    BrokenModel(
      "<PathPoint name=\"flexor-P2\">",
      "<Station name=\"m\"/> <PathPoint name=\"flexor-P2\">",
      "97: error: Station \"m\" of DeGrooteFregly2016Muscle \"flexor\" is a kind of path point that is not supported; replace it by one of: PathPoint, ConditionalPathPoint, MovingPathPoint"
    ),
    BrokenModel(
      "<DeGrooteFregly2016Muscle name=\"flexor\">",
      "<SpringGeneralizedForce name=\"spring\"/>\n          <DeGrooteFregly2016Muscle name=\"flexor\">",
      "89: error: SpringGeneralizedForce \"spring\" is a kind of force that is not supported; delete it, set its <appliesForce> to false, or use one of: Thelen2003Muscle, DeGrooteFregly2016Muscle, Millard2012EquilibriumMuscle"
    ),
    BrokenModel(
      "<max_isometric_force>500</max_isometric_force>",
      "<max_isometric_force>0</max_isometric_force>",
      "108: error: <max_isometric_force> of DeGrooteFregly2016Muscle \"flexor\" is 0.0; write one number [N], more than zero"
    ),
    BrokenModel(
      "<tendon_slack_length>0.2</tendon_slack_length>",
      "<tendon_slack_length>-0.2</tendon_slack_length>",
      "110: error: <tendon_slack_length> of DeGrooteFregly2016Muscle \"flexor\" is -0.2; write one number [m], more than zero"
    ),
    BrokenModel(
      "<pennation_angle_at_optimal>0.1<",
      "<pennation_angle_at_optimal>10<",
      "111: error: <pennation_angle_at_optimal> of DeGrooteFregly2016Muscle \"flexor\" is 10.0; write an angle below pi/2 in radians"
    ),
    BrokenModel(
      "<fiber_damping>0.01<",
      "<fiber_damping>-0.01<",
      "114: error: <fiber_damping> of DeGrooteFregly2016Muscle \"flexor\" is -0.01; write one number [1], zero or more"
    ),
    BrokenModel(
      "<PathPoint name=\"flexor-P2\">",
      "<PathPoint name=\"flexor-P1\">",
      "97: error: the path point name \"flexor-P1\" is already taken on line 93; rename one of the two"
    ),
    BrokenModel(
      "<location>0.01 -0.05 0</location>",
      "<location>0.01 -0.05 O</location>",
      "103: error: <location> of PathPoint \"flexor-P3\" is \"0.01 -0.05 O\"; write 3 numbers [m]"),
    BrokenModel(
      "</PathPointSet>\n          ",
      "</PathPointSet>\n              <PathWrapSet><objects><PathWrap name=\"w\"/></objects></PathWrapSet>\n",
      "107: error: PathWrap \"w\" has no <wrap_object>; add <wrap_object>...</wrap_object> with a wrap object's name"
    ),
    BrokenModel(
      "<BodySet name=\"bodyset\">",
      "<!DOCTYPE a>\n<BodySet name=\"bodyset\">",
      "9: error: the file declares a document type; delete the <!DOCTYPE ...> declaration, OpenSim files have none"
    ),
    BrokenModel(
      "<ForceSet name=\"forceset\">",
      "      <ConstraintSet><objects><WeldConstraint name=\"c\"/></objects></ConstraintSet>\n<ForceSet name=\"forceset\">",
      "87: error: WeldConstraint \"c\": only CoordinateCouplerConstraint is supported; delete it, or set its <isEnforced> to false"
    ),
  ]

  @Test("each fault is one line with place and remedy", arguments: broken)
  func message(of fault: BrokenModel) throws {
    let parts = smallModel.components(separatedBy: fault.piece)
    try #require(parts.count >= 2, "the piece must occur")
    let text = parts.joined(separator: fault.replacement)
    let error = #expect(throws: OpenSimError.self) {
      try OpenSimReader.read(text: text, path: "m.osim")
    }
    #expect(error?.description == "m.osim:" + fault.message)
  }

  @Test("a hinge with nothing but massless bodies is refused")
  func masslessHinge() {
    let text =
      smallModel
      .replacingOccurrences(of: "<mass>1.5</mass>", with: "<mass>0</mass>")
      .replacingOccurrences(of: "0.01 0.002 0.011 0 0 0", with: "0 0 0 0 0 0")
    // locked, the elbow needs no mass
    #expect(throws: Never.self) { try OpenSimReader.read(text: text, path: "m.osim") }
    let error = #expect(throws: OpenSimError.self) {
      try OpenSimReader.read(
        text: text.replacingOccurrences(of: "<locked>true</locked>", with: ""), path: "m.osim")
    }
    #expect(
      error?.description
        == "m.osim:34: error: CustomJoint \"elbow\" moves bodies without mass; "
        + "give \"lower\" a mass, or lock the coordinate")
  }

  @Test("a file that is not there")
  func missingFile() {
    let error = #expect(throws: OpenSimError.self) {
      try OpenSimReader.read(path: "no/such/model.osim")
    }
    #expect(
      error?.description
        == "no/such/model.osim: error: the model file cannot be read; "
        + "check that it exists and that you may read it")
  }
}
