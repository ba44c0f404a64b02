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

  /// A joint between inertial units.
  fileprivate struct Joint: Sendable {
    /// What it is.
    let signal: InertialJoint
    /// What is known of it now.
    var hinge: HingeAngle
    /// Gaps of its units' streams so far [1].
    var runs = 0
  }

  /// What was announced to be so from some moment on.
  fileprivate struct Change<Value: Resumable & Sendable>: Sendable {
    /// The moment [ns on the session timeline].
    var at: SampleTime
    /// What is so then.
    var value: Value
  }

  /// A worn device's torque.
  fileprivate struct Torque: Resumable, Sendable {
    /// On each joint (coordinateCount) [N·m].
    var joints: [Double]

    init(_ joints: [Double]) { self.joints = joints }

    mutating func carry(_ archive: inout StateArchive) { archive.carry(&joints) }
  }

  /// The streams.
  private(set) var timelines: [StreamTimeline]
  private let envelopes: [Source]
  private let angles: [Source]
  /// Where the inertial units are; their target is their place in a frame.
  private let units: [Source]
  /// The joints whose angles they tell.
  private var joints: [Joint]
  private let torques: [Source]
  /// Told torques that have not begun yet, in order of time.
  private var torqueChanges: [Change<Torque>] = []
  /// The told torque that acts at the next frame (coordinateCount) [N·m].
  private var toldTorque: [Double]
  /// When it was told; nil before the first [ns on the session timeline].
  private var toldTime: SampleTime?
  /// How long a told torque holds; nil where none is told [s].
  private let toldLife: Double?
  /// The electrodes of each signal in the present frame, those with EMG and those without (channelCount).
  private var means: [Mean]
  /// What is wrong with each angle at the latest frame that read it (coordinateCount).
  private var faults: [AngleFaults]
  /// Half a step [s].
  private let spacing: Double
  /// When the grid begins; nil until every stream has delivered [ns on the session timeline].
  private var origin: SampleTime?
  /// The number of the next frame [1].
  private var next: Int64 = 0
  /// Payload changes not yet passed, in time order.
  private var payloadChanges: [Change<Double>] = []
  /// Payload at the next frame [kg].
  private var payload = 0.0
  /// How much later each stream comes than the reference; nil for it and for those without sync input (stream count).
  private var alignments: [PulseAlignment?]
  /// The stream whose pulses the others' are held against; nil where the session's markers are.
  private let syncReference: Int?
  /// How far the session has come, by which markers that did not come are missed [ns on the session timeline].
  private var sessionEnd = SampleTime(nanoseconds: 0)

  init(_ configuration: PipelineConfiguration) {
    var timelines: [StreamTimeline] = []
    var envelopes: [Source] = []
    var angles: [Source] = []
    var units: [Source] = []
    var torques: [Source] = []
    for (index, stream) in configuration.streams.enumerated() {
      // two seconds of history outlast every delay in the house
      let history = CubicSampler(capacity: max(16, Int(2 * stream.nominalRate)))
      var tracks: [SignalTrack] = []
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
              SignalTrack(
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
            SignalTrack(
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
          SignalTrack(
            channel: signal.channel, scale: channel.scale, offset: channel.offset, envelope: nil,
            isEnvelope: false, quality: nil, smoother: smoother, sign: signal.sign,
            zero: signal.zero, center: signal.center,
            settling: Int(4 * (smoother?.delay ?? 0) * stream.nominalRate) + 1, history: history
          ).reading(signal.sensor))
      }
      for signal in configuration.torques where signal.stream == index {
        let smoother = signal.smoothing.map { AngleSmoother($0, rate: stream.nominalRate) }
        let channel = stream.channels[signal.channel]
        torques.append(
          Source(
            stream: index, track: tracks.count, shift: smoother?.delay ?? 0,
            target: signal.coordinate))
        tracks.append(
          SignalTrack(
            channel: signal.channel, scale: channel.scale, offset: channel.offset, envelope: nil,
            isEnvelope: false, quality: nil, smoother: smoother, sign: signal.sign,
            zero: signal.zero, center: nil,
            settling: Int(4 * (smoother?.delay ?? 0) * stream.nominalRate) + 1, history: history))
      }
      var inertial: [InertialTrack] = []
      for (target, signal) in configuration.units.enumerated() where signal.stream == index {
        units.append(Source(stream: index, track: inertial.count, shift: 0, target: target))
        inertial.append(InertialTrack(signal, of: stream, history: history))
      }
      timelines.append(
        StreamTimeline(
          stream, tracks: tracks, units: inertial,
          sync: configuration.sync.first { $0.stream == index }))
    }
    syncReference = configuration.sync.count > 1 ? configuration.sync[0].stream : nil
    alignments = Array(repeating: nil, count: configuration.streams.count)
    for signal in configuration.sync where signal.stream != syncReference {
      alignments[signal.stream] = PulseAlignment()
    }
    self.timelines = timelines
    self.envelopes = envelopes
    self.angles = angles
    self.units = units.sorted { $0.target < $1.target }
    joints = configuration.joints.map {
      Joint(signal: $0, hinge: HingeAngle($0.alignment))
    }
    faults = Array(repeating: [], count: configuration.coordinateCount)
    self.torques = torques
    toldTorque = Array(repeating: 0, count: configuration.coordinateCount)
    toldLife = configuration.torqueMessageLife
    means = Array(repeating: Mean(), count: configuration.emg.count)
    spacing = 0.5 * configuration.step
  }

  /// Takes a block into its stream's history; returns the samples lost before it [samples].
  mutating func append(_ block: borrowing SampleBlock) -> Int64 {
    let lost = timelines[block.stream].append(block)
    sessionEnd = max(sessionEnd, block.arrival)
    align(block.stream)
    return lost
  }

  /// Takes a marker for a pulse of the session's own.
  mutating func addSessionPulse(at time: SampleTime) {
    guard syncReference == nil else { return }
    // an operator's program stamps to a millisecond or two
    let pulse = SyncPulse(time: time, variance: 1e-6, samplingVariance: 0)
    for index in alignments.indices { alignments[index]?.addReference(pulse) }
  }

  /// What a stream's sync pulses say; nil for the reference and for streams without sync input.
  func sync(ofStream stream: Int) -> SyncFigures? { alignments[stream]?.figures }

  /// Lets the latest block's pulses find those of the other streams.
  private mutating func align(_ stream: Int) {
    for pulse in timelines[stream].pulses {
      if stream == syncReference {
        for index in alignments.indices { alignments[index]?.addReference(pulse) }
      } else {
        alignments[stream]?.addOwn(pulse)
      }
    }
    let reference = syncReference.map { timelines[$0].undelayedEnd } ?? sessionEnd
    guard let reference else { return }
    for index in alignments.indices where alignments[index] != nil {
      guard let own = timelines[index].undelayedEnd else { continue }
      alignments[index]?.settle(own: own, reference: reference)
      if let delay = alignments[index]?.figures.delay { timelines[index].setDelay(delay) }
    }
  }

  /// Marks a stream as silent or speaking.
  mutating func setLost(_ isLost: Bool, stream: Int) {
    timelines[stream].isLost = isLost
  }

  /// Announces a payload from `time` on [kg].
  mutating func setPayload(_ kilograms: Double, at time: SampleTime) {
    payloadChanges.append(Change(at: time, value: kilograms))
  }

  /// Tells what a worn device gives from `time` on (coordinateCount) [N·m].
  mutating func setExternalTorque(_ torque: [Double], at time: SampleTime) {
    torqueChanges.append(Change(at: time, value: Torque(torque)))
  }

  /// Fills `frame` with the next moment of the grid; false while some stream has not reached it.
  mutating func assemble(_ frame: inout Frame) -> Bool {
    guard let origin = gridOrigin() else { return false }
    let time = origin.advanced(seconds: Double(next) * spacing)
    guard isReached(time, by: envelopes), isReached(time, by: angles), isReached(time, by: units),
      isReached(time, by: torques)
    else { return false }
    next += 1

    while !payloadChanges.isEmpty, payloadChanges[0].at <= time {
      payload = payloadChanges.removeFirst().value
    }
    frame.time = time
    frame.payload = payload
    frame.isValid = true
    for coordinate in faults.indices {
      frame.angleFaults[coordinate] = faults[coordinate]
      frame.isRateMeasured[coordinate] = false
    }
    takeTold(&frame)
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
      let source = angles[index]
      guard let value = read(source, at: time) else {
        frame.isValid = false
        return true
      }
      let moment = time.advanced(seconds: source.shift)
      let faults = timelines[source.stream].faults(source.track, at: moment, value: value)
      put(value.isFinite ? value : nil, faults: faults, of: source.target, into: &frame)
    }
    for index in units.indices {
      let source = units[index]
      guard let valid = timelines[source.stream].validFrom, time >= valid else {
        frame.isValid = false
        return true
      }
      frame.units[source.target] = timelines[source.stream].unit(source.track, at: time)
    }
    for index in torques.indices {
      guard let value = read(torques[index], at: time) else {
        frame.isValid = false
        return true
      }
      frame.externalTorque[torques[index].target] += value
    }
    for index in joints.indices { advance(joint: index, into: &frame) }
    return true
  }

  /// Notes what a coordinate's sensor shows; a frame without an angle is not valid.
  private mutating func put(
    _ angle: Double?, faults: AngleFaults, of coordinate: Int, into frame: inout Frame
  ) {
    self.faults[coordinate] = faults
    frame.angleFaults[coordinate] = faults
    frame.isMeasured[coordinate] = angle != nil && faults.isDisjoint(with: .unusable)
    if let angle {
      frame.angles[coordinate] = angle
    } else {
      frame.isValid = false
    }
  }

  /// Puts what was told into `frame`, which is none where nothing was told for too long.
  private mutating func takeTold(_ frame: inout Frame) {
    while !torqueChanges.isEmpty, torqueChanges[0].at <= frame.time {
      let change = torqueChanges.removeFirst()
      toldTorque = change.value.joints
      toldTime = change.at
    }
    for index in toldTorque.indices { frame.externalTorque[index] = toldTorque[index] }
    guard let toldLife else { return }
    if !(toldTime.map { frame.time.seconds(since: $0) <= toldLife } ?? false) {
      frame.isValid = false
    }
  }

  /// Notes the angle and rate that a joint's inertial units show.
  private mutating func advance(joint index: Int, into frame: inout Frame) {
    let signal = joints[index].signal
    var runs = timelines[units[signal.second].stream].runCount
    if let first = signal.first { runs += timelines[units[first].stream].runCount }
    if runs != joints[index].runs {
      joints[index].runs = runs
      joints[index].hinge.forgetHeading()
    }
    let first = signal.first.map { frame.units[$0] }
    // the outer nil is a segment that is held still, the inner one a unit that says nothing
    guard let second = frame.units[signal.second], first == nil || first != .some(nil) else {
      put(nil, faults: .noOrientation, of: signal.coordinate, into: &frame)
      return
    }
    let reading = joints[index].hinge.advance(first ?? nil, second, period: spacing)
    put(reading.angle, faults: reading.faults, of: signal.coordinate, into: &frame)
    guard signal.hasRate else { return }
    frame.isRateMeasured[signal.coordinate] = reading.rate != nil
    frame.rates[signal.coordinate] = reading.rate ?? 0
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
    for source in envelopes + angles + units + torques {
      guard let valid = timelines[source.stream].validFrom else { return nil }
      let needed = valid.advanced(seconds: -source.shift)
      latest = max(latest ?? needed, needed)
    }
    let slowest = (angles + units).min {
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

extension FrameAssembler: Resumable {
  /// Streams, joints, announcements and the place on the grid.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&timelines)
    archive.carry(&joints)
    archive.carry(
      growing: &torqueChanges,
      blank: Change(at: SampleTime(nanoseconds: 0), value: Torque(toldTorque)))
    archive.carry(&toldTorque)
    archive.carry(&toldTime, blank: SampleTime(nanoseconds: 0))
    archive.carry(&faults)
    archive.carry(&origin, blank: SampleTime(nanoseconds: 0))
    archive.carry(&next)
    archive.carry(
      growing: &payloadChanges, blank: Change(at: SampleTime(nanoseconds: 0), value: 0))
    archive.carry(&payload)
    for index in alignments.indices {
      guard var known = alignments[index] else { continue }
      archive.carry(&known)
      alignments[index] = known
    }
    archive.carry(&sessionEnd)
  }
}

extension FrameAssembler.Joint: Resumable {
  /// What is known of it now.
  fileprivate mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&hinge)
    archive.carry(&runs)
  }
}

extension FrameAssembler.Change: Resumable {
  /// When, and what.
  fileprivate mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&at)
    value.carry(&archive)
  }
}
