internal import Configuration
internal import ControllerFeed
internal import Devices
internal import Foundation
internal import Identification
internal import Musculoskeletal
internal import Pipeline
internal import Signals

/// The pipeline's side of the monitor: each block and each frame goes into the ring; never waits, allocates nothing.
struct MonitorTap: ~Copyable {
  private var ring: MonitorRing
  private let streams: [StreamDescription]
  /// When session time was zero [ns on the clock].
  private let origin: Int64

  /// A tap into `ring`; nil without one.
  init?(_ ring: consuming MonitorRing?, streams: [StreamDescription], origin: Int64) {
    guard let ring else { return nil }
    self.ring = ring
    self.streams = streams
    self.origin = origin
  }

  /// Tells what a step brought.
  mutating func take(_ block: borrowing SampleBlock, isBlock: Bool, of pipeline: borrowing Pipeline)
  {
    if isBlock { tell(block, of: pipeline) }
    for index in 0..<pipeline.freshFrameCount { tell(pipeline.freshFrame(index)) }
    if isBlock || pipeline.freshFrameCount > 0 { ring.publish() }
  }

  private mutating func tell(_ block: borrowing SampleBlock, of pipeline: borrowing Pipeline) {
    let count = block.sampleCount
    guard count > 0 else { return }
    let channels = block.channelCount
    let first = pipeline.time(ofSample: block.firstSample, stream: block.stream)
    let last = pipeline.time(ofSample: block.firstSample + Int64(count - 1), stream: block.stream)
    guard
      ring.begin(
        .samples, stream: block.stream, rows: count, columns: channels,
        first: origin + first.nanoseconds, last: origin + last.nanoseconds)
    else { return }
    for sample in 0..<count {
      for channel in 0..<channels {
        let description = streams[block.stream].channels[channel]
        ring.append(block[sample, channel] * description.scale + description.offset)
      }
    }
  }

  private mutating func tell(_ frame: Frame) {
    guard frame.isValid else { return }
    let time = origin + frame.time.nanoseconds
    let columns = frame.envelopes.count + frame.angles.count
    guard ring.begin(.frame, stream: 0, rows: 1, columns: columns, first: time, last: time) else {
      return
    }
    for index in frame.envelopes.indices { ring.append(frame.envelopes[index]) }
    for index in frame.angles.indices { ring.append(frame.angles[index]) }
  }
}

/// What the ring's readers are told of its columns.
private struct MonitorDescription: Encodable {
  struct Channel: Encodable {
    var label: String
    var unit: String
  }
  struct Stream: Encodable {
    var name: String
    var type: String
    /// Nominal rate [Hz].
    var rate: Double
    var channels: [Channel]
  }
  var subject: String
  /// The feed's segment; nil without one.
  var feed: String?
  var streams: [Stream]
  /// The frames' columns: envelopes, then angles.
  var envelopes: [Channel]
  var angles: [Channel]
  /// Frames a second [Hz].
  var frameRate: Double
  /// The feed's slots.
  var parameters: [Channel]
  var coordinates: [Channel]
}

extension SessionAssembly {
  /// The monitor's ring, opened; nil when the session has none.
  func monitorRing() throws(SessionError) -> MonitorRing? {
    guard let feed = configuration.feed, let name = feed.monitor,
      let plan = FeedPlan(configuration, model: model)
    else { return nil }
    let limb = model.limb
    let description = MonitorDescription(
      subject: configuration.subjectCode, feed: feed.sharedMemory,
      streams: pipeline.streams.map { stream in
        MonitorDescription.Stream(
          name: stream.name, type: stream.type, rate: stream.nominalRate,
          channels: stream.channels.map { .init(label: $0.label, unit: $0.unit) })
      },
      envelopes: pipeline.emg.map { .init(label: $0.name, unit: "1") },
      angles: limb.skeleton.modelCoordinates.map {
        .init(label: limb.description.coordinates[$0].name, unit: "rad")
      },
      frameRate: 2 / pipeline.step,
      parameters: plan.schema.parameters.map { .init(label: $0.name, unit: $0.unit) },
      coordinates: plan.schema.coordinates.map { .init(label: $0.name, unit: $0.unit) })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    guard let text = try? encoder.encode(description) else {
      preconditionFailure("every description is JSON")
    }
    do throws(CarrierError) {
      return try MonitorRing(name: name, group: feed.group, description: Array(text))
    } catch {
      throw SessionError(
        .unavailable, file: configuration.file,
        message: "the monitor cannot be opened: \(error.place): \(error.message)",
        remedy: error.remedy)
    }
  }
}
