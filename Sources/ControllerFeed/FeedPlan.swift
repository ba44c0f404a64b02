internal import Devices
public import Identification
internal import Musculoskeletal
internal import Signals

/// What a session feeds, of which model, within which limits.
public struct FeedPlan: Sendable {
  /// What the muscles' slots hold.
  public enum MuscleQuantity: String, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case none
    /// Tendon forces [N].
    case forces
    /// Activations [1].
    case activations
  }

  /// The model that is identified.
  public let model: LimbEstimationModel
  /// The unknowns that are fed (indices into theta; slots).
  public let parameters: [Int]
  /// The coordinates that are fed (free-coordinate indices; slots).
  public let coordinates: [Int]
  /// What the muscles' slots hold; all of the model's muscles have one, unless it is nothing.
  public let muscles: MuscleQuantity
  /// What may leave.
  public private(set) var limits: FeedLimits
  /// Names and units of the slots.
  public let schema: FeedSchema
  /// The longest time from one state message to the next [s].
  public var statePeriod = 0.005
  /// The longest time from one parameters message to the next [s].
  public var parametersPeriod = 0.1
  /// True when the subject wears a device that gives torque.
  public var isDeviceWorn = false
  /// True when that torque is measured and goes into the model.
  public var isInteractionMeasured = false

  /// A plan; the slots are few enough for their messages.
  ///
  /// `limits`: given the bounds of the parameters in their slots, and which of them are factors.
  public init(
    _ model: LimbEstimationModel, parameters: [Int], coordinates: [Int], muscles: MuscleQuantity,
    limits: (_ bounds: [ClosedRange<Double>], _ isFactor: [Bool]) -> FeedLimits
  ) {
    self.model = model
    self.parameters = parameters
    self.coordinates = coordinates
    self.muscles = muscles
    let set = model.parameters
    let limits = limits(
      parameters.map { Self.bounds(set, $0) }, parameters.map { set.free[$0].isLogarithmic })
    precondition(limits.torque.count == coordinates.count, "every torque has a limit")
    self.limits = limits
    let description = model.limb.description
    schema = FeedSchema(
      parameters: parameters.map { .init(name: set.free[$0].name, unit: set.free[$0].unit) },
      coordinates: coordinates.map {
        let coordinate = model.limb.skeleton.modelCoordinates[$0]
        return .init(name: description.coordinates[coordinate].name, unit: "N*m")
      },
      muscles: muscles == .none
        ? []
        : description.muscles.map { .init(name: $0.name, unit: muscles == .forces ? "N" : "1") })
  }

  /// Takes what a key of the session file says anew; true when it is one of the feed's evidence or rates.
  mutating func take(_ change: SettingChange) -> Bool {
    // what a damaged recording says is no number to be trusted
    guard let value = change.value, (0...1e9).contains(value),
      value > 0 || change.key == "feed.scale"
    else { return false }
    switch change.key {
    case "feed.recovery": limits.recovery = value
    case "feed.hold_limit": limits.holdLimit = value
    case "feed.torque_sd": limits.torqueDeviation = value
    case "feed.relative_sd": limits.relativeDeviation = value
    case "feed.estimator_timeout": limits.estimatorTimeout = value
    case "feed.refusals": limits.refusals = Int(value)
    case "feed.scale": limits.scale = Self.scales[min(Int(value), Self.scales.count - 1)]
    case "feed.state_rate": statePeriod = 1 / value
    case "feed.parameters_rate": parametersPeriod = 1 / value
    default: return false
    }
    return true
  }

  /// Carries what `take` may have changed.
  mutating func carryReloadable(_ archive: inout StateArchive) {
    archive.carry(&limits.recovery)
    archive.carry(&limits.holdLimit)
    archive.carry(&limits.torqueDeviation)
    archive.carry(&limits.relativeDeviation)
    archive.carry(&limits.estimatorTimeout)
    archive.carry(&limits.refusals)
    archive.carry(&limits.scale)
    archive.carry(&statePeriod)
    archive.carry(&parametersPeriod)
  }

  /// The choices of `feed.scale` in their documented order.
  private static let scales: [ScaleLabel] = [.newtons, .priorLimited, .ratiosOnly]

  /// What the values of an unknown may be: its physiological bounds, or five deviations around its prior.
  static func bounds(_ set: ParameterSet, _ index: Int) -> ClosedRange<Double> {
    let free = set.free[index]
    let thetas =
      free.wall?.bounds
      ?? (free.priorMean - 5 * free.priorDeviation)...(free.priorMean + 5 * free.priorDeviation)
    return set.value(
      of: index, theta: thetas.lowerBound)...set.value(of: index, theta: thetas.upperBound)
  }

  /// What is fed before any estimate: the prior.
  var start: ParameterCandidate {
    let set = model.parameters
    return ParameterCandidate(
      values: parameters.map { set.value(of: $0, theta: set.free[$0].priorMean) },
      deviations: parameters.map { index in
        let free = set.free[index]
        let scale = free.isLogarithmic ? set.value(of: index, theta: free.priorMean) : 1
        return abs(scale) * free.priorDeviation
      },
      status: parameters.map { _ in .unidentifiable }, scale: .ratiosOnly, isCrossChecked: false,
      end: .init(nanoseconds: 0))
  }

  /// Fills `candidate`, of the shape of `start`, with an estimate as it would be fed; false when it is no whole one.
  func fill(_ candidate: inout ParameterCandidate, from estimate: borrowing ParameterEstimate)
    -> Bool
  {
    let count = model.parameters.count
    guard estimate.values.count == count, estimate.deviations.count == count,
      estimate.status.count == count, estimate.theta.count == count,
      estimate.covariance.count == count * (count + 1) / 2,
      Self.isFinite(estimate.theta), Self.isFinite(estimate.covariance)
    else { return false }
    for slot in parameters.indices {
      let index = parameters[slot]
      let value = estimate.values[index]
      let deviation = estimate.deviations[index]
      candidate.values[slot] = value
      candidate.deviations[slot] =
        model.parameters.free[index].isLogarithmic ? abs(value) * deviation : deviation
      candidate.status[slot] = estimate.status[index]
    }
    candidate.scale = estimate.scale
    candidate.isCrossChecked = estimate.crossCheck?.passed == true
    candidate.end = estimate.end
    return true
  }

  private static func isFinite(_ values: [Double]) -> Bool {
    for index in values.indices where !values[index].isFinite { return false }
    return true
  }
}
