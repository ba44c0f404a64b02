import Configuration
import Devices
import Foundation
import Signals
import TestSupport

/// The device files that the repository ships, and signals for them.
enum ShippedDevices {
  /// Every one that can be plugged in.
  static let names = [
    "backyardbrains-spikerbox-pro", "generic-cdc-binary", "generic-cdc-text", "labjack-u6",
    "mcc-usb-1608fs-plus", "microstrain-mip", "openbci-cyton", "xsens-mti",
  ]

  /// The description of a shipped device.
  static func read(_ name: String) throws -> DeviceDescription {
    try DeviceFile.read(repository.path + "/devices/\(name).yaml")
  }

  /// A native value of channel `channel` in sample `number`, whole and inside the channel's wire range.
  static func value(_ device: DeviceDescription, channel: Int, sample number: Int64) -> Double {
    let field = device.channels[channel]
    if let turn = field.countsPerRevolution {
      // a slow swing over several turns, both ways
      let phase = (number + 7 * Int64(channel)) % Int64(8 * turn)
      return Double(min(phase, Int64(8 * turn) - phase))
    }
    let range = field.holdsOnZero ? 1...Int64(32000) : field.type.range
    let width = UInt64(min(range.upperBound - range.lowerBound, 1 << 20) + 1)
    let mixed = UInt64(bitPattern: number &* 31 &+ Int64(channel) &* 1009 &+ 7) &* 0x9E37_79B9_7F4A
    return Double(range.lowerBound + Int64((mixed >> 20) % width))
  }

  /// Samples from `first` on, in a block.
  static func block(_ device: DeviceDescription, first: Int64, count: Int) -> SampleBlock {
    var block = SampleBlock(capacity: count * device.channels.count)
    block.begin(stream: 0, channelCount: device.channels.count, firstSample: first)
    for _ in 0..<count {
      let row = block.appendSample()
      for channel in device.channels.indices {
        block[row, channel] = value(device, channel: channel, sample: first + Int64(row))
      }
    }
    return block
  }

  /// The device's bytes for samples from `first` on.
  static func bytes(_ device: DeviceDescription, first: Int64, count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    PacketEncoder(device).encode(block(device, first: first, count: count), appendingTo: &bytes)
    return bytes
  }
}

/// One decoded sample.
struct DecodedSample: Equatable {
  var number: Int64
  var values: [Double]
}

extension PacketDecoder {
  /// All samples in `bytes`, taken in pieces of `piece` bytes.
  mutating func samples(_ bytes: [UInt8], piece: Int = 4096, channels: Int) -> [DecodedSample] {
    var block = SampleBlock(capacity: 4096 * channels)
    var found: [DecodedSample] = []
    var start = 0
    while start < bytes.count {
      let part = Array(bytes[start..<min(start + piece, bytes.count)])
      start += piece
      var progress = DecodingProgress(nextOffset: 0, stop: .gap)
      while progress.hasMore {
        progress = decode(part.span, from: progress.nextOffset, into: &block)
        for row in 0..<block.sampleCount {
          found.append(
            DecodedSample(
              number: block.firstSample + Int64(row),
              values: (0..<channels).map { block[row, $0] }))
        }
      }
    }
    return found
  }
}

/// Bytes from hexadecimal text.
func bytes(_ text: String) -> [UInt8] {
  text.split(whereSeparator: \.isWhitespace).map { UInt8($0, radix: 16) ?? 0 }
}

/// A seeded source of random numbers (SplitMix64), so that failing cases can be repeated.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
