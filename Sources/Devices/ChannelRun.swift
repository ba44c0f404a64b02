internal import Signals

/// Channels that follow each other in a sample, all of one type: read in one go, the type told once.
struct ChannelRun: Sendable {
  /// The first channel (index).
  let channel: Int
  /// Where its first sample's value begins [bytes from the start of the packet or item].
  let start: Int
  /// The item they lie in (index of the layout's items); nil outside items.
  let item: Int?
  /// From one sample's values to the next sample's [bytes].
  let stride: Int
  let type: NumberType
  let order: ByteOrder
  /// How many channels [1].
  var count = 1

  init(channel: Int, start: Int, item: Int?, stride: Int, type: NumberType, order: ByteOrder) {
    self.channel = channel
    self.start = start
    self.item = item
    self.stride = stride
    self.type = type
    self.order = order
  }

  /// True when a channel goes on where the run ends.
  func continues(
    channel: Int, start: Int, item: Int?, stride: Int, type: NumberType, order: ByteOrder
  ) -> Bool {
    channel == self.channel + count && start == self.start + count * type.byteCount
      && item == self.item && stride == self.stride && type == self.type && order == self.order
  }

  /// Reads the run, whose bytes begin at `start`, into one sample of a block.
  @inline(__always)
  func read(
    _ bytes: [UInt8], at start: Int, into block: inout SampleBlock, sample: Int
  ) {
    let isBig = order == .big
    switch type {
    case .uint8:
      for index in 0..<count { block[sample, channel + index] = Double(bytes[start + index]) }
    case .int16:
      for index in 0..<count {
        let bits = Self.two(bytes, start + 2 * index, isBig)
        block[sample, channel + index] = Double(Int16(bitPattern: bits))
      }
    case .uint16:
      for index in 0..<count {
        block[sample, channel + index] = Double(Self.two(bytes, start + 2 * index, isBig))
      }
    case .pair14:
      for index in 0..<count {
        let place = start + 2 * index
        let high = Int32(bytes[place] & 0x7F)
        block[sample, channel + index] = Double(high << 7 | Int32(bytes[place + 1] & 0x7F))
      }
    case .int24:
      for index in 0..<count {
        let place = start + 3 * index
        let first = UInt32(bytes[place])
        let middle = UInt32(bytes[place + 1]) << 16
        let last = UInt32(bytes[place + 2])
        // the sign bit goes to the top, and the arithmetic shift copies it down
        let bits = isBig ? first << 24 | middle | last << 8 : last << 24 | middle | first << 8
        block[sample, channel + index] = Double(Int32(bitPattern: bits) >> 8)
      }
    case .int32:
      for index in 0..<count {
        let bits = Self.four(bytes, start + 4 * index, isBig)
        block[sample, channel + index] = Double(Int32(bitPattern: bits))
      }
    case .uint32:
      for index in 0..<count {
        block[sample, channel + index] = Double(Self.four(bytes, start + 4 * index, isBig))
      }
    case .float32:
      for index in 0..<count {
        let bits = Self.four(bytes, start + 4 * index, isBig)
        block[sample, channel + index] = Double(Float(bitPattern: bits))
      }
    case .float64:
      for index in 0..<count {
        let first = UInt64(Self.four(bytes, start + 8 * index, isBig))
        let second = UInt64(Self.four(bytes, start + 8 * index + 4, isBig))
        let bits = isBig ? first << 32 | second : second << 32 | first
        block[sample, channel + index] = Double(bitPattern: bits)
      }
    }
  }

  @inline(__always)
  private static func two(_ bytes: [UInt8], _ place: Int, _ isBig: Bool) -> UInt16 {
    let first = UInt16(bytes[place])
    let second = UInt16(bytes[place + 1])
    return isBig ? first << 8 | second : second << 8 | first
  }

  @inline(__always)
  private static func four(_ bytes: [UInt8], _ place: Int, _ isBig: Bool) -> UInt32 {
    let first = UInt32(two(bytes, place, isBig))
    let second = UInt32(two(bytes, place + 2, isBig))
    return isBig ? first << 16 | second : second << 16 | first
  }
}
