public import Devices
public import Identification
public import Signals

/// Something the pipeline has to say; the same for a live run and its replay.
public enum Event: Sendable, Hashable, Codable {
  /// Samples of a stream are missing between two blocks.
  case gap(stream: String, at: SampleTime, lostSamples: Int64)
  /// A stream has been silent for too long.
  case inputLost(stream: String, at: SampleTime)
  /// A silent stream speaks again.
  case inputBack(stream: String, at: SampleTime)
  /// What is wrong with a signal's EMG has changed; no faults means that it is sound again.
  case channelQuality(signal: String, faults: QualityFlags, at: SampleTime)
  /// An operator's command took effect.
  case command(SessionCommand, at: SampleTime)
  /// A window is complete and goes to the estimator.
  case windowClosed(window: Int, start: SampleTime, end: SampleTime)
  /// The estimator was busy and never saw this window.
  case windowSkipped(window: Int)
  /// Incomplete frames were thrown away because of a gap.
  case framesDropped(count: Int, at: SampleTime)
  /// An estimate is in use from this moment.
  case adopted(ParameterEstimate, at: SampleTime)
  /// An estimate was made and not adopted.
  case refused(ParameterEstimate, AdoptionPolicy.Refusal, at: SampleTime)
}
