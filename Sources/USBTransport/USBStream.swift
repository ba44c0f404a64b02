internal import Devices
internal import RealTime
internal import Signals

/// One USB device of a source: finds it, opens it, makes it ready, decodes it, again and again.
///
/// Belongs to the source's thread.
struct USBStream {
  /// What has become of it.
  private(set) var report: USBStreamReport
  /// What is to be told, oldest first.
  var notices: [String] = []

  private let request: USBSource.Request
  private let link: USBLink
  private let index: Int
  private let context: USBContext
  private let queue: SingleProducerRing<ArrivedTransfer>
  private let transferCapacity: Int
  private var decoder: PacketDecoder
  private var unwrapper: TransferUnwrapper
  /// The device's bytes of the present transfer, from `position` on not yet decoded.
  private var bytes: [UInt8] = []
  private var position = 0
  private var isDecoding = false
  /// When the present transfer arrived [ns on the clock].
  private(set) var arrival: Int64 = 0

  private var handle: USBHandle?
  private var route: USBRoute?
  private var ring: TransferRing?
  private var generation = 0
  /// Which device is meant, once one has been opened: its serial number, or its port where it has none.
  private var identity: (serial: String?, port: String)?
  /// When the next attempt at anything is due [ns on the clock].
  private var nextAttempt: Int64 = 0
  /// How long to wait after the next failure [ns].
  private var backOff: Int64 = Self.shortest
  private var lastFailure = ""
  /// The state of plugging that the last search saw; -1 makes the next one due [1].
  private var seenChanges = -1
  /// When bytes of the device last arrived, and the last sample before now [ns on the clock].
  private var lastBytes: Int64 = 0
  private var lastSamples: Int64?
  /// True when what comes next comes after an interruption.
  private var isInterrupted = false
  private var isSilent = false
  private var isOpenedBefore = false

  /// Shortest wait after a failure, and longest [ns].
  private static let shortest: Int64 = 100_000_000
  private static let longest: Int64 = 5_000_000_000
  /// Silence that is told [ns], and silence after which the device is set up again [ns].
  private static let silence: Int64 = 500_000_000
  private static let givingUp: Int64 = 3_000_000_000
  /// Transfers that wait for the device [1].
  private static let transfers = 16

  init(
    _ request: USBSource.Request, index: Int, context: USBContext,
    queue: SingleProducerRing<ArrivedTransfer>, transferCapacity: Int
  ) {
    guard let link = request.device.link else {
      preconditionFailure("a device on USB says how it is spoken to")
    }
    self.request = request
    self.link = link
    self.index = index
    self.context = context
    self.queue = queue
    self.transferCapacity = transferCapacity
    report = USBStreamReport(name: request.streamName)
    decoder = PacketDecoder(request.device, stream: index)
    unwrapper = TransferUnwrapper(link)
    bytes.reserveCapacity(transferCapacity)
  }

  /// Bytes of one transfer of a device: 5 ms of its data in whole USB packets, but no more than 16 KiB.
  static func transferSize(of device: DeviceDescription, link: USBLink) -> Int {
    if let size = link.transferSize { return size }
    let layout = device.packet
    let length = layout.isFixed ? layout.length : min(layout.length, 64)
    let bytesPerSecond = device.nominalRate / Double(layout.samplesPerPacket) * Double(length)
    let packets = Int((0.005 * bytesPerSecond / Double(link.packetSize)).rounded(.up))
    // a device that sends only whole packets fills the transfer; one packet is as soon as can be
    let size = min(max(packets, 1), max(1, 16384 / link.packetSize)) * link.packetSize
    return link.wrapper == .ftdi ? max(size, 8 * link.packetSize) : size
  }

  // MARK: states

  private mutating func enter(_ state: USBDeviceState) {
    report.state = state
  }

  private mutating func tell(_ sentence: String) {
    notices.append("device \(report.name): \(sentence)")
  }

  /// Does what is due now, short of decoding.
  mutating func advance(now: Int64) {
    if let ring {
      if ring.fault != nil, ring.isDrained {
        endRing(now: now)
      } else {
        watch(now: now)
      }
      return
    }
    guard now >= nextAttempt || context.changes != seenChanges && handle == nil else { return }
    if handle != nil { restart(now: now) } else { open(now: now) }
  }

  /// Silence is told, and after a longer one the device is set up again.
  private mutating func watch(now: Int64) {
    let quiet = now - lastBytes
    if quiet > Self.silence, !isSilent {
      isSilent = true
      report.silences += 1
      enter(.stalled)
      tell("silent for 0.5 s")
    }
    if quiet > Self.givingUp {
      tell("silent for 3 s; it is set up again")
      leave(now: now)
    }
  }

  /// The ring has ended by itself.
  private mutating func endRing(now: Int64) {
    guard let fault = ring?.fault else { return }
    ring = nil
    switch fault {
    case .stall:
      report.stalls += 1
      enter(.stalled)
      tell("endpoint halted; it is cleared")
      nextAttempt = now
    case .gone:
      enter(.lost)
      tell("lost: it was unplugged (LIBUSB_ERROR_NO_DEVICE)")
      handle = nil
      seenChanges = -1
      nextAttempt = now + Self.shortest
    case .error(let code):
      report.errors += 1
      enter(.stalled)
      if backOff == Self.shortest {
        tell("transfers fail: \(USBError(call: "libusb_submit_transfer", code: code))")
      }
      nextAttempt = now + backOff
      backOff = min(2 * backOff, Self.longest)
    }
  }

  /// After a stall or an error: clears the endpoint and lets transfers wait again.
  private mutating func restart(now: Int64) {
    guard let handle, let route else { return }
    do throws(USBError) {
      try handle.clearHalt(route.input.address)
      breakOff()
      try startRing(now: now)
      enter(.streaming)
    } catch {
      if error.isGone {
        enter(.lost)
        tell("lost: \(error)")
        self.handle = nil
        seenChanges = -1
      }
      nextAttempt = now + backOff
      backOff = min(2 * backOff, Self.longest)
    }
  }

  private mutating func startRing(now: Int64) throws(USBError) {
    guard let handle, let route else { return }
    let size = Self.transferSize(of: request.device, link: link)
    let ring = try TransferRing(
      handle, endpoint: route.input.address, isInterrupt: route.input.isInterrupt,
      count: Self.transfers, size: size, stream: index, generation: generation, queue: queue,
      capacity: transferCapacity)
    lastBytes = now
    isSilent = false
    ring.start()
    self.ring = ring
  }

  // MARK: opening

  private mutating func open(now: Int64) {
    seenChanges = context.changes
    nextAttempt = now + 1_000_000_000
    guard let (device, opened) = find(now: now) else { return }
    enter(.configuring)
    do {
      guard let route = USBRoute(link, among: try opened.interfaces()) else {
        throw ConversationError.noRoute
      }
      for interface in route.interfaces { try opened.claim(interface) }
      self.route = route
      var conversation = DeviceConversation(opened, link: link, route: route)
      try conversation.say(link.wrapperSteps + link.setUp)
      correct(by: conversation.answers)
      handle = opened
      unwrapper.reset()
      generation += 1
      isDecoding = false
      isInterrupted = true
      try startRing(now: MonotonicClock.now())
      try conversation.say(link.start)
    } catch {
      fail(error, now: MonotonicClock.now())
      return
    }
    if isOpenedBefore { report.reconnections += 1 }
    isOpenedBefore = true
    identity = (opened.serial, device.port)
    report.serial = identity?.serial
    report.port = device.port
    backOff = Self.shortest
    lastFailure = ""
    lastBytes = MonotonicClock.now()
    enter(.streaming)
    let name = identity?.serial.map { "serial \($0), " } ?? ""
    tell("streaming, \(name)port \(device.port)")
  }

  /// The wanted device, opened; nil when it is not there or cannot be opened.
  private mutating func find(now: Int64) -> (USBContext.Device, USBHandle)? {
    guard let match = request.device.usb, let all = try? context.devices() else { return nil }
    let candidates = all.filter { $0.match == match }
      .filter { request.port == nil || $0.port == request.port }
      .filter { identity == nil || identity?.serial != nil || $0.port == identity?.port }
    guard !candidates.isEmpty else {
      if report.state != .lost { enter(.absent) }
      if lastFailure != "absent", !isOpenedBefore {
        lastFailure = "absent"
        tell("not plugged in; waiting for it")
      }
      return nil
    }
    enter(.opening)
    let wanted = request.serial ?? identity?.serial
    for device in candidates {
      do throws(USBError) {
        let handle = try USBHandle(device)
        if let wanted, handle.serial != wanted { continue }
        if candidates.count > 1, !isOpenedBefore, wanted == nil, request.port == nil {
          tell(
            "\(candidates.count) devices have its ids; the one at port \(device.port) is taken; "
              + "name a serial or port to choose")
        }
        return (device, handle)
      } catch {
        if error.isGone { continue }
        fail(error, now: now)
        return nil
      }
    }
    if let wanted, lastFailure != wanted {
      lastFailure = wanted
      tell("none of \(candidates.count) devices with its ids has the serial \(wanted)")
    }
    enter(isOpenedBefore ? .lost : .absent)
    return nil
  }

  /// Opening or set-up failed: everything is let go, and tried again later.
  private mutating func fail(_ error: any Error, now: Int64) {
    let sentence = "\(error)"
    if let ring, !ring.drain() { Self.strand(ring) }
    ring = nil
    handle = nil
    report.failedSetUps += 1
    // the same failure again and again is told once
    if lastFailure != sentence {
      lastFailure = sentence
      tell(sentence)
    }
    enter(isOpenedBefore ? .lost : .absent)
    seenChanges = context.changes
    nextAttempt = now + backOff
    backOff = min(2 * backOff, Self.longest)
  }

  /// Stops the device and lets go of it, to be opened again.
  private mutating func leave(now: Int64) {
    close()
    enter(.lost)
    seenChanges = -1
    nextAttempt = now
  }

  /// Stops the device, waits for its transfers and closes it.
  mutating func close() {
    if let handle, let route, report.state == .streaming || report.state == .stalled {
      var conversation = DeviceConversation(handle, link: link, route: route)
      // a device that does not listen any more is closed all the same
      var steps = link.stop
      if route.replies == route.input {
        for index in steps.indices { steps[index].expect = nil }
      }
      for index in steps.indices { steps[index].timeout = min(steps[index].timeout, 300) }
      try? conversation.say(steps)
    }
    if let ring, !ring.drain() { Self.strand(ring) }
    ring = nil
    handle = nil
  }

  /// Keeps a ring that does not drain for ever, because libusb may still write into its memory.
  private static func strand(_ ring: TransferRing) {
    _ = Unmanaged.passRetained(ring)
  }

  private mutating func correct(by answers: [String: [UInt8]]) {
    for (channel, field) in request.device.channels.enumerated() {
      guard let calibration = field.calibration else { continue }
      let answer = answers[calibration.answer] ?? []
      guard let correction = calibration.correction(from: answer, of: field) else {
        tell("channel \(field.label) has no sound calibration constants; nominal ones are used")
        continue
      }
      decoder.correct(channel: channel, by: correction)
    }
  }

  // MARK: samples

  /// Takes a transfer's bytes; `more` says whether samples may follow.
  mutating func take(_ transfer: borrowing ArrivedTransfer) {
    guard transfer.generation == generation else { return }
    report.transfers += 1
    report.droppedTransfers += transfer.droppedBefore
    if transfer.droppedBefore > 0 { breakOff() }
    if transfer.isOversized {
      // more came than fits: the rest is lost, so what is at hand is not to be trusted
      report.oversizedTransfers += 1
      if report.oversizedTransfers == 1 { tell("a transfer was larger than its buffer") }
      breakOff()
      return
    }
    bytes.removeAll(keepingCapacity: true)
    position = 0
    unwrapper.unwrap(transfer.bytes.span.extracting(0..<transfer.count), appendingTo: &bytes)
    report.overruns = unwrapper.overruns
    report.malformed = unwrapper.malformed
    guard !bytes.isEmpty else { return }
    if isSilent {
      isSilent = false
      enter(.streaming)
      tell("speaks again")
    }
    resume(at: transfer.arrival)
    arrival = transfer.arrival
    lastBytes = transfer.arrival
    isDecoding = true
  }

  /// Bytes are missing in the stream; a device that counts tells itself what that means.
  private mutating func breakOff() {
    if request.device.counter == nil {
      isInterrupted = true
    } else {
      decoder.breakFraming()
    }
  }

  /// Tells the decoder about time that passed without samples.
  private mutating func resume(at now: Int64) {
    guard let last = lastSamples, let next = decoder.nextSample else {
      isInterrupted = false
      return
    }
    let rate = request.device.nominalRate
    let layout = request.device.packet
    let length = layout.isFixed ? layout.length : min(layout.length, 64)
    let present = Double(bytes.count / length * layout.samplesPerPacket)
    let missing = Double(now - last) / 1e9 * rate - present
    if isInterrupted {
      decoder.interrupt(missing: Int64(max(0, missing).rounded()))
      isInterrupted = false
    } else if now - last > Self.silence {
      decoder.expect(about: next + Int64(max(0, missing).rounded()))
    }
  }

  /// Fills `block` with what the present transfer still holds; false when it holds no more samples.
  mutating func decode(into block: inout SampleBlock) -> Bool {
    guard isDecoding else { return false }
    let bytes = bytes
    let progress = decoder.decode(bytes.span, from: position, into: &block)
    position = progress.nextOffset
    isDecoding = progress.hasMore
    report.decoding = decoder.statistics
    guard block.sampleCount > 0 else { return isDecoding && decode(into: &block) }
    lastSamples = arrival
    return true
  }
}
