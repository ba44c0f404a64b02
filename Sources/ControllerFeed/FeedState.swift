public import Signals

/// What the sender is doing.
public enum FeedState: UInt8, Sendable, Hashable, CaseIterable {
  /// Nothing has been measured yet.
  case starting = 0
  /// Signals come in, parameters do not yet.
  case acquiring = 1
  /// Parameters were accepted, and are not as sure as the session asks.
  case identifying = 2
  /// Parameters are as sure as the session asks.
  case converged = 3
  /// Something is missing: torque fades or is zero, parameters stay as they were.
  case hold = 4
  /// Something went wrong that only an operator may pass over: as hold, and disarmed.
  case fault = 5

  /// The word for it.
  public var name: String {
    switch self {
    case .starting: "starting"
    case .acquiring: "acquiring"
    case .identifying: "identifying"
    case .converged: "converged"
    case .hold: "hold"
    case .fault: "fault"
    }
  }

  /// One sentence for headers and documents.
  var summary: String {
    switch self {
    case .starting: "Nothing has been measured yet."
    case .acquiring: "Signals come in, parameters do not yet."
    case .identifying: "Parameters were accepted, and are not as sure as the session asks."
    case .converged: "Parameters are as sure as the session asks."
    case .hold: "Something is missing: torque fades or is zero, parameters stay as they were."
    case .fault: "Something went wrong that only an operator may pass over: as hold, and disarmed."
    }
  }
}

extension FeedContract {
  /// The states with name and sentence, for headers and documents.
  public static var states: [FeedConstant] {
    FeedState.allCases.map { FeedConstant($0.name, UInt32($0.rawValue), $0.summary) }
  }
}

/// What else a message says about its sender.
public struct FeedFlags: OptionSet, Sendable, Hashable {
  /// One bit a flag.
  public let rawValue: UInt32

  /// The flags of these bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// An operator has armed the feed.
  public static let armed = FeedFlags(rawValue: 1 << 0)
  /// Shadow mode: to be looked at, never to be acted on.
  public static let shadow = FeedFlags(rawValue: 1 << 1)
  /// Torque is on its way to zero.
  public static let fading = FeedFlags(rawValue: 1 << 2)
  /// Values are slower than what they follow, because of the slew limit.
  public static let slewing = FeedFlags(rawValue: 1 << 3)
  /// Forces are known in newtons.
  public static let newtons = FeedFlags(rawValue: 1 << 4)
  /// Forces are as sure as the prior on mass.
  public static let priorLimited = FeedFlags(rawValue: 1 << 5)
  /// The independent integrator agreed with the parameters in force.
  public static let crossChecked = FeedFlags(rawValue: 1 << 6)
  /// The field `muscle` holds forces; otherwise activations.
  public static let muscleForces = FeedFlags(rawValue: 1 << 7)
  /// The torque of a worn device is measured and part of the model.
  public static let interactionKnown = FeedFlags(rawValue: 1 << 8)
  /// The sender has ended in order; nothing more will come.
  public static let ended = FeedFlags(rawValue: 1 << 9)

  /// All of them with name and sentence, for headers and documents.
  public static let constants: [FeedConstant] = [
    FeedConstant("armed", armed.rawValue, "An operator has armed the feed."),
    FeedConstant("shadow", shadow.rawValue, "To be looked at, never to be acted on."),
    FeedConstant("fading", fading.rawValue, "Torque is on its way to zero."),
    FeedConstant(
      "slewing", slewing.rawValue, "Values follow slower because of the sender's slew limit."),
    FeedConstant("newtons", newtons.rawValue, "Forces are known in newtons."),
    FeedConstant(
      "prior_limited", priorLimited.rawValue, "Forces are as sure as the prior on mass."),
    FeedConstant(
      "cross_checked", crossChecked.rawValue,
      "The independent integrator agreed with the parameters in force."),
    FeedConstant(
      "muscle_forces", muscleForces.rawValue, "The field muscle holds forces, else activations."),
    FeedConstant(
      "interaction_known", interactionKnown.rawValue,
      "The torque of a worn device is measured and part of the model."),
    FeedConstant("ended", ended.rawValue, "The sender has ended in order; nothing more will come."),
  ]
}

/// Why a sender holds.
public struct HoldReasons: OptionSet, Sendable, Hashable {
  /// One bit a reason.
  public let rawValue: UInt32

  /// The reasons of these bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// No complete sample has come yet.
  public static let noSamples = HoldReasons(rawValue: 1 << 0)
  /// A stream is silent.
  public static let inputLost = HoldReasons(rawValue: 1 << 1)
  /// The latest sample is too old.
  public static let stale = HoldReasons(rawValue: 1 << 2)
  /// The latest sample lies in a gap, or too shortly after one.
  public static let gap = HoldReasons(rawValue: 1 << 3)
  /// An electrode is off the skin, or its channel flat.
  public static let electrodeOff = HoldReasons(rawValue: 1 << 4)
  /// A channel is saturated.
  public static let saturated = HoldReasons(rawValue: 1 << 5)
  /// A clock jumped.
  public static let clockJump = HoldReasons(rawValue: 1 << 6)
  /// No parameters were accepted yet.
  public static let noParameters = HoldReasons(rawValue: 1 << 7)
  /// The estimator has not finished anything for too long.
  public static let estimatorStalled = HoldReasons(rawValue: 1 << 8)
  /// The latest estimate was refused by the adoption policy, or by the feed itself.
  public static let estimateRefused = HoldReasons(rawValue: 1 << 9)
  /// The torque is not a finite number.
  public static let notFinite = HoldReasons(rawValue: 1 << 10)
  /// The torque is beyond its limit.
  public static let outOfBounds = HoldReasons(rawValue: 1 << 11)
  /// The torque's standard deviation is beyond its limit.
  public static let uncertain = HoldReasons(rawValue: 1 << 12)
  /// A device is worn and its torque is not known.
  public static let interactionUnknown = HoldReasons(rawValue: 1 << 13)

  /// All of them with name and sentence, for headers and documents.
  public static let constants: [FeedConstant] = [
    FeedConstant("no_samples", noSamples.rawValue, "No complete sample has come yet."),
    FeedConstant("input_lost", inputLost.rawValue, "A stream is silent."),
    FeedConstant("stale", stale.rawValue, "The latest sample is too old."),
    FeedConstant("gap", gap.rawValue, "The latest sample lies in a gap, or too shortly after one."),
    FeedConstant(
      "electrode_off", electrodeOff.rawValue, "An electrode is off the skin, or its channel flat."),
    FeedConstant("saturated", saturated.rawValue, "A channel is saturated."),
    FeedConstant("clock_jump", clockJump.rawValue, "A clock jumped."),
    FeedConstant("no_parameters", noParameters.rawValue, "No parameters were accepted yet."),
    FeedConstant(
      "estimator_stalled", estimatorStalled.rawValue,
      "The estimator has not finished anything for too long."),
    FeedConstant(
      "estimate_refused", estimateRefused.rawValue,
      "Estimate after estimate was refused, by the adoption policy or by the feed itself."),
    FeedConstant("not_finite", notFinite.rawValue, "The torque is not a finite number."),
    FeedConstant("out_of_bounds", outOfBounds.rawValue, "The torque is beyond its limit."),
    FeedConstant(
      "uncertain", uncertain.rawValue, "The torque's standard deviation is beyond its limit."),
    FeedConstant(
      "interaction_unknown", interactionUnknown.rawValue,
      "A device is worn and its torque is not known."),
  ]

  /// The names of all, in order of their bits.
  static let list = constants.map(\.name)

  /// The names of the reasons, in order of their bits.
  public var names: [String] {
    Self.constants.filter { rawValue & $0.value != 0 }.map(\.name)
  }
}

extension FeedState: Resumable {}
extension HoldReasons: Resumable {}
