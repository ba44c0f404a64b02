internal import Musculoskeletal

/// A joint as its element states it, before joints are put in order.
struct JointReading {
  /// The element, for messages.
  var element: OpenSimElement
  /// Where the joint frame sits in the parent.
  var parent: FixedFrame
  /// Where the joint frame sits in the child.
  var child: FixedFrame
  /// The element of its coordinate and the hinge's unit axis in the joint frame [1]; nil is a weld.
  var hinge: (coordinate: OpenSimElement, axis: Vector3)?

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
    switch element.tag {
    case "WeldJoint":
      hinge = nil
    case "PinJoint":
      hinge = (try Self.onlyCoordinate(of: element), Vector3(0, 0, 1))
    case "CustomJoint":
      let coordinate = try Self.onlyCoordinate(of: element)
      hinge = (coordinate, try Self.axis(of: element, coordinate: coordinate))
    default:
      throw element.error(
        "\(element.label) is a kind of joint that is not supported",
        remedy: "replace it by a PinJoint, a WeldJoint or a CustomJoint with one rotation")
    }
  }

  /// The elements of a joint's coordinates, in either format.
  static func coordinates(of joint: OpenSimElement) throws(OpenSimError) -> [OpenSimElement] {
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

  private static func onlyCoordinate(
    of element: OpenSimElement
  ) throws(OpenSimError) -> OpenSimElement {
    let coordinates = try coordinates(of: element)
    guard coordinates.count == 1, coordinates[0].tag == "Coordinate" else {
      throw element.error(
        "\(element.label) has \(coordinates.count) coordinates, and only one is supported",
        remedy: "split it into a chain of joints with one Coordinate each")
    }
    return coordinates[0]
  }

  /// The unit axis of the only moving rotation of a CustomJoint [1].
  private static func axis(
    of element: OpenSimElement, coordinate: OpenSimElement
  ) throws(OpenSimError) -> Vector3 {
    let transform = try element.requiredProperty("SpatialTransform", holding: "one moving rotation")
    var moving: Vector3?
    for axis in transform.children {
      guard axis.tag == "TransformAxis", let name = axis.name,
        ["rotation", "translation"].contains(name.dropLast()),
        ["1", "2", "3"].contains(name.suffix(1))
      else {
        throw axis.error(
          "\(axis.label) does not belong in the SpatialTransform of \(element.label)",
          remedy: "use TransformAxis elements named rotation1 to 3 and translation1 to 3")
      }
      guard try isMoving(axis, joint: element, coordinate: coordinate) else { continue }
      guard name.hasPrefix("rotation") else {
        throw axis.error(
          "\(axis.label) of \(element.label) moves, and sliding joints are not supported",
          remedy: "make it Constant 0, or replace the joint by a PinJoint")
      }
      guard moving == nil else {
        throw axis.error(
          "\(axis.label) is the second moving axis of \(element.label), and only one is supported",
          remedy: "make it Constant 0, or split the joint into a chain of joints")
      }
      let direction = try axis.vector("axis", unit: "1")
      let length = direction.norm
      guard length > 1e-9, length.isFinite else {
        throw axis.error(
          "<axis> of \(axis.label) of \(element.label) has no direction",
          remedy: "write a vector that is not zero")
      }
      moving = direction / length
    }
    guard let moving else {
      throw transform.error(
        "no rotation of \(element.label) follows \(coordinate.label)",
        remedy: "give one rotation a LinearFunction with coefficients 1 0, or use a WeldJoint")
    }
    return moving
  }

  /// True when the axis follows the coordinate one to one, false when it stays at zero.
  private static func isMoving(
    _ axis: OpenSimElement, joint: OpenSimElement, coordinate: OpenSimElement
  ) throws(OpenSimError) -> Bool {
    let driver = try axis.property("coordinates")?.trimmed ?? ""
    guard driver.isEmpty || driver == coordinate.name else {
      throw axis.error(
        "\(axis.label) of \(joint.label) follows \(quoted(driver))",
        remedy: "let it follow \(quoted(coordinate.name ?? "")), the joint's only coordinate")
    }
    let isNested = try axis.property("function") != nil
    let functions =
      try axis.property("function")?.children
      ?? axis.children.filter { !["coordinates", "axis"].contains($0.tag) }
    guard functions.count == 1 else {
      if functions.isEmpty, driver.isEmpty { return false }
      throw axis.error(
        "\(axis.label) of \(joint.label) has \(functions.count) functions",
        remedy:
          "give it one \(isNested ? "function in <function>" : "function"): LinearFunction or Constant"
      )
    }
    let function = functions[0]
    switch function.tag {
    case "LinearFunction":
      let coefficients = try function.numbers("coefficients", count: 2, unit: "1")
      guard coefficients == [1, 0] else {
        let remedy =
          coefficients == [-1, 0]
          ? "write 1 0 and reverse <axis>" : "write 1 0 and move the offset to <default_value>"
        throw function.error(
          "the LinearFunction of \(axis.label) of \(joint.label) is not the coordinate itself",
          remedy: remedy)
      }
      guard !driver.isEmpty else {
        throw axis.error(
          "\(axis.label) of \(joint.label) has a LinearFunction but no coordinate",
          remedy: "name \(quoted(coordinate.name ?? "")) in its <coordinates>")
      }
      return true
    case "Constant":
      guard try function.number("value", unit: "rad or m") == 0 else {
        throw function.error(
          "\(axis.label) of \(joint.label) is held away from zero",
          remedy: "write 0 and put the offset into the joint's frames")
      }
      return false
    default:
      throw function.error(
        "\(axis.label) of \(joint.label) follows a \(function.tag), which is not supported",
        remedy: "replace it by a LinearFunction 1 0 or a Constant 0")
    }
  }
}

extension CoordinateDescription {
  /// The coordinate that an OpenSim `Coordinate` element states; the file knows no damping.
  init(_ element: OpenSimElement) throws(OpenSimError) {
    let range = try element.numbers("range", count: 2, unit: "rad")
    if range[0] >= range[1] {
      throw element.place(of: "range").error(
        "<range> of \(element.label) is empty", remedy: "write the smaller angle first")
    }
    if try element.truth("prescribed", fallback: false) {
      throw element.error(
        "\(element.label) is prescribed, which is not supported",
        remedy: "set <prescribed> to false, or lock the coordinate")
    }
    self.init(
      name: try element.requiredName(),
      defaultValue: try element.number("default_value", unit: "rad", fallback: 0),
      rangeMinimum: range[0], rangeMaximum: range[1],
      isLocked: try element.truth("locked", fallback: false))
  }
}
