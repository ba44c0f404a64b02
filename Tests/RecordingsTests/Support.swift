import Devices
import Foundation
import Signals

@testable import Recordings

/// A folder that goes away with the value that holds it.
final class ScratchFolder {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("recordings-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// Steele, Lea and Flood's SplitMix64: a seed gives the same numbers everywhere.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// What a block holds, without the room it does not use.
struct BlockContent: Equatable {
  let stream: Int
  let firstSample: Int64
  let sampleCount: Int
  let arrival: SampleTime
  let deviceTime: SampleTime?
  let values: [Double]

  init(_ block: SampleBlock) {
    stream = block.stream
    firstSample = block.firstSample
    sampleCount = block.sampleCount
    arrival = block.arrival
    deviceTime = block.deviceTime
    values = (0..<block.sampleCount).flatMap { sample in
      (0..<block.channelCount).map { block[sample, $0] }
    }
  }
}

/// A step with the content of its block.
struct FullStep: Equatable {
  let step: SourceStep
  let block: BlockContent?
}

/// Everything a source has to tell, at most `limit` steps.
func steps(of source: consuming RecordingSource, limit: Int = 1_000_000) throws -> [FullStep] {
  var source = source
  var block = SampleBlock(capacity: source.blockCapacity)
  var steps: [FullStep] = []
  while steps.count < limit {
    let step = try source.next(into: &block)
    if step == .end { return steps }
    steps.append(FullStep(step: step, block: step == .block ? BlockContent(block) : nil))
  }
  return steps
}

/// An EMG stream of int32 counts and an encoder stream of numbers.
let exampleStreams = [
  StreamDescription(
    name: "emg", type: "EMG", nominalRate: 2000,
    channels: (0..<18).map {
      ChannelDescription(label: "muscle \($0) <&>", unit: "V", scale: 1.25e-7, offset: 0)
    }, isInteger: true),
  StreamDescription(
    name: "encoder", type: "Encoder", nominalRate: 100,
    channels: [
      ChannelDescription(label: "elbow", unit: "rad"), .init(label: "rate", unit: "rad/s"),
    ],
    isInteger: false),
]

let examplePreamble = RecordingPreamble(
  softwareVersion: "0.2.0",
  configuration: NamedText(name: "session.yaml", text: "subject: \"Zoë\"\nrate: 2 kHz\n"),
  models: [NamedText(name: "arm26.osim", text: "<OpenSimDocument/>")],
  parameterNames: ["muscle/BIClong/max_isometric_force", "body/r_humerus/mass"],
  truth: ["body/r_humerus/mass": 1.8645000000000003, "muscle/BIClong/max_isometric_force": 624.3])

/// Steps of a session that lasts `seconds`: blocks with gaps, ticks, commands, adoptions, skips.
func exampleSession(
  seconds: Double, seed: UInt64, streams: [StreamDescription] = exampleStreams,
  visit: (SourceStep, SampleBlock) throws -> Void
) rethrows {
  var generator = SplitMix64(seed: seed)
  var block = SampleBlock(capacity: 20 * 18)
  let origin: Int64 = 123_456_789_012_345_678
  var counters: [Int64] = streams.map { _ in Int64(generator.next() >> 30) }
  for millisecond in 0..<Int(seconds * 1000) {
    let now = SampleTime(nanoseconds: origin + Int64(millisecond) * 1_000_000)
    for (index, stream) in streams.enumerated() where millisecond % (index == 0 ? 5 : 10) == 0 {
      let count = Int((stream.nominalRate * (index == 0 ? 0.005 : 0.01)).rounded())
      if generator.next() % 50 == 0 { counters[index] += 7 }
      block.begin(
        stream: index, channelCount: stream.channels.count, firstSample: counters[index])
      for _ in 0..<count {
        let sample = block.appendSample()
        for channel in 0..<stream.channels.count {
          block[sample, channel] =
            stream.isInteger
            ? Double(Int32(truncatingIfNeeded: generator.next()))
            : Double.random(in: -3...3, using: &generator)
        }
      }
      counters[index] += Int64(count)
      block.arrival = SampleTime(nanoseconds: now.nanoseconds + Int64(generator.next() % 500_000))
      if index == 1 {
        block.deviceTime = SampleTime(nanoseconds: now.nanoseconds - 9_000_000)
      }
      try visit(.block, block)
    }
    switch millisecond % 1000 {
    case 3: try visit(.tick(now), block)
    case 200: try visit(.command(.payload(kilograms: 2.1), at: now), block)
    case 400: try visit(.command(.marker("grasp \"now\"\nü \u{1F4AA}"), at: now), block)
    case 600: try visit(.adoption(window: millisecond / 1000, at: now), block)
    case 700: try visit(.skipped(window: millisecond / 1000 + 1), block)
    case 800: try visit(.command(.payloadOff, at: now), block)
    default: break
    }
  }
}

/// Records an example session and returns its steps.
@discardableResult
func recordExample(
  to path: String, seconds: Double, seed: UInt64, streams: [StreamDescription] = exampleStreams,
  close: Bool = true
) throws -> [FullStep] {
  var steps: [FullStep] = []
  var recorder = try SessionRecorder(
    path: path, streams: streams, preamble: examplePreamble,
    start: SampleTime(nanoseconds: 123_456_789_000_000_000), durability: .onClose)
  try exampleSession(seconds: seconds, seed: seed, streams: streams) { step, block in
    try recorder.record(step, block)
    steps.append(FullStep(step: step, block: step == .block ? BlockContent(block) : nil))
    if case .adoption(let window, let time) = step {
      try recorder.recordEvent("{\"command\":{\"payloadOff\":{}},\"window\":\(window)}", at: time)
      try recorder.recordEstimate(
        window: window, values: [600 + Double(window), 1.9], standardDeviations: [10, 0.1],
        at: time)
    }
  }
  if close { try recorder.close() } else { try recorder.flush() }
  return steps
}
