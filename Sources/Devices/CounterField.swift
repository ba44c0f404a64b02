/// Where a packet carries its running number; the number wraps at the end of its width.
public struct CounterField: Hashable, Sendable {
  /// What the number counts.
  public enum Unit: String, Hashable, Sendable, CaseIterable {
    /// One more each packet.
    case packets
    /// The number of the packet's first sample.
    case samples
  }

  /// The counter's length in a packet.
  public enum Width: Int, Hashable, Sendable, CaseIterable {
    /// One byte; gaps of 128 counts and more are ambiguous.
    case bits8 = 8
    /// Two bytes.
    case bits16 = 16
    /// Four bytes.
    case bits32 = 32

    /// The unsigned number type of this width.
    public var type: NumberType {
      switch self {
      case .bits8: .uint8
      case .bits16: .uint16
      case .bits32: .uint32
      }
    }
  }

  /// Where the counter begins [bytes from the packet's start].
  public var byteOffset: Int
  /// The counter's length.
  public var width: Width
  /// Which byte comes first.
  public var byteOrder: ByteOrder
  /// What the counter counts.
  public var counts: Unit

  /// A counter of this place and width.
  public init(
    byteOffset: Int, width: Width, byteOrder: ByteOrder = .little, counts: Unit = .packets
  ) {
    self.byteOffset = byteOffset
    self.width = width
    self.byteOrder = byteOrder
    self.counts = counts
  }
}
