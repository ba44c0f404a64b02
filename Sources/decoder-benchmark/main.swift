import Configuration
import Devices
import Foundation
import Signals

// How fast decoders are, in bytes of USB payload a second: decoder-benchmark FILE.yaml ...
// Each device's own encoder makes some megabytes first; the best of several passes counts.

/// Bytes decoded in a second of one pass [B/s].
func speed(of device: DeviceDescription, bytes: [UInt8]) -> Double {
  var decoder = PacketDecoder(device, stream: 0)
  let room = max(device.packet.samplesPerPacket, Int(0.02 * device.nominalRate))
  var block = SampleBlock(capacity: room * device.channels.count)
  let size = 16384
  let pieces = stride(from: 0, to: bytes.count, by: size).map {
    Array(bytes[$0..<min($0 + size, bytes.count)])
  }
  var samples = 0
  let start = ContinuousClock.now
  for piece in pieces {
    var progress = DecodingProgress(nextOffset: 0, stop: .gap)
    while progress.hasMore {
      progress = decoder.decode(piece.span, from: progress.nextOffset, into: &block)
      samples += block.sampleCount
    }
  }
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  precondition(samples > 0 && decoder.statistics.lostSamples == 0, "a clean stream decodes whole")
  return Double(bytes.count) / seconds
}

for path in CommandLine.arguments.dropFirst() {
  do {
    let device = try DeviceFile.read(path)
    let encoder = PacketEncoder(device)
    let perPacket = device.packet.samplesPerPacket
    var block = SampleBlock(capacity: perPacket * device.channels.count)
    var bytes: [UInt8] = []
    var number: Int64 = 0
    while bytes.count < 16 << 20 {
      block.begin(stream: 0, channelCount: device.channels.count, firstSample: number)
      for _ in 0..<perPacket {
        let row = block.appendSample()
        for channel in device.channels.indices {
          block[row, channel] = Double((number &* 31 + Int64(channel) * 7) % 1000)
        }
      }
      encoder.encode(block, appendingTo: &bytes)
      number += Int64(perPacket)
    }
    let best = (0..<5).map { _ in speed(of: device, bytes: bytes) }.max() ?? 0
    print("\(device.name): \(Int((best / 1e6).rounded())) MB/s")
  } catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(EX_CONFIG)
  }
}
