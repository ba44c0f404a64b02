public import Signals

/// Why a feed may not be armed.
public enum ArmingObjection: Sendable, Hashable {
  /// Something is missing right now.
  case holding(HoldReasons)
  /// A fault was seen and not yet acknowledged by disarming.
  case fault
  /// A parameter is less sure than the session asks: which, and how many times as unsure.
  case unsure(parameter: String, excess: Double)
  /// The latest estimate failed the independent integrator's check.
  case notCrossChecked
  /// Something outside the pipeline, in a sentence.
  case outside(String)

  /// What is wrong and what to do, in a sentence.
  public var sentence: String {
    switch self {
    case .holding(let reasons) where reasons.isEmpty:
      return "the feed has just held and comes back in a moment; ask again"
    case .holding(let reasons):
      return "the feed holds (\(reasons.names.joined(separator: ", "))); wait until it does not"
    case .fault: return "a fault is latched; look for its cause, then acknowledge it with disarm"
    case .unsure(let parameter, let excess):
      let times = (excess * 10).rounded() / 10
      return
        "\(parameter) is \(times) times as unsure as the session allows; record more movement, "
        + "or choose feed.parameters that the data tell"
    case .notCrossChecked:
      return
        "the latest estimate was not confirmed by the independent integrator; wait for the next"
    case .outside(let sentence): return sentence
    }
  }
}

/// Whether the feed may be acted on: an operator's word, given anew after every start and fault.
///
/// Nothing but `arm` arms. `disarm` always works. Faults, and holding for too long, disarm.
public struct Arming: Sendable, Hashable {
  /// True between an `arm` without objections and whatever ends it.
  public private(set) var isArmed = false
  /// True from a fault until an operator disarms.
  public private(set) var isFaulty = false

  /// How long holding has lasted [s].
  private var holdTime = 0.0
  /// How long it may last while armed [s].
  var holdLimit: Double

  /// Reasons after which only an operator may go on.
  static let faults: HoldReasons = [.notFinite]

  /// Disarmed, as after every start.
  public init(holdLimit: Double) {
    self.holdLimit = holdLimit
  }

  /// Arms, unless there is an objection; returns all of them.
  public mutating func arm(_ objections: [ArmingObjection]) -> [ArmingObjection] {
    var objections = objections
    if isFaulty { objections.insert(.fault, at: 0) }
    if objections.isEmpty {
      isArmed = true
      holdTime = 0
    }
    return objections
  }

  /// Disarms, and acknowledges a fault.
  public mutating func disarm() {
    isArmed = false
    isFaulty = false
  }

  /// Lets `seconds` pass with these reasons to hold.
  public mutating func advance(_ seconds: Double, reasons: HoldReasons) {
    holdTime = reasons.isEmpty ? 0 : holdTime + max(seconds, 0)
    if !reasons.isDisjoint(with: Self.faults) {
      // what was only in shadow harms nobody and passes by itself
      if isArmed { isFaulty = true }
      isArmed = false
    }
    if holdTime > holdLimit { isArmed = false }
  }
}

extension Arming: Resumable {
  /// Mode, fault and how long it has held.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&isArmed)
    archive.carry(&isFaulty)
    archive.carry(&holdTime)
  }
}
