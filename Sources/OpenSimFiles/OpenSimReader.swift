internal import Foundation
public import Musculoskeletal

/// Reads an OpenSim model file (`.osim`, format 4.x, and 3.x where it says the same things).
///
/// What is read: bodies, WeldJoint, PinJoint and CustomJoint with one rotation, coordinates, muscles
/// on via points, gravity and credits. What would change the motion and is not supported is an error,
/// never skipped; what only decorates (geometry, markers, controllers, probes) is skipped.
public enum OpenSimReader {
  /// The model in the file at `path`.
  public static func read(path: String) throws(OpenSimError) -> ModelDescription {
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw OpenSimError(
        file: path, line: 0, message: "the model file cannot be read",
        remedy: "check that it exists and that you may read it")
    }
    return try read(contents: contents, path: path)
  }

  /// The model in `text`; `path` is what messages call the file.
  public static func read(text: String, path: String) throws(OpenSimError) -> ModelDescription {
    try read(contents: Data(text.utf8), path: path)
  }

  /// The model in the bytes of a file; `path` is what messages call the file.
  static func read(contents: Data, path: String) throws(OpenSimError) -> ModelDescription {
    let root = try OpenSimElement.root(of: contents, file: path)
    guard let model = root.tag == "Model" ? root : try root.property("Model") else {
      throw root.error(
        "the file holds no Model", remedy: "give the .osim file of a model, not of a setup")
    }
    try requireSupportedUnits(model)
    try requireNothingElseActs(model)

    let bodyElements = try bodyElements(of: model)
    let jointElements = try jointElements(of: model, bodies: bodyElements)
    try requireUniqueNames(jointElements.map(\.element), kind: "joint")
    let directory = try FrameDirectory(
      bodyNames: bodyElements.compactMap(\.name), joints: jointElements.map(\.element))

    var bodies: [BodyDescription] = []
    for element in bodyElements { bodies.append(try BodyDescription(element)) }
    var readings: [JointReading] = []
    for (element, owner) in jointElements {
      readings.append(try JointReading(element, ownerBody: owner, directory: directory))
    }
    let coordinateElements = readings.compactMap { $0.hinge?.coordinate }
    try requireUniqueNames(coordinateElements, kind: "coordinate")
    let ordered = try orderedJoints(readings, bodies: bodyElements)
    try requireMovingMass(ordered, bodies: bodies)
    var coordinates: [CoordinateDescription] = []
    for element in coordinateElements { coordinates.append(try CoordinateDescription(element)) }
    var joints: [JointDescription] = []
    for (joint, child) in ordered {
      let motion: JointDescription.Motion =
        if let hinge = joint.hinge,
          let index = coordinateElements.firstIndex(where: { $0.name == hinge.coordinate.name })
        {
          .hinge(axis: hinge.axis, coordinate: index)
        } else {
          .weld
        }
      joints.append(
        JointDescription(
          name: try joint.element.requiredName(), parent: joint.parent.body, child: child,
          frameInParent: joint.parent.placement, frameInChild: joint.child.placement,
          motion: motion))
    }
    return ModelDescription(
      name: model.name ?? "", credits: try model.property("credits")?.trimmed ?? "",
      gravity: try model.vector("gravity", unit: "m/s^2"), bodies: bodies,
      coordinates: coordinates, joints: joints,
      muscles: try muscles(of: model, directory: directory))
  }

  private static func bodyElements(
    of model: OpenSimElement
  ) throws(OpenSimError) -> [OpenSimElement] {
    let hasGround = try model.property("Ground") != nil
    var bodies: [OpenSimElement] = []
    for element in try model.objects(ofSet: "BodySet") {
      guard element.tag == "Body" else {
        throw element.error(
          "\(element.label) stands in the BodySet and is no Body", remedy: "delete or move it")
      }
      if element.name == "ground" {
        // format 3.x lists the ground among the bodies
        guard hasGround else { continue }
        throw element.error(
          "the body name \"ground\" is already taken by <Ground>", remedy: "rename the body")
      }
      bodies.append(element)
    }
    try requireUniqueNames(bodies, kind: "body")
    guard !bodies.isEmpty else {
      throw model.error("\(model.label) has no Body", remedy: "add a BodySet with a Body")
    }
    return bodies
  }

  /// The joints in file order; those nested in a body (format 3.x) with that body's name.
  private static func jointElements(
    of model: OpenSimElement, bodies: [OpenSimElement]
  ) throws(OpenSimError) -> [(element: OpenSimElement, owner: String?)] {
    var joints: [(element: OpenSimElement, owner: String?)] = []
    for body in bodies {
      for joint in try body.property("Joint")?.children ?? [] { joints.append((joint, body.name)) }
    }
    for joint in try model.objects(ofSet: "JointSet") { joints.append((joint, nil)) }
    return joints
  }

  private static func muscles(
    of model: OpenSimElement, directory: FrameDirectory
  ) throws(OpenSimError) -> [MuscleDescription] {
    let defaults = try model.property("defaults")
    var elements: [OpenSimElement] = []
    for element in try model.objects(ofSet: "ForceSet") {
      guard try acts(element) else { continue }
      guard MuscleDescription.supportedTags.contains(element.tag) else {
        throw element.error(
          "\(element.label) is a kind of force that is not supported",
          remedy: "delete it, set its <appliesForce> to false, or use one of: "
            + MuscleDescription.supportedTags.joined(separator: ", "))
      }
      elements.append(element.filled(from: try defaults?.property(element.tag)))
    }
    try requireUniqueNames(elements, kind: "muscle")
    var muscles: [MuscleDescription] = []
    for element in elements {
      muscles.append(try MuscleDescription(element, directory: directory))
    }
    return muscles
  }

  /// False when the file says that the force does nothing.
  private static func acts(_ force: OpenSimElement) throws(OpenSimError) -> Bool {
    let applies = try force.truth("appliesForce", fallback: true)
    let isDisabled = try force.truth("isDisabled", fallback: false)
    return applies && !isDisabled
  }

  private static func requireSupportedUnits(_ model: OpenSimElement) throws(OpenSimError) {
    for (tag, unit, spellings) in [
      ("length_units", "meters", ["meters", "metres", "m"]),
      ("force_units", "N", ["n", "newtons", "newton"]),
    ] {
      guard let property = try model.property(tag) else { continue }
      guard spellings.contains(property.trimmed.lowercased()) else {
        throw property.error(
          "<\(tag)> of \(model.label) is \(quoted(property.trimmed))",
          remedy: "convert the model to SI units and write \(unit)")
      }
    }
  }

  /// Constraints and loose components change the motion, and nothing here would heed them.
  private static func requireNothingElseActs(_ model: OpenSimElement) throws(OpenSimError) {
    for constraint in try model.objects(ofSet: "ConstraintSet") {
      let isEnforced = try constraint.truth("isEnforced", fallback: true)
      let isDisabled = try constraint.truth("isDisabled", fallback: false)
      if isEnforced && !isDisabled {
        throw constraint.error(
          "\(constraint.label): constraints are not supported",
          remedy: "delete it, or set its <isEnforced> to false")
      }
    }
    for set in ["ComponentSet", "components"] {
      let elements =
        try set == "components"
        ? model.property(set)?.children ?? [] : model.objects(ofSet: set)
      if let component = elements.first {
        throw component.error(
          "\(component.label): loose components are not supported", remedy: "delete it")
      }
    }
  }
}
