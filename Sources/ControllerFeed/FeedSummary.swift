/// What a status line tells of the feed.
public struct FeedSummary: Sendable, Hashable {
  /// True while an operator's `arm` is in force.
  public var isArmed: Bool
  /// What it is doing.
  public var state: FeedState
  /// Why it holds.
  public var reasons: HoldReasons

  /// `armed` or `disarmed`.
  public var mode: String { isArmed ? "armed" : "disarmed" }

  /// The state, and the reasons to hold.
  public var words: String {
    reasons.isEmpty
      ? state.name : "\(state.name): \(reasons.names.joined(separator: ", "))"
  }
}
