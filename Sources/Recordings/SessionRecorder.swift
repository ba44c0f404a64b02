public import Devices
public import Signals

/// Writes everything that enters a session's pipeline to one XDF file, in the order it entered.
///
/// One stream per device stream holds native values; `diffmsm.journal` has one row per step,
/// `diffmsm.events` one JSON line per event and command, `diffmsm.estimates` one row per estimate. A recording
/// that begins in mid-session has the state of the session before its first step in `diffmsm.state`.
/// Calls fill a buffer; a boundary chunk and the disk come once a second of session time. The recorder owns no
/// thread: it may move to one that takes steps from a bounded queue, and `record` is that seam.
public struct SessionRecorder: ~Copyable, Sendable {
  /// When the recording is handed to the disk.
  public enum Durability: Hashable, Sendable {
    /// Once a second of session time, so that a loss of power costs at most that.
    case everySecond
    /// When it is closed, as simulations that run faster than the disk want it.
    case onClose
  }

  private var writer: XDFWriter
  private let durability: Durability
  /// Nominal rate of each stream (streamCount) [Hz].
  private let rates: [Double]
  private let parameterCount: Int
  private let deviceStreams: [XDFStreamID]
  private let journal: XDFStreamID
  private let events: XDFStreamID
  private let estimates: XDFStreamID?
  /// Covariances of theta, lower triangles; nil where there are too many unknowns.
  private let covariances: XDFStreamID?
  /// The state of the session where the recording begins; nil where that is the session's own beginning.
  private let state: XDFStreamID?
  private var eventCount: Int64 = 0
  private var latest: SampleTime
  private var lastSynchronized: SampleTime
  private var lastFlushed: SampleTime
  /// When the streams' clocks were last said to be the recording's.
  private var lastOffsets: SampleTime
  /// Implied stamp of the last sample written to each device stream (stream count) [s].
  private var lastStamps: [Double]

  /// Makes the file and writes headers and preamble; an existing file is replaced only when told so.
  public init(
    path: String, overwrite: Bool = false, streams: [StreamDescription],
    preamble: RecordingPreamble, start: SampleTime, durability: Durability = .everySecond
  ) throws(XDFError) {
    precondition(
      streams.allSatisfy { !$0.name.hasPrefix(SessionJournal.prefix) },
      "stream names that begin with \(SessionJournal.prefix) are the recorder's")
    var writer = try XDFWriter(path: path, overwrite: overwrite, dateTime: preamble.createdAt)
    let line = SessionJournal.Line.recording(preamble).json
    // Identifiers repeat when a simulation does, and differ between sessions.
    let session = SHA256("\(start.nanoseconds) \(line)").description
    func uid(_ name: String) -> String {
      String(SHA256("\(session) \(name)").description.prefix(32))
    }
    var deviceStreams: [XDFStreamID] = []
    for stream in streams {
      deviceStreams.append(
        try writer.addStream(
          stream, format: stream.isInteger ? .int32 : .double64, createdAt: start,
          uid: uid(stream.name)))
    }
    func header(
      _ name: String, _ type: String, _ format: XDFFormat, _ labels: [String]
    ) -> XDFStreamHeader {
      XDFStreamHeader(
        name: name, type: type, nominalRate: 0, format: format,
        channels: labels.map { XDFChannel(label: $0, unit: "") }, createdAt: start.exactSeconds,
        uid: uid(name))
    }
    let journal = try writer.addStream(
      header(SessionJournal.journalName, "Journal", .int64, SessionJournal.channels))
    let events = try writer.addStream(
      header(SessionJournal.eventsName, "Markers", .string, ["event"]))
    let names = preamble.parameterNames
    let estimates =
      names.isEmpty
      ? nil
      : try writer.addStream(
        header(
          SessionJournal.estimatesName, "Parameters", .double64,
          ["window"] + names + names.map { "sd " + $0 }))
    let pairs = names.count <= Self.covarianceLimit ? names.count : 0
    var covariances: XDFStreamID?
    if pairs > 0 {
      // one number after another says it all; a name for each would be most of a short file
      var plain = header(SessionJournal.covarianceName, "Covariance", .double64, [])
      plain.channelCount = 1 + pairs * (pairs + 1) / 2
      covariances = try writer.addStream(plain)
    }
    var state: XDFStreamID?
    if preamble.beginsInMidSession == true {
      var plain = header(SessionJournal.stateName, "State", .int64, [])
      plain.channelCount = StoredState.width
      state = try writer.addStream(plain)
    }
    try writer.appendString(events, line, at: start)
    try Self.writeOffsets(&writer, at: start)
    try writer.appendBoundary()
    if durability == .everySecond { try writer.synchronize() }
    self.writer = writer
    self.durability = durability
    self.rates = streams.map(\.nominalRate)
    self.parameterCount = names.count
    self.deviceStreams = deviceStreams
    self.journal = journal
    self.events = events
    self.estimates = estimates
    self.covariances = covariances
    self.state = state
    self.eventCount = 1
    self.latest = start
    self.lastSynchronized = start
    self.lastFlushed = start
    self.lastOffsets = start
    self.lastStamps = Array(repeating: -.infinity, count: streams.count)
  }

  /// More unknowns than this have no covariance stream: it grows with their square [1].
  private static let covarianceLimit = 200

  /// Native values that int32 could not hold exactly; a recording with any does not replay [1].
  public var inexactValueCount: Int { writer.inexactValueCount }

  /// Everything written so far [bytes].
  public var byteCount: Int { writer.byteCount }

  /// Records the state in which the session is before the first step, when the preamble says that it has been running.
  public mutating func recordState(_ words: [Int64]) throws(XDFError) {
    guard let state else { return }
    for row in StoredState.rows(words) { try writer.appendInt64s(state, row, at: latest) }
    try writer.appendBoundary()
    if durability == .everySecond { try writer.synchronize() }
  }

  /// Records one step of a source; `block` is looked at only when the step is `.block`.
  public mutating func record(_ step: SourceStep, _ block: SampleBlock) throws(XDFError) {
    var row: JournalRow
    switch step {
    case .block:
      try append(block)
      row = JournalRow(.block)
      row.stream = Int64(block.stream)
      row.firstSample = block.firstSample
      row.sampleCount = Int64(block.sampleCount)
      row.moment = block.arrival.nanoseconds
      row.deviceTime = block.deviceTime?.nanoseconds ?? .min
    case .tick(let time):
      row = JournalRow(.tick)
      row.moment = time.nanoseconds
    case .command(let command, let time):
      row = JournalRow(.command)
      row.moment = time.nanoseconds
      row.argument = eventCount
      try recordEvent(SessionJournal.Line.command(command).json, at: time)
    case .adoption(let window, let time):
      row = JournalRow(.adoption)
      row.moment = time.nanoseconds
      row.argument = Int64(window)
    case .skipped(let window):
      row = JournalRow(.skipped)
      row.moment = latest.nanoseconds
      row.argument = Int64(window)
    case .end:
      return
    }
    latest = max(latest, SampleTime(nanoseconds: row.moment))
    try writer.appendInt64s(journal, row.values, at: latest)
    try keepDurable()
  }

  /// Records one line of JSON that the pipeline or the operator's tools made.
  public mutating func recordEvent(_ line: String, at time: SampleTime) throws(XDFError) {
    try writer.appendString(events, line, at: time)
    eventCount += 1
  }

  /// Records an estimate: its window, then values and standard deviations in the preamble's order.
  ///
  /// The covariance is that of theta, in its own stream; empty when the estimate has none.
  public mutating func recordEstimate(
    window: Int, values: [Double], standardDeviations: [Double], covariance: [Double] = [],
    at time: SampleTime
  ) throws(XDFError) {
    precondition(
      values.count == parameterCount && standardDeviations.count == parameterCount,
      "one value and one standard deviation for each parameter of the preamble")
    guard let estimates else { return }
    try writer.appendDoubles(
      estimates, [Double(window)] + values + standardDeviations, at: time)
    let pairs = parameterCount * (parameterCount + 1) / 2
    if let covariances, covariance.count == pairs {
      try writer.appendDoubles(covariances, [Double(window)] + covariance, at: time)
    }
  }

  /// Records that steps are missing from here on because the recorder was too slow for them.
  public mutating func recordLoss(_ loss: RecordingLoss) throws(XDFError) {
    var row = JournalRow(.lost)
    row.moment = loss.from
    row.deviceTime = max(loss.from, loss.to)
    row.argument = Int64(loss.count)
    try writer.appendInt64s(
      journal, row.values, at: max(latest, SampleTime(nanoseconds: loss.to)))
  }

  /// Hands everything recorded so far to the kernel.
  public mutating func flush() throws(XDFError) {
    try writer.flush()
  }

  /// Hands everything recorded so far to the disk.
  public mutating func synchronize() throws(XDFError) {
    try writer.synchronize()
  }

  /// Writes the footers and closes the file.
  public mutating func close() throws(XDFError) {
    try writer.close()
  }

  /// Writes a block; other programs read its stamps, replay reads the journal.
  private mutating func append(_ block: SampleBlock) throws(XDFError) {
    precondition(deviceStreams.indices.contains(block.stream), "a stream of this session")
    if block.sampleCount == 0 { return }
    let rate = rates[block.stream]
    let length = rate > 0 ? Double(block.sampleCount - 1) / rate : 0
    var stamp = block.deviceTime?.exactSeconds ?? (block.arrival.exactSeconds - length)
    // Jitter of the arrival must not make stamps run backwards; a real step back stays one.
    let last = lastStamps[block.stream]
    if stamp < last, stamp > last - 0.1 { stamp = last }
    try writer.append(deviceStreams[block.stream], block: block, firstStamp: stamp)
    lastStamps[block.stream] = stamp + length
  }

  /// Says that every stream's stamps are on the recording's own clock, as readers that correct clocks expect it.
  private static func writeOffsets(
    _ writer: inout XDFWriter, at time: SampleTime
  ) throws(XDFError) {
    for stream in writer.streamIDs {
      try writer.appendClockOffset(stream, collectedAt: time, offset: 0)
    }
  }

  /// Four times a second to the kernel, which survives this program, and once a second to the disk.
  private mutating func keepDurable() throws(XDFError) {
    if latest.seconds(since: lastFlushed) >= 0.25 {
      if durability == .everySecond { try writer.flush() }
      lastFlushed = latest
    }
    if latest.seconds(since: lastOffsets) >= 5 {
      try Self.writeOffsets(&writer, at: latest)
      lastOffsets = latest
    }
    if latest.seconds(since: lastSynchronized) >= 0.9 {
      try writer.appendBoundary()
      if durability == .everySecond { try writer.synchronize() }
      lastSynchronized = latest
    }
  }
}
