/// A packet that says its length and is made of items, each with an id and a length of its own.
///
/// Items that nobody asks for are passed over, packets of other kinds too (answers, errors).
public struct TaggedLayout: Hashable, Sendable {
  /// What stands before an item's content.
  public enum Header: String, Hashable, Sendable, CaseIterable {
    /// Two bytes of id, most significant first, one byte with the content's length (Xsens).
    case id16Length8 = "id16-length8"
    /// One byte with the whole item's length, one byte of id (MicroStrain).
    case length8ID8 = "length8-id8"

    /// Length of the header [bytes].
    public var byteCount: Int { self == .id16Length8 ? 3 : 2 }
  }

  /// An item that a packet of samples carries.
  public struct Item: Hashable, Sendable {
    /// Its id [1].
    public var id: Int
    /// Length of its content [bytes].
    public var length: Int

    /// An item.
    public init(id: Int, length: Int) {
      self.id = id
      self.length = length
    }
  }

  /// Where the packet's kind stands [bytes from the packet's start].
  public var kindOffset: Int
  /// The kind of packets that carry samples [1].
  public var kind: UInt8
  /// Where the one byte of length stands [bytes from the packet's start].
  public var lengthOffset: Int
  /// Bytes of a packet that its length does not count [bytes].
  public var overhead: Int
  /// Where the first item begins [bytes from the packet's start].
  public var firstItem: Int
  /// What stands before each item's content.
  public var header: Header
  /// The items that channels, counter and clock lie in, in the order in which a virtual device sends them.
  public var items: [Item]

  /// A layout; see the properties.
  public init(
    kindOffset: Int, kind: UInt8, lengthOffset: Int, overhead: Int, firstItem: Int,
    header: Header, items: [Item]
  ) {
    self.kindOffset = kindOffset
    self.kind = kind
    self.lengthOffset = lengthOffset
    self.overhead = overhead
    self.firstItem = firstItem
    self.header = header
    self.items = items
  }

  /// What must have arrived before the length is known [bytes].
  var prefix: Int { max(lengthOffset, kindOffset) + 1 }

  /// The items' places in `packet`, whose items end at `end`; false when one is missing or too short.
  func locate(_ packet: [UInt8], end: Int, into starts: inout [Int]) -> Bool {
    for index in starts.indices { starts[index] = -1 }
    var position = firstItem
    while position + header.byteCount <= end {
      let id: Int
      let length: Int
      switch header {
      case .id16Length8:
        id = Int(packet[position]) << 8 | Int(packet[position + 1])
        length = Int(packet[position + 2])
      case .length8ID8:
        id = Int(packet[position + 1])
        length = Int(packet[position]) - header.byteCount
      }
      position += header.byteCount
      guard length >= 0, position + length <= end else { return false }
      for index in items.indices
      where items[index].id == id && length >= items[index].length && starts[index] < 0 {
        starts[index] = position
      }
      position += length
    }
    return !starts.contains(-1)
  }
}
