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

  /// The length of `sampleCount` samples on the wire, which must be whole packets [bytes].
  public func byteCount(ofSamples sampleCount: Int) -> Int {
    sampleCount / description.packet.samplesPerPacket * description.packet.length
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
    let layout = description.packet
    let start = bytes.count
    for _ in 0..<layout.length { bytes.append(0) }
    for index in layout.sync.indices { bytes[start + index] = layout.sync[index] }
    if let counter = description.counter {
      var count = block.firstSample + Int64(first)
      if counter.counts == .packets {
        let size = Int64(layout.samplesPerPacket)
        precondition(count % size == 0, "packets begin at multiples of their samples")
        count /= size
      }
      counter.width.type.write(
        count, to: &bytes, at: start + counter.byteOffset, counter.byteOrder)
    }
    for sample in 0..<layout.samplesPerPacket {
      for channel in moduli.indices {
        let field = description.channels[channel]
        let place = start + description.valueOffset(sample: sample, channel: channel)
        let number = wireNumber(block[first + sample, channel], of: field, moduli[channel])
        field.type.write(number, to: &bytes, at: place, field.byteOrder)
      }
    }
    let end = start + layout.checksumOffset
    let value = layout.checksum.value(of: bytes, in: start..<end)
    switch layout.checksum.byteCount {
    case 0: break
    case 1: bytes[end] = UInt8(truncatingIfNeeded: value)
    default:
      bytes[end] = UInt8(truncatingIfNeeded: value >> 8)
      bytes[end + 1] = UInt8(truncatingIfNeeded: value)
    }
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
