public import Devices
public import Identification
public import Signals

/// The line from blocks to windows: decode-side blocks, ticks and commands in, events and windows out.
///
/// Owns no thread, clock or file. What it does depends on the steps it is given and on nothing else, so
/// a recording of the steps repeats every event.
public struct Pipeline: Sendable {
  /// What it was made for.
  public let configuration: PipelineConfiguration
  /// Frames made by the last step, at the beginning of `frames` [1].
  public private(set) var freshFrameCount = 0
  /// Frames made so far, invalid ones too [1].
  public private(set) var frameCount = 0
  /// The latest moment anything was stamped with [ns on the session timeline].
  public private(set) var now = SampleTime(nanoseconds: 0)
  /// The estimate in use.
  public private(set) var adopted: ParameterEstimate?
  /// When it was adopted [ns on the session timeline].
  public private(set) var adoptionTime: SampleTime?
  /// Samples lost in gaps so far [samples].
  public private(set) var lostSamples: Int64 = 0
  /// Windows closed so far [1].
  public private(set) var windowCount = 0

  /// What is wrong with each EMG signal at the latest valid frame (channelCount).
  public private(set) var quality: [QualityFlags]

  /// What is wrong with each joint's angle at the latest frame (coordinateCount).
  public private(set) var angleFaults: [AngleFaults]

  /// What each stream's sync input was last said to be worth (stream count).
  private var syncStates: [SyncState]
  /// When a worn device last told its torque; nil before [ns on the session timeline].
  private var torqueTime: SampleTime?
  /// When the first step was stamped; nil before it [ns on the session timeline].
  private var beginning: SampleTime?
  /// Where frames are made, the latest step's first; as many as any step has made yet (at least one).
  private var frames: [Frame]
  /// Where the latest frame stands in `frames` [1].
  private var latest = 0
  private var assembler: FrameAssembler
  private var windows: WindowAssembler
  private var events: [Event] = []
  /// Windows that have not been taken yet [1].
  public private(set) var closedWindowCount = 0
  /// Where windows are made, those that have not been taken first (at least one).
  private var closed: [Window]

  /// A pipeline at rest.
  public init(_ configuration: PipelineConfiguration) {
    self.configuration = configuration
    frames = [
      Frame(
        channelCount: configuration.emg.count, coordinateCount: configuration.coordinateCount,
        unitCount: configuration.units.count)
    ]
    assembler = FrameAssembler(configuration)
    windows = WindowAssembler(configuration)
    closed = [configuration.blankWindow]
    events.reserveCapacity(Self.eventRoom)
    quality = Array(repeating: [], count: configuration.emg.count)
    angleFaults = Array(repeating: [], count: configuration.coordinateCount)
    syncStates = Array(repeating: .waiting, count: configuration.streams.count)
  }

  /// Events of one step that there is room for from the beginning [1].
  public static let eventRoom = 8

  /// The latest frame of the grid.
  public var frame: Frame { frames[latest] }

  /// Frame `index` of those that the last step made, in order of time.
  public func freshFrame(_ index: Int) -> Frame {
    precondition(index < freshFrameCount, "the last step made fewer frames")
    return frames[index]
  }

  /// How often the streams' clocks were set anew, their first times counted [1].
  public var clockAnchors: Int {
    var count = 0
    for index in assembler.timelines.indices {
      count += assembler.timelines[index].clockFigures.anchors
    }
    return count
  }

  /// Takes one step of a source; `block` matters when the step says so.
  public mutating func consume(_ step: SourceStep, block: borrowing SampleBlock) {
    freshFrameCount = 0
    switch step {
    case .block:
      now = max(now, block.arrival)
      take(block)
    case .tick(let time):
      now = max(now, time)
    case .command(let command, let time):
      now = max(now, time)
      switch command {
      case .payload(let kilograms): assembler.setPayload(kilograms, at: time)
      case .payloadOff: assembler.setPayload(0, at: time)
      case .externalTorque(let torque):
        assembler.setExternalTorque(torque, at: time)
        torqueTime = time
      case .marker(let text):
        if text == PipelineConfiguration.syncMarker { assembler.addSessionPulse(at: time) }
      case .arm, .disarm, .reload: break
      }
      // a device tells its torque hundreds of times a second, which is a signal and no event
      if case .externalTorque = command {} else { events.append(.command(command, at: time)) }
    case .skipped(let window):
      events.append(.windowSkipped(window: window))
    case .adoption, .end:
      break
    }
    switch step {
    case .block, .tick, .command: beginning = beginning ?? now
    case .adoption, .skipped, .end: break
    }
    watchForLoss()
  }

  /// Puts an estimate in use, or says why not, at `time` [ns on the session timeline].
  public mutating func deliver(
    _ estimate: ParameterEstimate, refusal: AdoptionPolicy.Refusal?, at time: SampleTime
  ) {
    if let refusal {
      events.append(.refused(estimate, refusal, at: time))
    } else {
      adopted = estimate
      adoptionTime = time
      events.append(.adopted(estimate, at: time))
    }
  }

  /// The events since the last call, in order.
  public mutating func takeEvents() -> [Event] {
    if events.isEmpty { return [] }
    defer { events.removeAll(keepingCapacity: true) }
    return events
  }

  /// Adds the events since the last call to `target`, in order; allocates nothing where that has room.
  public mutating func moveEvents(to target: inout [Event]) {
    // by index: an unspecialised iterator allocates
    for index in events.indices { target.append(events[index]) }
    events.removeAll(keepingCapacity: true)
  }

  /// The windows closed since the last call, in order.
  public mutating func takeWindows() -> [Window] {
    if closedWindowCount == 0 { return [] }
    defer { closedWindowCount = 0 }
    return closed[0..<closedWindowCount].map(\.separate)
  }

  /// Window `index` of those that have not been taken, in order of time.
  ///
  /// Its storage is filled anew after `forgetWindows`; who keeps the window copies it.
  public func closedWindow(_ index: Int) -> Window {
    precondition(index < closedWindowCount, "fewer windows have closed")
    return closed[index]
  }

  /// Takes the windows away.
  public mutating func forgetWindows() { closedWindowCount = 0 }

  /// When a sample of a stream was taken; the stream has begun [ns on the session timeline].
  public func time(ofSample sample: Int64, stream: Int) -> SampleTime {
    assembler.timelines[stream].time(ofSample: sample)
  }

  /// True while some stream is silent for too long.
  public var isInputLost: Bool {
    for index in assembler.timelines.indices where assembler.timelines[index].isLost { return true }
    return false
  }

  /// True while a worn device that ought to tell its torque does not.
  public var isExternalTorqueUnknown: Bool {
    guard let life = configuration.torqueMessageLife else { return false }
    return !(torqueTime.map { now.seconds(since: $0) <= life } ?? false)
  }

  /// Drift, jitter and alignment error of each stream's clock (stream count).
  public var clocks: [ClockFigures] { assembler.timelines.map(\.clockFigures) }

  /// Drift, jitter and alignment error of a stream's clock.
  public func clock(ofStream stream: Int) -> ClockFigures {
    assembler.timelines[stream].clockFigures
  }

  /// What a stream's sync pulses say; nil for the reference and for streams without sync input.
  public func sync(ofStream stream: Int) -> SyncFigures? { assembler.sync(ofStream: stream) }

  private mutating func take(_ block: borrowing SampleBlock) {
    let lost = assembler.append(block)
    noteSync(at: block.arrival)
    let stream = assembler.timelines[block.stream]
    // what was late for so long that the stream counts as lost does not bring it back
    if stream.isLost, now.seconds(since: block.arrival) <= configuration.lossTime {
      assembler.setLost(false, stream: block.stream)
      events.append(.inputBack(stream: stream.name, at: block.arrival))
    }
    if lost != 0 {
      lostSamples += max(lost, 0)
      events.append(.gap(stream: stream.name, at: block.arrival, lostSamples: max(lost, 0)))
    }
    while makeFrame() {
      let frame = frames[latest]
      noteQuality(of: frame)
      let dropped = windows.append(frame)
      if dropped > 0 {
        events.append(.framesDropped(count: dropped, at: frame.time))
      }
      if windows.isComplete { closeWindow() }
    }
  }

  /// Makes a window of the frames gathered.
  private mutating func closeWindow() {
    if closedWindowCount == closed.count { closed.append(configuration.blankWindow) }
    let place = closedWindowCount
    windows.close(into: &closed[place])
    closedWindowCount += 1
    windowCount += 1
    events.append(
      .windowClosed(
        window: closed[place].index, start: closed[place].start, end: closed[place].end))
  }

  /// Says which streams' sync inputs have become worth more or less.
  private mutating func noteSync(at time: SampleTime) {
    for index in syncStates.indices {
      guard let figures = assembler.sync(ofStream: index), figures.state != syncStates[index]
      else { continue }
      syncStates[index] = figures.state
      events.append(
        .syncChanged(
          stream: configuration.streams[index].name, state: figures.state, delay: figures.delay,
          at: time))
    }
  }

  /// Makes the next frame of the grid; false while some stream has not reached it.
  private mutating func makeFrame() -> Bool {
    if freshFrameCount == frames.count { frames.append(frames[0]) }
    guard assembler.assemble(&frames[freshFrameCount]) else { return false }
    latest = freshFrameCount
    freshFrameCount += 1
    frameCount += 1
    return true
  }

  /// Says which signals and angles have become bad or good with this frame.
  private mutating func noteQuality(of frame: Frame) {
    for coordinate in angleFaults.indices
    where frame.angleFaults[coordinate] != angleFaults[coordinate] {
      angleFaults[coordinate] = frame.angleFaults[coordinate]
      events.append(
        .angleQuality(
          coordinate: configuration.name(ofCoordinate: coordinate),
          faults: angleFaults[coordinate], at: frame.time))
    }
    guard frame.isValid else { return }
    for channel in quality.indices where frame.quality[channel] != quality[channel] {
      quality[channel] = frame.quality[channel]
      events.append(
        .channelQuality(
          signal: configuration.emg[channel].name, faults: quality[channel], at: frame.time))
    }
  }

  private mutating func watchForLoss() {
    for index in configuration.streams.indices {
      let stream = assembler.timelines[index]
      // a stream that never spoke is silent since the first thing that happened
      let last = stream.lastArrival ?? beginning ?? now
      guard !stream.isLost, now.seconds(since: last) > configuration.lossTime else { continue }
      assembler.setLost(true, stream: index)
      events.append(.inputLost(stream: stream.name, at: now))
    }
  }
}

extension Pipeline: Resumable {
  /// Between two steps, whose events and windows have been taken: all that the next one depends on.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&frameCount)
    archive.carry(&now)
    archive.carry(&adopted, blank: .empty)
    archive.carry(&adoptionTime, blank: SampleTime(nanoseconds: 0))
    archive.carry(&lostSamples)
    archive.carry(&windowCount)
    archive.carry(&quality)
    archive.carry(&angleFaults)
    archive.carry(&torqueTime, blank: SampleTime(nanoseconds: 0))
    archive.carry(&beginning, blank: SampleTime(nanoseconds: 0))
    archive.carry(growing: &frames, blank: frames[0])
    archive.carry(&latest, in: frames.indices)
    archive.carry(&assembler)
    archive.carry(&windows)
    archive.carry(&syncStates)
  }
}
