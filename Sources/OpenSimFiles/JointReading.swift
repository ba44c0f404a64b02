internal import Musculoskeletal

/// A joint as its element states it, before joints are put in order.
struct JointReading {
  /// One step of its motion, whose coordinate is still an element of this joint.
  struct Axis {
    /// What the axis does.
    var kind: JointAxis.Kind
    /// Unit vector [1].
    var axis: Vector3
    /// The coordinate that drives it (index into the joint's); nil is a constant.
    var coordinate: Int?
    /// The function of it.
    var function: CoordinateFunction
  }

  /// The element, for messages.
  var element: OpenSimElement
  /// Where the joint frame sits in the parent.
  var parent: FixedFrame
  /// Where the joint frame sits in the child.
  var child: FixedFrame
  /// Its coordinates, in file order.
  var coordinates: [OpenSimElement]
  /// The steps of its motion, in chain order.
  var axes: [Axis]

  /// Reads a joint of format 4.x, or of 3.x when `ownerBody` is the body that it is nested in.
  init(
    _ element: OpenSimElement, ownerBody: String?, directory: FrameDirectory
  ) throws(OpenSimError) {
    self.element = element
    (parent, child) = try Self.frames(of: element, ownerBody: ownerBody, directory: directory)
    if try element.truth("reverse", fallback: false) {
      throw element.error(
        "\(element.label) is reversed, which is not supported",
        remedy: "swap parent and child and delete <reverse>")
    }
    coordinates = try Self.coordinates(of: element)
    for coordinate in coordinates where coordinate.tag != "Coordinate" {
      throw coordinate.error(
        "\(coordinate.label) stands among the coordinates of \(element.label)",
        remedy: "delete it")
    }
    if element.tag == "CustomJoint" {
      axes = try transformAxes(of: element, coordinates: coordinates)
      try requireEveryCoordinateMoves()
      return
    }
    guard let plan = Self.plainJoints[element.tag] else {
      let isBall = ["BallJoint", "FreeJoint"].contains(element.tag)
      throw element.error(
        isBall
          ? "\(element.label) turns by a quaternion, which is not supported"
          : "\(element.label) is a kind of joint that is not supported",
        remedy: isBall
          ? "use a CustomJoint with six axes"
          : "replace it by one of: CustomJoint, "
            + Self.plainJoints.keys.sorted().joined(separator: ", "))
    }
    let needed = Set(plan.map(\.coordinate)).count
    guard coordinates.count == needed else {
      throw element.error(
        "\(element.label) has \(coordinates.count) coordinates",
        remedy: "a \(element.tag) has \(needed)")
    }
    axes = plan.map {
      Axis(kind: $0.kind, axis: $0.axis, coordinate: $0.coordinate, function: .identity)
    }
  }

  /// The joints that need no transform: their steps in chain order and the coordinate of each.
  private static let plainJoints:
    [String: [(kind: JointAxis.Kind, axis: Vector3, coordinate: Int)]] = {
      let (x, y, z) = (Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1))
      return [
        "WeldJoint": [],
        "PinJoint": [(.rotation, z, 0)],
        "SliderJoint": [(.translation, x, 0)],
        "UniversalJoint": [(.rotation, x, 0), (.rotation, y, 1)],
        "GimbalJoint": [(.rotation, x, 0), (.rotation, y, 1), (.rotation, z, 2)],
        "PlanarJoint": [(.translation, x, 1), (.translation, y, 2), (.rotation, z, 0)],
      ]
    }()

  /// True for each coordinate whose values are lengths (the joint's coordinate count).
  func areTranslational() throws(OpenSimError) -> [Bool] {
    var answers: [Bool] = []
    for index in coordinates.indices {
      switch try coordinates[index].property("motion_type")?.trimmed.lowercased() {
      case "rotational": answers.append(false)
      case "translational": answers.append(true)
      default:
        let kinds = axes.filter { $0.coordinate == index }.map(\.kind)
        answers.append(!kinds.isEmpty && kinds.allSatisfy { $0 == .translation })
      }
    }
    return answers
  }

  /// The elements of a joint's coordinates, in either format.
  private static func coordinates(of joint: OpenSimElement) throws(OpenSimError) -> [OpenSimElement]
  {
    if let list = try joint.property("coordinates") { return list.children }
    return try joint.objects(ofSet: "CoordinateSet")
  }

  private static func frames(
    of element: OpenSimElement, ownerBody: String?, directory: FrameDirectory
  ) throws(OpenSimError) -> (FixedFrame, FixedFrame) {
    guard let ownerBody else {
      let name = try element.requiredName()
      let holding = "the name of one of the joint's frames"
      let parent = try element.requiredProperty("socket_parent_frame", holding: holding)
      let child = try element.requiredProperty("socket_child_frame", holding: holding)
      return (
        try directory.frame(of: parent, joint: name), try directory.frame(of: child, joint: name)
      )
    }
    let parent = try element.requiredProperty("parent_body", holding: "the name of a body")
    func placement(_ suffix: String) throws(OpenSimError) -> Placement {
      Placement(
        rotation: Rotation(
          bodyFixedXYZ: try element.vector("orientation" + suffix, unit: "rad", fallback: .zero)),
        translation: try element.vector("location" + suffix, unit: "m", fallback: .zero))
    }
    return (
      FixedFrame(body: try directory.body(of: parent), placement: try placement("_in_parent")),
      FixedFrame(
        body: directory.bodyNames.firstIndex(of: ownerBody), placement: try placement(""))
    )
  }

  /// A coordinate that moves nothing would have no inertia.
  private func requireEveryCoordinateMoves() throws(OpenSimError) {
    for (index, coordinate) in coordinates.enumerated()
    where !axes.contains(where: { $0.coordinate == index }) {
      if try coordinate.truth("locked", fallback: false) { continue }
      throw element.place(of: "SpatialTransform").error(
        "no axis of \(element.label) follows \(coordinate.label)",
        remedy: "give one axis a LinearFunction with coefficients 1 0, or lock the coordinate")
    }
  }
}
