import Algebra
import Configuration
import Devices
import Foundation
import Pipeline
import Recordings
import Signals
import Testing

@testable import Runtime

/// Sync inputs from the session file over a recording to the result.
@Suite("Sessions with sync inputs")
struct SyncSessionTests {
  /// EMG in one stream, encoders in another that comes 12 ms late, a generator's pulses in both.
  private static func session() throws -> (SmallSession, SessionConfiguration) {
    let session = try SmallSession()
    var text = session.configuration.text.replacing("board.EMG", with: "emg.EMG")
      .replacing("board.ENC", with: "encoders.ENC")
    let start = text.range(of: "  - { name: board")!.lowerBound
    let end = text.range(of: "payload: { body")!.lowerBound
    text.replaceSubrange(
      start..<end,
      with: """
          - { name: emg, stream: emg, sync: { channel: SYNC, threshold: 1.6 V } }
          - { name: encoders, stream: encoders, sync: { channel: SYNC } }

        """)
    let file = session.path("two.yaml")
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return (session, try SessionFile.read(file))
  }

  @Test("a delay between two streams is told, taken off, and stands in the result's clocks")
  func delay() throws {
    let (session, configuration) = try Self.session()
    let emg = ["EMG1", "EMG2", "EMG3", "EMG4", "EMG7"]
    let streams = [
      StreamDescription(
        name: "emg", type: "EMG", nominalRate: 1000,
        channels: (emg + ["SYNC"]).map { ChannelDescription(label: $0, unit: "V") },
        isInteger: false),
      StreamDescription(
        name: "encoders", type: "Encoder", nominalRate: 500,
        channels: ["ENC1", "ENC2"].map { ChannelDescription(label: $0, unit: "rad") }
          + [ChannelDescription(label: "SYNC", unit: "1")], isInteger: false),
    ]
    let assembly = try SessionAssembly(configuration, streams: streams)
    #expect(assembly.pipeline.sync.map(\.stream) == [0, 1])
    let path = session.path("two.xdf")
    var recorder = try assembly.recorder(
      path: path, overwrite: true, truth: [:], createdAt: nil, durability: .onClose)
    var random = RandomSource(seed: 21)
    var deliveries: [(arrival: Double, stream: Int, first: Int64)] = []
    let drifts = [40e-6, -70e-6]
    for (stream, burst) in [(0, 8), (1, 4)] {
      let rate = streams[stream].nominalRate
      for block in 0..<Int(30 * rate) / burst {
        let first = Int64(block * burst)
        let last = Double(first + Int64(burst) - 1) / rate * (1 + drifts[stream])
        let late = (stream == 1 ? 0.012 : 0) - 1e-3 * log(1 - random.uniform())
        deliveries.append((last + late, stream, first))
      }
    }
    deliveries.sort { ($0.arrival, $0.first) < ($1.arrival, $1.first) }
    var block = SampleBlock(capacity: 64)
    var next: [Int64] = [0, 0]
    for (arrival, stream, _) in deliveries {
      let count = stream == 0 ? 8 : 4
      let channels = streams[stream].channels.count
      block.begin(stream: stream, channelCount: channels, firstSample: next[stream])
      for sample in next[stream]..<(next[stream] + Int64(count)) {
        let time = Double(sample) / streams[stream].nominalRate * (1 + drifts[stream])
        let row = block.appendSample()
        for channel in 0..<(channels - 1) {
          block[row, channel] =
            stream == 0
            ? 1e-4 * (random.uniform() - 0.5) : 0.3 + 0.2 * sin(2 * .pi * 0.5 * time)
        }
        // 20 ms of 3.3 V, or of a one, every 0.937 s
        let isPulse = (time / 0.937).truncatingRemainder(dividingBy: 1) * 0.937 < 0.02
        block[row, channels - 1] = isPulse ? (stream == 0 ? 3.3 : 1) : 0
      }
      next[stream] += Int64(count)
      block.arrival = SampleTime(seconds: arrival)
      try recorder.record(.block, block)
    }
    try recorder.close()

    let material = try IdentifyMaterial(IdentifyRun([path], configuration: configuration))
    let clocks = try #require(material.clocks.first)
    #expect(clocks.map(\.stream) == ["emg", "encoders"])
    for (clock, drift) in zip(clocks, drifts) {
      #expect(abs(clock.drift - drift) < 1e-5 && abs(clock.jitter - 1e-3) < 0.5e-3, "\(clock)")
      #expect(try #require(clock.alignmentDeviation) < 0.1e-3)
    }
    #expect(clocks[0].sync == nil)
    let sync = try #require(clocks[1].sync)
    print("sync in a session: \(sync)")
    #expect(sync.state == .aligned && sync.pulses > 25 && sync.missing == 0)
    let deviation = try #require(sync.deviation)
    #expect(abs(sync.delay - 0.012) < min(4 * deviation, 0.5e-3), "\(sync)")
    #expect(clocks[1].syncLine?.hasPrefix("sync of encoders: aligned, 1") == true)

    // the recording says when that was known, and its replay says the same
    let events = try InertialSessionTests.pass(configuration, path).events
    let said = events.compactMap { event -> SyncState? in
      if case .syncChanged("encoders", let state, _, _) = event { state } else { nil }
    }
    #expect(said == [.aligned])
  }

  @Test("an input in volts on a channel of counts is refused with its place")
  func wrongUnit() throws {
    let (_, configuration) = try Self.session()
    let streams = [
      StreamDescription(
        name: "emg", type: "EMG", nominalRate: 1000,
        channels: ["EMG1", "EMG2", "EMG3", "EMG4", "EMG7"].map {
          ChannelDescription(label: $0, unit: "V")
        } + [ChannelDescription(label: "SYNC", unit: "count")], isInteger: false),
      StreamDescription(
        name: "encoders", type: "Encoder", nominalRate: 500,
        channels: ["ENC1", "ENC2"].map { ChannelDescription(label: $0, unit: "rad") }
          + [ChannelDescription(label: "SYNC", unit: "1")], isInteger: false),
    ]
    #expect {
      _ = try SessionAssembly(configuration, streams: streams)
    } throws: {
      "\($0)".contains("channel 'SYNC' of stream 'emg' is measured in count")
    }
  }
}
