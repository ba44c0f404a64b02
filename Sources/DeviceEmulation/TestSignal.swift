public import Devices

/// A signal that is known everywhere: what channel `c` of a virtual device shows in sample `n`.
///
/// Channel 0 counts samples, so that every sample tells its own number; encoders swing over several turns;
/// the others are scattered over their range.
public enum TestSignal {
  /// How many samples channel 0 counts before it starts again [samples].
  public static func period(of device: DeviceDescription) -> Int64 {
    width(of: device.channels[0])
  }

  /// The native value of a channel in a sample.
  public static func value(
    _ device: DeviceDescription, channel: Int, sample number: Int64
  ) -> Double {
    let field = device.channels[channel]
    if channel == 0 { return Double(range(of: field).lowerBound + number % width(of: field)) }
    if let turn = field.countsPerRevolution {
      let phase = (number + 7 * Int64(channel)) % Int64(8 * turn)
      return Double(min(phase, Int64(8 * turn) - phase))
    }
    let mixed =
      UInt64(bitPattern: number &* 31 &+ Int64(channel) &* 1009 &+ 7) &* 0x9E37_79B9_7F4A
    return Double(range(of: field).lowerBound + Int64((mixed >> 20) % UInt64(width(of: field))))
  }

  /// The sample, modulo `period`, that a value of channel 0 tells.
  public static func number(_ device: DeviceDescription, value: Double) -> Int64 {
    Int64(value.rounded()) - range(of: device.channels[0]).lowerBound
  }

  private static func range(of field: ChannelField) -> ClosedRange<Int64> {
    // a channel that holds on zero never shows one
    field.holdsOnZero ? 1...32000 : field.type == .pair14 ? 0...1023 : field.type.range
  }

  private static func width(of field: ChannelField) -> Int64 {
    let range = range(of: field)
    return min(range.upperBound - range.lowerBound, 1 << 20) + 1
  }
}
