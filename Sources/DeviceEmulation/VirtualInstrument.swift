public import Devices
internal import Foundation
internal import Signals

/// A virtual device that lives by its description: it answers set-up and sends the test signal.
///
/// Its samples run with the clock from its making on, whether it is plugged in or not, as a subject's life
/// does; its own counter begins at zero whenever it is started.
///
/// `@unchecked Sendable` holds because everything that changes is behind the lock.
public final class VirtualInstrument: VirtualFunction, @unchecked Sendable {
  /// What it has done so far.
  public struct Tally: Hashable, Sendable {
    /// Samples handed to USB [samples].
    public var sent = 0
    /// Packets with one wrong bit [packets].
    public var corrupted = 0
    /// Packets left out [packets].
    public var dropped = 0
    /// Packets sent twice [packets].
    public var duplicated = 0
    /// USB packets cut short [packets].
    public var shortened = 0
    /// USB packets made too long [packets].
    public var lengthened = 0
    /// Samples skipped by silence, jumps and overflows [samples].
    public var skipped: Int64 = 0
    /// Times it was started [1].
    public var starts = 0
  }

  private let description: DeviceDescription
  private let link: USBLink
  private let usb: VirtualUSBDevice
  private let wrapping: TransferWrapping
  private let encoder: PacketEncoder
  private let lock = NSRecursiveLock()
  private var isStreaming = false
  private var isEnded = false
  /// When sample zero was [s of the system's uptime].
  private let birth: Double
  /// Nominal rate times what faults make of it [Hz].
  private var rate: Double
  /// Time and sample from which the present rate counts [s of uptime] [samples].
  private var rateStart: (time: Double, sample: Double)
  /// The next sample to be sent, and the one that the device counts from [samples].
  private var next: Int64 = 0
  private var first: Int64 = 0
  /// Until when it sends nothing [s of the system's uptime].
  private var silentUntil = 0.0
  private var pending: [DeviceFault: Int] = [:]
  private var isLying = false
  private var rest: [UInt8] = []
  private var tallied = Tally()
  private var block: SampleBlock
  /// What it sends instead of the test signal; nil sends that.
  private let played: PlayedSignal?

  /// A device of this description and serial number, in a port of a bus.
  ///
  /// `played`: what it sends instead of the test signal.
  public init(
    _ description: DeviceDescription, serial: String, port: Int, on bus: VirtualBus,
    played: PlayedSignal? = nil
  ) {
    self.description = description
    self.played = played
    link = description.link ?? USBLink()
    usb = VirtualUSBDevice(description, serial: serial, port: port, bus: bus)
    wrapping = TransferWrapping(link)
    encoder = PacketEncoder(description)
    birth = ProcessInfo.processInfo.systemUptime
    rate = description.nominalRate
    rateStart = (birth, 0)
    let layout = description.packet
    block = SampleBlock(capacity: layout.samplesPerPacket * description.channels.count)
    usb.attach(self)
    Thread.detachNewThread { [weak self] in
      while let self, self.lock.withLock({ !self.isEnded }) {
        self.live()
        Thread.sleep(forTimeInterval: 0.002)
      }
    }
  }

  /// What it has done so far.
  public var tally: Tally { lock.withLock { tallied } }

  /// USB packets that it lost because nobody fetched them [packets].
  public var overflows: Int { usb.overflows }

  /// Plugs it in.
  public func plug() { usb.plug() }

  /// Ends its life.
  public func end() {
    lock.withLock { isEnded = true }
    usb.unplug()
  }

  /// Lets something go wrong, or right.
  public func apply(_ fault: DeviceFault, amount: Int) {
    switch fault {
    case .unplug: usb.unplug()
    case .replug: usb.plug()
    case .yank: usb.unplug(loose: 0.1)
    case .stall: usb.halt(usb.descriptors.input)
    case .deny: usb.permit(0)
    case .allow: usb.permit(0o666)
    case .silence:
      lock.withLock {
        silentUntil = ProcessInfo.processInfo.systemUptime + Double(amount) / 1000
      }
    case .slow: run(1 - Double(amount) / 1000)
    case .fast: run(Double(amount))
    case .lie: lock.withLock { isLying = true }
    case .truth: lock.withLock { isLying = false }
    case .reset: lock.withLock { first = next }
    case .short, .oversize, .corrupt, .drop, .duplicate, .jump, .overflow, .nan:
      lock.withLock { pending[fault, default: 0] += amount }
    }
  }

  /// Lets samples come `factor` times as fast as described from now on [1].
  private func run(_ factor: Double) {
    lock.withLock {
      let now = ProcessInfo.processInfo.systemUptime
      rateStart = (now, rateStart.sample + (now - rateStart.time) * rate)
      rate = description.nominalRate * factor
    }
  }

  // MARK: what the host says

  func control(_ request: ControlRequest) -> [UInt8]? {
    let steps = link.wrapperSteps + link.setUp + link.start + link.stop
    for step in steps {
      guard case .control(let known) = step.action, known.type == request.type,
        known.request == request.request, known.isRead || known.data == request.data
      else { continue }
      note(step)
      if !request.isRead { return [] }
      let reply = step.virtualReply
      return lock.withLock { isLying } ? reply.map { ~$0 } : reply
    }
    // requests of serial chips that say nothing about samples
    return link.wrapper == .none ? nil : (request.isRead ? [0x01, 0x60] : [])
  }

  func receive(_ bytes: [UInt8]) {
    var said = bytes
    if link.wrapper == .hidReports, said.count >= 2 {
      said = Array(said[2...])
      while said.last == 0 { said.removeLast() }
    }
    let state = lock.withLock { (isLying, isStreaming) }
    // the same words may stand in several sequences; what the device does now tells which is meant
    let order = state.1 ? link.stop + link.setUp + link.start : link.setUp + link.start + link.stop
    guard
      let step = order.first(where: {
        if case .write(let known) = $0.action { known == said } else { false }
      })
    else { return }
    note(step)
    var reply = step.virtualReply
    if reply.isEmpty { return }
    if state.0 { reply = reply.map { ~$0 } }
    let size = usb.descriptors.replies == usb.descriptors.input ? wrapping.payload : link.packetSize
    for start in stride(from: 0, to: reply.count, by: size) {
      let part = reply[start..<min(start + size, reply.count)]
      let isWrapped = usb.descriptors.replies == usb.descriptors.input
      usb.send(isWrapped ? wrapping.packet(part) : Array(part), on: usb.descriptors.replies)
    }
  }

  func haltEnded() {}

  func hostLeft() {
    lock.withLock { isStreaming = false }
    usb.flush()
  }

  /// Starts or stops the samples when a step says so.
  private func note(_ step: DeviceStep) {
    lock.withLock {
      if link.start.last == step {
        isStreaming = true
        tallied.starts += 1
        let size = Int64(description.packet.samplesPerPacket)
        next = (due() + size - 1) / size * size
        first = next
        rest = []
      } else if link.stop.contains(step) || link.setUp.first == step {
        isStreaming = false
      }
    }
  }

  // MARK: what the device does

  /// The sample whose time is now.
  private func due() -> Int64 {
    let now = ProcessInfo.processInfo.systemUptime
    return Int64(rateStart.sample + (now - rateStart.time) * rate)
  }

  private func live() {
    lock.withLock {
      guard isStreaming else { return }
      let size = Int64(description.packet.samplesPerPacket)
      let end = due()
      if ProcessInfo.processInfo.systemUptime < silentUntil {
        let missed = max(0, (end - next) / size * size)
        next += missed
        tallied.skipped += missed
        return
      }
      var packets: [[UInt8]] = []
      while next + size <= end {
        packets.append(contentsOf: sample(size))
      }
      if !packets.isEmpty { send(packets) }
    }
  }

  /// One packet of the device, as faults leave it; none, or two.
  private func sample(_ size: Int64) -> [[UInt8]] {
    var report: [[UInt8]] = []
    if let jump = pending.removeValue(forKey: .jump) {
      let steps = (Int64(jump) + size - 1) / size * size
      // the counter goes on where the samples are
      next += steps
      tallied.skipped += steps
      rateStart.sample += Double(steps)
    }
    if let lost = pending.removeValue(forKey: .overflow) {
      report = loss(of: Int64(lost), size)
    }
    let packet = packet(size)
    next += size
    tallied.sent += Int(size)
    if take(.drop) {
      tallied.dropped += 1
      return report
    }
    if take(.corrupt) {
      tallied.corrupted += 1
      var wrong = packet
      wrong[(tallied.corrupted * 7) % wrong.count] ^= 1 << UInt8(tallied.corrupted % 7)
      return report + [wrong]
    }
    if take(.duplicate) {
      tallied.duplicated += 1
      return report + [packet, packet]
    }
    return report + [packet]
  }

  private func packet(_ size: Int64) -> [UInt8] {
    block.begin(stream: 0, channelCount: description.channels.count, firstSample: next - first)
    let isNumber = !take(.nan)
    for sample in 0..<size {
      let row = block.appendSample()
      for channel in description.channels.indices {
        let value =
          played?.value(channel: channel, sample: next + sample)
          ?? TestSignal.value(description, channel: channel, sample: next + sample)
        let isWhole = description.channels[channel].type.isWhole
        block[row, channel] = isNumber || isWhole ? value : .nan
      }
    }
    var bytes: [UInt8] = []
    encoder.encode(block, appendingTo: &bytes)
    return bytes
  }

  /// The device lost samples: a report, where it makes one, and otherwise nothing.
  private func loss(of lost: Int64, _ size: Int64) -> [[UInt8]] {
    guard let status = description.status, let report = status.lossReport else {
      let steps = (lost + size - 1) / size * size
      next += steps
      tallied.skipped += steps
      return []
    }
    var bytes = packet(size)
    bytes[status.byteOffset] = report.value
    for index in 0..<report.type.byteCount {
      bytes[report.byteOffset + index] = UInt8(truncatingIfNeeded: lost >> Int64(8 * index))
    }
    for check in description.packet.checks { check.seal(&bytes) }
    // the report's packet takes the counter's next number but stands for the lost samples
    let passed = lost + size - Int64(report.placeholders)
    next += passed
    first += passed - size
    tallied.skipped += passed
    return [bytes]
  }

  private func take(_ fault: DeviceFault) -> Bool {
    guard let left = pending[fault], left > 0 else { return false }
    pending[fault] = left - 1
    return true
  }

  /// Hands packets of the device to USB, wrapped and cut as the real one's are.
  private func send(_ packets: [[UInt8]]) {
    let layout = description.packet
    let isWhole = link.wrapper == .none && layout.isFixed && layout.sync.isEmpty
    if link.wrapper == .none, layout.isFixed, !layout.sync.isEmpty, layout.length <= link.packetSize
    {
      for packet in packets { emit(packet) }
      return
    }
    rest += packets.flatMap { $0 }
    var start = 0
    while rest.count - start >= (isWhole ? link.packetSize : 1) {
      let end = min(start + wrapping.payload, rest.count)
      emit(wrapping.packet(rest[start..<end]))
      start = end
    }
    rest.removeFirst(start)
  }

  private func emit(_ packet: [UInt8]) {
    var packet = packet
    if take(.short) {
      tallied.shortened += 1
      packet = Array(packet.prefix(packet.count / 2))
    }
    if take(.oversize) {
      tallied.lengthened += 1
      packet += [UInt8](repeating: 0xA5, count: link.packetSize)
    }
    usb.send(packet, on: usb.descriptors.input)
  }
}
