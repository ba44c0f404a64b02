import Foundation
public import Devices
public import Signals

/// A line of JSON that a session's pipeline emitted.
public struct RecordedEvent: Hashable, Sendable {
  /// When [ns on the session timeline].
  public let time: SampleTime
  /// The line as it was written.
  public let line: String
}

/// A row of estimated parameters that a session recorded.
public struct RecordedEstimate: Hashable, Sendable {
  /// The window it was made from [1].
  public let window: Int
  /// Values in the order of the preamble's names (parameter count) [SI unit of each].
  public let values: [Double]
  /// Standard deviations in the same order (parameter count) [SI unit of each].
  public let standardDeviations: [Double]
}

/// A recording as a source: the same steps in the same order as when it was made.
///
/// A recording of DiffMSM's yields exactly the steps of its journal. A recording by other tools yields
/// blocks of at most 10 ms in time order on the recording computer's clock, its markers as
/// commands, and a tick wherever 5 ms pass without anything.
public struct RecordingSource: SampleSource, Sendable {
  /// What the world can do to this source.
  public typealias Failure = XDFError

  /// The streams that blocks refer to by index.
  public let streams: [StreamDescription]
  /// The most native values a block of any stream holds [1].
  public let blockCapacity: Int
  /// What the recording says about itself; nil when other tools made it.
  public let preamble: RecordingPreamble?
  /// The state of the session before the first step, in words; nil where the recording begins with its session.
  public private(set) var state: [Int64]?
  /// Why that state cannot be had although the session had been running; nil when it can.
  public private(set) var stateFault: String?
  /// The lines that the session's pipeline emitted, in order (count).
  public let events: [RecordedEvent]
  /// The estimates that the session recorded, in order (count).
  public let estimates: [RecordedEstimate]
  /// Stretches that the session's recorder was too slow for, in time order (count).
  public let losses: [RecordingLoss]
  /// Events and estimates that were recorded before the first of them; nil when nothing was lost [1].
  public let countsBeforeLoss: (events: Int, estimates: Int)?
  /// What of the file is not used, a sentence each; empty when all is.
  public let omissions: [String]
  /// True when the recording was closed: its streams have their footers.
  public let isClosed: Bool
  /// The moment of the first step [ns on the session timeline].
  public let start: Int64
  /// The moment of the last step [ns on the session timeline].
  public let end: Int64
  /// True when an operator announced a payload.
  public let hasPayload: Bool
  /// True when a worn device told its torque.
  public let hasExternalTorque: Bool
  /// Bytes that are not used, because the recording was cut short or is damaged [bytes].
  public let lostByteCount: Int
  /// Size of the file [bytes].
  public var byteCount: Int { file.count }
  /// Digest of the whole file, computed when asked for.
  public var fileHash: SHA256 { SHA256(file) }

  private let path: String
  private let file: Data
  private var story: Story
  private var cursors: [XDFSampleCursor]
  private var next = 0
  private var latest: SampleTime?

  private enum Story: Sendable {
    /// The journal's rows, which have been found sound, and the commands that they name.
    case journal(XDFSampleCursor, commands: [Int64: SessionCommand])
    case foreign(ForeignTimeline)
  }

  /// Opens a recording of DiffMSM's or of any other XDF writer's; `salvaging` takes what is whole.
  ///
  /// Of a recording with a journal that is what precedes damage, since a session cannot be repeated from
  /// half its steps; of others it is everything around.
  public init(path: String, salvaging: Bool = false) throws(XDFError) {
    var reader = try XDFReader(path: path, salvage: salvaging ? .aroundDamage : .nothing)
    if reader.damageCount > 0, reader.stream(named: SessionJournal.journalName) != nil {
      reader = try XDFReader(path: path, salvage: .beforeDamage)
    }
    try self.init(reader)
  }

  /// Replays an opened file.
  public init(_ reader: XDFReader) throws(XDFError) {
    path = reader.path
    file = reader.bytes
    lostByteCount = reader.lostByteCount
    omissions = reader.omissions
    isClosed = !reader.streams.isEmpty && reader.streams.allSatisfy { $0.footer != nil }
    if let journal = reader.stream(named: SessionJournal.journalName) {
      let session = try RecordedSession(reader, journal: journal)
      story = .journal(XDFSampleCursor(journal), commands: session.commands)
      start = session.span?.lowerBound ?? 0
      end = session.span?.upperBound ?? 0
      hasPayload = session.hasPayload
      hasExternalTorque = session.hasExternalTorque
      preamble = session.preamble
      switch session.state {
      case .whole(let words): state = words
      case .foreign(let version):
        stateFault = "its state is one of version \(version), not \(StoredState.version)"
      case .cut, .damaged: stateFault = "its state is not whole"
      case nil: break
      }
      events = session.events
      estimates = session.estimates
      losses = session.losses
      countsBeforeLoss = session.countsBeforeLoss
      blockCapacity = session.blockCapacity
      streams = session.streams.map { $0.description(name: $0.header.name) }
      cursors = session.streams.map { XDFSampleCursor($0) }
    } else {
      let timeline = try ForeignTimeline(reader)
      story = .foreign(timeline)
      start = timeline.entries.first?.time.nanoseconds ?? 0
      end = timeline.entries.last?.time.nanoseconds ?? 0
      hasPayload = false
      hasExternalTorque = false
      preamble = nil
      events = []
      estimates = []
      losses = []
      countsBeforeLoss = nil
      cursors = timeline.streams.map { XDFSampleCursor($0) }
      var names: Set<String> = []
      streams = timeline.streams.map { stream in
        let name = stream.header.name.isEmpty ? "stream\(stream.id.number)" : stream.header.name
        let distinct = name.distinct(from: names)
        names.insert(distinct)
        return stream.description(name: distinct)
      }
      blockCapacity = timeline.entries.reduce(1) { capacity, entry in
        guard case .block(let block) = entry.entry else { return capacity }
        return max(
          capacity, block.sampleCount * timeline.streams[block.stream].header.channelCount)
      }
    }
  }

  /// The next thing that was recorded.
  public mutating func next(into block: inout SampleBlock) throws(XDFError) -> SourceStep {
    switch story {
    case .journal(var rows, let commands):
      guard let row = rows.row(in: file) else { return .end }
      story = .journal(rows, commands: commands)
      let time = SampleTime(nanoseconds: row.moment)
      switch row.kind {
      case .lost: return try next(into: &block)
      case .tick: return .tick(time)
      case .adoption: return .adoption(window: Int(row.argument), at: time)
      case .skipped: return .skipped(window: Int(row.argument))
      case .command:
        guard let command = commands[row.argument] else {
          preconditionFailure("the journal was found sound")
        }
        return .command(command, at: time)
      case .block:
        fill(
          &block, stream: Int(row.stream), firstSample: row.firstSample,
          sampleCount: Int(row.sampleCount))
        block.arrival = time
        block.deviceTime = row.deviceTime == .min ? nil : SampleTime(nanoseconds: row.deviceTime)
        return .block
      }
    case .foreign(let timeline):
      guard next < timeline.entries.count else { return .end }
      let (time, entry) = timeline.entries[next]
      if let tick = tick(before: time) { return .tick(tick) }
      next += 1
      latest = time
      switch entry {
      case .marker(let text): return .command(.marker(text), at: time)
      case .block(let planned):
        fill(
          &block, stream: planned.stream, firstSample: planned.firstSample,
          sampleCount: planned.sampleCount)
        block.arrival = time
        block.deviceTime = planned.deviceTime
        return .block
      }
    }
  }

  /// The moment of the next step, `Int64.min` for one without; nil at the end [ns on the session timeline].
  public var nextMoment: Int64? {
    switch story {
    case .journal(var rows, _):
      guard let row = rows.row(in: file) else { return nil }
      return row.kind == .skipped || row.kind == .lost ? .min : row.moment
    case .foreign(let timeline):
      return next < timeline.entries.count ? timeline.entries[next].time.nanoseconds : nil
    }
  }

  /// Passes over everything before `time` and returns the payload that is held then [kg].
  ///
  /// Nothing is decoded on the way, so that the middle of a long recording is reached at once.
  public mutating func skip(to time: SampleTime) -> Double {
    var payload = 0.0
    switch story {
    case .journal(var rows, let commands):
      while true {
        let before = rows
        guard let row = rows.row(in: file) else { break }
        let hasMoment = row.kind != .skipped && row.kind != .lost
        if hasMoment, row.moment >= time.nanoseconds {
          rows = before
          break
        }
        if row.kind == .block {
          cursors[Int(row.stream)].skip(Int(row.sampleCount), in: file)
        }
        switch commands[row.kind == .command ? row.argument : -1] {
        case .payload(let mass)?: payload = mass
        case .payloadOff?: payload = 0
        case .marker?, .arm?, .disarm?, .reload?, .externalTorque?, nil: break
        }
      }
      story = .journal(rows, commands: commands)
    case .foreign(let timeline):
      while next < timeline.entries.count, timeline.entries[next].time < time {
        if case .block(let block) = timeline.entries[next].entry {
          cursors[block.stream].skip(block.sampleCount, in: file)
        }
        latest = timeline.entries[next].time
        next += 1
      }
    }
    return payload
  }

  private mutating func fill(
    _ block: inout SampleBlock, stream: Int, firstSample: Int64, sampleCount: Int
  ) {
    let channels = streams[stream].channels.count
    block.begin(stream: stream, channelCount: channels, firstSample: firstSample)
    cursors[stream].fill(&block, count: sampleCount, in: file)
  }

  /// A tick that is due before `time`: every 5 ms for the first second of silence, then one at its end.
  private mutating func tick(before time: SampleTime) -> SampleTime? {
    guard let last = latest else { return nil }
    let interval: Int64 = 5_000_000
    let silence = time.nanoseconds - last.nanoseconds
    guard silence > interval else { return nil }
    let step = silence > 200 * interval ? silence - interval : interval
    latest = SampleTime(nanoseconds: last.nanoseconds + step)
    return latest
  }
}
