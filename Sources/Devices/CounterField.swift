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
    /// Eight bytes; taken for a number that never wraps.
    case bits64 = 64

    /// Length in a packet [bytes].
    public var byteCount: Int { rawValue / 8 }

    /// Counts after which the number is zero again [counts].
    var modulus: Int64 { self == .bits64 ? .max : 1 << Int64(rawValue) }
  }

  /// Where the counter begins [bytes from the packet's start].
  public var byteOffset: Int
  /// The counter's length.
  public var width: Width
  /// Which byte comes first.
  public var byteOrder: ByteOrder
  /// What the counter counts.
  public var counts: Unit
  /// By how much the number grows for each packet or sample it counts, as where it is a time [counts].
  public var step: Int64
  /// The id of the item that `byteOffset` counts from, in tagged packets; nil in others [1].
  public var item: Int?
  /// The column of the number in lines of text, from zero; nil in other packets [1].
  public var column: Int?

  /// A counter of this place and width.
  public init(
    byteOffset: Int, width: Width, byteOrder: ByteOrder = .little, counts: Unit = .packets,
    step: Int64 = 1, item: Int? = nil, column: Int? = nil
  ) {
    self.byteOffset = byteOffset
    self.width = width
    self.byteOrder = byteOrder
    self.counts = counts
    self.step = step
    self.item = item
    self.column = column
  }
}
