internal import Devices
internal import RealTime
internal import Signals

/// A source that delivers when its own time says so, at `speed` times real time.
///
/// The one place where simulated and recorded time meets the clock; belongs to the source's thread.
struct PacedSource<Base: SampleSource & Sendable>: SampleSource, Sendable {
  typealias Failure = Base.Failure

  private var base: Base
  /// Session time over real time [1].
  private let speed: Double
  /// When session time `first` is due [ns on the clock].
  private let origin: Int64
  private var first: SampleTime?

  /// `base` from `origin` on; `start` is due then, or the first step is when it is nil [ns on the clock].
  init(
    _ base: Base, speed: Double = 1, start: SampleTime? = SampleTime(nanoseconds: 0),
    origin: Int64 = MonotonicClock.now()
  ) {
    precondition(speed > 0, "time goes forward")
    self.base = base
    self.speed = speed
    self.origin = origin
    first = start
  }

  var streams: [StreamDescription] { base.streams }
  var blockCapacity: Int { base.blockCapacity }

  mutating func next(into block: inout SampleBlock) throws(Base.Failure) -> SourceStep {
    let step = try base.next(into: &block)
    let time: SampleTime
    switch step {
    case .block: time = block.arrival
    case .tick(let moment), .command(_, let moment), .adoption(_, let moment): time = moment
    case .skipped, .end: return step
    }
    let start = first ?? time
    first = start
    let wait = Double(time.nanoseconds - start.nanoseconds) / speed
    MonotonicClock.sleep(until: origin + Int64(min(wait, 1e18)))
    return step
  }
}
