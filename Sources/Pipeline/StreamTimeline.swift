internal import Devices
internal import Signals

/// One stream's samples on the session timeline: filtered, kept for a while, readable between samples.
struct StreamTimeline: Sendable {
  /// The stream's name.
  let name: String
  /// Its channels in use.
  private(set) var tracks: [SignalTrack]
  /// Its inertial units.
  private(set) var units: [InertialTrack]
  /// Sample numbers to time.
  private var clock: DeviceClock
  /// The number the next sample should have; nil before the first block [samples].
  private var nextSample: Int64?
  /// The first sample since the start or the last gap [samples].
  private var runStart: Int64 = 0
  /// How often samples began to follow each other anew [1].
  private(set) var runCount = 0
  /// From when the histories mean something [ns on the session timeline].
  private(set) var validFrom: SampleTime?
  /// When the last block arrived [ns on the session timeline].
  private(set) var lastArrival: SampleTime?
  /// True while the stream is silent for too long.
  var isLost = false
  /// Finds sync pulses; nil where the stream has no sync input.
  private var detector: PulseDetector?
  /// The pulses of the last block.
  private(set) var pulses: [SyncPulse] = []
  /// True while blocks are left out because the stream is ahead of its time.
  private var isAhead = false
  /// Until when the stream may hardly run ahead, because it did [ns on the session timeline].
  private var strictUntil: SampleTime?

  /// How far ahead of their arrival samples may be placed, as after a late first block [s].
  private static let lead = 1.0
  /// The same for a stream that was too fast a moment ago, and for how long [s].
  private static let strict = (lead: 0.05, time: 5.0)

  /// The channels `tracks`, inertial `units` and sync input of `stream`.
  init(
    _ stream: StreamDescription, tracks: [SignalTrack], units: [InertialTrack] = [],
    sync: SyncSignal? = nil
  ) {
    name = stream.name
    self.tracks = tracks
    self.units = units
    clock = DeviceClock(nominalRate: stream.nominalRate, counterRange: stream.counterRange)
    detector = sync.map { PulseDetector($0, of: stream) }
  }

  /// Filters a block into the histories; returns how many samples were lost [samples].
  ///
  /// A block with a value that is no number is lost as a whole: one NaN would stay in the filters for
  /// ever. Negative when the sample counter went back.
  ///
  /// A device that sends more than its description says would carry the timeline into the future, and everything
  /// behind it: blocks that are too far ahead of their arrival are left out, and are lost when the next is taken.
  mutating func append(_ block: borrowing SampleBlock) -> Int64 {
    pulses.removeAll(keepingCapacity: true)
    if isTooEarly(block) {
      lastArrival = block.arrival
      return 0
    }
    let expected = nextSample ?? block.firstSample
    let turned = clock.turnedSamples
    let start = clock.advance(block)
    let lost = block.firstSample - expected + clock.turnedSamples - turned
    lastArrival = block.arrival
    let end = block.firstSample + Int64(block.sampleCount)
    guard isFinite(block) else {
      nextSample = end
      beginRun(at: end, time: clock.time(ofSample: end))
      return max(lost, 0) + Int64(block.sampleCount)
    }
    if nextSample == nil || lost != 0 { beginRun(at: block.firstSample, time: start) }
    nextSample = end
    findPulses(block)
    for index in tracks.indices {
      let channel = tracks[index].channel
      for sample in 0..<block.sampleCount {
        tracks[index].append(
          block[sample, channel], index: tracks[index].indexChannel.map { block[sample, $0] } ?? 0)
      }
    }
    for index in units.indices {
      for sample in 0..<block.sampleCount { units[index].append(block, sample: sample) }
    }
    return lost
  }

  /// Notes where the sync input shows pulses.
  private mutating func findPulses(_ block: borrowing SampleBlock) {
    guard var detector else { return }
    for sample in 0..<block.sampleCount {
      guard let before = detector.advance(block[sample, detector.channel]) else { continue }
      let period = 1 / clock.nominalRate
      let deviation = clock.figures.alignmentDeviation
      pulses.append(
        SyncPulse(
          time: clock.undelayedTime(
            ofSample: block.firstSample + Int64(sample), before: before),
          // where in its period the edge was is anybody's guess
          variance: deviation * deviation + period * period / 12,
          samplingVariance: period * period / 12))
    }
    self.detector = detector
  }

  /// When the latest sample was taken by the device's own line, no delay taken off; nil before the first.
  var undelayedEnd: SampleTime? {
    nextSample.map { clock.undelayedTime(ofSample: $0 - 1, before: 0) }
  }

  /// Takes this off the stream's times [s].
  mutating func setDelay(_ delay: Double) { clock.setDelay(delay) }

  /// True when samples that follow the last would be further ahead of `block`'s arrival than a stream may be.
  private mutating func isTooEarly(_ block: borrowing SampleBlock) -> Bool {
    // who stamps samples knows when they were taken
    guard let nextSample, block.deviceTime == nil else { return false }
    let ahead = clock.time(ofSample: nextSample).seconds(since: block.arrival)
    let isStrict = strictUntil.map { block.arrival < $0 } ?? false
    // once begun, until the stream's time has come
    isAhead = ahead > (isAhead ? 0 : isStrict ? Self.strict.lead : Self.lead)
    if isAhead {
      strictUntil = block.arrival.advanced(seconds: Self.strict.time)
      clock.forgetRate()
    }
    return isAhead
  }

  /// True when every value in use is a number.
  private func isFinite(_ block: borrowing SampleBlock) -> Bool {
    for index in tracks.indices {
      let channel = tracks[index].channel
      for sample in 0..<block.sampleCount where !block[sample, channel].isFinite { return false }
    }
    for index in units.indices {
      for sample in 0..<block.sampleCount where !units[index].isFinite(block, sample: sample) {
        return false
      }
    }
    return true
  }

  /// Forgets the past: sample `first`, taken at `time`, begins a run of samples that follow each other.
  private mutating func beginRun(at first: Int64, time: SampleTime) {
    var settling = 0.0
    for index in tracks.indices {
      // a filter has forgotten its start after four times its delay
      settling = max(settling, 4 * tracks[index].delay)
      tracks[index].restart(firstSample: max(first, 0))
    }
    for index in units.indices { units[index].restart(firstSample: max(first, 0)) }
    detector?.restart()
    runStart = first
    runCount += 1
    validFrom = time.advanced(seconds: settling)
  }

  /// True when the history holds a sample before `time` and two after it.
  ///
  /// Then the cubic is the one through the two samples on either side, whatever else has arrived, so
  /// that the value does not depend on how samples were gathered into blocks.
  func reaches(_ time: SampleTime) -> Bool {
    guard let nextSample else { return false }
    return place(of: time).sample + 2 < nextSample
  }

  /// When a sample was taken; the stream has begun [ns on the session timeline].
  func time(ofSample sample: Int64) -> SampleTime { clock.time(ofSample: sample) }

  /// The stream's nominal rate [Hz].
  var nominalRate: Double { clock.nominalRate }

  /// The time of the first sample not before `time`; the stream has begun [ns on the session timeline].
  func sampleTime(notBefore time: SampleTime) -> SampleTime {
    let (sample, fraction) = place(of: time)
    return clock.time(ofSample: fraction > 1e-6 ? sample + 1 : sample)
  }

  /// The output of track `index` at `time` on its own filtered timeline; nil outside the history.
  ///
  /// Not a number where the sensor was at fault.
  func value(_ index: Int, at time: SampleTime) -> Double? {
    let (sample, fraction) = place(of: time)
    return tracks[index].history.value(at: sample, fraction: fraction)
  }

  /// What is wrong with sensor track `index` where `value` was read at `time`.
  func faults(_ index: Int, at time: SampleTime, value: Double) -> AngleFaults {
    tracks[index].faults(atSample: place(of: time).sample, isFinite: value.isFinite)
  }

  /// How unit `index` stands and turns at `time`; nil outside its history or without an orientation.
  func unit(_ index: Int, at time: SampleTime) -> InertialUnit.State? {
    let (sample, fraction) = place(of: time)
    return units[index].state(at: sample, fraction: fraction)
  }

  /// What was known to be wrong with track `index` when the sample read at `time` was taken.
  func flags(_ index: Int, at time: SampleTime) -> QualityFlags {
    tracks[index].quality?.flags(atSample: max(place(of: time).sample - runStart, 0)) ?? []
  }

  /// The last sample not after `time` and how far it lies behind.
  private func place(of time: SampleTime) -> (sample: Int64, fraction: Double) {
    clock.place(of: time)
  }

  /// What is known about the device's clock.
  var clockFigures: ClockFigures { clock.figures }
}

extension StreamTimeline: Resumable {
  /// Every track, the clock, and the run of samples.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&tracks)
    archive.carry(&units)
    archive.carry(&clock)
    archive.carry(&nextSample, blank: 0)
    archive.carry(&runStart)
    archive.carry(&runCount)
    archive.carry(&validFrom, blank: SampleTime(nanoseconds: 0))
    archive.carry(&lastArrival, blank: SampleTime(nanoseconds: 0))
    archive.carry(&isLost)
    if var known = detector {
      archive.carry(&known)
      detector = known
    }
    archive.carry(&isAhead)
    archive.carry(&strictUntil, blank: SampleTime(nanoseconds: 0))
  }
}
