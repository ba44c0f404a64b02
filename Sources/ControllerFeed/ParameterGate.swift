public import Identification
public import Signals

/// A set of parameters that wants to be fed.
public struct ParameterCandidate: Sendable, Hashable {
  /// Values (slots) [the slot's unit].
  public var values: [Double]
  /// Standard deviations (slots) [the slot's unit].
  public var deviations: [Double]
  /// What the data tell of each (slots).
  public var status: [ParameterStatus]
  /// Whether forces are known in newtons.
  public var scale: ScaleLabel
  /// True when the independent integrator agreed.
  public var isCrossChecked: Bool
  /// End of the window that it was made with [ns on the session timeline].
  public var end: SampleTime

  /// A candidate; see the properties.
  public init(
    values: [Double], deviations: [Double], status: [ParameterStatus], scale: ScaleLabel,
    isCrossChecked: Bool, end: SampleTime
  ) {
    self.values = values
    self.deviations = deviations
    self.status = status
    self.scale = scale
    self.isCrossChecked = isCrossChecked
    self.end = end
  }
}

/// Lets parameters out: finite, within bounds, cross-checked, of a known scale, and never in a jump.
///
/// What is emitted goes from one accepted set to the next at most `parameterRate` widths of its bounds a
/// second; until the first it stands at what the session began with.
public struct ParameterGate: Sendable {
  /// Why a candidate was refused.
  public enum Refusal: Sendable, Hashable {
    /// A value or deviation is not a finite number (slot).
    case notFinite(slot: Int)
    /// A value is beyond its bounds (slot).
    case outOfBounds(slot: Int)
    /// The independent integrator disagreed, or was not asked.
    case notCrossChecked
    /// The scale of forces is less sure than the session asks.
    case scaleUnknown
  }

  /// What is emitted (slots) [the slot's unit].
  public private(set) var values: [Double]
  /// The latest accepted set, or what the session began with.
  public private(set) var accepted: ParameterCandidate
  /// Sets accepted so far [1].
  public private(set) var generation: UInt32 = 0
  /// True while `values` are on their way to the accepted ones.
  public private(set) var isSlewing = false

  /// What the session allows; bounds and rate stay what they were.
  var limits: FeedLimits

  /// A gate that has let nothing through; `start` is what the session begins with.
  public init(limits: FeedLimits, start: ParameterCandidate) {
    precondition(start.values.count == limits.bounds.count, "every slot has bounds")
    self.limits = limits
    accepted = start
    values = start.values
  }

  /// Accepts `candidate` as what is gone to, or says why not.
  public mutating func offer(_ candidate: borrowing ParameterCandidate) -> Refusal? {
    for slot in limits.bounds.indices {
      // as they would arrive, in single precision
      guard Float(candidate.values[slot]).isFinite, Float(candidate.deviations[slot]).isFinite,
        candidate.deviations[slot] >= 0
      else { return .notFinite(slot: slot) }
      guard limits.bounds[slot].contains(candidate.values[slot]) else {
        return .outOfBounds(slot: slot)
      }
    }
    guard candidate.isCrossChecked else { return .notCrossChecked }
    guard candidate.scale.rank >= limits.scale.rank else { return .scaleUnknown }
    // in the storage that is there
    accepted.values.copy(candidate.values)
    accepted.deviations.copy(candidate.deviations)
    accepted.status.copy(candidate.status)
    accepted.scale = candidate.scale
    accepted.isCrossChecked = candidate.isCrossChecked
    accepted.end = candidate.end
    generation &+= 1
    isSlewing = true
    return nil
  }

  /// Lets `seconds` pass.
  public mutating func advance(_ seconds: Double) {
    guard isSlewing else { return }
    isSlewing = false
    for slot in values.indices {
      let bounds = limits.bounds[slot]
      let step = limits.parameterRate * (bounds.upperBound - bounds.lowerBound) * max(seconds, 0)
      let rest = accepted.values[slot] - values[slot]
      if abs(rest) <= step {
        values[slot] = accepted.values[slot]
      } else {
        values[slot] += rest < 0 ? -step : step
        isSlewing = true
      }
    }
  }

  /// The slot that is least sure and how unsure it is, as a multiple of what counts as sure; nil without slots [1].
  public var leastSure: (slot: Int, excess: Double)? {
    var worst: (slot: Int, excess: Double)?
    for slot in values.indices {
      let bounds = limits.bounds[slot]
      let reference =
        limits.isFactor[slot]
        ? abs(accepted.values[slot]) : bounds.upperBound - bounds.lowerBound
      let excess = accepted.deviations[slot] / (reference * limits.relativeDeviation)
      if !(excess <= worst?.excess ?? -1) { worst = (slot, excess) }
    }
    return worst
  }

  /// True when a set was accepted and every slot of it is as sure as the session asks.
  public var isConverged: Bool {
    generation > 0 && leastSure?.excess ?? 0 <= 1
  }

  /// The largest deviation over value of the accepted factors [1].
  public var largestRelativeDeviation: Double {
    var largest = 0.0
    for slot in values.indices where limits.isFactor[slot] {
      largest = max(largest, accepted.deviations[slot] / abs(accepted.values[slot]))
    }
    return largest
  }
}

extension ParameterCandidate: Resumable {
  /// The set.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&values)
    archive.carry(&deviations)
    archive.carry(&status)
    archive.carry(&scale)
    archive.carry(&isCrossChecked)
    archive.carry(&end)
  }
}

extension ParameterGate: Resumable {
  /// What is emitted and what was accepted.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&values)
    archive.carry(&accepted)
    archive.carry(&generation)
    archive.carry(&isSlewing)
  }
}
