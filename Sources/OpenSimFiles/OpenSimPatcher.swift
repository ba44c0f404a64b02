public import Foundation
internal import Musculoskeletal

/// A parameter's identified value.
public struct ParameterAssignment: Hashable, Sendable {
  /// The parameter: `muscle/BIClong/max_isometric_force`, `body/r_humerus/mass`.
  public var name: String
  /// The value; of a body's `mass_center` and `inertia` the factor on the file's numbers [SI].
  public var value: Double
  /// The names of the parameters that move together under this one; none when it is itself alone.
  public var members: [String]

  /// The parameter `name` has this value [the parameter's unit].
  public init(name: String, value: Double, members: [String] = []) {
    self.name = name
    self.value = value
    self.members = members
  }
}

/// A model file with new numbers.
public struct PatchedModel: Hashable, Sendable {
  /// A number that was written.
  public struct Change: Hashable, Sendable {
    /// The parameter it belongs to.
    public var parameter: String
    /// Line of the original file where it stands, or whose element got a line more [1].
    public var line: Int
    /// The new number [the file's unit].
    public var value: Double
    /// True when the file left it to OpenSim's default and has a line more now.
    public var isInserted: Bool
  }

  /// A parameter that the file has no place for.
  public struct Leftover: Hashable, Sendable {
    /// The parameter.
    public var parameter: String
    /// Why it has no place.
    public var reason: String
  }

  /// The bytes of the new file.
  public var contents: Data
  /// What differs from the original, in the order of the assignments.
  public var changes: [Change]
  /// What could not be written.
  public var leftovers: [Leftover]
}

/// Writes identified numbers into the text of a model file and leaves every other byte as it is.
///
/// Numbers are written in the shortest form that reads back as the same double. A property that the
/// file leaves to OpenSim's default is added as one line at the end of its element, indented as its
/// neighbours are. The new text is read again and must say what was asked for.
public struct OpenSimPatcher {
  private let path: String
  private let bytes: [UInt8]
  private let model: ModelDescription
  private let places: ParameterPlaces

  /// A patcher of the model file with these bytes; `path` is what messages call it.
  public init(contents: Data, path: String) throws(OpenSimError) {
    self.path = path
    bytes = Array(contents)
    // forces and constraints that are not supported stay in the text as they are
    model = try OpenSimReader.read(
      contents: contents, path: path, ignoringUnsupported: true
    ).model
    places = try ParameterPlaces(try OpenSimReader.modelElement(of: contents, path: path))
  }

  /// The file with the values of `assignments`.
  public func patched(_ assignments: [ParameterAssignment]) throws(OpenSimError) -> PatchedModel {
    var edits = TextEdits(bytes)
    var changes: [PatchedModel.Change] = []
    var leftovers: [PatchedModel.Leftover] = []
    var seen: Set<String> = []
    var wanted: [(parameter: String, index: Int, number: Double)] = []
    for assignment in assignments {
      guard assignment.value.isFinite else {
        throw error("the value of \(quoted(assignment.name)) is no number", "identify it again")
      }
      for single in try singles(of: assignment) {
        guard seen.insert(single.name).inserted else {
          throw error("\(quoted(single.name)) has two values", "leave one in the result")
        }
        let (places, effect, reason) = try self.places(of: single.name, in: self.places)
        if places.isEmpty {
          leftovers.append(PatchedModel.Leftover(parameter: assignment.name, reason: reason))
          continue
        }
        for (index, place) in places.enumerated() {
          let number =
            effect == .replaces ? single.value : try current(place) * single.value
          wanted.append((single.name, index, number))
          let isInserted = try place.property() == nil
          guard let line = try edits.write(number, at: place) else { continue }
          changes.append(
            PatchedModel.Change(
              parameter: single.name, line: line, value: number, isInserted: isInserted))
        }
      }
    }

    // what was written must read back as the same doubles
    let result = Data(edits.result)
    _ = try OpenSimReader.read(contents: result, path: path, ignoringUnsupported: true)
    let after = try ParameterPlaces(try OpenSimReader.modelElement(of: result, path: path))
    for (parameter, index, number) in wanted {
      let place = try self.places(of: parameter, in: after).places[index]
      guard try current(place) == number else {
        throw error(
          "\(place.words) would not read back as \(shortestText(number))",
          "send us the file, this is a fault of the program")
      }
    }
    return PatchedModel(contents: result, changes: changes, leftovers: leftovers)
  }

  /// A group's members with their own values: all move by the same factor, pennation angles by the same angle.
  ///
  /// The group's value is the sum of its members' maximum isometric forces, and the first member's
  /// value of everything else. What is a factor itself is the same for all.
  private func singles(
    of assignment: ParameterAssignment
  ) throws(OpenSimError) -> [ParameterAssignment] {
    guard !assignment.members.isEmpty else { return [assignment] }
    let property = assignment.name.split(separator: "/").last.map(String.init) ?? ""
    if assignment.name.hasPrefix("body/"), property == "mass_center" || property == "inertia" {
      return assignment.members.map { ParameterAssignment(name: $0, value: assignment.value) }
    }
    var bases: [Double] = []
    for member in assignment.members { bases.append(try base(of: member)) }
    if property == "pennation_angle_at_optimal" {
      return zip(assignment.members, bases).map {
        ParameterAssignment(name: $0, value: $1 + assignment.value - bases[0])
      }
    }
    let isSum = assignment.name.hasSuffix("/max_isometric_force")
    let whole = isSum ? bases.reduce(0, +) : bases[0]
    let factor = assignment.value / whole
    return zip(assignment.members, bases).map {
      ParameterAssignment(name: $0, value: $1 * factor)
    }
  }

  /// The model's own value of a muscle's parameter, or a body's mass [its unit].
  private func base(of parameter: String) throws(OpenSimError) -> Double {
    let parts = parameter.split(separator: "/").map(String.init)
    if parts.count == 3, parts[0] == "body", parts[2] == "mass" {
      guard let body = model.bodies.first(where: { $0.name == parts[1] }) else {
        throw unknown(parameter, among: places.bodyNames)
      }
      return body.mass
    }
    guard parts.count == 3, parts[0] == "muscle",
      let muscle = model.muscles.first(where: { $0.name == parts[1] })
    else { throw unknown(parameter, among: places.muscleNames) }
    let numbers = MuscleParameters(muscle)
    switch parts[2] {
    case "max_isometric_force": return muscle.maxIsometricForce
    case "optimal_fiber_length": return muscle.optimalFiberLength
    case "tendon_slack_length": return muscle.tendonSlackLength
    case "max_contraction_velocity": return muscle.maxContractionVelocity
    case "pennation_angle_at_optimal": return muscle.pennationAngleAtOptimal
    case "tendon_strain_at_one_norm_force": return numbers.tendonStrainAtOneNormForce
    case "fiber_damping": return muscle.fiberDamping
    case "activation_time_constant": return muscle.activationTimeConstant
    case "deactivation_time_constant": return muscle.deactivationTimeConstant
    default: throw error("\(quoted(parameter)) moves in no group", "give it a value of its own")
    }
  }

  private func places(
    of parameter: String, in places: ParameterPlaces
  ) throws(OpenSimError) -> (
    places: [NumberPlace], effect: ParameterPlaces.Effect, reason: String
  ) {
    let parts = parameter.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3 else { return ([], .replaces, "a model file has no place for it") }
    switch parts[0] {
    case "muscle":
      guard let found = places.muscle(parts[1], parts[2]) else {
        throw unknown(parameter, among: places.muscleNames)
      }
      return (found, .replaces, "this kind of muscle has no such property")
    case "body":
      guard let found = try places.body(parts[1], parts[2]) else {
        throw unknown(parameter, among: places.bodyNames)
      }
      return (found.places, found.effect, "a Body has no such property")
    case "coordinate": return ([], .replaces, "OpenSim's Coordinate has no such property")
    case "emg": return ([], .replaces, "it belongs to the electrodes, not to the model")
    case "exoskeleton": return ([], .replaces, "a worn device is no part of the model")
    case "payload": return ([], .replaces, "it belongs to the recording, not to the model")
    default: return ([], .replaces, "a model file has no place for it")
    }
  }

  /// The number that stands at `place`.
  private func current(_ place: NumberPlace) throws(OpenSimError) -> Double {
    var element = place.owner
    for tag in place.path.dropLast() {
      element = try element.requiredProperty(tag, holding: "its properties")
    }
    return try element.numbers(
      place.path[place.path.count - 1], count: place.count, unit: "SI")[place.index]
  }

  private func unknown(_ parameter: String, among names: [String]) -> OpenSimError {
    let parts = parameter.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let asked = parts.count > 1 ? parts[1] : parameter
    return error(
      "the model has no \(parts[0]) for the parameter \(quoted(parameter))",
      spellingSuggestion(for: asked, among: names).map { "did you mean \(quoted($0))?" }
        ?? "give the model that the result was identified with; it has: \(listed(names))")
  }

  private func error(_ message: String, _ remedy: String) -> OpenSimError {
    OpenSimError(file: path, line: 1, message: message, remedy: remedy)
  }
}
