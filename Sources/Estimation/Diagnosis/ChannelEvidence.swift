internal import RealModule
internal import Signals

/// What a channel's envelope shows by itself, over a whole session.
struct ChannelEvidence: Sendable, Hashable {
  /// Mean of the envelope [1].
  var mean = 0.0
  /// Its standard deviation [1].
  var deviation = 0.0
  /// Part of the session in which a fault left no EMG to speak of [1].
  var unusable = 0.0
  /// True when the limb moved while this was recorded.
  var isInMotion = false

  /// Relative standard deviation below which an envelope is an amplifier's noise: EMG of a muscle that
  /// works varies by more than half its mean, rectified noise behind a 6 Hz filter by a tenth [1].
  static let smallestVariation = 0.25
  /// Range of a coordinate from which the limb moves [rad].
  static let motion = 0.3

  /// True when the channel carries no EMG.
  var isDead: Bool { isInMotion && deviation <= Self.smallestVariation * mean }

  /// Part of the session from which a channel is called saturated [1].
  static let unusableShare = 0.1
  /// True when the channel was saturated, flat or off for a notable time.
  var isSaturated: Bool { unusable > Self.unusableShare }

  /// The evidence on every channel of `stretches`.
  static func all(_ stretches: [Window], unusableTime: [Double] = []) -> [ChannelEvidence] {
    guard let first = stretches.first else { return [] }
    var result = Array(repeating: ChannelEvidence(), count: first.channelCount)
    let isMoving = stretches.contains { stretch in
      (0..<stretch.coordinateCount).contains { stretch.range(ofCoordinate: $0) > motion }
    }
    var count = 0.0
    var duration = 0.0
    for stretch in stretches {
      let rows = stretch.halfStepCount + 1
      for channel in result.indices {
        for row in 0..<rows {
          let value = stretch.envelopes[row * stretch.channelCount + channel]
          result[channel].mean += value
          result[channel].deviation += value * value
        }
      }
      count += Double(rows)
      duration += stretch.duration
    }
    for channel in result.indices {
      let mean = result[channel].mean / count
      result[channel].mean = mean
      result[channel].deviation = .sqrt(max(result[channel].deviation / count - mean * mean, 0))
      if channel < unusableTime.count {
        result[channel].unusable = unusableTime[channel] / max(duration, 1e-9)
      }
      result[channel].isInMotion = isMoving
    }
    return result
  }
}

extension Window {
  /// The same with one integration step from measurement to measurement, where that is possible.
  ///
  /// Enough for windows of a fraction of a second, and half the work or less.
  var coarsened: Window {
    let factor = measurementStride
    guard factor > 1, historySteps % factor == 0, Double(factor) * step <= 0.0125 else {
      return self
    }
    var result = Window(
      index: index, start: start, step: step * Double(factor), stepCount: stepCount / factor,
      historySteps: historySteps / factor, channelCount: channelCount,
      coordinateCount: coordinateCount, measurementStride: 1, followsPrevious: followsPrevious)
    for row in 0...result.halfStepCount {
      for channel in 0..<channelCount {
        result.envelopes[row * channelCount + channel] =
          envelopes[row * factor * channelCount + channel]
      }
    }
    for index in 0..<result.stepCount { result.payload[index] = payload[index * factor] }
    result.angles = angles
    result.isMeasured = isMeasured
    result.rates = rates
    result.isRateMeasured = isRateMeasured
    result.quality = quality
    return result
  }
}
