/// What a status line tells of the feed.
public struct FeedSummary: Sendable, Hashable {
  /// True while an operator's `arm` is in force.
  public var isArmed: Bool
  /// What it is doing.
  public var state: FeedState
  /// Why it holds.
  public var reasons: HoldReasons
  /// True while torque is held, and for a while after the last reason.
  public var isHeld: Bool
  /// True when a set of parameters was accepted.
  public var hasParameters: Bool
  /// False when the latest estimate was not confirmed by the independent integrator.
  public var isCrossChecked: Bool
  /// The slot of the least sure parameter; nil when none are fed.
  public var leastSure: Int?
  /// How many times as unsure as the session allows that one is [1].
  public var excess: Double

  /// `armed` or `disarmed`.
  public var mode: String { isArmed ? "armed" : "disarmed" }

  /// The state, and the reasons to hold.
  public var words: String {
    reasons.isEmpty
      ? state.name : "\(state.name): \(reasons.names.joined(separator: ", "))"
  }

  /// What speaks against arming as far as the pipeline knows; `schema` names the slots.
  public func objections(_ schema: FeedSchema) -> [ArmingObjection] {
    var objections: [ArmingObjection] = []
    if isHeld { objections.append(.holding(reasons)) }
    guard hasParameters else { return objections }
    if !isCrossChecked { objections.append(.notCrossChecked) }
    if let leastSure, !(excess <= 1) {
      objections.append(.unsure(parameter: schema.parameters[leastSure].name, excess: excess))
    }
    return objections
  }
}
