public import Signals

/// What is known about one device's clock.
public struct ClockFigures: Hashable, Sendable {
  /// By how much the device's samples lie further apart than its nominal rate says [1].
  public var drift: Double
  /// Mean lateness of arrivals, or mean absolute error of device time stamps [s].
  public var jitter: Double
  /// Standard deviation of the time of the latest sample, beside a constant transport delay [s].
  public var alignmentDeviation: Double
  /// How often the clock has been anchored: once, and once more at each gap that disagreed [1].
  public var anchors: Int

  /// The figures of a clock.
  public init(drift: Double, jitter: Double, alignmentDeviation: Double, anchors: Int) {
    self.drift = drift
    self.jitter = jitter
    self.alignmentDeviation = alignmentDeviation
    self.anchors = anchors
  }
}

/// Maps a stream's unwrapped sample numbers to the session timeline.
///
///     time(n) = segment time + (n - segment sample) (1 + stretch) / nominal rate
///
/// The first block sets the anchor: its first sample's device time where the block gives one, else its
/// arrival minus the time from its first sample to its last (the last sample is taken to be as old as
/// the transfer). From then on `ClockRegression` learns offset, drift and jitter from device times or
/// arrivals. Each time its line moves a new segment begins at the next sample, continuous with the last
/// one and stretched by the drift and at most 0.5 % more until it meets the line: no sample that
/// was given a time gets another, time never stands still or goes back, and what arrives in bursts stays evenly
/// spaced.
///
/// At a gap the anchor is set anew
///
/// - by the whole turns of the counter that fit into the time by which the block arrived later, when its range
///   is known;
/// - to the block's device time, when that disagrees with the sample number by more than half a sample
///   period: the device or recorder knows better how long the gap was;
/// - to the block's arrival less the usual jitter, when there is no device time and the sample number
///   would place the block's last sample more than `tolerance` after it arrived, which cannot be: the
///   device restarted its counter.
///
/// A new anchor never lies before the sample that should have followed the last one.
///
/// Arrivals cannot tell a delay that is always there. What sync pulses tell of it is taken off by
/// `setDelay`: time bends toward the line less the delay as it bends toward the line itself.
public struct DeviceClock: Hashable, Sendable {
  /// How far after its arrival a sample number may place a sample before a gap re-anchors [s].
  public static let tolerance = 0.25
  /// By how much time is stretched at most, beside the drift, to meet the line [1].
  static let slew = 0.005
  /// In what time the line is met where that takes no more [s].
  static let slewTime = 1.0
  /// Segments that are remembered [1].
  static let memory = 8

  /// A stretch of samples that are evenly spaced.
  fileprivate struct Segment: Hashable, Sendable {
    /// Its first sample [samples].
    var sample: Int64
    /// Time of that sample [ns on the session timeline].
    var time: SampleTime
    /// By how much the spacing exceeds the nominal one [1].
    var stretch: Double
  }

  /// The nominal rate, which spaces the samples until the true one is known [Hz].
  public let nominalRate: Double
  /// Samples after which the device's counter is the same again; nil when decoders resolve that [samples].
  public let counterRange: Int64?
  /// How often the clock has been anchored: once, and once more at each gap that disagreed [1].
  public private(set) var anchors = 0
  /// By how much everything is taken to arrive or to be stamped later than it was sampled [s].
  public private(set) var delay = 0.0
  /// Samples in whole turns of the counter that nothing but the time showed to be missing [samples].
  public private(set) var turnedSamples: Int64 = 0
  /// The latest segments, oldest first (at most memory).
  private var segments: [Segment] = []
  /// Sample number that the regression's nominal line goes through [samples].
  private var anchorSample: Int64 = 0
  /// Time of that sample on the nominal line [ns on the session timeline].
  private var anchorTime = SampleTime(nanoseconds: 0)
  /// Number of the sample after the last block; nil before the first [samples].
  private var nextSample: Int64?
  private var regression = ClockRegression()
  /// True when the next block sets the anchor, whatever its number.
  private var isUnanchored = false

  /// A clock for a stream of this nominal rate [Hz].
  public init(nominalRate: Double, counterRange: Int64? = nil) {
    precondition(nominalRate > 0 && nominalRate.isFinite, "a device clock needs a rate above zero")
    precondition(counterRange ?? 1 > 0, "a counter has a range")
    self.nominalRate = nominalRate
    self.counterRange = counterRange
    segments.reserveCapacity(Self.memory + 1)
  }

  /// Offset, drift and jitter as known now.
  public var figures: ClockFigures {
    let place = nominalPlace(of: (nextSample ?? anchorSample) - 1)
    return ClockFigures(
      drift: regression.drift, jitter: regression.jitter,
      alignmentDeviation: regression.points > 0 ? regression.deviation(at: place) : .infinity,
      anchors: anchors)
  }

  /// Forgets the rate, which led to times that cannot be, and anchors the next block by its own time.
  public mutating func forgetRate() {
    regression = ClockRegression()
    isUnanchored = true
  }

  /// Takes note of the stream's next block and returns the time of its first sample.
  public mutating func advance(_ block: borrowing SampleBlock) -> SampleTime {
    precondition(block.sampleCount > 0, "a block with samples")
    let first = block.firstSample
    let toLast = Double(block.sampleCount - 1) / nominalRate
    let arrival = block.arrival.advanced(seconds: -toLast - delay)
    let deviceTime = block.deviceTime?.advanced(seconds: -delay)
    if let nextSample {
      if isUnanchored {
        begin(at: first, time: max(deviceTime ?? arrival, time(ofSample: nextSample)))
        isUnanchored = false
      } else if first != nextSample {
        reanchor(first, after: nextSample, arrival: arrival, deviceTime: deviceTime)
      }
    } else {
      begin(at: first, time: deviceTime ?? arrival)
    }
    let end = first + Int64(block.sampleCount)
    nextSample = end
    observe(block, last: end - 1)
    return time(ofSample: first)
  }

  /// Takes this off all times from now on, bending them until it is off [s].
  public mutating func setDelay(_ delay: Double) {
    precondition(delay.isFinite, "a delay is a number")
    self.delay = delay
  }

  /// When sample `number` less a part of a sample was taken by the regression's line, no delay taken off.
  ///
  /// - Parameters:
  ///   - number: the sample; call `advance` at least once before.
  ///   - before: how far before it [samples].
  public func undelayedTime(ofSample number: Int64, before: Double) -> SampleTime {
    let place = nominalPlace(of: number) - before / nominalRate
    return anchorTime.advanced(seconds: place + regression.correction(at: place))
  }

  /// The time of the sample with this number by what is known now; call `advance` at least once before.
  public func time(ofSample number: Int64) -> SampleTime {
    precondition(!segments.isEmpty, "the first block sets the origin of time")
    let segment = segments[segmentIndex { $0.sample <= number }]
    return segment.time.advanced(
      seconds: (Double(number - segment.sample) / nominalRate) * (1 + segment.stretch))
  }

  /// The last sample not after `time`, and by what part of a sample it lies behind.
  public func place(of time: SampleTime) -> (sample: Int64, fraction: Double) {
    precondition(!segments.isEmpty, "the first block sets the origin of time")
    let segment = segments[segmentIndex { $0.time <= time }]
    let perSecond = nominalRate / (1 + segment.stretch)
    let guess =
      segment.sample + Int64((time.seconds(since: segment.time) * perSecond).rounded(.down))
    let fraction = time.seconds(since: self.time(ofSample: guess)) * perSecond
    let whole = fraction.rounded(.down)
    return (guess + Int64(whole), fraction - whole)
  }

  /// The newest segment that fulfils `condition`, or the oldest.
  private func segmentIndex(_ condition: (Segment) -> Bool) -> Int {
    var index = segments.count - 1
    while index > 0, !condition(segments[index]) { index -= 1 }
    return index
  }

  /// Sets the anchor anew after a gap, where the sample number cannot be right.
  ///
  /// - Parameter arrival: when the block's first sample was taken by its arrival.
  private mutating func reanchor(
    _ first: Int64, after next: Int64, arrival: SampleTime, deviceTime: SampleTime?
  ) {
    let predicted = time(ofSample: first)
    let earliest = time(ofSample: next)
    let late = (deviceTime ?? arrival).seconds(since: predicted)
    if let counterRange {
      // the counter may have come round unseen, as often as fits: no sample is taken after it arrived
      let range = Double(counterRange) / nominalRate
      let spread = regression.points > 0 ? regression.deviation(at: nominalPlace(of: next)) : range
      let slack = min(0.25 * range, max(4 * (regression.jitter + spread), 2e-3))
      let turns = max(((late + slack) / range).rounded(.down), 0)
      if first < next || turns > 0,
        (late - turns * range).magnitude < max(Self.tolerance, 0.25 * range)
      {
        let shifted = Int64(turns) * counterRange
        move(from: first, toTimeOf: first + shifted, notBefore: earliest)
        turnedSamples += shifted
        return
      }
    }
    if let deviceTime {
      let isWrong = abs(late) > 0.5 / nominalRate
      guard isWrong || predicted < earliest else { return }
      begin(at: first, time: max(isWrong ? deviceTime : predicted, earliest))
    } else if -late > Self.tolerance {
      begin(at: first, time: max(arrival.advanced(seconds: -regression.jitter), earliest))
    } else if predicted < earliest {
      begin(at: first, time: earliest)
    }
  }

  /// The sample number `first` stands for what would have been `number`; the line stays what it was.
  private mutating func move(from first: Int64, toTimeOf number: Int64, notBefore: SampleTime) {
    let start = max(time(ofSample: number), notBefore)
    let stretch = segments[segments.count - 1].stretch
    anchorSample += first - number
    append(Segment(sample: first, time: start, stretch: stretch))
    anchors += 1
  }

  /// A new anchor: the offset is unknown again, the drift is not.
  private mutating func begin(at sample: Int64, time: SampleTime) {
    anchorSample = sample
    anchorTime = time.advanced(seconds: delay)
    regression.restart(at: 0)
    segments.removeAll(keepingCapacity: true)
    append(Segment(sample: sample, time: time, stretch: regression.drift))
    anchors += 1
  }

  /// Nominal time of a sample since the anchor [s].
  private func nominalPlace(of sample: Int64) -> Double {
    Double(sample - anchorSample) / nominalRate
  }

  /// Lets the regression see a block, and bends time toward its line.
  private mutating func observe(_ block: borrowing SampleBlock, last: Int64) {
    let sample = block.deviceTime == nil ? last : block.firstSample
    let place = nominalPlace(of: sample)
    let difference =
      (block.deviceTime ?? block.arrival).seconds(since: anchorTime) - place
    guard regression.observe(difference, at: place, isArrival: block.deviceTime == nil) else {
      return
    }
    let now = time(ofSample: last + 1)
    let nominal = nominalPlace(of: last + 1)
    let line = nominal + regression.correction(at: nominal) - delay
    let gap = line - now.seconds(since: anchorTime)
    // now is rounded to the nanosecond
    let error = gap.magnitude < 2e-9 ? 0 : gap
    let bend = min(max(error / Self.slewTime, -Self.slew), Self.slew)
    let stretch = regression.drift + bend
    guard stretch != segments[segments.count - 1].stretch else { return }
    append(Segment(sample: last + 1, time: now, stretch: stretch))
  }

  private mutating func append(_ segment: Segment) {
    if segments.count == Self.memory { segments.removeFirst() }
    segments.append(segment)
  }
}

extension DeviceClock: Resumable {
  /// The segments, the anchor and the regression.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&anchors)
    archive.carry(
      growing: &segments,
      blank: Segment(sample: 0, time: SampleTime(nanoseconds: 0), stretch: 0))
    archive.carry(&anchorSample)
    archive.carry(&anchorTime)
    archive.carry(&nextSample, blank: 0)
    archive.require(segments.count <= Self.memory && (nextSample == nil || !segments.isEmpty))
    archive.carry(&regression)
    archive.carry(&delay)
    archive.carry(&turnedSamples)
    archive.require(delay.isFinite)
    archive.carry(&isUnanchored)
  }
}

extension DeviceClock.Segment: Resumable {
  /// Where it begins and how it is spaced.
  fileprivate mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&sample)
    archive.carry(&time)
    archive.carry(&stretch)
  }
}
