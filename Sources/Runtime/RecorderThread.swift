internal import Devices
internal import Pipeline
internal import RealTime
internal import Recordings
internal import Signals
internal import Synchronization

/// The log on a thread of its own, so that no disk ever makes the pipeline wait.
///
/// `push` and `close` belong to the pipeline's thread, `start` and `finish` to the main thread. When the
/// ring is full the step is lost and counted; the recording then says from when to when. When the disk is
/// nearly full the file is closed while there is room for its end, and the session goes on without it.
final class RecorderThread: Sendable {
  private let log: Mutex<SessionLog>
  private let ring: SingleProducerRing<JournalEntry>
  private let thread = Mutex<WorkerThread?>(nil)
  private let blockCapacity: Int
  private let room: DiskGuard?
  private let ending = Mutex<RecordingEnd?>(nil)
  private let ended = Atomic<Bool>(false)
  /// The session where the recording begins, until it is written; nil where that is the session's own beginning.
  private let beginning = Mutex<SessionState?>(nil)

  /// Steps that may wait for the disk, some seconds of them [1].
  static let queue = 2048

  /// A recorder of blocks of at most `blockCapacity` native values; `room` watches the disk.
  init(
    _ log: consuming sending SessionLog, blockCapacity: Int, room: DiskGuard? = nil,
    queue: Int = RecorderThread.queue
  ) {
    self.log = Mutex(log)
    self.blockCapacity = blockCapacity
    self.room = room
    ring = SingleProducerRing(capacity: queue) { JournalEntry(capacity: blockCapacity) }
  }

  /// Steps that may wait [steps].
  var capacity: Int { ring.capacity }

  /// Steps taken so far [steps].
  var pushed: Int { ring.pushed }

  /// Steps lost because the ring was full [steps].
  var dropped: Int { ring.dropped }

  /// True while every step so far is recorded, or on its way; asks without waiting.
  var isWhole: Bool { dropped == 0 && !ended.load(ordering: .relaxed) }

  /// Why the recording ended before the session did; nil while it goes on.
  var end: RecordingEnd? { ending.withLock { $0 } }

  /// Starts the thread; what happens to the recording is told to `state`.
  func start(_ state: LiveState) throws(WorkerThreadError) {
    let started = try WorkerThread(name: "recorder") { [self] in write(state) }
    thread.withLock { $0 = started }
  }

  /// Says how the session stands before the first entry; its own thread writes that down.
  func begin(_ state: SessionState?) {
    beginning.withLock { $0 = state }
  }

  /// Hands over an entry; `entry` is then another one to fill.
  ///
  /// The storage of events and estimates that the entry has had is freed by the recorder's thread. `untold` is the
  /// caller's own: what found no room since the last entry that did.
  func push(_ entry: inout JournalEntry, untold: inout RecordingLoss?) {
    entry.loss = untold
    let time = entry.time.nanoseconds
    if ring.push(&entry) {
      untold = nil
    } else {
      untold = RecordingLoss(
        from: untold?.from ?? time, to: time, count: (untold?.count ?? 0) + 1)
    }
    entry.loss = nil
  }

  /// Says that nothing more will come.
  func close() {
    ring.close()
  }

  /// Waits until everything is on the disk and the file is closed.
  func finish() {
    ring.close()
    thread.withLock { $0.take() }?.join()
  }

  private func write(_ state: LiveState) {
    var entry = JournalEntry(capacity: blockCapacity)
    var watch = RoomWatch(room)
    var hasBegun = false
    while ring.wait(for: .seconds(3600)) != .closed {
      guard ring.pop(&entry) else { continue }
      // the entry goes back to the pipeline's thread, which frees nothing
      defer {
        entry.clear()
        entry.step = .end
      }
      guard end == nil else { continue }
      do {
        if !hasBegun {
          hasBegun = true
          if let words = beginning.withLock({ $0.take() })?.words {
            try log.withLock { try $0.begin(words) }
          }
        }
        try log.withLock { try $0.write(entry) }
        switch watch.verdict(log.withLock { $0.byteCount }) {
        case .enough: break
        case .low(let seconds, let free):
          state.notice(
            "recording: the disk has room for \(fixed(seconds / 60, 1)) min (\(free >> 20) MiB free); "
              + "free some")
        case .full(let free):
          try log.withLock { try $0.closeRecording() }
          stop(
            "the disk is full (\(free >> 10) KiB free); the file is whole up to here",
            at: entry.time, state)
        }
      } catch {
        // what was written until then is intact; the session goes on
        try? log.withLock { try $0.closeRecording() }
        stop("\(error)", at: entry.time, state)
      }
    }
    do {
      try log.withLock { try $0.close() }
    } catch {
      if end == nil { stop("\(error)", at: entry.time, state) }
    }
  }

  private func stop(_ reason: String, at time: SampleTime, _ state: LiveState) {
    ending.withLock {
      $0 = RecordingEnd(time: time.seconds(since: .init(nanoseconds: 0)), reason: reason)
    }
    ended.store(true, ordering: .relaxed)
    state.notice("recording: stopped at \(fixed(time.seconds, 1)) s: \(reason)")
  }
}

/// Why a recording ended before its session.
struct RecordingEnd: Hashable, Sendable {
  /// When, on the session timeline [s].
  var time: Double
  /// Why, in words.
  var reason: String
}

/// Asks for the room on the disk twice a second, and warns once an hour.
private struct RoomWatch {
  private let room: DiskGuard?
  private var lastLook = MonotonicClock.now()
  private var lastBytes = 0
  /// The recording's growth, smoothed over some seconds [bytes/s].
  private var rate = 0.0
  private var lastWarning: Int64?

  private static let look: Int64 = 500_000_000
  private static let silence: Int64 = 3_600_000_000_000

  init(_ room: DiskGuard?) {
    self.room = room
  }

  mutating func verdict(_ bytes: Int) -> DiskGuard.Verdict {
    guard let room else { return .enough }
    let now = MonotonicClock.now()
    guard now - lastLook >= Self.look else { return .enough }
    let latest = Double(bytes - lastBytes) / (Double(now - lastLook) * 1e-9)
    rate = rate == 0 ? latest : 0.8 * rate + 0.2 * latest
    (lastLook, lastBytes) = (now, bytes)
    let verdict = room.verdict(rate: max(rate, latest))
    if case .low = verdict {
      if let last = lastWarning, now - last < Self.silence { return .enough }
      lastWarning = now
    }
    return verdict
  }
}
