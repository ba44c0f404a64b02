internal import Signals

/// Which part of a recording is fitted and which is kept for the test.
public struct RecordingSplit: Sendable, Hashable {
  /// The stretches of the recording, in time order.
  public let stretches: [MotionStretch]
  /// The measurements of each stretch that may be fitted; nil when all lie after the split.
  public let fitted: [ClosedRange<Int>?]
  /// The measurements of each stretch that are held out; nil when all lie before the split.
  public let heldOut: [ClosedRange<Int>?]

  /// Keeps the last `fraction` of the time between the recording's first and last frame.
  public init(_ stretches: [MotionStretch], heldOut fraction: Double) {
    precondition(fraction >= 0 && fraction < 1, "something is left to fit")
    self.stretches = stretches
    let total =
      stretches.last.map { last in
        last.start.seconds(since: stretches[0].start) + last.duration
      } ?? 0
    let split = (1 - fraction) * total
    var fitted: [ClosedRange<Int>?] = []
    var heldOut: [ClosedRange<Int>?] = []
    for stretch in stretches {
      let offset = split - stretch.start.seconds(since: stretches[0].start)
      // the first measurement not before the split, as far as rounding can tell
      let first = Int((offset / stretch.measurementInterval - 1e-6).rounded(.up))
      let last = stretch.measurementCount
      fitted.append(fraction == 0 ? 0...last : first > 1 ? 0...min(first - 1, last) : nil)
      heldOut.append(fraction > 0 && first < last ? max(first, 0)...last : nil)
    }
    self.fitted = fitted
    self.heldOut = heldOut
  }

  /// True when a payload was held for a while.
  public var hasPayload: Bool { stretches.contains(where: \.hasPayload) }

  /// True when a worn device gave a measured torque for a while.
  public var hasExternalTorque: Bool { stretches.contains(where: \.hasExternalTorque) }
}
