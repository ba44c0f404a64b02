public import Signals

/// Writes the packets that `PacketDecoder` reads, from native values: the wire side of virtual devices.
///
/// Values are rounded to whole counts. EMG and auxiliary channels saturate at the ends of their number
/// type, as converters do; encoder counts wrap as the description says. The packet counter follows from
/// the block's sample numbers, so that a step between blocks is a gap on the wire too.
public struct PacketEncoder: Sendable {
  /// The device that is imitated.
  public let description: DeviceDescription
  private let moduli: [Int64?]

  /// An encoder for one device.
  public init(_ description: DeviceDescription) {
    let problems = description.validate()
    precondition(problems.isEmpty, "an invalid description: \(problems)")
    self.description = description
    moduli = description.channels.map(\.modulus)
  }

  /// The length of `sampleCount` samples on the wire, which must be whole packets; lines of text may
  /// be longer or shorter [bytes].
  public func byteCount(ofSamples sampleCount: Int) -> Int {
    let layout = description.packet
    return sampleCount / layout.samplesPerPacket
      * (layout.isFixed ? layout.length : layout.usualLength)
  }

  /// Appends the packets of the block's samples to `bytes`; allocates nothing when there is room.
  ///
  /// The block holds whole packets of this device's channels; where the counter counts packets its
  /// first sample's number is a multiple of the samples in a packet.
  public func encode(_ block: borrowing SampleBlock, appendingTo bytes: inout [UInt8]) {
    let size = description.packet.samplesPerPacket
    precondition(block.channelCount == moduli.count, "one value for each channel")
    precondition(block.sampleCount % size == 0, "whole packets")
    var first = 0
    while first < block.sampleCount {
      appendPacket(of: block, from: first, to: &bytes)
      first += size
    }
  }

  /// Appends the packet whose first sample is the block's sample `first`.
  private func appendPacket(
    of block: borrowing SampleBlock, from first: Int, to bytes: inout [UInt8]
  ) {
    if description.packet.text != nil {
      appendLine(of: block, row: first, to: &bytes)
      return
    }
    let layout = description.packet
    let number = block.firstSample + Int64(first)
    let start = bytes.count
    let length = layout.tagged == nil ? layout.length : layout.usualLength
    for _ in 0..<length { bytes.append(0) }
    for index in layout.sync.indices {
      bytes[start + layout.syncOffset + index] = layout.sync[index]
    }
    for mark in layout.marks { bytes[start + mark.byteOffset] |= mark.value }
    if let status = description.status, let good = status.good.first {
      bytes[start + status.byteOffset] = good
    }
    if let tagged = layout.tagged {
      bytes[start + tagged.kindOffset] = tagged.kind
      bytes[start + tagged.lengthOffset] = UInt8(truncatingIfNeeded: length - tagged.overhead)
      writeHeaders(of: tagged, at: start, to: &bytes)
    }
    if let counter = description.counter {
      let bits = UInt64(bitPattern: count(of: number, counter))
      let place = place(counter.item, counter.byteOffset, in: start)
      for index in 0..<counter.width.byteCount {
        let turn = counter.byteOrder == .little ? index : counter.width.byteCount - 1 - index
        bytes[place + turn] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))
      }
    }
    if let clock = description.deviceTime {
      put(
        deviceTime(of: number, clock), as: clock.type, clock.byteOrder,
        at: place(clock.item, clock.byteOffset, in: start), to: &bytes)
    }
    for sample in 0..<layout.samplesPerPacket {
      for channel in moduli.indices {
        let field = description.channels[channel]
        let offset = description.valueOffset(sample: sample, channel: channel)
        let value = block[first + sample, channel]
        if field.type.isWhole {
          let number = wireNumber(value, of: field, moduli[channel])
          field.type.write(
            number, to: &bytes, at: place(field.item, offset, in: start), field.byteOrder)
        } else {
          put(
            value, as: field.type, field.byteOrder, at: place(field.item, offset, in: start),
            to: &bytes)
        }
      }
    }
    close(start..<start + length, in: &bytes)
  }

  /// Writes the check values of the packet in `range`.
  private func close(_ range: Range<Int>, in bytes: inout [UInt8]) {
    let layout = description.packet
    let start = range.lowerBound
    for check in layout.checks {
      check.kind.write(
        to: &bytes, of: start + check.covers.lowerBound..<start + check.covers.upperBound,
        at: start + check.byteOffset)
    }
    let end = range.upperBound - layout.checksum.byteCount
    layout.checksum.write(
      to: &bytes, of: min(start + layout.checksum.coverage, end)..<end, at: end)
  }

  /// Where byte `offset` of an item, or of the packet at `start`, lies in the bytes.
  private func place(_ item: Int?, _ offset: Int, in start: Int) -> Int {
    guard let item, let tagged = description.packet.tagged else { return start + offset }
    var position = start + tagged.firstItem + tagged.header.byteCount
    for other in tagged.items {
      if other.id == item { break }
      position += other.length + tagged.header.byteCount
    }
    return position + offset
  }

  /// Writes each item's header.
  private func writeHeaders(of tagged: TaggedLayout, at start: Int, to bytes: inout [UInt8]) {
    var position = start + tagged.firstItem
    for item in tagged.items {
      switch tagged.header {
      case .id16Length8:
        bytes[position] = UInt8(truncatingIfNeeded: item.id >> 8)
        bytes[position + 1] = UInt8(truncatingIfNeeded: item.id)
        bytes[position + 2] = UInt8(truncatingIfNeeded: item.length)
      case .length8ID8:
        bytes[position] = UInt8(truncatingIfNeeded: item.length + 2)
        bytes[position + 1] = UInt8(truncatingIfNeeded: item.id)
      }
      position += tagged.header.byteCount + item.length
    }
  }

  /// The counter of the packet whose first sample has this number.
  private func count(of number: Int64, _ counter: CounterField) -> Int64 {
    guard counter.counts == .packets else { return number &* counter.step }
    let size = Int64(description.packet.samplesPerPacket)
    precondition(number % size == 0, "packets begin at multiples of their samples")
    return number / size &* counter.step
  }

  /// The device's time of a sample [counts].
  private func deviceTime(of number: Int64, _ clock: DeviceTimeField) -> Double {
    let counts = Double(number) / description.nominalRate / clock.scale
    return clock.type.isWhole ? counts.rounded() : counts
  }

  private func put(
    _ value: Double, as type: NumberType, _ order: ByteOrder, at place: Int,
    to bytes: inout [UInt8]
  ) {
    switch type {
    case .float32:
      type.write(Int64(Float(value).bitPattern), to: &bytes, at: place, order)
    case .float64:
      type.write(Int64(bitPattern: value.bitPattern), to: &bytes, at: place, order)
    default:
      let isSafe = value.magnitude < 0x1p53
      type.write(isSafe ? Int64(value.rounded()) : 0, to: &bytes, at: place, order)
    }
  }

  /// Appends the line of the block's sample `row`; whole numbers have no fraction.
  private func appendLine(of block: borrowing SampleBlock, row: Int, to bytes: inout [UInt8]) {
    guard let text = description.packet.text else { return }
    let number = block.firstSample + Int64(row)
    var columns = [Double](repeating: 0, count: text.columns)
    if let counter = description.counter, let column = counter.column {
      columns[column] = Double(wrapped(count(of: number, counter), modulo: counter.width.modulus))
    }
    if let clock = description.deviceTime, let column = clock.column {
      columns[column] = deviceTime(of: number, clock)
    }
    for (channel, field) in description.channels.enumerated() {
      guard let column = field.column else { continue }
      let value = block[row, channel]
      if let modulus = moduli[channel] {
        columns[column] = Double(wireNumber(value, of: field, modulus))
      } else {
        columns[column] = value.isFinite ? value : 0
      }
    }
    let start = bytes.count
    for (index, value) in columns.enumerated() {
      if index > 0 { bytes.append(text.separator) }
      if value.magnitude < 0x1p53, value == value.rounded() {
        bytes.append(contentsOf: String(Int64(value)).utf8)
      } else {
        bytes.append(contentsOf: String(value).utf8)
      }
    }
    if text.isChecked {
      let parity = bytes[start...].reduce(0, ^)
      let digits = Array("0123456789ABCDEF".utf8)
      bytes += [0x2A, digits[Int(parity >> 4)], digits[Int(parity & 15)]]
    }
    bytes.append(0x0A)
  }

  /// The whole number that stands for `value` on the wire; a value that is no number becomes zero.
  private func wireNumber(_ value: Double, of field: ChannelField, _ modulus: Int64?) -> Int64 {
    guard !value.isNaN else { return 0 }
    let range = field.type.range
    if let modulus {
      // Beyond 2^53 counts a Double has no units left; such a value is as good as zero turns.
      guard value.magnitude < 0x1p53 else { return 0 }
      return wrapped(Int64(value.rounded()), modulo: modulus)
    }
    if value <= Double(range.lowerBound) { return range.lowerBound }
    if value >= Double(range.upperBound) { return range.upperBound }
    return Int64(value.rounded())
  }
}
