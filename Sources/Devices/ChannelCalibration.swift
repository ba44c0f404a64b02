/// How constants that a device keeps correct one of its channels.
///
/// They are read by a set-up step that keeps the device's answer. Until then, and on virtual devices, counts
/// are taken as they are.
public struct ChannelCalibration: Hashable, Sendable {
  /// What the constants mean.
  public enum Form: String, Hashable, Sendable, CaseIterable {
    /// Slope and offset: right counts are slope * count + offset.
    case counts
    /// Slope [V per count] and center [counts]: volts are slope * (count - center) (LabJack).
    case volts
  }

  /// How a constant is written.
  public enum Number: String, Hashable, Sendable, CaseIterable {
    /// Four bytes, IEEE 754, least significant byte first.
    case float32
    /// A whole number of 32 bits after a fraction of 32 bits, each least significant byte first.
    case fixed32
  }

  /// The name of the answer that holds the constants.
  public var answer: String
  /// What the constants mean.
  public var form: Form
  /// How they are written.
  public var number: Number
  /// Where slope and offset, or slope and center, begin in the answer [bytes].
  public var slopeAt: Int
  /// Where the second constant begins in the answer [bytes].
  public var offsetAt: Int
  /// Where the slope below the center begins, where it is another one [bytes].
  public var lowSlopeAt: Int?
  /// From one channel's constants to the next one's, where a description stands for several [bytes].
  public var spacing: Int

  /// A correction by the constants at these places.
  public init(
    answer: String, form: Form, number: Number, slopeAt: Int, offsetAt: Int,
    lowSlopeAt: Int? = nil, spacing: Int = 0
  ) {
    self.answer = answer
    self.form = form
    self.number = number
    self.slopeAt = slopeAt
    self.offsetAt = offsetAt
    self.lowSlopeAt = lowSlopeAt
    self.spacing = spacing
  }

  /// The same for the channel `index` channels on.
  public func shifted(by index: Int) -> ChannelCalibration {
    var other = self
    other.slopeAt += index * spacing
    other.offsetAt += index * spacing
    other.lowSlopeAt = lowSlopeAt.map { $0 + index * spacing }
    return other
  }

  /// The correction for a channel of this scale and offset; nil when the answer holds no sound constants.
  public func correction(from answer: [UInt8], of channel: ChannelField) -> CountCorrection? {
    guard let slope = constant(in: answer, at: slopeAt),
      let offset = constant(in: answer, at: offsetAt), slope != 0
    else { return nil }
    switch form {
    case .counts: return CountCorrection(slope: slope, offset: offset)
    case .volts:
      // scale * native + channel offset = slope * (count - center)
      func line(_ slope: Double) -> CountCorrection {
        CountCorrection(
          slope: slope / channel.scale, offset: (-slope * offset - channel.offset) / channel.scale)
      }
      var correction = line(slope)
      if let lowSlopeAt {
        // LabJack keeps the slope below the center with the other sign
        guard let low = constant(in: answer, at: lowSlopeAt), low != 0 else { return nil }
        let below = line(-low)
        correction.low = (offset, below.slope, below.offset)
      }
      return correction
    }
  }

  private func constant(in answer: [UInt8], at place: Int) -> Double? {
    let count = number == .float32 ? 4 : 8
    guard place >= 0, place + count <= answer.count else { return nil }
    let value: Double
    switch number {
    case .float32: value = NumberType.float32.native(answer, at: place, .little)
    case .fixed32:
      let fraction = NumberType.uint32.native(answer, at: place, .little)
      value = NumberType.int32.native(answer, at: place + 4, .little) + fraction / 4_294_967_296
    }
    return value.isFinite ? value : nil
  }
}

/// Lines from a device's counts to the counts it should have given.
public struct CountCorrection: Sendable {
  /// Right counts per count [1].
  public var slope: Double
  /// Right count at count zero [counts].
  public var offset: Double
  /// The line for counts below `center`, where it is another one.
  var low: (center: Double, slope: Double, offset: Double)?

  /// One line.
  public init(slope: Double, offset: Double) {
    self.slope = slope
    self.offset = offset
  }

  /// The right count for a count.
  public func apply(_ count: Double) -> Double {
    if let low, count < low.center { return low.slope * count + low.offset }
    return slope * count + offset
  }
}
