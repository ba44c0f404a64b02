/// A potentiometer or goniometer: its angle is a broken straight line of its voltage, within its range.
public struct VoltageCurve: Hashable, Sendable {
  /// Voltages of known angles, ascending (two or more) [V].
  public let volts: [Double]
  /// The angles at these (as volts) [rad].
  public let angles: [Double]
  /// Voltages that a whole sensor can give; others are a broken wire or a short [V].
  public let range: ClosedRange<Double>

  /// The lines through points of ascending voltage, the outer ones prolonged as far as `range`; nil otherwise [V, rad].
  public init?(volts: [Double], angles: [Double], range: ClosedRange<Double>) {
    guard volts.count == angles.count, volts.count >= 2,
      zip(volts, volts.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    self.volts = volts
    self.angles = angles
    self.range = range
  }

  /// The straight line offset + scale volts [rad/V, rad].
  public init(scale: Double, offset: Double, range: ClosedRange<Double>) {
    volts = [0, 1]
    angles = [offset, offset + scale]
    self.range = range
  }

  /// The angle; nil outside the range [rad].
  public func angle(_ voltage: Double) -> Double? {
    guard range.contains(voltage) else { return nil }
    var piece = 0
    while piece + 2 < volts.count, voltage > volts[piece + 1] { piece += 1 }
    let share = (voltage - volts[piece]) / (volts[piece + 1] - volts[piece])
    return angles[piece] + share * (angles[piece + 1] - angles[piece])
  }
  /// The first voltage at which the angle is `angle` [rad]; nil when there is none [V].
  public func voltage(_ angle: Double) -> Double? {
    for piece in 0..<(volts.count - 1) where angles[piece] != angles[piece + 1] {
      let share = (angle - angles[piece]) / (angles[piece + 1] - angles[piece])
      let isFirst = piece == 0
      let isLast = piece + 2 == volts.count
      guard share >= 0 || isFirst, share <= 1 || isLast else { continue }
      let voltage = volts[piece] + share * (volts[piece + 1] - volts[piece])
      if range.contains(voltage) { return voltage }
    }
    return nil
  }
}
