public import Signals

/// Lets torque out: finite, within its limit, no faster than its slew limit, and to zero when anything is missing.
///
/// While nothing is missing the emitted torque follows the estimate, changing at most limit / rise a
/// second. With a reason to hold it goes to zero along a straight line in the time `fade`, and comes back
/// from there once no reason was left for the time `recovery`.
public struct TorqueGate: Sendable {
  /// What is emitted (coordinates) [N·m].
  public private(set) var torque: [Double]
  /// Why torque is held at present, those reasons too that only the torque itself gives.
  public private(set) var reasons: HoldReasons = .noSamples
  /// True while torque is on its way to zero.
  public private(set) var isFading = false
  /// True while torque is on its way to the estimate.
  public private(set) var isSlewing = false

  /// What the session allows; torque limit, rise and fade stay what they were.
  var limits: FeedLimits
  /// Torque when holding began (coordinates) [N·m].
  private var fadeStart: [Double]
  /// Time since then [s].
  private var fadeTime = 0.0
  /// Time without a reason to hold [s].
  private var soundTime = 0.0
  private var isHolding = true

  /// The longest pause that a rise makes use of, so that none follows a stop of the whole program [s].
  static let longestStep = 0.02

  /// A gate with torque zero, holding.
  public init(limits: FeedLimits) {
    self.limits = limits
    torque = Array(repeating: 0, count: limits.torque.count)
    fadeStart = torque
    fadeTime = limits.fade
  }

  /// True while torque is held: it fades or is zero.
  public var isHeld: Bool { isHolding }

  /// Lets `seconds` pass, in which `estimate` with `deviation` became known (coordinates) [N·m].
  ///
  /// `outside`: what others found missing.
  public mutating func advance(
    _ seconds: Double, estimate: [Double], deviation: [Double], outside: HoldReasons
  ) {
    let seconds = max(seconds, 0)
    reasons = outside
    for index in torque.indices {
      let limit = limits.torque[index]
      if !Float(estimate[index]).isFinite || !Float(deviation[index]).isFinite {
        reasons.insert(.notFinite)
      } else if abs(estimate[index]) > limit {
        reasons.insert(.outOfBounds)
      } else if deviation[index] > limits.torqueDeviation * limit {
        reasons.insert(.uncertain)
      }
    }
    if reasons.isEmpty {
      soundTime += seconds
      if isHolding, soundTime >= limits.recovery { isHolding = false }
    } else {
      soundTime = 0
      if !isHolding {
        isHolding = true
        for index in torque.indices { fadeStart[index] = torque[index] }
        fadeTime = 0
      }
    }
    if isHolding { fade(seconds) } else { follow(estimate, seconds) }
  }

  private mutating func fade(_ seconds: Double) {
    fadeTime += seconds
    let rest = max(0, 1 - fadeTime / limits.fade)
    isFading = false
    isSlewing = false
    for index in torque.indices {
      torque[index] = fadeStart[index] * rest
      if torque[index] != 0 { isFading = true }
    }
  }

  private mutating func follow(_ estimate: [Double], _ seconds: Double) {
    isFading = false
    isSlewing = false
    for index in torque.indices {
      let step = limits.torque[index] / limits.torqueRise * min(seconds, Self.longestStep)
      let rest = estimate[index] - torque[index]
      if abs(rest) <= step {
        torque[index] = estimate[index]
      } else {
        torque[index] += rest < 0 ? -step : step
        isSlewing = true
      }
    }
  }
}

extension TorqueGate: Resumable {
  /// What is emitted and since when it is held.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&torque)
    archive.carry(&reasons)
    archive.carry(&isFading)
    archive.carry(&isSlewing)
    archive.carry(&fadeStart)
    archive.carry(&fadeTime)
    archive.carry(&soundTime)
    archive.carry(&isHolding)
  }
}
