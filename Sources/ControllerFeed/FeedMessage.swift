/// What every message says about itself.
public struct FeedHeader: Sendable, Hashable {
  /// State of the sender.
  public var state = FeedState.starting
  /// Hash of the session's schema.
  public var schema: UInt64 = 0
  /// Number of the run.
  public var session: UInt64 = 0
  /// Number of the message among its kind.
  public var sequence: UInt32 = 0
  /// Flags of the sender.
  public var flags: FeedFlags = [.shadow]
  /// Moment that the values describe [ns on the sender's clock].
  public var sampleTime: Int64 = 0
  /// Moment of sending [ns on the sender's clock].
  public var sendTime: Int64 = 0
  /// Slots in use [1].
  public var count: UInt16 = 0
  /// Number of the accepted set of parameters; zero is none.
  public var generation: UInt32 = 0
  /// Why the sender holds.
  public var reasons: HoldReasons = []

  /// A header of zeros, in shadow.
  public init() {}

  /// Age of the sample when it was sent, never negative, held below 72 minutes [us].
  public var age: UInt32 {
    UInt32(clamping: (sendTime - sampleTime) / 1000)
  }
}

/// The parameters in force.
public struct ParametersMessage: Sendable, Hashable {
  /// The header; its sample time is the end of the window that the parameters come from.
  public var header = FeedHeader()
  /// Per slot 0 unidentifiable, 1 prior-limited, 2 identified (slots) [1].
  public var status: [UInt8]
  /// Values (slots) [the slot's unit].
  public var values: [Double]
  /// Standard deviations (slots) [the slot's unit].
  public var deviations: [Double]
  /// The largest deviation over value of the factors among them [1].
  public var largestRelativeDeviation = 0.0

  /// Room for `count` parameters.
  public init(count: Int) {
    precondition(count <= FeedContract.parameterSlots, "parameters fit their message")
    status = Array(repeating: 0, count: count)
    values = Array(repeating: 0, count: count)
    deviations = values
    header.count = UInt16(count)
  }
}

/// What the muscles do now.
public struct StateMessage: Sendable, Hashable {
  /// The header.
  public var header = FeedHeader()
  /// Torque of the muscles (coordinates) [N·m].
  public var torque: [Double]
  /// Its standard deviation (coordinates) [N·m].
  public var torqueDeviation: [Double]
  /// Measured angles (coordinates) [rad].
  public var angle: [Double]
  /// Their rates (coordinates) [rad/s].
  public var rate: [Double]
  /// Torque against gravity (coordinates) [N·m].
  public var gravity: [Double]
  /// Mass matrix, lower triangle row by row (coordinates (coordinates + 1) / 2) [kg·m^2].
  public var inertia: [Double]
  /// Tendon forces or activations (muscles) [N or 1].
  public var muscle: [Double]
  /// Payload in the hand [kg].
  public var payload = 0.0

  /// Room for these many.
  public init(coordinates: Int, muscles: Int) {
    precondition(coordinates <= FeedContract.coordinateSlots, "coordinates fit their message")
    precondition(muscles <= FeedContract.muscleSlots, "muscles fit their message")
    torque = Array(repeating: 0, count: coordinates)
    torqueDeviation = torque
    angle = torque
    rate = torque
    gravity = torque
    inertia = Array(repeating: 0, count: coordinates * (coordinates + 1) / 2)
    muscle = Array(repeating: 0, count: muscles)
    header.count = UInt16(coordinates)
  }

  /// True when every number would arrive as a finite one.
  var isFinite: Bool {
    for list in [torque, torqueDeviation, angle, rate, gravity, inertia, muscle] {
      for value in list where !Float(value).isFinite { return false }
    }
    return Float(payload).isFinite
  }
}

/// What a worn device's controller tells in return.
public struct InteractionMessage: Sendable, Hashable {
  /// The header; schema and session are those of the feed that it answers.
  public var header = FeedHeader()
  /// Torque of the device (coordinates) [N·m].
  public var torque: [Double]

  /// Room for these many.
  public init(coordinates: Int) {
    precondition(coordinates <= FeedContract.coordinateSlots, "coordinates fit their message")
    torque = Array(repeating: 0, count: coordinates)
    header.count = UInt16(coordinates)
  }
}
