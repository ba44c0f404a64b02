import Devices
import Estimation
import Foundation
import Identification
import Pipeline
import Recordings
import Signals
import Simulation
import TestSupport
import Testing

@testable import Runtime

/// Files that a session goes on in open with its state, so that each is enough by itself.
@Suite("Recordings that begin in mid-session", .serialized)
struct ResumeTests {
  /// What one file holds, as the session saw it.
  struct Part {
    var path: String
    var events: [String] = []
    var estimates = 0
    /// Windows whose estimates were still owed when the file began.
    var owed = 0
  }

  /// What no step depends on: it is set anew before it is read.
  static let scratch: Set = [
    "state.pipeline.freshFrameCount", "state.pipeline.assembler.means", "state.pipeline.closed",
    "state.feed.candidate",
    "state.feed.state", "state.feed.parameters", "state.feed.isStateDue",
    "state.feed.areParametersDue", "state.feed.estimator.state",
    "state.feed.estimator.jacobian", "state.feed.estimator.arms",
  ]

  /// The stored properties, by path without indices, in which two values of one type differ.
  static func differences(_ left: Any, _ right: Any, at path: String) -> [String] {
    if scratch.contains(path) { return [path] }
    let (own, other) = (Mirror(reflecting: left), Mirror(reflecting: right))
    guard !own.children.isEmpty || !other.children.isEmpty else {
      return "\(left)" == "\(right)" ? [] : [path]
    }
    // numbers by the thousand are compared as one
    if let left = left as? [Double], let right = right as? [Double] {
      return left.map(\.bitPattern) == right.map(\.bitPattern) ? [] : [path]
    }
    guard own.children.count == other.children.count else { return [path] }
    return zip(own.children, other.children).flatMap { mine, yours in
      let isNamed = mine.label.map { $0 != "some" && !$0.hasPrefix("[") } ?? false
      return differences(
        mine.value, yours.value, at: isNamed ? path + "." + (mine.label ?? "") : path)
    }
  }

  /// A recorder of a part, which begins with `state`.
  private static func log(
    _ assembly: SessionAssembly, path: String, state: SessionState?
  ) throws -> SessionLog {
    var log = SessionLog(
      assembly.model.parameters,
      recorder: try assembly.recorder(
        path: path, overwrite: false, truth: [:], createdAt: nil, durability: .onClose,
        inMidSession: state != nil))
    if let state { try log.begin(state.words) }
    return log
  }

  /// Runs a virtual session that loses some blocks and goes on in a new file after each of `moments` [s].
  ///
  /// That is as soon as a window has closed, whose estimate is then owed, or at once. Estimates are
  /// delivered late, and of every fifth window never.
  static func record(
    _ session: SmallSession, seconds: Double, rotatingAt moments: [Double]
  ) throws -> [Part] {
    let virtual = try VirtualSession(session.configuration, duration: seconds, seed: 7)
    let assembly = try SessionAssembly(session.configuration, streams: virtual.board.streams)
    var source = virtual.board
    var driver = SessionDriver(
      assembly.pipeline,
      estimation: .recorded(EstimatorWorker(assembly.estimator), waiting: []),
      blockCapacity: source.blockCapacity, feed: assembly.feedStage)
    var parts = [Part(path: session.path("part0.xdf"))]
    var log = try log(assembly, path: parts[0].path, state: nil)
    func note(_ entry: JournalEntry) throws {
      try log.write(entry)
      parts[parts.count - 1].events += entry.events.map(\.line)
      if entry.estimate != nil { parts[parts.count - 1].estimates += 1 }
    }
    var next = JournalEntry(capacity: source.blockCapacity)
    func take(_ entry: inout JournalEntry) throws {
      driver.take(&entry)
      try note(entry)
      while driver.takeFollowing(&next) { try note(next) }
    }
    var entry = JournalEntry(capacity: source.blockCapacity)
    var number = 0
    var left = moments
    var due: (window: Int, number: Int)?
    while true {
      entry.step = source.next(into: &entry.block)
      if case .end = entry.step { break }
      number += 1
      if case .block = entry.step, number % 397 < 3 { continue }
      try take(&entry)
      var hasClosed = false
      for case .windowClosed(let window, _, _) in entry.events {
        hasClosed = true
        due = (window, number + 20)
      }
      if let owed = due, owed.number == number {
        due = nil
        entry.step =
          owed.window % 5 == 2
          ? .skipped(window: owed.window)
          : .adoption(window: owed.window, at: driver.pipeline.now)
        try take(&entry)
      }
      guard let next = left.first, driver.pipeline.now.seconds >= next,
        hasClosed || left.count.isMultiple(of: 2)
      else { continue }
      left.removeFirst()
      try log.close()
      let state = try #require(driver.state)
      parts.append(Part(path: session.path("part\(parts.count).xdf"), owed: state.waiting.count))
      log = try Self.log(assembly, path: parts[parts.count - 1].path, state: state)

      // what is put back is what was taken, word for word
      var copy = SessionState(assembly)
      #expect(copy.words != state.words)
      let isTaken = copy.restore(state.words)
      #expect(isTaken)
      #expect(copy.words == state.words)
      let differences = Set(Self.differences(copy, state, at: "state"))
      #expect(differences.contains("state.pipeline.assembler.means"), "it sees differences")
      #expect(
        differences.isSubset(of: Self.scratch),
        "\(differences.subtracting(Self.scratch).sorted())")
    }
    try log.close()
    return parts
  }

  /// Sessions with every kind of stage: filters and the feed; inertial units whose orientation is made here.
  static let sessions: [(String, @Sendable () throws -> SmallSession)] = [
    (
      "filters and feed",
      {
        try SmallSession {
          $0 + """
            filters: { mains_notch: 50 Hz, envelope_rms: 150 ms }
            feed: { torque_limit: { r_shoulder_elev: 10 N*m, r_elbow_flex: 10 N*m } }

            """
        }
      }
    ),
    (
      "inertial units",
      {
        try InertialSessionTests.session(isFused: true, angles: InertialSessionTests.inertial)
      }
    ),
  ]

  @Test("each file of a session replays to the byte without the others", arguments: 0..<2)
  func alone(_ number: Int) throws {
    let session = try Self.sessions[number].1()
    let parts = try Self.record(session, seconds: 6, rotatingAt: [1.2, 2.6, 4.2])
    try #require(parts.count == 4)
    #expect(parts.dropFirst().contains { $0.owed > 0 }, "a file begins while an estimate is owed")
    #expect(parts.map(\.estimates).reduce(0, +) >= 3)
    for (index, part) in parts.enumerated() {
      // nothing else is left of the session
      let folder = session.path("alone\(index)")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let path = folder + "/part.xdf"
      try FileManager.default.moveItem(atPath: part.path, toPath: path)
      for speed in index == 1 ? [nil, 1000.0] : [nil] {
        let events = folder + "/events.jsonl"
        let replay = try ReplayRun(path, speed: speed, events: events, overwrite: true).run()
        #expect(
          replay.verdict == .identical(events: part.events.count, estimates: part.estimates),
          "part \(index): \(replay.verdictLine)")
        let lines = try String(contentsOfFile: events, encoding: .utf8)
          .split(separator: "\n").map(String.init)
        #expect(lines == part.events)
        #expect(replay.summary.counts.windows <= 5)
      }
    }
  }

  @Test("a state that is damaged, cut, or another's is no beginning")
  func unsound() throws {
    let session = try SmallSession()
    let parts = try Self.record(session, seconds: 3, rotatingAt: [1.2])
    let path = parts[1].path
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let source = try RecordingSource(path: path)
    let words = try #require(source.state)

    // every word that is another gives another state, or none
    let assembly = try SessionAssembly(session.configuration, streams: source.streams)
    for place in stride(from: 0, to: words.count, by: words.count / 50) {
      var other = words
      other[place] ^= 1 << 40
      var state = SessionState(assembly)
      if state.restore(other) { #expect(state.words != words, "word \(place)") }
    }
    var state = SessionState(assembly)
    let isShort = state.restore(Array(words.dropLast()))
    state = SessionState(assembly)
    let isLong = state.restore(words + [0])
    #expect(!isShort && !isLong)

    // a word in the file: the digest tells
    let rare = try #require(words.last { $0 > 1 << 60 && $0 % 1000 != 0 })
    let pattern = withUnsafeBytes(of: rare) { Data($0) }
    let place = try #require(bytes.range(of: pattern)).lowerBound
    var altered = bytes
    altered[place + 3] ^= 0x10
    let file = session.path("altered.xdf")
    try altered.write(to: URL(fileURLWithPath: file))
    let error = #expect(throws: XDFError.self) { try ReplayRun(file).run() }
    #expect(error?.kind == .wrongJournal && "\(error!)".contains("diffmsm.state"))

    // killed while the state was written: nothing to compare, and said so
    let cut = session.path("cut.xdf")
    try bytes.prefix(place).write(to: URL(fileURLWithPath: cut))
    var replay = ReplayRun(cut)
    replay.allowsTruncated = true
    let outcome = try replay.run()
    #expect(outcome.verdict == nil && outcome.verdictLine.contains("its state is not whole"))

    // killed later: the same up to the last whole chunk
    for share in [0.6, 0.8, 0.95] {
      let start = Double(place)
      let end = Int(start + share * (Double(bytes.count) - start))
      try bytes.prefix(end).write(to: URL(fileURLWithPath: cut))
      guard case .identical? = try replay.run().verdict else {
        Issue.record("cut at byte \(end): \(try replay.run().verdictLine)")
        continue
      }
    }
  }

  @Test("the recorder's thread writes the state before the first step")
  func thread() throws {
    let session = try SmallSession()
    let (_, made) = try session.simulate("streams.xdf", seconds: 0.2)
    let assembly = try SessionAssembly(
      session.configuration, streams: RecordingSource(path: made).streams)
    let path = session.path("thread.xdf")
    let recorder = try assembly.recorder(
      path: path, overwrite: false, truth: [:], createdAt: nil, durability: .onClose,
      inMidSession: true)
    let thread = RecorderThread(
      SessionLog(assembly.model.parameters, recorder: recorder), blockCapacity: 2000)
    try thread.start(LiveState(LiveStatus(counts: SessionCounts(streams: 1))))
    let state = SessionState(assembly)
    thread.begin(state)
    var entry = JournalEntry(.tick(SampleTime(nanoseconds: 5)), capacity: 2000)
    var untold: RecordingLoss?
    thread.push(&entry, untold: &untold)
    thread.finish()
    let source = try RecordingSource(path: path)
    #expect(source.state == state.words && source.stateFault == nil)
    #expect(source.preamble?.resume?.filters == "as recorded")
    #expect(try RecordingSource(path: made).state == nil)
  }
}
