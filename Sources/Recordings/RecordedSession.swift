import Devices
import Signals

/// The journal of a DiffMSM recording, checked against the streams beside it.
struct RecordedSession {
  /// The largest sample counter that is believed, which no arithmetic on it overflows [samples].
  private static let largestCounter: Int64 = 1 << 53

  /// The commands by the line of the events that holds them.
  var commands: [Int64: SessionCommand] = [:]
  /// The moments of the first and the last step; nil when there is none [ns on the session timeline].
  var span: ClosedRange<Int64>?
  var hasPayload = false
  /// True when a worn device told its torque.
  var hasExternalTorque = false
  var streams: [XDFStream] = []
  var preamble: RecordingPreamble?
  /// The state of the session before its first step; nil where the recording begins with its session.
  var state: StoredState.Content?
  var events: [RecordedEvent] = []
  var estimates: [RecordedEstimate] = []
  var blockCapacity = 1
  /// Stretches that the recorder was too slow for, in time order.
  var losses: [RecordingLoss] = []
  /// Events and estimates before the first of them; nil when nothing was lost [1].
  var countsBeforeLoss: (events: Int, estimates: Int)?

  init(_ reader: XDFReader, journal: XDFStream) throws(XDFError) {
    let path = reader.path
    func wrong(_ expected: String, _ found: String) -> XDFError {
      XDFError(
        .wrongJournal, path: path, expected: expected, found: found,
        remedy: "the recording was edited or damaged: restore it from a copy")
    }
    streams = reader.streams.filter { !$0.header.name.hasPrefix(SessionJournal.prefix) }
    guard streams.allSatisfy({ $0.header.format != .string }),
      Set(streams.map(\.header.name)).count == streams.count
    else { throw wrong("device streams of numbers with distinct names", "others") }
    let width = SessionJournal.channels.count
    guard journal.header.format == .int64, journal.header.channelCount == width else {
      throw wrong("a journal of \(width) channels of int64", "another")
    }
    // Lines that the journal names are commands; the pipeline's own lines may look like anything.
    var commandLines: Set<Int64> = []
    var cursor = XDFSampleCursor(journal)
    var values = Array(repeating: Int64(0), count: width)
    for _ in 0..<journal.sampleCount {
      cursor.integers(in: reader.bytes, into: &values)
      if values[0] == JournalRow.Kind.command.rawValue { commandLines.insert(values[width - 1]) }
    }
    var lines: [String] = []
    // A recording cut inside its headers may have a journal and no events.
    if let stream = reader.stream(named: SessionJournal.eventsName) {
      guard stream.header.format == .string, stream.header.channelCount == 1 else {
        throw wrong("one text channel in \(SessionJournal.eventsName)", "another shape")
      }
      lines = reader.strings(of: stream)
      let stamps = reader.stamps(of: stream)
      for index in lines.indices.dropFirst() where !commandLines.contains(Int64(index)) {
        events.append(
          RecordedEvent(time: SampleTime(seconds: stamps[index]), line: lines[index]))
      }
    }
    if let first = lines.first {
      guard case .recording(let found)? = SessionJournal.Line(json: first) else {
        throw wrong("a preamble in the first event", "another line")
      }
      for text in [found.configuration] + found.models + found.devices where !text.isIntact {
        throw wrong("'\(text.name)' with SHA-256 \(text.sha256)", "another text")
      }
      preamble = found
    }
    estimates = try Self.estimates(reader, preamble, wrong)
    if preamble?.beginsInMidSession == true {
      state = .cut
      if let stream = reader.stream(named: SessionJournal.stateName) {
        guard stream.header.format == .int64, stream.header.channelCount == StoredState.width else {
          throw wrong(
            "\(StoredState.width) channels of int64 in \(SessionJournal.stateName)",
            "another shape")
        }
        state = StoredState.content(reader.integers(of: stream))
      }
      guard state != .damaged else {
        throw wrong("the words that \(SessionJournal.stateName) has a digest of", "others")
      }
    }

    var adoptions = 0
    var positions = Array(repeating: 0, count: streams.count)
    cursor = XDFSampleCursor(journal)
    for index in 0..<journal.sampleCount {
      cursor.integers(in: reader.bytes, into: &values)
      guard let row = JournalRow(values) else {
        throw wrong("a kind from 0 to 5 in journal row \(index)", "\(values[0])")
      }
      let time = SampleTime(nanoseconds: row.moment)
      if row.kind != .skipped, row.kind != .lost {
        span = min(span?.lowerBound ?? .max, row.moment)...max(span?.upperBound ?? .min, row.moment)
      }
      switch row.kind {
      case .block:
        guard streams.indices.contains(Int(row.stream)), row.sampleCount > 0,
          (0...Self.largestCounter).contains(row.firstSample)
        else {
          throw wrong(
            "a block of one of \(streams.count) streams in journal row \(index)",
            "stream \(row.stream), \(row.sampleCount) samples from \(row.firstSample)")
        }
        let stream = Int(row.stream)
        guard row.sampleCount <= streams[stream].sampleCount - positions[stream] else {
          throw wrong(
            "\(row.sampleCount) more samples of '\(streams[stream].header.name)' for journal row "
              + "\(index)", "\(streams[stream].sampleCount - positions[stream])")
        }
        let count = Int(row.sampleCount)
        positions[stream] += count
        blockCapacity = max(
          blockCapacity, max(1, count) * streams[stream].header.channelCount)
      case .tick, .skipped: break
      case .command:
        guard let line = Int(exactly: row.argument), lines.indices.contains(line),
          case .command(let command)? = SessionJournal.Line(json: lines[line])
        else {
          throw wrong(
            "a command in event line \(row.argument), named by journal row \(index)", "none")
        }
        if case .payload(let mass) = command, mass > 0 { hasPayload = true }
        if case .externalTorque = command { hasExternalTorque = true }
        commands[row.argument] = command
      case .adoption:
        adoptions += 1
      case .lost:
        guard row.deviceTime >= row.moment, row.argument > 0 else {
          throw wrong("a stretch and a count in journal row \(index)", "neither")
        }
        if losses.isEmpty {
          countsBeforeLoss = (events.count { $0.time < time }, adoptions)
        }
        losses.append(
          RecordingLoss(from: row.moment, to: row.deviceTime, count: Int(row.argument)))
      }
    }
  }

  private static func estimates(
    _ reader: XDFReader, _ preamble: RecordingPreamble?, _ wrong: (String, String) -> XDFError
  ) throws(XDFError) -> [RecordedEstimate] {
    guard let stream = reader.stream(named: SessionJournal.estimatesName),
      stream.sampleCount > 0
    else { return [] }
    let count = preamble?.parameterNames.count ?? 0
    let width = 1 + 2 * count
    guard stream.header.format == .double64, stream.header.channelCount == width else {
      throw wrong(
        "\(width) channels of double64 in \(SessionJournal.estimatesName)",
        "\(stream.header.channelCount) of \(stream.header.format.rawValue)")
    }
    let values = reader.numbers(of: stream)
    var estimates: [RecordedEstimate] = []
    for row in 0..<stream.sampleCount {
      let start = row * width
      guard let window = Int(exactly: values[start]) else {
        throw wrong("a window number in row \(row) of the estimates", "\(values[start])")
      }
      estimates.append(
        RecordedEstimate(
          window: window, values: Array(values[(start + 1)..<(start + 1 + count)]),
          standardDeviations: Array(values[(start + 1 + count)..<(start + width)])))
    }
    return estimates
  }
}
