internal import Signals

/// Finds the pulses of a common generator in one channel of a stream.
///
/// A pulse is where the value crosses the threshold upward (downward, where the pulses are the dips), at least
/// `deadTime` after the last; between the samples on either side its moment is where a straight line crosses.
struct PulseDetector: Sendable, Hashable {
  /// What is no pulse of its own so soon after one: the bouncing of a contact [s].
  static let deadTime = 0.1

  /// The channel in the stream (index).
  let channel: Int
  /// SI units per native unit, negative where dips are pulses [unit per native unit].
  private let scale: Double
  /// SI value of native zero, its sign turned where dips are pulses [unit].
  private let offset: Double
  /// What is crossed, its sign turned where dips are pulses [unit].
  private let threshold: Double
  /// The same time in samples [samples].
  private let deadSamples: Int
  /// The value before; nil at the start and after a gap [unit].
  private var last: Double?
  /// Samples since the last pulse [samples].
  private var sinceLast: Int

  /// A detector on a channel of `stream`.
  init(_ signal: SyncSignal, of stream: StreamDescription) {
    let sign = signal.isFalling ? -1.0 : 1
    channel = signal.channel
    scale = sign * stream.channels[signal.channel].scale
    offset = sign * stream.channels[signal.channel].offset
    threshold = sign * signal.threshold
    deadSamples = Int(Self.deadTime * stream.nominalRate)
    sinceLast = deadSamples
  }

  /// Takes the next native value; how far before it a pulse began, or nil where none did [samples].
  mutating func advance(_ native: Double) -> Double? {
    let value = native * scale + offset
    defer { last = value }
    sinceLast = min(sinceLast + 1, deadSamples + 1)
    guard let last, last < threshold, value >= threshold, sinceLast > deadSamples else {
      return nil
    }
    sinceLast = 0
    return (value - threshold) / (value - last)
  }

  /// Forgets the value before, as after a gap.
  mutating func restart() {
    last = nil
  }
}

extension PulseDetector: Resumable {
  /// The value before, and how long ago the last pulse was.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&last, blank: 0)
    archive.carry(&sinceLast)
  }
}
