internal import Musculoskeletal

/// The moving and held-away axes of a CustomJoint in chain order: translations, then rotations.
///
/// OpenSim slides along axes of the parent's joint frame and turns about body-fixed axes, whatever
/// the order in the file; all axes are normalised.
func transformAxes(
  of joint: OpenSimElement, coordinates: [OpenSimElement]
) throws(OpenSimError) -> [JointReading.Axis] {
  let transform = try joint.requiredProperty(
    "SpatialTransform", holding: "TransformAxis elements")
  let names =
    ["translation1", "translation2", "translation3", "rotation1", "rotation2", "rotation3"]
  var found: [String: JointReading.Axis] = [:]
  var seen: Set<String> = []
  for element in transform.children {
    guard element.tag == "TransformAxis", let name = element.name, names.contains(name) else {
      throw element.error(
        "\(element.label) does not belong in the SpatialTransform of \(joint.label)",
        remedy: "use TransformAxis elements named rotation1 to 3 and translation1 to 3")
    }
    guard seen.insert(name).inserted else {
      throw element.error(
        "\(joint.label) has two axes called \(quoted(name))", remedy: "delete one of them")
    }
    found[name] = try transformAxis(
      element, kind: name.hasPrefix("rotation") ? .rotation : .translation, joint: joint,
      coordinates: coordinates)
  }
  return names.compactMap { found[$0] }
}

/// The axis that a TransformAxis states; nil when it always stays at zero.
private func transformAxis(
  _ element: OpenSimElement, kind: JointAxis.Kind, joint: OpenSimElement,
  coordinates: [OpenSimElement]
) throws(OpenSimError) -> JointReading.Axis? {
  let owner = "\(element.label) of \(joint.label)"
  let drivers = (try element.property("coordinates")?.trimmed ?? "")
    .split(whereSeparator: \.isWhitespace)
  guard drivers.count <= 1 else {
    throw element.place(of: "coordinates").error(
      "\(owner) follows \(drivers.count) coordinates", remedy: "let it follow one")
  }
  let driver = drivers.first.map(String.init)
  let coordinate = coordinates.firstIndex { $0.name == driver }
  if let driver, coordinate == nil {
    let own = coordinates.compactMap(\.name)
    throw element.error(
      "\(owner) follows \(quoted(driver))",
      remedy: own.isEmpty
        ? "the joint has no coordinate, empty its <coordinates>"
        : "let it follow a coordinate of the joint: \(listed(own))")
  }

  let functions =
    try element.property("function")?.children
    ?? element.children.filter { !["coordinates", "axis"].contains($0.tag) }
  guard functions.count == 1 else {
    if functions.isEmpty, driver == nil { return nil }
    throw element.error(
      "\(owner) has \(functions.count) functions",
      remedy: "give it one function: LinearFunction or Constant")
  }
  let function = try CoordinateFunction(functions[0], of: owner)
  var isConstant = false
  if case .constant(let value) = function {
    if value == 0 { return nil }
    isConstant = true
  }
  guard isConstant || coordinate != nil else {
    throw functions[0].error(
      "\(owner) has a \(functions[0].tag) but no coordinate",
      remedy: "name the joint's coordinate in its <coordinates>")
  }
  let direction = try element.vector("axis", unit: "1", fallback: usualAxis(element.name))
  let length = direction.norm
  guard length > 1e-9, length.isFinite else {
    throw element.error(
      "<axis> of \(owner) has no direction", remedy: "write a vector that is not zero")
  }
  return JointReading.Axis(
    kind: kind, axis: direction / length, coordinate: isConstant ? nil : coordinate,
    function: function)
}

/// The axis that OpenSim 4.6 gives a TransformAxis of this name where the file is silent.
private func usualAxis(_ name: String?) -> Vector3 {
  switch name?.last {
  case "2": Vector3(0, 1, 0)
  case "3": Vector3(0, 0, 1)
  default: Vector3(1, 0, 0)
  }
}
