public import Signals

/// Maps a stream's unwrapped sample numbers to the session timeline.
///
///     time(n) = anchor time + (n - anchor sample) / nominal rate
///
/// The first block sets the anchor: its first sample's device time where the block gives one, else its
/// arrival minus the time from its first sample to its last (the last sample is taken to be as old as
/// the transfer). Inside a run of blocks without gaps the anchor never moves, so samples stay equally
/// spaced however irregular the arrivals. At a gap the anchor is set anew
///
/// - to the block's device time, when that disagrees with the sample number by more than half a sample
///   period: the device or recorder knows better how long the gap was;
/// - to the block's arrival, when there is no device time and the sample number would place the block's
///   last sample more than `tolerance` after it arrived, which cannot be: the device restarted its
///   counter, or the counter's range was too short for the gap.
///
/// A new anchor never lies before the sample that should have followed the last one, so time never goes
/// back. Drift between the nominal and the true rate is not estimated.
public struct DeviceClock: Hashable, Sendable {
  /// How far after its arrival a sample number may place a sample before a gap re-anchors [s].
  public static let tolerance = 0.25

  /// The rate that spaces the samples [Hz].
  public let nominalRate: Double
  /// How often the clock has been anchored: once, and once more at each gap that disagreed [1].
  public private(set) var anchors = 0
  /// Sample number whose time is known [samples].
  private var anchorSample: Int64 = 0
  /// Time of that sample [ns on the session timeline].
  private var anchorTime = SampleTime(nanoseconds: 0)
  /// Number of the sample after the last block; nil before the first [samples].
  private var nextSample: Int64?

  /// A clock for a stream of this nominal rate [Hz].
  public init(nominalRate: Double) {
    precondition(nominalRate > 0 && nominalRate.isFinite, "a device clock needs a rate above zero")
    self.nominalRate = nominalRate
  }

  /// Takes note of the stream's next block and returns the time of its first sample.
  public mutating func advance(_ block: borrowing SampleBlock) -> SampleTime {
    precondition(block.sampleCount > 0, "a block with samples")
    let first = block.firstSample
    let toLast = Double(block.sampleCount - 1) / nominalRate
    if let nextSample {
      if first != nextSample {
        let predicted = time(ofSample: first)
        var start = predicted
        if let deviceTime = block.deviceTime {
          if abs(deviceTime.seconds(since: predicted)) > 0.5 / nominalRate { start = deviceTime }
        } else if predicted.seconds(since: block.arrival) + toLast > Self.tolerance {
          start = block.arrival.advanced(seconds: -toLast)
        }
        start = max(start, time(ofSample: nextSample))
        if start != predicted { anchor(first, at: start) }
      }
    } else {
      anchor(first, at: block.deviceTime ?? block.arrival.advanced(seconds: -toLast))
    }
    nextSample = first + Int64(block.sampleCount)
    return time(ofSample: first)
  }

  /// The time of the sample with this number by the present anchor; call `advance` at least once before.
  public func time(ofSample number: Int64) -> SampleTime {
    precondition(anchors > 0, "the first block sets the origin of time")
    return anchorTime.advanced(seconds: Double(number - anchorSample) / nominalRate)
  }

  private mutating func anchor(_ sample: Int64, at time: SampleTime) {
    anchorSample = sample
    anchorTime = time
    anchors += 1
  }
}
