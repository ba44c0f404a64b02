/// A known current that a device sends through an electrode, so that what it measures tells the electrode's impedance.
///
/// With the tone's amplitude U at the channel, the impedance is U / current - series.
public struct LeadOffDrive: Hashable, Sendable {
  /// Amplitude of the current [A].
  public var current: Double
  /// Its frequency [Hz].
  public var frequency: Double
  /// The device's own resistance in the way [Ohm].
  public var series: Double

  /// A current of this amplitude and frequency through a resistance.
  public init(current: Double, frequency: Double, series: Double) {
    self.current = current
    self.frequency = frequency
    self.series = series
  }

  /// The impedance where the tone has `amplitude` [V], at least zero [Ohm].
  public func impedance(amplitude: Double) -> Double {
    max(0, amplitude / current - series)
  }
}
