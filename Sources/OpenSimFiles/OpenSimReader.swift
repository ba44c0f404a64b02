public import Foundation
public import Musculoskeletal

/// Reads an OpenSim model file (`.osim`, formats 3.x and 4.x).
///
/// What is read: bodies, joints, coordinates and the couplers between them, muscles with their paths
/// and wrap objects, gravity and credits. What would change the motion and is not supported is an
/// error, or a remark on request; what only decorates (geometry, markers, probes) is skipped.
public enum OpenSimReader {
  /// Bodies in a model at most [1].
  static let bodyLimit = 2_000
  /// Coordinates in a model at most; mass matrices and derivatives grow with the square [1].
  static let coordinateLimit = 500

  /// The model in the file at `path`.
  public static func read(path: String) throws(OpenSimError) -> ModelDescription {
    try read(path: path, ignoringUnsupported: false).model
  }

  /// The model in `text`; `path` is what messages call the file.
  public static func read(text: String, path: String) throws(OpenSimError) -> ModelDescription {
    try read(contents: Data(text.utf8), path: path, ignoringUnsupported: false).model
  }

  /// The model in the file at `path`, and what of it was left out.
  ///
  /// `ignoringUnsupported`: leaves out forces, constraints, loose components and wrap objects
  /// of kinds that are not supported, and says so, instead of failing.
  public static func read(
    path: String, ignoringUnsupported: Bool
  ) throws(OpenSimError) -> OpenSimReading {
    try read(
      contents: try contents(of: path), path: path, ignoringUnsupported: ignoringUnsupported)
  }

  /// The bytes of the file at `path`.
  public static func contents(of path: String) throws(OpenSimError) -> Data {
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw OpenSimError(
        file: path, line: 0, message: "the model file cannot be read",
        remedy: "check that it exists and that you may read it")
    }
    return contents
  }

  /// The model in the bytes of a file, and what of it was left out; `path` is what messages call it.
  public static func read(
    contents: Data, path: String, ignoringUnsupported: Bool
  ) throws(OpenSimError) -> OpenSimReading {
    let model = try modelElement(of: contents, path: path)
    var leniency = Leniency(ignoresUnsupported: ignoringUnsupported)
    try requireSupportedUnits(model)
    try skipDecoration(of: model, leniency: &leniency)

    // the skeleton
    let bodyElements = try bodyElements(of: model)
    let groundElement = try groundElement(of: model)
    let jointElements = try jointElements(of: model, bodies: bodyElements)
    try requireUniqueNames(jointElements.map(\.element), kind: "joint")
    let frames = try FrameDirectory(
      bodies: bodyElements, joints: jointElements.map(\.element), ground: groundElement,
      model: model)
    var bodies: [BodyDescription] = []
    for element in bodyElements { bodies.append(try BodyDescription(element)) }
    var readings: [JointReading] = []
    for (element, owner) in jointElements {
      readings.append(try JointReading(element, ownerBody: owner, directory: frames))
    }
    let coordinateElements = readings.flatMap(\.coordinates)
    try requireUniqueNames(coordinateElements, kind: "coordinate")
    guard coordinateElements.count <= coordinateLimit else {
      throw coordinateElements[coordinateLimit].error(
        "\(model.label) has \(coordinateElements.count) coordinates",
        remedy: "leave \(coordinateLimit) at most")
    }
    let directory = CoordinateDirectory(coordinateElements.compactMap(\.name))
    let ordered = try orderedJoints(readings, bodies: bodyElements)
    var coordinates: [CoordinateDescription] = []
    for reading in readings {
      for (element, isTranslational) in zip(reading.coordinates, try reading.areTranslational()) {
        coordinates.append(try CoordinateDescription(element, isTranslational: isTranslational))
      }
    }
    try readCouplings(
      of: model, into: &coordinates, directory: directory, leniency: &leniency)
    try requireMovingMass(
      ordered, bodies: bodies, coordinates: coordinates, directory: directory)

    // what pulls on it
    let wraps = try wrapDirectory(
      ground: groundElement, bodies: bodyElements, frames: frames, leniency: &leniency)
    let paths = PathReading(frames: frames, coordinates: directory, wraps: wraps)
    var description = ModelDescription(
      name: model.name ?? "", credits: try model.property("credits")?.trimmed ?? "",
      gravity: try model.vector(
        "gravity", unit: "m/s^2", fallback: Vector3(0, -9.80665, 0)), bodies: bodies,
      coordinates: coordinates, joints: try joints(ordered, directory: directory),
      muscles: try muscles(of: model, paths: paths, leniency: &leniency))
    description.wrapObjects = wraps.objects
    return OpenSimReading(model: description, omitted: leniency.omitted)
  }

  /// The Model element of a file of a supported format.
  static func modelElement(of contents: Data, path: String) throws(OpenSimError) -> OpenSimElement {
    let root = try MarkupParser.root(of: contents, file: path)
    guard let model = root.tag == "Model" ? root : try root.property("Model") else {
      throw root.error(
        "the file holds no Model", remedy: "give the .osim file of a model, not of a setup")
    }
    if let version = root.version, let number = Int(version), number < 30000 {
      throw root.error(
        "the file has format \(number), which is older than OpenSim 3",
        remedy: "open the model in OpenSim and save it again")
    }
    return model
  }

  // MARK: elements

  /// The bodies of `model`; format 3.x lists the ground among them, which is left out.
  static func bodyElements(of model: OpenSimElement) throws(OpenSimError) -> [OpenSimElement] {
    let hasGround = try model.property("Ground") != nil
    var bodies: [OpenSimElement] = []
    for element in try model.objects(ofSet: "BodySet") {
      guard element.tag == "Body" else {
        throw element.error(
          "\(element.label) stands in the BodySet and is no Body", remedy: "delete or move it")
      }
      if element.name == "ground" {
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
    guard bodies.count <= bodyLimit else {
      throw bodies[bodyLimit].error(
        "\(model.label) has \(bodies.count) bodies", remedy: "leave \(bodyLimit) at most")
    }
    return bodies
  }

  private static func groundElement(
    of model: OpenSimElement
  ) throws(OpenSimError) -> OpenSimElement? {
    if let ground = try model.property("Ground") { return ground }
    return try model.objects(ofSet: "BodySet").first { $0.name == "ground" }
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

  private static func joints(
    _ ordered: [(joint: JointReading, child: Int)], directory: CoordinateDirectory
  ) throws(OpenSimError) -> [JointDescription] {
    var joints: [JointDescription] = []
    for (joint, child) in ordered {
      var axes: [JointAxis] = []
      for axis in joint.axes {
        var coordinate: Int?
        if let own = axis.coordinate {
          let element = joint.coordinates[own]
          coordinate = try directory.index(element.requiredName(), of: element)
        }
        axes.append(
          JointAxis(
            kind: axis.kind, axis: axis.axis,
            motion: DrivenValue(coordinate: coordinate, function: axis.function)))
      }
      joints.append(
        JointDescription(
          name: try joint.element.requiredName(), parent: joint.parent.body, child: child,
          frameInParent: joint.parent.placement, frameInChild: joint.child.placement,
          motion: JointDescription.Motion(axes: axes)))
    }
    return joints
  }

  private static func wrapDirectory(
    ground: OpenSimElement?, bodies: [OpenSimElement], frames: FrameDirectory,
    leniency: inout Leniency
  ) throws(OpenSimError) -> WrapDirectory {
    var places: [(element: OpenSimElement, frame: FixedFrame)] = []
    if let ground { places.append((ground, FixedFrame(body: nil))) }
    for (index, body) in bodies.enumerated() { places.append((body, FixedFrame(body: index))) }
    return try WrapDirectory(places + frames.offsetFrames, leniency: &leniency)
  }

  // MARK: forces

  /// The elements of the muscles that act.
  static func muscleElements(of model: OpenSimElement) throws(OpenSimError) -> [OpenSimElement] {
    var elements: [OpenSimElement] = []
    for element in try model.objects(ofSet: "ForceSet")
    where MuscleDescription.supportedTags.contains(element.tag) {
      if try acts(element) { elements.append(element) }
    }
    return elements
  }

  private static func muscles(
    of model: OpenSimElement, paths: PathReading, leniency: inout Leniency
  ) throws(OpenSimError) -> [MuscleDescription] {
    let defaults = try model.property("defaults")
    for element in try model.objects(ofSet: "ForceSet") {
      guard try acts(element) else { continue }
      if MuscleDescription.supportedTags.contains(element.tag) { continue }
      if element.tag == "CoordinateActuator" {
        leniency.skip(element, "\(element.label) does nothing without a control")
        continue
      }
      try leniency.refuse(
        element.error(
          "\(element.label) is a kind of force that is not supported",
          remedy: "delete it, set its <appliesForce> to false, or use one of: "
            + MuscleDescription.supportedTags.joined(separator: ", ")))
    }
    let elements = try muscleElements(of: model)
    try requireUniqueNames(elements, kind: "muscle")
    var muscles: [MuscleDescription] = []
    for element in elements {
      muscles.append(
        try MuscleDescription(
          element.filled(from: try defaults?.property(element.tag)), paths: paths,
          leniency: &leniency))
    }
    return muscles
  }

  /// False when the file says that the force does nothing.
  private static func acts(_ force: OpenSimElement) throws(OpenSimError) -> Bool {
    let applies = try force.truth("appliesForce", fallback: true)
    let isDisabled = try force.truth("isDisabled", fallback: false)
    return applies && !isDisabled
  }
}

extension OpenSimReader {
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

  /// Sets that move nothing are noted; loose components may change the motion.
  private static func skipDecoration(
    of model: OpenSimElement, leniency: inout Leniency
  ) throws(OpenSimError) {
    for (set, words) in [
      ("MarkerSet", "markers"), ("ControllerSet", "controllers"), ("ProbeSet", "probes"),
      ("ContactGeometrySet", "contact surfaces"), ("AnalysisSet", "analyses"),
    ] {
      let count = try model.objects(ofSet: set).count
      guard count > 0, let element = try model.property(set) else { continue }
      leniency.skip(element, "\(count) \(words)")
    }
    var loose = try model.objects(ofSet: "ComponentSet")
    loose += try model.property("components")?.children ?? []
    for component in loose where component.tag != "PhysicalOffsetFrame" {
      try leniency.refuse(
        component.error(
          "\(component.label): loose components are not supported", remedy: "delete it"))
    }
  }
}
