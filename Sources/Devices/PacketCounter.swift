/// Turns the counters of consecutive packets into sample numbers that never wrap or go back.
///
/// A packet whose counter lies up to a quarter of the counter's range behind the last one is a
/// duplicate or late and is refused; everything else lies ahead, so that gaps up to three quarters of
/// the range are measured exactly. Several refused packets that follow each other mean that the device
/// started its counter anew (or was silent for most of its range): they are accepted again, as a gap.
struct PacketCounter: Sendable {
  /// Where a packet stands in the stream.
  enum Place: Equatable {
    /// Its first sample has this number; so many samples are missing before it.
    case at(Int64, lost: Int64)
    /// As above after the device started counting anew; what was lost cannot be told.
    case restarted(Int64)
    /// It was here before, or is too late.
    case duplicate
  }

  /// Number of the sample after the last accepted packet; nil before the first [samples].
  private(set) var nextSample: Int64?

  /// Refused packets in a row that mean a restart [packets].
  static let restartEvidence = 4

  private let field: CounterField?
  private let samplesPerPacket: Int64
  /// Counts after which the counter is zero again [counts].
  private let modulus: Int64
  /// Samples one count stands for [samples].
  private let samplesPerCount: Int64
  private let packetLength: Int
  /// Counter of the last accepted packet [counts].
  private var lastCount: Int64 = 0
  /// Counter of the last refused packet [counts], and how many followed each other up to it [packets].
  private var refusedCount: Int64 = 0
  private var refusedInARow = 0

  init(_ description: DeviceDescription) {
    field = description.counter
    samplesPerPacket = Int64(description.packet.samplesPerPacket)
    modulus = description.counter.map { $0.width.type.range.upperBound + 1 } ?? 1
    samplesPerCount = description.counter?.counts == .samples ? 1 : samplesPerPacket
    packetLength = description.packet.length
  }

  /// Where the whole packet `bytes` stands, `skipped` bytes of garbage after the packet before it.
  mutating func place(_ bytes: [UInt8], skipped: Int) -> Place {
    guard let field else { return placeUncounted(skipped: skipped) }
    let count = field.width.type.read(bytes, at: field.byteOffset, field.byteOrder)
    guard let nextSample else { return accept(count, at: count * samplesPerCount, lost: 0) }

    let ahead = wrapped(count - lastCount, modulo: modulus)
    let first = nextSample - samplesPerPacket + ahead * samplesPerCount
    if first >= nextSample && ahead <= modulus - modulus / 4 {
      return accept(count, at: first, lost: first - nextSample)
    }
    let step = samplesPerPacket / samplesPerCount
    let follows = refusedInARow > 0 && wrapped(count - refusedCount, modulo: modulus) == step
    refusedInARow = follows ? refusedInARow + 1 : 1
    refusedCount = count
    guard refusedInARow >= Self.restartEvidence, first >= nextSample else { return .duplicate }
    _ = accept(count, at: first, lost: 0)
    return .restarted(first)
  }

  private mutating func accept(_ count: Int64, at first: Int64, lost: Int64) -> Place {
    lastCount = count
    refusedInARow = 0
    nextSample = first + samplesPerPacket
    return .at(first, lost: lost)
  }

  /// Without a counter, broken bytes are all there is: so many packets' worth of them were packets.
  private mutating func placeUncounted(skipped: Int) -> Place {
    guard let nextSample else {
      self.nextSample = samplesPerPacket
      return .at(0, lost: 0)
    }
    let lost = Int64((skipped + packetLength / 2) / packetLength) * samplesPerPacket
    self.nextSample = nextSample + lost + samplesPerPacket
    return .at(nextSample + lost, lost: lost)
  }
}
