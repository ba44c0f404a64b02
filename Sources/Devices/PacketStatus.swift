/// A byte by which a device says how a packet's samples came about.
public struct PacketStatus: Hashable, Sendable {
  /// What a device tells about samples that it lost itself.
  public struct LossReport: Hashable, Sendable {
    /// The status of a packet that carries the report in place of samples [1].
    public var value: UInt8
    /// Where the number of lost samples stands [bytes from the packet's start].
    public var byteOffset: Int
    /// How that number is written.
    public var type: NumberType
    /// Which byte of it comes first.
    public var byteOrder: ByteOrder
    /// Samples of the report's packet that stand for none [samples].
    public var placeholders: Int

    /// A report.
    public init(
      value: UInt8, byteOffset: Int, type: NumberType, byteOrder: ByteOrder, placeholders: Int
    ) {
      self.value = value
      self.byteOffset = byteOffset
      self.type = type
      self.byteOrder = byteOrder
      self.placeholders = placeholders
    }
  }

  /// Where the status stands [bytes from the packet's start].
  public var byteOffset: Int
  /// The statuses of packets whose samples are good [1].
  public var good: [UInt8]
  /// How the device reports its own losses; nil when it does not.
  public var lossReport: LossReport?

  /// A status byte.
  public init(byteOffset: Int, good: [UInt8], lossReport: LossReport? = nil) {
    self.byteOffset = byteOffset
    self.good = good
    self.lossReport = lossReport
  }
}

/// Where a packet carries the device's time of its first sample.
public struct DeviceTimeField: Hashable, Sendable {
  /// Where the number begins [bytes from the start of the packet or item].
  public var byteOffset: Int
  /// The number's type.
  public var type: NumberType
  /// Which byte comes first.
  public var byteOrder: ByteOrder
  /// Seconds in one count [s].
  public var scale: Double
  /// The id of the item that `byteOffset` counts from; nil where packets have no items [1].
  public var item: Int?
  /// The column of the number in lines of text, from zero; nil in other packets [1].
  public var column: Int?

  /// A time stamp.
  public init(
    byteOffset: Int, type: NumberType, byteOrder: ByteOrder = .little, scale: Double,
    item: Int? = nil, column: Int? = nil
  ) {
    self.byteOffset = byteOffset
    self.type = type
    self.byteOrder = byteOrder
    self.scale = scale
    self.item = item
    self.column = column
  }
}
