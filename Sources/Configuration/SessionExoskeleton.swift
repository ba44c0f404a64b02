internal import Identification
public import Musculoskeletal
internal import OpenSimFiles

/// An exoskeleton whose parts move with the limb and whose joints rub.
public struct ExoskeletonConfiguration: Hashable, Sendable {
  /// Its parts and joints.
  public var device: WornDevice
  /// How well the mass of a part is known, and its inertia with it, as a part of it [1].
  public var massDeviation = 0.02
  /// False for a device without motors, which gives no torque of its own.
  public var isDriven = true

  /// The masses of its parts, which are never known exactly, in the model that wears it.
  func nuisances(of model: ModelDescription) -> [FreeParameter] {
    guard massDeviation > 0 else { return [] }
    return model.bodies.indices.filter { model.bodies[$0].isWorn && model.bodies[$0].mass > 0 }.map
    {
      var parameter = FreeParameter(
        name: "exoskeleton/\(model.bodies[$0].name)/mass",
        targets: [.body($0, .mass), .body($0, .inertia)], base: model.bodies[$0].mass,
        priorDeviation: massDeviation)
      parameter.isOfDevice = true
      return parameter
    }
  }
}

extension SessionConfiguration {
  /// True when a device is worn that gives torque to the limb.
  public var isExoskeletonWorn: Bool {
    feed?.isExoskeletonWorn == true || exoskeleton?.isDriven == true
  }
}

extension SessionReading {
  /// What the subject wears; nil without the section.
  func exoskeleton(_ section: ConfigurationNode?) -> ExoskeletonConfiguration? {
    guard let section else { return nil }
    section.allow("mass_sd", "motors", "parts", "joints")
    var segments: [WornDevice.Segment] = []
    for item in section.optional("parts")?.items("a list of { name: ..., body: ..., mass: ... }")
      ?? []
    where item.isMapping {
      guard let part = part(item) else { continue }
      if segments.contains(where: { $0.body.name == part.body.name }) {
        item.report(
          "the exoskeleton already has a part \(quoted(part.body.name))",
          remedy: "rename one of the two")
      }
      segments.append(part)
    }
    var frictions: [WornDevice.Friction] = []
    for (name, place, node) in section.section("joints")?.entries ?? [] where node.isMapping {
      node.allow("damping", "coulomb_friction", "coulomb_speed")
      let damping = node.quantity("damping", .damping, .notNegative)
      let dry = node.quantity("coulomb_friction", .torque, .notNegative)
      let speed = node.quantity("coulomb_speed", .angularRate, .positive)
      guard let model,
        let coordinate = index(
          of: name, place, in: model.coordinates.map(\.name), kind: "coordinate")
      else { continue }
      frictions.append(
        WornDevice.Friction(
          coordinate: coordinate, damping: damping ?? 0, coulombFriction: dry ?? 0,
          coulombSpeed: speed ?? 0.05))
    }
    var exoskeleton = ExoskeletonConfiguration(
      device: WornDevice(segments: segments, frictions: frictions))
    if let deviation = section.quantity("mass_sd", .fraction, .notNegative) {
      exoskeleton.massDeviation = deviation
    }
    if let motors = section.optional("motors")?.choice(TrueOrFalse.self) {
      exoskeleton.isDriven = motors == .true
    }
    return exoskeleton
  }

  /// A part of the device; nil after a report.
  private func part(_ item: ConfigurationNode) -> WornDevice.Segment? {
    item.allow("name", "body", "mass", "mass_center", "inertia")
    let name = item.required("name", "a name for the part")?.text("a name for the part")
    let wanted = "the name of the body that the part is strapped to"
    let bodyNode = item.required("body", wanted)
    let mass = item.required("mass", "0.6 kg")?.quantity(.mass, .positive)
    let center = vector(
      item.required("mass_center", "[0 m, -0.1 m, 0 m]"), .length, .any,
      "three lengths in the body's frame, as in [0 m, -0.1 m, 0 m]")
    let inertia = vector(
      item.optional("inertia"), .inertia, .notNegative,
      "three moments about the mass center, as in [0.002 kg*m^2, 0.001 kg*m^2, 0.002 kg*m^2]")
    guard let name, let mass, let center, let model, let bodyNode,
      let carrier = bodyNode.text(wanted).flatMap({
        index(of: $0, bodyNode, in: model.bodies.map(\.name), kind: "body")
      })
    else { return nil }
    if name.contains("/") || name.contains("*") || model.bodies.contains(where: { $0.name == name })
    {
      item.report(
        "the part's name \(quoted(name)) is a body's or holds '/' or '*'", remedy: "rename it")
      return nil
    }
    let moments = inertia ?? .zero
    let largest = max(moments.x, moments.y, moments.z)
    if 2 * largest > (moments.x + moments.y + moments.z) * (1 + 1e-9) {
      item.optional("inertia")?.report(
        "no body has one moment of inertia larger than the other two together",
        remedy: "check the numbers and their order, xx, yy, zz")
      return nil
    }
    return WornDevice.Segment(
      body: BodyDescription(name: name, mass: mass, massCenter: center, momentsOfInertia: moments),
      carrier: carrier, placement: Placement())
  }

  private func vector(
    _ node: ConfigurationNode?, _ expected: ExpectedQuantity, _ range: QuantityRange,
    _ wanted: String
  ) -> Vector3? {
    let numbers = (node?.items(wanted, count: 3) ?? []).compactMap { $0.quantity(expected, range) }
    return numbers.count == 3 ? Vector3(numbers[0], numbers[1], numbers[2]) : nil
  }
}
