/// The contract of the feed, from which every encoder, header, reader and document is made.
///
/// Little-endian numbers at fixed places. A message ends with the CRC-32C (Castagnoli) of all bytes
/// before. Times are CLOCK_MONOTONIC of the sender; on another host only `age` means anything.
public enum FeedContract {
  /// The first four bytes: `DMSF`.
  public static let magic: UInt32 = 0x4653_4D44
  /// The version of this contract [1].
  public static let version: UInt16 = 1
  /// A datagram is never longer, for old Simulink blocks [bytes].
  public static let largestMessage = 480
  /// Parameters a session may feed [1].
  public static let parameterSlots = 48
  /// Coordinates a session may feed [1].
  public static let coordinateSlots = 8
  /// Muscles whose force or activation a session may feed [1].
  public static let muscleSlots = 24
  /// Words of two bits a parameter [1].
  static let statusWords = 4

  /// What every message begins with.
  static let header: [FeedField] = [
    FeedField("magic", .u32, "1", "0x46534D44, the bytes DMSF."),
    FeedField("version", .u16, "1", "Version of the contract."),
    FeedField("kind", .u8, "1", "Kind of message."),
    FeedField("state", .u8, "1", "State of the sender."),
    FeedField("schema", .u64, "1", "Hash of the ordered names and units of the session."),
    FeedField("session", .u64, "1", "Number of the run, new at every start."),
    FeedField("sequence", .u32, "1", "Grows by one with each message of its kind, modulo 2^32."),
    FeedField("flags", .u32, "bits", "Flags of the sender."),
    FeedField("sample_time", .i64, "ns", "Moment that the values describe, on the sender's clock."),
    FeedField("send_time", .i64, "ns", "Moment of sending, on the sender's clock."),
    FeedField("age", .u32, "us", "send_time less sample_time; the largest number when it is more."),
    FeedField("size", .u16, "bytes", "Length of the message, the CRC included."),
    FeedField("count", .u16, "1", "Slots in use: parameters, or coordinates."),
    FeedField(
      "generation", .u32, "1", "Grows by one with each accepted set of parameters; 0 is none."),
    FeedField("reasons", .u32, "bits", "Why the sender holds; zero when it does not."),
  ]

  /// The last field of every message.
  static let check = FeedField("crc", .u32, "1", "CRC-32C of all bytes before.")

  /// The latest accepted parameters.
  public static let parameters = FeedLayout(
    "parameters", kind: 1, "The parameters in force, on change and at a steady rate.",
    header + [
      FeedField(
        "status", .u32, statusWords, "2 bits a slot",
        "Per slot from the lowest bits: 0 unidentifiable, 1 prior-limited, 2 identified."),
      FeedField("value", .f32, parameterSlots, "the slot's", "Values."),
      FeedField("sd", .f32, parameterSlots, "the slot's", "Their standard deviations."),
      FeedField(
        "largest_relative_sd", .f32, "1", "The largest sd over value of the factors among them."),
      check,
    ])

  /// What the muscles do now.
  public static let state = FeedLayout(
    "state", kind: 2, "Joint torques of the muscles and what feed-forward needs, at every sample.",
    header + [
      FeedField(
        "torque", .f32, coordinateSlots, "N*m", "Torque of the muscles on each coordinate."),
      FeedField("torque_sd", .f32, coordinateSlots, "N*m", "Its standard deviation."),
      FeedField("angle", .f32, coordinateSlots, "rad", "Measured angle."),
      FeedField("rate", .f32, coordinateSlots, "rad/s", "Its rate."),
      FeedField(
        "gravity", .f32, coordinateSlots, "N*m",
        "Torque that holds limb and payload against gravity."),
      FeedField(
        "inertia", .f32, coordinateSlots * (coordinateSlots + 1) / 2, "kg*m^2",
        "Mass matrix, lower triangle row by row: (0,0), (1,0), (1,1), ..."),
      FeedField(
        "muscle", .f32, muscleSlots, "N or 1", "Tendon forces or activations, as the session asks."),
      FeedField("payload", .f32, "kg", "Payload announced and in the hand."),
      check,
    ])

  /// What an exoskeleton's controller tells in return.
  public static let interaction = FeedLayout(
    "interaction", kind: 3, "The torque that a worn device gives to the limb; off by default.",
    header + [
      FeedField("torque", .f32, coordinateSlots, "N*m", "Torque of the device on each coordinate."),
      FeedField(
        "tag", .u64, "1", "SipHash-2-4 of all bytes before under the shared key of the channel."),
      FeedField("reserved", .u32, "1", "Zero."),
      check,
    ])

  /// All kinds of message.
  public static let layouts = [parameters, state, interaction]
}
