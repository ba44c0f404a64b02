internal import Signals

/// One channel in use, with the filters its samples go through.
struct SignalTrack: Sendable {
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
  /// A geared or indexed encoder; nil for other sensors.
  var encoder: EncoderReading?
  /// The channel with its index pulse (index into the stream's channels); nil without one.
  var indexChannel: Int?
  /// A potentiometer; nil for other sensors.
  var curve: VoltageCurve?
  /// What a sensor cannot tell from nothing: a turn of its shaft [rad].
  var turn = 2 * Double.pi
  /// The first sample after an index pulse showed counts to be lost [samples].
  var lostFrom: Int64?
  /// True while the sensor shows no angle.
  var isFaulty = false
  /// Samples that its smoother still needs after a fault [samples].
  var unsettled = 0
  /// As many as it needs then [samples].
  var settling = 0
  /// The recent past.
  var history: CubicSampler

  /// The time by which the history lags its input [s].
  var delay: Double { envelope?.delay ?? smoother?.delay ?? 0 }

  /// This track for a sensor of some kind.
  consuming func reading(_ sensor: AngleSignal.Sensor) -> SignalTrack {
    switch sensor {
    case .angle: break
    case .encoder(let configuration, let index):
      encoder = EncoderReading(configuration)
      indexChannel = index
      turn = 2 * .pi / configuration.gearRatio
    case .voltage(let curve): self.curve = curve
    }
    return self
  }

  /// Takes the next native value, and the native value of the channel with the index pulse.
  mutating func append(_ native: Double, index: Double) {
    let value = native * scale + offset
    if let filtered = envelope?.advance(value) {
      quality?.advance(value, band: envelope?.band ?? 0)
      history.append(max(filtered, 0))
    } else if isEnvelope {
      history.append(max(smoother?.advance(value) ?? value, 0))
    } else {
      appendAngle(native: native, value: value, index: index)
    }
  }

  /// Takes a sensor's value, which may be none.
  private mutating func appendAngle(native: Double, value: Double, index: Double) {
    guard var angle = angle(native: native, value: value, index: index) else {
      if !isFaulty { smoother?.reset() }
      (isFaulty, unsettled) = (true, settling)
      history.append(.nan)
      return
    }
    isFaulty = false
    // after its index pulse an encoder knows its turn
    if let center, indexChannel == nil {
      // an absolute encoder does not know which turn it is on, and no joint makes half a turn
      // from one sample to the next
      let near = turns == nil ? center : lastAngle
      let known = -turn * ((angle - near) / turn).rounded()
      turns = known
      angle += known
      lastAngle = angle
    }
    let smooth = smoother?.advance(angle) ?? angle
    guard unsettled == 0 else {
      unsettled -= 1
      history.append(.nan)
      return
    }
    history.append(smooth)
  }

  /// The angle that a sensor shows; nil when it is at fault.
  private mutating func angle(native: Double, value: Double, index: Double) -> Double? {
    if let curve { return curve.angle(value).map { sign * $0 - zero } }
    guard var reading = encoder else { return sign * value - zero }
    let lost = reading.lostCounts
    let angle = reading.advance(native, index: index > 0.5)
    if reading.lostCounts > lost, lostFrom == nil { lostFrom = history.endSample }
    encoder = reading
    return indexChannel == nil || reading.isReferenced ? angle : nil
  }

  /// What is wrong where sample `sample` was read, and was a number or none.
  func faults(atSample sample: Int64, isFinite: Bool) -> AngleFaults {
    var faults: AngleFaults = []
    if !isFinite { faults.insert(curve == nil ? .unreferenced : .outOfRange) }
    if let lostFrom, sample >= lostFrom { faults.insert(.countsLost) }
    return faults
  }

  /// Forgets the past, as after a gap; the next sample has this number.
  mutating func restart(firstSample: Int64) {
    envelope?.reset()
    quality?.reset()
    smoother?.reset()
    turns = nil
    (isFaulty, unsettled) = (false, 0)
    history.restart(firstSample: firstSample)
  }
}

extension SignalTrack: Resumable {
  /// Filters, turns, faults and the recent past.
  mutating func carry(_ archive: inout StateArchive) {
    envelope?.carry(&archive)
    quality?.carry(&archive)
    smoother?.carry(&archive)
    archive.carry(&turns, blank: 0)
    archive.carry(&lastAngle)
    encoder?.carry(&archive)
    archive.carry(&lostFrom, blank: 0)
    archive.carry(&isFaulty)
    archive.carry(&unsettled)
    archive.carry(&history)
  }
}
