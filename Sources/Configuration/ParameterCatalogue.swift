internal import Identification
internal import Musculoskeletal

/// The unknowns that a session may free, by name.
struct ParameterCatalogue {
  /// One unknown: its name, what it moves, and the value it starts from.
  struct Entry {
    var name: String
    var targets: [Quantity]
    /// The value at theta zero [its unit].
    var base: Double
    /// The documented prior standard deviation; nil where the session must state one [1, or its unit].
    var defaultDeviation: Double?

    /// What its prior's standard deviation must be given as.
    var deviation: ExpectedQuantity? {
      if targets[0].isLogarithmic { return .fraction }
      switch targets[0].unit {
      case "rad": return .angle
      case "m": return .length
      case "s": return .duration
      default: return nil
      }
    }
  }

  /// The unknowns, muscles first, in model order.
  var entries: [Entry] = []

  /// Everything that can be freed of `model` with these groups and channels.
  init(model: ModelDescription, groups: [MuscleGroup], emg: [EMGAssignment], shapeFactor: Double) {
    for muscle in model.muscles.indices {
      let name = model.muscles[muscle].name
      if let group = groups.first(where: { $0.muscles.contains(muscle) }) {
        // a group takes the place of its first member
        guard group.muscles.min() == muscle else { continue }
        add(group.name, muscles: group.muscles, of: model)
      } else {
        add(name, muscles: [muscle], of: model)
      }
    }
    let moving = Self.movingBodies(of: model)
    for body in model.bodies.indices where moving[body] && !model.bodies[body].isWorn {
      add(model.bodies[body], index: body)
    }
    for (index, coordinate) in Skeleton(model).modelCoordinates.enumerated() {
      let name = "coordinate/\(model.coordinates[coordinate].name)/"
      let joint = JointParameters(model.coordinates[coordinate])
      let bases: [(Quantity.CoordinateProperty, Double)] = [
        (.damping, joint.damping), (.stiffness, joint.stiffness), (.restAngle, joint.restAngle),
        (.limitTorque, joint.limitTorque), (.limitAngle, joint.rangeMaximum), (.offset, 0),
      ]
      for (property, base) in bases {
        let target = Quantity.coordinate(index, property)
        // a factor on zero changes nothing, and a spring without stiffness rests everywhere
        if target.isLogarithmic, base == 0 { continue }
        if property == .restAngle, joint.stiffness == 0 { continue }
        if property == .limitAngle, joint.limitTorque == 0 { continue }
        entries.append(Entry(name: name + property.rawValue, targets: [target], base: base))
      }
    }
    entries.append(Entry(name: "model/tilt", targets: [.tilt], base: 0))
    for (index, signal) in emg.enumerated() {
      let bases: [(Quantity.ChannelProperty, Double)] = [
        (.gain, 1), (.shapeFactor, shapeFactor), (.delay, 0),
      ]
      for (property, base) in bases {
        entries.append(
          Entry(
            name: "emg/\(signal.name)/\(property.rawValue)", targets: [.emg(index, property)],
            base: base))
      }
    }
  }

  /// Every kind of name there is, for messages.
  static var kinds: [String] {
    Quantity.MuscleProperty.allCases.map { "muscle/*/\($0.rawValue)" }
      + Quantity.BodyProperty.allCases.map { "body/*/\($0.rawValue)" }
      + DistributionProperty.allCases.map { "body/*/distribution/\($0.rawValue)" }
      + Quantity.CoordinateProperty.allCases.map { "coordinate/*/\($0.rawValue)" } + ["model/tilt"]
      + Quantity.ChannelProperty.allCases.map { "emg/*/\($0.rawValue)" }
  }

  /// The entries whose names `pattern` matches; `*` stands for any part of one part of a name.
  func matches(_ pattern: String) -> [Entry] {
    entries.filter { Self.matches(pattern, name: $0.name) }
  }

  private mutating func add(_ name: String, muscles: [Int], of model: ModelDescription) {
    for property in Quantity.MuscleProperty.allCases {
      let values = muscles.map { MuscleParameters(model.muscles[$0])[property] }
      // a factor on zero changes nothing
      if Quantity.muscle(0, property).isLogarithmic, !values.allSatisfy({ $0 > 0 }) { continue }
      entries.append(
        Entry(
          name: "muscle/\(name)/\(property.rawValue)",
          targets: muscles.map { .muscle($0, property) },
          base: property == .maxIsometricForce ? values.reduce(0, +) : values[0]))
    }
  }

  private mutating func add(_ body: BodyDescription, index: Int) {
    let name = "body/\(body.name)/"
    if body.mass > 0 {
      entries.append(
        Entry(name: name + "mass", targets: [.body(index, .mass)], base: body.mass))
      if body.massCenter != .zero {
        entries.append(
          Entry(name: name + "mass_center", targets: [.body(index, .massCenter)], base: 1))
      }
    }
    if body.momentsOfInertia != .zero {
      entries.append(Entry(name: name + "inertia", targets: [.body(index, .inertia)], base: 1))
    }
    // a body without mass, or flat, has no distribution in space
    guard let distribution = LogCholesky(RigidBodyInertia(body)) else { return }
    for property in DistributionProperty.allCases {
      entries.append(
        Entry(
          name: "\(name)distribution/\(property.rawValue)",
          targets: [.distribution(index, property)], base: property.value(in: distribution),
          defaultDeviation: property.priorDeviation(of: distribution)))
    }
  }

  /// True for each body that some free coordinate moves (bodyCount).
  private static func movingBodies(of model: ModelDescription) -> [Bool] {
    var moving = Array(repeating: false, count: model.bodies.count)
    for joint in model.joints {
      var moves = joint.parent.map { moving[$0] } ?? false
      if joint.motion.axes.contains(where: { axis in
        axis.motion.coordinate.map { !model.coordinates[$0].isLocked } ?? false
      }) {
        moves = true
      }
      moving[joint.child] = moves
    }
    return moving
  }

  /// True when `pattern` matches `name`, part by part.
  static func matches(_ pattern: String, name: String) -> Bool {
    let patterns = pattern.split(separator: "/", omittingEmptySubsequences: false)
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard patterns.count == parts.count else { return false }
    return zip(patterns, parts).allSatisfy { part($0, matches: $1) }
  }

  private static func part(_ pattern: Substring, matches part: Substring) -> Bool {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard pieces.count > 1, let first = pieces.first, let last = pieces.last else {
      return pattern == part
    }
    guard part.count >= first.count + last.count, part.hasPrefix(first), part.hasSuffix(last) else {
      return false
    }
    // the pieces between the ends are found from left to right
    var rest = part.dropFirst(first.count).dropLast(last.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
