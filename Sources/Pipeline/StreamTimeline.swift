internal import Devices
internal import Signals

/// One stream's samples on the session timeline: filtered, kept for a while, readable between samples.
struct StreamTimeline: Sendable {
  /// One channel in use, with the filters its samples go through.
  struct Track: Sendable {
    /// The channel in the stream (index).
    let channel: Int
    /// SI units per native unit [unit per native unit].
    let scale: Double
    /// SI value of native zero [unit].
    let offset: Double
    /// EMG [V] to its envelope [1]; nil for a sensor.
    var envelope: LinearEnvelope?
    /// True where the history holds envelopes, made here or before, so that none is negative.
    let isEnvelope: Bool
    /// What is wrong with the EMG; nil for a sensor.
    var quality: ChannelQuality?
    /// Smoothing of a sensor's angle; nil takes it as it is.
    var smoother: AngleSmoother?
    /// Which way a sensor counts [1].
    let sign: Double
    /// What a sensor shows at coordinate zero [rad].
    let zero: Double
    /// Where a sensor's first angle is looked for, within half a turn; nil takes it as it is [rad].
    let center: Double?
    /// Whole turns added to a sensor's angle; nil before the first sample [rad].
    var turns: Double?
    /// The sensor's last angle, its turns included; what it means is up to `turns` [rad].
    var lastAngle = 0.0
    /// The recent past.
    var history: CubicSampler

    /// The time by which the history lags its input [s].
    var delay: Double { envelope?.delay ?? smoother?.delay ?? 0 }

    /// Takes the next native value.
    mutating func append(_ native: Double) {
      let value = native * scale + offset
      if let filtered = envelope?.advance(value) {
        quality?.advance(value, band: envelope?.band ?? 0)
        history.append(max(filtered, 0))
      } else {
        var angle = sign * value - zero
        if let center {
          // an absolute encoder does not know which turn it is on, and no joint makes half a turn
          // from one sample to the next
          let near = turns == nil ? center : lastAngle
          let known = -2 * .pi * ((angle - near) / (2 * .pi)).rounded()
          turns = known
          angle += known
          lastAngle = angle
        }
        let smooth = smoother?.advance(angle) ?? angle
        history.append(isEnvelope ? max(smooth, 0) : smooth)
      }
    }

    /// Forgets the past, as after a gap; the next sample has this number.
    mutating func restart(firstSample: Int64) {
      envelope?.reset()
      quality?.reset()
      smoother?.reset()
      turns = nil
      history.restart(firstSample: firstSample)
    }
  }

  /// The stream's name.
  let name: String
  /// Its channels in use.
  private(set) var tracks: [Track]
  /// Sample numbers to time.
  private var clock: DeviceClock
  /// The number the next sample should have; nil before the first block [samples].
  private var nextSample: Int64?
  /// The first sample since the start or the last gap [samples].
  private var runStart: Int64 = 0
  /// From when the histories mean something [ns on the session timeline].
  private(set) var validFrom: SampleTime?
  /// When the last block arrived [ns on the session timeline].
  private(set) var lastArrival: SampleTime?
  /// True while the stream is silent for too long.
  var isLost = false

  /// The channels `tracks` of `stream`.
  init(_ stream: StreamDescription, tracks: [Track]) {
    name = stream.name
    self.tracks = tracks
    clock = DeviceClock(nominalRate: stream.nominalRate)
  }

  /// Filters a block into the histories; returns how many samples were lost [samples].
  ///
  /// A block with a value that is no number is lost as a whole: one NaN would stay in the filters for
  /// ever. Negative when the sample counter went back.
  mutating func append(_ block: borrowing SampleBlock) -> Int64 {
    let expected = nextSample ?? block.firstSample
    let lost = block.firstSample - expected
    let start = clock.advance(block)
    lastArrival = block.arrival
    let end = block.firstSample + Int64(block.sampleCount)
    guard isFinite(block) else {
      nextSample = end
      beginRun(at: end, time: clock.time(ofSample: end))
      return max(lost, 0) + Int64(block.sampleCount)
    }
    if nextSample == nil || lost != 0 { beginRun(at: block.firstSample, time: start) }
    nextSample = end
    for index in tracks.indices {
      let channel = tracks[index].channel
      for sample in 0..<block.sampleCount {
        tracks[index].append(block[sample, channel])
      }
    }
    return lost
  }

  /// True when every value in use is a number.
  private func isFinite(_ block: borrowing SampleBlock) -> Bool {
    for index in tracks.indices {
      let channel = tracks[index].channel
      for sample in 0..<block.sampleCount where !block[sample, channel].isFinite { return false }
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
    runStart = first
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

  /// The stream's nominal rate [Hz].
  var nominalRate: Double { clock.nominalRate }

  /// The time of the first sample not before `time`; the stream has begun [ns on the session timeline].
  func sampleTime(notBefore time: SampleTime) -> SampleTime {
    let (sample, fraction) = place(of: time)
    return clock.time(ofSample: fraction > 1e-6 ? sample + 1 : sample)
  }

  /// The output of track `index` at `time` on its own filtered timeline; nil outside the history.
  func value(_ index: Int, at time: SampleTime) -> Double? {
    let (sample, fraction) = place(of: time)
    return tracks[index].history.value(at: sample, fraction: fraction)
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
