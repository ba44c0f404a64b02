public import Signals

/// What the feed is told about the pipeline at each step.
public struct FeedSituation: Sendable, Hashable {
  /// Now [ns on the session timeline].
  public var now = SampleTime(nanoseconds: 0)
  /// Time of the latest frame; nil before the first [ns on the session timeline].
  public var frame: SampleTime?
  /// True when the latest frame is whole.
  public var isFrameValid = false
  /// All that is wrong with the EMG of any muscle in use.
  public var quality: QualityFlags = []
  /// True while a stream is silent.
  public var isInputLost = false
  /// How often clocks were set anew so far [1].
  public var clockAnchors = 0
  /// Accepted sets of parameters so far [1].
  public var generation: UInt32 = 0
  /// When the estimator last finished anything; nil before [ns on the session timeline].
  public var lastEstimate: SampleTime?
  /// Estimates refused since the last that was not [1].
  public var refusals = 0
  /// True when a device is worn and its torque is not known.
  public var isInteractionUnknown = false

  /// Nothing is known.
  public init() {}
}

/// Finds what is missing before a torque may be trusted.
public struct FeedWatch: Sendable, Hashable {
  /// What the session allows.
  var limits: FeedLimits
  /// When the last bad frame was seen [ns on the session timeline].
  private var lastBad: SampleTime?
  /// When a clock was last set anew [ns on the session timeline].
  private var lastJump: SampleTime?
  private var anchors: Int?
  /// When the first frame came [ns on the session timeline].
  private var firstFrame: SampleTime?

  /// How long activations need to forget what was before a gap [s].
  static let settling = 0.3
  /// How far in the future a frame may lie [s].
  static let foresight = 0.05

  /// A watch that has seen nothing.
  public init(limits: FeedLimits) {
    self.limits = limits
  }

  /// The reasons to hold in this situation.
  public mutating func reasons(_ situation: FeedSituation) -> HoldReasons {
    var reasons: HoldReasons = []
    let now = situation.now
    if let frame = situation.frame {
      firstFrame = firstFrame ?? now
      let age = now.seconds(since: frame)
      if age > limits.fadingAge { reasons.insert(.stale) }
      if age < -Self.foresight { reasons.insert(.clockJump) }
      if !situation.isFrameValid { lastBad = now }
      if let lastBad, now.seconds(since: lastBad) < Self.settling { reasons.insert(.gap) }
    } else {
      reasons.insert(.noSamples)
    }
    // the first anchors are the streams' own
    if situation.frame != nil {
      if let anchors, situation.clockAnchors > anchors { lastJump = now }
      anchors = situation.clockAnchors
    }
    if let lastJump, now.seconds(since: lastJump) < Self.settling { reasons.insert(.clockJump) }
    if situation.isInputLost { reasons.insert(.inputLost) }
    // one by one: a set's literal is an array first
    if situation.quality.contains(.electrodeOff) || situation.quality.contains(.flat) {
      reasons.insert(.electrodeOff)
    }
    if situation.quality.contains(.saturated) { reasons.insert(.saturated) }
    if situation.generation == 0 { reasons.insert(.noParameters) }
    if situation.refusals >= limits.refusals { reasons.insert(.estimateRefused) }
    if let since = situation.lastEstimate ?? firstFrame,
      now.seconds(since: since) > limits.estimatorTimeout
    {
      reasons.insert(.estimatorStalled)
    }
    if situation.isInteractionUnknown { reasons.insert(.interactionUnknown) }
    return reasons
  }
}

extension FeedSituation: Resumable {
  /// All of it.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&now)
    archive.carry(&frame, blank: SampleTime(nanoseconds: 0))
    archive.carry(&isFrameValid)
    archive.carry(&quality)
    archive.carry(&isInputLost)
    archive.carry(&clockAnchors)
    archive.carry(&generation)
    archive.carry(&lastEstimate, blank: SampleTime(nanoseconds: 0))
    archive.carry(&refusals)
    archive.carry(&isInteractionUnknown)
  }
}

extension FeedWatch: Resumable {
  /// When things were last missing.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&lastBad, blank: SampleTime(nanoseconds: 0))
    archive.carry(&lastJump, blank: SampleTime(nanoseconds: 0))
    archive.carry(&anchors, blank: 0)
    archive.carry(&firstFrame, blank: SampleTime(nanoseconds: 0))
  }
}
