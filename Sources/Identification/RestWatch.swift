internal import Musculoskeletal
public import Signals

/// Tells a window in which nothing happens from one that says something new.
///
/// A limb at rest gives one static balance of torques, and gives it again with every window. What those
/// windows differ in is not noise of the kind the filter believes in but what it does not know - a
/// sensor's zero, an activation's constant error - and that is the same every time. Counted as
/// independent, they would shrink the error bars without limit, and where the noise is smaller than
/// stated they even push parameters that rest does not show: derivatives made of noise, correlated with
/// residuals. So the first seconds of a rest count and the rest of it does not.
public struct RestWatch: Sendable, Hashable {
  /// Range of an angle within which a limb is still, in standard deviations of its sensor [1].
  public var stillness = 8.0
  /// The same at least [rad].
  public var smallestRange = 0.005
  /// Difference of a mean envelope that is no news, relative to the envelope [1].
  public var envelopeTolerance = 0.15
  /// The same at least [1].
  public var smallestEnvelope = 0.01
  /// Time of a rest that counts [s].
  public var countedTime = 2.0

  /// Mean angles of the rest (coordinateCount) [rad].
  private var angles: [Double] = []
  /// Mean envelopes of the rest (channelCount) [1].
  private var envelopes: [Double] = []
  /// Payload of the rest [kg].
  private var payload = 0.0
  /// Time rested so far [s].
  private var time = 0.0

  /// A watch that has seen nothing.
  public init() {}

  /// True when `window` repeats what a rest has said for long enough; `noise` is that of angles [rad].
  public mutating func isRepetition(_ window: Window, noise: [Double]) -> Bool {
    let count = window.coordinateCount
    var means = Array(repeating: 0.0, count: count)
    for coordinate in 0..<count {
      var number = 0.0
      for row in 0...window.measurementCount where window.isMeasured[row * count + coordinate] {
        means[coordinate] += window.angles[row * count + coordinate]
        number += 1
      }
      means[coordinate] /= max(number, 1)
      if window.range(ofCoordinate: coordinate) > tolerance(noise[coordinate]) { return restart() }
    }
    let channels = window.channelCount
    var levels = Array(repeating: 0.0, count: channels)
    let rows = (2 * window.historySteps)...window.halfStepCount
    for channel in 0..<channels {
      for row in rows { levels[channel] += window.envelopes[row * channels + channel] }
      levels[channel] /= Double(rows.count)
      for row in rows
      where abs(window.envelopes[row * channels + channel] - levels[channel])
        > 4 * allowance(levels[channel])
      { return restart() }
    }
    let held = window.payload.first ?? 0
    let isSame =
      angles.count == count && envelopes.count == channels && held == payload
      && zip(means, angles).enumerated().allSatisfy {
        abs($1.0 - $1.1) <= tolerance(noise[$0])
      } && zip(levels, envelopes).allSatisfy { abs($0 - $1) <= allowance($1) }
    guard isSame else {
      (angles, envelopes, payload, time) = (means, levels, held, window.duration)
      return false
    }
    time += window.duration
    return time > countedTime
  }

  /// The range within which an angle is still [rad].
  private func tolerance(_ noise: Double) -> Double { max(smallestRange, stillness * noise) }
  /// The difference of an envelope that is no news [1].
  private func allowance(_ level: Double) -> Double {
    max(smallestEnvelope, envelopeTolerance * level)
  }
  /// Something moves: the rest is over.
  private mutating func restart() -> Bool {
    (angles, envelopes, time) = ([], [], 0)
    return false
  }
}

extension RestWatch: Resumable {
  /// The rest that is being watched.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(growing: &angles, blank: 0)
    archive.carry(growing: &envelopes, blank: 0)
    archive.carry(&payload)
    archive.carry(&time)
  }
}
