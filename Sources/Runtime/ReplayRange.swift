internal import Devices
internal import Recordings
internal import Signals

/// The part of a recording that a replay takes, counted from its first step.
public struct ReplayRange: Hashable, Sendable {
  /// Where it begins; nil is the recording's beginning [s].
  public var from: Double?
  /// Where it ends; nil is the recording's end [s].
  public var to: Double?

  /// The whole recording.
  public init() {}

  /// True for the whole recording.
  public var isWhole: Bool { from == nil && to == nil }

  /// What goes through the line before the range, unheard, so that filters and clocks settle [s].
  static let warmUp = 5.0
}

/// A recording from some moment on and up to another.
struct RangedSource: SampleSource, Sendable {
  typealias Failure = XDFError

  private var base: RecordingSource
  private let last: SampleTime?
  /// A payload that was picked up before the beginning [kg].
  private var payload: Double
  private let beginning: SampleTime
  /// Where the range itself begins, after the warm-up [ns on the session timeline].
  let start: SampleTime

  init(_ base: RecordingSource, _ range: ReplayRange) {
    var base = base
    let origin = SampleTime(nanoseconds: base.start)
    start = origin.advanced(seconds: range.from ?? 0)
    beginning =
      range.from == nil ? origin : max(origin, start.advanced(seconds: -ReplayRange.warmUp))
    payload = range.from == nil ? 0 : base.skip(to: beginning)
    last = range.to.map { origin.advanced(seconds: $0) }
    self.base = base
  }

  var streams: [StreamDescription] { base.streams }
  var blockCapacity: Int { base.blockCapacity }

  /// The next step before the range itself; nil when that begins.
  mutating func nextOfWarmUp(
    into block: inout SampleBlock
  ) throws(XDFError) -> SourceStep? {
    if payload == 0 {
      guard let moment = base.nextMoment, moment < start.nanoseconds else { return nil }
    }
    return try next(into: &block)
  }

  mutating func next(into block: inout SampleBlock) throws(XDFError) -> SourceStep {
    if payload > 0 {
      defer { payload = 0 }
      return .command(.payload(kilograms: payload), at: beginning)
    }
    let step = try base.next(into: &block)
    guard let last else { return step }
    switch step {
    case .block where block.arrival > last: return .end
    case .tick(let time) where time > last: return .end
    case .command(_, let time) where time > last: return .end
    case .adoption(_, let time) where time > last: return .end
    default: return step
    }
  }
}
