internal import Musculoskeletal
internal import OpenSimFiles

/// Where predictions begin, what they begin with and how far they go.
public struct PredictionConfiguration: Hashable, Sendable {
  /// Measured motion from which a prediction's start state is estimated [s].
  public var lead = 0.3
  /// How far ahead is predicted [s].
  public var duration = 1.0
  /// From the start of one prediction to that of the next [s].
  public var interval = 0.25

  /// The documented defaults.
  public init() {}
}

/// How predictions are weighed in a fit.
public struct PredictionFitConfiguration: Hashable, Sendable {
  /// Where predictions begin and how far they go.
  public var plan = PredictionConfiguration()
  /// Standard deviation of a predicted angle [rad].
  public var error: Double
  /// Time over which the errors of one prediction are correlated [s].
  public var correlationTime = 0.25

  /// A fit to predictions with this usual error [rad].
  public init(error: Double) {
    self.error = error
  }
}

/// Which part of a recording is kept to test the identified model, and how.
public struct HeldOutConfiguration: Hashable, Sendable {
  /// The last part of the recording that is not fitted [1].
  public var fraction = 0.25
  /// Where predictions begin and how far they go.
  public var plan = PredictionConfiguration()

  /// The documented defaults.
  public init() {}
}

/// When the limb rests on something that the model does not have.
public struct ContactConfiguration: Hashable, Sendable {
  /// The coordinate whose reading tells (index into the model's coordinates).
  public var coordinate: Int
  /// The reading at and below which there is contact [rad].
  public var angle: Double
}

extension SessionReading {
  /// The contact that predictions stay clear of; nil without the section.
  func contact(_ node: ConfigurationNode?) -> ContactConfiguration? {
    guard let node else { return nil }
    node.allow("coordinate", "below")
    let angle = node.required("below", "15 deg")?.quantity(.angle)
    let wanted = "the name of a coordinate"
    guard let nameNode = node.required("coordinate", wanted), let name = nameNode.text(wanted),
      let model, let angle,
      let coordinate = index(
        of: name, nameNode, in: model.coordinates.map(\.name), kind: "coordinate")
    else { return nil }
    guard !model.coordinates[coordinate].isLocked else {
      nameNode.report(
        "the coordinate \(quoted(name)) is locked and shows no contact",
        remedy: "name one that moves")
      return nil
    }
    return ContactConfiguration(coordinate: coordinate, angle: angle)
  }

  /// The predictions that the fit is asked for; nil without the section.
  func predictionFit(_ node: ConfigurationNode?) -> PredictionFitConfiguration? {
    guard let node else { return nil }
    node.allow("lead", "duration", "interval", "error", "correlation_time")
    let error = node.required("error", "2 deg")?.quantity(.angle, .positive)
    var result = PredictionFitConfiguration(error: error ?? 1)
    result.plan = plan(node)
    result.correlationTime =
      node.quantity("correlation_time", .duration, .positive) ?? result.correlationTime
    return error == nil ? nil : result
  }

  /// The part that is held out, and the predictions it is tested with.
  func heldOut(_ node: ConfigurationNode?) -> HeldOutConfiguration {
    var result = HeldOutConfiguration()
    guard let node else { return result }
    node.allow("fraction", "lead", "duration", "interval")
    result.fraction =
      node.quantity("fraction", .fraction, .within(0...0.9, words: "0 to 90 %"))
      ?? result.fraction
    result.plan = plan(node)
    return result
  }

  private func plan(_ node: ConfigurationNode) -> PredictionConfiguration {
    var plan = PredictionConfiguration()
    plan.lead = node.quantity("lead", .duration, .positive) ?? plan.lead
    plan.duration = node.quantity("duration", .duration, .positive) ?? plan.duration
    plan.interval = node.quantity("interval", .duration, .positive) ?? plan.interval
    return plan
  }
}
