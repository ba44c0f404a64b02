/// Reads what a worn device answers, and believes only what its key, schema, session and order vouch for.
public struct InteractionDecoder: Sendable {
  /// Why an answer was not believed.
  public enum Refusal: String, Sendable, Hashable, CaseIterable {
    /// It is no message of this contract, or was damaged.
    case malformed
    /// It answers another session's feed, or other names and units.
    case foreign
    /// Its tag was not made with the channel's key.
    case unauthenticated
    /// It is not newer than the last one.
    case repeated
    /// It holds something that is not a finite number, or beyond the limit.
    case outOfBounds
  }

  /// The latest torque that was believed (coordinates) [N·m].
  public private(set) var torque: [Double]
  /// How old it was when it was sent [ns].
  public private(set) var age: Int64 = 0
  /// Answers believed so far [1].
  public private(set) var accepted = 0
  /// Answers not believed so far [1].
  public private(set) var refused = 0

  private let schema: UInt64
  private let session: UInt64
  private let key: SipHash
  /// Largest torque that a device may be said to give [N·m].
  private let limit: Double
  private let crc = CRC32C()
  private let places = FeedPlaces()
  private var lastSequence: UInt32?

  /// A decoder of answers to one run of a feed.
  public init(
    coordinates: Int, schema: UInt64, session: UInt64, key: SipHash, limit: Double
  ) {
    torque = Array(repeating: 0, count: coordinates)
    self.schema = schema
    self.session = session
    self.key = key
    self.limit = limit
  }

  /// Takes a message of `count` bytes into `torque`; nil when it was believed.
  public mutating func decode(_ bytes: [UInt8], count: Int) -> Refusal? {
    let refusal = refusal(of: bytes, count: count)
    if refusal == nil { accepted += 1 } else { refused += 1 }
    return refusal
  }

  private mutating func refusal(of bytes: [UInt8], count: Int) -> Refusal? {
    guard count == places.interactionCount,
      number(bytes, 4, places.magic) == UInt64(FeedContract.magic),
      number(bytes, 2, places.version) == UInt64(FeedContract.version),
      bytes[places.kind] == FeedContract.interaction.kind,
      number(bytes, 2, places.size) == UInt64(count),
      number(bytes, 2, places.slots) == UInt64(torque.count),
      number(bytes, 4, count - 4) == UInt64(crc.value(of: bytes, count: count - 4))
    else { return .malformed }
    guard number(bytes, 8, places.schema) == schema, number(bytes, 8, places.session) == session
    else { return .foreign }
    guard number(bytes, 8, places.tag) == key.tag(of: bytes, count: places.tag) else {
      return .unauthenticated
    }
    let sequence = UInt32(truncatingIfNeeded: number(bytes, 4, places.sequence))
    if let lastSequence, Int32(bitPattern: sequence &- lastSequence) <= 0 { return .repeated }
    for index in torque.indices where !(abs(value(bytes, index)) <= limit) { return .outOfBounds }
    lastSequence = sequence
    age = Int64(number(bytes, 4, places.age)) * 1000
    for index in torque.indices { torque[index] = value(bytes, index) }
    return nil
  }

  private func value(_ bytes: [UInt8], _ index: Int) -> Double {
    let pattern = UInt32(truncatingIfNeeded: number(bytes, 4, places.torque + 4 * index))
    return Double(Float(bitPattern: pattern))
  }

  private func number(_ bytes: [UInt8], _ size: Int, _ place: Int) -> UInt64 {
    var result: UInt64 = 0
    for index in 0..<size { result |= UInt64(bytes[place + index]) << UInt64(8 * index) }
    return result
  }
}
