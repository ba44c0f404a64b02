import Foundation
import Musculoskeletal
import OpenSimFiles
import TestSupport
import Testing

/// Faults of the kinds of joint, function, path point, wrap object and constraint; what may be left out.
@Suite("OpenSim errors by kind")
struct OpenSimKindErrorTests {
  static func text() throws -> String {
    try String(
      contentsOf: Facts.folder.appendingPathComponent("kinds.osim"), encoding: .utf8)
  }

  static let broken: [BrokenModel] = [
    BrokenModel(
      "<LinearFunction name=\"function\"><coefficients>-1.5 0.1</coefficients></LinearFunction>",
      "<NaturalCubicSpline name=\"function\"/>",
      "follows a NaturalCubicSpline, which is not supported; replace it by one of: Constant, LinearFunction, PolynomialFunction, SimmSpline, MultiplierFunction"
    ),
    BrokenModel(
      "<x>-1 -0.5 0 0.4 1</x>", "<x>-1 -0.5 -0.5 0.4 1</x>",
      "the x of the SimmSpline of TransformAxis \"rotation3\" of CustomJoint \"custom\" do not ascend; sort them, each once"
    ),
    BrokenModel(
      "<x>-1 -0.5 0 0.4 1</x>", "<x>-1 -0.5 0 1</x>",
      "the SimmSpline of TransformAxis \"rotation3\" of CustomJoint \"custom\" has 4 x and 5 y; give as many x as y, two at least"
    ),
    BrokenModel(
      "<coefficients>-1.5 0.1</coefficients>", "<coefficients>-1.5</coefficients>",
      "the LinearFunction of TransformAxis \"rotation1\" of CustomJoint \"custom\" has 1 coefficients; write two, slope and intercept"
    ),
    BrokenModel(
      "<coordinates>glide</coordinates>", "<coordinates>bend</coordinates>",
      "no axis of CustomJoint \"custom\" follows Coordinate \"glide\"; give one axis a LinearFunction with coefficients 1 0, or lock the coordinate"
    ),
    BrokenModel(
      "<coordinates>glide</coordinates>", "<coordinates>bend glide</coordinates>",
      "TransformAxis \"translation1\" of CustomJoint \"custom\" follows 2 coordinates; let it follow one"
    ),
    BrokenModel(
      "<coordinates>glide</coordinates>", "<coordinates>plane_tx</coordinates>",
      "TransformAxis \"translation1\" of CustomJoint \"custom\" follows \"plane_tx\"; let it follow a coordinate of the joint: bend, follow, glide"
    ),
    BrokenModel(
      "<TransformAxis name=\"translation1\">", "<TransformAxis name=\"translation2\">",
      "CustomJoint \"custom\" has two axes called \"translation2\"; delete one of them"),
    BrokenModel(
      "GimbalJoint", "FreeJoint",
      "FreeJoint \"gimbal\" turns by a quaternion, which is not supported; use a CustomJoint with six axes"
    ),
    BrokenModel(
      "GimbalJoint", "EllipsoidJoint",
      "EllipsoidJoint \"gimbal\" is a kind of joint that is not supported; replace it by one of: CustomJoint, GimbalJoint, PinJoint, PlanarJoint, SliderJoint, UniversalJoint, WeldJoint"
    ),
    BrokenModel(
      "GimbalJoint", "UniversalJoint",
      "UniversalJoint \"gimbal\" has 3 coordinates; a UniversalJoint has 2"),
    BrokenModel(
      "<independent_coordinate_names>cross_2<", "<independent_coordinate_names>follow<",
      "CoordinateCouplerConstraint \"second\" is part of a circle of couplers; let one coordinate of the circle be free"
    ),
    BrokenModel(
      "<dependent_coordinate_name>gimbal_3<", "<dependent_coordinate_name>follow<",
      "CoordinateCouplerConstraint \"second\" determines \"follow\", which CoordinateCouplerConstraint \"first\" does already; delete one of the two"
    ),
    BrokenModel(
      "<dependent_coordinate_name>gimbal_3<", "<dependent_coordinate_name>gimbal_4<",
      "<dependent_coordinate_name> is \"gimbal_4\", and no coordinate is called so; did you mean \"gimbal_1\"?"
    ),
    BrokenModel(
      "<wrap_object>ball<", "<wrap_object>bal<",
      "<wrap_object> is \"bal\", and no wrap object is called so; did you mean \"ball\"?"),
    BrokenModel(
      "<range>2 -1</range>", "<range>2 9</range>",
      "<range> of PathWrap \"w1\" of Thelen2003Muscle \"thelen\" holds no stretch of its path; write two of the points 1 to 4, the smaller first, -1 for the end"
    ),
    BrokenModel(
      "<method>midpoint<", "<method>middle<",
      "<method> of PathWrap \"w1\" is \"middle\"; write hybrid, midpoint or axial"),
    BrokenModel(
      "<quadrant>+y<", "<quadrant>up<",
      "<quadrant> of WrapTorus \"ring\" is \"up\"; write all, +x, -x, +y, -y, +z or -z"),
    BrokenModel(
      "<radius>0.03</radius>", "<radius>0</radius>",
      "<radius> of WrapSphere \"ball\" is 0.0; write one number [m], more than zero"),
    BrokenModel(
      "<range>-0.5 0.7</range>", "<range>0.7 -0.5</range>",
      "<range> of ConditionalPathPoint \"p2\" is empty; write the smaller number first"),
    BrokenModel(
      "<socket_x_coordinate>/jointset/custom/bend<", "<socket_x_coordinate>/jointset/custom/bent<",
      "<socket_x_coordinate> is \"/jointset/custom/bent\", and no coordinate is called so; did you mean \"bend\"?"
    ),
    BrokenModel(
      "<max_isometric_force>500<", "<Vmax>8</Vmax><max_isometric_force>500<",
      "<Vmax> of Thelen2003Muscle \"thelen\" is a name from before OpenSim 3; open the model in OpenSim and save it again"
    ),
    BrokenModel(
      "<strain_at_one_norm_force>0.65<",
      "<strain_at_zero_force>0.7</strain_at_zero_force><strain_at_one_norm_force>0.65<",
      "the strains of FiberForceLengthCurve \"fiber\" are out of order; let the strain at zero force be the smaller one"
    ),
    BrokenModel(
      "Version=\"40500\"", "Version=\"20302\"",
      "the file has format 20302, which is older than OpenSim 3; open the model in OpenSim and save it again"
    ),
  ]

  @Test("each fault is one line with place and remedy", arguments: broken)
  func message(of fault: BrokenModel) throws {
    let text = try Self.text()
    try #require(text.contains(fault.piece), "the piece must occur")
    let error = #expect(throws: OpenSimError.self) {
      try OpenSimReader.read(
        text: text.replacingOccurrences(of: fault.piece, with: fault.replacement), path: "m.osim")
    }
    let words = (error?.message ?? "") + "; " + (error?.remedy ?? "")
    #expect(words.hasSuffix(fault.message), "\(words)")
    #expect((error?.line ?? 0) > 0)
  }

  @Test("what is not supported is left out on request, and said")
  func leniency() throws {
    let text = try Self.text()
      .replacingOccurrences(
        of: "<WrapSphere name=\"ball\">", with: "<WrapDoubleCylinderObst name=\"ball\">"
      )
      .replacingOccurrences(of: "</WrapSphere>", with: "</WrapDoubleCylinderObst>")
      .replacingOccurrences(
        of: "<Thelen2003Muscle name=\"thelen\">",
        with: "<CoordinateLimitForce name=\"limit\"/><Schutte1993Muscle_Deprecated name=\"old\"/>"
          + "<Thelen2003Muscle name=\"thelen\">"
      )
      .replacingOccurrences(
        of: "<CoordinateCouplerConstraint name=\"first\">",
        with: "<PointConstraint name=\"pc\"/><CoordinateCouplerConstraint name=\"first\">"
      )
      .replacingOccurrences(
        of: "<ForceSet name=\"forceset\">",
        with: "<MarkerSet><objects><Marker name=\"m\"/></objects></MarkerSet>"
          + "<ForceSet name=\"forceset\">")
    #expect(throws: OpenSimError.self) { try OpenSimReader.read(text: text, path: "m.osim") }
    let reading = try OpenSimReader.read(
      contents: Data(text.utf8), path: "m.osim", ignoringUnsupported: true)
    let lines = reading.omitted.map(\.description)
    #expect(lines.map { $0.contains("warning: ignored: ") } == [false, true, true, true, true])
    #expect(lines[0].hasSuffix("note: not read: 1 markers"))
    for (line, name) in zip(lines.dropFirst(), ["pc", "ball", "limit", "old"]) {
      #expect(line.hasPrefix("m.osim:") && line.contains("\"\(name)\""))
    }
    // everything else stays
    let model = reading.model
    let whole = try OpenSimReader.read(text: try Self.text(), path: "m.osim")
    #expect(model.muscles.map(\.name) == whole.muscles.map(\.name))
    #expect(model.wrapObjects.map(\.name) == ["ring"])
    #expect(model.muscles[0].wraps.map(\.wrapObject) == [0])
    #expect(model.coordinates == whole.coordinates)
  }

  // MARK: polynomial paths

  /// As OpenSim 4.6 writes it.
  static let polynomial = """
    <FunctionBasedPath name="path">
      <coordinate_paths>/jointset/custom/bend /jointset/plane/plane_rz</coordinate_paths>
      <length_function>
        <MultivariatePolynomialFunction>
          <coefficients>0.3 0.01 0.02 0.03 0.04 0.05</coefficients>
          <dimension>2</dimension>
          <order>2</order>
        </MultivariatePolynomialFunction>
      </length_function>
    </FunctionBasedPath>
    """

  static func withPolynomial(_ polynomial: String) throws -> String {
    let text = try text()
    let muscle = try #require(text.range(of: "<DeGrooteFregly2016Muscle name=\"degroote\">"))
    let end = try #require(
      text.range(of: "</GeometryPath>", range: muscle.upperBound..<text.endIndex))
    return text.replacingCharacters(in: muscle.upperBound..<end.upperBound, with: polynomial)
  }

  @Test("a FunctionBasedPath is a polynomial of coordinates")
  func functionBasedPath() throws {
    let text = try Self.withPolynomial(Self.polynomial)
    let model = try OpenSimReader.read(text: text, path: "m.osim")
    let muscle = try #require(model.muscles.last)
    #expect(muscle.path.isEmpty)
    let names = model.coordinates.map(\.name)
    let expected = FunctionBasedPath(
      coordinates: [names.firstIndex(of: "bend")!, names.firstIndex(of: "plane_rz")!], order: 2,
      coefficients: [0.3, 0.01, 0.02, 0.03, 0.04, 0.05])
    #expect(muscle.lengthFunction == expected)
    for (piece, replacement, words) in [
      ("0.04 0.05<", "0.04<", "has 5 coefficients; order 2 of 2 coordinates has 6"),
      ("<dimension>2<", "<dimension>3<", "is not the number of its coordinates; write 2"),
      ("MultivariatePolynomialFunction", "SimmSpline", "is no MultivariatePolynomialFunction"),
      ("<order>2<", "<order>2e9<", "write a whole number from 0 to 20"),
      (
        "<length_function>",
        "<lengthening_speed_function><Constant/></lengthening_speed_function><length_function>",
        "is not supported; delete it, the derivatives of the length stand in for it"
      ),
    ] {
      let text = text.replacingOccurrences(of: piece, with: replacement)
      let error = #expect(throws: OpenSimError.self) {
        try OpenSimReader.read(text: text, path: "m.osim")
      }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  // MARK: limits

  @Test("deep, long and large files end in a typed error")
  func limits() {
    let deep =
      String(repeating: "<a>", count: 5_000) + String(repeating: "</a>", count: 5_000)
    let long =
      "<Model><defaults>" + String(repeating: "<a/>", count: 400_001) + "</defaults></Model>"
    let many = String(repeating: "1 ", count: 30_000)
    let list = (try? Self.text())?.replacingOccurrences(
      of: "<x>-1 -0.5 0 0.4 1</x>", with: "<x>\(many)</x>")
    for (text, words) in [
      (deep, "elements lie more than 100 deep"), (long, "the file has more than 400000 elements"),
      (list ?? "", "has more than 20000 numbers"),
    ] {
      let error = #expect(throws: OpenSimError.self) {
        try OpenSimReader.read(text: text, path: "m.osim")
      }
      #expect(error?.message.contains(words) == true, "\(error?.description ?? "")")
    }
  }
}
