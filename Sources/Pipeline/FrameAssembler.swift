internal import Devices
internal import Signals

/// Puts all streams on one timeline: a frame every half step, each signal read where its delays say.
///
/// EMG acts on the muscle `electromechanicalDelay` after it is seen, and its envelope lags it by the
/// filters' delay, so a frame reads the envelope at time - electromechanicalDelay + delay; an angle is
/// read at time + delay. A frame is made once every stream has reached that far.
struct FrameAssembler: Sendable {
  /// One signal's place in its stream.
  private struct Source: Sendable {
    /// The stream (index).
    let stream: Int
    /// The track in the stream's timeline (index).
    let track: Int
    /// What to add to a frame's time before reading [s].
    let shift: Double
    /// Where the value goes: envelope channel or coordinate (index).
    let target: Int
  }

  /// Electrodes over the same muscles in one frame.
  private struct Mean: Sendable {
    /// Sum of the envelopes of electrodes with EMG [1].
    var sum = 0.0
    /// How many those are [1].
    var count = 0.0
    /// What is wrong with them, usable as they are.
    var flags = QualityFlags(rawValue: 0)
    /// Sum of the envelopes of electrodes without [1].
    var unusableSum = 0.0
    /// How many those are [1].
    var unusableCount = 0.0
    /// What is wrong with them.
    var unusableFlags = QualityFlags(rawValue: 0)
  }

  /// The streams.
  private(set) var timelines: [StreamTimeline]
  private let envelopes: [Source]
  private let angles: [Source]
  /// The electrodes of each signal in the present frame, those with EMG and those without (channelCount).
  private var means: [Mean]
  /// Half a step [s].
  private let spacing: Double
  /// When the grid begins; nil until every stream has delivered [ns on the session timeline].
  private var origin: SampleTime?
  /// The number of the next frame [1].
  private var next: Int64 = 0
  /// Payload changes not yet passed, in time order.
  private var payloadChanges: [(at: SampleTime, kilograms: Double)] = []
  /// Payload at the next frame [kg].
  private var payload = 0.0

  init(_ configuration: PipelineConfiguration) {
    var timelines: [StreamTimeline] = []
    var envelopes: [Source] = []
    var angles: [Source] = []
    for (index, stream) in configuration.streams.enumerated() {
      // two seconds of history outlast every delay in the house
      let history = CubicSampler(capacity: max(16, Int(2 * stream.nominalRate)))
      var tracks: [StreamTimeline.Track] = []
      var prototype: LinearEnvelope?
      for (target, signal) in configuration.emg.enumerated() {
        for electrode in signal.electrodes where electrode.stream == index {
          if electrode.isEnvelope {
            let smoother = configuration.envelope.smoother(atRate: stream.nominalRate)
            let channel = stream.channels[electrode.channel]
            envelopes.append(
              Source(
                stream: index, track: tracks.count,
                shift: smoother.delay - configuration.electromechanicalDelay, target: target))
            tracks.append(
              StreamTimeline.Track(
                channel: electrode.channel, scale: channel.scale, offset: channel.offset,
                envelope: nil, isEnvelope: true, quality: nil, smoother: smoother, sign: 1,
                zero: 0, center: nil, history: history))
            continue
          }
          // the noise prediction is made once a stream, the copies only rescale
          var envelope =
            prototype
            ?? LinearEnvelope(configuration.envelope, rate: stream.nominalRate, mvc: electrode.mvc)
          prototype = envelope
          envelope.mvc = electrode.mvc
          envelope.reset()
          let channel = stream.channels[electrode.channel]
          envelopes.append(
            Source(
              stream: index, track: tracks.count,
              shift: envelope.delay - configuration.electromechanicalDelay, target: target))
          tracks.append(
            StreamTimeline.Track(
              channel: electrode.channel, scale: channel.scale, offset: channel.offset,
              envelope: envelope, isEnvelope: true,
              quality: ChannelQuality(rate: stream.nominalRate), smoother: nil,
              sign: 1, zero: 0, center: nil, history: history))
        }
      }
      for signal in configuration.angles where signal.stream == index {
        let smoother = signal.smoothing.map { AngleSmoother($0, rate: stream.nominalRate) }
        let channel = stream.channels[signal.channel]
        angles.append(
          Source(
            stream: index, track: tracks.count, shift: smoother?.delay ?? 0,
            target: signal.coordinate))
        tracks.append(
          StreamTimeline.Track(
            channel: signal.channel, scale: channel.scale, offset: channel.offset, envelope: nil,
            isEnvelope: false, quality: nil, smoother: smoother, sign: signal.sign,
            zero: signal.zero,
            center: signal.center,
            history: history))
      }
      timelines.append(StreamTimeline(stream, tracks: tracks))
    }
    self.timelines = timelines
    self.envelopes = envelopes
    self.angles = angles
    means = Array(repeating: Mean(), count: configuration.emg.count)
    spacing = 0.5 * configuration.step
  }

  /// Takes a block into its stream's history; returns the samples lost before it [samples].
  mutating func append(_ block: borrowing SampleBlock) -> Int64 {
    timelines[block.stream].append(block)
  }

  /// Marks a stream as silent or speaking.
  mutating func setLost(_ isLost: Bool, stream: Int) {
    timelines[stream].isLost = isLost
  }

  /// Announces a payload from `time` on [kg].
  mutating func setPayload(_ kilograms: Double, at time: SampleTime) {
    payloadChanges.append((time, kilograms))
  }

  /// Fills `frame` with the next moment of the grid; false while some stream has not reached it.
  mutating func assemble(_ frame: inout Frame) -> Bool {
    guard let origin = gridOrigin() else { return false }
    let time = origin.advanced(seconds: Double(next) * spacing)
    guard isReached(time, by: envelopes), isReached(time, by: angles) else { return false }
    next += 1

    while !payloadChanges.isEmpty, payloadChanges[0].at <= time {
      payload = payloadChanges.removeFirst().kilograms
    }
    frame.time = time
    frame.payload = payload
    frame.isValid = true
    for channel in means.indices { means[channel] = Mean() }
    for index in envelopes.indices {
      guard let value = read(envelopes[index], at: time) else {
        frame.isValid = false
        return true
      }
      take(value, of: envelopes[index], at: time)
    }
    for channel in means.indices {
      let mean = means[channel]
      // where no electrode has EMG, what there is stands, with flags that say what it is worth
      let envelope =
        mean.count > 0 ? mean.sum / mean.count : mean.unusableSum / mean.unusableCount
      // the cubic between two samples may dip below both
      frame.envelopes[channel] = max(envelope, 0)
      frame.quality[channel] = mean.count > 0 ? mean.flags : mean.unusableFlags
    }
    for index in angles.indices {
      guard let value = read(angles[index], at: time) else {
        frame.isValid = false
        return true
      }
      frame.angles[angles[index].target] = value
      frame.isMeasured[angles[index].target] = true
    }
    return true
  }

  /// Adds an electrode's envelope to its signal's mean, apart when it shows no EMG.
  private mutating func take(_ value: Double, of source: Source, at time: SampleTime) {
    let moment = time.advanced(seconds: source.shift)
    let flags = timelines[source.stream].flags(source.track, at: moment)
    if flags.isDisjoint(with: .unusable) {
      means[source.target].sum += value
      means[source.target].count += 1
      means[source.target].flags.formUnion(flags)
    } else {
      means[source.target].unusableSum += value
      means[source.target].unusableCount += 1
      means[source.target].unusableFlags.formUnion(flags)
    }
  }

  /// The grid begins when every stream has settled, at a sample of the slowest sensor.
  ///
  /// Where the sensor's rate divides the grid's, measured angles are then its samples themselves and
  /// owe nothing to samples that came later.
  private mutating func gridOrigin() -> SampleTime? {
    if let origin { return origin }
    var latest: SampleTime?
    for source in envelopes + angles {
      guard let valid = timelines[source.stream].validFrom else { return nil }
      let needed = valid.advanced(seconds: -source.shift)
      latest = max(latest ?? needed, needed)
    }
    let slowest = angles.min {
      timelines[$0.stream].nominalRate < timelines[$1.stream].nominalRate
    }
    if let slowest, let settled = latest {
      let read = settled.advanced(seconds: slowest.shift)
      latest = timelines[slowest.stream].sampleTime(notBefore: read)
        .advanced(seconds: -slowest.shift)
    }
    origin = latest
    return latest
  }

  /// True when each source's stream has delivered what a frame at `time` reads.
  private func isReached(_ time: SampleTime, by sources: [Source]) -> Bool {
    for index in sources.indices {
      let moment = time.advanced(seconds: sources[index].shift)
      if !timelines[sources[index].stream].reaches(moment) { return false }
    }
    return true
  }

  /// A source's value, nil in gaps and while filters settle.
  private func read(_ source: Source, at time: SampleTime) -> Double? {
    let moment = time.advanced(seconds: source.shift)
    guard let valid = timelines[source.stream].validFrom, moment >= valid else { return nil }
    return timelines[source.stream].value(source.track, at: moment)
  }
}
