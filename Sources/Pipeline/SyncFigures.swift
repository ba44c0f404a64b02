public import Signals

/// What a stream's sync input is worth at this moment.
public enum SyncState: String, Hashable, Sendable, Codable, CaseIterable {
  /// Too few pulses were seen by both sides.
  case waiting
  /// The clocks are aligned, and the last pulse agreed.
  case aligned
  /// The last pulse was seen by one side only.
  case missing
  /// The last pulse was further off than the pulses before it allow.
  case disagreeing
}

/// What pulses that two devices saw say of their clocks.
public struct SyncFigures: Hashable, Sendable, Codable {
  /// What the input is worth.
  public var state = SyncState.waiting
  /// Pulses that both sides saw [1].
  public var pulses = 0
  /// Pulses that the reference saw and the stream did not [1].
  public var missing = 0
  /// Pulses that the stream saw and the reference did not [1].
  public var unexpected = 0
  /// Pulses that were further off than those before them allow [1].
  public var disagreeing = 0
  /// How much later than the reference's the stream's samples come; it is taken off [s].
  public var delay = 0.0
  /// Standard deviation of that [s].
  public var delayDeviation = Double.infinity

  /// No pulse has been seen.
  public init() {}
}

extension SyncState: Resumable {
  /// Its place among all states.
  public mutating func carry(_ archive: inout StateArchive) {
    let all = Self.allCases
    var index = all.firstIndex(of: self) ?? 0
    archive.carry(&index, in: all.indices)
    self = all[index]
  }
}

extension SyncFigures: Resumable {
  /// Every figure.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&state)
    archive.carry(&pulses)
    archive.carry(&missing)
    archive.carry(&unexpected)
    archive.carry(&disagreeing)
    archive.carry(&delay)
    archive.carry(&delayDeviation)
    archive.require(delay.isFinite)
  }
}
