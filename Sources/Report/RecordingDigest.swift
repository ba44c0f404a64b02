internal import Devices
internal import Foundation
internal import Identification
internal import Pipeline
public import Recordings
internal import Signals

/// What a recording tells about itself without any fit: streams, events and the estimates made live.
public struct RecordingDigest: Sendable {
  /// One stream of samples.
  struct Stream: Sendable {
    var name: String
    var channels: Int
    /// Nominal rate [Hz].
    var nominalRate: Double
    var samples: Int64
    /// Time from its first block to its last [s].
    var duration: Double
  }

  /// Something that happened.
  struct Remark: Sendable {
    /// When, from the first block on [s].
    var time: Double
    var words: String
  }

  /// A text that the recording carries.
  struct Text: Sendable {
    var name: String
    var sha256: String
  }

  /// The streams.
  var streams: [Stream]
  /// Gaps, faults and what was announced, in time order.
  var remarks: [Remark] = []
  /// Time from the first block of any stream to the last [s].
  var duration = 0.0
  /// Gaps in any stream [1].
  var gapCount = 0
  /// Samples lost in gaps [samples].
  var lostSamples: Int64 = 0
  /// Windows that the estimator was too busy for [1].
  var skippedWindows = 0
  /// The estimates made while it was recorded.
  var estimates: [RecordedEstimate]
  /// The parameters that estimates are of.
  var parameterNames: [String]
  /// The true values by name, where the subject is virtual [SI unit of each].
  var truth: [String: Double]
  /// What of the file is not used, a sentence each.
  var omissions: [String]
  /// The version that recorded; nil when other tools did.
  var softwareVersion: String?
  /// When, in ISO 8601; nil where nobody said.
  var createdAt: String?
  /// Configuration, models and devices that it carries.
  var texts: [Text]

  /// Goes through a recording once.
  public init(_ source: RecordingSource) throws(XDFError) {
    estimates = source.estimates
    let preamble = source.preamble
    parameterNames = preamble?.parameterNames ?? []
    truth = preamble?.truth ?? [:]
    omissions = source.omissions
    softwareVersion = preamble?.softwareVersion
    createdAt = preamble?.createdAt
    texts =
      preamble.map {
        ([$0.configuration] + $0.models + $0.devices).map { Text(name: $0.name, sha256: $0.sha256) }
      } ?? []
    streams = source.streams.map {
      Stream(
        name: $0.name, channels: $0.channels.count, nominalRate: $0.nominalRate, samples: 0,
        duration: 0)
    }
    var source = source
    var block = SampleBlock(capacity: source.blockCapacity)
    var first: [SampleTime?] = Array(repeating: nil, count: streams.count)
    var origin: SampleTime?
    var last = SampleTime(nanoseconds: 0)
    var expected: [Int64?] = Array(repeating: nil, count: streams.count)
    var commands: [(SampleTime, String)] = []
    reading: while true {
      switch try source.next(into: &block) {
      case .block:
        let stream = block.stream
        first[stream] = first[stream] ?? block.arrival
        origin = origin ?? block.arrival
        last = max(last, block.arrival)
        streams[stream].samples += Int64(block.sampleCount)
        streams[stream].duration = block.arrival.seconds(since: first[stream] ?? block.arrival)
        if let next = expected[stream], block.firstSample != next {
          gapCount += 1
          lostSamples += max(block.firstSample - next, 0)
          commands.append(
            (block.arrival, "gap of \(block.firstSample - next) samples in \(streams[stream].name)")
          )
        }
        expected[stream] = block.firstSample + Int64(block.sampleCount)
      case .command(.externalTorque, _): break
      case .command(let command, let time):
        commands.append((time, Self.words(command)))
      case .skipped: skippedWindows += 1
      case .end: break reading
      case .tick, .adoption: break
      }
    }
    let start = origin ?? SampleTime(nanoseconds: 0)
    duration = last.seconds(since: start)
    remarks = commands.map { Remark(time: $0.0.seconds(since: start), words: $0.1) }
    for event in source.events {
      guard let words = Self.words(event.line) else { continue }
      remarks.append(Remark(time: event.time.seconds(since: start), words: words))
    }
    remarks.sort { $0.time < $1.time }
  }

  private static func words(_ command: SessionCommand) -> String {
    switch command {
    case .payload(let kilograms): "payload of \(figures(kilograms, 3)) kg taken"
    case .payloadOff: "payload put down"
    case .marker(let text): "marker: \(text)"
    case .arm: "arming of the controller feed asked for"
    case .disarm: "controller feed disarmed"
    case .reload(let changes):
      "session file read anew: "
        + (changes.isEmpty
          ? "nothing new taken" : changes.map(\.sentence).joined(separator: "; "))
    case .externalTorque: "a worn device tells its torque"
    }
  }

  /// Faults that the pipeline noted, in words; nil for everything else.
  private static func words(_ line: String) -> String? {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let event = try? decoder.decode(Event.self, from: Data(line.utf8)) else { return nil }
    switch event {
    case .inputLost(let stream, _): return "\(stream) fell silent"
    case .inputBack(let stream, _): return "\(stream) is back"
    case .channelQuality(let signal, let faults, _):
      return faults.isEmpty
        ? "\(signal): EMG sound again"
        : "\(signal): EMG faulty (\(faults.names.joined(separator: ", ")))"
    case .angleQuality(let coordinate, let faults, _):
      return faults.isEmpty
        ? "\(coordinate): angle sound again"
        : "\(coordinate): angle faulty (\(faults.names.joined(separator: ", ")))"
    case .refused(let estimate, let refusal, _):
      return "estimate of window \(estimate.window) refused (\(refusal.rawValue))"
    case .feedChanged(let state, let isArmed, let reasons, _):
      return "controller feed \(isArmed ? "armed" : "disarmed"), \(state)"
        + (reasons.names.isEmpty ? "" : " (\(reasons.names.joined(separator: ", ")))")
    case .settingsRefused(let keys, _):
      return "the armed controller feed kept what it had of \(keys.joined(separator: ", "))"
    case .armingRefused(let reasons, _):
      return "arming refused: \(reasons.joined(separator: "; "))"
    default: return nil
    }
  }
}
