public import Identification

/// What a session allows its feed to say.
public struct FeedLimits: Sendable, Hashable {
  /// Largest torque on each coordinate, either way (coordinates) [N·m].
  public var torque: [Double]
  /// Time in which a torque may grow from zero to its limit; no change is faster [s].
  public var torqueRise = 0.1
  /// Time in which torque goes to zero when something is missing, at least `torqueRise` [s].
  public var fade = 0.15
  /// Age of a sample at which torque is zero, more than `fade` and 20 ms [s].
  public var maximumAge = 0.25
  /// Time without a reason to hold after which torque comes back [s].
  public var recovery = 0.2
  /// Time without a finished estimate after which the estimator counts as stalled [s].
  public var estimatorTimeout = 10.0
  /// Estimates refused in a row after which the parameters in force are in doubt [1].
  public var refusals = 3
  /// Time of holding after which an armed feed disarms itself [s].
  public var holdLimit = 1.0
  /// Largest standard deviation of a torque, as a share of its limit [1].
  public var torqueDeviation = 0.5
  /// What a parameter may be (slots) [the slot's unit].
  public var bounds: [ClosedRange<Double>]
  /// What a parameter may change by in a second, in widths of its bounds [1/s].
  public var parameterRate = 0.1
  /// The least that must be known of the scale of forces.
  public var scale = ScaleLabel.priorLimited
  /// Largest standard deviation over value of a factor that counts as sure [1].
  public var relativeDeviation = 0.25
  /// True for the slots whose deviations count over their values; the others' count in widths of bounds.
  public var isFactor: [Bool]

  /// Limits with the documented defaults.
  public init(torque: [Double], bounds: [ClosedRange<Double>], isFactor: [Bool]) {
    precondition(bounds.count == isFactor.count, "every slot has bounds")
    self.torque = torque
    self.bounds = bounds
    self.isFactor = isFactor
  }

  /// Age of a sample at which torque begins to fade, so that it is zero at `maximumAge` [s].
  ///
  /// A step that is a little late takes none of the time that is left.
  var fadingAge: Double { maximumAge - fade - TorqueGate.longestStep }

  /// What is contradictory about the limits, a sentence each.
  public var problems: [String] {
    var problems: [String] = []
    if !(fade >= torqueRise) { problems.append("a fade is not faster than a rise") }
    if !(fadingAge > 0) { problems.append("the largest age leaves no time to fade") }
    if !torque.allSatisfy({ $0 > 0 && $0.isFinite }) {
      problems.append("a torque's limit is a positive number")
    }
    return problems
  }
}

extension ScaleLabel {
  /// How much it says: more is better [1].
  var rank: Int {
    switch self {
    case .ratiosOnly: 0
    case .priorLimited: 1
    case .newtons: 2
    }
  }
}
