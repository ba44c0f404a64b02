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

  /// What is known about the samples before the next packet beside its counter.
  private enum Hint: Sendable {
    /// Nothing.
    case none
    /// The device went on counting; the packet's first sample should be about this one.
    case about(Int64)
    /// The device may have started anew: so many samples are missing, whatever it counts.
    case missing(Int64)
  }

  /// Number of the sample after the last accepted packet; nil before the first [samples].
  private(set) var nextSample: Int64?

  /// Refused packets in a row that mean a restart [packets].
  static let restartEvidence = 4

  /// Samples after which the counter is the same again; nil without one or when it never is [samples].
  let range: Int64?
  private let field: CounterField?
  private let samplesPerPacket: Int64
  /// Counts after which the counter is zero again [counts].
  private let modulus: Int64
  /// Samples that one step of the counter stands for [samples].
  private let samplesPerStep: Int64
  /// By how much the counter grows in one step [counts].
  private let step: Int64
  private let packetLength: Int
  /// True when the first count says nothing about how many samples came before.
  private let startsAtZero: Bool
  /// Counter of the last accepted packet [counts].
  private var lastCount: Int64 = 0
  /// Counter of the last refused packet [counts], and how many followed each other up to it [packets].
  private var refusedCount: Int64 = 0
  private var refusedInARow = 0
  private var hint = Hint.none

  /// Steps ahead that no counter is believed to have missed [steps].
  private static let furthest: Int64 = 1 << 40

  init(_ description: DeviceDescription) {
    field = description.counter
    samplesPerPacket = Int64(description.packet.samplesPerPacket)
    modulus = description.counter?.width.modulus ?? 1
    samplesPerStep = description.counter?.counts == .samples ? 1 : samplesPerPacket
    step = description.counter?.step ?? 1
    range = description.counterRange
    packetLength = description.packet.usualLength
    startsAtZero = step > 1 || description.counter?.width == .bits64
  }

  /// Says that the next packet's first sample should be about this one, after a long silence.
  mutating func expect(about sample: Int64) {
    guard let nextSample else { return }
    if case .missing = hint { return }
    hint = field == nil ? .missing(max(0, sample - nextSample)) : .about(sample)
  }

  /// Says that the stream was interrupted, and that about so many samples are missing.
  mutating func interrupt(missing samples: Int64) {
    guard nextSample != nil else { return }
    if case .missing(let before) = hint {
      hint = .missing(max(before, samples))
    } else {
      hint = .missing(max(0, samples))
    }
  }

  /// Says that the device lost `samples` more than its counter tells.
  mutating func shift(by samples: Int64) {
    if let next = nextSample { nextSample = next + samples }
  }

  /// Where a whole packet with this counter stands, `skipped` bytes of garbage after the packet before it.
  mutating func place(_ count: Int64?, skipped: Int) -> Place {
    guard field != nil, let count else { return placeUncounted(skipped: skipped) }
    guard let nextSample else {
      return accept(count, at: startsAtZero ? 0 : count * samplesPerStep, lost: 0)
    }
    switch hint {
    case .none: break
    case .missing(let samples):
      return accept(count, at: nextSample + samples, lost: samples)
    case .about(let sample):
      return accept(count, near: sample, after: nextSample)
    }

    let steps = steps(from: lastCount, to: count)
    let isAhead = steps <= (modulus - modulus / 4) / step && steps <= Self.furthest
    let first = nextSample - samplesPerPacket + min(steps, Self.furthest) * samplesPerStep
    if first >= nextSample && isAhead {
      return accept(count, at: first, lost: first - nextSample)
    }
    let expected = samplesPerPacket / samplesPerStep
    let follows = refusedInARow > 0 && self.steps(from: refusedCount, to: count) == expected
    refusedInARow = follows ? refusedInARow + 1 : 1
    refusedCount = count
    guard refusedInARow >= Self.restartEvidence else { return .duplicate }
    guard first >= nextSample, steps <= Self.furthest else {
      // what the counter says cannot be placed: go on where the last packet ended
      _ = accept(count, at: nextSample, lost: 0)
      return .restarted(nextSample)
    }
    _ = accept(count, at: first, lost: 0)
    return .restarted(first)
  }

  /// The sample number that agrees with `count` and lies nearest to `sample`, but not before `next`.
  private mutating func accept(_ count: Int64, near sample: Int64, after next: Int64) -> Place {
    var first =
      next - samplesPerPacket
      + min(steps(from: lastCount, to: count), Self.furthest) * samplesPerStep
    if let range {
      let turns = Double(sample - first) / Double(range)
      first += Int64(turns.rounded()) * range
      while first < next { first += range }
    }
    first = max(first, next)
    return accept(count, at: first, lost: first - next)
  }

  /// From one count to a later one, in whole steps [steps].
  private func steps(from earlier: Int64, to later: Int64) -> Int64 {
    if modulus == .max {
      let difference = later.subtractingReportingOverflow(earlier)
      if difference.overflow || difference.partialValue < 0 { return .max }
      return difference.partialValue / step + (difference.partialValue % step * 2 >= step ? 1 : 0)
    }
    return (wrapped(later - earlier, modulo: modulus) + step / 2) / step
  }

  private mutating func accept(_ count: Int64, at first: Int64, lost: Int64) -> Place {
    lastCount = count
    refusedInARow = 0
    hint = .none
    nextSample = first + samplesPerPacket
    return .at(first, lost: lost)
  }

  /// Without a counter, broken bytes are all there is: so many packets' worth of them were packets.
  private mutating func placeUncounted(skipped: Int) -> Place {
    guard let nextSample else {
      self.nextSample = samplesPerPacket
      return .at(0, lost: 0)
    }
    var lost = Int64((skipped + packetLength / 2) / packetLength) * samplesPerPacket
    if case .missing(let samples) = hint { lost = max(lost, samples) }
    hint = .none
    self.nextSample = nextSample + lost + samplesPerPacket
    return .at(nextSample + lost, lost: lost)
  }
}
