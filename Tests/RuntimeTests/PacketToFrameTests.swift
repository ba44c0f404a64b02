import Configuration
import Devices
import Foundation
import Pipeline
import Signals
import TestSupport
import Testing

@testable import Runtime

@Suite("From packet to frame")
struct PacketToFrameTests {
  @Test("bytes become frames without one allocation")
  func nothingIsAllocated() throws {
    let file = repository.appendingPathComponent("config/demo-arm.yaml").path
    let session = try SessionFile.read(file)
    let device = try #require(session.sources[0].device)
    let assembly = try SessionAssembly(session, streams: [device.streamDescription])
    var pipeline = Pipeline(assembly.pipeline)
    let encoder = PacketEncoder(device)
    var decoder = PacketDecoder(device, stream: 0)
    var native = SampleBlock(capacity: 16 * 18)
    var block = SampleBlock(capacity: 16 * 18)
    var bytes: [UInt8] = []
    var (counted, frames, made) = (0, 0, 0)
    var events: [Event] = []
    events.reserveCapacity(Pipeline.eventRoom)
    // 2.5 s of a wavering EMG and turning encoders, 16 samples in 4 packets at a time
    for number in 0..<312 {
      native.begin(stream: 0, channelCount: 18, firstSample: Int64(16 * number))
      for sample in 0..<16 {
        let row = native.appendSample()
        let phase = Double(16 * number + sample) / 2000
        for channel in 0..<16 {
          native[row, channel] = (1e5 * sin(600 * phase + Double(channel))).rounded()
        }
        native[row, 16] = (300 + 200 * sin(3 * phase)).rounded()
        native[row, 17] = (700 + 200 * sin(2 * phase)).rounded()
      }
      bytes.removeAll(keepingCapacity: true)
      encoder.encode(native, appendingTo: &bytes)
      let framesBefore = pipeline.frameCount
      let own = allocations {
        let progress = decoder.decode(bytes.span, from: 0, into: &block)
        precondition(!progress.hasMore && block.sampleCount == 16)
        block.arrival = SampleTime(seconds: Double(16 * number + 15) / 2000)
        pipeline.consume(.block, block: block)
        events.removeAll(keepingCapacity: true)
        pipeline.moveEvents(to: &events)
        pipeline.forgetWindows()
      }
      // steady: after a second
      if number > 125 {
        counted += 1
        made += own
        frames += pipeline.frameCount - framesBefore
      }
    }
    #expect(counted > 180 && frames > 200 && pipeline.windowCount >= 1)
    #expect(made == 0)
  }
}
