/// One channel of a stream: its name and how its native values become SI quantities.
public struct ChannelDescription: Hashable, Sendable, Codable {
  /// The channel's name, unique in its stream.
  public var label: String
  /// The SI unit after scaling: `V`, `rad`, `rad/s`, `m/s^2`, `N`, `N*m`, `1` or `count`.
  public var unit: String
  /// SI units per native unit [unit per native unit].
  public var scale: Double
  /// SI value of native zero [unit].
  public var offset: Double

  /// A channel whose SI value is `native * scale + offset`.
  public init(label: String, unit: String, scale: Double = 1, offset: Double = 0) {
    self.label = label
    self.unit = unit
    self.scale = scale
    self.offset = offset
  }
}

/// What a source delivers: a name, a rate and the channels of each sample.
public struct StreamDescription: Hashable, Sendable, Codable {
  /// The name that sessions and recordings use, unique in a session.
  public var name: String
  /// The content type in the sense of XDF: `EMG`, `Encoder`, `Mixed`.
  public var type: String
  /// Nominal rate; zero means irregular [Hz].
  public var nominalRate: Double
  /// The channels of one sample, in order (channelCount).
  public var channels: [ChannelDescription]
  /// True when native values are integers that fit 32 bits.
  public var isInteger: Bool
  /// Samples after which a counter of 8 or 16 bits is the same again; nil without one [samples].
  public var counterRange: Int64?

  /// A stream of samples with these channels.
  public init(
    name: String, type: String, nominalRate: Double, channels: [ChannelDescription],
    isInteger: Bool, counterRange: Int64? = nil
  ) {
    self.name = name
    self.type = type
    self.nominalRate = nominalRate
    self.channels = channels
    self.isInteger = isInteger
    self.counterRange = counterRange
  }

  /// The position of the channel called `label`.
  public func channelIndex(_ label: String) -> Int? {
    channels.firstIndex { $0.label == label }
  }
}
