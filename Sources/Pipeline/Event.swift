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
  /// What is wrong with a joint's angle has changed; no faults means that it is sound again.
  case angleQuality(coordinate: String, faults: AngleFaults, at: SampleTime)
  /// A stream's sync pulses have begun or ceased to agree with the reference's; its times are taken to be `delay` late.
  case syncChanged(stream: String, state: SyncState, delay: Double, at: SampleTime)
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
  /// The controller feed's state, its mode or its reasons to hold have changed.
  case feedChanged(state: String, isArmed: Bool, reasons: NameSet, at: SampleTime)
  /// An operator's wish to arm the controller feed was refused.
  case armingRefused(reasons: [String], at: SampleTime)
  /// The controller feed was armed and keeps what these keys of the session file said before.
  case settingsRefused(keys: [String], at: SampleTime)
  /// The controller feed goes over to the parameters of this window.
  case parametersAccepted(window: Int, generation: Int, at: SampleTime)
  /// The controller feed keeps its parameters, because those of this window were refused.
  case parametersRefused(window: Int, reason: String, at: SampleTime)
}
