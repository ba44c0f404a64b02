internal import Musculoskeletal
internal import OpenSimFiles
internal import Signals

extension SessionReading {
  /// The inertial units on the subject, in file order; faulty ones are left out.
  func inertialUnits(_ section: ConfigurationNode?) -> [InertialAssignment] {
    guard let items = section?.optional("inertial")?.items("a list of inertial units") else {
      return []
    }
    var units: [InertialAssignment] = []
    for item in items where item.isMapping {
      item.allow(
        "name", "source", "body", "orientation", "gyroscope", "accelerometer", "magnetometer")
      let name = item.required("name", "a name for angles to refer to")?.text("a name")
      let source = item.required("source", "the name of a source").flatMap { self.source(at: $0) }
      let bodyNode = item.required("body", "the body that it is strapped to")
      let body = bodyNode?.text("the name of a body").flatMap { name in
        model.flatMap { index(of: name, bodyNode ?? item, in: $0.bodies.map(\.name), kind: "body") }
      }
      func labels(_ key: String, _ count: Int, _ units: [String]) -> [String]? {
        guard let node = item.optional(key),
          let nodes = node.items("\(count) channels of the source", count: count)
        else { return nil }
        let labels = nodes.compactMap { $0.text("a channel") }
        guard labels.count == count, let source,
          zip(labels, nodes).allSatisfy({ isChannel($0, of: source, at: $1, units: units) })
        else { return nil }
        return labels
      }
      let orientation = labels("orientation", 4, ["1"])
      let gyroscope = labels("gyroscope", 3, ["rad/s"])
      let accelerometer = labels("accelerometer", 3, ["m/s^2"])
      let magnetometer = labels("magnetometer", 3, ["1"])
      let hasOrientation = item.optional("orientation") != nil
      if !hasOrientation,
        item.optional("gyroscope") == nil || item.optional("accelerometer") == nil
      {
        item.report(
          "\(item.keyPath) has no way to tell how it is turned",
          remedy: "add \"orientation\", or \"gyroscope\" and \"accelerometer\"")
      } else if hasOrientation, let unused = item.optional("magnetometer") {
        unused.report(
          "\(item.keyPath) has an orientation of its own and a magnetometer",
          remedy: "delete \"magnetometer\"; or \"orientation\", to have it made of the other three")
      }
      guard let name, let source, let body else { continue }
      guard !units.contains(where: { $0.name == name }) else {
        item.optional("name")?.report(
          "the inertial unit \(quoted(name)) is already there", remedy: "rename one of the two")
        continue
      }
      units.append(
        InertialAssignment(
          name: name, source: source, body: body, orientation: orientation, gyroscope: gyroscope,
          accelerometer: accelerometer, magnetometer: magnetometer))
    }
    return units
  }

  /// The source that `node` names.
  private func source(at node: ConfigurationNode) -> Int? {
    guard let name = node.text("the name of a source") else { return nil }
    if let index = sources.firstIndex(where: { $0.name == name }) { return index }
    if sourcesAreSound {
      let names = sources.map(\.name)
      let suggestion = spellingSuggestion(for: name, among: names)
      node.report(
        "there is no source \(quoted(name))",
        remedy: suggestion.map { "did you mean \(quoted($0))?" } ?? "there are: \(listed(names))")
    }
    return nil
  }

  /// A joint between the units that `item` names: the only coordinate that turns one against the other.
  func inertialJoint(
    _ item: ConfigurationNode, coordinate: Int, name: String, units: [InertialAssignment]
  ) -> AngleAssignment.Sensor? {
    let wanted = "the unit beyond the joint, or [BEFORE, BEYOND]"
    guard let node = item.optional("inertial"), let model else { return nil }
    let nodes = node.isList ? node.items(wanted) ?? [] : [node]
    guard (1...2).contains(nodes.count) else {
      node.report("\(node.keyPath) has \(nodes.count) items", remedy: "write \(wanted)")
      return nil
    }
    var found: [Int] = []
    for node in nodes {
      guard let text = node.text("the name of an inertial unit") else { return nil }
      guard let unit = units.firstIndex(where: { $0.name == text }) else {
        let names = units.map(\.name)
        let suggestion = spellingSuggestion(for: text, among: names)
        node.report(
          "there is no inertial unit \(quoted(text))",
          remedy: suggestion.map { "did you mean \(quoted($0))?" }
            ?? "list it under \"signals: { inertial: [...] }\"")
        return nil
      }
      found.append(unit)
    }
    let second = found[found.count - 1]
    let first = found.count == 2 ? found[0] : nil
    let between = model.turningCoordinates(
      between: first.map { units[$0].body }, and: units[second].body)
    if between != [coordinate] {
      let others = between.subtracting([coordinate]).sorted().map { model.coordinates[$0].name }
      let isMissing = !between.contains(coordinate)
      node.report(
        isMissing
          ? "\(name) does not turn the unit \(quoted(units[second].name))"
            + (first.map { " against \(quoted(units[$0].name))" } ?? "")
          : "beside \(name) these turn the unit too: \(listed(others))",
        remedy: isMissing
          ? "name the unit before the joint first, and the one beyond it"
          : "put a unit on either side of the joint, or lock them")
      return nil
    }
    guard
      let alignment = hingeAlignment(item, name: name, coordinate: coordinate, count: found.count)
    else { return nil }
    return .inertial(first: first, second: second, alignment: alignment)
  }

  /// How the units lie on the segments: as the session says, else as its calibration does.
  private func hingeAlignment(
    _ item: ConfigurationNode, name: String, coordinate: Int, count: Int
  ) -> HingeAlignment? {
    var isShared = false
    if let node = item.optional("heading") {
      guard let choice = node.choice(HeadingChoice.self) else { return nil }
      isShared = choice == .shared
    }
    let poseAngle = pose[coordinate]
    guard let node = item.optional("axes") else {
      var alignment =
        calibration.hinges[name] ?? HingeAlignment(axis: nil, poseAngle: poseAngle)
      alignment.sharesHeading = isShared
      return alignment
    }
    let wanted = "an axis for each unit, as in [[0, 0, 1], [0, 0, 1]]"
    guard let nodes = node.items(wanted, count: count) else { return nil }
    var axes: [SIMD3<Double>] = []
    for node in nodes {
      let numbers =
        node.items("three numbers", count: 3)?.compactMap {
          $0.number("a part of the axis", in: -1000...1000)
        } ?? []
      guard numbers.count == 3 else { return nil }
      let axis = SIMD3(numbers[0], numbers[1], numbers[2])
      guard (axis * axis).sum() > 0 else {
        node.report("\(node.keyPath) has no direction", remedy: "write an axis such as [0, 0, 1]")
        return nil
      }
      axes.append(axis)
    }
    return HingeAlignment(
      axis: axes[count - 1], firstAxis: count == 2 ? axes[0] : nil, poseAngle: poseAngle,
      sharesHeading: isShared)
  }
}

/// Where the heading of two inertial units against each other comes from.
enum HeadingChoice: String, CaseIterable {
  /// From the hinge, whose axis both see.
  case hinge
  /// From magnetometers, which give both one world.
  case shared
}

extension ModelDescription {
  /// The free coordinates that turn body `second` against `first`, nil being the ground.
  func turningCoordinates(between first: Int?, and second: Int?) -> Set<Int> {
    turningCoordinates(of: first).symmetricDifference(turningCoordinates(of: second))
  }

  /// The free coordinates that turn a body against the ground.
  private func turningCoordinates(of body: Int?) -> Set<Int> {
    var found: Set<Int> = []
    var place = body
    while let body = place {
      guard let joint = joints.first(where: { $0.child == body }) else { break }
      for axis in joint.motion.axes where axis.kind == .rotation {
        var next = axis.motion.coordinate
        while let index = next {
          if coordinates[index].isLocked { break }
          guard let coupling = coordinates[index].coupling else {
            found.insert(index)
            break
          }
          next = coupling.coordinate
        }
      }
      place = joint.parent
    }
    return found
  }
}
