internal import Devices
internal import Signals

/// One inertial unit of a stream: its channels, its orientation, and the recent past of both.
struct InertialTrack: Sendable {
  /// A channel's place and what its native values mean.
  private struct Channel: Sendable {
    /// The channel in the stream (index).
    let index: Int
    /// SI units per native unit [unit per native unit].
    let scale: Double
    /// SI value of native zero [unit].
    let offset: Double
  }

  private let orientation: [Channel]
  private let gyroscope: [Channel]
  private let accelerometer: [Channel]
  private let magnetometer: [Channel]
  private var unit: InertialUnit
  /// The last orientation's quaternion, which the next takes its sign from (4) [1].
  private var last = SIMD4(1.0, 0, 0, 0)
  /// Quaternion, rates in rad/s, and one where the field is disturbed (8) [1].
  private var history: [CubicSampler]

  /// The unit `signal` of `stream`, with room for `capacity` samples.
  init(_ signal: InertialSignal, of stream: StreamDescription, history: CubicSampler) {
    func channels(_ indices: [Int]?) -> [Channel] {
      (indices ?? []).map {
        Channel(index: $0, scale: stream.channels[$0].scale, offset: stream.channels[$0].offset)
      }
    }
    orientation = channels(signal.orientation)
    gyroscope = channels(signal.gyroscope)
    accelerometer = channels(signal.accelerometer)
    magnetometer = channels(signal.magnetometer)
    unit = InertialUnit(rate: stream.nominalRate)
    self.history = Array(repeating: history, count: 8)
  }

  /// True when every value in use is a number.
  func isFinite(_ block: borrowing SampleBlock, sample: Int) -> Bool {
    for channel in orientation where !block[sample, channel.index].isFinite { return false }
    for channel in gyroscope where !block[sample, channel.index].isFinite { return false }
    for channel in accelerometer where !block[sample, channel.index].isFinite { return false }
    for channel in magnetometer where !block[sample, channel.index].isFinite { return false }
    return true
  }

  /// Takes the unit's part of a sample.
  mutating func append(_ block: borrowing SampleBlock, sample: Int) {
    func value(_ channel: Channel) -> Double {
      block[sample, channel.index] * channel.scale + channel.offset
    }
    func vector(_ channels: [Channel]) -> SIMD3<Double> {
      SIMD3(value(channels[0]), value(channels[1]), value(channels[2]))
    }
    let state: InertialUnit.State?
    if orientation.isEmpty {
      state = unit.advance(
        InertialSample(
          rate: vector(gyroscope), force: vector(accelerometer),
          field: magnetometer.isEmpty ? nil : vector(magnetometer)))
    } else {
      let quaternion = SIMD4(
        value(orientation[0]), value(orientation[1]), value(orientation[2]), value(orientation[3]))
      state = unit.advance(
        quaternion: quaternion, rate: gyroscope.isEmpty ? nil : vector(gyroscope))
    }
    guard let state else {
      for index in history.indices { history[index].append(.nan) }
      return
    }
    // q and -q are one orientation; between samples the nearer one counts
    var q = state.orientation.quaternion
    if (q * last).sum() < 0 { q = -q }
    last = q
    for index in 0..<4 { history[index].append(q[index]) }
    for index in 0..<3 { history[4 + index].append(state.rate?[index] ?? 0) }
    history[7].append(state.isFieldDisturbed ? 1 : 0)
  }

  /// Forgets the past, as after a gap; the next sample has this number.
  mutating func restart(firstSample: Int64) {
    unit.restart()
    for index in history.indices { history[index].restart(firstSample: firstSample) }
  }

  /// How the unit stands and turns between samples; nil outside the history or without an orientation.
  func state(at sample: Int64, fraction: Double) -> InertialUnit.State? {
    func value(_ index: Int) -> Double? { history[index].value(at: sample, fraction: fraction) }
    guard let w = value(0), let x = value(1), let y = value(2), let z = value(3),
      let orientation = Orientation(quaternion: SIMD4(w, x, y, z))
    else { return nil }
    var rate: SIMD3<Double>?
    if !gyroscope.isEmpty, let x = value(4), let y = value(5), let z = value(6) {
      rate = SIMD3(x, y, z)
    }
    return InertialUnit.State(
      orientation: orientation, rate: rate,
      isFieldDisturbed: history[7].value(at: sample) ?? 0 > 0.5)
  }
}

extension InertialTrack: Resumable {
  /// The unit's state and the recent past.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&unit)
    archive.carry(&last)
    archive.carry(&history)
  }
}
