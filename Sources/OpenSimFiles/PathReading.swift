internal import Musculoskeletal

/// Reads the paths of a model's muscles.
struct PathReading {
  /// Where points may be fixed.
  let frames: FrameDirectory
  /// What may drive them.
  let coordinates: CoordinateDirectory
  /// What they may lie on.
  let wraps: WrapDirectory

  /// The tags that are read as path points.
  static let pointTags = ["PathPoint", "ConditionalPathPoint", "MovingPathPoint"]

  /// The points of `path`, a GeometryPath of `muscle`.
  func points(
    of path: OpenSimElement, muscle: OpenSimElement
  ) throws(OpenSimError) -> [PathPoint] {
    let elements = try path.objects(ofSet: "PathPointSet")
    try requireUniqueNames(elements, kind: "path point")
    var points: [PathPoint] = []
    for element in elements {
      let point = try point(element, muscle: muscle)
      if let last = points.last, last.motion == .fixed, point.motion == .fixed,
        last.body == point.body, last.location == point.location
      {
        throw element.error(
          "\(element.label) of \(muscle.label) lies on the point before it", remedy: "delete it")
      }
      points.append(point)
    }
    guard points.count >= 2 else {
      throw path.error(
        "the path of \(muscle.label) has \(points.count) points",
        remedy: "give it an origin and an insertion at the least")
    }
    return points
  }

  private func point(
    _ element: OpenSimElement, muscle: OpenSimElement
  ) throws(OpenSimError) -> PathPoint {
    guard Self.pointTags.contains(element.tag) else {
      throw element.error(
        "\(element.label) of \(muscle.label) is a kind of path point that is not supported",
        remedy: "replace it by one of: \(Self.pointTags.joined(separator: ", "))")
    }
    let isOldFormat = try element.property("body") != nil
    let socket = try element.requiredProperty(
      isOldFormat ? "body" : "socket_parent_frame", holding: "/bodyset/NAME or /ground")
    let frame = try frames.frame(of: socket)
    let name = try element.requiredName()
    guard element.tag == "MovingPathPoint" else {
      let location = try element.vector("location", unit: "m", fallback: .zero)
      let place =
        frame.placement == Placement() ? location : frame.placement.apply(location)
      return PathPoint(
        name: name, body: frame.body, location: place,
        motion: element.tag == "PathPoint" ? .fixed : try condition(of: element))
    }
    var point = PathPoint(
      name: name, body: frame.body, location: frame.placement.translation,
      motion: .moving(
        x: try component("x", of: element), y: try component("y", of: element),
        z: try component("z", of: element)))
    point.axes = frame.placement.rotation
    return point
  }

  /// When a ConditionalPathPoint is on the path.
  private func condition(of element: OpenSimElement) throws(OpenSimError) -> PathPoint.Motion {
    let tag = try element.property("socket_coordinate") == nil ? "coordinate" : "socket_coordinate"
    let socket = try element.requiredProperty(tag, holding: "the name of a coordinate")
    let coordinate = try coordinates.index(socket.trimmed, of: socket)
    let range = try element.numbers("range", count: 2, unit: "rad")
    guard range[0] <= range[1] else {
      throw element.place(of: "range").error(
        "<range> of \(element.label) is empty", remedy: "write the smaller number first")
    }
    return .conditional(coordinate: coordinate, range: range[0]...range[1])
  }

  /// The x, y or z of a MovingPathPoint.
  private func component(
    _ axis: String, of element: OpenSimElement
  ) throws(OpenSimError) -> DrivenValue {
    let place = try element.requiredProperty("\(axis)_location", holding: "one function")
    guard place.children.count == 1 else {
      throw place.error(
        "<\(place.tag)> of \(element.label) has \(place.children.count) functions",
        remedy: "give it one function")
    }
    let function = try CoordinateFunction(
      place.children[0], of: "<\(place.tag)> of \(element.label)")
    if case .constant = function { return DrivenValue(coordinate: nil, function: function) }
    let tag =
      try element.property("socket_\(axis)_coordinate") == nil
      ? "\(axis)_coordinate" : "socket_\(axis)_coordinate"
    let socket = try element.requiredProperty(tag, holding: "the name of a coordinate")
    return DrivenValue(
      coordinate: try coordinates.index(socket.trimmed, of: socket), function: function)
  }

  // MARK: wrapping

  /// What `path`, which has `pointCount` points, may lie on.
  func wraps(
    of path: OpenSimElement, pointCount: Int, muscle: OpenSimElement
  ) throws(OpenSimError) -> [PathWrap] {
    var wraps: [PathWrap] = []
    for element in try path.objects(ofSet: "PathWrapSet") {
      guard element.tag == "PathWrap" else {
        throw element.error(
          "\(element.label) stands in the PathWrapSet of \(muscle.label) and is no PathWrap",
          remedy: "delete it")
      }
      let socket = try element.requiredProperty("wrap_object", holding: "a wrap object's name")
      guard let object = try self.wraps.index(socket) else { continue }
      wraps.append(
        PathWrap(
          name: element.name ?? "", wrapObject: object, method: try method(of: element),
          range: try range(of: element, pointCount: pointCount, muscle: muscle)))
    }
    return wraps
  }

  private func method(of element: OpenSimElement) throws(OpenSimError) -> PathWrap.Method {
    guard let property = try element.property("method") else { return .hybrid }
    let text = property.trimmed.lowercased()
    if text.isEmpty || text == "unassigned" { return .hybrid }
    guard let method = PathWrap.Method(rawValue: text) else {
      throw property.error(
        "<method> of \(element.label) is \(quoted(property.trimmed))",
        remedy: "write hybrid, midpoint or axial")
    }
    return method
  }

  /// OpenSim counts points from one, and -1 is open.
  private func range(
    of element: OpenSimElement, pointCount: Int, muscle: OpenSimElement
  ) throws(OpenSimError) -> ClosedRange<Int>? {
    let ends = try element.numbers("range", count: 2, unit: "1", fallback: [-1, -1])
    if ends[0] < 1, ends[1] < 1 { return nil }
    let first = ends[0] < 1 ? 1 : ends[0]
    let last = ends[1] < 1 ? Double(pointCount) : ends[1]
    guard first.rounded() == first, last.rounded() == last, first < last,
      last <= Double(pointCount)
    else {
      throw element.place(of: "range").error(
        "<range> of \(element.label) of \(muscle.label) holds no stretch of its path",
        remedy: "write two of the points 1 to \(pointCount), the smaller first, -1 for the end")
    }
    return Int(first) - 1...Int(last) - 1
  }

  // MARK: polynomial paths

  /// The length that `path`, a FunctionBasedPath of `muscle`, states.
  func polynomial(
    _ path: OpenSimElement, muscle: OpenSimElement, leniency: inout Leniency
  ) throws(OpenSimError) -> FunctionBasedPath {
    let sockets = try path.requiredProperty("coordinate_paths", holding: "paths of coordinates")
    var indices: [Int] = []
    for word in sockets.trimmed.split(whereSeparator: \.isWhitespace) {
      indices.append(try coordinates.index(String(word), of: sockets))
    }
    guard (1...10).contains(indices.count), Set(indices).count == indices.count else {
      throw sockets.error(
        "the path of \(muscle.label) follows \(indices.count) coordinates",
        remedy: "name 1 to 10 different ones")
    }
    // OpenSim would take them instead of the length's own derivatives
    for tag in ["moment_arm_functions", "lengthening_speed_function"] {
      guard let own = try path.property(tag), !own.children.isEmpty else { continue }
      try leniency.refuse(
        own.error(
          "<\(tag)> of \(muscle.label) is not supported",
          remedy: "delete it, the derivatives of the length stand in for it"))
    }
    let holder = try path.requiredProperty(
      "length_function", holding: "a MultivariatePolynomialFunction")
    guard holder.children.count == 1, holder.children[0].tag == "MultivariatePolynomialFunction"
    else {
      throw holder.error(
        "the length of \(muscle.label) is no MultivariatePolynomialFunction",
        remedy: "fit its path again with polynomials")
    }
    let function = holder.children[0]
    let order = try function.number("order", unit: "1", range: .notNegative)
    let dimension = try function.number("dimension", unit: "1")
    guard dimension == Double(indices.count) else {
      throw function.place(of: "dimension").error(
        "<dimension> of the length of \(muscle.label) is not the number of its coordinates",
        remedy: "write \(indices.count)")
    }
    guard order.rounded() == order, order <= 20 else {
      throw function.place(of: "order").error(
        "<order> of the length of \(muscle.label) is \(order)",
        remedy: "write a whole number from 0 to 20")
    }
    let coefficients = try function.numberList("coefficients", unit: "m/rad^power")
    // (order + dimension) over dimension; whole at every step, and small within the limits above
    let needed = (1...indices.count).reduce(1) { $0 * (Int(order) + $1) / $1 }
    guard coefficients.count == needed else {
      throw function.place(of: "coefficients").error(
        "the length of \(muscle.label) has \(coefficients.count) coefficients",
        remedy: "order \(Int(order)) of \(indices.count) coordinates has \(needed)")
    }
    return FunctionBasedPath(
      coordinates: indices, order: Int(order), coefficients: coefficients)
  }
}
