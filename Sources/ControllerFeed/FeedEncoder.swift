/// Writes messages as bytes into storage of its own, made once; encoding allocates nothing.
public struct FeedEncoder: Sendable {
  /// The latest message, its length before any spare room.
  public private(set) var bytes: [UInt8]
  /// Length of the latest message [bytes].
  public private(set) var count = 0

  private let crc = CRC32C()
  private let places = FeedPlaces()

  /// An encoder with room for every kind of message.
  public init() {
    bytes = Array(repeating: 0, count: FeedContract.largestMessage)
  }

  /// Encodes the parameters.
  ///
  /// `header`: instead of the message's own.
  public mutating func encode(
    _ message: borrowing ParametersMessage, header: FeedHeader? = nil
  ) {
    begin(FeedContract.parameters.kind, places.parametersCount, header ?? message.header)
    for index in message.values.indices {
      // four parameters to a byte, from its lowest bits on
      bytes[places.status + index / 4] |= (message.status[index] & 3) << UInt8(2 * (index % 4))
      put(message.values[index], places.value + 4 * index)
      put(message.deviations[index], places.deviation + 4 * index)
    }
    put(message.largestRelativeDeviation, places.largestRelativeDeviation)
    close()
  }

  /// Encodes the state.
  ///
  /// `header`: instead of the message's own.
  public mutating func encode(_ message: borrowing StateMessage, header: FeedHeader? = nil) {
    begin(FeedContract.state.kind, places.stateCount, header ?? message.header)
    put(message.torque, places.torque)
    put(message.torqueDeviation, places.torqueDeviation)
    put(message.angle, places.angle)
    put(message.rate, places.rate)
    put(message.gravity, places.gravity)
    put(message.inertia, places.inertia)
    put(message.muscle, places.muscle)
    put(message.payload, places.payload)
    close()
  }

  /// Encodes the answer of a worn device, tagged under the channel's key.
  public mutating func encode(_ message: borrowing InteractionMessage, key: SipHash) {
    begin(FeedContract.interaction.kind, places.interactionCount, message.header)
    put(message.torque, places.torque)
    put(key.tag(of: bytes, count: places.tag), 8, places.tag)
    close()
  }

  private mutating func begin(_ kind: UInt8, _ size: Int, _ header: FeedHeader) {
    count = size
    for index in 0..<size { bytes[index] = 0 }
    put(UInt64(FeedContract.magic), 4, places.magic)
    put(UInt64(FeedContract.version), 2, places.version)
    bytes[places.kind] = kind
    bytes[places.state] = header.state.rawValue
    put(header.schema, 8, places.schema)
    put(header.session, 8, places.session)
    put(UInt64(header.sequence), 4, places.sequence)
    put(UInt64(header.flags.rawValue), 4, places.flags)
    put(UInt64(bitPattern: header.sampleTime), 8, places.sampleTime)
    put(UInt64(bitPattern: header.sendTime), 8, places.sendTime)
    put(UInt64(header.age), 4, places.age)
    put(UInt64(size), 2, places.size)
    put(UInt64(header.count), 2, places.slots)
    put(UInt64(header.generation), 4, places.generation)
    put(UInt64(header.reasons.rawValue), 4, places.reasons)
  }

  private mutating func close() {
    put(UInt64(crc.value(of: bytes, count: count - 4)), 4, count - 4)
  }

  private mutating func put(_ value: UInt64, _ size: Int, _ place: Int) {
    for index in 0..<size {
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }

  private mutating func put(_ value: Double, _ place: Int) {
    put(UInt64(Float(value).bitPattern), 4, place)
  }

  private mutating func put(_ values: [Double], _ place: Int) {
    for index in values.indices { put(values[index], place + 4 * index) }
  }
}

/// Where fields lie, looked up once by their names in the contract.
struct FeedPlaces: Sendable {
  let magic, version, kind, state, schema, session, sequence, flags: Int
  let sampleTime, sendTime, age, size, slots, generation, reasons: Int
  let status, value, deviation, largestRelativeDeviation, parametersCount: Int
  let torque, torqueDeviation, angle, rate, gravity, inertia, muscle, payload, stateCount: Int
  let tag, interactionCount: Int

  init() {
    let parameters = FeedContract.parameters
    let messageState = FeedContract.state
    let interaction = FeedContract.interaction
    magic = messageState.offset(of: "magic")
    version = messageState.offset(of: "version")
    kind = messageState.offset(of: "kind")
    state = messageState.offset(of: "state")
    schema = messageState.offset(of: "schema")
    session = messageState.offset(of: "session")
    sequence = messageState.offset(of: "sequence")
    flags = messageState.offset(of: "flags")
    sampleTime = messageState.offset(of: "sample_time")
    sendTime = messageState.offset(of: "send_time")
    age = messageState.offset(of: "age")
    size = messageState.offset(of: "size")
    slots = messageState.offset(of: "count")
    generation = messageState.offset(of: "generation")
    reasons = messageState.offset(of: "reasons")
    status = parameters.offset(of: "status")
    value = parameters.offset(of: "value")
    deviation = parameters.offset(of: "sd")
    largestRelativeDeviation = parameters.offset(of: "largest_relative_sd")
    parametersCount = parameters.byteCount
    torque = messageState.offset(of: "torque")
    torqueDeviation = messageState.offset(of: "torque_sd")
    angle = messageState.offset(of: "angle")
    rate = messageState.offset(of: "rate")
    gravity = messageState.offset(of: "gravity")
    inertia = messageState.offset(of: "inertia")
    muscle = messageState.offset(of: "muscle")
    payload = messageState.offset(of: "payload")
    stateCount = messageState.byteCount
    tag = interaction.offset(of: "tag")
    interactionCount = interaction.byteCount
    precondition(interaction.offset(of: "torque") == torque, "both begin after the header")
  }
}
