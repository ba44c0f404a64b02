internal import Musculoskeletal

extension WrapObjectDescription {
  /// The object that `element`, which stands in `frame`, states; nil when it is of an unknown kind.
  init?(_ element: OpenSimElement, frame: FixedFrame) throws(OpenSimError) {
    let shape: Shape
    switch element.tag {
    case "WrapCylinder":
      shape = .cylinder(
        radius: try element.number("radius", unit: "m", range: .positive),
        length: try element.number("length", unit: "m", range: .positive))
    case "WrapSphere":
      shape = .sphere(radius: try element.number("radius", unit: "m", range: .positive))
    case "WrapEllipsoid":
      let radii = try element.numbers("dimensions", count: 3, unit: "m", range: .positive)
      shape = .ellipsoid(radii: Vector3(radii[0], radii[1], radii[2]))
    case "WrapTorus":
      shape = .torus(
        innerRadius: try element.number("inner_radius", unit: "m", range: .positive),
        outerRadius: try element.number("outer_radius", unit: "m", range: .positive))
    default:
      return nil
    }
    let own = Placement(
      rotation: Rotation(
        bodyFixedXYZ: try element.vector("xyz_body_rotation", unit: "rad", fallback: .zero)),
      translation: try element.vector("translation", unit: "m", fallback: .zero))
    self.init(
      name: try element.requiredName(), body: frame.body,
      placement: frame.placement == Placement() ? own : frame.placement * own, shape: shape,
      quadrant: try Self.quadrant(of: element),
      isActive: try element.truth("active", fallback: true))
  }

  private static func quadrant(of element: OpenSimElement) throws(OpenSimError) -> Quadrant {
    guard let property = try element.property("quadrant") else { return .all }
    let text = property.trimmed.lowercased()
    if text.isEmpty || text == "unassigned" { return .all }
    let spelled = ["x", "y", "z"].contains(text) ? "+" + text : text
    guard let quadrant = Quadrant(rawValue: spelled) else {
      throw property.error(
        "<quadrant> of \(element.label) is \(quoted(property.trimmed))",
        remedy: "write all, +x, -x, +y, -y, +z or -z")
    }
    return quadrant
  }
}

/// The surfaces of a model, by name.
struct WrapDirectory {
  /// What is read, in OpenSim's order: the ground's first, then those of the bodies.
  private(set) var objects: [WrapObjectDescription] = []
  private var indices: [String: Int] = [:]
  private var unread: Set<String> = []

  /// The surfaces in the `WrapObjectSet` of these frames.
  init(
    _ frames: [(element: OpenSimElement, frame: FixedFrame)], leniency: inout Leniency
  ) throws(OpenSimError) {
    for (owner, frame) in frames {
      for element in try owner.objects(ofSet: "WrapObjectSet") {
        let name = try element.requiredName()
        guard let object = try WrapObjectDescription(element, frame: frame) else {
          unread.insert(name)
          try leniency.refuse(
            element.error(
              "\(element.label) of \(owner.label) is a kind of wrap object that is not supported",
              remedy: "replace it by a WrapCylinder, WrapSphere, WrapEllipsoid or WrapTorus"))
          continue
        }
        // OpenSim takes the first of a name
        if indices[name] == nil { indices[name] = objects.count }
        objects.append(object)
      }
    }
  }

  /// The object that `socket` names; nil when it was left out with leave.
  func index(_ socket: OpenSimElement) throws(OpenSimError) -> Int? {
    let name = socket.trimmed.split(separator: "/").last.map(String.init) ?? ""
    if let index = indices[name] { return index }
    if unread.contains(name) { return nil }
    let suggestion = spellingSuggestion(for: name, among: objects.map(\.name))
    throw socket.error(
      "<wrap_object> is \(quoted(socket.trimmed)), and no wrap object is called so",
      remedy: suggestion.map { "did you mean \(quoted($0))?" }
        ?? "write one of: \(listed(objects.map(\.name)))")
  }
}
