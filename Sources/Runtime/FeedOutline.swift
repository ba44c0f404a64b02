public import Configuration
internal import ControllerFeed
internal import Foundation
internal import Identification

/// What a controller must be built for to follow a session's feed: the hash and the slots with their limits.
public struct FeedOutline: Sendable {
  private let plan: FeedPlan
  private let configuration: SessionConfiguration

  /// The outline of `configuration`; refused when it has no feed.
  public init(_ configuration: SessionConfiguration) throws(SessionError) {
    let limb = try SessionAssembly.limb(of: configuration)
    let model = LimbEstimationModel(
      limb: limb, parameters: configuration.parameterSet, noise: configuration.noiseModel,
      drives: configuration.drives)
    guard let plan = FeedPlan(configuration, model: model) else {
      throw SessionError(
        .configuration, file: configuration.file, message: "the session feeds nobody",
        remedy: "add a section feed")
    }
    self.plan = plan
    self.configuration = configuration
  }

  /// The hash of names and units, sixteen hexadecimal digits.
  public var schema: String {
    let digits = String(plan.schema.hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// A line a slot.
  public var lines: [String] {
    var lines = ["schema: \(schema)"]
    for (slot, place) in plan.schema.coordinates.enumerated() {
      let limit = plan.limits.torque[slot]
      lines.append(
        "coordinate \(slot): \(place.name), torque up to \(plain(limit)) N*m, "
          + "\(plain(limit / plan.limits.torqueRise)) N*m/s")
    }
    for (slot, place) in plan.schema.parameters.enumerated() {
      let bounds = plan.limits.bounds[slot]
      let rate = plan.limits.parameterRate * (bounds.upperBound - bounds.lowerBound)
      lines.append(
        "parameter \(slot): \(place.name) [\(place.unit)], \(short(bounds.lowerBound)) to "
          + "\(short(bounds.upperBound)), \(short(rate)) a second")
    }
    for (slot, place) in plan.schema.muscles.enumerated() {
      lines.append("muscle \(slot): \(place.name) [\(place.unit)]")
    }
    return lines
  }

  /// The same for programs: one JSON object with sorted keys.
  public var json: String {
    let limits = plan.limits
    let object = OutlineJSON(
      schema: schema, version: Int(FeedContract.version),
      sharedMemory: configuration.feed?.sharedMemory,
      udp: configuration.feed?.datagrams.map { "\($0.address):\($0.port)" },
      maxAge: limits.maximumAge, fade: limits.fade,
      coordinates: plan.schema.coordinates.indices.map {
        OutlineJSON.Coordinate(
          name: plan.schema.coordinates[$0].name, torqueLimit: limits.torque[$0],
          torqueRate: limits.torque[$0] / limits.torqueRise)
      },
      parameters: plan.schema.parameters.indices.map {
        let bounds = limits.bounds[$0]
        return OutlineJSON.Parameter(
          name: plan.schema.parameters[$0].name, unit: plan.schema.parameters[$0].unit,
          minimum: bounds.lowerBound, maximum: bounds.upperBound,
          rate: limits.parameterRate * (bounds.upperBound - bounds.lowerBound))
      },
      muscles: plan.schema.muscles.map { OutlineJSON.Muscle(name: $0.name, unit: $0.unit) })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
      return String(decoding: try encoder.encode(object), as: UTF8.self)
    } catch {
      preconditionFailure("every outline is JSON: \(error)")
    }
  }

  private func short(_ value: Double) -> String {
    value.formatted(
      .number.precision(.significantDigits(1...4)).grouping(.never).locale(Locale(identifier: "C")))
  }
}

/// The keys that other programs may rely on.
private struct OutlineJSON: Encodable {
  struct Coordinate: Encodable {
    var name: String
    /// Largest torque either way [N·m].
    var torqueLimit: Double
    /// Largest change in a second [N·m/s].
    var torqueRate: Double
  }

  struct Parameter: Encodable {
    var name: String
    var unit: String
    /// The least it may be [unit].
    var minimum: Double
    /// The most it may be [unit].
    var maximum: Double
    /// Largest change in a second [unit/s].
    var rate: Double
  }

  struct Muscle: Encodable {
    var name: String
    var unit: String
  }

  var schema: String
  var version: Int
  var sharedMemory: String?
  var udp: String?
  /// Age of a sample from which torque is zero [s].
  var maxAge: Double
  /// Time in which torque goes to zero [s].
  var fade: Double
  var coordinates: [Coordinate]
  var parameters: [Parameter]
  var muscles: [Muscle]
}
