/// What a channel measures, as far as the decoder must know.
public enum QuantityKind: String, Hashable, Sendable, CaseIterable {
  /// A surface EMG electrode pair.
  case emg
  /// A joint encoder; its count wraps on the wire and is made continuous by the decoder.
  case encoder
  /// Anything else: accelerometers, forces, switches.
  case auxiliary
}

/// One channel of a packet: where its numbers lie and what they mean in SI.
public struct ChannelField: Hashable, Sendable {
  /// Where an encoder's count on the wire starts again.
  public enum EncoderWrap: String, Hashable, Sendable, CaseIterable {
    /// Every revolution: the count is the angle in the turn.
    case revolution
    /// At the end of its number type: a multi-turn count.
    case width
  }

  /// The channel's name, unique in its device.
  public var label: String
  /// What the channel measures.
  public var kind: QuantityKind
  /// Where the value lies in a sample [bytes from the sample's start].
  public var byteOffset: Int
  /// From one sample's value to the next where values are grouped by channel; nil takes the
  /// layout's sample stride [bytes].
  public var stride: Int?
  /// The number's type on the wire.
  public var type: NumberType
  /// Which byte comes first.
  public var byteOrder: ByteOrder
  /// SI unit of the scaled value, as in `ChannelDescription`.
  public var unit: String
  /// SI value of one count [unit per count].
  public var scale: Double
  /// SI value of count zero [unit].
  public var offset: Double
  /// Counts in one turn of an encoder; nil for other kinds [counts].
  public var countsPerRevolution: Int?
  /// Where an encoder's count wraps; of no meaning for other kinds.
  public var wraps: EncoderWrap
  /// The id of the item that `byteOffset` counts from, in tagged packets; nil in others [1].
  public var item: Int?
  /// The column of the number in lines of text, from zero; nil in other packets [1].
  public var column: Int?
  /// True when a count of zero says that the device did not measure: the last value then holds.
  public var holdsOnZero: Bool
  /// How the device's own constants correct its counts; nil takes them as they are.
  public var calibration: ChannelCalibration?
  /// The current by which the channel tells an electrode's impedance instead of a muscle; nil when it does not.
  public var drive: LeadOffDrive?

  /// A channel whose SI value is `count * scale + offset`.
  public init(
    label: String, kind: QuantityKind, byteOffset: Int, stride: Int? = nil, type: NumberType,
    byteOrder: ByteOrder = .little, unit: String, scale: Double, offset: Double = 0,
    countsPerRevolution: Int? = nil, wraps: EncoderWrap = .revolution, item: Int? = nil,
    column: Int? = nil, holdsOnZero: Bool = false, calibration: ChannelCalibration? = nil
  ) {
    self.label = label
    self.kind = kind
    self.byteOffset = byteOffset
    self.stride = stride
    self.type = type
    self.byteOrder = byteOrder
    self.unit = unit
    self.scale = scale
    self.offset = offset
    self.countsPerRevolution = countsPerRevolution
    self.wraps = wraps
    self.item = item
    self.column = column
    self.holdsOnZero = holdsOnZero
    self.calibration = calibration
  }

  /// An encoder whose scale is 2 pi / `countsPerRevolution` [rad per count].
  public static func encoder(
    label: String, byteOffset: Int, stride: Int? = nil, type: NumberType,
    byteOrder: ByteOrder = .little, countsPerRevolution: Int, wraps: EncoderWrap = .revolution
  ) -> ChannelField {
    ChannelField(
      label: label, kind: .encoder, byteOffset: byteOffset, stride: stride, type: type,
      byteOrder: byteOrder, unit: "rad", scale: 2 * .pi / Double(countsPerRevolution),
      countsPerRevolution: countsPerRevolution, wraps: wraps)
  }

  /// Counts after which an encoder's number on the wire starts again; nil for other kinds [counts].
  var modulus: Int64? {
    guard kind == .encoder, let countsPerRevolution else { return nil }
    switch wraps {
    case .revolution: return Int64(countsPerRevolution)
    case .width: return type.range.upperBound - type.range.lowerBound + 1
    }
  }
}
